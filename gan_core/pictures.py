"""Samples as what a page draws: bytes of points, fields and tiled pictures."""

import io
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from PIL import Image, ImageDraw
from torch import Tensor

from gan_core.data import Images, Toy
from gan_core.training import Players

FIELD = 48  # cells on a side of D's field
POINTS = 1000


def columns_for(n: int) -> int:
    """Columns of the squarest grid of n tiles."""
    return math.ceil(math.sqrt(n))


def tile(images: Tensor, columns: int) -> np.ndarray:
    """[n, channels, h, w] in [-1, 1] -> uint8 [rows h, columns w, 3], without gaps."""
    pixels = ((images.float().clamp(-1, 1) + 1) * 127.5).round().to(torch.uint8)
    if pixels.shape[1] == 1:
        pixels = pixels.expand(-1, 3, -1, -1)
    n, channels, h, w = pixels.shape
    rows = math.ceil(n / columns)
    blank = torch.zeros(rows * columns - n, channels, h, w, dtype=torch.uint8)
    grid = torch.cat([pixels, blank]).view(rows, columns, channels, h, w)
    return grid.permute(0, 3, 1, 4, 2).reshape(rows * h, columns * w, channels).numpy()


def encode(pixels: np.ndarray, kind: str = "webp", scale: int = 1) -> bytes:
    """A picture of uint8 [h, w, 3] as PNG or WebP, each pixel `scale` wide."""
    if scale > 1:
        pixels = pixels.repeat(scale, 0).repeat(scale, 1)
    out = io.BytesIO()
    if kind == "png":
        Image.fromarray(pixels).save(out, "PNG")
    else:
        Image.fromarray(pixels).save(out, "WEBP", quality=85, method=0)
    return out.getvalue()


def scatter(points: np.ndarray, extent: Sequence[float], side: int = 512) -> bytes:
    """Points [n, 2] as a PNG, the extent filling it, y upwards."""
    x0, x1, y0, y1 = extent
    picture = Image.new("RGB", (side, side), "white")
    pen = ImageDraw.Draw(picture)
    for x, y in (points - [x0, y0]) / [x1 - x0, y1 - y0] * side:
        pen.ellipse((x - 2, side - y - 2, x + 2, side - y + 2), fill="#d9480f")
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def to_u16(points: Tensor, extent: tuple[float, float, float, float]) -> bytes:
    """Points [n, 2] as little-endian u16 pairs, the extent mapped to 0..65535."""
    x0, x1, y0, y1 = extent
    low, span = np.array([x0, y0]), np.array([x1 - x0, y1 - y0])
    scaled = (points.numpy() - low) / span * 65535
    return np.nan_to_num(scaled).clip(0, 65535).round().astype("<u2").tobytes()


@torch.no_grad()
def field(players: Players, extent: tuple[float, ...], head: str) -> bytes:
    """D on a grid: u8 [FIELD, FIELD] with row 0 at the bottom, then its two end values as f4."""
    x0, x1, y0, y1 = extent
    xs = torch.linspace(x0, x1, FIELD)
    ys = torch.linspace(y0, y1, FIELD)
    grid = torch.cartesian_prod(ys, xs).flip(1).to(players.device)
    was = players.D.training
    players.D.eval()
    values = players.D(grid).float().cpu()
    players.D.train(was)
    if head == "logit":
        values, low, high = values.sigmoid(), 0.0, 1.0
    else:
        low, high = float(values.min()), float(values.max())
    shades = (values - low) / max(high - low, 1e-12) * 255
    ends = np.array([low, high], "<f4").tobytes()
    return shades.nan_to_num().clamp(0, 255).round().to(torch.uint8).numpy().tobytes() + ends


def scene_of(dataset: Toy | Images, head: str, columns: int = 8, rows: int = 8) -> dict[str, Any]:
    """How to read the frames of a run on this data."""
    if isinstance(dataset, Toy):
        modes = None if dataset.modes is None else dataset.modes.tolist()
        return {
            "kind": "2d", "points": POINTS, "field": FIELD, "extent": list(dataset.extent),
            "head": "probability" if head == "logit" else {"score": "critic"}.get(head, head),
            "modes": modes,
        }  # fmt: skip
    return {
        "kind": "image", "columns": columns, "rows": rows, "size": dataset.size,
        "channels": dataset.channels,
    }  # fmt: skip
