"""Race: gradient descent on θ under every distance from one start, played in the browser."""

from typing import Any

import numpy as np
import streamlit as st

from gan_core.divergences import Distribution, curves, parse
from gan_core.divergences.parameters import moved
from gan_core.divergences.race import Finish, Race, race
from ui import pair, words
from ui.components.film import film
from ui.theory.palette import COLOURS
from ui.theory.sweep import choose

STEPS, FRAMES, POINTS = 120, 61, 121
TONES = {
    "arrived": "good",
    "on the way": "",
    "stands still": "bad",
    "infinite": "bad",
    "held elsewhere": "bad",
}


@st.cache_data(max_entries=32, show_spinner=False)
def _raced(p: str, q: str, key: str, rate: float, unit: str) -> Race:
    return race(parse(p), parse(q), key, rate=rate, steps=STEPS, unit=unit)


@st.fragment(key="dv_race")
def part(unit: str) -> None:
    """A lane for every distance, and all θ in one figure."""
    p, q = pair.distributions()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        theta = choose(q, p, "dv_race_theta")
        rate = st.select_slider(
            "Step size η", [0.01, 0.02, 0.05, 0.1, 0.2, 0.5], 0.1, key="dv_race_rate",
            bind="query-params", width=220,
            help="θ ← θ − η · slope, the same η for every distance. No step is longer than 5 % of"
            " the range.",
        )  # fmt: skip
    if theta is None:
        return
    if not theta.low <= theta.value <= theta.high:
        st.info(f"{theta.label} starts outside the range of the sweep: move it nearer to $p_r$.")
        return
    found = _raced(str(p), str(q), theta.key, float(rate), unit)
    said = sentence(found)
    st.markdown(words.tex(said))
    frames = np.unique(np.linspace(0, STEPS, FRAMES).round().astype(int))
    lanes = [_lane(found.names.index(n), n, p, q, found, frames) for n in words.ORDER]
    film(
        [_together(found, frames, theta.label), *lanes],
        key="dv_race_film", aria=f"Race of all distances. {said}",
        labels=[f"step {i}" for i in frames], height=190, narrowest=208, most=5,
        scene=f"{p}{q}{theta.key}{rate}",
    )  # fmt: skip
    st.caption("Press play, or drag the bar. Nothing here asks the server.")


def sentence(found: Race) -> str:
    """Who arrived and who did not."""
    groups: dict[str, list[str]] = {}
    for name in found.names:
        groups.setdefault(found.finish[name].verdict, []).append(name)
    says = {
        "arrived": ("arrives at its smallest value", "arrive at their smallest value"),
        "stands still": ("stands still", "stand still"),
        "on the way": ("is still on its way at the end", "are still on their way at the end"),
        "infinite": (
            "is infinite, has no gradient, and stands still",
            "are infinite, have no gradient, and stand still",
        ),
        "held elsewhere": ("comes to rest somewhere else", "come to rest somewhere else"),
    }  # fmt: skip
    parts = [words.listed(names, says[v]) for v, names in groups.items()]
    return "From the same start: " + "; ".join(parts) + "."


def _badge(finish: Finish) -> str:
    return f"arrived, step {finish.step}" if finish.step is not None else finish.verdict


def _lane(
    i: int, name: str, p: Distribution, q: Distribution, found: Race, frames: np.ndarray
) -> dict[str, Any]:
    thetas = found.thetas[i][frames]
    finish = found.finish[name]
    span = _span(p, q, found)
    x = np.linspace(*span, POINTS)
    still = np.ptp(thetas) == 0
    shown = [moved(q, found.key, float(t)) for t in (thetas[:1] if still else thetas)]
    series: list[dict] = []
    top = 1.1
    if p.dense or q.dense:
        top = 1.25 * curves(p, q, span).top
        with np.errstate(over="ignore"):
            densities = np.exp([d.logpdf(x) for d in shown])
            real = np.exp(p.logpdf(x))
        series += [
            {"kind": "area", "color": "p", "x": x, "y": np.minimum(real, 2 * top)},
            {"kind": "area", "color": "q", "x": x, "y": np.minimum(densities, 2 * top)},
        ]
    for side, d, many in (("p", p, [p]), ("q", q, shown)):
        if d.atoms:
            places = np.array([list(one.atoms) for one in many])
            masses = np.array([list(one.atoms.values()) for one in many])
            masses = masses if not (p.dense or q.dense) else 0.8 * top * masses
            series.append({"kind": "stems", "color": side, "x": places, "y": masses, "width": 2.5})
    return {
        "title": words.TITLES[name], "color": COLOURS[name], "x": span, "name": "x",
        "badge": _badge(finish), "tone": TONES.get(finish.verdict, ""),
        "rows": [{"y": (0, top), "ticks": [], "series": series}],
    }  # fmt: skip


def _span(p: Distribution, q: Distribution, found: Race) -> tuple[float, float]:
    """The stretch of x that every lane shows."""
    ends = [moved(q, found.key, float(t)) for t in (found.thetas.min(), found.thetas.max())]
    spans = [pair.window(p, d) for d in (q, *ends)]
    return min(s[0] for s in spans), max(s[1] for s in spans)


def _together(found: Race, frames: np.ndarray, label: str) -> dict[str, Any]:
    low, high = float(found.thetas.min()), float(found.thetas.max())
    room = 0.1 * (high - low or 1.0)
    return {
        "title": "All of them", "x": (0, STEPS), "name": "step",
        "rows": [{
            "title": f"θ, the {label}", "y": (low - room, high + room),
            "series": [
                {"kind": "path", "color": COLOURS[name], "x": frames.astype(float),
                 "y": found.thetas[i][frames]}
                for i, name in enumerate(found.names)
            ],
        }],
    }  # fmt: skip
