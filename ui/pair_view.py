"""What the component of two densities needs to know of the pair: its sides, sliders and masses."""

import math
from typing import Any

from gan_core.divergences import FAMILIES, Curves, Distribution
from gan_core.divergences.samples import Sample
from ui import pair, words
from ui.examples import FAMILY_CHOICES

_SCALES = ("std", "scale", "rate")


def header(p: Distribution, q: Distribution, drawn: Curves, span: tuple[float, float]) -> dict:
    """What the component needs to know of the pair itself."""
    found = pair.model()
    return {
        "seq": found["seq"],
        "window": list(span),
        "top": drawn.top,
        "sides": [_side(found, side, d) for side, d in zip(pair.SIDES, (p, q), strict=True)],
        "choices": {name: {"title": t, "spec": s} for name, (t, s) in FAMILY_CHOICES.items()},
    }


def _side(found: dict[str, Any], side: str, d: Distribution) -> dict[str, Any]:
    text, problem = found["bad"].get(side, (pair.short(found, side), ""))
    own = isinstance(d, Sample)
    mixed = len(d.parts) > 1
    return {
        "key": side,
        "spec": text,
        "problem": "" if side in found["linked"] else problem,  # the page says it above
        "family": _family(d),
        "stems": [] if own else [[x, mass] for x, mass in d.atoms.items()],
        "parts": []
        if own
        else [
            {
                "family": part.name,
                "title": FAMILY_CHOICES[part.name][0],
                "weight": weight if mixed else None,
                "values": list(part.values),
                "sliders": [_slider(n, v) for n, v in zip(part.names(), part.values, strict=True)],
            }
            for weight, part in d.parts
        ],
    }


def _family(d: Distribution) -> str:
    """Which entry of the family menu this is."""
    if len(d.parts) == 1:
        return d.parts[0][1].name
    return "mixture" if d.dense else "points"


def _slider(name: str, value: float) -> dict[str, Any]:
    """Range of a parameter's slider; it grows to hold values that were typed."""
    if name.startswith("bar"):
        return {"name": name, "log": False, "min": 0.0, "max": max(5.0, value)}
    if name in _SCALES or name in ("shape", "a", "b", "df"):
        low, high = (0.02, 10.0) if name in _SCALES else (0.2, 50.0)
        least = low if value >= low else 10.0 ** math.floor(math.log10(value))
        most = high if value <= high else 10.0 ** math.ceil(math.log10(value))
        return {"name": name, "log": True, "min": least, "max": most}
    reach = 8.0 if abs(value) <= 8 else 2.0 * 10.0 ** math.ceil(math.log10(abs(value)))
    return {"name": name, "log": False, "min": -reach, "max": reach}


_SHARES = {  # what a place with probabilities p and q adds to a distance (hellinger: its square)
    "hellinger": lambda p, q: (math.sqrt(p) - math.sqrt(q)) ** 2 / 2,
    "chi2": lambda p, q: (p - q) ** 2 / q if q else math.inf,
    "kl": lambda p, q: 0.0 if not p else math.inf if not q else p * math.log(p / q),
    "js": lambda p, q: sum(m * math.log(2 * m / (p + q)) / 2 for m in (p, q) if m),
    "tv": lambda p, q: abs(p - q) / 2,
}


def stems(name: str, swapped: bool = False, by: float = 1.0) -> list[list]:
    """What point masses add to a distance, times `by`: [place, height, text] for each."""
    p, q = pair.distributions()
    if swapped:
        p, q = q, p
    shares = {
        x: by * _SHARES[name](p.atoms.get(x, 0.0), q.atoms.get(x, 0.0))
        for x in sorted(p.atoms.keys() | q.atoms.keys())
    }
    most = max((abs(v) for v in shares.values() if math.isfinite(v)), default=0.0) or 1.0
    return [
        [x, 1.0 if math.isinf(v) else abs(v) / most, words.figure(v)]
        for x, v in shares.items()
        if v
    ]


def families() -> list[str]:
    """Every family, for a page's help text."""
    return [f"`{name}({', '.join(family.names())})`" for name, family in FAMILIES.items()]
