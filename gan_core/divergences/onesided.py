"""Families with an end: exponential and gamma. See base.py.

As in symmetric.py, the formulas call scipy.special alone.
"""

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike
from scipy import special as sc

from gan_core.divergences.base import LIGHT, TINY, Array, Family, Tail
from gan_core.divergences.symmetric import BELL, DECAY

SMALLEST = 0.05  # shapes below it put mass closer to an end than floats reach


def near(shape: float, to: float) -> Array:
    """Marks in (0, to) for a density ~ z^(shape-1): they reach where the mass below is 1e-14."""
    first = max(-32 / shape, math.log(1e-300))
    return np.exp(np.arange(first, math.log(to), min(max(4 / shape, 1.0), 8.0)))


@dataclass(frozen=True)
class Exponential(Family):
    rate: float = 1.0
    name = "exponential"
    least: ClassVar = {"rate": TINY}
    support = (0.0, math.inf)

    def logpdf(self, x: Array, rest: Array | None = None) -> Array:
        return np.where(x >= 0, math.log(self.rate) - self.rate * x, -np.inf)

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

    @property
    def mean(self) -> float:  # type: ignore[override]
        return 1 / self.rate

    @property
    def var(self) -> float:  # type: ignore[override]
        return 1 / self.rate**2

    @property
    def marks(self) -> Array:
        return DECAY / self.rate

    def tail(self, side: int) -> Tail:
        return (1.0, math.inf) if side > 0 else LIGHT


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
            log = sc.xlogy(a - 1, z) - z - sc.gammaln(a) - math.log(self.scale)
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

    @property
    def marks(self) -> Array:
        a = self.shape
        bell = a + math.sqrt(a) * BELL
        z = np.r_[0, near(a, min(a, 1.0)), bell[bell > 0], a + DECAY]
        return self.scale * z

    def tail(self, side: int) -> Tail:
        return (1.0, math.inf) if side > 0 else LIGHT
