"""Nearest neighbours and closest pairs, exact, a bounded piece of the distances at a time.

Distances come from products of matrices, which are quick but lose digits where two rows nearly
agree: the nearest found are measured again, by their differences.
"""

from collections.abc import Callable, Iterator

import torch
from torch import Tensor

PIECE = 1000  # rows of each side whose distances are held at once
SPARE = 2  # neighbours looked at beyond those wanted: rounding may have changed their order

Take = Callable[[Tensor], Tensor]  # indices [m] -> rows [m, d]


def nearest(rows: Tensor, take: Take, count: int, k: int = 1) -> tuple[Tensor, Tensor]:
    """Distances [n, k] and indices [n, k] of the k rows nearest to each of [n, d] among `count`
    that `take` gives; nearest first. Fewer than k where there are fewer."""
    wanted = min(k + SPARE, count)
    best = torch.full((len(rows), 0), torch.inf)
    which = torch.zeros(len(rows), 0, dtype=torch.long)
    centre = take(torch.arange(min(count, PIECE))).mean(0)
    for some in torch.arange(count).split(PIECE):
        piece = take(some) - centre
        found = [torch.cdist(part - centre, piece) for part in rows.split(PIECE)]
        every = torch.cat([best, torch.cat(found)], 1)
        index = torch.cat([which, some.expand(len(rows), -1)], 1)
        best, at = every.topk(min(wanted, every.shape[1]), 1, largest=False)
        which = index.gather(1, at)
    exact = [_measured(*part, take) for part in zip(rows.split(256), which.split(256), strict=True)]
    best, at = torch.cat(exact).sort(1)
    return best[:, :k], which.gather(1, at)[:, :k]


def _measured(rows: Tensor, which: Tensor, take: Take) -> Tensor:
    """Distances [n, k] from rows [n, d] to the rows at indices [n, k]."""
    others = take(which.flatten()).view(*which.shape, -1)
    return (rows[:, None] - others).norm(dim=2)


def pairs(rows: Tensor) -> Iterator[tuple[Tensor, int, int]]:
    """Every pair of two different rows of [n, d] once: distances of a block, and where it begins;
    inf where a pair is not of this block."""
    rows = rows - rows.mean(0)
    for i in range(0, len(rows), PIECE):
        for j in range(i, len(rows), PIECE):
            far = torch.cdist(rows[i : i + PIECE], rows[j : j + PIECE])
            if i == j:
                far = far.masked_fill(torch.ones_like(far).tril().bool(), torch.inf)
            yield far, i, j


def closest(rows: Tensor, most: int) -> tuple[Tensor, Tensor]:
    """Distances [m] of the `most` closest pairs among rows [n, d], and their indices [m, 2]; the
    closest first."""
    best, where = torch.zeros(0), torch.zeros(0, 2, dtype=torch.long)
    for far, i, j in pairs(rows):
        value, at = far.flatten().topk(min(most, far.numel()), largest=False)
        wide = far.shape[1]
        found = torch.stack([at // wide + i, at % wide + j], 1)
        best, where = torch.cat([best, value]), torch.cat([where, found])
        best, keep = best.topk(min(most, len(best)), largest=False)
        where = where[keep]
    real = best.isfinite()
    best, where = best[real], where[real]
    return (rows[where[:, 0]] - rows[where[:, 1]]).norm(dim=1), where
