"""Families with a centre and a width: normal, Laplace, Student's t. See base.py for the contract.

The formulas call scipy.special alone: scipy.stats, which holds the same distributions, would
double the memory of a web server that imports it; the tests compare the two.
"""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike
from scipy import special as sc

from gan_core.divergences.base import TINY, Array, Family, Mask, Tail

FAR = 1e120  # the last mark of a heavy tail; its square is still a float
BELL = np.array([-10, -4.5, -1.5, 1.5, 4.5, 10])  # marks of a bell, in widths
DECAY = np.array([0.0, 2, 6, 14, 28, 50])  # and of exp(-z)
POWER = np.r_[1, 3, 10.0 ** np.r_[1, 2, 4, 8, 16, 32, 64, math.log10(FAR)]]  # of a heavy tail
_LAPLACE, _STUDENT = np.r_[-DECAY[:0:-1], DECAY], np.r_[-POWER[::-1], 0, POWER]


class Symmetric(Family):
    """Location and width: the formulas are for z = (x - mean)/width."""

    mean: float
    width: float

    def _log(self, z: Array) -> Array:
        raise NotImplementedError

    def _cdf(self, z: Array) -> Array:
        raise NotImplementedError

    def _below(self, z: Array) -> Array:
        raise NotImplementedError

    def _z(self, x: ArrayLike) -> Array:
        return (np.asarray(x, float) - self.mean) / self.width

    def logpdf(self, x: Array, rest: Array | None = None) -> Array:
        return self._log(self._z(x)) - np.log(self.width)

    def cdf(self, x: ArrayLike) -> Array:
        return self._cdf(self._z(x))

    def sf(self, x: ArrayLike) -> Array:
        return self._cdf(-self._z(x))

    def share(self, x: Array, high: Mask, rest: Array | None = None) -> Array:
        z = self._z(x)
        return self._cdf(np.where(high, -z, z))

    def below(self, x: ArrayLike) -> Array:
        return self.width * self._below(self._z(x))

    def above(self, x: ArrayLike) -> Array:
        return self.width * self._below(-self._z(x))


@dataclass(frozen=True)
class Normal(Symmetric):
    mean: float = 0.0
    std: float = 1.0
    name = "normal"
    least: ClassVar = {"std": TINY}

    def _log(self, z: Array) -> Array:
        return -0.5 * z * z - 0.5 * math.log(math.tau)

    def _cdf(self, z: Array) -> Array:
        return sc.ndtr(z)

    def _below(self, z: Array) -> Array:
        return z * sc.ndtr(z) + np.exp(-0.5 * z * z) / math.sqrt(math.tau)

    def closed_quantile(self, value: Array, high: Mask) -> Array:
        z = sc.ndtri(value)
        return self.mean + self.std * np.where(high, -z, z)

    @property
    def width(self) -> float:  # type: ignore[override]
        return self.std

    @property
    def var(self) -> float:  # type: ignore[override]
        return self.std**2

    @cached_property
    def marks(self) -> Array:
        return self.mean + self.std * BELL

    def tail(self, side: int) -> Tail:
        return (0.5 / self.std**2, -side * self.mean / self.std**2, 0.0)


@dataclass(frozen=True)
class Laplace(Symmetric):
    mean: float = 0.0
    scale: float = 1.0
    name = "laplace"
    least: ClassVar = {"scale": TINY}

    def _log(self, z: Array) -> Array:
        return -np.abs(z) - math.log(2)

    def _cdf(self, z: Array) -> Array:
        half = 0.5 * np.exp(-np.abs(z))
        return np.where(z < 0, half, 1 - half)

    def _below(self, z: Array) -> Array:
        return np.maximum(z, 0) + 0.5 * np.exp(-np.abs(z))

    def closed_quantile(self, value: Array, high: Mask) -> Array:
        z = np.log(2 * value)
        return self.mean + self.scale * np.where(high, -z, z)

    @property
    def width(self) -> float:  # type: ignore[override]
        return self.scale

    @property
    def var(self) -> float:  # type: ignore[override]
        return 2 * self.scale**2

    @cached_property
    def marks(self) -> Array:
        return self.mean + self.scale * _LAPLACE

    def tail(self, side: int) -> Tail:
        return (0.0, 1 / self.scale, 0.0)


@dataclass(frozen=True)
class StudentT(Symmetric):
    """`mean` is its centre: for df ≤ 1 there is no mean, and for df ≤ 2 no finite variance."""

    df: float = 3.0
    mean: float = 0.0
    scale: float = 1.0
    name = "student_t"
    least: ClassVar = {"df": 0.1, "scale": TINY}

    def _log(self, z: Array) -> Array:
        df = self.df
        norm = sc.gammaln((df + 1) / 2) - sc.gammaln(df / 2) - 0.5 * np.log(df * math.pi)
        return norm - (df + 1) / 2 * np.log1p(z * z / df)

    def _cdf(self, z: Array) -> Array:
        tail = 0.5 * sc.betainc(self.df / 2, 0.5, self.df / (self.df + z * z))
        return np.where(z < 0, tail, 1 - tail)

    def _below(self, z: Array) -> Array:
        """∫F; for df ≤ 1 it diverges, and this is the antiderivative whose constant vanishes at
        -∞ as the power series goes on: two tails of equal strength then cancel as they must."""
        if np.all(self.df == 1):
            # log of the distance itself, not of z: the constants of two equal tails then agree
            return z * self._cdf(z) - (np.log1p(z * z) / 2 + np.log(self.scale)) / math.pi
        return z * self._cdf(z) + (self.df + z * z) / (self.df - 1) * np.exp(self._log(z))

    @property
    def width(self) -> float:  # type: ignore[override]
        return self.scale

    @property
    def var(self) -> float:  # type: ignore[override]
        return self.scale**2 * self.df / (self.df - 2) if self.df > 2 else math.inf

    @property
    def stacks(self) -> bool:
        return self.df != 1  # whose mean is a case of its own

    @property
    def anchors(self) -> tuple[float, ...]:
        return (self.mean,)

    @cached_property
    def marks(self) -> Array:
        return self.mean + self.scale * _STUDENT

    def tail(self, side: int) -> Tail:
        return (0.0, 0.0, 1 + self.df)
