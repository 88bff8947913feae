"""Did G learn the data, or copy what it was shown?

Each sample's distance to its nearest training image is held against the same distance of real
images that nobody trained on. Meehan, Chaudhuri & Dasgupta (2020), "A Non-Parametric Test to Detect
Data-Copying in Generative Models": a Mann-Whitney statistic in each cell of the space, averaged.
"""

import math
from functools import partial

import numpy as np
import torch
from torch import Tensor

from gan_core.catalog import BadInput
from gan_core.metrics.neighbours import Take, nearest

USUAL = 0.05  # of held-out images lie as close to a training image as what is called "close"
CELLS = 20  # at most
IN_CELL = 20  # samples that a cell must have to count (the paper's τ, times the samples)
FITTED = 5000  # rows the cells are found from


def z_u(held: Tensor, made: Tensor) -> float:
    """Z_U of distances to training images, of held-out images [n] and of samples [m]: the
    Mann-Whitney statistic in standard deviations. Below -3 or so the samples are too close: copies;
    above 3 they are farther than real images: underfitted."""
    from scipy.stats import rankdata

    n, m = len(held), len(made)
    ranks = rankdata(np.concatenate([made.numpy(), held.numpy()]))
    u = ranks[:m].sum() - m * (m + 1) / 2  # pairs in which the sample is farther; a tie is half
    return float((u - n * m / 2) / math.sqrt(n * m * (n + m + 1) / 12))


def cells(rows: Tensor, k: int, seed: int = 0) -> Tensor:
    """Centres [k, d] of k-means, found from at most FITTED of the rows [n, d]."""
    from scipy.cluster.vq import kmeans2

    some = rows[torch.linspace(0, len(rows) - 1, min(FITTED, len(rows))).long()]
    found, _ = kmeans2(some.double().numpy(), k, minit="++", seed=seed)
    return torch.from_numpy(found).float()


def cell_of(rows: Tensor, centres: Tensor) -> Tensor:
    """The cell [n] of each of rows [n, d]."""
    return torch.cat([torch.cdist(part, centres).argmin(1) for part in rows.split(4096)])


def c_t(
    held: tuple[Tensor, Tensor], made: tuple[Tensor, Tensor], take: Take, of_train: Tensor
) -> float:
    """C_T: Z_U in each cell, to training rows of that cell, averaged with held-out shares.

    `held` and `made` are (rows [n, d], cell of each [n]); `take` gives training rows by index and
    `of_train` [l] their cells. Cells with fewer than IN_CELL samples do not count, nor do those
    without a held-out or a training row; nan where none counts.
    """
    total, weights = 0.0, 0
    for cell in range(int(of_train.max()) + 1):
        mine = (of_train == cell).nonzero()[:, 0]
        h, m = (rows[which == cell] for rows, which in (held, made))
        if len(m) < IN_CELL or not len(h) or not len(mine):
            continue
        mine_only = partial(_of, take, mine)
        far_h, far_m = (nearest(x, mine_only, len(mine))[0][:, 0] for x in (h, m))
        total += len(h) * z_u(far_h, far_m)
        weights += len(h)
    return total / weights if weights else math.nan


def _of(take: Take, some: Tensor, which: Tensor) -> Tensor:
    return take(some[which])


def closeness(held: Tensor, made: Tensor) -> dict[str, float]:
    """Distances to the nearest training image, of held-out images [n] and samples [m], compared.

    `close`: the share of samples closer than all but USUAL of the held-out images; `ratio`: the
    median distance of samples over that of held-out images; `z_u`.
    """
    if len(held) < 2:
        raise BadInput("Copies are told by held-out images, and there are fewer than two.")
    limit = held.double().quantile(USUAL).item()
    middle = held.median().item()
    return {
        "close": (made.double() < limit).double().mean().item(),
        "ratio": made.median().item() / max(middle, 1e-12),
        "z_u": z_u(held, made),
    }
