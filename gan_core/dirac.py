"""The Dirac-GAN: the smallest GAN there is, played with the objectives that train images.

p_r is a point mass at 0, p_g one at θ, and D(x) = ψx (Mescheder, Geiger & Nowozin 2018, "Which
Training Methods for GANs do actually Converge?"). θ is all of G and ψ all of D, so a training run
is a path in the plane and the equilibrium is (0, 0). Arrays of θ and ψ are [n]: n games at once.

The paper writes D high on generated samples; here it is high on real ones, so its ψ is our -ψ.
Two objectives need a choice of their own: LSGAN's labels are a=-1, b=1, c=1, because ψx is 0 at
the equilibrium whatever ψ is and must be half way between the labels there; BEGAN's D is the
auto-encoder that answers the constant ψ, with the error L(v) = |v - ψ| (so r1 and r2, which see
only its slope ±1, change nothing), and its k is carried along.

Instance noise of width σ is added to real and generated x alike, and its mean is a Gauss-Hermite
sum: exact for smooth losses, close where hinge and BEGAN have kinks.
"""

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from gan_core.catalog import choose
from gan_core.objectives import OBJECTIVES, Objective
from gan_core.penalties import Scorer

DEFAULTS: dict[str, dict[str, float]] = {
    "lsgan": {"a": -1.0, "b": 1.0, "c": 1.0},
    "wgan": {"clip": 1.0},
    "wgan-gp": {"lam": 1.0},
}
SCHEMES = ("simultaneous", "alternating")
NODES, PAIRED = 21, 9  # of the Gauss-Hermite sum, and of each of two where samples meet in pairs
BOUND = 1e3  # a walk whose |θ| or |ψ| passes this has left, and stands still from there on
Array = NDArray[np.float64]
_RNG = torch.Generator()


@dataclass(frozen=True)
class Game:
    """An objective with its settings, and the width σ of the instance noise on every x."""

    objective: Objective
    noise: float = 0.0

    @property
    def nodes(self) -> tuple[Tensor, Tensor, Tensor]:
        """The noise of real x and of generated x, and weights of sum 1: each [m, 1]."""
        return _nodes(self.noise, self.objective.pairs)


@lru_cache(maxsize=16)
def _nodes(noise: float, paired: bool) -> tuple[Tensor, Tensor, Tensor]:
    count = (PAIRED if paired else NODES) if noise else 1
    nodes, weights = np.polynomial.hermite_e.hermegauss(count)
    nodes, weights = nodes * noise, weights / weights.sum()
    real = fake = nodes
    if paired:  # the loss is no sum of two: every real x meets every fake
        real, fake = (grid.ravel() for grid in np.meshgrid(nodes, nodes))
        weights = np.outer(weights, weights).ravel()
    real_, fake_, weights_ = (torch.tensor(a)[:, None] for a in (real, fake, weights))
    return real_, fake_, weights_


def game(name: str, noise: float = 0.0, **settings: float) -> Game:
    """The game of an objective by name, at the DEFAULTS of here unless `settings` differ."""
    kind = OBJECTIVES[choose(name, OBJECTIVES, "objective")]
    return Game(kind(**{**DEFAULTS.get(name, {}), **settings}), noise)


def _scorer(objective: Objective, psi: Tensor) -> Scorer:
    """D of n games at once: samples [m, n], or [m·n, 1] as a penalty has them, to scores [m, n]."""

    def score(x: Tensor) -> Tensor:
        rows = x.view(-1, len(psi))
        return (rows - psi).abs() if objective.autoencodes else rows * psi

    return score


def _samples(play: Game, theta: Tensor) -> tuple[Tensor, Tensor]:
    """Real and generated x at the nodes of the noise, each [m, n]."""
    real, fake, _ = play.nodes
    return real.expand(-1, len(theta)), fake + theta


def d_losses(play: Game, theta: Tensor, psi: Tensor) -> Tensor:
    """What D minimises, its penalty included, at each node: [m, n]."""
    objective, D = play.objective, _scorer(play.objective, psi)
    x, x_fake = _samples(play, theta)
    loss = objective.d_loss(D(x), D(x_fake))
    flat, flat_fake = (t.float().reshape(-1, 1) for t in (x, x_fake))
    # ψx has one slope everywhere, so where a penalty looks, and what it draws, does not matter
    penalty = objective.penalty(D, flat, flat_fake, _RNG)
    return loss if penalty is None else loss + penalty.view_as(loss)


