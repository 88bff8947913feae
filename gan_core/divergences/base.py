"""What a one-dimensional distribution is to the distances: `Distribution`, `Family`.

A distribution answers, for an array x: `logpdf`, `cdf`, `sf` (= 1 - cdf, without cancellation),
`below` = ∫_{-∞}^x F and `above` = ∫_x^∞ (1 - F). The last two make W1 exact, because the area
between two CDFs is a difference of them. `marks` show where its features are, so that a quadrature
looks there first; `tail` and `exponent` say how the density goes at infinity and at its ends.
"""

import math
from collections.abc import Callable
from dataclasses import fields
from functools import cached_property
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gan_core.catalog import BadInput

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
Index = NDArray[np.intp]
Tail = tuple[float, float, float]  # (a, b, c): -log density ~ a x² + b |x| + c log |x| far out
Stacks = tuple[tuple[Array, "Family"], ...]
LIGHT: Tail = (math.inf, math.inf, math.inf)  # no tail at all: bounded support
TINY = 1e-12  # the narrowest width; for less, a point mass says what is meant
LARGEST = 1e12  # of any parameter


def number(x: float) -> str:
    """The shortest text that reads back as the same float, without a trailing `.0`."""
    return repr(float(x)).removesuffix(".0")


class Distribution:
    """A distribution on the line, as weighted families: `parts` is all that a distance needs."""

    mean: float
    var: float
    # places where the CDF (or, where the mask says so, its complement) is a share of at most ½
    closed_quantile: Callable[[Array, Mask], Array] | None = None

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
        if len(self.dense) == 1 and self.dense[0][0] == 1:
            return self.dense[0][1].logpdf(x, rest)
        if not self.dense:
            return np.full(np.shape(x), -np.inf)
        flat, flat_rest = np.ravel(x), None if rest is None else np.ravel(rest)
        logs = [log_w + part.logpdf(flat, flat_rest) for log_w, part in self._log_stacks]
        log = np.logaddexp.reduce(np.concatenate(logs))
        return log.reshape(np.shape(x))

    @cached_property
    def _stacks(self) -> tuple[Stacks, Stacks]:
        """Parts of one family as one whose parameters are columns: of `dense`, and of `parts`."""
        return _stacked(self.dense), _stacked(self.parts)

    @cached_property
    def _log_stacks(self) -> Stacks:
        return tuple((np.log(weights)[:, None], part) for weights, part in self._stacks[0])

    def dense_cdf(self, x: Array, rest: Array | None = None) -> Array:
        return _weighted(self.dense, self._stacks[0], "cdf", x, rest)

    def dense_sf(self, x: Array, rest: Array | None = None) -> Array:
        return _weighted(self.dense, self._stacks[0], "sf", x, rest)

    def pdf(self, x: Array, rest: Array | None = None) -> Array:
        """The density part at x [n]."""
        shares = (w @ np.atleast_2d(np.exp(part.logpdf(x, rest))) for w, part in self._stacks[0])
        return sum(shares, np.zeros(x.shape))

    def share(self, x: Array, high: Mask, rest: Array | None = None) -> Array:
        """The CDF at x [n], or its complement where `high`."""
        shares = (w @ np.atleast_2d(part.share(x, high, rest)) for w, part in self._stacks[1])
        return sum(shares, np.zeros(x.shape))

    def cdf(self, x: ArrayLike) -> Array:
        return _weighted(self.parts, self._stacks[1], "cdf", x)

    def sf(self, x: ArrayLike) -> Array:
        return _weighted(self.parts, self._stacks[1], "sf", x)

    def below(self, x: ArrayLike) -> Array:
        return _weighted(self.parts, self._stacks[1], "below", x)

    def above(self, x: ArrayLike) -> Array:
        return _weighted(self.parts, self._stacks[1], "above", x)


