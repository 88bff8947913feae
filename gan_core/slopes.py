"""∇D of convolutional networks without a second derivative.

A network of convolutions, products, sums and (leaky) ReLUs is linear wherever no unit is at its
kink: D(x) = w·m₃W₃·m₂W₂·m₁W₁·x with masks m of ones and leaks. So ∇D is the same product read from
the left: one pass through the transposed layers, with the masks that a pass without a graph has
left; a block x + f(x) is read as the slope plus what f's layers make of it. The masks do not change
under a small step, so its derivative in the weights is an ordinary one. Autograd finds the same by
differentiating twice, through all that both passes kept.
"""

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn.functional import conv_transpose2d

from gan_core.models import DiscriminativeBasis, Residual, Scores

Back = Callable[[Tensor], Tensor]

KNOWN = (nn.Linear, nn.ReLU, nn.LeakyReLU, nn.Flatten, nn.AvgPool2d, DiscriminativeBasis)


def slopes_of(D: nn.Module) -> Callable[[Tensor], Tensor] | None:
    """∇D as a function of x [n, c, h, w], of the same shape and differentiable in D's weights; None
    for a D that has anything but such layers."""
    if type(D) is not Scores or not _known(D.body):
        return None
    body = D.body

    def slopes(x: Tensor) -> Tensor:
        with torch.no_grad():
            back, out = _passed(body, x)
        return back(torch.ones_like(out))

    return slopes


def _known(body: nn.Module) -> bool:
    """Whether all of a network is of layers that `_back` knows."""
    if isinstance(body, nn.Sequential):
        return all(map(_known, body))
    if type(body) is Residual:
        return _known(body.body)
    plain = type(body) is nn.Conv2d and body.padding_mode == "zeros" and body.padding != "same"
    return plain or type(body) in KNOWN


def _passed(body: nn.Module, x: Tensor) -> tuple[Back, Tensor]:
    """The way back through a network, which is its transpose where it was given x, and what it
    made of x."""
    if isinstance(body, Residual):
        inner, made = _passed(body.body, x)
        return lambda slope: slope + inner(slope), x + made
    if not isinstance(body, nn.Sequential):
        made = body(x)
        return _back(body, x, made), made
    backs = []
    for layer in body:
        back, x = _passed(layer, x)
        backs.append(back)

    def through(slope: Tensor) -> Tensor:
        for back in reversed(backs):
            slope = back(slope)
        return slope

    return through, x


def _back(layer: nn.Module, given: Tensor, made: Tensor) -> Back:
    """The transpose of a layer where it was given `given` and made `made`."""
    if isinstance(layer, nn.Conv2d):
        return lambda slope: _transposed(layer, slope, given.shape)
    if isinstance(layer, nn.Linear):
        return lambda slope: slope @ layer.weight
    if isinstance(layer, nn.Flatten):
        return lambda slope: slope.view(given.shape)
    if isinstance(layer, DiscriminativeBasis):
        return lambda slope: slope[:, :, None, None] * layer.weight.to(slope.dtype)
    if isinstance(layer, nn.AvgPool2d):
        sides = _pair(layer.kernel_size), _pair(layer.stride), _pair(layer.padding)
        how = *sides, layer.ceil_mode, layer.count_include_pad, layer.divisor_override
        return lambda slope: torch.ops.aten.avg_pool2d_backward(slope, given, *how)
    # one operation, where a mask of ones and leaks would be made, kept and multiplied
    leak = layer.negative_slope if isinstance(layer, nn.LeakyReLU) else 0.0
    return lambda slope: torch.ops.aten.leaky_relu_backward(slope, made, leak, leak > 0)


def _pair(sides: int | tuple[int, int]) -> tuple[int, int]:
    return sides if isinstance(sides, tuple) else (sides, sides)


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
