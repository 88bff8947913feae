"""How much completions of one and the same masked picture differ, beside real pictures that do."""

import torch
from torch import Tensor

from gan_core.metrics.images import ImageData, Space


def fills(made: Tensor, hidden: Tensor, space: Space) -> dict[str, float]:
    """What z changes, of `made` [m, k, C, S, S] in [-1, 1], k completions of each of m pictures
    whose `hidden` [m, 1, S, S] is 1 where they were made.

    `fill_spread` as `apart` has it. Where `space` knows classes, `fill_distinct`: how many of k
    completions no earlier one equals in the classes of all attributes, as a share; it is 1/k for a
    G that ignores z.
    """
    m, k = made.shape[:2]
    found = {"fill_spread": apart(made, hidden)}
    if classes := space.classify(space.encode(made.flatten(0, 1))):
        named = torch.stack(list(classes.values()), 1).unflatten(0, (m, k))
        found["fill_distinct"] = sum(len(one.unique(dim=0)) for one in named) / (m * k)
    return found


def apart(made: Tensor, hidden: Tensor) -> float:
    """The mean |difference| of two of [m, k, C, S, S] in the same row over the numbers where
    `hidden` [m, 1, S, S] is 1; from black to white is 1."""
    k, numbers = made.shape[1], hidden.flatten(1).sum(1) * made.shape[2]
    sums = [
        ((made[:, i] - made[:, j]).abs() * hidden).flatten(1).sum(1)
        for i in range(k) for j in range(i)
    ]  # fmt: skip
    return float((torch.stack(sums) / numbers).mean()) / 2


def alike(images: ImageData, known: Tensor, hidden: Tensor, k: int) -> Tensor:
    """[m, k, C, S, S]: for each of m masked pictures, [m, C, S, S], the k images that are nearest
    in the known part. What real pictures that look about the same there have where it is hidden:
    more than a perfect G would vary, as they are not quite the same."""
    keep, x = (1 - hidden).expand_as(known).flatten(1), known.flatten(1)
    far = []
    for part in torch.arange(len(images)).split(2000):
        some = images.take(part).flatten(1)
        far.append(keep @ some.square().T - 2 * x @ some.T)  # but for |x|², the same for all
    nearest = torch.cat(far, 1).topk(k, largest=False).indices
    return images.take(nearest.flatten()).unflatten(0, nearest.shape)
