"""The sign of the critic's loss, in one dimension: where does a generator that can shift go?"""

import torch
from torch import Tensor, nn

from gan_core.models import MLP, Scores, init
from gan_core.objectives import WGAN, Objective
from gan_core.players import Plan, Players, Sampler
from gan_core.training import train
from ui.mistakes.experiment import Result

SPREAD = 0.1  # of real data, N(0, 0.1), and of what the generator makes
START = 1.0  # where the generator begins


class WrongSign(WGAN):
    """Both minimised: both fall as generated scores rise."""

    def d_loss(self, real: Tensor, fake: Tensor) -> Tensor:
        return real - fake

    def g_loss(self, real: Tensor, fake: Tensor) -> Tensor:
        return -fake


class Shift(nn.Module):
    """z [n, 1] -> shift + 0.1 z: a generator with one weight."""

    def __init__(self, start: float = START) -> None:
        super().__init__()
        self.shift = nn.Parameter(torch.tensor(start))

    def forward(self, z: Tensor) -> Tensor:
        return self.shift + SPREAD * z


def real_points(n: int, rng: torch.Generator) -> Tensor:
    """[n, 1] of N(0, 0.1)."""
    return SPREAD * torch.randn(n, 1, generator=rng)


def small_critic(rng: torch.Generator, inputs: int = 1, width: int = 32) -> Scores:
    """Two hidden layers, drawn from `rng`."""
    critic = Scores(MLP(inputs, 1, width, 2, leak=0.2))  # no unit may die: there are few
    init(critic, rng)
    return critic


def walk(objective: Objective, sampler: Sampler, seed: int, rounds: int) -> list[float]:
    """The generator's shift at the start and after each round of WGAN's own recipe."""
    rng = torch.Generator().manual_seed(seed)
    G, D = Shift(), small_critic(rng)
    opt_g, opt_d = (torch.optim.RMSprop(net.parameters(), lr) for net, lr in ((G, 0.03), (D, 0.01)))
    players = Players(G, D, None, opt_g, opt_d, objective, rng, (1,))
    plan = Plan(rounds, batch=64, latent=1, n_critic=5, lr_end=0.01)
    return [G.shift.item(), *(G.shift.item() for _ in train(players, sampler, plan))]


def critic_sign(wrong: bool, seed: int) -> Result:
    objective = WrongSign(clip=0.1) if wrong else WGAN(clip=0.1)
    shifts = walk(objective, real_points, seed, rounds=180)
    return {"end": shifts[-1], "start": shifts[0]}, {"shift": shifts}
