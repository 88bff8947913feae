"""People's own pictures as a set to train on: `images:<id>`."""

from pathlib import Path

import torch

from gan_core.album import store
from gan_core.album.bring import words
from gan_core.data.images import HELD_OUT, Images
from gan_core.data.memory import require_room


def own_set(spec: str, name: str, grey: bool | None, size: int, beside: Path | None) -> Images:
    """The stored set of that id as it is trained on; `grey` as `store.as_trained` has it.

    A set too small to spare a tenth is all trained on. BadInput if it is not here, is damaged, does
    not fit into memory, or has no such size.
    """
    album = store.find(name, beside)
    channels = album.pixels.shape[1] if grey is None else 1 if grey else 3
    require_room(len(album.pixels), channels, size)
    pixels = torch.from_numpy(store.as_trained(album.pixels, size, grey))
    labels = None if album.labels is None else torch.from_numpy(album.labels)[:, None]
    classes = {"class": album.classes} if album.classes else None
    left_out = album.card.get("skipped")
    said = f"Left out of the images: {words(left_out)}." if left_out else ""
    return Images(spec, pixels, labels, classes, said=said)


def part_of(images: Images, part: str) -> Images:
    """The part that is asked for; of fewer than HELD_OUT images all are trained on."""
    whole = part == "train" and len(images) < HELD_OUT
    return images if whole else images.part(part)
