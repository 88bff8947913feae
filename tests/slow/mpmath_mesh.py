"""An adaptive mesh of the line, on each panel of which both densities are polynomials.

A panel has 24 Gauss-Legendre nodes; the same values at every second node make a rule of degree 11,
and where the two disagree by more than `ACCEPT` the panel is halved. Towards a pole and along an
infinite tail the panels live in the logarithm of the distance, one after the other until nothing
is left. For an analytic integrand the error of the fine rule is at most the square of what the
two differ by; errors are reported as that to the power of 1.5.
"""

import itertools
from collections.abc import Callable

import mpmath as mp
from mpmath_families import Law, Part, Real
from mpmath_polynomial import both_rules, rule

ACCEPT = mp.mpf("1e-11")  # of an integral; to the power of 1.5, 3e-17
NOTHING = mp.mpf("1e-26")  # of an integral: what a tail may leave behind
LONGEST = 4000  # panels along one tail


class Panel:
    """A stretch of the line from `left` to `right`, where x = m + h t, or c ± exp(m ± h t)."""

    def __init__(
        self, left: Real, right: Real, m: Real, h: Real, c: Real = 0, d: int = 0, depth: int = 0
    ) -> None:
        self.left, self.right, self.m, self.h, self.c, self.d = left, right, m, h, c, d
        self.depth, self.span = depth, (left, right)
        self.at = [self.place(t) for t in rule()[0]]

    def place(self, t: Real) -> tuple[Real, Real, Real]:
        """x, 1 - x and dx/dt."""
        if not self.d:
            x = self.m + self.h * t
            return x, 1 - x, self.h
        r = mp.exp(self.m + self.d * self.h * t)
        x = self.c + self.d * r
        return x, (-self.d * r if self.c == 1 else 1 - x), self.h * r

    def look(self, p: Law, q: Law, integrands: Callable[..., list[Real]]) -> None:
        """Values at the nodes: of both densities, and of every integrand, per dt."""
        ours, theirs = p.on(*self.span), q.on(*self.span)
        rows = []
        for x, rest, slope in self.at:
            f = mp.fsum(part.pdf(x, rest) for part in ours) * slope
            g = mp.fsum(part.pdf(x, rest) for part in theirs) * slope
            rows.append([f, g, *integrands(f, g, x)])
        self.values = [list(column) for column in zip(*rows, strict=True)]
        zero = (mp.mpf(0), mp.mpf(0))
        self.sums = [both_rules(v) if any(v) else zero for v in self.values]
        weights = rule()[1]
        self.sizes = [mp.fdot(weights, [abs(v) for v in values]) for values in self.values]

    def halves(self) -> "list[Panel]":
        middle, h = self.place(mp.mpf(0))[0], self.h / 2
        step = h if not self.d else self.d * h
        first = (self.left, middle, self.m - step), (middle, self.right, self.m + step)
        found = [Panel(*ends, h, self.c, self.d, self.depth + 1) for ends in first]
        for panel in found:
            panel.span = self.span
        return found

    def ends(self) -> list[tuple[Real, Real]]:
        """(x, 1 - x) at the left and at the right; close to 1, x alone would say too little."""
        if self.c == 1 and self.d:
            return [self.place(mp.mpf(t))[:2] for t in (-1, 1)]
        return [(x, 1 - x) for x in (self.left, self.right)]


