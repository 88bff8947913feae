"""Families with an end: exponential and gamma. See base.py.

As in symmetric.py, the formulas call scipy.special alone.
"""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike
from scipy import special as sc

from gan_core.divergences.base import LIGHT, TINY, Array, Family, Mask, Tail
from gan_core.divergences.symmetric import BELL, DECAY

SMALLEST = 0.05  # shapes below it put mass closer to an end than floats reach

_HALVES = np.array([1, 2, 4, 8])


def near(shape: float, to: float) -> Array:
    """Marks up to `to` for a density ~ z^(shape-1): they reach where the mass below is 1e-14."""
    first = max(-32 / shape, math.log(1e-300))
    logs = np.append(first / _HALVES, math.log(to))
    return np.exp(logs[logs <= math.log(to)])


@dataclass(frozen=True)
class Exponential(Family):
    rate: float = 1.0
    name = "exponential"
    least: ClassVar = {"rate": TINY}
    support = (0.0, math.inf)

    def logpdf(self, x: Array, rest: Array | None = None) -> Array:
        return np.where(x >= 0, np.log(self.rate) - self.rate * x, -np.inf)

    def _z(self, x: ArrayLike) -> Array:
        return np.maximum(np.asarray(x, float) * self.rate, 0)

    def cdf(self, x: ArrayLike) -> Array:
        return -np.expm1(-self._z(x))

    def sf(self, x: ArrayLike) -> Array:
        return np.exp(-self._z(x))

    def below(self, x: ArrayLike) -> Array:
        z = self._z(x)
        return (z + np.expm1(-z)) / self.rate

    def above(self, x: ArrayLike) -> Array:
        return np.exp(-self._z(x)) / self.rate + np.maximum(-np.asarray(x, float), 0)

    def closed_quantile(self, value: Array, high: Mask) -> Array:
        return -np.where(high, np.log(value), np.log1p(-value)) / self.rate

    @property
    def mean(self) -> float:  # type: ignore[override]
        return 1 / self.rate

    @property
    def var(self) -> float:  # type: ignore[override]
        return 1 / self.rate**2

    @cached_property
    def marks(self) -> Array:
        return DECAY / self.rate

    def tail(self, side: int) -> Tail:
        return (0.0, self.rate, 0.0) if side > 0 else LIGHT


@dataclass(frozen=True)
class Gamma(Family):
    shape: float = 2.0
    scale: float = 1.0
    name = "gamma"
    least: ClassVar = {"shape": SMALLEST, "scale": TINY}
    support = (0.0, math.inf)

    def _z(self, x: ArrayLike) -> Array:
        return np.maximum(np.asarray(x, float) / self.scale, 0)

    def logpdf(self, x: Array, rest: Array | None = None) -> Array:
        z, a = np.asarray(x) / self.scale, self.shape
        with np.errstate(divide="ignore", invalid="ignore"):
            log = sc.xlogy(a - 1, z) - z - sc.gammaln(a) - np.log(self.scale)
        return np.where(z >= 0, log, -np.inf)

    def cdf(self, x: ArrayLike) -> Array:
        return sc.gammainc(self.shape, self._z(x))

    def sf(self, x: ArrayLike) -> Array:
        return sc.gammaincc(self.shape, self._z(x))

    def below(self, x: ArrayLike) -> Array:
        z, a = self._z(x), self.shape
        return self.scale * ((z - a) * sc.gammainc(a, z) + self._edge(z))

    def _edge(self, z: Array) -> Array:
        """z^a e^-z / Γ(a): what the incomplete gammas of a and a + 1 differ by, times a."""
        return np.exp(sc.xlogy(self.shape, z) - z - sc.gammaln(self.shape))

    def above(self, x: ArrayLike) -> Array:
        z, a = self._z(x), self.shape
        inside = (a - z) * sc.gammaincc(a, z) + self._edge(z)
        return self.scale * inside + np.maximum(-np.asarray(x, float), 0)

    @property
    def mean(self) -> float:  # type: ignore[override]
        return self.shape * self.scale

    @property
    def var(self) -> float:  # type: ignore[override]
        return self.shape * self.scale**2

    @property
    def anchors(self) -> tuple[float, ...]:
        return (0.0,)

    @cached_property
    def marks(self) -> Array:
        a = self.shape
        bell = a + math.sqrt(a) * BELL
        tail = bell[-1] + 50 if a > 30 else a + DECAY
        z = np.concatenate([[0], near(a, min(a, 1.0)), bell[bell > 0], np.atleast_1d(tail)])
        return self.scale * z

    def tail(self, side: int) -> Tail:
        return (0.0, 1 / self.scale, 1 - self.shape) if side > 0 else LIGHT

    def exponent(self, place: float, side: int) -> float:
        return self.shape - 1 if place == 0 and side > 0 else super().exponent(place, side)
