"""The two densities that the theory pages share: their specs in the session and in the address.

`?p=normal(0,1)&q=normal(2,1)` is the same view on both pages. What is dragged lives in the
session and reaches the address when it is released; a spec that cannot be read changes nothing,
and is shown with the reason.
"""

import math
from typing import Any

import numpy as np
import streamlit as st

from gan_core.catalog import BadInput
from gan_core.divergences import FAMILIES, Curves, Distribution, parse, window
from ui import gallery
from ui.words import figure

SIDES = ("p", "q")
START = {"p": "normal(0,1)", "q": "normal(2,1)"}
NAMES = {"p": "p_r", "q": "p_g"}
PRESETS = {  # title: p, q and what there is to see
    "Overlapping normals": (
        "normal(0,1)", "normal(2,1)",
        "Everything is finite and everything slopes: the easy case.",
    ),
    "Two points": (
        "point(0)", "point(1)",
        "Example 1 of the WGAN paper: only EM knows that the points come nearer.",
    ),
    "Disjoint uniforms": (
        "uniform(0,1)", "uniform(2,3)",
        "No overlap: KL is infinite, JS is stuck at log 2, EM measures the gap.",
    ),
    "One mode of two": (
        "mixture(0.5*normal(-2,0.6)+0.5*normal(2,0.6))", "normal(2,0.6)",
        "A collapsed generator: forward KL punishes the missing mode, reverse KL hardly notices.",
    ),
    "Heavy tails": (
        "student_t(2,0,1)", "normal(0,1)",
        "The same centre, other tails: KL(p_r‖p_g) is infinite though the curves look alike.",
    ),
}  # fmt: skip
_CHOICES = {  # what the family menu offers: title and the spec that it sets
    "normal": ("Normal", "normal(0,1)"),
    "uniform": ("Uniform", "uniform(-1,1)"),
    "laplace": ("Laplace", "laplace(0,1)"),
    "student_t": ("Student's t", "student_t(3,0,1)"),
    "exponential": ("Exponential", "exponential(1)"),
    "gamma": ("Gamma", "gamma(2,1)"),
    "beta": ("Beta", "beta(2,2)"),
    "point": ("Point mass", "point(0)"),
    "mixture": ("Mixture", "mixture(0.5*normal(-1.5,0.6)+0.5*normal(1.5,0.6))"),
}
_SCALES = ("std", "scale", "rate")
_STATE = "pair"
# In the session: `specs` of both sides; `bad` texts and why; `linked`, the sides last set by the
# address, and that `address`; the `window` of a drag; `seq`, the last message taken.


def state() -> dict[str, Any]:
    """The session's pair, brought in line with the address; the first call of a page."""
    found = st.session_state.setdefault(
        _STATE,
        {"specs": dict(START), "address": {}, "bad": {}, "linked": set(), "window": None, "seq": 0},
    )
    for side in SIDES:
        text = st.query_params.get(side)
        if text is not None and text != found["address"].get(side):
            _take(found, side, text)
            found["linked"].add(side)
            found["window"] = None
            found["address"][side] = text
    if any(st.query_params.get(side) is None for side in SIDES):
        _write(found)  # the page was reached from the menu: give it the shared pair
    return found


def _take(found: dict[str, Any], side: str, text: str) -> None:
    """Accept a spec, or keep the old one and remember what is wrong with the new."""
    found["bad"].pop(side, None)
    try:
        parse(text)
    except BadInput as error:
        found["bad"][side] = (text, str(error))
    else:
        found["specs"][side] = text


def _write(found: dict[str, Any]) -> None:
    for side in SIDES:
        bad = found["bad"].get(side)
        found["address"][side] = bad[0] if bad else found["specs"][side]
        st.query_params[side] = found["address"][side]


def receive(key: str, page: str) -> None:
    """Take what the component sent (its callback); on release, write the address."""
    sent, found = st.session_state[key].get("pair"), st.session_state[_STATE]
    if not isinstance(sent, dict):
        return
    side = sent.get("side")
    warned = side in found["bad"] and side in found["linked"]
    if side in SIDES:
        _take(found, side, str(sent.get("spec")))
        found["linked"].discard(side)
    found["seq"] = int(sent.get("seq") or 0)
    found["window"] = _window(sent.get("window"))
    if not sent.get("done"):
        return
    _write(found)
    if warned:
        st.rerun()  # the whole page: its warning has gone
    st.rerun([f"{page}_live", f"{page}_figures"])


