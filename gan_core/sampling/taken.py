"""Pictures to take home of whatever a request drew: the grid, each tile, a film of a walk."""

import io
import zipfile
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from gan_core import movie, pictures, sampling
from gan_core.answers import Answer
from gan_core.catalog import BadInput, choose
from gan_core.sampling.drawing import PATHS, draw, latents, whole
from gan_core.sampling.opened import MOST, SEEDS, Opened, Shelf

Request = dict[str, Any]

ORDERED = ("interpolate", "walk", "path")  # requests whose rows are a way through the latents
ENDS = ("loop", "ping-pong", "once")  # how a film ends
FRAMES = 600
ROOM = {"gif": 3e7, "mp4": 1.5e8, "webm": 6e7}  # pixels of all frames: what half a minute writes
ZIPPED = 6e7  # pixels of all pictures in a ZIP


def picture(shelf: Shelf, opened: Opened, drawn: Request, scale: int = 1) -> Answer:
    """The picture of a request: PNG of images, float32 pairs of points.

    What a request without `ROWS` draws is asked of its own answer.
    """
    do = str(drawn.get("do"))
    asked = {**drawn, "checkpoint": str(opened.path), "scale": scale, "format": "png"}
    if do in sampling.ROWS:
        rows = sampling.ROWS[do](opened, asked)
        columns = len(rows) if do == "interpolate" else pictures.columns_for(len(rows))
        return draw(opened, opened.make(rows), asked, columns)
    known = sampling.ANSWERS.keys() - {"open", "export"}
    about, data = sampling.ANSWERS[choose(do, known, "request")](shelf, asked)
    if about.get("kind") not in ("image", "2d"):
        raise BadInput(f"What “{do}” shows is no picture that could be written to a file.")
    return about, data


def rows_of(opened: Opened, drawn: Request) -> Tensor:
    """What G read for each tile of a request, [n, …]; BadInput where its tiles are not of rows."""
    do = str(drawn.get("do"))
    if do not in sampling.ROWS:
        raise BadInput(f"What “{do}” shows is one picture, not a row of samples: take the PNG.")
    if opened.kind != "image":
        raise BadInput("These samples are points in the plane: take them as CSV or PNG.")
    return sampling.ROWS[do](opened, {**drawn, "checkpoint": str(opened.path)})


def zipped(opened: Opened, drawn: Request, scale: int, recipe: bytes) -> Answer:
    """Each sample as a PNG of its own, named SEED-INDEX where it is a seed's row and by its number
    otherwise, and the recipe of all."""
    rows = rows_of(opened, drawn)
    side = opened.shape[-1] * scale
    if len(rows) * side**2 > ZIPPED:
        raise BadInput(
            f"{len(rows)} pictures {side} pixels wide are too many for one file: enlarge them less,"
            f" or draw at most {int(ZIPPED / side**2)}."
        )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as box:
        for name, sample in zip(names(opened, drawn, rows), opened.make(rows), strict=True):
            png = pictures.encode(pictures.tile(sample[None], 1), "png", scale)
            box.writestr(zipfile.ZipInfo(f"{name}.png"), png)  # of 1980: equal boxes, equal bytes
        box.writestr(zipfile.ZipInfo("recipe.json"), recipe)
    return {"pictures": len(rows)}, out.getvalue()


def names(opened: Opened, drawn: Request, rows: Tensor) -> list[str]:
    """A name for each row: `3-17` is row 17 of seed 3, any other row goes by its place."""
    seed, of_seed = drawn.get("seed"), {}
    if isinstance(seed, int) and 0 <= seed <= SEEDS:
        known = latents(opened.reads, seed, MOST)
        of_seed = {row.numpy().tobytes(): f"{seed}-{i}" for i, row in enumerate(known)}
    found = [of_seed.get(row.numpy().tobytes()) for row in rows.contiguous()]
    whole_set = None not in found and len(set(found)) == len(found)
    return [str(name) for name in found] if whole_set else [f"{i:04d}" for i in range(len(rows))]


def film(opened: Opened, drawn: Request, scale: int, form: str, request: Request) -> Answer:
    """A walk as GIF, MP4 or WebM: a frame for each of its rows, and `between` more from each to
    the next; `fps` frames a second; `ends`: begin again, go there and back, or stop."""
    if drawn.get("do") not in ORDERED:
        raise BadInput(
            "A film is of a way from one latent to another: give --to-seed, or a --recipe of a way"
            " that was drawn under Move."
        )
    fps = whole(request, "fps", 12, 1, 60)
    ends = choose(request.get("ends", "loop"), ENDS, "end of a film")
    between = whole(request, "between", 0, 0, 60)
    rows = finer(opened, rows_of(opened, drawn), between, str(drawn.get("mode", "slerp")))
    frames = [*range(len(rows)), *(range(len(rows) - 2, 0, -1) if ends == "ping-pong" else ())]
    side = opened.shape[-1] * scale
    most = min(FRAMES, int(ROOM[form] / side**2))
    if len(frames) > most:
        raise BadInput(
            f"A {form.upper()} of {len(frames)} frames {side} pixels wide is too long: {most} are"
            " the most here. Enlarge it less, or take fewer frames between two steps."
        )
    made = opened.make(rows)
    shown = _frames(made, frames, scale)
    if form == "gif":
        data = movie.gif(shown, 1 / fps, endless=ends != "once")
    else:
        data = movie.video(shown, 1 / fps, form=form)
    return {"frames": len(frames), "seconds": len(frames) / fps, "side": side}, data


def finer(opened: Opened, rows: Tensor, between: int, mode: str) -> Tensor:
    """The same way with `between` more rows from each to the next, on the walk's kind of curve."""
    z = opened.reads.latent
    curve = PATHS[mode if mode in PATHS and z else "lerp"]
    held = rows.shape[1] - z if rows.dim() == 2 and z else 0  # of a source: led straight
    steps = torch.linspace(0, 1, between + 2)[:-1].tolist()
    found = [
        torch.cat([a[:held] + (b[:held] - a[:held]) * t, curve(a[held:], b[held:], t)])
        for a, b in pairwise(rows)
        for t in steps
    ]
    return torch.stack([*found, rows[-1]])


def _frames(made: Tensor, order: list[int], scale: int) -> Iterator[Image.Image]:
    """Samples [n, c, h, w] in an order, as RGB pictures with even sides."""
    for i in order:
        pixels = pictures.tile(made[i : i + 1], 1)
        pixels = pixels.repeat(scale, 0).repeat(scale, 1)
        odd = [(0, n % 2) for n in pixels.shape[:2]]
        yield Image.fromarray(np.pad(pixels, [*odd, (0, 0)], "edge"))


def csv(points: bytes) -> bytes:
    """Points, float32 pairs, as lines of two numbers."""
    pairs = np.frombuffer(points, "<f4").reshape(-1, 2)
    return "".join(f"{x:.6g},{y:.6g}\n" for x, y in pairs).encode()
