"""The numbers themselves: integrals and crossings for a pair of distributions.

KL, JS, Hellinger and χ² are quadratures. TV and W1 need none: they are differences of CDFs, and of
the CDFs' integrals, between the places where densities, or CDFs, cross; an error in a crossing
enters squared.
"""

import math
from collections.abc import Callable, Sequence
from functools import cached_property

import numpy as np

from gan_core.divergences.base import Array, Distribution
from gan_core.divergences.exact import equal_tails
from gan_core.divergences.grid import Grid
from gan_core.divergences.integrands import (
    chi2_log_density,
    hellinger_density,
    js_density,
    kl_density,
)
from gan_core.divergences.mesh import NODES, Index, Panels, panels
from gan_core.divergences.quotient import marks_near_one, quotient_marks, steep_marks
from gan_core.divergences.roots import cubic, refine
from gan_core.divergences.transport import Table, Tail, smaller, squared_w2

_LITTLE = 1e-15  # of a distance: what may be missed at a node
_LEAST = math.log(1e-20)  # in the integrand of χ²: rounding makes one of 1e-30 between equals
INTEGRALS: dict[str, Callable[[Array, Array], Array]] = {
    "kl": kl_density,
    "kl_reverse": lambda log_p, log_q: kl_density(log_q, log_p),
    "js": js_density,
    "hellinger": hellinger_density,
}


class Pair:
    """Two distributions seen on one mesh; every number is computed when it is asked for."""

    def __init__(self, p: Distribution, q: Distribution) -> None:
        self.p, self.q = p, q
        self.places = sorted(p.atoms.keys() | q.atoms.keys())
        self._integrals: dict[str, float] = {}

    @cached_property
    def capped(self) -> bool:
        return equal_tails(self.p, self.q)

    @cached_property
    def mesh(self) -> Panels:
        return panels(self.p, self.q, self.capped)

    @cached_property
    def nodes(self) -> tuple[Array, Array, Array]:
        """x, 1 - x and dx/ds of the mesh."""
        return self.mesh.nodes()

    @cached_property
    def logs(self) -> tuple[Array, Array]:
        return self._logs(*self.nodes[:2])

    @cached_property
    def tails(self) -> tuple[Tail, Tail]:
        """The smaller of CDF and complement of p, and of q, at the nodes."""
        x, rest, _ = self.nodes
        return smaller(self.p, x, rest), smaller(self.q, x, rest)

    def _logs(self, x: Array, rest: Array) -> tuple[Array, Array]:
        return self.p.logpdf(x, rest), self.q.logpdf(x, rest)

    @cached_property
    def grid(self) -> Grid:
        """log p and log q at nodes."""
        return Grid(self.mesh, self._logs, self.nodes, self.logs)

    @cached_property
    def atoms(self) -> tuple[Array, Array]:
        """Probabilities that p and q give to every place where either has a point mass."""
        p = np.array([self.p.atoms.get(place, 0.0) for place in self.places])
        return p, np.array([self.q.atoms.get(place, 0.0) for place in self.places])

    def total(self, of: Callable[[Array, Array], Array]) -> float:
        """∫ of(log p, log q) over densities and point masses."""
        return float(self._totals(of))

    def _totals(self, of: Callable[[Array, Array], Array]) -> Array:
        with np.errstate(divide="ignore"):
            atoms = of(*(np.log(mass) for mass in self.atoms)).sum(-1) if self.places else 0.0
        bare = not self.p.dense and not self.q.dense
        return np.asarray(atoms if bare else self.grid.integral(of) + atoms)

    def integrate(self, names: Sequence[str]) -> None:
        """Take these of `INTEGRALS` at once, on a mesh that suits them all."""
        todo = [name for name in names if name not in self._integrals]
        if todo:

            def of(log_p: Array, log_q: Array) -> Array:
                return np.array([INTEGRALS[name](log_p, log_q) for name in todo])

            self._integrals |= zip(todo, self._totals(of).tolist(), strict=True)

    def _integral(self, name: str) -> float:
        self.integrate([name])
        return self._integrals[name]

    def kl(self) -> float:
        return self._integral("kl")

    def kl_reverse(self) -> float:
        return self._integral("kl_reverse")

    def js(self) -> float:
        return min(self._integral("js"), math.log(2))

    def hellinger(self) -> float:
        return math.sqrt(min(self._integral("hellinger"), 1.0))

    def log_chi2(self) -> float:
        """log χ², which a float can hold when χ² itself is beyond it."""
        with np.errstate(divide="ignore"):
            logs = [chi2_log_density(*map(np.log, self.atoms))] if self.places else []
        if self.p.dense or self.q.dense:
            grid, top = self._quotient_grid, -math.inf

            def scaled(log_p: Array, log_q: Array) -> Array:
                nonlocal top
                log = chi2_log_density(log_p, log_q)
                top = max((log + np.log(grid.slope))[:, 1:-1].max(), _LEAST)
                return np.exp(np.minimum(log - top, 700))

            mass = float(grid.integral(scaled, floor=1e-8))
            logs.append(np.array([top + math.log(mass) if mass > 0 else -math.inf]))
        return float(np.logaddexp.reduce(np.concatenate(logs)))

    @property
    def _quotient_grid(self) -> Grid:
        edges = self.grid.mesh.edges
        steep = steep_marks(chi2_log_density(*self.grid.values), edges)
        extra = np.append(quotient_marks(self.p, self.q, edges), steep)
        close = marks_near_one(self.p, self.q)
        return Grid(panels(self.p, self.q, self.capped, extra, near_one=close), self._logs)

    # TV and W1: differences between crossings

    def tv(self) -> float:
        """½∫|p - q| as differences of probabilities between the places where p = q."""
        p_atoms, q_atoms = self.atoms
        apart = np.abs(p_atoms - q_atoms).sum()
        if self.p.dense or self.q.dense:
            apart += np.abs(np.diff(self._balances())).sum()
        return float(min(0.5 * apart, 1.0))

    def _balances(self) -> Array:
        """∫_{-∞}^x (p - q) at every crossing of the densities, and at both ends."""
        self.integrate(["hellinger"])  # makes the mesh one on which crossings can be seen

        def gap(log_p: Array, log_q: Array) -> Array:
            with np.errstate(invalid="ignore"):
                apart = log_p - log_q
            apart[np.isnan(apart)] = 0.0
            return apart

        def of(index: Index, s: Array) -> Array:
            return gap(*self._logs(*self.grid.mesh.at(index, s)))

        values = gap(*self.grid.values)
        # a gap of logs that is less than this is rounding
        values[np.abs(values) < 1e-15] = 0.0
        height = self.grid.slope * np.exp(np.maximum(*self.grid.values))
        x, rest = _crossings(self.grid.mesh, values, height, of)
        ends = self.p.dense_mass - self.q.dense_mass
        return np.concatenate([[0.0], _balance(self.p, self.q, x, rest, dense=True), [ends]])

    def w1(self) -> float:
        """∫|F_p - F_q| as differences of ∫(F_p - F_q) between the places where F_p = F_q."""
        (p, p_high), (q, q_high) = self.tails
        plain = np.where(p_high, 1 - p, p) - np.where(q_high, 1 - q, q)
        gap = np.where(p_high & q_high, q - p, plain)

        past = (p_high & q_high)[:, 0]  # panels where the complements are the smaller

        def of(index: Index, s: Array) -> Array:
            x, high = self.mesh.at(index, s)[0], past[index]
            apart = self.p.share(x, high) - self.q.share(x, high)
            return np.where(high, -apart, apart)

        gap[np.abs(gap) < 1e-15 * np.minimum(p, q)] = 0.0  # which is rounding
        x, _ = _crossings(self.mesh, gap, self.nodes[2], of)
        area = self.p.below(x) - self.q.below(x)
        shift = self.q.mean - self.p.mean
        high = self.p.cdf(x) > 0.5
        if high.any():
            area[high] = shift + self.p.above(x[high]) - self.q.above(x[high])
        return float(np.abs(np.diff(area, prepend=0.0, append=shift)).sum())

    def w2(self) -> float:
        """√∫(Q_p - Q_q)² of the quantile functions."""
        p, q = (
            Table(d, lambda i=i: (self.nodes[0], self.tails[i], self.logs[i]))  # type: ignore[misc]
            for i, d in enumerate((self.p, self.q))
        )
        return math.sqrt(max(squared_w2(p, q, self.capped), 0.0))


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


