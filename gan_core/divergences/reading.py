"""What a sweep says of each distance at one θ: whether its slope leads a generator anywhere."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from gan_core.divergences.base import Mask
from gan_core.divergences.distances import Distances
from gan_core.divergences.sweep import Sweep

SLOPES, FLAT, INFINITE, MINIMUM, JUMPS = (
    "slopes", "flat", "infinite", "at its minimum", "jumps",
)  # fmt: skip
FLATTEST = 0.02  # the share of a fall that a slope must promise, not to be called flat
_SAME = 1e-9  # of the range: closer places are one; and of the span: closer values


@dataclass(frozen=True)
class Reading:
    """One distance at θ = `at`: a verdict and the figures behind it.

    `goal` is where it is smallest over the range, `least` its value there. `share` is what of the
    fall to `least` a straight line with this `slope` would make by `goal`: 1 for a straight line,
    2 for a parabola, next to 0 where the distance saturates; negative if it leads away.
    """

    verdict: str
    value: float
    slope: float
    goal: float
    least: float
    share: float
    why: str = ""


def useful(sweep: Sweep, at: float, known: Distances | None = None) -> dict[str, Reading]:
    """The reading of every distance at θ = `at`, inside the sweep's range.

    Pass the distances `known` there, in the sweep's unit, if `at` is no point of the grid: beside
    an infinite one only they can tell.
    """
    return {name: _reading(sweep, name, at, known) for name in sweep.names}


def _reading(sweep: Sweep, name: str, at: float, known: Distances | None) -> Reading:
    track = Track(sweep, name)
    nearest = int(np.argmin(np.abs(sweep.values - at)))
    value = float(getattr(known, name)) if known else track.value(at)
    slope, goal, least = track.slope(at), track.goal, min(track.least, value)
    if not math.isfinite(value):
        why = known.why.get(name, "") if known else sweep.why[name][nearest]
        return Reading(INFINITE, math.inf, math.nan, goal, least, math.nan, why)
    step = _SAME * track.range
    if abs(sweep.values[nearest] - at) <= step and nearest in track.jumps:
        return Reading(JUMPS, value, math.nan, goal, least, math.nan)
    if track.constant:
        return Reading(FLAT, value, slope, goal, least, 0.0)
    lowest = bool(track.lowest(value)) or (
        value - least <= _SAME * track.span and abs(at - goal) <= step
    )
    if lowest and not track.descends(at):
        return Reading(MINIMUM, value, slope, goal, least, math.nan)
    fall = value - least
    share = slope * (at - goal) / fall if fall > 0 else math.nan
    # a distance that is smallest right here slopes nowhere, though no grid point is its minimum
    if abs(at - goal) <= track.cell / 2 and abs(slope) * track.range <= FLATTEST * track.span:
        return Reading(MINIMUM, value, slope, goal, least, share)
    return Reading(FLAT if abs(share) < FLATTEST else SLOPES, value, slope, goal, least, share)


class Track:
    """One distance between the grid points of a sweep: cubics through values and slopes, and two
    straight lines in a cell that hides a kink."""

    def __init__(self, sweep: Sweep, name: str) -> None:
        self.theta, self.values = sweep.values, sweep.value[name]
        self.left, self.right = sweep.left[name], sweep.right[name]
        finite = self.values[np.isfinite(self.values)]
        self.least = float(finite.min()) if len(finite) else math.inf
        self.span = float(np.ptp(finite)) if len(finite) else 0.0
        self.range = float(self.theta[-1] - self.theta[0])
        self.cell = float(np.diff(self.theta).max())
        self.goal = float(self.theta[sweep.lowest(name)]) if len(finite) else math.nan
        # the same everywhere, and not 0: smallest nowhere
        self.constant = len(finite) == len(self.values) and self.span <= 1e-12 * self.least
        self.constant &= self.least > 0
        self.jumps = frozenset(np.flatnonzero(self._apart()).tolist())

    def lowest(self, value: ArrayLike) -> Mask:
        """Whether a value is the smallest, be it on a plateau; none is of a constant distance."""
        value = np.asarray(value, float)
        # relative to the value too: the span of a χ² that explodes dwarfs every other one
        near = value <= self.least + _SAME * np.minimum(self.span, np.abs(value))
        return np.asarray(near & (not self.constant))

    def descends(self, at: float) -> bool:
        """Whether a step to either side of θ = `at` leads down, by more than next to nothing."""
        left, right = self.sides(at)
        flat = FLATTEST * self.span / self.range
        return left > flat or right < -flat

    def _apart(self) -> Mask:
        """Which grid points lie off the lines that their neighbours' slopes draw to them, or have
        no finite neighbour."""
        v, step = self.values, np.diff(self.theta)
        alone = np.isfinite(v) & np.isnan(self.left) & np.isnan(self.right)
        with np.errstate(invalid="ignore"):
            before = np.abs(v[:-1] + self.right[:-1] * step - v[1:])  # from the left neighbour
            after = np.abs(v[1:] - self.left[1:] * step - v[:-1])
        off = np.fmax(np.r_[0, before], np.r_[after, 0])
        there = np.r_[False, np.isfinite(v), False]
        lone = ~(there[:-2] | there[2:])
        return alone & (lone | (np.nan_to_num(off, nan=0.0) > 0.25 * self.span))

    def _cell_of(self, at: float) -> tuple[int, float]:
        i = int(np.clip(np.searchsorted(self.theta, at, side="right") - 1, 0, len(self.theta) - 2))
        return i, float(self.theta[i + 1] - self.theta[i])

    def _ends(self, i: int, step: float) -> "_Cell":
        """Values and slopes at both ends of cell i, as its inside sees them."""
        a, b = float(self.values[i]), float(self.values[i + 1])
        s, t = float(self.right[i]), float(self.left[i + 1])
        if i in self.jumps:  # the value belongs to that place alone
            a, s = b - t * step, t
        if i + 1 in self.jumps:
            b, t = a + s * step, s
        chord = (b - a) / step
        s, t = (chord if math.isnan(x) and math.isfinite(chord) else x for x in (s, t))
        return _Cell(a, b, s, t, step)

    def value(self, at: float) -> float:
        """The distance at θ = `at`; inf beside an infinite grid point."""
        i, step = self._cell_of(at)
        for j in (i, i + 1):
            if self.theta[j] == at:
                return float(self.values[j])
        return self._ends(i, step).at((at - float(self.theta[i])) / step)[0]

    def slope(self, at: float) -> float:
        """Its derivative by θ: at a kink the middle of both sides, but 0 where both lead up or
        where a cusp is the minimum; NaN beside an infinity."""
        left, right = self.sides(at)
        if left <= 0 <= right:
            return 0.0
        middle = (left + right) / 2
        return 0.0 if math.isnan(middle) and self.value(at) == self.least else middle

    def sides(self, at: float) -> tuple[float, float]:
        """Its derivatives to the left and to the right of θ = `at`."""
        i, step = self._cell_of(at)
        for j in (i, i + 1):
            if self.theta[j] == at:
                return float(self.left[j]), float(self.right[j])
        slope = self._ends(i, step).at((at - float(self.theta[i])) / step)[1]
        return slope, slope


@dataclass(frozen=True)
class _Cell:
    """Between two grid points: values a, b and slopes s, t at its ends, `step` apart."""

    a: float
    b: float
    s: float
    t: float
    step: float

    @property
    def off(self) -> float:
        """How far the chord is from the mean of both slopes: 0 for a parabola, 1 at most."""
        size = abs(self.s) + abs(self.t)
        return abs((self.b - self.a) / self.step - (self.s + self.t) / 2) / size if size else 0.0

    def at(self, z: float) -> tuple[float, float]:
        """(value, slope) a share z of the way through."""
        if not (math.isfinite(self.a) and math.isfinite(self.b)):
            return math.inf, math.nan
        if min(self.a, self.b) > 0 and max(self.a, self.b) > 4 * min(self.a, self.b):
            s, t = self.s / self.a, self.t / self.b
            log = _Cell(math.log(self.a), math.log(self.b), s, t, self.step)
            if log.off < self.off:  # it grows like a power or faster
                value, slope = log._cubic(z)
                return math.exp(value), math.exp(value) * slope
        return self._cubic(z) if self.off <= 0.25 else self._corner(z)

    def _cubic(self, z: float) -> tuple[float, float]:
        bend = z * (1 - z) * self.step * ((1 - z) * self.s - z * self.t)
        value = self.a + (self.b - self.a) * z * z * (3 - 2 * z) + bend
        chord = (self.b - self.a) / self.step
        ends = (1 - z) * (1 - 3 * z) * self.s + z * (3 * z - 2) * self.t
        return value, 6 * z * (1 - z) * chord + ends

    def _corner(self, z: float) -> tuple[float, float]:
        """On the two lines that the ends draw."""
        first = self.a + self.s * z * self.step
        second = self.b - self.t * (1 - z) * self.step
        if (first > second) == (self.t > self.s):
            return first, self.s
        return second, self.t
