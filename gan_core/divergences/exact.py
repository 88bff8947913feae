"""What is known without looking: which distances are infinite, and those with a closed form."""

import math
from collections.abc import Callable, Sequence

import numpy as np
from scipy import special as sc

from gan_core.divergences.base import Distribution, Family, number
from gan_core.divergences.bounded import Beta, Uniform
from gan_core.divergences.chi2 import cancelled_sum, chi2_reason, shape_scale
from gan_core.divergences.onesided import Exponential, Gamma
from gan_core.divergences.support import disjoint, heaviest, uncovered_reason
from gan_core.divergences.symmetric import Laplace, Normal, StudentT


def infinite(p: Distribution, q: Distribution, names: Sequence[str]) -> dict[str, str]:
    """The reason for every one of these distances that is infinite, by name."""
    reasons: dict[str, Callable[[], str]] = {
        "kl": lambda: _kl_reason(p, q, "p", "q"),
        "kl_reverse": lambda: _kl_reason(q, p, "q", "p"),
        "chi2": lambda: chi2_reason(p, q),
        "w1": lambda: _moment_reason(p, q, 1),
        "w2": lambda: _moment_reason(p, q, 2),
    }
    why = {name: reasons[name]() for name in names if name in reasons}
    return {name: reason for name, reason in why.items() if reason}


def _kl_reason(p: Distribution, q: Distribution, p_name: str, q_name: str) -> str:
    reason = uncovered_reason(p, q, p_name, q_name)
    if reason or not p.dense:
        return reason
    heavy = []
    for side, word in ((-1, "left"), (1, "right")):
        (a, b, c), (q_a, q_b, _) = heaviest(p, side), heaviest(q, side)
        # p ~ |x|^-c, and log q falls like x², |x| or log |x|
        if a == b == 0 and c - 1 <= (2 if q_a > 0 else 1 if q_b > 0 else 0) and q_a < math.inf:
            heavy.append(word)
    if len(heavy) == 2:
        return f"both tails of {p_name} are too heavy for those of {q_name}"
    return f"the {heavy[0]} tail of {p_name} is too heavy for that of {q_name}" if heavy else ""


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
    every = sorted(ours.keys() | theirs.keys())
    for df in every:
        a, b = ours.get(df, 0.0), theirs.get(df, 0.0)
        if abs(a - b) > 1e-12 * max(a, b):
            # equal tails of every[0] move by x^(1 - df + every[0]) then, to the power of order
            if df > 1 + every[0] * (1 - 1 / order):
                return ""
            what = "mean" if order == 1 else "variance"
            return f"tails with df = {number(df)} have no {what}, and those of p and q differ"
    return ""


def closed_forms(p: Distribution, q: Distribution, names: Sequence[str]) -> dict[str, float]:
    """Those of the distances `names` between this pair that a formula gives."""
    if p == q:
        return dict.fromkeys(names, 0.0)
    known: dict[str, float | None] = {}
    if disjoint(p, q):
        known |= {"js": math.log(2), "tv": 1.0, "hellinger": 1.0}
    elif isinstance(p, Family) and isinstance(q, Family):
        known["hellinger"] = _hellinger(p, q)
    if not p.dense and not q.dense:
        known |= _discrete(p, q)
    elif isinstance(p, Family) and isinstance(q, Family):
        known |= {"kl": _kl(p, q), "kl_reverse": _kl(q, p), "w2": _w2(p, q)}
    for a, b in ((p, q), (q, p)):
        if len(a.parts) == 1 and a.atoms:
            known["w2"] = math.sqrt(b.var + (b.mean - a.mean) ** 2)
    return {name: value for name, value in known.items() if value is not None}


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
        ratio = math.log1p(more) / 2 if more > -0.5 else math.log(p.std / q.std)
        return cancelled_sum(more / 2, -ratio, (p.mean - q.mean) ** 2 / (2 * q.std**2))
    if isinstance(p, Uniform) and isinstance(q, Uniform):
        if q.low <= p.low and p.high <= q.high:
            return math.log((q.high - q.low) / (p.high - p.low))
        return None
    if isinstance(p, Laplace) and isinstance(q, Laplace):
        d = abs(p.mean - q.mean)
        return cancelled_sum(
            math.log(q.scale / p.scale), p.scale / q.scale * math.exp(-d / p.scale), d / q.scale, -1
        )
    if isinstance(p, Exponential | Gamma) and isinstance(q, Exponential | Gamma):
        (a, s), (b, t) = (shape_scale(p), shape_scale(q))
        return cancelled_sum(
            (a - b) * float(sc.psi(a)),
            float(sc.gammaln(b) - sc.gammaln(a)),
            b * math.log(t / s),
            a * (s - t) / t,
        )
    if isinstance(p, Beta) and isinstance(q, Beta):
        psi = sc.psi([p.a, p.b, p.a + p.b])
        return cancelled_sum(
            float(sc.betaln(q.a, q.b) - sc.betaln(p.a, p.b)),
            (p.a - q.a) * float(psi[0]),
            (p.b - q.b) * float(psi[1]),
            (q.a + q.b - p.a - p.b) * float(psi[2]),
        )
    return None


def _hellinger(p: Family, q: Family) -> float | None:
    """√(1 - ∫√(pq)) where a formula exists, and has not cancelled."""
    if isinstance(p, Normal) and isinstance(q, Normal):
        total = math.hypot(p.std, q.std)
        apart = ((p.std - q.std) / total) ** 2
        near = math.log1p(-apart) if apart < 0.5 else math.log(2 * p.std / total * (q.std / total))
        overlap = near / 2
        return math.sqrt(-math.expm1(overlap - ((p.mean - q.mean) / total / 2) ** 2))
    if isinstance(p, Exponential | Gamma) and isinstance(q, Exponential | Gamma):
        (a, s), (b, t) = shape_scale(p), shape_scale(q)
        middle = (a + b) / 2
        logs = sc.gammaln([middle, a, b])
        away = cancelled_sum(
            (float(logs[1]) + float(logs[2])) / 2,
            -float(logs[0]),
            middle * math.log((s + t) / 2),
            -(b * math.log(s) + a * math.log(t)) / 2,
        )
        return None if away is None else math.sqrt(-math.expm1(-away))
    if isinstance(p, Beta) and isinstance(q, Beta):
        logs = sc.betaln([(p.a + q.a) / 2, p.a, q.a], [(p.b + q.b) / 2, p.b, q.b])
        away = cancelled_sum(float(logs[1]) / 2, float(logs[2]) / 2, -float(logs[0]))
        return None if away is None else math.sqrt(-math.expm1(-away))
    return None


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
