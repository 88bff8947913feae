"""Samples that are judged: drawn and encoded a block at a time, and kept from part to part."""

from typing import Any

import torch
from torch import Tensor

from gan_core.metrics.shared import require_finite
from gan_core.sampling.drawing import latents, whole
from gan_core.sampling.evidence import Evidence, in_channels
from gan_core.sampling.opened import SEEDS, Opened

BLOCK = 1000  # samples of one seed
LEAST, MOST = 100, 5000  # samples judged
IN_PIXELS = 1000  # samples looked at in pixel space, at most


class Drawn:
    """The n samples from `seed` on, drawn and encoded a block at a time."""

    def __init__(self, opened: Opened, real: Evidence, seed: int, n: int):
        self.seed, self.n = seed, n
        self._opened, self._real = opened, real
        self._coded: list[Tensor] = []
        self._bytes: list[Tensor] = []

    @property
    def made(self) -> int:
        """Samples drawn so far."""
        return sum(map(len, self._coded))

    def more(self) -> None:
        """Draw the next block; BadInput where it is not finite."""
        if not (rest := self.n - self.made):
            return
        seed = self.seed + self.made // BLOCK
        made = self._opened.make(latents(self._opened.reads, seed, min(BLOCK, rest)))
        require_finite(made)
        made = in_channels(made, self._real.train.channels)
        self._coded.append(self._real.space.encode(made))
        self._bytes.append(as_bytes(made))

    @property
    def features(self) -> Tensor:
        """[n, d]; what is missing is drawn now."""
        while self.made < self.n:
            self.more()
        return torch.cat(self._coded)

    @property
    def pixels(self) -> Tensor:
        """uint8 [n, C, H, W]."""
        while self.made < self.n:
            self.more()
        return torch.cat(self._bytes)

    def rows(self, space: str) -> Tensor:
        """[n, d] of a space; of pixels at most IN_PIXELS rows."""
        return self.features if space == "features" else flat(self.pixels[:IN_PIXELS])


_last: list[tuple[Any, Drawn]] = []  # those judged last: the parts of one judgement share them


def drawn(opened: Opened, real: Evidence, request: dict[str, Any]) -> Drawn:
    """The samples that a request is about."""
    n = whole(request, "n", 1000, LEAST, MOST)
    seed = whole(request, "seed", 0, 0, SEEDS - MOST // BLOCK)
    key = (str(opened.path), opened.path.stat().st_mtime_ns, real.spec, seed, n)
    if not (_last and _last[0][0] == key):
        _last[:] = [(key, Drawn(opened, real, seed, n))]
    return _last[0][1]


def as_bytes(samples: Tensor) -> Tensor:
    """uint8 of samples in [-1, 1]."""
    return samples.clamp(-1, 1).add(1).mul(127.5).round().to(torch.uint8)


def flat(pixels: Tensor) -> Tensor:
    """uint8 [n, C, H, W] -> rows [n, d] in [-1, 1]."""
    return pixels.flatten(1).float().div_(127.5).sub_(1)


def name_of(seed: int, i: int) -> str:
    return f"{seed + i // BLOCK}:{i % BLOCK}"
