"""A small discriminator trained on the spot, beside the optimum it should find.

An MLP D of one number learns from n samples of p and of q with the objective's own d_loss, penalty
and `after`; G stands still. `share` is how far it has come from the best constant to the optimum
D*, in V under the true densities: a D that learns its few samples by heart comes less far.
"""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.utils import skip_init

from gan_core.catalog import BadInput, choose
from gan_core.divergences import Distribution, window
from gan_core.divergences.base import Array
from gan_core.divergences.samples import draw
from gan_core.models import init
from gan_core.objectives import OBJECTIVES, WGAN, Objective
from gan_core.population import CRITICS, Population

WIDTH, BATCH, FRAMES = 64, 256, 30
RATE = 5e-3  # Adam's, at the start; it falls to nothing along a cosine
CLIP = 0.1  # of WGAN's weights: with the paper's 0.01 so small a net is next to a straight line
_EQUAL = 1e-6  # of `Population.scale`: a smaller gain in V leaves nothing to learn


class Small(nn.Module):
    """D: x [n, 1] -> [n]; a net 1-64-64-1 of x in units of the window, constant far outside it.

    x counts from the middle of the window: a float32 of x itself would lose what is far from 0.
    It is smooth, so that a penalty on its slope at some places shapes it between them too. `lift`
    multiplies what comes out: a critic's slope in x is then the slope of its net.
    """

    def __init__(self, unit: float, lift: float):
        super().__init__()
        self.unit, self.lift = unit, lift
        # weights come from `init` and its generator, so none are drawn from the process's own
        first, second, last = (
            skip_init(nn.Linear, *size) for size in ((1, WIDTH), (WIDTH, WIDTH), (WIDTH, 1))
        )
        self.net = nn.Sequential(first, nn.SiLU(), second, nn.SiLU(), last)

    def forward(self, x: Tensor) -> Tensor:
        return self.lift * self.net((x / self.unit).clamp(-8, 8)).flatten()


@dataclass(frozen=True)
class Learned:
    """What D was at some steps, and its optimum. Curves are of the quantity drawn: σ(D) where D is
    a logit, D over its Lipschitz constant for critics, D itself otherwise."""

    at: Array  # [f] steps
    d: Array  # [f, len(x)]
    optimum: Array  # [len(x)]; NaN where neither density is
    value: Array  # [f] V(D)
    constant: float  # V of the best constant
    best: float  # V(D*)
    share: Array | None  # [f] (V(D) - constant) / (best - constant); None if nothing can be learned

    @property
    def sentence(self) -> str:
        if self.share is None:
            return (
                "p_r and p_g are so nearly equal that there is nothing to learn:"
                " no D is better than a constant."
            )
        return f"D is at {100 * self.share[-1]:.1f} % of its optimum."


def learn(
    p: Distribution, q: Distribution, name: str, n: int, steps: int, seed: int, x: Array
) -> Learned:
    """D after about FRAMES of `steps` steps on n samples of each, seen at places x."""
    objective = _objective(name)
    judge = Population(p, q, name, objective, x)
    at = np.unique((np.linspace(0, 1, FRAMES) ** 1.5 * steps).round().astype(int))
    places = _from(sum(window(p, q)) / 2, judge.places)
    curves, values = [], []
    with _one_thread():
        for step, D in enumerate(_train(p, q, name, objective, n, steps, seed)):
            if step in at:
                with torch.no_grad():
                    curve, value = judge.seen(D(places).double().numpy())
                curves.append(curve)
                values.append(value)
    gain, found = judge.top - judge.constant, np.array(values)
    share = (found - judge.constant) / gain if gain > _EQUAL * judge.scale else None
    return Learned(at, np.array(curves), judge.drawn(), found, judge.constant, judge.top, share)


def _objective(name: str) -> Any:
    kind = OBJECTIVES[choose(name, OBJECTIVES, "objective")]
    if kind.autoencodes:
        raise BadInput(
            "began's D is an auto-encoder: its optimum copies every x and tells no density from"
            " another, so there is no D* to learn. Choose another objective."
        )
    return WGAN(clip=CLIP) if kind is WGAN else kind()


def _from(centre: float, x: Array) -> Tensor:
    """Places [n] as D sees them, [n, 1]."""
    return torch.tensor(x - centre, dtype=torch.float32)[:, None]


def _train(
    p: Distribution, q: Distribution, name: str, objective: Objective, n: int, steps: int, seed: int
) -> Iterator[nn.Module]:
    """D before the first step and after each."""
    numbers = np.random.default_rng(seed)
    rng = torch.Generator().manual_seed(seed)
    low, high = window(p, q)
    real, fake = (_from((low + high) / 2, draw(d, n, numbers)) for d in (p, q))
    unit = (high - low) / 4
    D = Small(unit, unit if name in CRITICS else 1.0)
    init(D, rng)
    adam = torch.optim.Adam(D.parameters(), RATE, betas=(0.5, 0.9), fused=True)
    yield D
    for step in range(steps):
        adam.param_groups[0]["lr"] = RATE * (1 + math.cos(math.pi * step / steps)) / 2
        x, x_fake = (s[torch.randint(n, (BATCH,), generator=rng)] for s in (real, fake))
        on_real, on_fake = D(torch.cat([x, x_fake])).chunk(2)
        loss = objective.d_loss(on_real, on_fake).mean()
        penalty = objective.penalty(D, x, x_fake, rng)
        adam.zero_grad()
        (loss if penalty is None else loss + penalty.mean()).backward()
        adam.step()
        objective = objective.after(D, on_real.detach(), on_fake.detach())
        yield D


@contextmanager
def _one_thread() -> Iterator[None]:
    """So small a net is quickest on one core; the process gets its threads back."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)
