"""A generator's samples judged: how far from the data, copied from it, or the same few again.

Each figure has a floor, what real images score in the samples' place. Sample number i is tile
i % BLOCK of seed + i // BLOCK, so that every one has a name. Pictures come as one sheet of tiles.
"""

import math
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from gan_core import features, metrics, pictures
from gan_core.answers import Answer
from gan_core.catalog import BadInput, choose
from gan_core.judge import OF_INCEPTION, SAMPLES_INCEPTION
from gan_core.metrics.birthday import PER, count_alike, support
from gan_core.metrics.copying import CELLS, USUAL, c_t, cell_of, cells, closeness
from gan_core.metrics.neighbours import closest
from gan_core.metrics.shared import require_finite
from gan_core.sampling.drawing import latents, tile, whole
from gan_core.sampling.drawn import Drawn, as_bytes, drawn, flat, name_of
from gan_core.sampling.evidence import SPACES, Evidence, evidence, in_channels
from gan_core.sampling.opened import SEEDS, Shelf

Request = dict[str, Any]
DEAR = 2  # times as long as to encode an image it takes to make and encode a sample, about
SHOWN = 8  # pairs that are drawn
NEIGHBOURS = 3
TILES = 24  # whose neighbours one answer has


def ready(shelf: Shelf, request: Request) -> Answer:
    """One step towards a judgement: another part of the data encoded, or another block of samples
    drawn. `done` is their share so far; asked until it is 1, it leaves little for the answers."""
    opened = shelf.get(request["checkpoint"])
    real = evidence(opened, request)
    made = drawn(opened, real, request)
    if real.encoded < len(real.train):
        real.encode_more()
    else:
        made.more()
    said = [real.train.said] if real.train.said else []
    if opened.shape[0] != real.train.channels:
        became = "were made grey" if real.train.channels == 1 else "are repeated in three channels"
        said.append(f"The samples {became}, as the data is.")
    work = len(real.train) + DEAR * made.n
    about = {
        "data": real.spec, "space": real.space.name, "images": len(real.train),
        "done": (real.encoded + DEAR * made.made) / work, "encoded": real.encoded,
        "held": 0 if real.held is None else len(real.held),
        "said": " ".join(said), "inception": features.has_inception(),
    }  # fmt: skip
    return about, b""


def figures(shelf: Shelf, request: Request) -> Answer:
    """`ImageJudge`'s scores with their floors, `shares`, how often real images have a class, and
    the classes' `names`."""
    opened = shelf.get(request["checkpoint"])
    real = evidence(opened, request)
    found = real.judge.of_features(drawn(opened, real, request).features)
    more = {"data": real.spec, "shares": real.judge.shares(), "names": real.space.classes}
    return found | more, b""


def _judged(shelf: Shelf, request: Request) -> tuple[Evidence, str, Drawn]:
    """What samples are held against, the space in which they are, and the samples."""
    opened = shelf.get(request["checkpoint"])
    real = evidence(opened, request)
    space = choose(request.get("space", "features"), SPACES, "space")
    return real, space, drawn(opened, real, request)


def copies(shelf: Shelf, request: Request) -> Answer:
    """Are samples copies of training images? `metrics.copying` in features or pixels (`space`),
    each with its `_real` twin: one half of the held-out images held against the other. C_T, which
    needs cells, is of features alone, and None where no cell has samples enough. The sheet has the
    samples nearest to a training image, each with that image."""
    real, space, made = _judged(shelf, request)
    rows, held = made.rows(space), real.held_rows(space)
    far, index = real.far(rows, space, 1)
    usual, half = real.held_far(space), len(held) // 2
    found: dict[str, Any] = closeness(usual, far[:, 0])
    floor: dict[str, Any] = closeness(usual[:half], usual[half:])
    if space == "features":
        found["c_t"], floor["c_t"] = _in_cells(real, rows)
    found |= {f"{name}_real": value for name, value in floor.items()}
    order = far[:, 0].argsort()[:SHOWN]
    sheet = _interleaved(made.pixels[order], as_bytes(real.train.take(index[order, 0])))
    seed = whole(request, "seed", 0, 0, SEEDS)
    middle = max(usual.median().item(), 1e-12)
    found |= {
        "samples": len(rows), "held": len(held), "usual": USUAL, "space": _named(real, space),
        "names": [name_of(seed, int(i)) for i in order],
        "times": [far[i, 0].item() / middle for i in order], "columns": 2,
    }  # fmt: skip
    return found, pictures.encode(pictures.tile(sheet, 2), "png")


