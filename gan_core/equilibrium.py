"""The discriminator at its optimum against a fixed generator, and what both players then score.

p is the density of real samples (p_r), q that of generated ones (p_g). Goodfellow et al. 2014,
Proposition 1 and Theorem 1; Mao et al. 2017 for least squares; Lim & Ye 2017 for the hinge;
Arjovsky et al. 2017 for the critic.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special as sc

from gan_core.divergences import Distances, Distribution, Pair, distances
from gan_core.divergences.base import Array

LOG2 = math.log(2)


@dataclass(frozen=True)
class Nash:
    """What a learner sees when p_g = p_r and D is optimal, in nats."""

    d: float = 0.5
    value: float = -2 * LOG2
    d_loss: float = 2 * LOG2
    g_loss: float = LOG2  # non-saturating, -E log D
    g_loss_minimax: float = -LOG2  # E log(1 - D)


NASH = Nash()


@dataclass(frozen=True)
class Scores:
    """Both players' losses with D at its optimum, in nats.

    `value` is V(D*, G) by quadrature of its definition, `value_from_js` is 2 JS - 2 log 2: the
    theorem says that they are one number. `g_loss` is infinite where q has mass and p has none.
    """

    value: float
    value_from_js: float
    g_loss: float
    g_loss_minimax: float
    lsgan: float  # ½E(D*-1)² + ½E(D*)²; ¼ at Nash
    hinge: float  # E relu(1-D*) + E relu(1+D*) = 2 - 2 TV; 2 at Nash
    critic: float  # E f(x) - E f(G), the Wasserstein distance; 0 at Nash

    @property
    def d_loss(self) -> float:
        return -self.value


def scores(p: Distribution, q: Distribution, known: Distances | None = None) -> Scores:
    """The scores of a pair; pass its distances (in nats) if they are known already."""
    known = known or distances(p, q)
    pair = Pair(p, q)

    def minimax(log_p: Array, log_q: Array) -> Array:  # E log(1 - D*)
        return _times(log_q, _log_sigmoid(log_q, log_p))

    def real(log_p: Array, log_q: Array) -> Array:  # E log D*
        return _times(log_p, _log_sigmoid(log_p, log_q))

    def non_saturating(log_p: Array, log_q: Array) -> Array:
        return -_times(log_q, _log_sigmoid(log_p, log_q))

    def least_squares(log_p: Array, log_q: Array) -> Array:  # ½ pq/(p+q)
        return 0.5 * _times(log_q, np.exp(_log_sigmoid(log_p, log_q)))

    g_minimax = pair.total(minimax)
    return Scores(
        value=pair.total(real) + g_minimax,
        value_from_js=2 * known.js - 2 * LOG2,
        g_loss=math.inf if math.isinf(known.kl_reverse) else pair.total(non_saturating),
        g_loss_minimax=g_minimax,
        lsgan=pair.total(least_squares),
        hinge=2 - 2 * known.tv,
        critic=known.w1,
    )


def _log_sigmoid(log_p: Array, log_q: Array) -> Array:
    """log p/(p+q), also where one of the two is 0; 0 where both are."""
    both = np.isneginf(log_p) & np.isneginf(log_q)
    with np.errstate(invalid="ignore"):
        gap = np.where(both, np.inf, log_p - log_q)
    return sc.log_expit(gap)


def _times(log_weight: Array, values: Array) -> Array:
    """weight · value, where no weight wins over an infinite value."""
    with np.errstate(invalid="ignore"):
        return np.where(np.isneginf(log_weight), 0.0, np.exp(log_weight) * values)


def _logs(p: Distribution, q: Distribution, x: ArrayLike) -> tuple[Array, Array]:
    """log densities at x, or log probabilities where either has a point mass exactly there."""
    x = np.asarray(x, float)
    log_p, log_q = p.logpdf(x), q.logpdf(x)
    for place in p.atoms.keys() | q.atoms.keys():
        with np.errstate(divide="ignore"):
            log_p = np.where(x == place, np.log(p.atoms.get(place, 0.0)), log_p)
            log_q = np.where(x == place, np.log(q.atoms.get(place, 0.0)), log_q)
    return log_p, log_q


def optimal_discriminator(p: Distribution, q: Distribution, x: ArrayLike) -> Array:
    """D* = p/(p+q) at x; NaN where neither is, since there nothing determines D."""
    log_p, log_q = _logs(p, q, x)
    with np.errstate(invalid="ignore"):
        return sc.expit(log_p - log_q)


def lsgan_discriminator(
    p: Distribution, q: Distribution, x: ArrayLike, a: float = 0.0, b: float = 1.0
) -> Array:
    """LSGAN's D* = (b p + a q)/(p + q), for the labels a of generated and b of real samples."""
    return a + (b - a) * optimal_discriminator(p, q, x)


def hinge_discriminator(p: Distribution, q: Distribution, x: ArrayLike) -> Array:
    """The hinge loss's D* = sign(p - q): 1 where real samples are denser, -1 where generated."""
    log_p, log_q = _logs(p, q, x)
    with np.errstate(invalid="ignore"):
        return np.sign(log_p - log_q)


def potential(p: Distribution, q: Distribution, x: ArrayLike) -> Array:
    """WGAN's optimal critic at ascending x: slope sign(F_q - F_p), 0 half way between the means.

    It is exact where x holds every place at which the CDFs cross, and off by at most the grid's
    step elsewhere. Between two supports, where F_q - F_p stays ±1, the slope is ±1: that is the
    gradient a saturated D does not give.
    """
    x = np.asarray(x, float)
    middle = (x[1:] + x[:-1]) / 2
    slope = np.sign(q.cdf(middle) - p.cdf(middle))
    f = np.r_[0.0, np.cumsum(slope * np.diff(x))]
    return f - np.interp((p.mean + q.mean) / 2, x, f)
