"""The worker process: `python -m gan_core worker`, torch loaded and warm, one request a line.

It reads JSON lines on standard input. A request to train takes the process: it lets go of its
server and carries out that run alone. Others (`open`, `sample`, `interpolate`) are answered on
standard output by one JSON line whose `bytes` says how many raw bytes follow. When the input
ends, the server is gone and the worker goes too.
"""

import importlib
import json
import math
import os
import sys
from collections import OrderedDict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from gan_core import build, checkpoint, pictures, worker
from gan_core.answers import Answer, table
from gan_core.catalog import BadInput, choose, own_points
from gan_core.config import Config
from gan_core.data import Toy, load
from gan_core.data.toys import square
from gan_core.failures import explain
from gan_core.players import Players
from gan_core.readings import Inputs
from gan_core.ready import dry_run
from gan_core.runs import CHECKPOINT, Run
from gan_core.training import generate

HELD = 3  # checkpoints kept open
MOST = 1024  # samples in one answer
LARGEST = 8192  # pixels a picture may be wide or high


class Shelf:
    """The checkpoints that are open: the one used longest ago leaves first."""

    def __init__(self) -> None:
        self.held: OrderedDict[tuple[str, int], tuple[Config, Players]] = OrderedDict()

    def get(self, where: str) -> tuple[Config, Players]:
        path = locate(where)
        if not path.is_file():
            raise BadInput(f"There is no checkpoint at {path}.")
        key = (str(path), path.stat().st_mtime_ns)
        if key not in self.held:
            self.held[key] = checkpoint.load(path)
            while len(self.held) > HELD:
                self.held.popitem(last=False)
        self.held.move_to_end(key)
        return self.held[key]


def locate(where: str | Path) -> Path:
    """A checkpoint file: given itself, or inside the run folder that was given."""
    path = Path(where)
    return path / CHECKPOINT if path.is_dir() else path


def open_checkpoint(shelf: Shelf, request: dict[str, Any]) -> Answer:
    """What a checkpoint is: config, step, kind, image size, latent size, parameter counts."""
    config, players = shelf.get(request["checkpoint"])
    about = {
        "config": config.to_dict(), "step": players.step, "kind": config.kind,
        "shape": list(players.shape), "latent": config.latent,
        "size": players.shape[-1], "channels": players.shape[0],
        "parameters": checkpoint.header(locate(request["checkpoint"])).parameters,
    }  # fmt: skip
    return about, b""


def sample(shelf: Shelf, request: dict[str, Any]) -> Answer:
    """n samples from a seed: a tiled picture, or raw points."""
    config, players = shelf.get(request["checkpoint"])
    n = _whole(request, "n", 64, 1, MOST)
    reads = read_by(config, request)
    z = latents(reads, _whole(request, "seed", 0, 0, 2**31 - 1), n)
    return draw(config, generate(players, z), request, pictures.columns_for(n))


def interpolate(shelf: Shelf, request: dict[str, Any]) -> Answer:
    """A row of n samples on the way from one seed's latent to another's.

    A G that reads a source sample too keeps the first seed's, unless it reads nothing else: then
    the way leads straight from one sample to the other.
    """
    config, players = shelf.get(request["checkpoint"])
    n = _whole(request, "n", 9, 2, MOST)
    a, b = (_whole(request, name, 0, 0, 2**31 - 1) for name in ("seed_a", "seed_b"))
    reads = read_by(config, request)
    start, end = latents(reads, a, 1)[0], latents(reads, b, 1)[0]
    mode = choose(request.get("mode", "slerp"), PATHS, "interpolation")
    if reads.latent == 0:
        mode = "lerp"
    held = len(start) - reads.latent if reads.latent else 0  # coordinates that stay
    steps = torch.linspace(0, 1, n).tolist()
    z = torch.stack([PATHS[mode](start[held:], end[held:], t) for t in steps])
    rows = torch.cat([start[:held].expand(n, -1), z], 1)
    return draw(config, generate(players, rows), request, n)


def read_by(config: Config, request: dict[str, Any]) -> Inputs:
    """What the generator of a checkpoint reads; BadInput where its source is not here."""
    if config.reads == "z":
        return Inputs(config.latent)
    beside = locate(request["checkpoint"]).parent
    return build.inputs(config, load(config.data, beside=beside), beside)


