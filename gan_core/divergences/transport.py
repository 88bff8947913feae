"""W2: the mean square of x - T(x), where T = Q_q ∘ F_p takes each quantile of p to that of q.

Santambrogio 2015, Theorem 2.9: on the line the monotone map T is the optimal plan.
"""

import math
from collections.abc import Callable
from functools import cached_property

import numpy as np

from gan_core.divergences.base import LIGHT, Array, Distribution
from gan_core.divergences.grid import Grid
from gan_core.divergences.mesh import Mask, marks, panels
from gan_core.divergences.support import heaviest

_NEWTON = 4  # steps at most from a table's guess of three digits
_CLOSE = 1e-7  # a step of less than this part of its cell is the last
_NEARLY = 1e-4  # the same for an integrand: what is left is the square of it

Tail = tuple[Array, Mask]  # the CDF, or its complement where the mask says so
Nodes = tuple[Array, Tail, Array]  # x, the CDF's smaller side there, and the log of the density


def squared_w2(p: "Table", q: "Table", capped: bool) -> float:
    """W2²: over the one that `_swapped` prefers."""
    return _cost(*((q, p) if _swapped(p.of, q.of) else (p, q)), capped)


def _swapped(p: Distribution, q: Distribution) -> bool:
    """Whether to integrate over q: if its tail is a heavier power, as p's marks may end before that
    tail's share of the cost does; else, if p ends on a side where q does not, for T is singular
    there; else, if q's tail is heavier, or p's quantiles have a formula, and q's none."""
    sides = [(heaviest(p, side), heaviest(q, side)) for side in (-1, 1)]
    unequal = [(ours, theirs) for ours, theirs in sides if ours != theirs]
    if not unequal:
        return bool(p.closed_quantile and not q.closed_quantile)
    # a power is one on both sides; of the others, marks reach to all that counts
    ours, theirs = next((both for both in unequal if LIGHT in both), unequal[0])
    return theirs < ours


def _cost(p: "Table", q: "Table", capped: bool) -> float:
    """∫ (Q_p - Q_q)² du: over p's density, and where p has point masses
    over those of q and its density."""
    total = _over_density(p, q, capped, False) if p.of.dense else 0.0
    if p.jumps and q.of.dense:
        total += _over_density(q, p, capped, True)
    for x, low, high in p.jumps:
        for y, start, end in q.jumps:
            share = min(high, end) - max(low, start)
            total += max(share, 0.0) * (x - y) ** 2
    return total


def _over_density(p: "Table", q: "Table", capped: bool, only_atoms: bool) -> float:
    """∫ (x - T(x))² p(x) dx; only where T(x) is a point mass of q, if so."""

    def of(x: Array, rest: Array) -> tuple[Array]:
        value, high = smaller(p.of, x, rest)
        to = q.quantile(value, high, 1e-14 if capped else _NEARLY)
        density = p.of.pdf(x.ravel(), rest.ravel()).reshape(x.shape)
        if not q.jumps:
            return ((x - to) ** 2 * density,)
        u = np.where(high, 1 - value, value)
        kept = np.full(x.shape, not only_atoms)
        for place, low, top in q.jumps:
            there = (u >= low) & (u <= top)
            to, kept = np.where(there, place, to), kept | there
        return (np.where(kept, (x - to) ** 2 * density, 0.0),)

    # T is singular, if mildly, where p ends: towards there, panels go by the logarithm
    ends = [end for _, part in p.of.dense for end in part.support if math.isfinite(end)]
    edges = marks(p.of, capped=capped)
    kinks = _kinks(p, q, capped)
    # the outermost panels of equal heavy tails stay whole: what is beyond them shows there
    low, high = edges[[1, -2]] if capped else edges[[0, -1]]
    kinks = kinks[(kinks > low) & (kinks < high)]
    mesh = panels(p.of, p.of, capped, kinks, ends)
    var = p.of.var if math.isfinite(p.of.var) else float(np.median(np.abs(edges))) ** 2
    floor = 1e-24 * var + 1e-28 * p.of.mean**2  # below it, all is rounding
    return float(Grid(mesh, of).integral(lambda value: value, 1e-7, floor))


def _kinks(p: "Table", q: "Table", capped: bool) -> Array:
    """The places from which T reaches q's edges and point masses."""
    value, high = smaller(q.of, marks(q.of, capped=capped))
    if not q.jumps:
        return p.quantile(value, high, _NEARLY)
    steps = np.array([u for _, *both in q.jumps for u in both])
    value = np.concatenate([value, np.minimum(steps, 1 - steps)])
    return p.quantile(value, np.concatenate([high, steps > 0.5]))


