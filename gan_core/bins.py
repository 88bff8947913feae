"""Fix one, move the other: p_g as a few free bins that descend with D at its optimum.

p_r and p_g are probabilities [n] at the places 0, 1, …, n-1. Each step finds the D* of the
objective's own d_loss, holds it, and moves p_g against the gradient of E_q g_loss(D*): its
coordinate i is g_loss at D*_i. That is the descent of Goodfellow et al. 2014, Proposition 2, with a
projection onto the simplex. p_g moves in the space of functions: mass may leave one bin for any
other, so nothing here depends on a generator's slopes, and disjoint supports are no obstacle.

D* is a closed form for all but R3GAN. Clipping (WGAN) and slope penalty (WGAN-GP) both stand for
"slope at most 1": the critic is a Kantorovich potential. R1 and R2 have no slopes to act on.
BEGAN's D is the auto-encoder that answers one constant ψ, with the error |v - ψ|, and k moves by
its own rule; p_g collapses onto ψ's bin, whatever p_r is.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from scipy import special as sc
from torch import nn

from gan_core.catalog import choose
from gan_core.divergences.base import Array
from gan_core.equilibrium import climb, relativistic_discriminator
from gan_core.objectives import OBJECTIVES

SURE = 20.0  # the largest |logit| of D*, which is infinite where only one of p and q has mass
CONVERGED = 0.01  # total variation at the end
_TIE = 1e-12
Optimum = Callable[[Any, Array, Array], Array]


def _logit(_: Any, p: Array, q: Array) -> Array:
    """log p/q, within ±SURE; 0 where neither has mass."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.clip(np.nan_to_num(np.log(p) - np.log(q)), -SURE, SURE)


def _least_squares(objective: Any, p: Array, q: Array) -> Array:
    """(b p + a q)/(p + q); half way where neither has mass."""
    share = sc.expit(_logit(objective, p, q))
    return objective.a + (objective.b - objective.a) * share


def _sign(_: Any, p: Array, q: Array) -> Array:
    return np.sign(np.where(np.abs(p - q) < _TIE, 0, p - q))


def _potential(_: Any, p: Array, q: Array) -> Array:
    x = np.arange(len(p), dtype=float)
    gap = np.cumsum(q - p)[:-1]
    return climb(x, np.where(np.abs(gap) < _TIE, 0, gap), float(x @ (p + q)) / 2)


def _relativistic(_: Any, p: Array, q: Array) -> Array:
    return relativistic_discriminator(p, q)


def _autoencoder(objective: Any, p: Array, q: Array) -> Array:
    """|v - ψ| for the ψ that minimises E_p |v - ψ| - k E_q |v - ψ|: one of the places."""
    x = np.arange(len(p), dtype=float)
    errors = np.abs(x - x[:, None])  # [ψ, v]
    return errors[np.argmin(errors @ (p - float(objective.k) * q))]


OPTIMA: dict[str, Optimum] = {
    "gan": _logit,
    "ns-gan": _logit,
    "lsgan": _least_squares,
    "wgan": _potential,
    "wgan-gp": _potential,
    "began": _autoencoder,
    "hinge": _sign,
    "r3gan": _relativistic,
}


def optimum(name: str, objective: Any, p: Array, q: Array) -> Array:
    """D* at every place, as the objective's raw scores, [n]."""
    return OPTIMA[name](objective, p, q)


def g_slopes(objective: Any, p: Array, d: Array) -> Array:
    """∂/∂q_i of G's loss with D held: Σ_j p_j g_loss(D_j, D_i), [n]."""
    scores = torch.from_numpy(d)
    grid = scores[:, None].expand(-1, len(d)), scores.expand(len(d), -1)
    return p @ objective.g_loss(*grid).numpy()


def onto_simplex(v: Array) -> Array:
    """The nearest probabilities to v (Held, Wolfe & Crowder 1974)."""
    falling = np.sort(v)[::-1]
    excess = (np.cumsum(falling) - 1) / np.arange(1, len(v) + 1)
    kept = np.flatnonzero(falling > excess)[-1]
    return np.maximum(v - excess[kept], 0)


@dataclass(frozen=True)
class Descent:
    """p_g at every step from the start on, with the D* that it meets."""

    q: Array  # [steps + 1, n]
    d: Array  # [steps + 1, n], raw scores
    tv: Array  # [steps + 1], to p_r
    js: Array  # [steps + 1], in nats
    word: str  # converges | chatters | approaches | stays away
    verdict: str


def descend(p: Array, q: Array, name: str, steps: int, rate: float, decay: bool = False) -> Descent:
    """`steps` projected gradient steps of p_g from q towards p_r = p, with D* at each.

    `rate` stays, or falls as 1/√step with `decay`: a fixed one cannot come to rest where a loss has
    a corner at the optimum (hinge, WGAN).
    """
    objective = OBJECTIVES[choose(name, OBJECTIVES, "objective")]()
    nothing = nn.Module()  # no weights: `after` has only BEGAN's k to move
    path, scores = np.empty((2, steps + 1, len(p)))
    for i in range(steps + 1):
        d = optimum(name, objective, p, q)
        path[i], scores[i] = q, d
        means = (torch.tensor(weights @ d) for weights in (p, q))
        objective = objective.after(nothing, *means)
        here = rate / np.sqrt(i + 1) if decay else rate
        q = onto_simplex(q - here * g_slopes(objective, p, d))
    tv = np.abs(path - p).sum(1) / 2
    middle = (path + p) / 2
    js = (sc.rel_entr(p, middle) + sc.rel_entr(path, middle)).sum(1) / 2
    return Descent(path, scores, tv, js, *_verdict(path, tv))


def _verdict(path: Array, tv: Array) -> tuple[str, str]:
    """What the distances of a descent say, from its last quarter."""
    last = tv[-max(2, len(tv) // 4) :]
    stride = np.abs(np.diff(path[-len(last) :], axis=0)).sum(1).max() / 2
    if last.max() < CONVERGED:
        return "converges", f"converges: TV {tv[-1]:.2g} at the end"
    if stride > 0 and last.max() <= 3 * stride:
        return "chatters", (
            f"chatters within TV {last.max():.2g} of p_r, in steps of up to {stride:.2g}"
        )
    if last[-1] < 0.99 * last[0] and last[-1] <= last.min():
        return "approaches", f"comes nearer still: TV {last[0]:.2g} to {last[-1]:.2g} at the end"
    return "stays away", f"stays away: TV {tv[-1]:.2g} at the end, {tv.min():.2g} at its nearest"
