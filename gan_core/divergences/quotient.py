"""Where p²/q lives, the integrand of χ²: often far outside of where p and q do."""

import math

import numpy as np

from gan_core.divergences.base import LIGHT, Array, Distribution
from gan_core.divergences.integrands import chi2_log_density
from gan_core.divergences.mesh import RATIO, Mask
from gan_core.divergences.onesided import near
from gan_core.divergences.support import heaviest

_STEPS = 2.0 ** np.arange(1, 70)  # how far to look, in widths of the outermost gap between marks
_LOW = 45.0  # what lies e^-45 below the peak adds nothing


def quotient_marks(p: Distribution, q: Distribution, edges: Array) -> Array:
    """Marks besides the edges of the pair's own mesh: in every gap, and outside as far as p²/q
    goes, at distances that double. A bump of the quotient of two bells is no narrower than 1/27
    of its distance from them, if χ² is a float at all: nodes between doubling marks see it."""
    edges = edges[np.r_[True, np.diff(edges) > 0]]
    gaps, wide = np.diff(edges), _wide(p, q, edges)
    marks = []
    for i in np.flatnonzero(wide):
        up, down = (
            step[step < gaps[i] / 2] for step in (gaps[i - 1] * _STEPS, gaps[i + 1] * _STEPS)
        )
        marks += [edges[i] + up, edges[i + 1] - down]
    for side, edge, step in ((-1, edges[0], -gaps[0]), (1, edges[-1], gaps[-1])):
        if p.dense and heaviest(p, side) != LIGHT:
            marks.append(_outside(p, q, edge, step, edges))
    return np.concatenate([*marks, _pole(p, q, 0.0, 1)])


def steep_marks(logs: Array, edges: Array) -> Array:
    """Marks at distances that fall like 4^-k from the ends of panels where p²/q, whose logs are
    known at the nodes, is largest and falls much faster than a panel's nodes can see."""
    floor, widths, found = logs.max() - _LOW, np.diff(edges), [np.empty(0)]
    with np.errstate(invalid="ignore"):
        falls = logs[:, 0] - logs[:, 1], logs[:, -1] - logs[:, -2]
    for tops, fall, start, sign in zip(
        (logs[:, 0], logs[:, -1]), falls, (edges[:-1], edges[1:]), (1, -1), strict=True
    ):
        for i in np.flatnonzero((tops > floor) & (fall > 1)):
            # the outermost node is 0.5 % of the panel from its end
            depth = 5 + math.ceil(min(math.log(fall[i], 4), 15))
            found.append(start[i] + sign * widths[i] * 0.25 ** np.arange(1, depth))
    return np.concatenate(found)


def _wide(p: Distribution, q: Distribution, edges: Array) -> Mask:
    """Which gaps are much wider than a neighbour and do not go by the logarithm of a distance."""
    gaps = np.diff(edges)
    wide = np.zeros(len(gaps), bool)
    wide[1:-1] = gaps[1:-1] > 4 * np.minimum(gaps[:-2], gaps[2:])
    families = [part for d in (p, q) for _, part in d.dense]
    for anchor in {a for part in families for a in part.anchors}:
        close = np.minimum(np.abs(edges[:-1] - anchor), np.abs(edges[1:] - anchor))
        wide &= gaps < close * (RATIO - 1)
    return wide


def marks_near_one(p: Distribution, q: Distribution) -> Array:
    """Marks for a pole of p²/q at 1, as distances from it."""
    return _pole(p, q, 1.0, -1)


def _pole(p: Distribution, q: Distribution, place: float, side: int) -> Array:
    if not p.dense or not q.dense:
        return np.empty(0)
    ours = min(part.exponent(place, side) for _, part in p.dense)
    # with each part of q, as the one that counts at the place itself may be e^-1000 there
    shapes = [2 * ours - part.exponent(place, side) + 1 for _, part in q.dense]
    poles = [shape for shape in shapes if 0 < shape < 1]
    return near(min(poles), 0.5) if poles else np.empty(0)


def _outside(p: Distribution, q: Distribution, edge: float, step: float, edges: Array) -> Array:
    x = edge + step * _STEPS[np.abs(step) * _STEPS < 1e140]
    if not len(x):
        return x
    logs = chi2_log_density(p.logpdf(x), q.logpdf(x)) + np.log(np.abs(x - edge))
    inner = (edges[1:] + edges[:-1]) / 2
    known = chi2_log_density(p.logpdf(inner), q.logpdf(inner)) + np.log(np.diff(edges))
    alive = np.flatnonzero(logs > max(logs.max(), known.max()) - _LOW)
    return x[: alive[-1] + 2] if len(alive) else x[:1]
