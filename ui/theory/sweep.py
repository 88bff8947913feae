"""Sweep: one parameter θ of p_g varied, and every distance and its slope over it."""

import math
import re

import numpy as np
import streamlit as st

from gan_core.divergences import Distribution, curves, parse, window
from gan_core.divergences.parameters import Parameter, find, moved, parameters
from gan_core.divergences.reading import Reading, Track, useful
from gan_core.divergences.sweep import Sweep, sweep
from ui import pair, words
from ui.components.film import film
from ui.theory.palette import COLOURS

KEY = "dv_sweep_film"
POINTS = 81
EXAMPLES = {  # one click: title, p, q, θ
    "WGAN's Example 1": ("point(0)", "point(1)", "x"),
    "Two normals": ("normal(0,1)", "normal(2,1)", "mean"),
    "Uniforms: overlap, touch, part": ("uniform(0,1)", "uniform(0.5,1.5)", "shift"),
    "A width": ("normal(0,1)", "normal(0,0.5)", "std"),
}  # fmt: skip
BADGES = {  # verdict: what the panel says and how it sounds
    "slopes": ("slopes", "good"), "flat": ("flat", "bad"),
    "infinite": ("infinite", "bad"), "jumps": ("jumps", "bad"),
    "at its minimum": ("at its minimum", ""),
}  # fmt: skip
_FLAT_ENOUGH = 1e-9


def choose(q: Distribution, p: Distribution, key: str) -> Parameter | None:
    """The parameter of p_g that the reader picks; None, said, where there is none."""
    known = {parameter.key: parameter for parameter in parameters(q, p)}
    if not known:
        st.info("$p_g$ has no parameter to vary: choose another family.")
        return None
    wanted = st.session_state.get(key)
    if wanted not in known:
        st.session_state[key] = next(iter(known))
    picked = st.selectbox(
        "θ, a parameter of $p_g$", list(known), key=key, bind="query-params", width=260,
        format_func=lambda k: re.sub(r"\bx$", "place", k),  # as the slider of p_g calls it
        help="; ".join(f"**{k}**: {parameter.label}" for k, parameter in known.items()),
    )  # fmt: skip
    return known[picked]


@st.cache_data(max_entries=48, show_spinner=False)
def swept(p: str, q: str, key: str, unit: str) -> Sweep:
    """The sweep over a parameter's range, kept."""
    ours, theirs = parse(p), parse(q)
    return sweep(ours, theirs, key, find(theirs, key, ours).grid(POINTS), unit)


@st.fragment(key="dv_sweep")
def part(unit: str) -> None:
    """Every distance over θ, its slope below it, and what that means for a generator."""
    p, q = pair.distributions()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        theta = choose(q, p, "dv_theta")
        for i, (title, (left, right, key)) in enumerate(EXAMPLES.items()):
            if st.button(title, key=f"dv_sweep_{i}", on_click=_example, args=(left, right, key)):
                st.rerun()  # the whole page: its densities are others now
    if theta is None:
        return
    s = swept(str(p), str(q), theta.key, unit)
    readings = useful(s, theta.value, pair.measured(unit))
    st.markdown(words.tex(sentence(theta, readings)))
    panels = [_panel(name, s, theta, readings[name]) for name in words.ORDER]
    film(
        [_densities(p, q, theta), *panels],
        key=KEY, aria=f"Every distance over {theta.label}. {sentence(theta, readings)}",
        height=268, narrowest=208, most=5, scene=f"{theta.key}{theta.low}{theta.high}",
        on_click=lambda: _clicked(q, theta),
    )  # fmt: skip
    st.caption("Click into a figure to move $p_g$ there; drag sideways to look closer.")


def _example(p: str, q: str, key: str) -> None:
    pair.preset(p, q)
    st.session_state.dv_theta = key


def _clicked(q: Distribution, theta: Parameter) -> None:
    click = st.session_state[KEY].click
    if click and click["panel"] > 0:
        value = min(theta.high, max(theta.low, float(click["x"])))
        if theta.log:
            value = float(f"{value:.3g}")
        else:  # to a 200th of the range, and no digit more
            value = round(value, 2 - math.floor(math.log10(theta.high - theta.low)))
        pair.set_side("q", moved(q, theta.key, value))
        st.rerun()


def sentence(theta: Parameter, readings: dict[str, Reading]) -> str:
    """Which distances would move θ from where it is, in words."""
    groups: dict[str, list[str]] = {}
    for name, reading in readings.items():
        groups.setdefault(reading.verdict, []).append(name)
    says = {
        "slopes": ("gives a slope to follow", "give a slope to follow"),
        "flat": ("is flat, and so gives no gradient", "are flat, and so give no gradient"),
        "infinite": ("is infinite, and so gives none", "are infinite, and so give none"),
        "jumps": ("jumps", "jump"),
        "at its minimum": ("is at its minimum", "are at their minimum"),
    }  # fmt: skip
    parts = [words.listed(names, says[v]) for v, names in groups.items()]
    return f"At θ = {words.figure(theta.value)} ({theta.label}): " + "; ".join(parts) + "."