class Mesh:
    """Panels in ascending order; `totals` of |integrand|, `integrals` and their `errors`."""

    def __init__(self, p: Law, q: Law, integrands: Callable[..., list[Real]]) -> None:
        self.p, self.q, self.integrands = p, q, integrands
        parts = (*p.parts, *q.parts)
        marks = sorted({mark for part in parts for mark in part.marks})
        marks = [a for a, b in itertools.pairwise(marks) if b - a > 1e-30 * abs(b)] + marks[-1:]
        names = {part.name for part in parts}
        poles = [(0, 1)] * bool(names & {"gamma", "beta"}) + [(1, -1)] * ("beta" in names)
        chains = [marks.index(c) - (d < 0) for c, d in poles]
        middle = list(enumerate(itertools.pairwise(marks)))
        self.panels = [
            Panel(a, b, (a + b) / 2, (b - a) / 2) for i, (a, b) in middle if i not in chains
        ]
        for panel in self.panels:
            panel.look(p, q, integrands)
        for (c, d), i in zip(poles, chains, strict=True):
            self._follow(mp.mpf(c), d, marks[i + 1] if d > 0 else marks[i], -1)
        for side, end in ((-1, marks[0]), (1, marks[-1])):
            if any(mp.isinf(part.support[side > 0]) for part in parts):
                self._follow(_centre(parts, side), side, end, 1)
        self._refine()
        self.panels.sort(key=lambda panel: (panel.left, -panel.at[0][1]))
        apart = [abs(b.left - a.right) for a, b in itertools.pairwise(self.panels)]
        if max(apart, default=0) > 1e-30:
            raise ArithmeticError("the panels leave a gap")
        self._cdfs()

    def _totals(self) -> list[Real]:
        if not self.panels:
            return [mp.mpf(0)] * 99
        return [mp.fsum(s) for s in zip(*(panel.sizes for panel in self.panels), strict=True)]

    def _follow(self, c: Real, d: int, start: Real, way: int) -> None:
        """Panels from `start` towards c (way -1) or away from it (1), side d, until nothing is
        left: as long as the densities change by a few powers of e."""
        end, s, length = start, mp.log(d * (start - c)), mp.mpf(2)
        totals = self._totals()
        for _ in range(LONGEST):
            h, m = length / 2, s + way * length / 2
            s += way * length
            edge = c + d * mp.exp(s)
            panel = Panel(*((edge, end) if d * way < 0 else (end, edge)), m, h, c, d)
            if way < 0:
                panel.span = (min(c, start), max(c, start))
            panel.look(self.p, self.q, self.integrands)
            self.panels.append(panel)
            totals = [a + b for a, b in zip(totals, panel.sizes, strict=False)]
            if all(a <= NOTHING * b for a, b in zip(panel.sizes, totals, strict=False)):
                break
            end = edge
            change = max(map(_range, panel.values[:2]))
            length *= 2 if change < 3 and length < 60 else 0.5 if change > 9 and length > 1 else 1
        else:
            raise ArithmeticError("a tail has no end")
        if way < 0:  # what is left has next to no mass, but a length
            panel = Panel(*sorted((c, edge)), (c + edge) / 2, abs(c - edge) / 2)
            panel.look(Law(()), Law(()), self.integrands)
            self.panels.append(panel)

    def _refine(self) -> None:
        while True:
            totals = self._totals()
            limits = [ACCEPT * total for total in totals]
            fine, bad = [], []
            for panel in self.panels:
                apart = any(sum_[1] > limit for sum_, limit in zip(panel.sums, limits, strict=True))
                (bad if apart and panel.depth < 60 else fine).append(panel)
            if not bad:
                break
            self.panels = fine
            for panel in bad:
                for half in panel.halves():
                    half.look(self.p, self.q, self.integrands)
                    self.panels.append(half)
        columns = list(zip(*(panel.sums for panel in self.panels), strict=True))
        self.integrals = [mp.fsum(s[0] for s in column) for column in columns]
        self.errors = [
            mp.fsum(s[1] ** 1.5 for s in column) / mp.sqrt(total) if total else mp.mpf(0)
            for column, total in zip(columns, totals, strict=True)
        ]

    def _cdfs(self) -> None:
        """For p and for q, of every panel: P(X ≤ left), P(X ≥ right) by the textbook's CDFs;
        `check` is by how much these differ from the densities' integrals at most."""
        self.below: list[list[Real]] = []
        self.above: list[list[Real]] = []
        self.check = mp.mpf(0)
        ends = [panel.ends()[0] for panel in self.panels] + [self.panels[-1].ends()[1]]
        for d, column in ((self.p, 0), (self.q, 1)):
            cdf, sf = zip(*(d.cdf(*end) for end in ends), strict=True)
            atoms = [d.atoms.get(x, mp.mpf(0)) for x, _ in ends]
            self.below.append(list(cdf[:-1]))
            self.above.append([s + a for s, a in zip(sf[1:], atoms[1:], strict=True)])
            for i, panel in enumerate(self.panels):
                low, high = cdf[i + 1] - atoms[i + 1] - cdf[i], sf[i] - self.above[-1][i]
                mass = low if cdf[i] < 0.5 else high
                self.check = max(self.check, abs(mass - panel.sums[column][0]))


def _centre(parts: tuple[Part, ...], side: int) -> Real:
    """Where the infinite part that reaches farthest on a side begins: its centre, or its end 0."""
    far = [part for part in parts if mp.isinf(part.support[side > 0])]
    part = max(far, key=lambda part: max(side * mark for mark in part.marks))
    return part.marks[0]


def _range(values: list[Real]) -> float:
    """How many powers of e a density covers on a panel."""
    return float(mp.log(max(values) / min(values))) if min(values) > 0 else 0.0
