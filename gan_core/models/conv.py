"""Convolutional networks for images: DCGAN's two, and BEGAN's auto-encoder made of them."""

import math

from torch import Tensor, nn

from gan_core.models.layers import norm_after, wrap
from gan_core.models.scores import Errors


class DCGenerator(nn.Module):
    """Radford 2016: z [n, latent] -> images [n, channels, size, size] in [-1, 1].

    Transposed convolutions double the side from 4; `width` channels stand before the last.
    """

    def __init__(self, latent: int, channels: int, size: int, width: int, norm: str = "batch"):
        super().__init__()
        ups = doublings(size)
        wide = width * 2 ** (ups - 1)
        layers: list[nn.Module] = [nn.ConvTranspose2d(latent, wide, 4, 1, 0, bias=norm != "batch")]
        layers += [*norm_after(norm, wide, images=True), nn.ReLU()]
        for i in range(ups):
            last = i == ups - 1
            narrow = channels if last else wide // 2
            bias = last or norm != "batch"  # BatchNorm brings its own
            layers.append(nn.ConvTranspose2d(wide, narrow, 4, 2, 1, bias=bias))
            layers += [nn.Tanh()] if last else [*norm_after(norm, narrow, images=True), nn.ReLU()]
            wide = narrow
        self.body = nn.Sequential(*layers)

    def forward(self, z: Tensor) -> Tensor:
        return self.body(z[:, :, None, None])


def dc_encoder(channels: int, size: int, width: int, outputs: int, norm: str) -> nn.Sequential:
    """Radford 2016's D: strided convolutions to 4x4, then one convolution: [n, outputs, 1, 1]."""
    layers: list[nn.Module] = []
    for i in range(doublings(size)):
        bare = i == 0 or norm != "batch"  # no BatchNorm at D's input
        layers.append(wrap(nn.Conv2d(channels, width, 4, 2, 1, bias=bare), norm))
        layers += [] if i == 0 else norm_after(norm, width, images=True)
        layers.append(nn.LeakyReLU(0.2))
        channels, width = width, width * 2
    return nn.Sequential(*layers, wrap(nn.Conv2d(channels, outputs, 4, 1, 0), norm))


class DCAutoencoder(Errors):
    """BEGAN's D on images: the DCGAN encoder to `code` numbers, and back. The way back is
    normalised too where that acts on each picture alone."""

    def __init__(self, channels: int, size: int, width: int, code: int, norm: str = "none"):
        encoder = nn.Sequential(dc_encoder(channels, size, width, code, norm), nn.Flatten())
        back = "layer" if norm == "layer" else "none"
        super().__init__(encoder, DCGenerator(code, channels, size, width, back))


def doublings(size: int) -> int:
    """How often a side of 4 doubles to reach `size`; ValueError where it never does."""
    steps = round(math.log2(size / 4))
    if steps < 1 or size != 4 * 2**steps:
        raise ValueError(f"size={size}: DCGAN networks need 8, 16, 32, 64, …")
    return steps