def _in_cells(real: Evidence, rows: Tensor) -> tuple[float | None, float | None]:
    """C_T of samples by their features [n, d], and of one half of the held-out images against the
    other."""
    held = real.held_rows("features")
    half = len(held) // 2
    centres = cells(real.features, max(1, min(CELLS, half // 50, len(rows) // 50)))
    of_train = cell_of(real.features, centres)
    sides = [(x, cell_of(x, centres)) for x in (held, rows, held[:half], held[half:])]

    def take(which: Tensor) -> Tensor:
        return real.features[which]

    found = [c_t(sides[i], sides[i + 1], take, of_train) for i in (0, 2)]
    one, floor = (None if math.isnan(value) else value for value in found)
    return one, floor


def twins(shelf: Shelf, request: Request) -> Answer:
    """The birthday-paradox test (`metrics.birthday`) in features or pixels (`space`), of samples
    and, `real`, of as many held-out images. The sheet has the closest pairs of samples, then as
    many of held-out images."""
    real, space, made = _judged(shelf, request)
    rows, limit = made.rows(space), real.alike(space)
    held = real.held_rows(space)[: len(rows)]
    far, where = closest(rows, SHOWN)
    far_held, where_held = closest(held, SHOWN)
    assert real.held is not None
    others = as_bytes(real.held.take(real.held_index[where_held.flatten()]))
    sheet = torch.cat([made.pixels[where.flatten()], others])
    seed = whole(request, "seed", 0, 0, SEEDS)
    found = support(count_alike(rows, limit), len(rows)) | {
        "real": support(count_alike(held, limit), len(held)), "per": PER,
        "space": _named(real, space), "columns": 2, "of_samples": len(where),
        "names": [[name_of(seed, int(i)) for i in pair] for pair in where],
        "times": (far / limit).tolist(), "times_real": (far_held / limit).tolist(),
    }  # fmt: skip
    return found, pictures.encode(pictures.tile(sheet.float() / 127.5 - 1, 2), "png")


def near(shelf: Shelf, request: Request) -> Answer:
    """The NEIGHBOURS training images nearest to each of `tiles` (SEED:INDEX), in features and in
    pixels. A row of the sheet is the sample, those in features, those in pixels; `times` are
    distances over the median one of held-out images."""
    opened = shelf.get(request["checkpoint"])
    real, tiles = evidence(opened, request), request.get("tiles")
    if not isinstance(tiles, list) or not 0 < len(tiles) <= TILES:
        raise BadInput(f"tiles must be a list of 1 to {TILES} names, 0:17 say.")
    made = opened.make(torch.stack([tile(opened.reads, str(name)) for name in tiles]))
    require_finite(made)
    made = in_channels(made, real.train.channels)
    rows = {"features": real.space.encode(made), "pixels": flat(as_bytes(made))}
    strips, times = [as_bytes(made)[:, None]], {}
    for space in SPACES:
        far, index = real.far(rows[space], space, NEIGHBOURS)
        images = as_bytes(real.train.take(index.flatten()))
        strips.append(images.view(*index.shape, *images.shape[1:]))
        middle = 1.0 if real.held is None else max(real.held_far(space).median().item(), 1e-12)
        times[space] = (far / middle).tolist()
    sheet = torch.cat(strips, 1).flatten(0, 1).float() / 127.5 - 1
    columns = 1 + 2 * len(times["features"][0])
    about = {
        "tiles": tiles, "times": times, "columns": columns, "k": (columns - 1) // 2,
        "space": real.space.name, "relative": real.held is not None, "tile": made.shape[-1],
    }  # fmt: skip
    return about, pictures.encode(pictures.tile(sheet, columns), "png")


def inception(shelf: Shelf, request: Request) -> Answer:
    """Fréchet and kernel distance in Inception's space, of few samples; BadInput where its weights
    are not here."""
    opened = shelf.get(request["checkpoint"])
    real, n = evidence(opened, request), SAMPLES_INCEPTION["cpu"]
    judge = metrics.ImageJudge(real.train, features.inception_space(), reference=2 * n)
    seed = whole(request, "seed", 0, 0, SEEDS)
    made = in_channels(opened.make(latents(opened.reads, seed, n)), real.train.channels)
    found = judge(made)
    return {name: found[name] for name in OF_INCEPTION}, b""


def _interleaved(a: Tensor, b: Tensor) -> Tensor:
    """uint8 [n, …] twice -> floats [2 n, …] in [-1, 1]: of each in turn."""
    return torch.stack([a, b], 1).flatten(0, 1).float() / 127.5 - 1


def _named(real: Evidence, space: str) -> str:
    return real.space.name if space == "features" else "pixels"


ANSWERS: dict[str, Callable[[Shelf, Request], Answer]] = {
    "judge_ready": ready,
    "judge_figures": figures,
    "judge_copies": copies,
    "judge_twins": twins,
    "judge_near": near,
    "judge_inception": inception,
}
