"""A short training on the ring, with what matters of it measured on the way."""

from collections.abc import Callable

import torch
from torch import Tensor

from gan_core.build import build
from gan_core.config import Config
from gan_core.data import Toy
from gan_core.metrics import earth_mover, mode_coverage, perfect
from gan_core.players import Players
from gan_core.training import generate, train
from ui.mistakes.experiment import Result

# What an experiment shows must not move with the recommended settings: these are its own.
SETTINGS = {
    "data": "ring-lesson", "lr_g": 4e-3, "lr_d": 4e-3, "beta1": 0.5, "beta2": 0.99,
    "scaling": "none",
}  # fmt: skip
WGAN_GP = {"objective": "wgan-gp", "n_critic": 2, "lam": 0.1, "fourier": 16, "steps": 200}
LOOKS = 20  # measurements on the way
POINTS = 1000
MATCHED = 250  # of them in the exact transport, which costs n³


def on_ring(config: Config, change: Callable[[Players], None] | None) -> Result:
    """Train `config`; `change` replaces something of its players before the first round."""
    players, ring, plan = build(config)
    assert isinstance(ring, Toy) and ring.weights is not None
    if change is not None:
        change(players)
    found = []
    for step in train(players, ring.sample, plan):
        if step.number % (plan.steps // LOOKS) == 0:
            found.append({"round": step.number} | look(players, ring, config.latent))
    series = {key: [row[key] for row in found] for key in found[0]}
    points = samples(players, config.latent).numpy()
    numbers = found[-1] | perfect(POINTS, ring.weights) | {"rounds": plan.steps}
    return numbers, {**series, "x": points[:, 0], "y": points[:, 1]}


def samples(players: Players, latent: int) -> Tensor:
    """[n, 2] from the same latents at every look."""
    return generate(
        players, torch.randn(POINTS, latent, generator=torch.Generator().manual_seed(1))
    )


def look(players: Players, ring: Toy, latent: int) -> dict[str, float]:
    """Modes found, share of high quality, EM to the data, and the gradient that reached G."""
    assert ring.modes is not None and ring.weights is not None
    points = samples(players, latent)
    scores = mode_coverage(points, ring.modes, ring.std, ring.weights)
    slopes = [weight.grad for weight in players.G.parameters() if weight.grad is not None]
    return {
        "modes": scores["modes"],
        "modes_total": scores["modes_total"],
        "hq": scores["hq"],
        "em": earth_mover(points[:MATCHED], ring.sample(MATCHED, torch.Generator().manual_seed(2))),
        "gradient": torch.stack([slope.norm() for slope in slopes]).norm().item(),
    }
