"""KL, JS, TV, Hellinger and χ² between two sets of bins, and which bins two samples share.

The bins hold equal shares of the two sides taken half and half, 2n^⅓ of them for n numbers a
side. The outer two are open, so no mass is lost; a bin is (edge, next edge], as the CDF counts.
"""

import math
from collections.abc import Sequence

import numpy as np
from scipy import special as sc

from gan_core.divergences.base import Array, Distribution
from gan_core.divergences.samples import Sample

BINNED = ("kl", "kl_reverse", "js", "tv", "hellinger", "chi2")
MOST = 100


def count(n: int) -> int:
    """How many bins n numbers a side get."""
    return min(MOST, max(2, math.ceil(2 * n ** (1 / 3))))


def inner_edges(x: Array, y: Array, bins: int) -> Array:
    """The [bins - 1] edges between bins that hold equal shares of x and y together, which stand
    for the two sides with equally many numbers each. Edges may coincide: empty bins do no harm."""
    both = np.concatenate([x, y])
    ranks = np.ceil(len(both) * np.arange(1, bins) / bins).astype(int) - 1
    return np.partition(both, ranks)[ranks]


def masses(d: Distribution, edges: Array) -> Array:
    """The mass [bins] of d between these inner edges and beyond them."""
    if isinstance(d, Sample):
        found = np.searchsorted(d.values, edges, side="right")
        return np.diff(np.r_[0, found, d.n]) / d.n
    f, rest = np.r_[0.0, d.cdf(edges), 1.0], np.r_[1.0, d.sf(edges), 0.0]
    # the smaller of CDF and complement: a far bin's mass must not drown in rounding
    return np.maximum(np.where(f[1:] > 0.5, rest[:-1] - rest[1:], f[1:] - f[:-1]), 0.0)


def divergences(p: Array, q: Array, names: Sequence[str] = BINNED) -> dict[str, Array]:
    """The divergences, in nats, between masses p and q [..., bins]: arrays [...]."""
    m = (p + q) / 2
    with np.errstate(divide="ignore", invalid="ignore"):
        of = {
            "kl": lambda: sc.rel_entr(p, q),
            "kl_reverse": lambda: sc.rel_entr(q, p),
            "js": lambda: (sc.rel_entr(p, m) + sc.rel_entr(q, m)) / 2,
            "tv": lambda: np.abs(p - q) / 2,
            "hellinger": lambda: (np.sqrt(p) - np.sqrt(q)) ** 2 / 2,
            "chi2": lambda: np.where(p == q, 0.0, (p - q) ** 2 / q),
        }
        found = {name: np.maximum(of[name]().sum(-1), 0.0) for name in names if name in of}
    if "hellinger" in found:
        found["hellinger"] = np.sqrt(found["hellinger"])
    return found


def drawn(masses: Array, n: int, times: int, rng: np.random.Generator) -> Array:
    """Masses [times, bins] of samples of n numbers that fall into bins with these masses."""
    return rng.multinomial(n, masses / masses.sum(), times) / n
