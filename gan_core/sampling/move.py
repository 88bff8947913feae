"""Ways through the latent space: between tiles, over a map, round a walk, by sums and directions.

Where G reads a source sample beside z, the first tile's sample stays and z alone moves.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from scipy.interpolate import CubicSpline
from torch import Tensor

from gan_core import pictures
from gan_core.answers import Answer
from gan_core.catalog import BadInput, choose
from gan_core.readings import Inputs
from gan_core.sampling.directions import directions
from gan_core.sampling.drawing import PATHS, draw, number, slerp, tile, truncated, whole
from gan_core.sampling.opened import MOST, SEEDS, Opened, Shelf

Request = dict[str, Any]
GROUP = 64  # tiles in a list
POINTS = 512  # places of a drawn path
JITTER = 0.25  # Radford et al. 2016: uniform noise around the sum, of this size
AROUND = 8
SHOWN = 10  # directions that are offered
REACH = 10.0  # the furthest step along a direction, in σ of z


# Tiles


def ends(opened: Opened, names: list[str], request: Request) -> tuple[Tensor, Tensor]:
    """What stays, [held] of the first tile, and z [k, latent] of the named tiles.

    A G that reads a source alone has no z: then its sample is what moves.
    """
    reads = opened.reads
    rows = truncated(reads, torch.stack([tile(reads, name) for name in names]), request)
    held = _held(reads, rows)
    return rows[0, :held], rows[:, held:]


def _held(reads: Inputs, rows: Tensor) -> int:
    return rows.shape[1] - reads.latent if reads.latent else 0


def _joined(still: Tensor, z: Tensor) -> Tensor:
    return torch.cat([still.expand(len(z), -1), z], 1)


def _names(request: Request, name: str, least: int, most: int = GROUP) -> list[str]:
    found = request.get(name)
    if not isinstance(found, list) or not least <= len(found) <= most:
        some = f"{least}" if least == most else f"{least} to {most}"
        raise BadInput(f"{name} must be a list of {some} tiles, each SEED:INDEX, 0:17 say.")
    return [str(one) for one in found]


# Rows


def between(opened: Opened, request: Request) -> Tensor:
    """n rows from tile `a` to tile `b`, or from the first of `seed_a` to the first of `seed_b`."""
    n = whole(request, "n", 9, 2, MOST)
    names = [
        str(request[end]) if end in request else f"{whole(request, f'seed_{end}', 0, 0, SEEDS)}:0"
        for end in ("a", "b")
    ]
    still, (start, end) = ends(opened, names, request)
    mode = choose(request.get("mode", "slerp"), PATHS, "interpolation")
    if not opened.reads.latent:
        mode = "lerp"
    return _joined(still, PATHS[mode](start, end, torch.linspace(0, 1, n)[:, None]))


def at_places(corners: Tensor, u: Tensor, v: Tensor) -> Tensor:
    """z [n, latent] at places of a square with z at its corners [4, latent]: upper left, upper
    right, lower left, lower right. u [n] leads to the right and v [n] down, great circles both."""
    u, v = u[:, None], v[:, None]
    left, right, low, far = (corner.expand(len(u), -1) for corner in corners)
    return slerp(slerp(left, right, u), slerp(low, far, u), v)


def over_map(opened: Opened, request: Request) -> Tensor:
    """`side` times `side` rows over the square of four `corners`, row by row."""
    side = whole(request, "side", 8, 2, 32)
    still, corners = ends(opened, _names(request, "corners", 4, 4), request)
    at = torch.linspace(0, 1, side)
    return _joined(still, at_places(corners, at.repeat(side), at.repeat_interleave(side)))


def along_path(opened: Opened, request: Request) -> Tensor:
    """`n` rows evenly along the line through `points` [[u, v], …] of the square of `corners`."""
    n = whole(request, "n", 60, 2, MOST)
    places = _places(request)
    still, corners = ends(opened, _names(request, "corners", 4, 4), request)
    gone = np.concatenate([[0], np.hypot(*np.diff(places, axis=0).T).cumsum()])
    at = np.linspace(0, gone[-1], n)
    u, v = (torch.tensor(np.interp(at, gone, axis), dtype=torch.float32) for axis in places.T)
    return _joined(still, at_places(corners, u, v))


def _places(request: Request) -> np.ndarray:
    """The `points` of a path, [k, 2] in [0, 1]."""
    points = request.get("points")
    try:
        found = np.array(points, dtype=float)
    except (TypeError, ValueError):
        found = np.empty(0)
    if found.ndim != 2 or found.shape[1] != 2 or not 2 <= len(found) <= POINTS:
        raise BadInput(f"points must be 2 to {POINTS} pairs [u, v] of a place on the map.")
    if not ((found >= 0) & (found <= 1)).all():
        raise BadInput("points must lie on the map: u and v from 0 to 1.")
    return found


def round_walk(opened: Opened, request: Request) -> Tensor:
    """`n` rows of a closed walk through the tiles of `stops`, as far apart in time; frame n would
    be frame 0 again.

    A periodic cubic spline through z gives the way, smooth at the stops too. Its norm is set
    to that of a spline through the stops' norms: by itself it would cut through the middle.
    """
    n = whole(request, "n", 120, 2, MOST)
    still, z = ends(opened, _names(request, "stops", 3), request)
    closed, at = torch.cat([z, z[:1]]).double().numpy(), np.arange(n) / n * len(z)
    way = CubicSpline(np.arange(len(closed)), closed, bc_type="periodic")(at)
    norms = np.log(np.linalg.norm(closed, axis=1).clip(1e-9))
    wanted = np.exp(CubicSpline(np.arange(len(closed)), norms, bc_type="periodic")(at))
    way *= (wanted / np.linalg.norm(way, axis=1).clip(1e-9))[:, None]
    return _joined(still, torch.tensor(way, dtype=torch.float32))


def summed(opened: Opened, request: Request) -> Tensor:
    """Mean of the tiles of `plus`, of `minus`, of `to`, then plus - minus + to, then AROUND rows
    near that sum, as in the DCGAN paper (Radford et al. 2016): uniform noise of ± JITTER."""
    groups = [_names(request, name, 1) for name in ("plus", "minus", "to")]
    still, z = ends(opened, [name for group in groups for name in group], request)
    means = [part.mean(0) for part in z.split([len(group) for group in groups])]
    total = means[0] - means[1] + means[2]
    rng = torch.Generator().manual_seed(whole(request, "seed", 0, 0, SEEDS))
    noise = (2 * torch.rand(AROUND, len(total), generator=rng) - 1) * JITTER
    return _joined(still, torch.cat([torch.stack([*means, total]), total + noise]))


def along_directions(opened: Opened, request: Request) -> Tensor:
    """The row of `tile`, moved by `by` [k] steps along the first k directions.

    With `along`, `n` rows whose step along that direction goes from -`reach` to `reach`; with
    "all" of them, n rows for each of the first `k`.
    """
    still, z = ends(opened, [str(request.get("tile", "0:0"))], request)
    vectors = directions(opened)[0]
    by = _steps(request, min(SHOWN, len(vectors)))
    along = request.get("along")
    if along is None:
        return _joined(still, z + by @ vectors[: len(by)])
    count = whole(request, "k", len(by) or min(SHOWN, len(vectors)), 1, min(SHOWN, len(vectors)))
    chosen = list(range(count))
    if along != "all":
        chosen = [whole(request, "along", 0, 0, min(SHOWN, len(vectors)) - 1)]
    n, reach = whole(request, "n", 7, 2, 64), number(request, "reach", 3, 0, REACH)
    rows = []
    for j in chosen:
        rest = by.clone()
        rest[j : j + 1] = 0
        rows.append(
            z + rest @ vectors[: len(by)] + torch.linspace(-reach, reach, n)[:, None] * vectors[j]
        )
    return _joined(still, torch.cat(rows))


def _steps(request: Request, most: int) -> Tensor:
    """`by` of a request, [k]."""
    found = request.get("by", [])
    if not isinstance(found, list) or len(found) > most:
        raise BadInput(f"by must be a list of at most {most} steps.")
    values = [number({"by": step}, "by", 0, -REACH, REACH) for step in found]
    return torch.tensor(values, dtype=torch.float32)


# Answers


def drawn(rows_of: Callable[[Opened, Request], Tensor], row: str = "") -> Any:
    """The answer that draws those rows, with the length of each z; `row` names what a line of tiles
    holds ("n" or "side" of the request), otherwise the grid is square."""

    def answer(shelf: Shelf, request: Request) -> Answer:
        opened = shelf.get(request["checkpoint"])
        rows = rows_of(opened, request)
        columns = pictures.columns_for(len(rows))
        if row == "all":
            columns = len(rows)
        elif row and isinstance(request.get(row), int):
            columns = request[row]
        about, data = draw(opened, opened.make(rows), request, columns)
        norms = rows[:, _held(opened.reads, rows) :].norm(dim=1).tolist()
        return {**about, "norms": norms, "latent": opened.latent}, data

    return answer


def about_directions(shelf: Shelf, request: Request) -> Answer:
    """How many directions there are, and of the first SHOWN the share of ‖A‖² that each holds."""
    _, values = directions(shelf.get(request["checkpoint"]))
    return {"count": len(values), "shares": (values / values.sum())[:SHOWN].tolist()}, b""


ROWS: dict[str, Callable[[Opened, Request], Tensor]] = {
    "interpolate": between, "map": over_map, "path": along_path, "walk": round_walk,
    "arithmetic": summed, "direction": along_directions,
}  # fmt: skip
ANSWERS: dict[str, Callable[[Shelf, Request], Answer]] = {
    "interpolate": drawn(between, "all"), "map": drawn(over_map, "side"),
    "path": drawn(along_path), "walk": drawn(round_walk), "arithmetic": drawn(summed),
    "direction": drawn(along_directions, "n"), "directions": about_directions,
}  # fmt: skip
interpolate = ANSWERS["interpolate"]
