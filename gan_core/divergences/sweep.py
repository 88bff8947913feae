"""One parameter θ of q varied, q = p_g: every distance of p and q, and its slope, along θ.

Slopes are exact to about 1e-4 of the steepest. Where the values on the grid are smooth,
differences of seven of them say so (those of fewer agree) and are the slope. Elsewhere the
distances are computed again a hair to either side: the two sides may differ (a kink), or not even
meet the value (a jump, such as JS of two points: 0 where they coincide, log 2 everywhere else).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from gan_core.catalog import BadInput
from gan_core.divergences.base import Array, Distribution, Mask
from gan_core.divergences.distances import NAMES, Distances, distances
from gan_core.divergences.parameters import moved
from gan_core.divergences.samples import Sample

SWEPT = (*NAMES, "sqrt_js")
_HAIR = 1e-4  # of the range: how far to a side the slope is measured where it is not smooth
_MOST = 2000  # numbers of a sample
_ROUNDING = 1e-13  # relative, of a distance
_AGREE = 1e-3  # relative difference of two estimates of one slope


def _rule(at: int, points: Sequence[int]) -> Array:
    """Weights [7] of neighbours 0 to 6, of which only `points` count, for the slope at `at`."""
    offsets = np.array(points, float) - at
    weights = np.zeros(7)
    powers = np.vander(offsets, increasing=True).T
    weights[list(points)] = np.linalg.solve(powers, np.eye(len(points))[1])
    return weights


_SEVEN = np.array([_rule(at, range(7)) for at in range(7)])
_FEWER = np.array(
    [_rule(at, range(6) if at < 3 else range(1, 6) if at == 3 else range(1, 7)) for at in range(7)]
)


@dataclass(frozen=True)
class Sweep:
    """Distances by name along the `values` [n] of parameter `key` of q.

    `value` [n] may be inf, with `why`; `left` and `right` are one-sided slopes, per unit of θ, and
    `slope` is both where they agree; NaN where there is none: beside inf, at kinks and jumps.
    """

    key: str
    values: Array
    unit: str
    value: dict[str, Array] = field(default_factory=dict)
    slope: dict[str, Array] = field(default_factory=dict)
    left: dict[str, Array] = field(default_factory=dict)
    right: dict[str, Array] = field(default_factory=dict)
    why: dict[str, list[str]] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self.value)

    def lowest(self, name: str) -> int:
        """Where on the grid this distance is smallest: the middle of equal places."""
        value = self.value[name]
        least = np.flatnonzero(value <= np.min(value) * (1 + 1e-12))
        return int(least[len(least) // 2])


def sweep(
    p: Distribution, q: Distribution, key: str, values: ArrayLike, unit: str = "nats"
) -> Sweep:
    """The sweep of q's parameter `key` over ascending `values`, five of them at least."""
    theta = np.asarray(values, float)
    if len(theta) < 5 or not (np.diff(theta) > 0).all():
        raise ValueError("a sweep needs five values or more, in ascending order")
    p, q = _thinned(p), _thinned(q)
    found = [_at(p, q, key, t, unit) for t in theta]
    result = Sweep(key, theta, unit)
    for name in SWEPT:
        result.value[name] = np.array([getattr(d, name) for d in found])
        result.why[name] = [d.why.get("js" if name == "sqrt_js" else name, "") for d in found]
    _fill_slopes(result, p, q)
    for name in SWEPT:
        left, right = result.left[name], result.right[name]
        for side in (left, right):  # where it is flat, what remains is rounding
            change = np.abs(side) * np.gradient(theta)
            side[change <= 0.1 * _ROUNDING * np.abs(result.value[name])] = 0.0
        result.slope[name] = np.where(left == right, left, np.nan)
    return result


def _fill_slopes(result: Sweep, p: Distribution, q: Distribution) -> None:
    """One-sided slopes, from the grid where that can be trusted and measured where it cannot."""
    u, du, even = _coordinate(result.values)
    doubtful: dict[int, list[str]] = {}
    for name, value in result.value.items():
        slope, sure = np.full(len(u), np.nan), np.zeros(len(u), bool)
        if isinstance(p, Sample) or isinstance(q, Sample):
            # an estimate is a staircase: only its trend over the grid means anything
            finite = np.where(np.isfinite(value), value, np.nan)
            slope = np.interp(u, u[even], np.gradient(finite[even], u[even]))
            sure = np.ones(len(u), bool)
        elif name == "chi2":  # it grows like exp(θ²): its logarithm's differences are the better
            slope[even], sure[even] = _smooth(np.log1p(value[even]), u[even])
            slope = np.where(np.isfinite(value), (1 + value) * slope, np.nan)
        else:
            slope[even], sure[even] = _smooth(value[even], u[even])
        result.left[name], result.right[name] = slope / du, slope / du
        for i in np.flatnonzero(~(np.isinf(value) | sure)).tolist():
            doubtful.setdefault(i, []).append(name)
    for i, names in doubtful.items():
        _measure(result, p, q, i, names, u, du, _hair(u[even]))


def _thinned(d: Distribution) -> Distribution:
    """d; of a sample of more than _MOST numbers as many quantiles, which sweep alike."""
    if not isinstance(d, Sample) or d.n <= _MOST:
        return d
    return Sample(d.quantile((np.arange(_MOST) + 0.5) / _MOST))


