"""W1 and W2 of samples: exact between an empirical measure and another, or a known distribution."""

import math
from functools import cached_property

import numpy as np
from scipy import special as sc

from gan_core.divergences.base import Array, Distribution
from gan_core.divergences.coupling import quantiles
from gan_core.divergences.roots import refine
from gan_core.divergences.samples import Sample

LEVELS = 512  # of the quantile functions that resampling compares
_TABLE = sc.expit(np.linspace(-18, 18, 2049))  # shares, dense at both ends


def wasserstein(p: Distribution, q: Distribution) -> tuple[float, float]:
    """(W1, W2) of a pair of which one or both are samples."""
    if isinstance(p, Sample) and isinstance(q, Sample):
        return between(p.values, q.values)
    sample, known = (p, q) if isinstance(p, Sample) else (q, p)
    assert isinstance(sample, Sample)
    return w1_to(sample, known), w2_to(sample, known)


def between(x: Array, y: Array) -> tuple[float, float]:
    """(W1, W2) of two ascending sets of numbers: equal shares of both go together."""
    if len(x) == len(y):
        weight, gap = np.full(len(x), 1 / len(x)), x - y
    else:
        n, m = len(x), len(y)
        cuts = np.union1d(np.arange(n + 1) * m, np.arange(m + 1) * n)  # shares, times n·m
        weight = np.diff(cuts) / (n * m)
        gap = x[cuts[:-1] // m] - y[cuts[:-1] // n]
    return float(weight @ np.abs(gap)), math.sqrt(float(weight @ gap**2))


def w1_to(sample: Sample, known: Distribution) -> float:
    """∫|F_n - F|: between two neighbours F_n is constant, so F crosses it once at most."""
    x, n = sample.values, sample.n
    share = np.arange(1, n) / n
    f, area = known.cdf(x), known.below(x)
    low, high = f[:-1] - share, f[1:] - share
    gap = np.diff(area) - share * np.diff(x)  # ∫(F - F_n) from one to the next
    cross = np.flatnonzero((low < 0) & (high > 0))
    at = refine(
        lambda t: known.cdf(t) - share[cross], x[cross], x[cross + 1], low[cross], high[cross]
    )
    before = known.below(at) - area[cross] - share[cross] * (at - x[cross])
    pieces = np.abs(gap)
    pieces[cross] = np.abs(before) + np.abs(gap[cross] - before)
    return float(area[0] + pieces.sum() + known.above(x[-1]))


def w2_to(sample: Sample, known: Distribution) -> float:
    """√(Σ∫(x_i - Q)²); ∫_0^u Q is the most that t u - ∫_{-∞}^t F can be, so that an error of t
    enters squared."""
    if not math.isfinite(known.var):
        return math.inf
    share = np.arange(1, sample.n) / sample.n
    t = np.interp(share, _TABLE, quantiles(known, _TABLE)) if sample.n > 5000 else None
    t = quantiles(known, share) if t is None else t
    centre = known.mean
    # of whichever side of t is the smaller, so that far values do not cancel
    lower = (t - centre) * share - known.below(t)
    upper = (t - centre) * (share - 1) - known.above(t)
    part = np.diff(np.r_[0.0, np.where(share > 0.5, upper, lower), 0.0])
    x = sample.values - centre
    return math.sqrt(max(0.0, float((x * x).mean() + known.var - 2 * (x @ part))))


class Quantiles:
    """A quantile function seen at LEVELS shares, and the same of samples drawn from it."""

    def __init__(self, d: Distribution) -> None:
        self.d = d

    @cached_property
    def _table(self) -> Array:
        return quantiles(self.d, _TABLE)

    def at(self, u: Array) -> Array:
        """Quantiles at shares u, for resampling; in between tabulated ones where d is known."""
        if isinstance(self.d, Sample):
            return self.d.values[np.minimum((u * self.d.n).astype(int), self.d.n - 1)]
        return np.interp(u, _TABLE, self._table)

    @cached_property
    def levels(self) -> Array:
        return self.at((np.arange(LEVELS) + 0.5) / LEVELS)

    def drawn(self, n: int, times: int, rng: np.random.Generator) -> Array:
        """The quantile functions [times, LEVELS] of samples of n drawn from d.

        Ordered uniform numbers are sums of exponential ones (Rényi 1953), and those between two
        levels have a gamma sum: the joint law is exact, whatever n, without n numbers.
        """
        rank = 1 + ((np.arange(LEVELS) + 0.5) * n / LEVELS).astype(int)
        steps = rng.standard_gamma(np.diff(np.r_[0, rank, n + 1]), (times, LEVELS + 1))
        sums = np.cumsum(steps, axis=1)
        return self.at(sums[:, :-1] / sums[:, -1:])


def of_levels(x: Array, y: Array) -> dict[str, Array]:
    """W1 and W2 of quantile functions [..., LEVELS]."""
    gap = x - y
    return {"w1": np.abs(gap).mean(-1), "w2": np.sqrt((gap**2).mean(-1))}
