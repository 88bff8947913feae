"""How much completions of one and the same masked picture differ."""

import torch
from torch import Tensor

from gan_core.metrics.images import Space


def fills(made: Tensor, hidden: Tensor, space: Space) -> dict[str, float]:
    """What z changes, of `made` [m, k, C, S, S] in [-1, 1], k completions of each of m pictures
    whose `hidden` [m, 1, S, S] is 1 where they were made.

    `fill_spread`: the mean |difference| of two completions of one picture over its hidden numbers,
    black to white being 1. Where `space` knows classes, `fill_distinct`: of k completions, the
    share that no other one equals in the classes of all attributes before it is counted, 1/k for
    a G that ignores z.
    """
    m, k = made.shape[:2]
    apart = 0.0
    for i in range(k):
        for j in range(i):
            gap = (made[:, i] - made[:, j]).abs() * hidden
            apart += float(
                (gap.flatten(1).sum(1) / (hidden.flatten(1).sum(1) * gap.shape[1])).mean()
            )
    found = {"fill_spread": apart / (k * (k - 1) / 2) / 2}
    if classes := space.classify(space.encode(made.flatten(0, 1))):
        named = torch.stack(list(classes.values()), 1).unflatten(0, (m, k))
        distinct = [len(one.unique(dim=0)) for one in named]
        found["fill_distinct"] = sum(distinct) / (m * k)
    return found