def _at(
    p: Distribution,
    q: Distribution,
    key: str,
    theta: float,
    unit: str,
    names: Sequence[str] = NAMES,
) -> Distances:
    there = moved(q, key, theta)
    if isinstance(p, Sample) or isinstance(q, Sample):
        from gan_core.divergences.estimators import estimated  # which imports what imports this

        return estimated(p, there, unit, interval=False, names=names)
    return distances(p, there, unit, names=names)


def _coordinate(theta: Array) -> tuple[Array, Array, Mask]:
    """The coordinate u in which the grid is even (θ or its logarithm), dθ/du, and which points
    are of the even grid: all, or all but one between two of them."""
    even, is_even = _even(theta)
    if is_even or theta[0] <= 0:
        return theta, np.ones(len(theta)), even
    return np.log(theta), theta, _even(np.log(theta))[0]


def _even(u: Array) -> tuple[Mask, bool]:
    """Which points of u make an even grid, and whether they do; all of them if none do."""
    every, steps = np.ones(len(u), bool), np.diff(u)
    kept = every.copy()
    usual = float(np.median(steps))
    short = np.flatnonzero(steps < usual * (1 - 1e-8))
    if len(short) == 2 and short[1] == short[0] + 1:
        kept[short[1]] = False
    is_even = bool(np.ptp(np.diff(u[kept])) <= 1e-6 * usual)
    return (kept if is_even else every), is_even


def _hair(u: Array) -> float:
    """How far to a side slopes are measured on this grid."""
    return min(_HAIR * float(u[-1] - u[0]), 0.01 * float(np.diff(u).min()))


def _smooth(value: Array, u: Array) -> tuple[Array, Array]:
    """Slopes by differences of seven neighbours, and where these can be trusted: fewer neighbours
    say the same (a kink to one side would show), and the sixth difference is small (a kink right
    here would)."""
    n, steps = len(u), np.diff(u)
    if n < 7 or np.ptp(steps) > 1e-6 * steps.mean():
        return np.full(n, np.nan), np.zeros(n, bool)
    start = np.clip(np.arange(n) - 3, 0, n - 7)
    near, place = value[start[:, None] + np.arange(7)], np.arange(n) - start
    with np.errstate(invalid="ignore"):
        slope, fewer = ((near * rule[place]).sum(1) / steps.mean() for rule in (_SEVEN, _FEWER))
        steep = np.abs(np.diff(near, axis=1)).max(1)
        rounding = _ROUNDING * np.abs(near).max(1)
        alike = (1e-5 * steep + rounding) / steps.mean()
        agree = np.abs(slope - fewer) <= _AGREE * np.abs(slope) + alike
        even = np.abs(np.diff(near, 6, axis=1)[:, 0]) <= 0.3 * steep + 10 * rounding
        return slope, agree & even & np.isfinite(slope)


def _measure(
    result: Sweep, p: Distribution, q: Distribution, i: int, names: list[str], u: Array, du: Array,
    hair: float,
) -> None:  # fmt: skip
    """Left and right slopes at grid point i, from distances a hair to either side of it."""
    base = [name for name in NAMES if name in names or (name == "js" and "sqrt_js" in names)]
    log = bool((du != 1).any())

    def beside(hairs: int, names: Sequence[str]) -> Distances | None:
        place = u[i] + hairs * hair
        try:
            return _at(p, q, result.key, math.exp(place) if log else place, result.unit, names)
        except BadInput:  # beyond what the parameter allows
            return None

    near = [beside(side, base) for side in (-1, 1)]
    kinked = []
    for name in names:
        value = result.value[name]
        left, right = (
            side * (_of(d, name) - value[i]) / hair for side, d in zip((-1, 1), near, strict=True)
        )
        if abs(left - right) <= _tolerance(left, right, value, u, i, hair):
            result.left[name][i] = result.right[name][i] = (left + right) / 2 / du[i]
        else:
            kinked.append(name)
    base = [name for name in base if name in kinked or (name == "js" and "sqrt_js" in kinked)]
    for side, first, found in ((-1, near[0], result.left), (1, near[1], result.right)):
        second = beside(2 * side, base) if kinked and first else None
        for name in kinked:
            value = result.value[name]
            inner = (_of(first, name) - value[i]) / hair
            outer = (_of(second, name) - _of(first, name)) / hair
            straight = abs(inner - outer) <= _tolerance(inner, outer, value, u, i, hair)
            found[name][i] = side * (3 * inner - outer) / 2 / du[i] if straight else np.nan


def _of(d: Distances | None, name: str) -> float:
    value = getattr(d, name) if d else math.nan
    return value if math.isfinite(value) else math.nan


def _tolerance(a: float, b: float, value: Array, u: Array, i: int, hair: float) -> float:
    """How much two slopes a hair apart may differ if the curve is smooth at grid point i."""
    near = slice(max(i - 1, 0), i + 2)
    chords = np.abs(np.diff(value[near]) / np.diff(u[near]))
    around = max(chords[np.isfinite(chords)], default=0.0)
    rounding = 10 * _ROUNDING * abs(value[i]) / hair
    return float(0.02 * max(abs(a), abs(b)) + 0.03 * around + rounding)
