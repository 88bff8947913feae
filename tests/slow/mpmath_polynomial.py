"""Quadrature and polynomials on (-1, 1): 24 Gauss-Legendre nodes and all that follows from them."""

import functools

import mpmath as mp
from mpmath_families import Real

NODES = 24
BITS = 170  # of a polynomial's fixed-point numbers
ONE = 1 << BITS


def fixed(x: Real) -> int:
    return int(mp.ldexp(x, BITS))


@functools.cache
def rule() -> tuple[list[Real], list[Real], list[Real]]:
    """Nodes in (-1, 1), their weights, and the weights of the rule on every second node."""
    with mp.workdps(60):
        found = []
        for i in range(NODES):
            x, slope = -mp.cos(mp.pi * (i + 0.75) / (NODES + 0.5)), mp.mpf(1)
            for _ in range(8):  # Newton: twice the digits each time
                value, before = mp.legendre(NODES, x), mp.legendre(NODES - 1, x)
                slope = NODES * (before - x * value) / (1 - x * x)
                x -= value / slope
            found.append((x, 2 / ((1 - x * x) * slope**2)))
        half = NODES // 2
        some = [x for x, _ in found[::2]]
        powers = mp.matrix([[mp.legendre(k, x) for x in some] for k in range(half)])
        coarse = list(mp.lu_solve(powers, mp.matrix([2] + [0] * (half - 1))))
    return [x for x, _ in found], [w for _, w in found], coarse


@functools.cache
def _to_legendre() -> list[list[int]]:
    """The matrix from values at the nodes to Legendre coefficients, in fixed point."""
    nodes, weights, _ = rule()
    with mp.workdps(60):
        rows = range(NODES)
        pairs = list(zip(nodes, weights, strict=True))
        return [[fixed((k + 0.5) * w * mp.legendre(k, x)) for x, w in pairs] for k in rows]


def both_rules(values: list[Real]) -> tuple[Real, Real]:
    """The integral over (-1, 1), and how far the coarse rule is from it."""
    _, weights, coarse = rule()
    fine = mp.fdot(weights, values)
    return fine, abs(fine - mp.fdot(coarse, values[::2]))


class Polynomial:
    """A function on (-1, 1) through its values at the nodes, and its integral from -1.

    Numbers are fixed-point integers relative to `scale`: ten times as fast as mpmath's own.
    """

    def __init__(self, values: list[Real]) -> None:
        self.scale = max(abs(v) for v in values) or mp.mpf(1)
        numbers = [fixed(v / self.scale) for v in values]
        self.zero = not any(numbers)
        rows = _to_legendre()
        c = [sum(a * b for a, b in zip(row, numbers, strict=True)) >> BITS for row in rows]
        self.function = c
        c = [*c, 0, 0]  # ∫ P_k = (P_k+1 - P_k-1)/(2k + 1)
        inner = [c[k - 1] // (2 * k - 1) - c[k + 1] // (2 * k + 3) for k in range(1, NODES + 1)]
        self.integral = [c[0] - c[1] // 3, *inner]
        self.whole = 2 * c[0]

    @property
    def mass(self) -> Real:
        return mp.ldexp(self.whole, -BITS) * self.scale

    def to(self, t: int) -> Real:
        """The integral from -1 to t."""
        return mp.ldexp(clenshaw(self.integral, t), -BITS) * self.scale

    def inverse(self, part: int, guess: int) -> int:
        """The t up to which the integral is `part`: Newton's steps inside a bracket."""
        low, high, t = -ONE, ONE, guess
        for _ in range(300):
            excess = clenshaw(self.integral, t) - part
            low, high = (t, high) if excess < 0 else (low, t)
            slope = clenshaw(self.function, t)
            step = (excess << BITS) // slope if slope > 0 else ONE << 4
            new = t - step
            if not low < new < high:
                new = (low + high) >> 1
            if abs(new - t) < ONE >> 115:
                return new
            t = new
        return t


def clenshaw(c: list[int], t: int) -> int:
    """Σ c_k P_k(t)."""
    after, last = 0, 0
    for k in range(len(c) - 1, -1, -1):
        now = c[k] + (((2 * k + 1) * t * after) >> BITS) // (k + 1) - (k + 1) * last // (k + 2)
        after, last = now, after
    return after
