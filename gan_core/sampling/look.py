"""Samples from seeds, and the way between two of them."""

from collections.abc import Callable
from typing import Any

import torch

from gan_core import checkpoint, pictures
from gan_core.answers import Answer
from gan_core.catalog import choose
from gan_core.sampling.drawing import PATHS, draw, latents, whole
from gan_core.sampling.opened import MOST, SEEDS, Shelf


def open_checkpoint(shelf: Shelf, request: dict[str, Any]) -> Answer:
    """What a checkpoint is: config, step, kind, image size, latent size, parameter counts."""
    opened = shelf.get(request["checkpoint"])
    assert opened.config is not None and opened.players is not None
    about = {
        "config": opened.config.to_dict(), "step": opened.players.step, "kind": opened.kind,
        "shape": list(opened.shape), "latent": opened.latent,
        "size": opened.shape[-1], "channels": opened.shape[0],
        "parameters": checkpoint.header(opened.path).parameters,
    }  # fmt: skip
    return about, b""


def sample(shelf: Shelf, request: dict[str, Any]) -> Answer:
    """n samples from a seed: a tiled picture, or raw points."""
    opened = shelf.get(request["checkpoint"])
    n = whole(request, "n", 64, 1, MOST)
    z = latents(opened.reads, whole(request, "seed", 0, 0, SEEDS), n)
    return draw(opened, opened.make(z), request, pictures.columns_for(n))


def interpolate(shelf: Shelf, request: dict[str, Any]) -> Answer:
    """A row of n samples on the way from one seed's latent to another's.

    A G that reads a source sample too keeps the first seed's, unless it reads nothing else: then
    the way leads straight from one sample to the other.
    """
    opened = shelf.get(request["checkpoint"])
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
    rows = torch.cat([start[:held].expand(n, -1), z], 1)
    return draw(opened, opened.make(rows), request, n)


ANSWERS: dict[str, Callable[[Shelf, dict[str, Any]], Answer]] = {
    "open": open_checkpoint,
    "sample": sample,
    "interpolate": interpolate,
}
