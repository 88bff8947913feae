"""Pictures with a part hidden, as a source that a generator reads.

What is hidden is a set of cells (see `gan_core.holes`), drawn anew for every picture: with
probability 1/2 one of the four halves, else a rectangle, its sides 4 to 12 cells and its place
uniform. Pictures come as rows, so that they can stand before z in one tensor: the picture, 0
where it is hidden, then 1 for every hidden pixel and 0 for every known one.
"""

from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from gan_core.data.images import Images
from gan_core.holes import GRID

LEAST, MOST = 4, 12  # cells on a side of a drawn rectangle


@dataclass(frozen=True, eq=False)
class Masked:
    """The pictures of a set, each with a part hidden."""

    images: Images

    @property
    def dim(self) -> int:
        """Numbers in a row."""
        return (self.images.channels + 1) * self.images.size**2

    def sample(self, n: int, generator: Generator, device: str | torch.device = "cpu") -> Tensor:
        """[n, dim]: n pictures drawn with replacement, each with a hole of its own."""
        pictures = self.images.sample(n, generator, device)
        return rows(pictures, draw_holes(n, generator).to(device))

    def split(self, inputs: Tensor) -> tuple[Tensor, Tensor]:
        """Of rows that begin as this set's do, [n, dim or more]: the known pictures [n, C, S, S]
        and their holes [n, 1, S, S], 1 where hidden."""
        return split(inputs, self.images.channels, self.images.size)


def draw_holes(n: int, rng: Generator) -> Tensor:
    """Hidden cells bool [n, GRID, GRID] by the law above, on the device of `rng`."""

    def whole(low: Tensor | int, high: Tensor | int) -> Tensor:
        """Uniform among low, …, high, [n]."""
        u = torch.rand(n, generator=rng, device=rng.device)
        return (low + (u * (high - low + 1)).floor()).clamp(max=high)

    side = whole(0, 7)  # left, right, top, bottom; from 4 on a rectangle
    half = GRID // 2
    width, height = whole(LEAST, MOST), whole(LEAST, MOST)
    width = torch.where(side < 4, torch.where(side < 2, half, GRID), width)
    height = torch.where(side < 4, torch.where(side < 2, GRID, half), height)
    x0, y0 = whole(0, GRID - width), whole(0, GRID - height)
    x0 = torch.where(side < 4, (side == 1) * half, x0)
    y0 = torch.where(side < 4, (side == 3) * half, y0)
    at = torch.arange(GRID, device=rng.device)
    columns = (at >= x0[:, None]) & (at < (x0 + width)[:, None])
    lines = (at >= y0[:, None]) & (at < (y0 + height)[:, None])
    return lines[:, :, None] & columns[:, None, :]


def rows(pictures: Tensor, hidden: Tensor) -> Tensor:
    """[n, (C + 1) S²] of pictures [n, C, S, S] and hidden cells bool [n, GRID, GRID]."""
    times = pictures.shape[-1] // GRID
    holes = hidden.repeat_interleave(times, 1).repeat_interleave(times, 2)[:, None]
    known = pictures.masked_fill(holes, 0.0)
    return torch.cat([known.flatten(1), holes.flatten(1).to(known.dtype)], 1)


def split(inputs: Tensor, channels: int, size: int) -> tuple[Tensor, Tensor]:
    """Rows taken apart: known pictures [n, C, S, S] and holes [n, 1, S, S], 1 where hidden."""
    seen = inputs[:, : (channels + 1) * size**2].unflatten(1, (channels + 1, size, size))
    return seen[:, :channels], seen[:, channels:]
