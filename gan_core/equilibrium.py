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
    lsgan_g: float  # ½E(D*(G) - 1)²; ⅛ at Nash
    hinge: float  # E relu(1-D*) + E relu(1+D*) = 2 - 2 TV; 2 at Nash
    hinge_g: float  # -E D*(G); 0 at Nash
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

    def least_squares_g(log_p: Array, log_q: Array) -> Array:  # ½ q (q/(p+q))²
        return 0.5 * _times(log_q, np.exp(2 * _log_sigmoid(log_q, log_p)))

    def margin(log_p: Array, log_q: Array) -> Array:  # -q sign(p - q)
        with np.errstate(invalid="ignore"):
            return _times(log_q, np.nan_to_num(np.sign(log_q - log_p)))

    g_minimax = pair.total(minimax)
    return Scores(
        value=pair.total(real) + g_minimax,
        value_from_js=2 * known.js - 2 * LOG2,
        g_loss=math.inf if math.isinf(known.kl_reverse) else pair.total(non_saturating),
        g_loss_minimax=g_minimax,
        lsgan=pair.total(least_squares),
        lsgan_g=pair.total(least_squares_g),
        hinge=2 - 2 * known.tv,
        hinge_g=pair.total(margin),
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
    return climb(x, q.cdf(middle) - p.cdf(middle), (p.mean + q.mean) / 2)


def climb(x: Array, gap: Array, centre: float) -> Array:
    """The function at x [n] that climbs by 1 where gap [n-1] > 0, falls by 1 where it is < 0, and
    is 0 at `centre`."""
    f = np.r_[0.0, np.cumsum(np.sign(gap) * np.diff(x))]
    return f - np.interp(centre, x, f)


RIDGE = 1e-6  # of the relativistic optimum: keeps D finite where only p, or only q, has mass


def relativistic_loss(p: Array, q: Array, d: Array) -> float:
    """Σ p_i q_j softplus(d_j - d_i): R3GAN's d_loss, without penalties, of scores d at n places."""
    return float(p @ -sc.log_expit(d[:, None] - d) @ q)


def relativistic_discriminator(p: Array, q: Array, penalty: Array | None = None) -> Array:
    """R3GAN's D* at n places with real weights p and generated weights q, [n].

    Without a penalty it is log p/q plus any constant, for each pair of places is then settled by
    itself; with one it has no closed form. Newton's method on the convex relativistic_loss +
    ½ dᵀ(penalty)d + ½ RIDGE |d|², until its slopes are below 1e-10 or the rest is rounding. The
    loss knows only differences of d, so the ridge also settles their level: the sum of d is 0.
    """
    stiff = RIDGE * np.eye(len(p)) + (0 if penalty is None else penalty)
    d = np.zeros(len(p))

    def cost(at: Array) -> float:
        return relativistic_loss(p, q, at) + 0.5 * float(at @ stiff @ at)

    for _ in range(100):
        wrong = p[:, None] * q * sc.expit(d - d[:, None])  # [real, generated]: the pair's slope
        slope = wrong.sum(0) - wrong.sum(1) + stiff @ d
        if np.abs(slope).max() < 1e-10:
            break
        bend = wrong * sc.expit(d[:, None] - d)
        curvature = np.diag(bend.sum(0) + bend.sum(1)) - bend - bend.T + stiff
        step, now = np.linalg.solve(curvature, slope), cost(d)
        for shorter in (1.0, 0.5, 0.25, 0.1, 0.01):
            if cost(d - shorter * step) < now:
                break
        else:  # down to rounding
            break
        d = d - shorter * step
    return d
