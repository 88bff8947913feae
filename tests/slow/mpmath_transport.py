"""TV, W1 and W2 on a mesh: between roots of a difference, and through both quantile functions."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass

import mpmath as mp
from mpmath_families import Law, Real
from mpmath_mesh import ACCEPT, Mesh, Panel
from mpmath_polynomial import BITS, ONE, Polynomial, both_rules, clenshaw, fixed, rule

Level = tuple[int, Real]  # (0, F) up to the median, (1, F - 1) past it: exact in both tails


def nodes() -> list[int]:
    return [fixed(t) for t in rule()[0]]


def between_roots(of: Callable[[int], Real], integral: Polynomial) -> Real:
    """∫|f| over a panel, from f and its integral: differences between the roots of f."""
    cuts, places = [-ONE], [-ONE + 1, *nodes(), ONE - 1]
    for (a, at_a), (b, at_b) in itertools.pairwise([(t, of(t)) for t in places]):
        if at_a * at_b >= 0:
            continue
        for _ in range(80):  # an error enters squared
            middle = (a + b) >> 1
            a, b = (middle, b) if of(middle) * at_a > 0 else (a, middle)
        cuts.append(a)
    sums = [integral.to(t) for t in (*cuts, ONE)]
    return mp.fsum(abs(b - a) for a, b in itertools.pairwise(sums))


def tv(mesh: Mesh) -> Real:
    """½∫|p - q| over the densities."""
    total = mp.mpf(0)
    for panel in mesh.panels:
        gap = [f - g for f, g in zip(*panel.values[:2], strict=True)]
        if any(gap):
            polynomial = Polynomial(gap)
            of = lambda t, p=polynomial: clenshaw(p.function, t)  # noqa: E731
            total += between_roots(of, polynomial)
    return total / 2


def w1(mesh: Mesh) -> tuple[Real, Real]:
    """∫|F_p - F_q| and an estimate of its relative error."""
    total, error = mp.mpf(0), mp.mpf(0)
    for i, panel in enumerate(mesh.panels):
        f, g = (Polynomial(values) for values in panel.values[:2])
        high = mesh.below[0][i] + mesh.below[1][i] > 1
        if high:  # F_p - F_q = (1 - F_q) - (1 - F_p)
            start = mesh.above[1][i] + g.mass - mesh.above[0][i] - f.mass
        else:
            start = mesh.below[0][i] - mesh.below[1][i]

        def gap(t: int, start: Real = start, f: Polynomial = f, g: Polynomial = g) -> Real:
            return start + f.to(t) - g.to(t)

        values = [gap(t) * slope for t, (_, _, slope) in zip(nodes(), panel.at, strict=True)]
        if any(values):
            total += between_roots(gap, Polynomial(values))
            error += both_rules(values)[1] ** 1.5
    return total, (error / total**1.5 if total else mp.mpf(0))


@dataclass
class Segment:
    """A stretch of probability and where it lies: on a panel, or all on one `place`."""

    start: Level
    end: Level
    panel: Panel | None
    density: Polynomial | None
    place: Real = 0

    def t(self, part: Real, high: bool, guess: int = 0) -> int:
        """Where the CDF (1 - CDF if `high`) is `part`."""
        if self.density is None:
            return 0
        if high:
            share = self.density.whole - fixed((part - _above(self.end)) / self.density.scale)
        else:
            share = fixed((part - _below(self.start)) / self.density.scale)
        return self.density.inverse(min(max(share, 0), self.density.whole), guess)

    def level(self, t: int, high: bool) -> Real:
        assert self.density is not None
        so_far = self.density.to(t)
        return (
            _above(self.end) + self.density.mass - so_far if high else (_below(self.start) + so_far)
        )

    def x(self, t: int) -> Real:
        return self.panel.place(mp.ldexp(t, -BITS))[0] if self.panel else self.place


def _below(level: Level) -> Real:
    return level[1] + level[0]


def _above(level: Level) -> Real:
    return -level[1] if level[0] else 1 - level[1]


def _level(below: Real, above: Real) -> Level:
    return (0, below) if below <= 0.5 else (1, -above)


def _segments(mesh: Mesh, d: Law, column: int) -> list[Segment]:
    found: list[Segment] = []

    def atom(x: Real, below: Real, above: Real) -> None:
        """The one at x, where P(X ≤ x) and P(X > x) are these."""
        mass = d.atoms.get(x)
        if mass:
            ends = _level(below - mass, above + mass), _level(below, above)
            found.append(Segment(*ends, None, None, x))

    for i, panel in enumerate(mesh.panels):
        below, above = mesh.below[column][i], mesh.above[column][i]
        mass = panel.sums[column][0]
        atom(panel.left, below, above + mass)
        if mass > 0:
            ends = _level(below, above + mass), _level(below + mass, above)
            found.append(Segment(*ends, panel, Polynomial(panel.values[column])))
    last = mesh.panels[-1].right
    if last in d.atoms:
        atom(last, mp.mpf(1), mp.mpf(0))
    return found


class Piece:
    """A range of probability in which each distribution stays on one segment."""

    def __init__(self, a: Level, b: Level, ours: Segment, theirs: Segment) -> None:
        self.high = a[0] == 1
        self.share = b[1] - a[1] if a[0] == b[0] else 1 + b[1] - a[1]
        if ours.density is None or (theirs.density and _steep(theirs) > _steep(ours)):
            ours, theirs = theirs, ours
        self.by, self.other = ours, theirs  # by the steeper density: the other's T is smooth there
        levels = [_above(v) if self.high else _below(v) for v in (a, b)]
        self.ends = sorted(ours.t(level, self.high) for level in levels)  # rounding may swap them
        x = [ours.x(t) for t in self.ends]
        y = [theirs.x(theirs.t(level, self.high)) for level in levels]
        self.most = self.share * max(abs(x[1] - y[0]), abs(x[0] - y[1])) ** 2
        self.about = self.share * ((x[0] - y[0]) ** 2 + (x[1] - y[1]) ** 2) / 2

    def look(self) -> "Piece":
        """∫(x - T(x))² over the piece by both rules."""
        by, to = self.by, self.other
        if by.density is None:
            self.sums = (self.about, mp.mpf(0))
            return self
        (a, b), values, guess = self.ends, [], 0
        for node in nodes():
            t = ((a + b) >> 1) + (((b - a) * node) >> (BITS + 1))
            guess = to.t(by.level(t, self.high), self.high, guess)
            density = mp.ldexp(clenshaw(by.density.function, t), -BITS) * by.density.scale
            values.append(density * (by.x(t) - to.x(guess)) ** 2)
        half = mp.ldexp(b - a, -BITS - 1)
        self.sums = tuple(half * value for value in both_rules(values))
        return self

    def halves(self) -> "list[Piece]":
        found = []
        middle = (self.ends[0] + self.ends[1]) >> 1
        for ends in ((self.ends[0], middle), (middle, self.ends[1])):
            half = object.__new__(Piece)
            half.by, half.other, half.high, half.ends = self.by, self.other, self.high, list(ends)
            found.append(half.look())
        return found


def _steep(segment: Segment) -> float:
    """By what factor the density changes; 0 if that is too much to rely on in fixed point (a
    light tail, out where only a heavy one matters: no mass lies there)."""
    assert segment.panel is not None and segment.density is not None
    c = segment.density.function
    values = [max(clenshaw(c, t), 1) for t in nodes()]
    return ratio if (ratio := max(values) / min(values)) < 1e25 else 0.0


def w2(mesh: Mesh) -> tuple[Real, Real]:
    """√∫(Q_p - Q_q)² and an estimate of its relative error."""
    ours, theirs = _segments(mesh, mesh.p, 0), _segments(mesh, mesh.q, 1)
    pieces, now, i, j = [], (0, mp.mpf(0)), 0, 0
    while i < len(ours) and j < len(theirs):
        start = max(now, ours[i].start, theirs[j].start)
        now = min(ours[i].end, theirs[j].end)
        if now > start:
            pieces.append(Piece(start, now, ours[i], theirs[j]))
        i, j = i + (ours[i].end <= now), j + (theirs[j].end <= now)
    about = mp.fsum(piece.about for piece in pieces)
    pieces = [piece.look() for piece in pieces if piece.most > 1e-26 * about]
    while True:
        total = mp.fsum(piece.sums[0] for piece in pieces)
        bad = [piece for piece in pieces if piece.sums[1] > ACCEPT * total]
        bad = [piece for piece in bad if abs(piece.ends[1] - piece.ends[0]) > ONE >> 80]
        if not bad:
            break
        fine = [piece for piece in pieces if piece not in bad]
        pieces = fine + [half for piece in bad for half in piece.halves()]
    error = mp.fsum(piece.sums[1] ** 1.5 for piece in pieces)
    return mp.sqrt(total), (error / total**1.5 / 2 if total else mp.mpf(0))
