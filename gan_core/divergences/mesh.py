"""Where to look: the line cut into panels on which two distributions are smooth together.

Every family names its own marks; the panels lie between the marks of both. A panel that is far
longer than its distance to an anchor (an end where a density goes like a power, the centre of a
heavy tail) uses the logarithm of that distance, so widths of 1e-4 against 1, endpoints like
x^-0.9 and tails like x^-1.2 all come out with a fixed number of Gauss-Legendre nodes.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from gan_core.divergences.base import Array, Distribution
from gan_core.divergences.roots import refine

ORDER = 16
_INSIDE = 1 - 1e-9  # a hair inside a panel, as functions may jump at its ends
_GAUSS, _WEIGHTS = np.polynomial.legendre.leggauss(ORDER)
NODES = np.r_[-_INSIDE, _GAUSS, _INSIDE]  # of a panel [-1, 1]; the first and last weigh nothing
_WEIGHTS = np.r_[0, _WEIGHTS, 0]
RATIO = 3.0  # panels whose far end is more than RATIO times further from an anchor go by its log
_LAYER = np.array([-25, -10, -4, -1.5, 0, 1.5, 4, 10, 25])
CAP = 1e8  # how far equal heavy tails are followed: beyond it their difference is only rounding


Index = NDArray[np.intp]


@dataclass(frozen=True)
class Panels:
    """Panels by `start + sign·distance`, distance from `near` to `far`, in order of x.

    Distances are kept, not places, because 1 - 1e-30 is a distance but not a float.
    """

    start: Array
    sign: Array
    near: Array
    far: Array
    log: NDArray[np.bool_]

    def at(self, index: Index, s: Array) -> tuple[Array, Array]:
        """The points (x, 1 - x) at s in [-1, 1] of panels `index`; shapes broadcast."""
        distance, _ = self._distance(index, s)
        start, sign = self.start[index], self.sign[index]
        return start + sign * distance, (1 - start) - sign * distance

    def _distance(self, index: Index, s: Array) -> tuple[Array, Array]:
        near, far, log = self.near[index], self.far[index], self.log[index]
        s = np.where(self.sign[index] < 0, -s, s)  # x grows with s, always
        low = np.where(log, self._log_near[index], near)
        high = np.where(log, self._log_far[index], far)
        half = (high - low) / 2
        place = low + half * (1 + s)
        distance = np.where(log, np.exp(np.where(log, place, 0)), place)
        return distance, half * np.where(log, distance, 1)

    @cached_property
    def _log_near(self) -> Array:
        return np.log(np.where(self.log, self.near, 1))

    @cached_property
    def _log_far(self) -> Array:
        return np.log(np.where(self.log, self.far, 1))

    def cuts(self, index: Index, s: Array) -> tuple[Array, Array]:
        """All places between panels, both ends, and the points s of panels `index`, in order."""
        at = np.r_[np.arange(len(self.start)), len(self.start) - 1, index]
        where = np.r_[-np.ones(len(self.start)), 1.0, s]
        order = np.lexsort((where, at))
        return self.at(at[order], where[order])

    @cached_property
    def edges(self) -> Array:
        """The places between panels, and both ends."""
        left = self.start + np.where(self.sign > 0, self.near, -self.far)
        last = self.start[-1] + (self.far[-1] if self.sign[-1] > 0 else -self.near[-1])
        return np.r_[left, last]

    def nodes(self) -> tuple[Array, Array, Array]:
        """x, 1 - x and weights, each [panels, ORDER + 2]; the first and last weigh nothing."""
        index = np.arange(len(self.start))[:, None]
        distance, slope = self._distance(index, NODES)
        start, sign = self.start[:, None], self.sign[:, None]
        return start + sign * distance, (1 - start) - sign * distance, slope * _WEIGHTS


def panels(
    p: Distribution, q: Distribution, capped: bool = False, extra: Array | None = None
) -> Panels:
    """The panels for a pair; at least one, even for two points.

    With marks `extra` besides they are for CDFs, which have no use for the layers of a log.
    """
    families = [part for d in (p, q) for _, part in d.parts]
    marks = _distinct(np.concatenate([family.marks for family in families]))
    if capped:
        centre = np.median(marks)
        marks = marks[np.abs(marks - centre) <= CAP * np.median(np.abs(marks - centre))]
    if extra is not None:
        marks = _distinct(np.r_[marks, extra[(extra > marks[0]) & (extra < marks[-1])]])
    if len(marks) == 1:
        marks = marks + np.array([-1.0, 1.0])
    if extra is None:
        marks = _distinct(np.concatenate([marks, *(_layers(d, marks) for d in (p, q))]))
    anchors = np.unique([a for family in families for a in family.anchors])
    near_one = np.concatenate([family.near_one for family in families])
    if not len(near_one):
        return _between(marks, anchors)
    # from 0.5 to 1 the distances to 1 are exact floats, and marks of their own
    inner = 1 - marks[(marks > 0.5) & (marks < 1)]
    pieces = [
        _between(np.r_[marks[marks < 0.5], 0.5], anchors),
        _towards_one(_distinct(np.r_[0, near_one, inner, 0.5])),
    ]
    if marks[-1] > 1:
        pieces.append(_between(np.r_[1, marks[marks > 1]], anchors))
    names = Panels.__annotations__
    return Panels(*(np.concatenate([getattr(piece, name) for piece in pieces]) for name in names))


def _layers(d: Distribution, marks: Array) -> Array:
    """Marks around the places, far from its parts' own marks, where one part of a mixture takes
    over from another: log d turns there within a width of 1 over the change of its slope."""
    if len(d.dense) < 2:
        return np.empty(0)
    x = (marks[:-1, None] + np.diff(marks)[:, None] * np.linspace(0, 1, 9)[:-1]).ravel()

    def logs(at: Array) -> Array:
        return np.array([np.log(weight) + part.logpdf(at) for weight, part in d.dense])

    every = logs(x)
    best = every.argmax(axis=0)
    turns = np.flatnonzero(best[:-1] != best[1:])
    before, after, columns = best[turns], best[turns + 1], np.arange(len(turns))
    with np.errstate(invalid="ignore"):
        ends = [every[before, i] - every[after, i] for i in (turns, turns + 1)]
    inner = np.isfinite(ends[0]) & np.isfinite(ends[1])  # an end of a support is a mark already
    before, after, turns, columns = (
        before[inner],
        after[inner],
        turns[inner],
        columns[: inner.sum()],
    )

    def gap(at: Array) -> Array:
        values = logs(at)
        return values[before, columns] - values[after, columns]

    low, high = x[turns], x[turns + 1]
    place = refine(gap, low, high, ends[0][inner], ends[1][inner])
    step = 1e-6 * (high - low)
    slope = np.abs(gap(place + step) - gap(place - step)) / (2 * step)
    return (place[:, None] + _LAYER / np.maximum(slope, 1e-300)[:, None]).ravel()


def _distinct(marks: Array) -> Array:
    marks = np.unique(marks)
    apart = np.diff(marks) > 8 * np.spacing(np.abs(marks[1:]))
    return marks[np.r_[True, apart]]


def _between(marks: Array, anchors: Array) -> Panels:
    left, right = marks[:-1], marks[1:]
    start, sign = left.copy(), np.ones(len(left))
    near, far, log = np.zeros(len(left)), right - left, np.zeros(len(left), bool)
    best = np.full(len(left), RATIO)
    for anchor in anchors:
        before = anchor < left
        close = np.where(before, left - anchor, anchor - right)
        distant = np.where(before, right - anchor, anchor - left)
        better = (close > 0) & (distant > best * close)
        best = np.where(better, distant / np.where(better, close, 1), best)
        start, sign = np.where(better, anchor, start), np.where(better & ~before, -1.0, sign)
        near, far, log = np.where(better, close, near), np.where(better, distant, far), log | better
        sign = np.where(better & before, 1.0, sign)
    return Panels(start, sign, near, far, log)


def _towards_one(distances: Array) -> Panels:
    near, far = distances[:-1][::-1], distances[1:][::-1]
    ones = np.ones(len(near))
    return Panels(ones, -ones, near, far, (near > 0) & (far > RATIO * near))
