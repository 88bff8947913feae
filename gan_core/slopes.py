"""∇D of convolutional networks without a second derivative.

A network of convolutions, products and (leaky) ReLUs is linear wherever no unit is at its kink:
D(x) = w·m₃W₃·m₂W₂·m₁W₁·x with masks m of ones and leaks. So ∇D is the same product read from the
left: one pass through the transposed layers, with the masks that a pass without a graph has left.
The masks do not change under a small step, so its derivative in the weights is an ordinary one.
Autograd finds the same by differentiating twice, through all that both passes kept.
"""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn
from torch.nn.functional import conv_transpose2d

from gan_core.models import Scores

Back = Callable[[Tensor], Tensor]


def slopes_of(D: nn.Module) -> Callable[[Tensor], Tensor] | None:
    """∇D as a function of x [n, c, h, w], of the same shape and differentiable in D's weights; None
    for a D that has anything but such layers."""
    if type(D) is not Scores:
        return None
    layers = _flat(D.body)
    if layers is None:
        return None

    def slopes(x: Tensor) -> Tensor:
        with torch.no_grad():
            backs, out = _passed(layers, x)
        slope = torch.ones_like(out)
        for back in reversed(backs):
            slope = back(slope)
        return slope

    return slopes


def _flat(body: nn.Module) -> list[nn.Module] | None:
    """All layers in their order, or None if one of them is not known here."""
    if isinstance(body, nn.Sequential):
        parts = [_flat(part) for part in body]
        return None if None in parts else [layer for part in parts for layer in part or []]
    plain = type(body) is nn.Conv2d and body.padding_mode == "zeros" and body.padding != "same"
    known = type(body) in (nn.Linear, nn.ReLU, nn.LeakyReLU, nn.Flatten)
    return [body] if plain or known else None


def _passed(layers: Sequence[nn.Module], x: Tensor) -> tuple[list[Back], Tensor]:
    """The way back through each layer, and what the last one gave."""
    backs = []
    for layer in layers:
        given, x = x, layer(x)
        backs.append(_back(layer, given, x))
    return backs, x


def _back(layer: nn.Module, given: Tensor, made: Tensor) -> Back:
    """The transpose of a layer where it was given `given` and made `made`."""
    if isinstance(layer, nn.Conv2d):
        return lambda slope: _transposed(layer, slope, given.shape)
    if isinstance(layer, nn.Linear):
        return lambda slope: slope @ layer.weight
    if isinstance(layer, nn.Flatten):
        return lambda slope: slope.view(given.shape)
    leak = layer.negative_slope if isinstance(layer, nn.LeakyReLU) else 0.0
    mask = torch.where(made > 0, 1.0, leak).to(made.dtype)
    return lambda slope: slope * mask


def _transposed(conv: nn.Conv2d, slope: Tensor, shape: torch.Size) -> Tensor:
    stride, padding, dilation = conv.stride, conv.padding, conv.dilation
    assert isinstance(padding, tuple)
    extra = [
        side - ((out - 1) * s - 2 * p + d * (k - 1) + 1)
        for side, out, s, p, d, k in zip(
            shape[2:], slope.shape[2:], stride, padding, dilation, conv.kernel_size, strict=True
        )
    ]
    return conv_transpose2d(slope, conv.weight, None, stride, padding, extra, conv.groups, dilation)
