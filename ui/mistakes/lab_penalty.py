"""WGAN-GP's penalty is one number per sample: three ways in which it stops being that."""

import torch
from torch import Tensor, nn

from gan_core.build import optimizer
from gan_core.data import load
from gan_core.models import MLP, Fourier, Scores, init
from gan_core.objectives import WGANGP
from gan_core.penalties import Price, Scorer, slope2
from gan_core.players import Players, Sampler
from gan_core.presets import preset
from ui.mistakes.experiment import Result
from ui.mistakes.lab_critic import small_critic
from ui.mistakes.lab_ring import SETTINGS, WGAN_GP, on_ring

BATCHES = (4, 16, 64, 256)
STEPS = 150  # critic steps at each batch size
FRESH = 2000  # samples that a critic has not seen
DRAWS = 200  # of the penalty, from one critic and one batch


def wrong_body(inputs: int) -> MLP:
    # D(x_i) depends on every x_j
    return MLP(inputs, 1, width=64, depth=3, norm="batch")


def right_body(inputs: int) -> MLP:
    # D(x_i) depends on x_i alone
    return MLP(inputs, 1, width=64, depth=3, norm="layer")


class OneNorm(WGANGP):
    """The slopes of a whole batch as one long vector."""

    def penalty(self, D: Scorer, x: Tensor, x_fake: Tensor, rng: torch.Generator) -> Tensor:
        mix = torch.rand(len(x), 1, generator=rng)
        between = torch.lerp(x_fake, x, mix).requires_grad_()
        (slope,) = torch.autograd.grad(D(between).sum(), between, create_graph=True)
        # one norm for all of the batch
        return self.lam * (slope.norm() - 1) ** 2


class OneMix(WGANGP):
    """All of a batch at the same share of the way from generated to real."""

    def prices(self, x: Tensor, x_fake: Tensor, rng: torch.Generator) -> list[Price]:
        mix = torch.rand(1, generator=rng)  # one ε for the batch
        return [Price(torch.lerp(x_fake, x, mix), self.lam, centre=1.0)]


def batchnorm(wrong: bool, seed: int) -> Result:
    config = preset(seed=seed, **WGAN_GP, **SETTINGS)
    body = (wrong_body if wrong else right_body)(2 + 2 * config.fourier)

    def swap(players: Players) -> None:
        players.D = Scores(nn.Sequential(Fourier(2, config.fourier), body))
        init(players.D, torch.Generator().manual_seed(seed))
        players.opt_d = optimizer(config, players.D, config.lr_d)

    return on_ring(config, swap)


def one_norm(wrong: bool, seed: int) -> Result:
    """Critics between two blobs that are 1 apart, trained at growing batch sizes."""
    objective = OneNorm(lam=10.0) if wrong else WGANGP(lam=10.0)
    slopes, reported = [], []
    for n in BATCHES:
        rng = torch.Generator().manual_seed(seed)
        D = small_critic(rng, inputs=2)
        train_critic(D, objective, blob, blob_beside, n, rng)
        x, x_fake = blob(FRESH, rng), blob_beside(FRESH, rng)
        between = torch.lerp(x_fake, x, torch.rand(FRESH, 1, generator=rng))
        slopes.append(slope2(D, between)[0].sqrt().mean().item())
        reported.append((D(x).mean() - D(x_fake).mean()).item())
    numbers = {
        "least": BATCHES[0], "most": BATCHES[-1], "slope_least": slopes[0], "slope": slopes[-1],
        "reported": reported[-1], "distance": 1.0,
    }  # fmt: skip
    return numbers, {"batch": BATCHES, "slope": slopes, "reported": reported}


def blob(n: int, rng: torch.Generator) -> Tensor:
    """[n, 2] of N(0, 0.1), as a generator begins."""
    return 0.1 * torch.randn(n, 2, generator=rng)


def blob_beside(n: int, rng: torch.Generator) -> Tensor:
    """The same, 1 to the right."""
    return blob(n, rng) + torch.tensor([1.0, 0.0])


def train_critic(
    D: nn.Module, objective: WGANGP, real: Sampler, fake: Sampler, n: int, rng: torch.Generator
) -> None:
    """Critic steps alone, on batches of n."""
    opt = torch.optim.Adam(D.parameters(), 0.01, (0.5, 0.99), fused=True)
    for _ in range(STEPS):
        x, x_fake = real(n, rng), fake(n, rng)
        loss = objective.d_loss(D(x), D(x_fake)).mean()
        loss = loss + objective.penalty(D, x, x_fake, rng).mean()
        opt.zero_grad()
        loss.backward()
        opt.step()


def one_mix(wrong: bool, seed: int) -> Result:
    """The penalty of one trained critic on one batch, drawn again and again."""
    rng = torch.Generator().manual_seed(seed)
    ring, D, critic = load("ring-lesson"), small_critic(rng, inputs=2, width=64), WGANGP(lam=0.1)
    train_critic(D, critic, ring.sample, blob, 256, rng)
    x, x_fake = ring.sample(256, rng), blob(256, rng)
    objective = OneMix(lam=0.1) if wrong else critic
    drawn = [objective.penalty(D, x, x_fake, rng).mean().item() for _ in range(DRAWS)]
    values = torch.tensor(drawn)
    return {"mean": values.mean().item(), "std": values.std().item()}, {"penalty": drawn}
