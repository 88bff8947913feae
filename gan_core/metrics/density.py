"""Densities in the plane from samples, and what two of them are told apart by.

p_r is the data's own density where it is known. p_g is known by its samples alone and estimated by
Gaussian kernels, each as wide as its point lies lonely (Breiman, Meisel & Purcell 1977): data in
the plane has modes a hundred times narrower than the picture, which no single width resolves.

Integrals run over `Meeting` places, drawn half from p_r and half from the estimate of p_g and
weighted by the balance heuristic (Veach & Guibas 1995). The weights are at most 2, and every mean
of a quantity that is never negative is never negative itself.
"""

import math
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Generator, Tensor

NEIGHBOURS = 20  # a kernel's width is WIDTH of the distance to this neighbour
WIDTH = 0.5
PLACES = 800  # where p_r and p_g are compared
FINEST = 1e-5  # of the sample's own spread: points that coincide have kernels too


class Density(Protocol):
    """What is known of a distribution in the plane: samples, and log p at points [n, 2]."""

    def sample(self, n: int, generator: Generator) -> Tensor: ...
    def log_density(self, x: Tensor) -> Tensor | None: ...


class Kernels:
    """The density that points [n, 2] suggest: the mean of n round Gaussians, one at each point.

    It is a proper density, positive everywhere. It is wider than what it estimates by about a
    kernel's width, which is why whatever uses it has a floor above zero.
    """

    def __init__(self, points: Tensor):
        from scipy.spatial import cKDTree  # torch's n² distances would take ten times as long

        self.points = points.double()
        nearest = min(NEIGHBOURS, len(points) - 1) + 1  # the first is the point itself
        far, _ = cKDTree(self.points.numpy()).query(self.points.numpy(), [nearest])
        finest = FINEST * max(self.points.std(0, correction=0).norm().item(), 1e-6)
        self.widths = (WIDTH * torch.from_numpy(far[:, 0])).clamp(min=finest)

    def sample(self, n: int, generator: Generator) -> Tensor:
        """float64 [n, 2]."""
        which = torch.randint(len(self.points), (n,), generator=generator)
        noise = torch.randn(n, 2, generator=generator, dtype=torch.float64)
        return self.points[which] + self.widths[which, None] * noise

    def log_density(self, x: Tensor) -> Tensor:
        """log p(x) [n] in nats for points [n, 2]."""
        return torch.cat([self._some(rows) for rows in x.double().split(512)])

    def _some(self, x: Tensor) -> Tensor:
        squared = torch.cdist(x, self.points, compute_mode="donot_use_mm_for_euclid_dist").square_()
        shares = squared.div_(-2 * self.widths**2).sub_(2 * self.widths.log())
        # sums of exponentials in float32 take half the time, and lose nothing that could be seen
        return shares.float().logsumexp(1).double() - math.log(2 * math.pi * len(self.points))


@dataclass(frozen=True)
class Meeting:
    """Places x [m, 2] drawn from (p_r + p_g)/2, and log p_r/p_g there, [m]."""

    x: Tensor
    log_ratio: Tensor

    @property
    def real(self) -> Tensor:
        """The share of p_r in p_r + p_g, [m]: Goodfellow's D*."""
        return self.log_ratio.sigmoid()

    @property
    def js(self) -> float:
        """Jensen-Shannon divergence in nats: log 2 less the mean entropy of `real`, in [0, log 2]
        at every place and so in the mean."""
        s = self.real
        entropy = torch.special.entr(s) + torch.special.entr(1 - s)
        return math.log(2) - entropy.mean().item()


def meeting(p: Density | Kernels, q: Kernels, generator: Generator, n: int = PLACES) -> Meeting:
    """n places, half drawn from each of p, whose density must be known, and q."""
    x = torch.cat([p.sample(n // 2, generator).double(), q.sample(n - n // 2, generator)])
    return Meeting(x, log_ratio(p, q, x))


def log_ratio(p: Density | Kernels, q: Kernels, x: Tensor) -> Tensor:
    """log p/q at points [n, 2], float64; 0 where neither has mass."""
    log_p = p.log_density(x.float() if not isinstance(p, Kernels) else x)
    if log_p is None:
        raise ValueError("this distribution has no known density: estimate it by Kernels")
    return (log_p.double() - q.log_density(x)).nan_to_num(0.0, math.inf, -math.inf)


def estimated(p: Density, n: int, generator: Generator) -> Density | Kernels:
    """p itself where its density is known; otherwise Kernels at n of its samples."""
    points = p.sample(n, generator)
    return p if p.log_density(points[:1]) is not None else Kernels(points)
