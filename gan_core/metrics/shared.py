"""What points and pictures are judged by alike."""

import torch
from torch import Tensor

from gan_core.catalog import BadInput


def precision_recall(fake: Tensor, real: Tensor, k: int = 3) -> tuple[float, float]:
    """Share of fakes on the real manifold, and of reals on the fake one (Kynkäänniemi et al.
    2019): within the distance of some other-side point to its own k-th neighbour."""

    def covered(points: Tensor, others: Tensor) -> float:
        if len(others) <= k:
            return 0.0
        radius = torch.cdist(others, others).kthvalue(k + 1, 1).values  # the first is itself
        return (torch.cdist(points, others) <= radius).any(1).float().mean().item()

    return covered(fake, real), covered(real, fake)


def density_coverage(fake: Tensor, real: Tensor, k: int = 5) -> tuple[float, float]:
    """Density and coverage (Naeem et al. 2020): how many balls of real points hold a fake, over k,
    and the share of balls that hold any. A ball reaches to its centre's own k-th neighbour.

    Density is 1 on average where both are alike, and may be above; coverage is at most 1, and
    1 - 2^-k ≈ 0.97 of real points beside as many others. 0 where there are not k neighbours.
    """
    if len(real) <= k or not len(fake):
        return 0.0, 0.0
    radius = torch.cdist(real, real).kthvalue(k + 1, 1).values
    inside = torch.cdist(fake, real) < radius
    return inside.float().sum().item() / (k * len(fake)), inside.any(0).float().mean().item()


def require_finite(samples: Tensor) -> None:
    """BadInput where a sample is no finite number."""
    if not samples.isfinite().all():
        raise BadInput("The generator made NaN or infinite values: it has diverged.")
