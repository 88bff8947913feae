"""How many different pictures does G make? The birthday paradox of samples.

Of N equally likely pictures, s draws hold two alike with probability 1 - exp(-s(s-1)/2N), one half
at s ≈ 1.18 √N: so duplicates among s draws mean a support of about s² (Arora & Zhang 2017, "Do GANs
actually learn the distribution?"). A continuous G never makes two pictures that are equal to the
bit, so what counts as alike is taken from the data: closer than all but one in PER pairs of
training images. At that distance the data itself looks like about PER pictures. Whether the pairs
are duplicates to the eye is for the eye: they are shown.
"""

import math
from typing import Any

import torch
from torch import Tensor

from gan_core.catalog import BadInput
from gan_core.metrics.neighbours import closest, pairs

PER = 100_000
MANY = 5000  # training images whose pairs set the distance: 12.5 million pairs
ALIKE = 0.005  # of the median distance: closer than this is equal, as far as float32 can tell
SURE = 0.95  # of the interval


def alike(real: Tensor) -> float:
    """The distance below which two rows count as alike: one in PER pairs of real rows [n, d] lies
    closer; of fewer pairs, the closest."""
    real = real[:MANY]
    if len(real) < 2:
        raise BadInput("Two images at least are needed to say which are alike.")
    count = len(real) * (len(real) - 1) // 2
    limit = closest(real, max(1, round(count / PER)))[0][-1].item()
    return max(limit, ALIKE * torch.pdist(real[:500]).median().item())


def count_alike(rows: Tensor, limit: float) -> int:
    """Pairs of rows [n, d] that lie no farther apart than `limit`."""
    return sum(int((far <= limit).sum()) for far, _, _ in pairs(rows))


def support(found: int, draws: int) -> dict[str, Any]:
    """What `found` pairs alike among `draws` say of the number N of different pictures.

    `support` is pairs over those alike, the N at which as many are expected; `low` and `high` its
    interval, as if pairs were independent (`high` and `support` None where no pair is alike);
    `half` the draws that hold two alike with probability one half.
    """
    from scipy.special import gammaincinv

    every = draws * (draws - 1) / 2
    most = float(gammaincinv(found + 1, (1 + SURE) / 2))
    least = float(gammaincinv(found, (1 - SURE) / 2)) if found else 0.0
    n = every / found if found else None
    return {
        "draws": draws, "alike": found, "pairs": int(every), "support": n, "low": every / most,
        "high": every / least if found else None,
        "half": math.sqrt(2 * math.log(2) * n) if n else None,
        "chance": 1 - math.exp(-found),
    }  # fmt: skip