def _window(sent: Any) -> tuple[float, float] | None:
    """The stretch of x that stays put during a drag; None asks for a fresh one."""
    if isinstance(sent, list) and len(sent) == 2 and np.all(np.isfinite(sent)):
        low, high = map(float, sent)
        return (low, high) if low < high else None
    return None


def preset(p: str, q: str) -> None:
    """Show this pair (a callback)."""
    found = st.session_state[_STATE]
    found.update(specs={"p": p, "q": q}, bad={}, window=None)
    _write(found)


def distributions() -> tuple[Distribution, Distribution]:
    """The two, as they are now."""
    specs = st.session_state[_STATE]["specs"]
    return parse(specs["p"]), parse(specs["q"])


def presets() -> None:
    """Buttons that set both densities."""
    for i, (title, (p, q, line)) in enumerate(PRESETS.items()):
        st.button(title, help=line, key=f"pair_preset_{i}", on_click=preset, args=(p, q))


def warnings() -> None:
    """Say what is wrong with a spec in the address, and what is shown instead."""
    found = st.session_state[_STATE]
    for side, (text, problem) in found["bad"].items():
        if side not in found["linked"]:
            continue  # it was typed here: the field itself says so
        st.warning(
            f"{NAMES[side]} = “{gallery.plain(text[:200])}” cannot be read."
            f" {gallery.plain(problem)} Until then {NAMES[side]} stays `{found['specs'][side]}`.",
            icon=":material/edit:",
        )


def shown_window(p: Distribution, q: Distribution) -> tuple[float, float]:
    """The stretch of x to draw: that of a drag under way, or one that fits."""
    return st.session_state[_STATE]["window"] or window(p, q)


def header(p: Distribution, q: Distribution, drawn: Curves, span: tuple[float, float]) -> dict:
    """What the component needs to know of the pair itself."""
    found = st.session_state[_STATE]
    return {
        "seq": found["seq"],
        "window": list(span),
        "top": drawn.top,
        "sides": [_side(found, side, d) for side, d in zip(SIDES, (p, q), strict=True)],
        "choices": {name: {"title": t, "spec": s} for name, (t, s) in _CHOICES.items()},
    }


def _side(found: dict[str, Any], side: str, d: Distribution) -> dict[str, Any]:
    text, problem = found["bad"].get(side, (found["specs"][side], ""))
    mixed = len(d.parts) > 1
    return {
        "key": side,
        "spec": text,
        "problem": problem,
        "family": "mixture" if mixed else d.parts[0][1].name,
        "stems": [[x, mass] for x, mass in d.atoms.items()],
        "parts": [
            {
                "family": part.name,
                "title": _CHOICES[part.name][0],
                "weight": weight if mixed else None,
                "values": list(part.values),
                "sliders": [_slider(n, v) for n, v in zip(part.names(), part.values, strict=True)],
            }
            for weight, part in d.parts
        ],
    }


def _slider(name: str, value: float) -> dict[str, Any]:
    """Range of a parameter's slider; it grows to hold values that were typed."""
    if name in _SCALES:
        return {"name": name, "log": True, "min": min(0.02, value), "max": max(10.0, value)}
    if name in ("shape", "a", "b", "df"):
        least = min(0.2, value)
        return {"name": name, "log": True, "min": least, "max": max(50.0, value)}
    reach = 8.0 if abs(value) <= 8 else 2 * abs(value)
    return {"name": name, "log": False, "min": -reach, "max": reach}


_SHARES = {  # what a place with probabilities p and q adds to a distance
    "kl": lambda p, q: 0.0 if not p else math.inf if not q else p * math.log(p / q),
    "js": lambda p, q: sum(m * math.log(2 * m / (p + q)) / 2 for m in (p, q) if m),
    "tv": lambda p, q: abs(p - q) / 2,
}


def stems(name: str, swapped: bool = False) -> list[list]:
    """What point masses add to KL, JS (in nats) or TV: [place, height, text] for each."""
    p, q = distributions()
    if swapped:
        p, q = q, p
    shares = {
        x: _SHARES[name](p.atoms.get(x, 0.0), q.atoms.get(x, 0.0))
        for x in sorted(p.atoms.keys() | q.atoms.keys())
    }
    most = max((abs(v) for v in shares.values() if math.isfinite(v)), default=0.0) or 1.0
    return [[x, 1.0 if math.isinf(v) else abs(v) / most, figure(v)] for x, v in shares.items() if v]


def families() -> list[str]:
    """Every family, for a page's help text."""
    return [f"`{name}({', '.join(family.names())})`" for name, family in FAMILIES.items()]
