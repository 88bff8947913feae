"""People's own points as a distribution: each with a little Gaussian noise around it."""

import numpy as np
import torch
from torch import Generator, Tensor

from gan_core.data.toys import Toy, held, log_gaussians, square
from gan_core.plane.points import Points, default_noise, spread

DENSE = 5000  # points up to which the density is worked out: every query meets all of them
_PAIRS = 2**22  # distances held at once


def kernels(name: str, points: Points, noise: float | None = None) -> Toy:
    """A Gaussian of standard deviation `noise` at each of the points [n, 2], all equally likely.

    Without `noise` it is a fiftieth of the set's scale; 0 draws the points themselves. The density
    is known where there is noise and at most DENSE points. It has no modes to be captured.
    """
    places = torch.from_numpy(np.array(points, np.float32))
    width = default_noise(points) if noise is None else noise
    on = held(places)

    def draw(n: int, generator: Generator) -> Tensor:
        device = generator.device
        picked = on(device)[torch.randint(len(places), (n,), generator=generator, device=device)]
        if width == 0:
            return picked
        return picked + width * torch.randn(n, 2, generator=generator, device=device)

    def density(x: Tensor) -> Tensor:
        even = torch.full((len(places),), 1 / len(places), device=x.device)
        rows = x.split(max(1, _PAIRS // len(places)))
        return torch.cat([log_gaussians(some, on(x.device), width, even) for some in rows])

    low, high = (f(0).astype(np.float64) for f in (points.min, points.max))
    middle, half = (low + high) / 2, float((high - low).max()) / 2
    extent = square(half + 4 * width, float(middle[0]), float(middle[1]))
    centre, scale = spread(points)
    known = density if width > 0 and len(points) <= DENSE else None
    return Toy(name, extent, draw, known, centre=centre, scale=float(np.hypot(scale, width)))
