"""Families on an interval: beta, uniform, and the point mass. See base.py for the contract.

As in symmetric.py, the formulas call scipy.special alone.
"""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike
from scipy import special as sc

from gan_core.catalog import BadInput
from gan_core.divergences.base import TINY, Array, Family, Mask, number
from gan_core.divergences.onesided import SMALLEST, near
from gan_core.divergences.symmetric import BELL


@dataclass(frozen=True)
class Beta(Family):
    a: float = 2.0
    b: float = 2.0
    name = "beta"
    least: ClassVar = {"a": SMALLEST, "b": SMALLEST}
    support = (0.0, 1.0)
    ends_at_one = True

    def logpdf(self, x: Array, rest: Array | None = None) -> Array:
        rest = 1 - x if rest is None else rest
        inside = (x >= 0) & (rest >= 0)
        with np.errstate(divide="ignore"):
            log = sc.xlogy(self.a - 1, np.where(inside, x, 0.5))
            log += sc.xlogy(self.b - 1, np.where(inside, rest, 0.5))
        return np.where(inside, log - sc.betaln(self.a, self.b), -np.inf)

    def cdf(self, x: ArrayLike, rest: Array | None = None) -> Array:
        at = np.clip(np.asarray(x, float), 0, 1)
        return self._part(at, 1 - at if rest is None else np.clip(rest, 0, 1), self.a, self.b)

    def sf(self, x: ArrayLike, rest: Array | None = None) -> Array:
        at = np.clip(np.asarray(x, float), 0, 1)
        return self._part(1 - at if rest is None else np.clip(rest, 0, 1), at, self.b, self.a)

    @staticmethod
    def _part(x: Array, rest: Array, a: float, b: float) -> Array:
        """The incomplete beta of x by whichever of x and 1 - x is small, and so more exact
        (the complement that scipy has takes ten times as long)."""
        far = rest < 0.25
        value = sc.betainc(np.where(far, b, a), np.where(far, a, b), np.where(far, rest, x))
        return np.where(far, 1 - value, value)

    def _edge(self, x: Array) -> Array:
        """What the incomplete betas of a and a + 1 differ by, times the mean."""
        log = sc.xlogy(self.a, x) + sc.xlog1py(self.b, -x) - sc.betaln(self.a, self.b)
        return np.exp(log) / (self.a + self.b)

    def below(self, x: ArrayLike) -> Array:
        x = np.asarray(x, float)
        inside = np.clip(x, 0, 1)
        area = (inside - self.mean) * self.cdf(x) + self._edge(inside)
        return area + np.maximum(x - 1, 0)

    def above(self, x: ArrayLike) -> Array:
        x = np.asarray(x, float)
        inside = np.clip(x, 0, 1)
        area = (self.mean - inside) * self.sf(x) + self._edge(inside)
        return area + np.maximum(-x, 0)

    @property
    def mean(self) -> float:  # type: ignore[override]
        return self.a / (self.a + self.b)

    @property
    def var(self) -> float:  # type: ignore[override]
        total = self.a + self.b
        return self.a * self.b / (total**2 * (total + 1))

    @property
    def anchors(self) -> tuple[float, ...]:
        return (0.0, 1.0)

    @cached_property
    def marks(self) -> Array:
        bell = self.mean + math.sqrt(self.var) * BELL
        return np.concatenate([[0], near(self.a, 0.5), bell[(bell > 0) & (bell < 1)], [0.5, 1]])

    def exponent(self, place: float, side: int) -> float:
        ends = {(0.0, 1): self.a - 1, (1.0, -1): self.b - 1}
        found = ends.get((place, side))
        return super().exponent(place, side) if found is None else found

    @cached_property
    def near_one(self) -> Array:
        return near(self.b, 0.5)


@dataclass(frozen=True)
class Uniform(Family):
    low: float = 0.0
    high: float = 1.0
    name = "uniform"

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.high - self.low < TINY:
            raise BadInput(
                f"uniform: high={number(self.high)} must be greater than"
                f" low={number(self.low)}. Swap them or move one."
            )

    def logpdf(self, x: Array, rest: Array | None = None) -> Array:
        inside = (x >= self.low) & (x <= self.high)
        return np.where(inside, -np.log(self.high - self.low), -np.inf)

    def cdf(self, x: ArrayLike) -> Array:
        return np.clip((np.asarray(x) - self.low) / (self.high - self.low), 0, 1)

    def sf(self, x: ArrayLike) -> Array:
        return np.clip((self.high - np.asarray(x)) / (self.high - self.low), 0, 1)

    def below(self, x: ArrayLike) -> Array:
        past = np.maximum(np.asarray(x) - self.high, 0)
        return 0.5 * (self.high - self.low) * self.cdf(x) ** 2 + past

    def above(self, x: ArrayLike) -> Array:
        short = np.maximum(self.low - np.asarray(x), 0)
        return 0.5 * (self.high - self.low) * self.sf(x) ** 2 + short

    def closed_quantile(self, value: Array, high: Mask) -> Array:
        step = value * (self.high - self.low)
        return np.where(high, self.high - step, self.low + step)

    @property
    def mean(self) -> float:  # type: ignore[override]
        return 0.5 * (self.low + self.high)

    @property
    def var(self) -> float:  # type: ignore[override]
        return (self.high - self.low) ** 2 / 12

    @property
    def support(self) -> tuple[float, float]:  # type: ignore[override]
        return (self.low, self.high)

    @cached_property
    def marks(self) -> Array:
        return np.linspace(self.low, self.high, 5)


@dataclass(frozen=True)
class Point(Family):
    """All mass on x: the data of WGAN's Example 1."""

    x: float = 0.0
    name = "point"
    is_point = True
    stacks = False
    var = 0.0

    def logpdf(self, x: Array, rest: Array | None = None) -> Array:
        return np.full(np.shape(x), -np.inf)

    def cdf(self, x: ArrayLike) -> Array:
        return (np.asarray(x) >= self.x).astype(float)

    def sf(self, x: ArrayLike) -> Array:
        return (np.asarray(x) < self.x).astype(float)

    def below(self, x: ArrayLike) -> Array:
        return np.maximum(np.asarray(x) - self.x, 0)

    def above(self, x: ArrayLike) -> Array:
        return np.maximum(self.x - np.asarray(x), 0)

    @property
    def mean(self) -> float:  # type: ignore[override]
        return self.x

    @property
    def support(self) -> tuple[float, float]:  # type: ignore[override]
        return (self.x, self.x)

    @cached_property
    def marks(self) -> Array:
        return np.array([self.x])
