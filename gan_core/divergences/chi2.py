"""Pearson's χ²: when it is infinite, and its closed forms. One is added to it: ∫p²/q = 1 + χ²."""

import math

from scipy import special as sc

from gan_core.divergences.base import Distribution, Family, Tail
from gan_core.divergences.bounded import Beta, Uniform
from gan_core.divergences.onesided import Exponential, Gamma
from gan_core.divergences.support import heaviest, uncovered_reason
from gan_core.divergences.symmetric import Normal

_LOST = 1e-7  # a closed form smaller than this part of its terms, or than it, has lost digits
_EQUAL = 1e-12  # coefficients closer than this part of themselves cancel
LARGEST_LOG = math.log(1e308)


def chi2_reason(p: Distribution, q: Distribution) -> str:
    """Why χ²(p‖q) is infinite; empty if it is not."""
    reason = uncovered_reason(p, q, "p", "q")
    if reason or not p.dense:
        return reason
    sides = {"left": -1, "right": 1}
    thin = [
        word for word, side in sides.items() if not _falls(heaviest(p, side), heaviest(q, side))
    ]
    if thin:
        where = f"the {thin[0]} tail" if len(thin) == 1 else "both tails"
        return f"p²/q cannot be integrated over {where}, where q is too thin for p"
    for place, side in ((0.0, 1), (1.0, -1)):
        ours, theirs = (min(part.exponent(place, side) for _, part in d.dense) for d in (p, q))
        if ours < math.inf and 2 * ours - theirs <= -1:
            grows = "q vanishes too fast for p" if theirs > 0 else "p grows too fast for q"
            return f"p²/q cannot be integrated near x = {place:g}, where {grows}"
    return ""


def _falls(p: Tail, q: Tail) -> bool:
    """Whether p²/q ~ exp(-a x² - b |x|)/|x|^c is integrable: the first coefficient that the two
    tails do not share decides."""
    if math.isinf(p[0]):
        return True
    for ours, theirs in zip(p[:2], q[:2], strict=True):
        left = 2 * ours - theirs
        if abs(left) > _EQUAL * abs(theirs):
            return left > 0
    return 2 * p[2] - q[2] > 1 + _EQUAL


def log_chi2(p: Family, q: Family) -> float | None:
    """log χ² where it is finite and a formula exists that has not cancelled."""
    more = _log_more(p, q)
    if more is None or more <= 0:
        return None
    return more + math.log(-math.expm1(-more))


def _log_more(p: Family, q: Family) -> float | None:
    """log ∫p²/q."""
    if isinstance(p, Normal) and isinstance(q, Normal):
        narrower = (q.std - p.std) * (q.std + p.std) / q.std**2
        left = q.std**2 * (1 + narrower)  # 2 s_q² - s_p²
        ratio = (p.std / q.std) ** 2
        log = math.log1p(-(narrower**2)) if narrower < 0.5 else math.log(ratio * (2 - ratio))
        return (p.mean - q.mean) ** 2 / left - log / 2
    if isinstance(p, Uniform) and isinstance(q, Uniform):
        more = (p.low - q.low + q.high - p.high) / (p.high - p.low)
        return math.log1p(more)
    if isinstance(p, Exponential | Gamma) and isinstance(q, Exponential | Gamma):
        (a, s), (b, t) = shape_scale(p), shape_scale(q)
        c = 2 * a - b
        if (2 * t - s) < 1e-6 * s or c < 1e-6 * a:
            return None
        logs = sc.gammaln([a, b, c])
        return cancelled_sum(
            float(logs[1]), float(logs[2]), -2 * float(logs[0]),
            b * math.log(t), -2 * a * math.log(s), -c * math.log((2 * t - s) / (s * t)),
        )  # fmt: skip
    if isinstance(p, Beta) and isinstance(q, Beta):
        logs = sc.betaln([p.a, q.a, 2 * p.a - q.a], [p.b, q.b, 2 * p.b - q.b])
        return cancelled_sum(float(logs[1]), float(logs[2]), -2 * float(logs[0]))
    return None


def shape_scale(d: Exponential | Gamma) -> tuple[float, float]:
    return (1.0, 1 / d.rate) if isinstance(d, Exponential) else (d.shape, d.scale)


def cancelled_sum(*terms: float) -> float | None:
    """Their sum, which cannot be negative; None if so many digits cancelled that few are left."""
    total = math.fsum(terms)
    if all(term == 0 for term in terms):
        return 0.0
    return total if total > _LOST * max(1.0, *map(abs, terms)) else None
