"""Where to look: the line cut into panels on which two distributions are smooth together.

Every family names its own marks; the panels lie between the marks of both. A panel that is far
longer than its distance to an anchor (an end where a density goes like a power, the centre of a
heavy tail) uses the logarithm of that distance, so widths of 1e-4 against 1, endpoints like
x^-0.9 and tails like x^-1.2 all come out with a fixed number of Gauss-Legendre nodes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from gan_core.divergences.base import Array, Distribution, Index, Mask

ORDER = 16
_INSIDE = 1 - 1e-9  # a hair inside a panel, as functions may jump at its ends
_GAUSS, SHARES = np.polynomial.legendre.leggauss(ORDER)
NODES = np.r_[-_INSIDE, _GAUSS, _INSIDE]  # of a panel [-1, 1]; the first and last weigh nothing
_DEGREES = np.array([5, 6, 7, 13, 14, 15])  # of the coefficients that show how fast they fall
LEGENDRE = SHARES[:, None] * np.polynomial.legendre.legvander(_GAUSS, 15)[:, _DEGREES]
LEGENDRE *= _DEGREES + 0.5
RATIO = 3.0  # panels whose far end is more than RATIO times further from an anchor go by its log
PIECES = 4  # into which a panel is cut that has too few nodes
CAP = 1e8  # how far equal heavy tails are followed: beyond it their difference is only rounding

_NONE = np.empty(0)


@dataclass(frozen=True)
class Panels:
    """Panels by `start + sign·distance`, distance from `near` to `far`, in order of x.

    Distances are kept, not places, because 1 - 1e-30 is a distance but not a float.
    """

    start: Array
    sign: Array
    near: Array
    far: Array
    log: Mask

    def _distance(self, s: Array) -> tuple[Array, Array]:
        """Distances at s, from -1 (near) to 1 (far), and their slopes; s is one for every panel,
        or a row."""
        near, far, log = self.near, self.far, self.log
        if s.ndim > 1:
            near, far = near[:, None], far[:, None]
        half = (far - near) / 2
        distance, slope = near + half * (1 + s), half + np.zeros(s.shape)
        if log.any():
            low = np.log(near[log])
            half = (np.log(far[log]) - low) / 2
            distance[log] = np.exp(low + half * (1 + s[log]))
            slope[log] = half * distance[log]
        return distance, slope

    def at(self, index: Index, s: Array) -> tuple[Array, Array]:
        """The points (x, 1 - x) at s in [-1, 1], one in each of the panels `index`."""
        there = self.pick(index)
        step = there.sign * there._distance(there.sign * s)[0]  # x grows with s, always
        return there.start + step, (1 - there.start) - step

    def nodes(self) -> tuple[Array, Array, Array]:
        """x, 1 - x and dx/ds, each [panels, ORDER + 2]."""
        start, sign = self.start[:, None], self.sign[:, None]
        distance, slope = self._distance(sign * NODES)
        step = sign * distance
        return start + step, (1 - start) - step, slope

    def pick(self, which: Mask | Index) -> "Panels":
        return Panels(*(getattr(self, name)[which] for name in Panels.__annotations__))

    def split(self, rough: Mask) -> "tuple[Panels, Panels, Mask]":
        """The same line with these panels cut in pieces, the pieces, and which panels they are."""
        cut = self.pick(rough)
        ends, _ = cut._distance(np.tile(np.linspace(-1, 1, PIECES + 1), (len(cut.near), 1)))
        ends[:, 0], ends[:, -1] = cut.near, cut.far
        near, far = ends[:, :-1], ends[:, 1:]
        near, far = (np.where(cut.sign[:, None] < 0, d[:, ::-1], d).ravel() for d in (near, far))
        start, sign = np.repeat(cut.start, PIECES), np.repeat(cut.sign, PIECES)
        pieces = Panels(start, sign, near, far, np.repeat(cut.log, PIECES))
        new = np.repeat(rough, np.where(rough, PIECES, 1))
        every = (
            merged(getattr(self, name)[~rough], getattr(pieces, name), new)
            for name in Panels.__annotations__
        )
        return Panels(*every), pieces, new

    @cached_property
    def edges(self) -> Array:
        """The places between panels, and both ends."""
        left = self.start + np.where(self.sign > 0, self.near, -self.far)
        last = self.start[-1] + (self.far[-1] if self.sign[-1] > 0 else -self.near[-1])
        return np.append(left, last)


def merged(old: Any, fresh: Any, new: Mask) -> Any:
    """Rows of two arrays in one: the fresh ones where `new`."""
    result = np.empty((len(new), *old.shape[1:]), old.dtype)
    result[~new], result[new] = old, fresh
    return result


def panels(
    p: Distribution,
    q: Distribution,
    capped: bool = False,
    extra: Array | None = None,
    anchors: Sequence[float] = (),
    near_one: Array = _NONE,
) -> Panels:
    """The panels for a pair; at least one, even for two points.

    With more marks and anchors, if given. The marks show where the densities have their
    features; whoever integrates splits the panels that are too long for an integrand.
    """
    places = marks(p, q, capped=capped)
    if extra is not None and len(extra):
        places = _distinct(np.append(places, extra))
    if len(places) == 1:
        places = places + np.array([-1.0, 1.0])
    families = [part for d in (p, q) for _, part in d.parts]
    anchors = sorted({*anchors, *(a for family in families for a in family.anchors)})
    near_one = np.concatenate([near_one, *(family.near_one for family in families)])
    if not len(near_one):
        return _between(places, anchors)
    # from 0.5 to 1 the distances to 1 are exact floats, and marks of their own
    inner = 1 - places[(places > 0.5) & (places < 1)]
    pieces = [
        _between(np.r_[places[places < 0.5], 0.5], anchors),
        _towards_one(_distinct(np.r_[0, near_one, inner, 0.5])),
    ]
    if places[-1] > 1:
        pieces.append(_between(np.r_[1, places[places > 1]], anchors))
    names = Panels.__annotations__
    return Panels(*(np.concatenate([getattr(piece, name) for piece in pieces]) for name in names))


def marks(*of: Distribution, capped: bool = False) -> Array:
    """The marks of all, ascending."""
    found = _distinct(np.concatenate([part.marks for d in of for _, part in d.parts]))
    if capped:
        centre = np.median(found)
        reach = CAP * np.quantile(np.abs(found - centre), 0.25)
        found = found[np.abs(found - centre) <= reach]
        found = np.r_[centre - 10 * reach, found, centre + 10 * reach]
    return found


def _distinct(marks: Array) -> Array:
    marks = np.sort(marks)
    apart = np.empty(len(marks), bool)
    apart[:1] = True
    apart[1:] = np.diff(marks) > 8 * np.spacing(np.abs(marks[1:]))
    return marks[apart]


def _between(marks: Array, anchors: Sequence[float]) -> Panels:
    left, right = marks[:-1], marks[1:]
    start, sign = left.copy(), np.ones(len(left))
    near, far, log = np.zeros(len(left)), right - left, np.zeros(len(left), bool)
    best = np.full(len(left), RATIO)
    for anchor in anchors:
        close, distant = left - anchor, right - anchor
        before = close > 0
        close, distant = np.where(before, (close, distant), (-distant, -close))
        better = (close > 0) & (distant > best * close)
        best[better] = distant[better] / close[better]
        start[better], near[better], far[better] = anchor, close[better], distant[better]
        sign[better] = np.where(before[better], 1.0, -1.0)
        log |= better
    return Panels(start, sign, near, far, log)


def _towards_one(distances: Array) -> Panels:
    near, far = distances[:-1][::-1], distances[1:][::-1]
    ones = np.ones(len(near))
    return Panels(ones, -ones, near, far, (near > 0) & (far > RATIO * near))
