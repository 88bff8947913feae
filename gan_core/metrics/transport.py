"""What it costs to carry one sample onto another: exact and sliced Wasserstein-1 distances."""

import os
from types import ModuleType

import torch
from torch import Tensor

DIRECTIONS = 64  # of the sliced distance
_PIVOTS = 10**7  # of the network simplex; its default of 10⁵ can end before the optimum


def earth_mover(x: Tensor, y: Tensor) -> float:
    """Exact Wasserstein-1 distance between two samples of equal size, in the data's own units.

    POT's network simplex on the n × n Euclidean distances: 0.1 s for 1000 points, and hardly more
    where the samples lie far apart, which makes an assignment solver slow.
    """
    return _least(x, y, 1)


def carried(x: Tensor, y: Tensor) -> dict[str, float]:
    """What a map costs that carries points x [n, d] onto y [n, d], row by row, beside what the
    best plan between the same two samples costs: `carry` is the mean distance |y - x| in the
    data's units, `carry_squared` the mean of its square; `carry_plan` and `carry_squared_plan` are
    the plans', each optimal for its own cost. No map can cost less.
    """
    far = (y.double() - x.double()).norm(dim=1)
    return {
        "carry": far.mean().item(), "carry_plan": _least(x, y, 1),
        "carry_squared": far.square().mean().item(), "carry_squared_plan": _least(x, y, 2),
    }  # fmt: skip


def _least(x: Tensor, y: Tensor, power: int) -> float:
    """The least mean of |y - x|^power over all ways to pair two samples of equal size."""
    if len(x) != len(y):
        raise ValueError(f"equal sample sizes are needed, not {len(x)} and {len(y)}")
    cost = torch.cdist(x.double(), y.double()) ** power  # float32 cancels
    return float(_pot().emd2([], [], cost.numpy(), numItermax=_PIVOTS, check_marginals=False))


def sliced(x: Tensor, y: Tensor, seed: int = 0) -> float:
    """Sliced Wasserstein-1 distance of points [n, d]: the mean over DIRECTIONS random lines of the
    distance between the two shadows on the line (Bonneel et al. 2015).

    The lines come from `seed` alone. In the plane it is about 2/π of the distance of a shift.
    """
    points = x.double().numpy(), y.double().numpy()
    ot = _pot()
    return float(ot.sliced_wasserstein_distance(*points, n_projections=DIRECTIONS, p=1, seed=seed))


def _pot() -> ModuleType:
    """POT, imported only when a distance is asked for: it takes half a second.

    It would also import jax, tensorflow and cupy where they are installed, for arrays that are
    never handed to it here.
    """
    for backend in ("JAX", "CUPY", "TENSORFLOW"):
        os.environ.setdefault(f"POT_BACKEND_DISABLE_{backend}", "1")
    import ot

    return ot
