"""The first weights of any network."""

import math

import torch
from torch import Tensor, nn

from gan_core.models.layers import Fourier
from gan_core.models.placed import Carrier
from gan_core.models.residual import DiscriminativeBasis, GenerativeBasis, Residual


@torch.no_grad()
def init(module: nn.Module, rng: torch.Generator) -> nn.Module:
    """Draw all weights from `rng`, in the module's own order: equal seeds, equal weights.

    Convolutions as DCGAN has them, N(0, 0.02), or scaled to their fan-in where no normalisation
    would lift so small a start; linear layers uniform in ±1/√fan_in (torch's own); norms at 1, 0.
    Parts of residual networks then take a start of their own.
    """
    normalised = any(isinstance(m, nn.BatchNorm2d | nn.GroupNorm) for m in module.modules())
    for part in module.modules():
        if isinstance(part, nn.Conv2d | nn.ConvTranspose2d):
            weight = _weight(part)
            fan_in = weight[0].numel() if isinstance(part, nn.Conv2d) else _fan_in_up(part)
            std = 0.02 if normalised else math.sqrt(1 / fan_in)
            weight.normal_(0, std, generator=rng)
            if part.bias is not None:
                part.bias.zero_()
        elif isinstance(part, nn.Linear):
            bound = 1 / math.sqrt(part.in_features)
            _weight(part).uniform_(-bound, bound, generator=rng)
            if part.bias is not None:
                part.bias.uniform_(-bound, bound, generator=rng)
        elif isinstance(part, Fourier):
            part.frequencies.normal_(0, part.scale / (2 * math.pi), generator=rng)
    for part in module.modules():
        if isinstance(part, Residual | GenerativeBasis | DiscriminativeBasis):
            part.start(rng)
    if isinstance(module, Carrier):
        last = [part for part in module.body.modules() if isinstance(part, nn.Linear)][-1]
        for weight in last.parameters():
            weight.zero_()
    return module


def _weight(layer: nn.Module) -> Tensor:
    """The trained tensor behind `layer.weight`, also under spectral norm."""
    named = dict(layer.named_parameters())
    return named.get("parametrizations.weight.original", named.get("weight", torch.empty(0)))


def _fan_in_up(layer: nn.ConvTranspose2d) -> float:
    """Inputs that reach one output: of the first, which makes 4x4 of one pixel, and the others."""
    return layer.in_channels * (4 if layer.stride[0] == 2 else 1)
