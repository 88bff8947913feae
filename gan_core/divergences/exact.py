"""What is known without looking: which distances are infinite, and those with a closed form."""

import math

import numpy as np
from scipy import special as sc

from gan_core.divergences.base import Distribution, Family, number
from gan_core.divergences.bounded import Beta, Uniform
from gan_core.divergences.onesided import Exponential, Gamma
from gan_core.divergences.symmetric import Laplace, Normal, StudentT

_LOST = 1e-6  # a closed form smaller than this part of its own terms has lost digits: do not use it


def infinite(p: Distribution, q: Distribution) -> dict[str, str]:
    """The reason for every distance that is infinite, by name."""
    why = {"kl": _kl_reason(p, q, "p", "q"), "kl_reverse": _kl_reason(q, p, "q", "p")}
    for order, name in ((1, "w1"), (2, "w2")):
        why[name] = _moment_reason(p, q, order)
    return {name: reason for name, reason in why.items() if reason}


def _kl_reason(p: Distribution, q: Distribution, p_name: str, q_name: str) -> str:
    for place, mass in p.atoms.items():
        if not q.atoms.get(place):
            return (
                f"{p_name} puts probability {mass:.3g} on the single point x = {place:.4g},"
                f" where {q_name} has none"
            )
    for low, high in _uncovered(p, q):
        return f"{p_name} has mass where {q_name} has no density: {_stretch(low, high)}"
    for side, word in ((-1, "left"), (1, "right")):
        df = min((part.tail(side)[1] for _, part in p.dense), default=math.inf)
        power = min((part.tail(side)[0] for _, part in q.dense), default=math.inf)
        if df <= power < math.inf and power > 0:
            return f"the {word} tail of {p_name} is too heavy for that of {q_name}"
    return ""


def _stretch(low: float, high: float) -> str:
    if math.isinf(low) and math.isinf(high):
        return "everywhere"
    if math.isinf(low):
        return f"at every x below {high:.4g}"
    if math.isinf(high):
        return f"at every x above {low:.4g}"
    return f"from x = {low:.4g} to {high:.4g}"


def _uncovered(p: Distribution, q: Distribution) -> list[tuple[float, float]]:
    """The first stretch where p has density and q has none, if there is one."""
    covers = sorted(part.support for _, part in q.dense)
    for low, high in sorted(part.support for _, part in p.dense):
        reached = low
        for start, end in covers:
            if start <= reached < end:
                reached = end
        if reached < high:
            later = [start for start, _ in covers if start > reached]
            return [(reached, min([high, *later]))]
    return []


def disjoint(p: Distribution, q: Distribution) -> bool:
    """Whether the two share no point that either gives probability to."""
    if p.atoms.keys() & q.atoms.keys():
        return False
    return not any(
        max(a.support[0], b.support[0]) < min(a.support[1], b.support[1])
        for _, a in p.dense
        for _, b in q.dense
    )


def _heavy(d: Distribution, order: float) -> dict[float, float]:
    """Strength of the tails that have no moment of this order, by df: Σ weight·scale^df."""
    found: dict[float, float] = {}
    for weight, part in d.parts:
        if isinstance(part, StudentT) and part.df <= order:
            found[part.df] = found.get(part.df, 0.0) + weight * part.scale**part.df
    return found


def equal_tails(p: Distribution, q: Distribution) -> bool:
    """Whether both have the same tails without a variance, so that these cancel."""
    return bool(_heavy(p, 2)) and not _moment_reason(p, q, 2)


def _moment_reason(p: Distribution, q: Distribution, order: int) -> str:
    ours, theirs = _heavy(p, order), _heavy(q, order)
    for df in sorted(ours.keys() | theirs.keys()):
        a, b = ours.get(df, 0.0), theirs.get(df, 0.0)
        if abs(a - b) > 1e-12 * max(a, b):
            what = "mean" if order == 1 else "variance"
            return f"tails with df = {number(df)} have no {what}, and those of p and q differ"
    return ""


