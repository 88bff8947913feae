"""The families as textbooks write them, in mpmath: density, both CDFs, marks, tails, infinities.

Nothing here comes from gan_core but the reading of a spec, so that the two can disagree.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import mpmath as mp

from gan_core.divergences import parse

Real = Any  # mpmath's numbers carry no types
DIGITS = 40  # while computing; 30 are asked for


@dataclass(frozen=True)
class Part:
    """A weighted family with its parameters `v`, as exact as the floats of the spec."""

    name: str
    v: tuple[Real, ...]
    weight: Real

    @cached_property
    def support(self) -> tuple[Real, Real]:
        match self.name:
            case "uniform":
                return self.v
            case "beta":
                return mp.mpf(0), mp.mpf(1)
            case "point":
                return self.v[0], self.v[0]
        return (mp.mpf(0) if self.name in ("exponential", "gamma") else -mp.inf), mp.inf

    def covers(self, low: Real, high: Real) -> bool:
        """Whether the density is positive on all of (low, high)."""
        start, end = self.support
        return self.name != "point" and start <= low and high <= end

    @cached_property
    def _norm(self) -> Real:
        v = self.v
        match self.name:
            case "normal":
                return 1 / (v[1] * mp.sqrt(2 * mp.pi))
            case "student_t":
                ratio = mp.loggamma((v[0] + 1) / 2) - mp.loggamma(v[0] / 2)
                return mp.exp(ratio) / (mp.sqrt(v[0] * mp.pi) * v[2])
            case "gamma":
                return mp.exp(-mp.loggamma(v[0])) / v[1]
            case "beta":
                return 1 / mp.beta(v[0], v[1])
        return mp.mpf(1)

    def pdf(self, x: Real, rest: Real) -> Real:
        """The density inside the support, times the weight; `rest` is 1 - x, for beta near 1."""
        v, c = self.v, self._norm * self.weight
        match self.name:
            case "normal":
                return c * mp.exp(-(((x - v[0]) / v[1]) ** 2) / 2)
            case "laplace":
                return c * mp.exp(-abs(x - v[0]) / v[1]) / (2 * v[1])
            case "student_t":
                z = (x - v[1]) / v[2]
                return c * mp.exp(-(v[0] + 1) / 2 * mp.log(1 + z * z / v[0]))
            case "uniform":
                return c / (v[1] - v[0])
            case "exponential":
                return c * v[0] * mp.exp(-v[0] * x)
            case "gamma":
                z = x / v[1]
                return c * mp.exp((v[0] - 1) * mp.log(z) - z)
            case "beta":
                return c * mp.exp((v[0] - 1) * mp.log(x) + (v[1] - 1) * mp.log(rest))
        raise ValueError(self.name)

    def cdf(self, x: Real, rest: Real) -> tuple[Real, Real]:
        """P(X ≤ x) and P(X > x), times the weight, each exact where it is small."""
        low, high = self.support
        if x >= high and (self.name != "beta" or rest <= 0):
            return self.weight, mp.mpf(0)
        if x < low or (x == low and self.name != "point"):
            return mp.mpf(0), self.weight
        below, above = self._cdf(x, rest)
        return self.weight * below, self.weight * above

    def _cdf(self, x: Real, rest: Real) -> tuple[Real, Real]:
        v = self.v
        match self.name:
            case "normal":
                z = (x - v[0]) / (v[1] * mp.sqrt(2))
                z = max(min(z, mp.mpf("1e8")), mp.mpf("-1e8"))  # past it erfc breaks down
                return mp.erfc(-z) / 2, mp.erfc(z) / 2
            case "laplace":
                z = (x - v[0]) / v[1]
                half = mp.exp(-abs(z)) / 2
                return (half, 1 - half) if z < 0 else (1 - half, half)
            case "student_t":
                z = (x - v[1]) / v[2]
                tail = _tail_of_t(v[0], z * z)
                return (tail, 1 - tail) if z < 0 else (1 - tail, tail)
            case "uniform":
                return (x - v[0]) / (v[1] - v[0]), (v[1] - x) / (v[1] - v[0])
            case "exponential":
                return -mp.expm1(-v[0] * x), mp.exp(-v[0] * x)
            case "gamma":
                return _incomplete_gamma(v[0], x / v[1])
            case "beta":
                if x < 0.5:
                    below = _incomplete_beta(v[0], v[1], x)
                    return below, 1 - below
                above = _incomplete_beta(v[1], v[0], rest)
                return 1 - above, above
        raise ValueError(self.name)

    @cached_property
    def marks(self) -> list[Real]:
        """Where to look for the bulk: enough for an adaptive rule to see every feature. The first
        is where an infinite tail is measured from."""
        v, m = self.v, mp.mpf
        match self.name:
            case "normal":
                steps = (1, 3, 5, 8, 12)
                return [v[0] + v[1] * k for k in (0, *steps, *(-k for k in steps))]
            case "laplace":
                steps = (0, 1, 3, 8, 20, 45, 80)
                return [v[0] + s * v[1] * k for k in steps for s in (-1, 1)]
            case "student_t":
                steps = (0, m("0.5"), 2, 8, 40, 400)
                return [v[1] + s * v[2] * k for k in steps for s in (-1, 1)]
            case "exponential":
                return [k / v[0] for k in (0, 1, 3, 8, 20, 45, 80)]
            case "gamma":
                a, wide = v[0], mp.sqrt(v[0])
                bell = [a + wide * k for k in (-8, -4, -2, 0, 2, 4, 8)]
                marks = [0, *(z for z in bell if z > a / 50), a + 8 * wide + 8, a + 16 * wide + 60]
                return [v[1] * z for z in marks]
            case "beta":
                a, b = v
                mean, std = a / (a + b), mp.sqrt(a * b / (a + b + 1)) / (a + b)
                bell = [mean + std * k for k in (-8, -4, -2, 0, 2, 4, 8)]
                return [m(0), m("0.5"), m(1), *(x for x in bell if mean / 50 < x < 1 - b / 50)]
        return list(self.support)

    def tail(self, side: int) -> tuple[Real, Real, Real] | None:
        """(a, b, c) where the density goes as exp(-a z² + b z) z^c at z = side·x → ∞."""
        v, none = self.v, mp.mpf(0)
        match self.name:
            case "normal":
                return 1 / (2 * v[1] ** 2), side * v[0] / v[1] ** 2, none
            case "laplace":
                return none, -1 / v[1], none
            case "student_t":
                return none, none, -1 - v[0]
            case "exponential" if side > 0:
                return none, -v[0], none
            case "gamma" if side > 0:
                return none, -1 / v[1], v[0] - 1
        return None

    def power(self, place: int) -> Real:
        """The density goes as this power of the distance to 0 (from above) or 1 (from below)."""
        if self.name == "gamma" and place == 0:
            return self.v[0] - 1
        return self.v[place] - 1 if self.name == "beta" else mp.mpf(0)


def _tail_of_t(df: Real, square: Real) -> Real:
    """P(T > z) for z ≥ 0, from z²."""
    if square < df:
        return (1 - _incomplete_beta(mp.mpf(0.5), df / 2, square / (df + square))) / 2
    return _incomplete_beta(df / 2, mp.mpf(0.5), df / (df + square)) / 2


def _incomplete_gamma(a: Real, z: Real) -> tuple[Real, Real]:
    if z < a + 1:
        below = mp.gammainc(a, 0, z, regularized=True)
        return below, 1 - below
    above = mp.gammainc(a, z, mp.inf, regularized=True)
    return 1 - above, above


def _incomplete_beta(a: Real, b: Real, x: Real) -> Real:
    return mp.betainc(a, b, 0, x, regularized=True)


@dataclass(frozen=True)
class Law:
    """A distribution as its parts."""

    parts: tuple[Part, ...]

    @cached_property
    def atoms(self) -> dict[Real, Real]:
        found: dict[Real, Real] = {}
        for part in self.parts:
            if part.name == "point":
                found[part.v[0]] = found.get(part.v[0], mp.mpf(0)) + part.weight
        return found

    def on(self, low: Real, high: Real) -> list[Part]:
        """The parts with density on (low, high)."""
        return [part for part in self.parts if part.covers(low, high)]

    def cdf(self, x: Real, rest: Real) -> tuple[Real, Real]:
        """P(X ≤ x), P(X > x)."""
        values = [part.cdf(x, rest) for part in self.parts]
        return mp.fsum(v[0] for v in values), mp.fsum(v[1] for v in values)

    def tail(self, side: int) -> tuple[Real, Real, Real] | None:
        """That of the heaviest part."""
        tails = [tail for part in self.parts if (tail := part.tail(side))]
        return min(tails, key=lambda t: (t[0], -t[1], -t[2]), default=None)

    @cached_property
    def heavy(self) -> dict[Real, Real]:
        """{df: Σ weight·scale^df} of the parts whose tails are powers."""
        found: dict[Real, Real] = {}
        for part in self.parts:
            if part.name == "student_t":
                df, _, scale = part.v
                found[df] = found.get(df, mp.mpf(0)) + part.weight * scale**df
        return found


def law(spec: str) -> Law:
    """A spec read by gan_core, as exact numbers; a histogram as the uniforms that it is."""
    found: list[tuple[str, list[Real], Real]] = []
    for weight, family in parse(spec).parts:
        name, _, inside = str(family).rstrip(")").partition("(")
        v = [mp.mpf(float(text)) for text in inside.split(",")]
        if name != "histogram":
            found.append((name, v, mp.mpf(weight)))
            continue
        (low, high), heights = v[:2], v[2:]
        edges = [low + (high - low) * i / len(heights) for i in range(len(heights) + 1)]
        for i, height in enumerate(heights):
            if height:
                share = mp.mpf(weight) * height / mp.fsum(heights)
                found.append(("uniform", edges[i : i + 2], share))
    total = mp.fsum(weight for *_, weight in found)
    return Law(tuple(Part(name, tuple(v), weight / total) for name, v, weight in found))
