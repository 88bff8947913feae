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


def require_finite(samples: Tensor) -> None:
    """BadInput where a sample is no finite number."""
    if not samples.isfinite().all():
        raise BadInput("The generator made NaN or infinite values: it has diverged.")
