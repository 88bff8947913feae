"""What a one-dimensional distribution is to the distances: `Distribution`, `Family`.

A distribution answers, for an array x: `logpdf`, `cdf`, `sf` (= 1 - cdf, without cancellation),
`below` = ∫_{-∞}^x F and `above` = ∫_x^∞ (1 - F). The last two make W1 exact, because the area
between two CDFs is a difference of them. `marks` are the points between which density and CDF
are smooth enough for one Gauss-Legendre panel; `tail` says how heavy each side is.
"""

import math
from dataclasses import fields
from functools import cached_property
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gan_core.catalog import BadInput

Array = NDArray[np.float64]
Tail = tuple[float, float]  # (power, df): density ~ exp(-|x|^power), or |x|^-(1+df) if power is 0
LIGHT: Tail = (math.inf, math.inf)  # no tail at all: bounded support
TINY = 1e-12  # the narrowest width; for less, a point mass says what is meant
LARGEST = 1e12  # of any parameter


def number(x: float) -> str:
    """The shortest text that reads back as the same float, without a trailing `.0`."""
    return repr(float(x)).removesuffix(".0")


class Distribution:
    """A distribution on the line, as weighted families: `parts` is all that a distance needs."""

    mean: float
    var: float

    @property
    def parts(self) -> "tuple[tuple[float, Family], ...]":
        raise NotImplementedError

    @cached_property
    def atoms(self) -> dict[float, float]:
        """Point masses: {place: probability}."""
        found: dict[float, float] = {}
        for weight, part in self.parts:
            if part.is_point:
                found[part.mean] = found.get(part.mean, 0.0) + weight
        return found

    @cached_property
    def dense(self) -> "tuple[tuple[float, Family], ...]":
        """The parts that have a density."""
        return tuple((w, part) for w, part in self.parts if not part.is_point)

    @property
    def dense_mass(self) -> float:
        return math.fsum(weight for weight, _ in self.dense)

    def logpdf(self, x: Array, rest: Array | None = None) -> Array:
        """log of the density part at x (-inf where there is none).

        `rest` is 1 - x, from a caller who knows it better than subtraction does (beta near 1).
        """
        logs = [math.log(weight) + part.logpdf(x, rest) for weight, part in self.dense]
        if not logs:
            return np.full(np.shape(x), -np.inf)
        return logs[0] if len(logs) == 1 else np.logaddexp.reduce(logs)

    def dense_cdf(self, x: Array, rest: Array | None = None) -> Array:
        return _weighted(self.dense, "cdf", x, rest)

    def dense_sf(self, x: Array, rest: Array | None = None) -> Array:
        return _weighted(self.dense, "sf", x, rest)

    def cdf(self, x: ArrayLike) -> Array:
        return _weighted(self.parts, "cdf", x)

    def sf(self, x: ArrayLike) -> Array:
        return _weighted(self.parts, "sf", x)

    def below(self, x: ArrayLike) -> Array:
        return _weighted(self.parts, "below", x)

    def above(self, x: ArrayLike) -> Array:
        return _weighted(self.parts, "above", x)


def _weighted(
    parts: "tuple[tuple[float, Family], ...]", name: str, x: ArrayLike, rest: Array | None = None
) -> Array:
    x = np.asarray(x, float)
    total = np.zeros(x.shape)
    for weight, part in parts:
        values = getattr(part, name)
        total += weight * (values(x) if rest is None or not part.ends_at_one else values(x, rest))
    return total


class Family(Distribution):
    """A distribution with one formula. Its dataclass fields are its parameters, in order."""

    name: ClassVar[str]
    least: ClassVar[dict[str, float]] = {}  # the smallest value of parameters that have one
    is_point: ClassVar[bool] = False
    ends_at_one: ClassVar[bool] = False  # its cdf and sf then take `rest` = 1 - x too
    support: tuple[float, float] = (-math.inf, math.inf)

    def __post_init__(self) -> None:
        for name, value in zip(self.names(), self.values, strict=True):
            if not abs(value) <= LARGEST:
                raise BadInput(
                    f"{self.name}: {name} is {number(value)}, but must be a number"
                    f" between -{LARGEST:g} and {LARGEST:g}."
                )
            least = self.least.get(name)
            if least is not None and value < least:
                must = "greater than 0" if least == TINY else f"at least {number(least)}"
                hint = "" if least > TINY or value <= 0 else f" ({TINY:g} at least)"
                raise BadInput(
                    f"{self.name}: {name} is {number(value)}, but must be {must}{hint}."
                    f" Try {name}=1."
                )

    @classmethod
    def names(cls) -> tuple[str, ...]:
        return tuple(field.name for field in fields(cls))  # type: ignore[arg-type]

    @property
    def values(self) -> tuple[float, ...]:
        return tuple(getattr(self, name) for name in self.names())

    @property
    def parts(self) -> "tuple[tuple[float, Family], ...]":
        return ((1.0, self),)

    @property
    def marks(self) -> Array:
        raise NotImplementedError

    @property
    def anchors(self) -> tuple[float, ...]:
        """Points from which the density goes as a power of the distance."""
        return ()

    @property
    def near_one(self) -> Array:
        """Marks close to 1, as distances from it."""
        return np.empty(0)

    def tail(self, side: int) -> Tail:
        """How heavy the tail is on the left (side -1) or on the right (+1)."""
        return LIGHT

    def __str__(self) -> str:
        return f"{self.name}({','.join(map(number, self.values))})"
