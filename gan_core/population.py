"""What a discriminator is worth: V(D) = -E d_loss under the true p and q, computed, not sampled.

Beside it stand V of the best constant and V of the optimum D*: the two ends of what D can learn.
WGAN and WGAN-GP are judged by D over its Lipschitz constant, so that V(D*) is the Wasserstein
distance whatever the clip; where that is infinite there is no D* to come near. R3GAN's V counts
its penalties on slopes, for D and D* alike.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import torch
from scipy import special as sc

from gan_core import equilibrium
from gan_core.bins import optimum
from gan_core.catalog import OBJECTIVES as KNOWN
from gan_core.catalog import BadInput
from gan_core.divergences import Distribution, Mixture, Uniform, distances
from gan_core.divergences.base import Array
from gan_core.divergences.samples import Sample

EDGE = 1e-6  # of each tail: what lies beyond is left out
THIN = 1e-3  # of the mass at each end: what lies beyond says nothing of a slope
CELLS = 1600  # between which V is a sum
LUMPS = 200  # places that stand for p and q where samples meet in pairs
CRITICS = ("wgan", "wgan-gp")


@dataclass(frozen=True)
class Measure:
    """p and q as weights at ascending places x [m], and how much of each is density there."""

    x: Array
    p: Array
    q: Array
    dense: tuple[Array, Array]

    @classmethod
    def of(cls, p: Distribution, q: Distribution) -> "Measure":
        """Cells between the marks of both, without the last millionth of each tail; numbers have
        the density of their histogram, which is drawn."""
        p, q = barred(p), barred(q)
        edges = _edges(p, q)
        middle = (edges[1:] + edges[:-1]) / 2
        inner = np.maximum(*(np.minimum(d.cdf(middle), d.sf(middle)) for d in (p, q))) > EDGE
        places = np.array(sorted(p.atoms.keys() | q.atoms.keys()))
        order = np.argsort(np.r_[middle[inner], places], kind="stable")
        masses, dense = [], []
        for d in (p, q):
            cells = np.r_[_cells(d, edges)[inner], np.zeros(len(places))][order]
            atoms = [d.atoms.get(place, 0.0) for place in places]
            total = cells + np.r_[np.zeros(inner.sum()), atoms][order]
            masses.append(total / total.sum())
            dense.append(cells)
        x = np.r_[middle[inner], places][order]
        return cls(x, masses[0], masses[1], (dense[0], dense[1]))

    def lumped(self, most: int) -> "Measure":
        """The same mass at fewer places, each the mean of neighbours with about equal mass."""
        both = (self.p + self.q) / 2
        group = np.minimum((np.cumsum(both) - both / 2) * most, most - 1).astype(int)
        _, group = np.unique(group, return_inverse=True)

        def gather(values: Array) -> Array:
            return np.bincount(group, values).astype(float)

        x = gather(both * self.x) / np.maximum(gather(both), 1e-300)
        p, q, f, g = (gather(values) for values in (self.p, self.q, *self.dense))
        return Measure(x, p, q, (f, g))

    def stiffness(self, r1: float, r2: float) -> Array:
        """K with ½ dᵀKd = r1/2 E_p D'² + r2/2 E_q D'², by differences between the places [m, m].

        Only densities count: at a point mass D may be level and still jump beside it.
        """
        rise = np.diff(np.eye(len(self.x)), axis=0) / np.maximum(np.diff(self.x), 1e-12)[:, None]
        mass = r1 * self.dense[0] + r2 * self.dense[1]
        return rise.T @ ((mass[1:] + mass[:-1])[:, None] / 2 * rise)


def barred(d: Distribution) -> Distribution:
    """d; of a `Sample`, whose CDF goes in steps, its histogram as a distribution."""
    if not isinstance(d, Sample):
        return d
    masses = np.histogram(d.values, d.edges)[0] / d.n
    bars = zip(masses.tolist(), d.edges[:-1].tolist(), d.edges[1:].tolist(), strict=True)
    return Mixture(tuple((mass, Uniform(low, high)) for mass, low, high in bars if mass))


def _edges(p: Distribution, q: Distribution) -> Array:
    """About CELLS edges, in equal numbers between the marks, which know where to look closely."""
    marks = np.unique(np.concatenate([part.marks for d in (p, q) for _, part in d.parts]))
    if len(marks) == 1:
        return marks + np.array([-1.0, 1.0])
    each = max(2, CELLS // (len(marks) - 1))
    between = marks[:-1, None] + np.diff(marks)[:, None] * np.arange(each) / each
    return np.unique(np.r_[between.ravel(), marks[-1]])


def _cells(d: Distribution, edges: Array) -> Array:
    """What the densities of d give to each cell, from the upper tail where that is the smaller."""
    low, high = d.dense_cdf(edges), d.dense_sf(edges)
    return np.maximum(np.where(low[1:] > high[1:], -np.diff(high), np.diff(low)), 0)


@dataclass(frozen=True)
class Population:
    """V of any D, given by its scores at `places`, and of D*."""

    p: Distribution
    q: Distribution
    name: str
    objective: Any
    x: Array  # where curves are drawn

    @cached_property
    def measure(self) -> Measure:
        found = Measure.of(self.p, self.q)
        return found.lumped(LUMPS) if self.objective.pairs else found

    @property
    def places(self) -> Array:
        """Where a D must be known: at the measure's places, then at x."""
        return np.r_[self.measure.x, self.x]

    @cached_property
    def best(self) -> Array:
        """D* at the measure's places, as raw scores."""
        m = self.measure
        if self.name in CRITICS:
            return equilibrium.climb(m.x, self.gap, self._middle(m.x))
        if self.objective.pairs:
            return equilibrium.relativistic_discriminator(m.p, m.q, self.stiffness)
        return optimum(self.name, self.objective, m.p, m.q)

    @cached_property
    def gap(self) -> Array:
        """F_q - F_p between the measure's places, [m - 1]: what a critic's climb there is worth."""
        middle = (self.measure.x[1:] + self.measure.x[:-1]) / 2
        p, q = barred(self.p), barred(self.q)
        upper = p.sf(middle) - q.sf(middle)  # the better where both CDFs are next to 1
        return np.where(p.cdf(middle) > 0.5, upper, q.cdf(middle) - p.cdf(middle))

    @cached_property
    def scale(self) -> float:
        """What a gain in V is large or small against: a width of p and q for critics, else 1."""
        if self.name not in CRITICS:
            return 1.0
        m = self.measure
        low, high = np.interp((0.01, 0.99), np.cumsum(m.p + m.q) / 2, m.x)
        return float(high - low)

    def _middle(self, values: Array) -> float:
        """The median of values [m] at the measure's places; heavy tails have no mean."""
        order = np.argsort(values)
        mass = np.cumsum((self.measure.p + self.measure.q)[order])
        return float(values[order][np.searchsorted(mass, mass[-1] / 2)])

    @cached_property
    def stiffness(self) -> Array:
        return self.measure.stiffness(self.objective.r1, self.objective.r2)

    def value(self, d: Array) -> float:
        """V for scores d at the measure's places."""
        m = self.measure
        if self.name in CRITICS:  # E_p D - E_q D by parts: tails that no sum holds are in it
            return float(np.diff(d) @ self.gap)
        if self.objective.pairs:
            return -equilibrium.relativistic_loss(m.p, m.q, d) - 0.5 * float(d @ self.stiffness @ d)
        scores, zero = torch.from_numpy(d), torch.zeros(1, dtype=torch.float64)
        real, fake, neither = (
            self.objective.d_loss(*pair).numpy()
            for pair in ((scores, zero), (zero, scores), (zero, zero))
        )
        return -float(m.p @ real + m.q @ fake - neither[0])  # the loss is a sum of the two

    @cached_property
    def constant(self) -> float:
        """V of the best constant, which is D* at p = q."""
        level = optimum(self.name, self.objective, np.ones(1), np.ones(1))
        return self.value(np.full(len(self.measure.x), level[0]))

    @cached_property
    def top(self) -> float:
        """V of D*; of a critic the Wasserstein distance itself."""
        if self.name not in CRITICS:
            return self.value(self.best)
        found = distances(barred(self.p), barred(self.q), names=("w1",))
        if not np.isfinite(found.w1):
            raise BadInput(
                f"The Wasserstein distance of p_r and p_g is infinite ({found.why['w1']}), so there"
                f" is no D* for {self.name} to learn. Choose lighter tails or another objective."
            )
        return found.w1

    def lipschitz(self, d: Array) -> float:
        """The steepest slope between neighbouring `places` of scores d there, without the last
        thousandth of the mass at each end, where D has next to no sample to learn from."""
        m = self.measure
        rank = np.cumsum(m.p + m.q) / 2 - (m.p + m.q) / 4
        inner = m.x[(rank > THIN) & (rank < 1 - THIN)]
        x, first = np.unique(self.places, return_index=True)
        kept = (x >= inner.min()) & (x <= inner.max())
        if kept.sum() < 2:
            return 1.0
        slopes = np.diff(d[first][kept]) / np.diff(x[kept])
        return max(float(np.abs(slopes).max()), 1e-12)

    def seen(self, d: Array) -> tuple[Array, float]:
        """(what is drawn at x, V) of a D with scores d at `places`."""
        m, inner = self.measure, len(self.measure.x)
        judged = d[:inner]
        if self.name in CRITICS:
            d = d / self.lipschitz(d)
            step = np.diff(m.x)  # beyond where `lipschitz` looks D may be steeper: not for V
            judged = np.r_[0.0, np.cumsum(np.clip(np.diff(d[:inner]), -step, step))]
        value = self.value(judged)
        if self.name in CRITICS or self.objective.pairs:  # only differences count: meet D*
            d = d + self._middle(self.best - d[:inner])
        curve = d[inner:]
        return (sc.expit(curve) if KNOWN[self.name].head == "logit" else curve), value

    def drawn(self) -> Array:
        """D* at x."""
        p, q, x = self.p, self.q, self.x
        if self.name in CRITICS or self.objective.pairs:
            return np.interp(x, self.measure.x, self.best)
        if self.name == "lsgan":
            return equilibrium.lsgan_discriminator(p, q, x, self.objective.a, self.objective.b)
        if self.name == "hinge":
            return equilibrium.hinge_discriminator(p, q, x)
        return equilibrium.optimal_discriminator(p, q, x)