def _stacked(parts: "tuple[tuple[float, Family], ...]") -> Stacks:
    groups: dict[object, list[tuple[float, Family]]] = {}
    for i, (weight, part) in enumerate(parts):
        groups.setdefault(type(part) if part.stacks else i, []).append((weight, part))
    return tuple(
        (np.array([w for w, _ in group]), group[0][1].stack([part for _, part in group]))
        for group in groups.values()
    )


def _weighted(
    parts: "tuple[tuple[float, Family], ...]",
    stacks: Stacks,
    name: str,
    x: ArrayLike,
    rest: Array | None = None,
) -> Array:
    x = np.asarray(x, float)
    if len(parts) == 1 and parts[0][0] == 1:
        return _called(parts[0][1], name, x, rest)
    flat, flat_rest = x.ravel(), None if rest is None else rest.ravel()
    total = np.zeros(flat.shape)
    for weights, part in stacks:
        total += weights @ np.atleast_2d(_called(part, name, flat, flat_rest))
    return total.reshape(x.shape)


def _called(part: "Family", name: str, x: Array, rest: Array | None) -> Array:
    of = getattr(part, name)
    return of(x) if rest is None or not part.ends_at_one else of(x, rest)


class Family(Distribution):
    """A distribution with one formula. Its dataclass fields are its parameters, in order."""

    name: ClassVar[str]
    least: ClassVar[dict[str, float]] = {}  # the smallest value of parameters that have one
    is_point: ClassVar[bool] = False
    ends_at_one: ClassVar[bool] = False  # its cdf and sf then take `rest` = 1 - x too
    support: tuple[float, float] = (-math.inf, math.inf)

    @property
    def stacks(self) -> bool:
        """Whether its formulas hold for columns of parameters."""
        return True

    @staticmethod
    def stack(parts: "list[Family]") -> "Family":
        """One whose parameters are the columns of theirs: a mixture then costs what one costs."""
        if len(parts) == 1:
            return parts[0]
        stacked = object.__new__(type(parts[0]))
        for name in parts[0].names():
            column = np.array([getattr(part, name) for part in parts])[:, None]
            object.__setattr__(stacked, name, column)
        return stacked

    def __post_init__(self) -> None:
        for name, value in zip(self.names(), self.values, strict=True):
            least = self.least.get(name)
            if not abs(value) <= LARGEST:
                span = f"between -{LARGEST:g} and {LARGEST:g}"
                if least is not None:
                    span = f"between {least:g} and {LARGEST:g}"
                raise BadInput(
                    f"{self.name}: {name} is {number(value)}, but must be a number {span}."
                )
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

    def share(self, x: Array, high: Mask, rest: Array | None = None) -> Array:
        rests = (None, None) if rest is None else (rest[~high], rest[high])
        below, above = (
            _called(self, name, x[side], part)
            for name, side, part in zip(("cdf", "sf"), (~high, high), rests, strict=True)
        )
        result = np.empty((*below.shape[:-1], len(x)))
        result[..., ~high], result[..., high] = below, above
        return result

    @property
    def marks(self) -> Array:
        raise NotImplementedError

    @property
    def stretches(self) -> tuple[tuple[float, float], ...]:
        """Where there is density, from left to right: the support without its holes."""
        return (self.support,)

    @property
    def jumps(self) -> Array:
        """Places where the density may jump."""
        return np.array([end for end in self.support if math.isfinite(end)])

    @property
    def anchors(self) -> tuple[float, ...]:
        """Points from which the density goes as a power of the distance."""
        return ()

    @property
    def near_one(self) -> Array:
        """Marks close to 1, as distances from it."""
        return np.empty(0)

    def tail(self, side: int) -> Tail:
        """How heavy the tail is on the left (side -1) or right (+1): less is heavier."""
        return LIGHT

    def exponent(self, place: float, side: int) -> float:
        """e of a density ~ |x - place|^e just left (side -1) or right of a place; inf if none."""
        starts = [low <= place < high if side > 0 else low < place <= high
                  for low, high in self.stretches]  # fmt: skip
        return 0.0 if any(starts) else math.inf

    def __str__(self) -> str:
        return f"{self.name}({','.join(map(number, self.values))})"
