"""From seeds to latents, between latents, and from samples to what is sent."""

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from gan_core import build, pictures
from gan_core.answers import Answer
from gan_core.catalog import BadInput, choose, own_points
from gan_core.config import Config
from gan_core.data import Toy, load
from gan_core.data.toys import square
from gan_core.readings import Inputs
from gan_core.sampling.opened import MOST, SEEDS, Opened

BLOCK = 16  # numbers that torch's CPU generator draws together
LARGEST = 8192  # pixels a picture may be wide or high
STRETCH = 2.0  # the largest ψ


def latents(reads: Inputs, seed: int, n: int) -> Tensor:
    """[n, …] that G reads, standard normal but for a source's samples; the first rows do not
    depend on n, which is at most MOST."""
    rng = torch.Generator().manual_seed(seed)
    blocks = -(-n * reads.latent // BLOCK)  # torch draws the last numbers anew where one is open
    z = torch.randn(blocks * BLOCK, generator=rng)[: n * reads.latent].view(n, reads.latent)
    if reads.source is None:
        return z
    x = reads.source.sample(MOST, torch.Generator().manual_seed(seed + 1))[:n]
    return torch.cat([x, z], 1)


def tile(reads: Inputs, name: str) -> Tensor:
    """The row that a tile stands for: `"3:17"` is row 17 of seed 3."""
    seed, _, index = name.partition(":")
    try:
        where = {"seed": int(seed), "tile": int(index)}
    except ValueError:
        raise BadInput(f"A tile is named SEED:INDEX, 0:17 say, not “{name}”.") from None
    at = whole(where, "tile", 0, 0, MOST - 1)
    return latents(reads, whole(where, "seed", 0, 0, SEEDS), at + 1)[at]


def truncated(reads: Inputs, rows: Tensor, request: dict[str, Any]) -> Tensor:
    """Rows [n, …] whose z is scaled by the request's `psi`, 0 to STRETCH; a source's samples stay.

    Below 1, z come from nearer the prior's centre: cleaner samples, and fewer kinds of them.
    """
    psi = number(request, "psi", 1.0, 0.0, STRETCH)
    if psi == 1:
        return rows
    held = rows.shape[1] - reads.latent
    return torch.cat([rows[:, :held], psi * rows[:, held:]], 1)


def lerp(a: Tensor, b: Tensor, t: float | Tensor) -> Tensor:
    """The straight line: passes close to the origin, where the prior has no mass."""
    return a + (b - a) * t


def slerp(a: Tensor, b: Tensor, t: float | Tensor) -> Tensor:
    """The great circle: keeps the norm that the prior's samples have (White 2016).

    Of vectors [d], or of rows [n, d] and a t of [n, 1]. Where both point the same way, or opposite
    ones, or one is 0, no circle is singled out: there it is the straight line.
    """
    a64, b64 = a.double(), b.double()  # float32 cannot tell angles below 5e-4 from 0
    lengths = a64.norm(dim=-1, keepdim=True) * b64.norm(dim=-1, keepdim=True)
    angle = ((a64 * b64).sum(-1, keepdim=True) / lengths).clamp(-1, 1).arccos()
    arc = ((1 - t) * angle).sin() / angle.sin() * a64 + (t * angle).sin() / angle.sin() * b64
    return torch.where(angle.sin() >= 1e-4, arc.to(a.dtype), lerp(a, b, t))


PATHS: dict[str, Callable[[Tensor, Tensor, float | Tensor], Tensor]] = {
    "slerp": slerp,
    "lerp": lerp,
}


def draw(opened: Opened, samples: Tensor, request: dict[str, Any], columns: int) -> Answer:
    """Samples as their kind is drawn: points as float32 pairs, images as one tiled picture."""
    if opened.config is not None and opened.kind == "2d":
        points = samples.numpy().astype("<f4")
        extent = _extent(opened.config, points, opened.path.parent)
        about = {"kind": "2d", "points": len(points), "extent": list(extent)}
        return about, points.tobytes()
    columns = whole(request, "columns", columns, 1, MOST)
    scale = whole(request, "scale", 1, 1, 16)
    side = max(columns, math.ceil(len(samples) / columns)) * samples.shape[2] * scale
    if side > LARGEST:
        raise BadInput(
            f"A picture {side:,} pixels wide or high is too large; {LARGEST:,} is the most here:"
            " ask for fewer samples or a smaller scale."
        )
    pixels = pictures.tile(samples, columns)
    form = choose(request.get("format", "png"), pictures.FORMS, "format")
    about = {
        "kind": "image", "columns": columns, "rows": pixels.shape[0] // samples.shape[2],
        "tile": samples.shape[3] * scale, "width": pixels.shape[1] * scale,
        "height": pixels.shape[0] * scale,
    }  # fmt: skip
    return about, pictures.encode(pixels, form, scale)


def _extent(config: Config, points: Any, beside: Path) -> tuple[float, ...]:
    """Where points are drawn: the data's extent, or a square around them where a checkpoint came
    without the points that it was trained on."""
    try:
        toy = load(config.data, beside=beside)
    except BadInput:
        if not own_points(config.data):
            raise
        low, high = points.min(0), points.max(0)
        return square(float((high - low).max()) / 2 or 1.0, *((low + high) / 2).tolist())
    assert isinstance(toy, Toy)
    return build.inputs(config, toy, beside).view(toy)


def whole(request: dict[str, Any], name: str, default: int, low: int, high: int) -> int:
    """A whole number of a request; BadInput outside its range."""
    value = request.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise BadInput(f"{name}={value!r} must be a whole number from {low} to {high}.")
    return value


def number(request: dict[str, Any], name: str, default: float, low: float, high: float) -> float:
    """A number of a request; BadInput outside its range, or where it is none."""
    value = request.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise BadInput(f"{name}={value!r} must be a number from {low:g} to {high:g}.")
    return float(value)