def _across(theta: Parameter) -> list | None:
    """Labels of a logarithmic axis; None for the usual ones."""
    if not theta.log:
        return None
    powers = [m * 10.0**k for k in range(-4, 5) for m in (1, 2, 5)]
    inside = [v for v in powers if theta.low <= v <= theta.high]
    return [[math.log10(v), f"{v:g}"] for v in inside[:: max(1, len(inside) // 5)]]


def _axis(theta: Parameter, values: np.ndarray) -> np.ndarray:
    return np.log10(values) if theta.log else values


def _panel(name: str, s: Sweep, theta: Parameter, reading: Reading) -> dict:
    x, slope = _axis(theta, s.values), s.slope[name]
    badge, tone = BADGES[reading.verdict]
    here = {"x": float(_axis(theta, np.array(theta.value)))}
    panel = {
        "title": words.TITLES[name], "color": COLOURS[name], "badge": badge, "tone": tone,
        "x": (float(x[0]), float(x[-1])), "name": "θ",
        "rows": [
            {"y": _room_for_dots(name, s), "share": 1.6, "guides": [here],
             "series": broken(name, s, theta)},
            {"y": _range(slope), "title": "slope in θ", "guides": [here, {"y": 0}],
             "series": [{"kind": "line", "color": COLOURS[name], "dash": [5, 3], "x": x,
                         "y": slope}]},
        ],
    }  # fmt: skip
    across = _across(theta)
    return panel | {"across": across, "log": True} if across else panel


def _room_for_dots(name: str, s: Sweep) -> tuple[float, float]:
    low, high = _range(s.value[name], zero=True)
    return (low - 0.06 * (high - low) if Track(s, name).jumps else low, high)


def broken(name: str, s: Sweep, theta: Parameter) -> list[dict]:
    """A distance as a line; where its value is one place's own, a dot between the line's ends."""
    x, y, color = _axis(theta, s.values), s.value[name], COLOURS[name]
    jumps = sorted(Track(s, name).jumps)
    if not jumps:
        return [{"kind": "line", "color": color, "x": x, "y": y}]
    ends = [i for i in jumps for _ in range(2)]  # the line goes up to the place from both sides
    near = np.array([[max(i - 1, 0), min(i + 1, len(y) - 1)] for i in jumps]).ravel()
    alone = y.copy()
    alone[jumps] = np.nan
    order = np.argsort(np.r_[np.arange(len(y)), np.ravel([[i - 0.1, i + 0.1] for i in jumps])])
    return [
        {"kind": "line", "color": color, "says": False, "x": np.r_[x, x[ends]][order],
         "y": np.r_[alone, alone[near]][order]},
        {"kind": "points", "color": color, "says": False, "width": 4, "x": x[jumps], "y": y[jumps]},
        # unseen, to be read off by the pointer
        {"kind": "points", "color": color, "width": 0.01, "x": x, "y": y},
    ]  # fmt: skip


def _range(y: np.ndarray, zero: bool = False) -> tuple[float, float]:
    """An axis that shows the bulk of the values: steep ends may leave it."""
    finite = y[np.isfinite(y)]
    if not len(finite):
        return (0.0, 1.0) if zero else (-1.0, 1.0)
    low, high = np.quantile(finite, (0.02, 0.98))
    most = 12 * float(np.median(np.abs(finite))) or math.inf
    low, high = max(float(low), -most), min(float(high), most)
    if zero:
        low = 0.0
    else:
        low, high = min(low, 0.0), max(high, 0.0)
    if high - low < _FLAT_ENOUGH:
        return (0.0, 1.0) if zero else (-1.0, 1.0)
    room = 0.08 * (high - low)
    return (low if zero else low - room, high + room)


def _densities(p: Distribution, q: Distribution, theta: Parameter) -> dict:
    """p_r, p_g where it is, and faintly where θ would take it."""
    places = theta.grid(5)
    shown = [moved(q, theta.key, float(v)) for v in places]
    spans = [window(p, d) for d in (q, shown[0], shown[-1])]
    span = min(s[0] for s in spans), max(s[1] for s in spans)
    drawn = curves(p, q, span)
    bare = not p.dense and not q.dense
    series: list[dict] = []
    for d in shown:
        there = curves(p, d, span)
        series += _drawn(there.x, there.q, d, "q", 1.0, bare)
    series += _drawn(drawn.x, drawn.p, p, "p", 2.0, bare)
    series += _drawn(drawn.x, drawn.q, q, "q", 2.0, bare)
    return {
        "title": "p_r, p_g, and p_g at other θ", "x": span, "name": "x",
        "rows": [{"y": (0, 1.1 if bare else 1.15 * drawn.top), "ticks": [], "series": series}],
    }  # fmt: skip


def _drawn(
    x: np.ndarray, y: np.ndarray, d: Distribution, side: str, width: float, bare: bool
) -> list[dict]:
    kind = "area" if width > 1 else "line"
    found: list[dict] = []
    if not bare and d.dense:
        found.append({"kind": kind, "color": side, "width": width, "x": x, "y": y, "says": False})
    if d.atoms and bare:
        places, masses = np.array(list(d.atoms)), np.array(list(d.atoms.values()))
        found.append({"kind": "stems", "color": side, "width": width, "x": places, "y": masses})
    return found
