"""Generators that are open: whatever file one came from, there is one way to draw from it."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from gan_core import build, checkpoint, foreign
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
    this project alone. `net` is the network that `make` asks, in batches.
    """

    path: Path
    shape: tuple[int, ...]  # (2,) for points, (channels, size, size) for pictures
    latent: int  # numbers in z
    make: Make
    score: Make | None
    config: Config | None = None
    players: Players | None = None
    net: nn.Module | None = None
    origin: str = "gan_core"  # or whose network it is
    found: dict[str, Any] | None = None  # the report that was made as it was opened

    @property
    def kind(self) -> str:
        """`"image"` or `"2d"`."""
        return "image" if len(self.shape) == 3 else "2d"

    @property
    def nbytes(self) -> int:
        """Memory that its weights take."""
        own = self.players
        nets = [self.net] if own is None else [own.G, own.D, own.ema]
        return sum(t.nbytes for net in nets if net for t in net.state_dict().values())

    @cached_property
    def header(self) -> checkpoint.Header:
        """What a checkpoint of this project says of itself."""
        return checkpoint.header(self.path)

    @cached_property
    def report(self) -> dict[str, Any]:
        """G's layers, numbers and BatchNorm, what was guessed and what was converted."""
        if self.found is not None:
            return self.found
        assert self.players is not None
        widths = self.header.converted
        notes = [f"{n} of its tensors were {kind}, read as float32." for kind, n in widths.items()]
        return foreign.report.of(self.players.shown, guessed=[], notes=notes)

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
    if foreign.kind(path) != "safetensors" or not _ours(foreign.metadata(path)):
        return _opened(path, foreign.open_foreign(path))
    config, players = checkpoint.load(path)
    alone = checkpoint.header(path).alone
    return Opened(
        path, players.shape, config.latent, lambda rows: generate(players, rows),
        None if alone else lambda x: scores(players, x), config, players, players.shown,
    )  # fmt: skip


def _ours(said: dict[str, str]) -> bool:
    return str(said.get("format", "")).startswith("gan_core")


def _opened(path: Path, other: foreign.Foreign) -> Opened:
    critic, most = other.critic, other.at_once
    return Opened(
        path, other.shape, other.latent, lambda rows: in_parts(other.net, rows, most).clamp(-1, 1),
        None if critic is None else lambda x: in_parts(critic, x, most),
        origin=other.origin, net=other.net, found=other.report,
    )  # fmt: skip


@torch.no_grad()
def in_parts(net: nn.Module, x: Tensor, most: int) -> Tensor:
    """What a network in eval mode makes of x, so many rows at a time: memory stays small."""
    return torch.cat([net(part) for part in x.split(most)])


@torch.no_grad()
def scores(players: Players, x: Tensor) -> Tensor:
    """D's scores [n] of samples, BatchNorm by its running statistics."""
    D = players.D
    was_training = D.training
    D.eval()
    found = torch.cat([D(part.to(players.device)).float().cpu() for part in x.split(BATCH)])
    D.train(was_training)
    return found
