"""Meters of points in the plane, read where the answer is known."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from gan_core.data import Toy, load
from gan_core.metrics import mode_coverage, perfect
from ui.mistakes.experiment import Result

SIZES = (100, 300, 1000, 3000, 10000, 30000)
REACH = 3.0  # the window is [-3, 3]²
SPARSE, COARSE = 30, 8  # cells along each axis
TINY = 1e-6  # keeps an empty cell out of the denominator
POINTS = 5000
LOST = np.linspace(0, 0.95, 20)  # share of the points that a generator throws out of the window

Cells = NDArray[np.float64]


def histogram(points: Tensor, side: int) -> Cells:
    """Share of the points in each cell of the window."""
    window = [[-REACH, REACH], [-REACH, REACH]]
    return np.histogram2d(*points.double().numpy().T, side, window)[0].ravel() / len(points)


def wrong_floor(fake: Tensor, real: Tensor, ring: Toy) -> tuple[float, float]:
    p, q = histogram(fake, SPARSE), histogram(real, SPARSE)
    # “perfect reads 0”
    return (p * np.log((p + TINY) / (q + TINY))).sum(), 0.0


def right_floor(fake: Tensor, real: Tensor, ring: Toy) -> tuple[float, float]:
    found = mode_coverage(fake, ring.modes, ring.std, ring.weights)
    # what n perfect samples read on average
    floor = perfect(len(fake), ring.weights)
    return found["reverse_kl"], floor["reverse_kl_real"]


def wrong_mass(fake: Tensor, real: Tensor) -> float:
    # what is outside is in no cell
    p, q = histogram(fake, COARSE), histogram(real, COARSE)
    return (p * np.log((p + TINY) / (q + TINY))).sum()


def right_mass(fake: Tensor, real: Tensor) -> float:
    p, q = (normalised(histogram(points, COARSE)) for points in (fake, real))
    return (p * np.log(p / q)).sum()


def normalised(shares: Cells) -> Cells:
    """With one more cell for all that is outside; no cell empty, the sum 1."""
    whole = np.append(shares, 1 - shares.sum()).clip(TINY)
    return whole / whole.sum()


def floor(wrong: bool, seed: int) -> Result:
    """A perfect generator, which draws from the data themselves, at growing sample sizes."""
    ring = load("ring(radius=2,std=0.25)")
    assert isinstance(ring, Toy)
    rng = torch.Generator().manual_seed(seed)
    meter = wrong_floor if wrong else right_floor
    read = [meter(ring.sample(n, rng), ring.sample(n, rng), ring) for n in SIZES]
    readings, floors = zip(*read, strict=True)
    numbers = {
        "n": SIZES[2], "reading": readings[2], "floor": floors[2],
        "most": SIZES[-1], "last": readings[-1], "last_floor": floors[-1],
    }  # fmt: skip
    return numbers, {"n": SIZES, "readings": readings, "floors": floors}


def mass(wrong: bool, seed: int) -> Result:
    """A generator that is perfect but for the points it throws far out of the window."""
    rng = torch.Generator().manual_seed(seed)
    meter = wrong_mass if wrong else right_mass
    readings = []
    for share in LOST:
        fake, real = torch.randn(2, POINTS, 2, generator=rng)
        fake[: round(share * POINTS)] += 100
        readings.append(float(meter(fake, real)))
    worst = int(np.argmin(readings))
    numbers = {
        "perfect": readings[0], "least": readings[worst], "lost": float(LOST[worst]),
        "last": readings[-1], "last_lost": float(LOST[-1]),
    }  # fmt: skip
    return numbers, {"lost": LOST, "readings": readings}
