"""The numbers themselves: integrals and crossings for a pair of distributions on one mesh.

KL and JS are Gauss-Legendre sums of integrands that are nowhere negative, so that nearly equal
densities do not cancel. TV and W1 need no quadrature: they are differences of CDFs, and of the
CDFs' integrals, between the places where densities, or CDFs, cross; an error in a crossing enters
squared. W2 is an integral of optimal areas, in which an error of the transport map enters squared.
"""

import math
from collections.abc import Callable
from functools import cached_property

import numpy as np

from gan_core.divergences.base import Array, Distribution
from gan_core.divergences.mesh import NODES, Index, panels
from gan_core.divergences.roots import refine
from gan_core.divergences.transport import Table, area, covariance

_ALIKE = 1e-3  # below this part of the variances, W2² as their difference would lose digits
_COLUMNS = [0, 3, 6, 9, 12, 15, 17]  # of a panel's nodes: enough to see two CDFs cross


def kl_density(log_p: Array, log_q: Array) -> Array:
    """p log(p/q) - p + q: never negative, 0 only where p = q, and its integral is KL."""
    p, q = np.exp(log_p), np.exp(log_q)
    with np.errstate(invalid="ignore"):
        t = log_p - log_q
        small = np.clip(np.nan_to_num(t), -1, 1)
        plain = np.where(p > 0, p * t, 0) - p + q
    return np.where(np.abs(t) < 1, p * (small + np.expm1(-small)), plain)


def js_density(log_p: Array, log_q: Array) -> Array:
    """½ p log(2p/(p+q)) + ½ q log(2q/(p+q)), as (p+q)/2 times log 2 less the entropy of D*."""
    with np.errstate(invalid="ignore"):
        half = np.nan_to_num(np.abs(log_p - log_q) / 2, nan=0.0, posinf=400.0)
    half = np.minimum(half, 400.0)
    known = half * np.tanh(half) - (half + np.log1p(np.exp(-2 * half)) - math.log(2))
    small = half < 1e-2  # there log cosh(h) = h²/2 - h⁴/12 + …, without a difference of logs
    series = half**2 / 2 - half**4 / 4 + half**6 / 9
    return (np.exp(log_p) + np.exp(log_q)) / 2 * np.where(small, series, known)


class Pair:
    """Two distributions seen on one mesh; every number is computed when it is asked for."""

    def __init__(self, p: Distribution, q: Distribution, capped: bool = False) -> None:
        self.p, self.q, self.capped = p, q, capped
        self.mesh = panels(p, q, capped)
        self.x, self.rest, self.weight = self.mesh.nodes()
        self.places = sorted(p.atoms.keys() | q.atoms.keys())

    @cached_property
    def log_p(self) -> Array:
        return self.p.logpdf(self.x, self.rest)

    @cached_property
    def log_q(self) -> Array:
        return self.q.logpdf(self.x, self.rest)

    @cached_property
    def atoms(self) -> tuple[Array, Array]:
        """Probabilities that p and q give to every place where either has a point mass."""
        p = np.array([self.p.atoms.get(place, 0.0) for place in self.places])
        return p, np.array([self.q.atoms.get(place, 0.0) for place in self.places])

    def integral(self, density: Array) -> float:
        return float((self.weight * density)[:, 1:-1].sum())

    def total(self, of: Callable[[Array, Array], Array]) -> float:
        """∫ of(log p, log q) over densities and point masses."""
        with np.errstate(divide="ignore"):
            atoms = of(*(np.log(mass) for mass in self.atoms)).sum() if self.places else 0.0
        return self.integral(of(self.log_p, self.log_q)) + float(atoms)

    def kl(self) -> float:
        return self.total(kl_density)

    def kl_reverse(self) -> float:
        return self.total(lambda log_p, log_q: kl_density(log_q, log_p))

    def js(self) -> float:
        return min(self.total(js_density), math.log(2))

    # TV and W1: differences between crossings

    def tv(self) -> float:
        """½∫|p - q| as differences of probabilities between the places where p = q."""
        p_atoms, q_atoms = self.atoms
        with np.errstate(invalid="ignore"):
            gap = np.nan_to_num(self.log_p - self.log_q)

        def of(index: Index, s: Array) -> Array:
            x, rest = self.mesh.at(index, s)
            with np.errstate(invalid="ignore"):
                return np.nan_to_num(self.p.logpdf(x, rest) - self.q.logpdf(x, rest))

        x, rest = self.mesh.cuts(*_crossings(gap, NODES, of))
        apart = np.diff(_balance(self.p, self.q, x, rest, dense=True))
        ends = abs(self.p.dense_mass - self.q.dense_mass - apart.sum())
        total = 0.5 * (np.abs(apart).sum() + ends + np.abs(p_atoms - q_atoms).sum())
        return float(min(total, 1.0))

    @cached_property
    def tables(self) -> tuple["Table", "Table"]:
        """Both CDFs at some nodes of every panel."""
        x = self.x[:, _COLUMNS]
        return Table(self.p, x), Table(self.q, x)

    def w1(self) -> float:
        """∫|F_p - F_q| as differences of ∫(F_p - F_q) between the places where F_p = F_q."""
        p, q = self.tables
        gap = np.where(p.high & q.high, q.value - p.value, p.cdf - q.cdf)

        def of(index: Index, s: Array) -> Array:
            return _balance(self.p, self.q, self.mesh.at(index, s)[0])

        x, _ = self.mesh.cuts(*_crossings(gap, NODES[_COLUMNS], of))
        area = self.p.below(x) - self.q.below(x)
        shift = self.q.mean - self.p.mean
        high = self.p.cdf(x) + self.q.cdf(x) > 1
        area[high] = shift + self.p.above(x[high]) - self.q.above(x[high])
        return float(np.abs(np.diff(np.r_[0.0, area, shift])).sum())

    def w2(self) -> float:
        """√∫(Q_p - Q_q)² of the quantile functions."""
        if not self.capped:
            spread = self.p.var + self.q.var
            square = (self.p.mean - self.q.mean) ** 2 + spread - 2 * covariance(self.p, self.q)
            if square > _ALIKE * spread:
                return math.sqrt(square)
        return math.sqrt(2 * area(self.p, self.q, self.tables, self.mesh.edges, self.capped))


def _balance(
    p: Distribution, q: Distribution, x: Array, rest: Array | None = None, dense: bool = False
) -> Array:
    """F_p - F_q, from the upper tails where those are the smaller; of the densities alone if so."""
    f_p, f_q = (d.dense_cdf(x, rest) if dense else d.cdf(x) for d in (p, q))
    result = f_p - f_q
    high = f_p + f_q > 1
    if dense and high.any():
        there = x[high], None if rest is None else rest[high]
        result[high] = p.dense_mass - q.dense_mass + q.dense_sf(*there) - p.dense_sf(*there)
    elif high.any():
        result[high] = q.sf(x[high]) - p.sf(x[high])
    return result


def _crossings(values: Array, s: Array, of: Callable[[Index, Array], Array]) -> tuple[Index, Array]:
    """Where `of(panel, s)` changes sign inside a panel, as (panel, s); `values` are those at s."""
    sign = np.sign(values)
    index, column = np.nonzero(sign[:, :-1] * sign[:, 1:] < 0)
    ends = s[column], s[column + 1], values[index, column], values[index, column + 1]
    return index, refine(lambda at: of(index, at), *ends)
