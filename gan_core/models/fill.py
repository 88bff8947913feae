"""A generator that fills a picture in: G(x, z) for a picture x with a part hidden."""

from itertools import pairwise

import torch
from torch import Tensor, nn

from gan_core.models.conv import doublings
from gan_core.models.layers import norm_after


class Filler(nn.Module):
    """Rows (x, mask, z) [n, (channels + 1) size² + latent] -> pictures [n, channels, size, size].

    An encoder of strided convolutions reads x beside its mask (1 where hidden); at 4x4 pixels z
    joins what it has found, and DCGAN's way up follows, which sees the encoder's maps of the same
    size too (Ronneberger et al. 2015). Known pixels are passed on as they are: only the hidden
    ones are made. The encoder is half as wide as the way up, which has more to tell than to read.
    """

    def __init__(self, latent: int, channels: int, size: int, width: int, norm: str = "batch"):
        super().__init__()
        self.channels, self.size = channels, size
        ups = doublings(size)
        bias = norm != "batch"  # which brings its own
        read = [channels + 1, *(max(1, width // 2) * 2**i for i in range(ups))]
        self.down = nn.ModuleList(
            _layer(nn.Conv2d(a, b, 4, 2, 1, bias=bias or not i), norm if i else "none", b, 0.2)
            for i, (a, b) in enumerate(pairwise(read))
        )
        wide = width * 2 ** (ups - 1)
        self.spread = nn.Linear(latent, wide * 16, bias=False) if latent else None
        self.start = _layer(nn.Conv2d(read[-1] + wide * bool(latent), wide, 3, 1, 1, bias=bias),
                            norm, wide, 0.0)  # fmt: skip
        self.up = nn.ModuleList()
        for i in reversed(range(ups)):
            made = wide // 2 if i else channels
            body = nn.ConvTranspose2d(wide + read[i + 1], made, 4, 2, 1, bias=bias or not i)
            self.up.append(_layer(body, norm, made, 0.0) if i else nn.Sequential(body, nn.Tanh()))
            wide = made

    def forward(self, inputs: Tensor) -> Tensor:
        planes = (self.channels + 1) * self.size**2
        seen = inputs[:, :planes].unflatten(1, (self.channels + 1, self.size, self.size))
        known, hidden = seen[:, : self.channels], seen[:, self.channels :]
        maps = [seen]
        for layer in self.down:
            maps.append(layer(maps[-1]))
        found = maps[-1]
        if self.spread is not None:
            found = torch.cat([found, self.spread(inputs[:, planes:]).unflatten(1, (-1, 4, 4))], 1)
        made = self.start(found)
        for layer in self.up:
            made = layer(torch.cat([made, maps.pop()], 1))
        return torch.where(hidden > 0, made, known)


def _layer(body: nn.Module, norm: str, channels: int, leak: float) -> nn.Sequential:
    rest = nn.LeakyReLU(leak) if leak else nn.ReLU()
    return nn.Sequential(body, *norm_after(norm, channels, images=True), rest)