class Table:
    """The quantiles of a distribution: by a formula, or from its CDF at ascending nodes x."""

    def __init__(self, of: Distribution, nodes: Callable[[], Nodes]) -> None:
        self.of, self._nodes = of, nodes

    @cached_property
    def jumps(self) -> list[tuple[float, float, float]]:
        """Every point mass, with the value of the CDF below and above it."""
        of = self.of
        return [(x, float(of.cdf(x)) - mass, float(of.cdf(x))) for x, mass in of.atoms.items()]

    @cached_property
    def _known(self) -> tuple[Array, Array, Array]:
        """x, its rank, and the slope of x against that."""
        x, (value, high), log = self._nodes()
        value = value.ravel()
        with np.errstate(all="ignore"):
            slope = value / np.exp(log.ravel())
        slope[~np.isfinite(slope)] = 0.0
        return np.maximum.accumulate(x.ravel()), _rank(value, high.ravel()), slope

    def quantile(self, value: Array, high: Mask, close: float = _CLOSE) -> Array:
        """Places where the CDF (or, where `high`, its complement) is `value`: from a cubic through
        both nodes of a cell and its slopes there, by Newton steps that stay in the cell."""
        if self.of.closed_quantile:
            return self.of.closed_quantile(np.maximum(value, 1e-300), high)
        shape, value, high = np.shape(value), np.ravel(value), np.ravel(high)
        x, left, right = self._guess(_rank(value, high))
        todo = np.arange(len(x))
        for _ in range(_NEWTON):
            at, up = x[todo], high[todo]
            excess = self.of.share(at, up) - value[todo]
            with np.errstate(all="ignore"):
                step = np.where(up, -excess, excess) / self.of.pdf(at)
            step[~np.isfinite(step)] = 0.0
            low, top = left[todo], right[todo]
            x[todo] = to = np.minimum(np.maximum(at - step, low), top)
            todo = todo[np.abs(to - at) > close * (top - low)]
            if not len(todo):
                break
        return x.reshape(shape)

    def _guess(self, rank: Array) -> tuple[Array, Array, Array]:
        """The quantile to some digits, and both ends of its cell."""
        x, ranks, slope = self._known
        after = np.clip(np.searchsorted(ranks, rank), 1, len(x) - 1)
        before = after - 1
        left, right, first, last = x[before], x[after], ranks[before], ranks[after]
        width = right - left
        with np.errstate(all="ignore"):
            gap = last - first
            t = (rank - first) / gap
            bend = (1 - t) * slope[before] - t * slope[after]
            more = t * (1 - t) * (gap * bend + (2 * t - 1) * width)
            guess = left + t * width + more
        ends = np.flatnonzero(~np.isfinite(guess))
        if len(ends):
            # next to an end of the support, where a rank is infinite, mass grows as x does
            start, end, near, far = first[ends], last[ends], left[ends], right[ends]
            with np.errstate(all="ignore"):
                flat = np.where(np.isinf(end), far - np.exp(start - rank[ends]) * width[ends],
                                near + np.exp(rank[ends] - end) * width[ends])  # fmt: skip
            guess[ends] = np.where(np.isfinite(flat), flat, near)
        return np.minimum(np.maximum(guess, left), right), left, right


def _rank(value: Array, high: Mask) -> Array:
    """One rising scale for both halves: log F, and past the median -log(1 - F) plus a constant."""
    with np.errstate(divide="ignore"):
        log = np.log(value)
    return np.where(high, 2 * np.log(0.5) - log, log)


def smaller(of: Distribution, x: Array, rest: Array | None = None) -> Tail:
    """The CDF, or its complement where that is smaller (`high`)."""
    shape, x, rest = x.shape, x.ravel(), None if rest is None else rest.ravel()
    high = x > of.mean  # a first guess, as most CDFs cost more than all else here
    value = of.share(x, high, rest)
    larger = value > 0.5
    lost = value > 0.99  # whose complement has fewer digits
    value = np.where(larger, 1 - value, value)
    high ^= larger
    if lost.any():
        value[lost] = of.share(x[lost], high[lost], None if rest is None else rest[lost])
    return value.reshape(shape), high.reshape(shape)