def closed_forms(p: Distribution, q: Distribution) -> dict[str, float]:
    """The distances between this pair that a formula gives."""
    if p == q:
        return dict.fromkeys(("kl", "kl_reverse", "js", "tv", "w1", "w2"), 0.0)
    known: dict[str, float] = {}
    if disjoint(p, q):
        known |= {"js": math.log(2), "tv": 1.0}
    if not p.dense and not q.dense:
        known |= _discrete(p, q)
    for a, b in ((p, q), (q, p)):
        if len(a.parts) == 1 and a.atoms:
            known["w2"] = math.sqrt(b.var + (b.mean - a.mean) ** 2)
    if isinstance(p, Family) and isinstance(q, Family):
        for name, value in (("kl", _kl(p, q)), ("kl_reverse", _kl(q, p)), ("w2", _w2(p, q))):
            if value is not None:
                known[name] = value
    return known


def _discrete(p: Distribution, q: Distribution) -> dict[str, float]:
    """W2 between point masses: both sets of quantiles are steps."""
    places = [np.array(sorted(d.atoms)) for d in (p, q)]
    steps = [np.cumsum([d.atoms[x] for x in at]) for d, at in zip((p, q), places, strict=True)]
    cuts = np.unique(np.r_[0, *steps])
    middle = (cuts[1:] + cuts[:-1]) / 2
    x, y = (
        at[np.minimum(np.searchsorted(step, middle), len(at) - 1)]
        for at, step in zip(places, steps, strict=True)
    )
    return {"w2": math.sqrt(float((np.diff(cuts) * (x - y) ** 2).sum()))}


def _kl(p: Family, q: Family) -> float | None:
    """KL(p‖q) where a formula exists, and has not cancelled."""
    if isinstance(p, Normal) and isinstance(q, Normal):
        more = (p.std - q.std) * (p.std + q.std) / q.std**2
        return _sum(more / 2, -math.log1p(more) / 2, (p.mean - q.mean) ** 2 / (2 * q.std**2))
    if isinstance(p, Uniform) and isinstance(q, Uniform):
        if q.low <= p.low and p.high <= q.high:
            return math.log((q.high - q.low) / (p.high - p.low))
        return None
    if isinstance(p, Laplace) and isinstance(q, Laplace):
        d = abs(p.mean - q.mean)
        return _sum(
            math.log(q.scale / p.scale), p.scale / q.scale * math.exp(-d / p.scale), d / q.scale, -1
        )
    if isinstance(p, Exponential | Gamma) and isinstance(q, Exponential | Gamma):
        (a, s), (b, t) = (_shape_scale(p), _shape_scale(q))
        return _sum(
            (a - b) * float(sc.psi(a)),
            float(sc.gammaln(b) - sc.gammaln(a)),
            b * math.log(t / s),
            a * (s - t) / t,
        )
    if isinstance(p, Beta) and isinstance(q, Beta):
        psi = sc.psi([p.a, p.b, p.a + p.b])
        return _sum(
            float(sc.betaln(q.a, q.b) - sc.betaln(p.a, p.b)),
            (p.a - q.a) * float(psi[0]),
            (p.b - q.b) * float(psi[1]),
            (q.a + q.b - p.a - p.b) * float(psi[2]),
        )
    return None


def _shape_scale(d: Exponential | Gamma) -> tuple[float, float]:
    return (1.0, 1 / d.rate) if isinstance(d, Exponential) else (d.shape, d.scale)


def _sum(*terms: float) -> float | None:
    total = math.fsum(terms)
    if all(term == 0 for term in terms):
        return 0.0
    return total if total > _LOST * max(map(abs, terms)) else None


def _w2(p: Family, q: Family) -> float | None:
    """W2 of two members of one location-scale family: quantiles differ by a straight line."""
    if type(p) is not type(q):
        return None
    if isinstance(p, StudentT) and isinstance(q, StudentT):
        if p.df == q.df and p.scale == q.scale:
            return abs(p.mean - q.mean)
        if p.df != q.df or p.df <= 2:
            return None
    elif isinstance(p, Gamma) and isinstance(q, Gamma):
        if p.shape != q.shape:
            return None
    elif not isinstance(p, Normal | Laplace | Uniform | Exponential):
        return None
    return math.hypot(p.mean - q.mean, math.sqrt(p.var) - math.sqrt(q.var))
