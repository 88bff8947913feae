"""R3GAN's residual networks without normalisation (Huang et al. 2024), sized for two CPU cores.

As in the paper: blocks x + f(x) whose last convolution begins at 0, so that a fresh network is
linear in x (fix-up, Zhang et al. 2019); no normalisation; a learned 4x4 basis at the narrow end of
both; 3x3 convolutions in groups of 16 channels. Those pay on this project's CPU too: a round with
ungrouped ones takes 1.3 times as long.

Other than the paper, for speed:

- Pictures enter and leave through a 4x4 convolution of stride 2, as in DCGAN: a stage of blocks at
  full resolution would cost 0.6 as many products again.
- f is as wide as x, not twice as wide, and every stage has one block, not two: at 32x32 the pair
  then costs 0.9 of the products of a DCGAN of the same width.
- Channels double with each halving; the paper keeps them equal at low resolutions.
- D halves by the mean of 2x2 pixels (bilinear at half the size), not by a 4x4 filter; G doubles
  bilinearly, which is the paper's filter but for the border.

As in the paper G's output is linear, though pictures lie in [-1, 1]: behind a tanh, where nothing
normalises what comes before it, G fell to all black on MNIST and had no slope to come back by.
"""

import math
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn.functional import linear

LEAK = 0.2
GAIN = math.sqrt(2 / (1 + LEAK**2))  # keeps the variance through a LeakyReLU (He et al. 2015)
GROUP = 16  # channels that a 3x3 convolution mixes
SIDE = 4  # of the smallest stage


class Residual(nn.Module):
    """x + f(x), [n, c, h, w] -> the same; f is three convolutions, 1x1, 3x3 in groups and 1x1.

    `blocks` is their number in the whole network: so many of them add up to the output's variance.
    """

    def __init__(self, channels: int, blocks: int):
        super().__init__()
        groups = 1 if channels % GROUP else channels // GROUP
        self.body = nn.Sequential(
            nn.Conv2d(channels, channels, 1),
            nn.LeakyReLU(LEAK),
            nn.Conv2d(channels, channels, 3, 1, 1, groups=groups),
            nn.LeakyReLU(LEAK),
            nn.Conv2d(channels, channels, 1, bias=False),
        )
        layers = 3
        self.scale = GAIN * blocks ** (-1 / (2 * layers - 2))

    def start(self, rng: torch.Generator) -> None:
        """Fix-up: from convolutions drawn to keep the variance, to a block that is 0 at first."""
        weights = [part.weight for part in self.body if isinstance(part, nn.Conv2d)]
        for weight, scale in zip(weights, (self.scale, self.scale, 0.0), strict=True):
            weight.mul_(scale)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.body(x)


class GenerativeBasis(nn.Module):
    """z [n, latent] -> [n, c, 4, 4]: a learned picture in each channel, times a product of z."""

    def __init__(self, latent: int, channels: int):
        super().__init__()
        self.basis = nn.Parameter(torch.zeros(1, channels, SIDE, SIDE))  # 4-D: it gives the layout
        self.linear = nn.Linear(latent, channels, bias=False)

    def start(self, rng: torch.Generator) -> None:
        """The variance of z, 1, in every number."""
        self.basis.normal_(generator=rng)
        self.linear.weight.normal_(0, self.linear.in_features**-0.5, generator=rng)

    def forward(self, z: Tensor) -> Tensor:
        by = self.linear(z)[:, :, None, None]
        return by * self.basis.to(by.dtype)


class DiscriminativeBasis(nn.Module):
    """[n, c, 4, 4] -> [n, 1]: how much of each channel's learned picture there is, weighed.

    A depthwise 4x4 convolution and a linear layer, as one product: they are linear together.
    """

    def __init__(self, channels: int):
        super().__init__()
        self.basis = nn.Parameter(torch.zeros(channels, SIDE, SIDE))
        self.share = nn.Parameter(torch.zeros(channels))

    def start(self, rng: torch.Generator) -> None:
        self.basis.normal_(0, 1 / SIDE, generator=rng)
        self.share.normal_(0, len(self.share) ** -0.5, generator=rng)

    @property
    def weight(self) -> Tensor:
        """[c, 4, 4]: the slope of the one output in what it is given."""
        return self.basis * self.share[:, None, None]

    def forward(self, x: Tensor) -> Tensor:
        return linear(x.flatten(1), self.weight.flatten()[None])


class ResGenerator(nn.Module):
    """z [n, latent] -> images [n, channels, size, size], about in [-1, 1].

    Stages of sides 4, 8, …, size/2; `width` channels in the last of them.
    """

    def __init__(self, latent: int, channels: int, size: int, width: int):
        super().__init__()
        wide = _widths(size, width)[::-1]
        layers: list[nn.Module] = [GenerativeBasis(latent, wide[0]), Residual(wide[0], len(wide))]
        for many, few in pairwise(wide):
            layers += [
                nn.Conv2d(many, few, 1, bias=False),
                nn.Upsample(scale_factor=2, mode="bilinear"),
                Residual(few, len(wide)),
            ]
        self.body = nn.Sequential(*layers, nn.ConvTranspose2d(width, channels, 4, 2, 1))

    def forward(self, z: Tensor) -> Tensor:
        return self.body(z)


def res_encoder(channels: int, size: int, width: int) -> nn.Sequential:
    """The body of D, [n, channels, size, size] -> [n, 1]: G's stages the other way round."""
    wide = _widths(size, width)
    layers: list[nn.Module] = [nn.Conv2d(channels, width, 4, 2, 1), Residual(width, len(wide))]
    for few, many in pairwise(wide):
        layers += [
            nn.AvgPool2d(2),
            nn.Conv2d(few, many, 1, bias=False),
            Residual(many, len(wide)),
        ]
    return nn.Sequential(*layers, DiscriminativeBasis(wide[-1]))


def _widths(size: int, width: int) -> list[int]:
    """Channels at the sides size/2, size/4, …, 4."""
    stages = round(math.log2(size / SIDE))
    if stages < 1 or size != SIDE * 2**stages:
        raise ValueError(f"size={size}: residual networks need 8, 16, 32, 64, …")
    return [width * 2**i for i in range(stages)]
