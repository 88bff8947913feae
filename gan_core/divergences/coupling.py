"""The optimal coupling of two distributions on the line: equal quantiles go together.

Santambrogio 2015, Theorem 2.9: for every convex cost of x - y the monotone plan is optimal, so its
cost is W1 for |x - y| and W2² for (x - y)².
"""

import numpy as np
from numpy.typing import ArrayLike

from gan_core.divergences.base import Array, Distribution
from gan_core.divergences.mesh import panels
from gan_core.divergences.samples import Sample
from gan_core.divergences.transport import Table, smaller


def levels(n: int) -> Array:
    """n shares of mass in (0, 1), one for the middle of each n-th part."""
    return (np.arange(n) + 0.5) / n


def quantiles(d: Distribution, u: ArrayLike) -> Array:
    """The places below which d has the shares u, in (0, 1), of its mass."""
    u = np.asarray(u, float)
    if isinstance(d, Sample):
        return d.quantile(u)
    if len(d.atoms) == 1 and not d.dense:
        return np.full(u.shape, next(iter(d.atoms)))
    x, rest, _ = panels(d, d).nodes()
    table = Table(d, lambda: (x, smaller(d, x, rest), d.logpdf(x, rest)))
    high = u > 0.5
    found = table.quantile(np.where(high, 1 - u, u), high)
    for place, mass in d.atoms.items():  # where the CDF jumps a table only comes near
        top = float(d.cdf(place))
        found = np.where((u > top - mass) & (u <= top), place, found)
    return found


def plan(p: Distribution, q: Distribution, edges: ArrayLike) -> Array:
    """The optimal plan's mass [from q's cell, to p's cell] between these edges, ascending."""
    f_p, f_q = p.cdf(edges), q.cdf(edges)
    # a cell holds the shares u that lie in both of its intervals of CDF values
    top = np.minimum(f_q[1:, None], f_p[None, 1:])
    bottom = np.maximum(f_q[:-1, None], f_p[None, :-1])
    return np.maximum(top - bottom, 0.0)


def unrelated_cost(p: Distribution, q: Distribution, n: int = 400) -> float:
    """E|x - y| of independent x ~ p and y ~ q, from n quantiles of each: what a plan that moves
    mass without looking costs, in units of x."""
    x, y = quantiles(p, levels(n)), quantiles(q, levels(n))
    return float(np.abs(x[:, None] - y).mean())
