"""Many completions of one picture with a part hidden, of a generator that fills pictures in.

A request names the picture, `face`, by its index among those held out of training, the hidden part,
`hole`, in the words of `gan_core.holes`, and the seed of the n noises z.
"""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from gan_core import features, holes, metrics, pictures
from gan_core.answers import Answer
from gan_core.catalog import BadInput
from gan_core.data import Masked
from gan_core.data.masked import rows
from gan_core.sampling.drawing import draw, whole
from gan_core.sampling.opened import SEEDS, Opened, Shelf

Request = dict[str, Any]
MOST = 64  # completions in one answer


def source(opened: Opened) -> Masked:
    """The pictures that G fills in; BadInput where it reads none."""
    if (found := opened.reads.fills) is None:
        raise BadInput(
            "This generator reads noise alone: it fills no picture in. One that does is trained by"
            " python -m gan_core train --objective r3gan --data faces --reads x+z."
        )
    return found


def masked(opened: Opened, request: Request) -> tuple[Tensor, Tensor]:
    """The whole picture [C, S, S] of a request, and the row [d] that G reads of it."""
    images = source(opened).images
    which = whole(request, "face", 0, 0, len(images) - 1)
    picture = images.take(torch.tensor([which]))
    hidden = torch.from_numpy(holes.parse(str(request.get("hole", "right"))))[None]
    return picture[0], rows(picture, hidden)[0]


def several(opened: Opened, request: Request) -> Tensor:
    """The n rows of one masked picture under the noises of a seed; the first do not hang on n."""
    _, x = masked(opened, request)
    n = whole(request, "n", 16, 1, MOST)
    rng = torch.Generator().manual_seed(whole(request, "seed", 0, 0, SEEDS))
    z = torch.randn(MOST, opened.reads.latent, generator=rng)[:n]
    return torch.cat([x.expand(n, -1), z], 1)


def whole_picture(shelf: Shelf, request: Request) -> Answer:
    """The picture itself, then as G sees it, side by side; `pictures` to choose from, the share
    that is `hidden`."""
    opened = shelf.get(request["checkpoint"])
    picture, x = masked(opened, request)
    known, hidden = source(opened).split(x[None])
    about, raw = draw(opened, torch.cat([picture[None], known]), request, 2)
    about |= {"pictures": len(source(opened).images), "hidden": float(hidden.mean())}
    return about, raw


def fill(shelf: Shelf, request: Request) -> Answer:
    """n completions as one tiled picture, and how much they differ: `fill_spread` as
    `metrics.fills` has it, and `kinds`, how many classes of each attribute they show."""
    opened = shelf.get(request["checkpoint"])
    inputs = several(opened, request)
    made = opened.make(inputs)
    about, raw = draw(opened, made, request, pictures.columns_for(len(made)))
    if len(made) > 1:
        _, hidden = source(opened).split(inputs[:1])
        space = features.space_for(source(opened).images)
        about |= metrics.fills(made[None], hidden, space)
        classes = space.classify(space.encode(made))
        about["kinds"] = {name: len(found.unique()) for name, found in classes.items()}
    return about, raw


ROWS: dict[str, Callable[[Opened, Request], Tensor]] = {"fill": several}
ANSWERS: dict[str, Callable[[Shelf, Request], Answer]] = {"fill": fill, "fill-whole": whole_picture}
