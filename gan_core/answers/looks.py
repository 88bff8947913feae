"""Answers about data: a look at real pictures of sets that do not come with the project."""

from collections.abc import Callable
from typing import Any

import torch

from gan_core import pictures
from gan_core.answers.wire import Answer
from gan_core.catalog import BadInput
from gan_core.data import Images, load
from gan_core.data.external import SETS, data_root

COLUMNS, MOST = 8, 256


def look(request: dict[str, Any]) -> Answer:
    """The first `n` pictures of `data` at `size`, as a WebP of tiles; `count` are trained on.

    Nothing is downloaded for a look: BadInput where the set is not here, or holds no pictures.
    """
    data, size = str(request.get("data", "")), int(request.get("size", 32))
    if data in SETS and not any(data_root().glob(SETS[data][1])):
        raise BadInput(f"{data} is not here yet: the first run downloads it.")
    found = load(data, size)
    if not isinstance(found, Images):
        raise BadInput(f"“{data}” holds points, not pictures.")
    n = max(1, min(int(request.get("n", 32)), len(found), MOST))
    tiles = pictures.tile(found.take(torch.arange(n)), COLUMNS)
    about = {"count": len(found), "channels": found.channels, "shown": n}
    return about, pictures.encode(tiles)


ANSWERS: dict[str, Callable[[dict[str, Any]], Answer]] = {"look": look}