def g_losses(play: Game, theta: Tensor, psi: Tensor) -> Tensor:
    """What G minimises, at each node: [m, n]."""
    D = _scorer(play.objective, psi)
    x, x_fake = _samples(play, theta)
    return play.objective.g_loss(D(x), D(x_fake))


def _slope(play: Game, losses: Tensor, by: Tensor, graph: bool) -> Tensor:
    """∂/∂by of the mean over the noise, [n]."""
    weights = play.nodes[2].expand_as(losses)
    return torch.autograd.grad(losses, by, weights, create_graph=graph)[0]


def _own(t: Tensor) -> Tensor:
    """t as a variable to differentiate by, apart from whatever else depends on the same t."""
    return t.clone() if t.requires_grad else t.detach().requires_grad_()


def v_theta(play: Game, theta: Tensor, psi: Tensor) -> Tensor:
    """-∂L_G/∂θ: where G pushes θ, [n]."""
    theta, graph = _own(theta), theta.requires_grad
    return -_slope(play, g_losses(play, theta, psi), theta, graph)


def v_psi(play: Game, theta: Tensor, psi: Tensor) -> Tensor:
    """-∂L_D/∂ψ: where D pushes ψ, [n]."""
    psi, graph = _own(psi), psi.requires_grad
    return -_slope(play, d_losses(play, theta, psi), psi, graph)


def arrows(play: Game, theta: Array, psi: Array) -> tuple[Array, Array]:
    """The vector field (v_θ, v_ψ) at points [n]; for BEGAN at its present k."""
    at = torch.as_tensor(theta, dtype=torch.float64), torch.as_tensor(psi, dtype=torch.float64)
    return v_theta(play, *at).numpy(), v_psi(play, *at).numpy()


def field(play: Game, extent: float, grid: int) -> Array:
    """θ, ψ, v_θ, v_ψ on a square grid over [-extent, extent]², [grid·grid, 4]."""
    line = np.linspace(-extent, extent, grid)
    theta, psi = (axis.ravel() for axis in np.meshgrid(line, line))
    return np.stack([theta, psi, *arrows(play, theta, psi)], 1)


def updated(
    play: Game, theta: Tensor, psi: Tensor, step: float, scheme: str
) -> tuple[Game, Tensor, Tensor]:
    """One round of plain gradient descent by both players; D goes first, as in training.

    Differentiable in θ and ψ where they ask for it; `after` (WGAN's clip, BEGAN's k) is then left
    out, as it changes nothing near the equilibrium.
    """
    moved = psi + step * v_psi(play, theta, psi)
    if not psi.requires_grad and type(play.objective).after is not Objective.after:
        play, moved = _after(play, theta, psi, moved)
    seen = moved if scheme == "alternating" else psi
    return play, theta + step * v_theta(play, theta, seen), moved


def _after(play: Game, theta: Tensor, psi: Tensor, moved: Tensor) -> tuple[Game, Tensor]:
    """What the objective does to D's weights, and becomes, after D's step from ψ to `moved`."""
    D = nn.Module()
    D.psi = nn.Parameter(moved)
    scores = (_scorer(play.objective, psi)(x) for x in _samples(play, theta))
    means = ((score * play.nodes[2]).sum(0) for score in scores)
    objective = play.objective.after(D, *means)
    return replace(play, objective=objective), D.psi.detach()


def walk(
    play: Game, start: tuple[float, float], step: float, steps: int, scheme: str = SCHEMES[0]
) -> Array:
    """(θ, ψ) from `start` through `steps` rounds, [steps + 1, 2]; past BOUND it stands still."""
    choose(scheme, SCHEMES, "scheme")
    path = np.empty((steps + 1, 2))
    path[0] = start
    theta, psi = (torch.tensor([v], dtype=torch.float64) for v in start)
    for i in range(1, steps + 1):
        play, theta, psi = updated(play, theta, psi, step, scheme)
        path[i] = theta.item(), psi.item()
        if not np.abs(path[i]).max() < BOUND:
            path[i:] = np.clip(np.nan_to_num(path[i]), -BOUND, BOUND)
            break
    return path
