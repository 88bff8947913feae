"""Divergences: two densities to drag, every distance between them, and what each can teach."""

import csv
import io
import math

import streamlit as st

from gan_core.divergences import NAMES, Curves, Distances, curves, distances
from ui import nav, pair, words
from ui.components.densities import densities

nav.guard()

P, Q = words.P, words.Q
VIEWS = {  # what the lower figure can show: the field of Curves, and its title
    "EM": ("", "F_r and F_g: the area between them is EM"),
    "KL": ("kl", "p_r log(p_r / p_g): its area is KL(p_r‖p_g)"),
    "reverse KL": ("kl_reverse", "p_g log(p_g / p_r): its area is KL(p_g‖p_r)"),
    "JS": ("js", "½ p_r log(p_r / m) + ½ p_g log(p_g / m), m = ½(p_r + p_g): its area is JS"),
    "TV": ("tv", "½ |p_r − p_g|: its area is TV"),
}
TITLES = {  # of the cards, and in the table
    "kl": (f"KL({P}‖{Q})", "KL(p_r‖p_g)"),
    "kl_reverse": (f"KL({Q}‖{P})", "KL(p_g‖p_r)"),
    "js": ("Jensen–Shannon", "Jensen–Shannon"),
    "tv": ("Total variation", "Total variation"),
    "w1": ("Earth mover, W<sub>1</sub>", "Earth mover, W₁"),
    "w2": ("Wasserstein, W<sub>2</sub>", "Wasserstein, W₂"),
}
KEY = "dv_pair"


def unit_of(name: str, d: Distances) -> str:
    """The unit of one of the distances."""
    return {"tv": "at most 1", "w1": "units of x", "w2": "units of x"}.get(name, d.unit)


def card(name: str, d: Distances) -> dict:
    """One number of the strip, with a meter where it has a ceiling."""
    value = getattr(d, name)
    ceiling = {"js": d.to("nats").js / math.log(2), "tv": d.tv}.get(name)
    note = unit_of(name, d) if math.isfinite(value) else "infinite"
    if name == "js":
        most = "log 2" if d.unit == "nats" else "1 bit"
        note = f"{d.unit}, {100 * ceiling:.3g} % of {most}"
    tone = "fault" if math.isinf(value) else "em" if name in ("w1", "w2") else ""
    return {
        "key": name, "label": TITLES[name][0], "value": words.figure(value), "note": note,
        "meter": ceiling, "tone": tone,
    }  # fmt: skip


def lower(view: str, drawn: Curves) -> tuple[dict, list]:
    """The lower figure of a view and its curves."""
    name, title = VIEWS[view]
    if not name:
        series = [{"color": "p"}, {"color": "q"}]
        figure = {"mode": "between", "low": 0, "high": 1, "ticks": [0, 0.5, 1]}
        return figure | {"title": title, "series": series}, [drawn.p_cdf, drawn.q_cdf]
    stems = pair.stems({"kl_reverse": "kl"}.get(name, name), swapped=name == "kl_reverse")
    figure = {"mode": "integrand", "title": title, "series": [{"color": "text"}]}
    return figure | {"stems": stems}, [getattr(drawn, name)]


def as_csv(rows: list[dict]) -> str:
    """Rows as CSV."""
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


st.title("Divergences")
st.markdown(
    "Drag the two densities, on the figure or with the sliders. A generator learns by making a"
    " distance from $p_g$ to $p_r$ smaller; which distances slope, and which stand still?"
)
pair.state()
with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
    pair.presets()
    st.space("stretch")
    view = st.segmented_control(
        "Lower figure", list(VIEWS), default="EM", required=True,
        key="dv_view", bind="query-params",
    )  # fmt: skip
    unit = st.segmented_control(
        "Unit", ["nats", "bits"], default="nats", required=True,
        key="dv_unit", bind="query-params",
    )  # fmt: skip
pair.warnings()


@st.fragment(key="dv_live")
def live() -> None:
    """What moves: figures, numbers and words."""
    p, q = pair.distributions()
    d = distances(p, q, unit)
    span = pair.shown_window(p, q)
    drawn = curves(p, q, span)
    figure, series = lower(view, drawn)
    said = words.distances(p, q, d)
    header = pair.header(p, q, drawn, span) | {
        "cards": [card(name, d) for name in NAMES], "words": said, "lower": figure,
        "aria": f"Densities p_r = {p} and p_g = {q}. {said}",
    }  # fmt: skip
    densities(header, [drawn.x, drawn.p, drawn.q, *series], lambda: pair.receive(KEY, "dv"), KEY)


@st.fragment(key="dv_figures")
def figures() -> None:
    """The same numbers as a table to read and to keep."""
    p, q = pair.distributions()
    d = distances(p, q, unit)
    rows = [
        {
            "distance": TITLES[name][1],
            "value": "∞" if math.isinf(getattr(d, name)) else f"{getattr(d, name):.10g}",
            "unit": unit_of(name, d),
            "computed by": d.how[name] if name not in d.why else "theory",
            "because": words.named(d.why.get(name, "")),
        }
        for name in NAMES
    ]
    rows.append(
        {"distance": "√JS, a metric", "value": f"{d.sqrt_js:.10g}", "unit": f"√{d.unit}",
         "computed by": d.how["js"], "because": ""}
    )  # fmt: skip
    with st.expander("All figures, and how to compute them without this page", expanded=True):
        left, right = st.columns(2, gap="large")
        left.markdown(words.table([{k: row[k] for k in row if k != "because"} for row in rows]))
        for row in rows:
            if row["because"]:
                right.markdown(words.tex(f"{row['distance']} is infinite: {row['because']}."))
        right.markdown("The same from a terminal:")
        right.code(
            f'python -m gan_core divergence "{p}" "{q}" --json', language="bash", wrap_lines=True
        )
        with right.container(horizontal=True, gap="small"):
            st.download_button(
                "CSV", as_csv(rows), "distances.csv", "text/csv",
                icon=":material/download:", on_click="ignore", key="dv_csv",
            )  # fmt: skip
            st.download_button(
                "JSON", d.as_json(), "distances.json", "application/json",
                icon=":material/download:", on_click="ignore", key="dv_json",
            )  # fmt: skip


live()
figures()
with st.expander("Densities that can be typed"):
    st.markdown(
        "Type one into the field under $p_r$ or $p_g$, or into the address as `?p=…&q=…`:\n\n"
        + "\n".join(f"- {family}" for family in pair.families())
        + "\n- `mixture(0.3*normal(0,1)+0.7*point(4))`, of any of these; weights add up to 1"
    )
