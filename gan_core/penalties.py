"""What D's slopes cost: every penalty in use is weight·(‖∇D‖ - centre)² somewhere."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

Scorer = Callable[[Tensor], Tensor]
TINY = 1e-12  # √ has no slope at 0


@dataclass(frozen=True)
class Price:
    """weight·(‖∇D‖ - centre)², what D's loss adds at each of the samples `at` [n, …]."""

    at: Tensor
    weight: float
    centre: float = 0.0

    def of(self, slope2: Tensor) -> Tensor:
        """[n], where ‖∇D‖² is `slope2` [n]."""
        if not self.centre:
            return self.weight * slope2
        return self.weight * ((slope2 + TINY).sqrt() - self.centre) ** 2

    def grad(self, slopes: Tensor) -> Tensor:
        """Its derivative in ∇D [n, d]."""
        if not self.centre:
            return 2 * self.weight * slopes
        size = (slopes.square().sum(1, keepdim=True) + TINY).sqrt()
        return 2 * self.weight * (1 - self.centre / size) * slopes


def slope2(D: Scorer, *at: Tensor) -> list[Tensor]:
    """‖∇D‖² at each sample, [n] for each batch [n, …] of `at`, differentiable in D's weights.

    One pass over all batches: by D's own `slopes` (see `gan_core.slopes`) where it has them,
    otherwise D is differentiated twice.
    """
    x = torch.cat(at).detach()
    slopes = getattr(D, "slopes", None)
    if slopes is not None:
        slope = slopes(x)
    else:
        (slope,) = torch.autograd.grad(D(x.requires_grad_()).sum(), x, create_graph=True)
    return list(slope.flatten(1).square().sum(1).split([len(batch) for batch in at]))
