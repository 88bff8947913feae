"""Samples as what a page draws: bytes of points, fields and tiled pictures."""

import io
import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from PIL import Image, ImageDraw
from torch import Tensor

from gan_core.data import Images, Toy
from gan_core.models import Errors, Packed, beside_others
from gan_core.players import Players
from gan_core.readings import Inputs
from gan_core.training import generate

FIELD = 48  # cells on a side of D's field
POINTS = 1000
ARROWS = 150  # of these points, the first, carry the gradient that moves them
PAIRED = 256  # real points that an objective of pairs is averaged over at each of them
MESH = 24  # lines of the latent grid in each direction
FORMS = ("png", "webp", "exact")
MARGIN = 1.0  # how far the grid is followed beyond the extent, in extents on each side


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
    """A picture of uint8 [h, w, 3] as PNG or WebP, each pixel `scale` wide. "exact" is a WebP
    without loss: quicker to write than either, and larger than a lossy one."""
    if scale > 1:
        pixels = pixels.repeat(scale, 0).repeat(scale, 1)
    out = io.BytesIO()
    if kind == "png":
        Image.fromarray(pixels).save(out, "PNG")
    elif kind == "exact":
        Image.fromarray(pixels).save(out, "WEBP", lossless=True, quality=0, method=0)
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
    """D on a grid: u8 [FIELD, FIELD] with row 0 at the bottom, then its two end values as f4.

    Of a D that judges packs it is the diagonal, what it says of packs of one and the same point.
    """
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


@torch.no_grad()
def opinions(players: Players, images: Tensor, head: str) -> np.ndarray:
    """What D says of each of [n, c, h, w]: float32 [n], of a logit its probability.

    D as it judges (BatchNorm's averages); one that judges packs sees packs of equal pictures.
    """
    said = _asked(players, players.D, images)
    return (said.sigmoid() if head == "logit" else said).numpy()


def rebuilt(players: Players, real: Tensor, fake: Tensor) -> Tensor:
    """Rows of pictures for a D that is an auto-encoder: real ones, what D makes of them, generated
    ones, what D makes of those, [4 n, c, h, w] from two times [n, c, h, w]."""
    D = players.D

    def code(images: Tensor) -> Tensor:
        if isinstance(D, Packed):  # a pack of equal pictures, of which the first is shown
            assert isinstance(D.body, Errors)
            return D.body.reconstruct(D.diagonal(images))[:, : D.channels]
        assert isinstance(D, Errors)
        return D.reconstruct(images)

    rows = [_asked(players, code, images) for images in (real, fake)]
    return torch.cat([real, rows[0], fake, rows[1]])


@torch.no_grad()
def _asked(players: Players, ask: Callable[[Tensor], Tensor], images: Tensor) -> Tensor:
    """`ask`, which is D or a part of it, of images, in D's way of judging; on the CPU."""
    was = players.D.training
    players.D.eval()
    said = ask(images.to(players.device)).float().cpu()
    players.D.train(was)
    return said


def mesh_shape(latent: int) -> tuple[int, int]:
    """Rows and columns of the latent grid; one row, a line, where z is a single number."""
    return (MESH, MESH) if latent > 1 else (1, MESH * MESH)


def mesh_latents(latent: int) -> Tensor:
    """The latent grid, row by row: [rows columns, latent], its first coordinate along a row.

    Lines lie at the normal's quantiles (i + ½)/n, so every cell holds the same share 1/n² of all z:
    where G makes a cell small, its samples are dense. Coordinates beyond the second are 0.
    """
    rows, columns = mesh_shape(latent)
    grid = torch.zeros(rows, columns, latent)
    grid[..., 0] = _quantiles(columns)
    if latent > 1:
        grid[..., 1] = _quantiles(rows)[:, None]
    return grid.view(-1, latent)


def _quantiles(n: int) -> Tensor:
    return torch.special.ndtri((torch.arange(n, dtype=torch.float64) + 0.5) / n).float()


