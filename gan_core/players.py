"""What trains, and how: the players that a checkpoint holds, and the plan that moves them."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor, nn

from gan_core.models import AtScale
from gan_core.objectives import Objective

Sampler = Callable[[int, torch.Generator], Tensor]  # (n, rng) -> real samples [n, …] on the device


@dataclass(frozen=True)
class Plan:
    """How long and how to train: what the loop needs to know beside the players."""

    steps: int
    batch: int
    latent: int
    n_critic: int = 1
    n_gen: int = 1
    ema: float = 0.0
    lr_end: float = 1.0
    noise: float = 0.0
    noise_steps: int = 0  # rounds until the noise is gone; 0: all of them
    bfloat16: bool = False
    forms: bool = False  # layers as fewer and larger products
    graphs: bool = False  # whole rounds as CUDA graphs
    shared: bool = False  # G's first step of a round takes the samples of D's last
    reads: Sampler | None = None  # what G reads in the place of z; its first coordinates are x
    carry: float = 0.0  # weight of E|G(x, z) - x|² in G's loss at first; it fades to 0
    spread: float = 0.0  # the same of `readings.likeness`, where G reads every x under two z


@dataclass
class Players:
    """All that training changes, and so all that a checkpoint must hold."""

    G: nn.Module
    D: nn.Module
    ema: nn.Module | None  # running average of G, what is shown and sampled
    opt_g: torch.optim.Optimizer
    opt_d: torch.optim.Optimizer
    objective: Objective
    rng: torch.Generator  # the one source of every random draw; lives on the device
    shape: tuple[int, ...]  # of one sample
    step: int = 0

    @property
    def shown(self) -> nn.Module:
        """The generator to look at: the average where there is one."""
        return self.ema if self.ema is not None else self.G

    @cached_property  # asked for several times a round
    def device(self) -> torch.device:
        return next(self.D.parameters()).device  # a fixed G has no parameters

    def at_scale(self, x: Tensor) -> Tensor:
        """Samples [n, …] as the cores of the players see them."""
        return self.D.inside(x) if isinstance(self.D, AtScale) else x
