"""Numbers instead of formulas: `draw` takes them from a distribution, `Sample` is a set of them.

A `Sample` answers whatever a distribution does. Its CDF is the empirical one; its density, which
numbers do not have, is drawn as a histogram with the bin width of Freedman & Diaconis 1981. The
distances do not use that density: see estimators.py.
"""

import math
from collections.abc import Callable
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
from numpy.random import Generator
from numpy.typing import ArrayLike

from gan_core.catalog import BadInput
from gan_core.divergences.base import LARGEST, Array, Distribution, Family, number

LEAST, MOST = 5, 100_000  # numbers in a sample
_REACH = (
    6.0  # quartile ranges beyond the quartiles that get narrow bins; one wide bin holds the rest
)

_DRAW: dict[str, Callable[[Any, int, Generator], Array]] = {
    "normal": lambda d, n, rng: rng.normal(d.mean, d.std, n),
    "uniform": lambda d, n, rng: rng.uniform(d.low, d.high, n),
    "laplace": lambda d, n, rng: rng.laplace(d.mean, d.scale, n),
    "student_t": lambda d, n, rng: d.mean + d.scale * rng.standard_t(d.df, n),
    "exponential": lambda d, n, rng: rng.exponential(1 / d.rate, n),
    "gamma": lambda d, n, rng: rng.gamma(d.shape, d.scale, n),
    "beta": lambda d, n, rng: rng.beta(d.a, d.b, n),
    "point": lambda d, n, rng: np.full(n, d.x),
    "histogram": lambda d, n, rng: _bars(d, n, rng),
    "sample": lambda d, n, rng: rng.choice(d.values, n),
}


def draw(d: Distribution, n: int, rng: Generator) -> Array:
    """n independent numbers from d, [n], in no order; from a `Sample`, with replacement."""
    if len(d.parts) == 1:
        return _DRAW[d.parts[0][1].name](d.parts[0][1], n, rng)
    weights = np.array([weight for weight, _ in d.parts])
    counts = rng.multinomial(n, weights / weights.sum())
    drawn = [draw(part, k, rng) for k, (_, part) in zip(counts, d.parts, strict=True)]
    return rng.permutation(np.concatenate(drawn))


def _bars(d: Any, n: int, rng: Generator) -> Array:
    heights = np.array(d.heights)
    bar = rng.choice(len(heights), n, p=heights / heights.sum())
    return d.low + (d.high - d.low) * (bar + rng.random(n)) / len(heights)


class Sample(Family):
    """Numbers that the reader gives, each with probability 1/n. `values` [n] are ascending."""

    name: ClassVar[str] = "sample"

    def __init__(self, values: ArrayLike) -> None:
        array = np.sort(np.asarray(values, float).ravel())
        _check(array)
        array.setflags(write=False)
        self._sorted = array

    @classmethod
    def names(cls) -> tuple[str, ...]:
        return ("values",)

    @property
    def values(self) -> Array:  # type: ignore[override]
        return self._sorted

    @property
    def n(self) -> int:
        return len(self.values)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sample) and np.array_equal(self.values, other.values)

    def __hash__(self) -> int:
        return hash((self.n, self.mean, self.var))

    @cached_property
    def _text(self) -> str:
        return f"sample({','.join(map(number, self.values.tolist()))})"

    def __str__(self) -> str:
        return self._text

    def __repr__(self) -> str:
        return f"Sample(<{self.n} numbers>)"

    @cached_property
    def mean(self) -> float:  # type: ignore[override]
        return float(self.values.mean())

    @cached_property
    def var(self) -> float:  # type: ignore[override]
        return float(self.values.var())

    @property
    def support(self) -> tuple[float, float]:  # type: ignore[override]
        return float(self.values[0]), float(self.values[-1])

    @cached_property
    def edges(self) -> Array:
        """Edges of the histogram's bins."""
        x, (low, high) = self.values, self.support
        first, last = np.quantile(x, (0.25, 0.75))
        width = 2 * (last - first) / self.n ** (1 / 3)
        if width <= 1e-9 * (high - low):  # half of the numbers are one number
            return np.linspace(low, high, 1 + math.ceil(self.n**0.5))
        reach = _REACH * (last - first)
        start, end = max(low, first - reach), min(high, last + reach)
        inner = np.linspace(start, end, 1 + max(1, math.ceil((end - start) / width)))
        return np.unique(np.r_[low, inner, high])

    @cached_property
    def _log_bars(self) -> Array:
        """log density left of all, in each bin, and right of all."""
        mass = np.histogram(self.values, self.edges)[0] / self.n
        with np.errstate(divide="ignore"):
            return np.r_[-np.inf, np.log(mass) - np.log(np.diff(self.edges)), -np.inf]

    @property
    def marks(self) -> Array:
        return self.edges

    @property
    def jumps(self) -> Array:
        return self.edges

    def logpdf(self, x: Array, rest: Array | None = None) -> Array:
        at = np.searchsorted(self.edges, x, side="right")
        return self._log_bars[np.where(x == self.edges[-1], len(self.edges) - 1, at)]

    def _up_to(self, x: ArrayLike) -> Any:
        return np.searchsorted(self.values, x, side="right")

    def cdf(self, x: ArrayLike) -> Array:
        return self._up_to(x) / self.n

    def sf(self, x: ArrayLike) -> Array:
        return (self.n - self._up_to(x)) / self.n

    @cached_property
    def _sums(self) -> Array:
        return np.r_[0.0, np.cumsum(self.values - self.mean)] / self.n

    def below(self, x: ArrayLike) -> Array:
        x, k = np.asarray(x, float), self._up_to(x)
        return k / self.n * (x - self.mean) - self._sums[k]

    def above(self, x: ArrayLike) -> Array:
        return self.below(x) - (np.asarray(x, float) - self.mean)

    def quantile(self, u: ArrayLike) -> Array:
        """The smallest of the numbers that at least a share u of them does not exceed."""
        k = np.ceil(np.asarray(u) * self.n - 1e-9).astype(int)
        return self.values[np.clip(k - 1, 0, self.n - 1)]


def _check(values: Array) -> None:
    """BadInput unless these ascending numbers make a sample."""
    n = len(values)
    if n == 0:
        raise BadInput("The sample is empty. Give numbers, one a line or between commas.")
    if n > MOST:
        raise BadInput(
            f"The sample has {n:,} numbers, but {MOST:,} at most can be used:"
            f" keep one in {math.ceil(n / MOST)}."
        )
    bad = values[~(np.abs(values) <= LARGEST)]
    if len(bad):
        raise BadInput(
            f"The sample holds {number(bad[0])}, but every number must lie between"
            f" -{LARGEST:g} and {LARGEST:g}. Remove it."
        )
    if n < LEAST:
        raise BadInput(f"The sample has {n} number{'s'[: n > 1]}, but {LEAST} at least are needed.")
    if values[-1] - values[0] <= 1e-12 * max(1.0, abs(values[0])):
        raise BadInput(
            f"The sample is {number(values[0])} all over, which is a point mass."
            f" Write point({number(values[0])})."
        )