def wishes(players: Players, points: Tensor, real: Tensor) -> Tensor:
    """Where G would move its points [n, 2]: -d g_loss/dx at each, [n, 2] on the CPU.

    Computed with the run's own objective and D as it judges (BatchNorm's averages, no instance
    noise); a D that judges packs sees each point beside others, which are held. An objective of
    pairs is averaged over `real` [m, 2], as training does in the long run.
    """
    was = players.D.training
    players.D.eval()
    x = points.to(players.device).requires_grad_()
    judged = beside_others(players.D)
    on_fake = judged(x).float()[:, None]
    on_real = on_fake
    if players.objective.pairs:
        with torch.no_grad():
            on_real = judged(real.to(players.device)).float()[None]
    loss = players.objective.g_loss(on_real, on_fake).mean(1).sum()
    (slope,) = torch.autograd.grad(loss, x)
    players.D.train(was)
    return -slope.cpu()


def to_i16(vectors: Tensor) -> bytes:
    """Vectors [n, 2] as i16 pairs, after two f4: what 32767 stands for, and their mean length."""
    exact = np.nan_to_num(vectors.numpy().astype(float), posinf=1e30, neginf=-1e30)
    unit = float(np.abs(exact).max(initial=0.0))
    ends = np.array([unit, np.hypot(*exact.T).mean()], "<f4").tobytes()
    return ends + (exact / max(unit, 1e-300) * 32767).round().astype("<i2").tobytes()


def plane_frame(
    players: Players,
    extent: tuple[float, float, float, float],
    head: str,
    latents: Tensor,
    real: Tensor,
    grid: bool = True,
) -> bytes:
    """One moment of a run in the plane, as `scene_of` says how to read it.

    Points that the shown G makes of `latents`, D's field, the mapped latent grid (if `grid`: a G
    that reads more than z has none), and the wishes of the first ARROWS points. Changes nothing in
    the players and draws no random number.
    """
    mesh = mesh_latents(latents.shape[1]) if grid else latents[:0]
    made = generate(players, torch.cat([latents, mesh]), batch=4096)
    points, nodes = made.split([len(latents), len(mesh)])
    x0, x1, y0, y1 = extent
    wide, high = MARGIN * (x1 - x0), MARGIN * (y1 - y0)
    around = (x0 - wide, x1 + wide, y0 - high, y1 + high)
    moved = wishes(players, points[:ARROWS], real[:PAIRED])
    return b"".join(
        [to_u16(points, extent), field(players, extent, head), to_u16(nodes, around), to_i16(moved)]
    )


def scene_of(
    dataset: Toy | Images,
    head: str,
    columns: int = 8,
    rows: int = 8,
    latent: int = 2,
    reads: Inputs | None = None,
) -> dict[str, Any]:
    """How to read the frames of a run on this data.

    A frame in the plane is, one after the other: `points` u16 pairs over the extent; D's field, u8
    [`field`, `field`], and its two ends, f4; `mesh` rows by columns of u16 pairs, over the extent
    widened by `margin` of itself on each side; two f4, the unit and mean length of `arrows` i16
    pairs, -d g_loss/dx at the first points. A layer that a scene does not name has no bytes.
    Where G `reads` more than z there is no mesh; `source` says how many of the points have the
    source sample they came from in the run's `source.bin`, and `fixed` that G does not learn.

    A frame of images is a WebP picture of tiles, and where the scene names `scores`, D's opinion of
    each tile behind it (`gan_core.runs.tiles`): a probability, a critic's value or an error.
    With `fills` each row begins with a picture as G sees it, hidden part grey; the rest fill it in.
    """
    says = {"logit": "probability", "score": "critic"}.get(head, head)
    if isinstance(dataset, Toy):
        modes = None if dataset.modes is None else dataset.modes.tolist()
        reads = reads or Inputs(latent)
        scene = {
            "kind": "2d", "points": POINTS, "field": FIELD, "extent": list(reads.view(dataset)),
            "head": says, "modes": modes, "arrows": ARROWS,
        }  # fmt: skip
        if reads.source is None:
            grid = {"mesh": list(mesh_shape(latent)), "margin": MARGIN, "latent": latent}
            return scene | grid
        return scene | ({"source": POINTS} if reads.carries else {"fixed": True})
    scene = {
        "kind": "image", "columns": columns, "rows": rows, "size": dataset.size,
        "channels": dataset.channels, "scores": says,
    }  # fmt: skip
    return scene | ({"fills": True} if reads is not None and reads.fills else {})
