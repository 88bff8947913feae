"""Generators that are open: whatever file one came from, there is one way to draw from it."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import torch
from torch import Tensor

from gan_core import build, checkpoint
from gan_core.catalog import BadInput
from gan_core.config import Config
from gan_core.data import Images, Toy, load
from gan_core.players import Players
from gan_core.readings import Inputs
from gan_core.runs import CHECKPOINT
from gan_core.training import generate

HELD = 3  # checkpoints kept open
MOST = 1024  # samples in one answer
BATCH = 64  # samples that D scores at a time
SEEDS = 2**31 - 1
Make = Callable[[Tensor], Tensor]


@dataclass(frozen=True, eq=False)
class Opened:
    """A generator, and D where the file has one.

    `make` takes rows that G reads, [n, …], to samples [n, *shape], float32 on the CPU, pictures in
    [-1, 1]; `score` samples to D's scores [n]. `config` and `players` are there for a checkpoint of
    this project alone.
    """

    path: Path
    shape: tuple[int, ...]  # (2,) for points, (channels, size, size) for pictures
    latent: int  # numbers in z
    make: Make
    score: Make | None
    config: Config | None = None
    players: Players | None = None

    @property
    def kind(self) -> str:
        """`"image"` or `"2d"`."""
        return "image" if len(self.shape) == 3 else "2d"

    @property
    def nbytes(self) -> int:
        """Memory that its weights take."""
        if self.players is None:
            return self.path.stat().st_size
        nets = filter(None, (self.players.G, self.players.D, self.players.ema))
        return sum(t.nbytes for net in nets for t in net.state_dict().values())

    @cached_property
    def reads(self) -> Inputs:
        """What G reads; BadInput where its source is not here."""
        if self.config is None or self.config.reads == "z":
            return Inputs(self.latent)
        return build.inputs(self.config, self.data, self.path.parent, held_out=True)

    @cached_property
    def data(self) -> Toy | Images:
        """What it was trained on; BadInput where that is not here or not known."""
        if self.config is None:
            raise BadInput(f"{self.path.name} does not say what it was trained on.")
        return load(self.config.data, self.config.size, beside=self.path.parent)


class Shelf:
    """The checkpoints that are open, at most HELD: the largest leaves first, never the newest."""

    def __init__(self) -> None:
        self.held: OrderedDict[tuple[str, int], Opened] = OrderedDict()

    def get(self, where: str | Path) -> Opened:
        path = locate(where)
        if not path.is_file():
            raise BadInput(f"There is no checkpoint at {path}.")
        key = (str(path), path.stat().st_mtime_ns)
        if key not in self.held:
            found = open_file(path)
            while len(self.held) >= HELD:
                del self.held[max(self.held, key=lambda k: self.held[k].nbytes)]
            self.held[key] = found
        return self.held[key]


def locate(where: str | Path) -> Path:
    """A checkpoint file: given itself, or inside the run folder that was given."""
    path = Path(where)
    return path / CHECKPOINT if path.is_dir() else path


def open_file(path: Path) -> Opened:
    """Whatever checkpoint lies there; BadInput that says why it cannot be opened."""
    config, players = checkpoint.load(path)
    return Opened(
        path, players.shape, config.latent, lambda rows: generate(players, rows),
        lambda x: scores(players, x), config, players,
    )  # fmt: skip


@torch.no_grad()
def scores(players: Players, x: Tensor) -> Tensor:
    """D's scores [n] of samples, BatchNorm by its running statistics."""
    D = players.D
    was_training = D.training
    D.eval()
    found = torch.cat([D(part.to(players.device)).float().cpu() for part in x.split(BATCH)])
    D.train(was_training)
    return found