def _crossings(
    mesh: Panels, values: Array, weights: Array, of: Callable[[Index, Array], Array]
) -> tuple[Array, Array]:
    """The places (x, 1 - x), ascending, where `of(panel, s)` changes sign inside a panel, or from
    one panel to the next; `values` are those at the nodes. Where they are next to nothing, in units
    of 1/weights, they have the sign they had before: so have those that are equal."""
    size = np.minimum(np.abs(values), 1.0)
    with np.errstate(all="ignore"):
        little = _LITTLE * (size * weights).sum() / weights
    values = np.where(size > little, values, 0.0)
    flat = np.sign(values).ravel()
    seen = np.maximum.accumulate(np.where(flat != 0, np.arange(len(flat)), 0))
    sign = flat[seen].reshape(values.shape)
    index, column = np.nonzero(sign[:, :-1] * sign[:, 1:] < 0)
    found, sharp = NODES[column], values[index, column] != 0
    if sharp.any():
        i, c = index[sharp], column[sharp]
        ends = NODES[c], NODES[c + 1], values[i, c], values[i, c + 1]
        guess = cubic(NODES, values[i], c)
        found[sharp] = refine(lambda at: of(i, at), *ends, guess, little[i, c])
    jumps = 1 + np.flatnonzero(sign[:-1, -1] != sign[1:, 0])
    at, where = np.append(index, jumps), np.append(found, np.full(len(jumps), -1.0))
    order = np.lexsort((where, at))
    return mesh.at(at[order], where[order])
