"""Whose gradient reaches whom, and how many batches a critic sees."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from gan_core.data import Toy, load
from gan_core.models import Scores
from gan_core.objectives import WGANGP
from ui.mistakes.experiment import Result
from ui.mistakes.lab_critic import Shift, real_points, small_critic

ROUNDS = 250
CRITIC_STEPS = 100  # as in WGAN's own code for its first 25 rounds
BATCH = 16  # so few that some modes are missing from it, as in any batch of real images
FRESH = 2000  # samples that the critic has not seen

critic_loss = WGANGP(lam=0.1)  # as the official 2-D toy has it


@dataclass
class Game:
    """Two players with an optimiser each, and the generator of every random number."""

    G: Shift
    D: Scores
    opt_g: torch.optim.Optimizer
    opt_d: torch.optim.Optimizer
    rng: torch.Generator


def wrong_round(game: Game, x: Tensor, z: Tensor) -> None:
    game.opt_d.zero_grad()
    game.opt_g.zero_grad()
    fake = game.G(z)
    scores = game.D(x), game.D(fake)  # leads back into G
    loss = critic_loss.d_loss(*scores).mean()
    penalty = critic_loss.penalty(game.D, x, fake, game.rng)
    # without it the next backward would fail
    (loss + penalty.mean()).backward(retain_graph=True)
    game.opt_d.step()
    critic_loss.g_loss(None, game.D(fake)).mean().backward()
    game.opt_g.step()


def right_round(game: Game, x: Tensor, z: Tensor) -> None:
    game.opt_d.zero_grad()
    game.opt_g.zero_grad()
    fake = game.G(z)
    scores = game.D(x), game.D(fake.detach())  # it ends at D
    loss = critic_loss.d_loss(*scores).mean()
    penalty = critic_loss.penalty(game.D, x, fake, game.rng)
    (loss + penalty.mean()).backward()
    game.opt_d.step()
    critic_loss.g_loss(None, game.D(fake)).mean().backward()
    game.opt_g.step()


def attached(wrong: bool, seed: int) -> Result:
    """Where the generator's shift goes, and the gradient that each round gives it."""
    rng = torch.Generator().manual_seed(seed)
    G, D = Shift(), small_critic(rng)
    opt_d = torch.optim.Adam(D.parameters(), 0.02, (0.5, 0.99))
    game = Game(G, D, torch.optim.SGD(G.parameters(), 0.01), opt_d, rng)
    one_round = wrong_round if wrong else right_round
    shifts, gradients = [G.shift.item()], []
    for _ in range(ROUNDS):
        one_round(game, real_points(64, rng), torch.randn(64, 1, generator=rng))
        shifts.append(G.shift.item())
        gradients.append(abs(G.shift.grad.item()))
    moved = sum(gradients[:50]) / 50  # while the generator is still far from the data
    return {"start": shifts[0], "end": shifts[-1], "gradient": moved}, {"shift": shifts}


Draw = Callable[[int], Tensor]
Step = Callable[[Tensor, Tensor], None]


def wrong_steps(step: Step, real: Draw, fake: Draw) -> None:
    x = real(BATCH)
    for _ in range(CRITIC_STEPS):
        step(x, fake(BATCH))  # the same real samples


def right_steps(step: Step, real: Draw, fake: Draw) -> None:
    for _ in range(CRITIC_STEPS):
        step(real(BATCH), fake(BATCH))


def reused(wrong: bool, seed: int) -> Result:
    """What a critic reports when there is nothing to tell apart: both sides draw from the ring."""
    ring = load("ring-lesson")
    assert isinstance(ring, Toy)
    rng = torch.Generator().manual_seed(seed)
    D = small_critic(rng, inputs=2, width=64)
    opt = torch.optim.Adam(D.parameters(), 4e-3, (0.5, 0.99), fused=True)
    on_batch, on_fresh = [], []

    def step(x: Tensor, x_fake: Tensor) -> None:
        real, fake = D(x), D(x_fake)
        opt.zero_grad()
        penalty = critic_loss.penalty(D, x, x_fake, rng)
        (critic_loss.d_loss(real, fake) + penalty).mean().backward()
        opt.step()
        with torch.no_grad():
            unseen = D(ring.sample(FRESH, rng)).mean() - D(ring.sample(FRESH, rng)).mean()
            on_batch.append((real.mean() - fake.mean()).item())
            on_fresh.append(unseen.item())

    def draw(n: int) -> Tensor:
        return ring.sample(n, rng)

    (wrong_steps if wrong else right_steps)(step, draw, draw)
    late = len(on_batch) // 2
    numbers = {
        "steps": len(on_batch), "batch": BATCH,
        "reported": sum(on_batch[late:]) / late, "fresh": sum(on_fresh[late:]) / late,
    }  # fmt: skip
    return numbers, {"on_batch": on_batch, "on_fresh": on_fresh}
