"""Samples from seeds, and the way between two of them.

A request that draws says which rows G reads (`ROWS`); drawing them is the same for all.
"""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from gan_core import checkpoint, pictures
from gan_core.answers import Answer
from gan_core.catalog import choose
from gan_core.sampling.drawing import PATHS, draw, latents, whole
from gan_core.sampling.opened import MOST, SEEDS, Opened, Shelf

Request = dict[str, Any]


def open_checkpoint(shelf: Shelf, request: Request) -> Answer:
    """What a checkpoint is: origin, kind, image size, latent size, parameter counts, report; config
    and step where it is one of this project, else None."""
    opened = shelf.get(request["checkpoint"])
    own = opened.config is not None and opened.players is not None
    if own:
        parameters = checkpoint.header(opened.path).parameters
    else:
        beside = opened.report["critic"]
        parameters = {"G": opened.report["parameters"]} | ({"D": beside} if beside else {})
    about = {
        "config": opened.config.to_dict() if opened.config else None,
        "step": opened.players.step if opened.players else None,
        "kind": opened.kind, "origin": opened.origin, "report": opened.report,
        "shape": list(opened.shape), "latent": opened.latent,
        "size": opened.shape[-1], "channels": opened.shape[0], "parameters": parameters,
    }  # fmt: skip
    return about, b""


def of_seed(opened: Opened, request: Request) -> Tensor:
    """The n rows of a seed."""
    n = whole(request, "n", 64, 1, MOST)
    return latents(opened.reads, whole(request, "seed", 0, 0, SEEDS), n)


def between(opened: Opened, request: Request) -> Tensor:
    """n rows on the way from one seed's first latent to another's.

    A G that reads a source sample too keeps the first seed's, unless it reads nothing else: then
    the way leads straight from one sample to the other.
    """
    n = whole(request, "n", 9, 2, MOST)
    a, b = (whole(request, name, 0, 0, SEEDS) for name in ("seed_a", "seed_b"))
    reads = opened.reads
    start, end = latents(reads, a, 1)[0], latents(reads, b, 1)[0]
    mode = choose(request.get("mode", "slerp"), PATHS, "interpolation")
    if reads.latent == 0:
        mode = "lerp"
    held = len(start) - reads.latent if reads.latent else 0  # coordinates that stay
    steps = torch.linspace(0, 1, n).tolist()
    z = torch.stack([PATHS[mode](start[held:], end[held:], t) for t in steps])
    return torch.cat([start[:held].expand(n, -1), z], 1)


def sample(shelf: Shelf, request: Request) -> Answer:
    """Samples of a seed: a tiled picture, or raw points."""
    opened = shelf.get(request["checkpoint"])
    rows = of_seed(opened, request)
    return draw(opened, opened.make(rows), request, pictures.columns_for(len(rows)))


def interpolate(shelf: Shelf, request: Request) -> Answer:
    """Samples on the way between two seeds, in one row."""
    opened = shelf.get(request["checkpoint"])
    rows = between(opened, request)
    return draw(opened, opened.make(rows), request, len(rows))


# What G reads for a request that draws, [n, ...]
ROWS: dict[str, Callable[[Opened, Request], Tensor]] = {
    "sample": of_seed,
    "interpolate": between,
}
ANSWERS: dict[str, Callable[[Shelf, Request], Answer]] = {
    "open": open_checkpoint,
    "sample": sample,
    "interpolate": interpolate,
}
