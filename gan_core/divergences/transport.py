"""W2: the quantile functions of two distributions, compared without computing them exactly.

Hoeffding: ∫(Q_p - E p)(Q_q - E q) = ∫∫ min(F_p(x), F_q(y)) - F_p(x) F_q(y) dx dy. For every x
the inner half splits at T(x) = F_q⁻¹(F_p(x)) and has a closed form on either side, in which an
error of T enters squared.
"""

import math

import numpy as np
from numpy.typing import NDArray

from gan_core.divergences.base import Array, Distribution
from gan_core.divergences.mesh import panels

Mask = NDArray[np.bool_]
_NEWTON = 2  # steps from a table's guess: the first has two digits, the last at least six


def covariance(p: Distribution, q: Distribution) -> float:
    """The covariance of p and q under the optimal coupling, each seen on a mesh of its own."""
    meshes = [panels(d, d, extra=np.empty(0)) for d in (p, q)]
    p_table, q_table = (Table(d, m.nodes()[0]) for d, m in zip((p, q), meshes, strict=True))
    kinks = p_table.quantile(*smaller(q, meshes[1].edges))  # where T passes an edge
    x, _, weight = panels(p, p, extra=kinks).nodes()
    value, high = smaller(p, x)
    to = q_table.quantile(value, high)
    below, above = q.below(to), q.above(to)
    # beyond the table q has no mass, so nothing is left on that side of T
    below[q_table.before(value, high)] = 0
    above[q_table.past(value, high)] = 0
    near, far = np.where(high, above, below), np.where(high, below, above)
    return float((weight * ((1 - value) * near + value * far)).sum())


def area(
    p: Distribution, q: Distribution, tables: "tuple[Table, Table]", edges: Array, capped: bool
) -> float:
    """∫ |∫_x^T(x) (F_p(x) - F_q(y)) dy| dx, half of W2²: for p and q so alike, or so heavy, that
    the variances tell nothing. `tables` and `edges` are those of a mesh of both."""
    p_table, q_table = tables
    kinks = p_table.quantile(*smaller(q, edges))
    x, _, weight = panels(p, q, capped, kinks).nodes()
    value, high = smaller(p, x)
    to = q_table.quantile(value, high)
    result = np.empty_like(x)
    outside = q_table.before(value, high) | q_table.past(value, high)
    for side, integral, sign in ((~high, q.below, -1), (high, q.above, 1)):
        at, t = x[side], to[side]
        inner = np.where(outside[side], 0, integral(t)) - integral(at)
        result[side] = np.abs(value[side] * (t - at) + sign * inner)
    return float((weight * result).sum())


class Table:
    """A CDF at ascending nodes x, and its inverse: Newton steps from there, inside a bracket."""

    def __init__(self, of: Distribution, x: Array) -> None:
        self.of, self.x = of, np.maximum.accumulate(x.ravel())
        self.value, self.high = smaller(of, x)
        self.cdf = np.where(self.high, 1 - self.value, self.value)
        self.rank = _rank(self.value, self.high).ravel()

    def quantile(self, value: Array, high: Mask) -> Array:
        """Places where the CDF (or, where `high`, its complement) is `value`."""
        rank = _rank(value, high)
        after = np.clip(np.searchsorted(self.rank, rank), 1, len(self.x) - 1)
        left, right = self.x[after - 1], self.x[after]
        first, last = self.rank[after - 1], self.rank[after]
        with np.errstate(invalid="ignore", divide="ignore"):
            share = np.clip((rank - first) / (last - first), 0, 1)
        # next to an end of the support, where the rank is infinite, start from that end
        share = np.where(np.isinf(first), 0, np.where(np.isinf(last), 1, share))
        x = left + np.nan_to_num(share, nan=0.5) * (right - left)
        for _ in range(_NEWTON):
            excess = np.empty_like(x)
            excess[~high] = self.of.cdf(x[~high]) - value[~high]
            excess[high] = value[high] - self.of.sf(x[high])
            with np.errstate(all="ignore"):
                step = np.nan_to_num(excess / np.exp(self.of.logpdf(x)), posinf=0.0, neginf=0.0)
            x = np.clip(x - step, left, right)
        return x

    def before(self, value: Array, high: Mask) -> Mask:
        """Which quantiles lie before the first node."""
        return ~high & (value < self.value.flat[0])

    def past(self, value: Array, high: Mask) -> Mask:
        """Which quantiles lie past the last node."""
        return high & (value < self.value.flat[-1])


def _rank(value: Array, high: Mask) -> Array:
    """One rising scale for both halves: log F, and past the median -log(1 - F) plus a constant."""
    with np.errstate(divide="ignore"):
        log = np.log(value)
    return np.where(high, 2 * math.log(0.5) - log, log)


def smaller(of: Distribution, x: Array) -> tuple[Array, Mask]:
    """The CDF, or its complement where that is smaller (`high`)."""
    value = of.cdf(x)
    high = value > 0.5
    value[high] = of.sf(x[high])
    return value, high
