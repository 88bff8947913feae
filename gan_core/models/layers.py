"""What every network is made of: the MLP, normalisation, Fourier features."""

import math

import torch
from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm


def norm_after(kind: str, channels: int, images: bool) -> list[nn.Module]:
    """The normalisation that follows a layer; `layer` and `none` act on each sample alone."""
    if kind == "batch":
        return [nn.BatchNorm2d(channels) if images else nn.BatchNorm1d(channels)]
    if kind == "layer":
        return [nn.GroupNorm(1, channels) if images else nn.LayerNorm(channels)]
    return []


def wrap(layer: nn.Module, norm: str) -> nn.Module:
    return spectral_norm(layer) if norm == "spectral" else layer


class MLP(nn.Sequential):
    """Fully connected: [n, inputs] -> [n, outputs], `depth` hidden layers of `width`."""

    def __init__(
        self, inputs: int, outputs: int, width: int, depth: int, norm: str = "none", leak: float = 0
    ):
        layers: list[nn.Module] = []
        for i in range(depth):
            layers.append(wrap(nn.Linear(inputs if i == 0 else width, width), norm))
            layers += norm_after(norm, width, images=False)
            layers.append(nn.LeakyReLU(leak) if leak else nn.ReLU())
        layers.append(wrap(nn.Linear(width, outputs), norm))
        super().__init__(*layers)


class Fourier(nn.Module):
    """Random Fourier features [n, d] -> [n, d + 2 count]: lets a small MLP see fine detail.

    Tancik et al. 2020; the frequencies are drawn once, N(0, scale), and never trained.
    """

    def __init__(self, inputs: int, count: int, scale: float = 3.0):
        super().__init__()
        self.scale = scale
        self.frequencies: Tensor
        self.register_buffer("frequencies", torch.zeros(inputs, count))

    def forward(self, x: Tensor) -> Tensor:
        phase = 2 * math.pi * x @ self.frequencies
        return torch.cat([x, phase.sin(), phase.cos()], 1)
