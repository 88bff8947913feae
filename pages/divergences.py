"""Divergences: two densities to drag, every distance between them, and what each can teach."""

import math

import streamlit as st

from gan_core.divergences import Distances, curves
from ui import lower, nav, pair, pair_view, words
from ui.components.densities import densities
from ui.theory import proofs, race, samples, sweep, table

nav.guard()

KEY = "dv_pair"
PARTS = {  # title: what draws it, and its fragment, which follows a release
    "Sweep": (sweep.part, "dv_sweep"),
    "Race": (race.part, "dv_race"),
    "From samples": (samples.part, "dv_samples"),
    "All figures": (table.part, "dv_figures"),
    "Formulas": (lambda unit: proofs.show(proofs.DISTANCES), None),
}


def card(name: str, d: Distances) -> dict:
    """One number of the strip, with a meter where it has a ceiling."""
    value = getattr(d, name)
    ceiling = {"js": d.to("nats").js / math.log(2), "tv": d.tv, "hellinger": d.hellinger}.get(name)
    note, more = words.unit_of(name, d), ""
    if math.isinf(value):
        more = words.infinite(name, d)
        note = "too large" if "too large" in more else "infinite"
    if name == "js":
        most = "log 2" if d.unit == "nats" else "1 bit"
        note = f"{100 * ceiling:.3g} % of {most}"
    e = words.estimate(name, d)
    if e and math.isfinite(value):
        note = words.interval(e.low, e.high)
        floor = words.figure(e.floor, 2)
        more = f"95 % interval {note}; samples of one distribution would read about {floor}"
    tone = "fault" if math.isinf(value) else "em" if name in ("w1", "w2") else ""
    return {
        "key": name, "label": words.LABELS[name], "value": words.figure(value), "note": note,
        "meter": ceiling, "tone": tone, "more": more,
    }  # fmt: skip


st.title("Divergences")
st.markdown(
    "Drag the two densities, on the figure or with the sliders. A generator learns by making a"
    " distance from $p_g$ to $p_r$ smaller; which distances slope, and which stand still?"
)
pair.state()
pair.presets()
with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
    view = st.segmented_control(  # eleven: on a narrow screen they go on in further rows
        "Lower figure", lower.VIEWS, default="CDFs", required=True, wrap=True,
        key="dv_view", bind="query-params",
    )  # fmt: skip
    st.space("stretch")
    unit = st.segmented_control(
        "Unit", ["nats", "bits"], default="nats", required=True,
        key="dv_unit", bind="query-params",
    )  # fmt: skip
pair.warnings()


@st.fragment(key="dv_live")
def live(followers: list[str]) -> None:
    """What moves: figures, numbers and words."""
    p, q = pair.distributions()
    d = pair.measured(unit)
    span = pair.shown_window(p, q)
    drawn = curves(p, q, span)
    figure, series = lower.lower(view, p, q, d, drawn)
    said = f"{lower.remark(view, p, q, d)} {words.distances(p, q, d)}".strip()
    header = pair_view.header(p, q, drawn, span) | {
        "cards": [card(name, d) for name in words.ORDER], "words": said, "lower": figure,
        "aria": f"{pair.described()}. {said}",
    }  # fmt: skip
    densities(
        header, [drawn.x, drawn.p, drawn.q, *series],
        lambda: pair.receive(KEY, ["dv_live", *followers]), KEY,
    )  # fmt: skip


figure = st.container()
part = st.segmented_control(
    "Look closer", list(PARTS), default="Sweep", required=True, key="dv_part",
    bind="query-params",
)  # fmt: skip
draw, follower = PARTS[part]
with figure:
    live([follower] if follower else [])
draw(unit)
with st.expander("Densities that can be typed"):
    st.markdown(
        "Type one into the field under $p_r$ or $p_g$, or into the address as `?p=…&q=…`:\n\n"
        + "\n".join(f"- {family}" for family in pair_view.families())
        + "\n- `mixture(0.3*normal(0,1)+0.7*point(4))`, of any of these; weights add up to 1"
    )
