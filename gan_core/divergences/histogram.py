"""The histogram: bars of equal width and any heights, a density of steps that may have holes.

One family with arrays inside, not a mixture of uniforms: forty bars cost what one costs.
"""

import itertools
import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from gan_core.catalog import BadInput
from gan_core.divergences.base import TINY, Array, Family, Mask, number

MOST_BARS = 40


class _Names:
    """`names()` of a histogram lists its own bars; of the class, which has none, a first one."""

    def __get__(self, of: "Histogram | None", family: type) -> Callable[[], tuple[str, ...]]:
        bars = ["bar1", "…"] if of is None else [f"bar{i + 1}" for i in range(len(of.heights))]
        return lambda: ("low", "high", *bars)


@dataclass(frozen=True)
class Histogram(Family):
    """Bars side by side from `low` to `high`; only the ratios of their `heights` matter.

    A bar of height 0 is a hole in the support. As parameters: low, high, bar1, bar2, …
    """

    low: float = 0.0
    high: float = 1.0
    heights: tuple[float, ...] = (1.0,)
    name = "histogram"
    names = _Names()
    stacks = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "heights", tuple(map(float, self.heights)))
        if not 1 <= len(self.heights) <= MOST_BARS:
            raise BadInput(
                f"histogram: {len(self.heights)} bars were given, but 1 to {MOST_BARS} are"
                " possible. Write histogram(low,high,height,height,…)."
            )
        super().__post_init__()
        for i, height in enumerate(self.heights):
            if height < 0:
                raise BadInput(
                    f"histogram: bar{i + 1} is {number(height)}, but a bar has height 0 or more."
                    f" Try bar{i + 1}=0."
                )
        if not math.fsum(self.heights) > 0:
            raise BadInput("histogram: every bar has height 0. Raise at least one of them.")
        if self.high - self.low < TINY:
            raise BadInput(
                f"histogram: high={number(self.high)} must be greater than"
                f" low={number(self.low)}. Swap them or move one."
            )

    @property
    def values(self) -> tuple[float, ...]:
        return (self.low, self.high, *self.heights)

    @cached_property
    def edges(self) -> Array:
        return np.linspace(self.low, self.high, len(self.heights) + 1)

    @cached_property
    def _masses(self) -> Array:
        return np.array(self.heights) / math.fsum(self.heights)

    @cached_property
    def _log_bars(self) -> Array:
        """log density: -inf left of all, in each bar, -inf right of all."""
        with np.errstate(divide="ignore"):
            inner = np.log(self._masses) - np.log(np.diff(self.edges))
        return np.r_[-np.inf, inner, -np.inf]

    @cached_property
    def _cdfs(self) -> Array:
        return np.minimum(np.r_[0.0, np.cumsum(self._masses)], 1.0)

    @cached_property
    def _sfs(self) -> Array:
        return np.minimum(np.r_[np.cumsum(self._masses[::-1])[::-1], 0.0], 1.0)

    @cached_property
    def _areas(self) -> tuple[Array, Array]:
        """∫F from the left end, and ∫(1 - F) to the right end, at every edge."""
        width = np.diff(self.edges)
        below = np.cumsum(width * (self._cdfs[1:] + self._cdfs[:-1]) / 2)
        above = np.cumsum((width * (self._sfs[1:] + self._sfs[:-1]) / 2)[::-1])[::-1]
        return np.r_[0.0, below], np.r_[above, 0.0]

    def logpdf(self, x: Array, rest: Array | None = None) -> Array:
        inside = np.searchsorted(self.edges, x, side="right")
        return self._log_bars[np.where(x == self.high, len(self.heights), inside)]

    def cdf(self, x: ArrayLike) -> Array:
        return np.interp(np.asarray(x, float), self.edges, self._cdfs)

    def sf(self, x: ArrayLike) -> Array:
        return np.interp(np.asarray(x, float), self.edges, self._sfs)

    def _place(self, x: Array) -> Array:
        return np.clip(np.searchsorted(self.edges, x, side="right") - 1, 0, len(self.heights) - 1)

    def below(self, x: ArrayLike) -> Array:
        x = np.asarray(x, float)
        inside = np.clip(x, self.low, self.high)
        bar = self._place(inside)
        mean = (self._cdfs[bar] + self.cdf(inside)) / 2
        area = self._areas[0][bar] + (inside - self.edges[bar]) * mean
        return area + np.maximum(x - self.high, 0)

    def above(self, x: ArrayLike) -> Array:
        x = np.asarray(x, float)
        inside = np.clip(x, self.low, self.high)
        bar = self._place(inside)
        mean = (self._sfs[bar + 1] + self.sf(inside)) / 2
        area = self._areas[1][bar + 1] + (self.edges[bar + 1] - inside) * mean
        return area + np.maximum(self.low - x, 0)

    def closed_quantile(self, value: Array, high: Mask) -> Array:
        low = np.interp(value, self._cdfs, self.edges)
        return np.where(high, np.interp(value, self._sfs[::-1], self.edges[::-1]), low)

    @property
    def _middles(self) -> Array:
        return (self.edges[1:] + self.edges[:-1]) / 2

    @property
    def mean(self) -> float:  # type: ignore[override]
        return float((self._masses * self._middles).sum())

    @property
    def var(self) -> float:  # type: ignore[override]
        width = (self.high - self.low) / len(self.heights)
        spread = self._masses * (self._middles - self.mean) ** 2
        return float(spread.sum()) + width**2 / 12

    @cached_property
    def stretches(self) -> tuple[tuple[float, float], ...]:
        full = [height > 0 for height in self.heights]
        found, edges = [], self.edges.tolist()
        for is_full, run in itertools.groupby(range(len(full)), key=full.__getitem__):
            bars = list(run)
            if is_full:
                found.append((edges[bars[0]], edges[bars[-1] + 1]))
        return tuple(found)

    @property
    def support(self) -> tuple[float, float]:  # type: ignore[override]
        return self.stretches[0][0], self.stretches[-1][1]

    @property
    def jumps(self) -> Array:
        return self.edges

    @cached_property
    def marks(self) -> Array:
        few = len(self.heights) <= 3  # whose edges are among every sixth of the way
        return np.linspace(self.low, self.high, 7) if few else self.edges