def latents(reads: Inputs, seed: int, n: int) -> Tensor:
    """[n, …] that G reads, standard normal but for a source's samples; the first rows do not
    depend on n, which is at most MOST."""
    rng = torch.Generator().manual_seed(seed)
    z = torch.randn(n, reads.latent, generator=rng)
    if reads.source is None:
        return z
    x = reads.source.sample(MOST, torch.Generator().manual_seed(seed + 1))[:n]
    return torch.cat([x, z], 1)


def lerp(a: Tensor, b: Tensor, t: float) -> Tensor:
    """The straight line: passes close to the origin, where the prior has no mass."""
    return a + (b - a) * t


def slerp(a: Tensor, b: Tensor, t: float) -> Tensor:
    """The great circle: keeps the norm that the prior's samples have (White 2016)."""
    cosine = torch.dot(a / a.norm(), b / b.norm()).clamp(-1, 1)
    angle = cosine.arccos()
    if angle.sin().abs() < 1e-4:  # the same direction, or opposite ones: no circle is singled out
        return lerp(a, b, t)
    return (((1 - t) * angle).sin() * a + (t * angle).sin() * b) / angle.sin()


PATHS: dict[str, Callable[[Tensor, Tensor, float], Tensor]] = {"slerp": slerp, "lerp": lerp}


def draw(config: Config, samples: Tensor, request: dict[str, Any], columns: int) -> Answer:
    """Samples as their kind is drawn: points as float32 pairs, images as one tiled picture."""
    if config.kind == "2d":
        points = samples.numpy().astype("<f4")
        extent = _extent(config, points, locate(request["checkpoint"]).parent)
        about = {"kind": "2d", "points": len(points), "extent": list(extent)}
        return about, points.tobytes()
    columns = _whole(request, "columns", columns, 1, MOST)
    scale = _whole(request, "scale", 1, 1, 16)
    side = max(columns, math.ceil(len(samples) / columns)) * samples.shape[2] * scale
    if side > LARGEST:
        raise BadInput(
            f"A picture {side:,} pixels wide or high is too large; {LARGEST:,} is the most here:"
            " ask for fewer samples or a smaller scale."
        )
    pixels = pictures.tile(samples, columns)
    form = choose(request.get("format", "png"), ("png", "webp"), "format")
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


def _whole(request: dict[str, Any], name: str, default: int, low: int, high: int) -> int:
    value = request.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise BadInput(f"{name}={value!r} must be a whole number from {low} to {high}.")
    return value


Served = dict[str, Callable[[Shelf, dict[str, Any]], Answer]]


def _shelfless(found: dict[str, Callable[[dict[str, Any]], Answer]]) -> Served:
    """Answers that need no checkpoint, as this process calls them."""

    def taking_both(answer: Callable[[dict[str, Any]], Answer]) -> Any:
        return lambda _, request: answer(request)

    return {name: taking_both(answer) for name, answer in found.items()}


ANSWERS: Served = {
    "open": open_checkpoint,
    "sample": sample,
    "interpolate": interpolate,
    **_shelfless(table.ANSWERS),
}


def main(more: Sequence[str] = ()) -> None:
    """Get warm, say so, then serve until the input ends or a run takes over.

    `more` names modules whose `ANSWERS` are served too.
    """
    dry_run()
    served = dict(ANSWERS)
    for module in more:
        served |= _shelfless(importlib.import_module(module).ANSWERS)
    shelf = Shelf()
    _say({"ready": True})
    for line in sys.stdin:
        request = json.loads(line)
        if request["do"] == "train":
            _carry_out(Run(Path(request["run"])), bool(request.get("resume")))
            return
        try:
            answer = served[choose(request["do"], served, "request")]
            about, data = answer(shelf, request)
        except Exception as error:  # the process must outlive any one bad request
            about, data = {"error": explain(error)}, b""
        _say(about, data)


def _say(about: dict[str, Any], data: bytes = b"") -> None:
    out = sys.stdout.buffer
    out.write(json.dumps({**about, "bytes": len(data)}).encode() + b"\n" + data)
    out.flush()


def _carry_out(run: Run, resume: bool) -> None:
    """Train in the background: own log, lower priority, no tie to the server."""
    log = os.open(run.path / "log.txt", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(log, 2)
    os.dup2(log, 1)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    if hasattr(os, "nice"):
        os.nice(10)  # pages stay quick while it trains
    for _ in worker.record(run, resume):
        pass
