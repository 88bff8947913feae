"""The same networks in the forms that a library runs fast: equal mathematics, equal weights.

`fast` gives a twin of a network. It has the very parameters and statistics of the original, so
whoever trains one trains both; only the way a layer is computed differs:

- a convolution that sees its whole input at once, or makes its output of one pixel, is one matrix
  product (DCGAN's last layer of D, and its first of G);
- DCGAN's halving and doubling are products over windows where maps are small (see `products`);
- doubling each pixel and then convolving 3x3 is a transposed convolution 4x4 with stride 2, whose
  weights are sums of the nine: 16 products a pixel instead of 36.
"""

import copy
from typing import Any

import torch
from torch import Tensor, nn

from gan_core.products import PADDING, STRIDE, Double, Halve, biased, pays

KERNEL = (4, 4)  # of DCGAN's halving, and its doubling
# Of nine weights in one direction, which sum is the fourfold kernel's: w2, w1 + w2, w0 + w1, w0.
DOUBLED = ((0.0, 0.0, 1.0), (0.0, 1.0, 1.0), (1.0, 1.0, 0.0), (1.0, 0.0, 0.0))


def fast(net: nn.Module) -> nn.Module:
    """A twin that shares all parameters and buffers, its layers in faster forms where known; the
    network itself where it has no such layer.

    Training and evaluation mode are copied once, as they are now.
    """
    if (form := _FORMS.get(type(net))) is not None and (made := form(net)) is not None:
        return made
    parts = _joined(net, net._modules)
    faster = {name: part and fast(part) for name, part in parts.items()}
    if all(faster.get(name) is part for name, part in net._modules.items()):
        return net
    twin = copy.copy(net)
    twin._modules = faster
    return twin


def _joined(net: nn.Module, parts: dict[str, nn.Module | None]) -> dict[str, nn.Module | None]:
    """The parts of a network, a doubling and the 3x3 convolution after it as one."""
    if not isinstance(net, nn.Sequential):
        return parts
    found: dict[str, nn.Module | None] = {}
    last = None  # the name of a doubling that nothing has followed yet
    for name, part in parts.items():
        if last is not None and isinstance(part, nn.Conv2d) and _is_three(part):
            found[last] = UpConv(part)
            last = None
            continue
        found[name] = part
        last = name if _is_doubling(part) else None
    return found


def _is_doubling(part: nn.Module | None) -> bool:
    return (
        isinstance(part, nn.Upsample)
        and part.mode == "nearest"
        and part.scale_factor in (2, 2.0, (2, 2), (2.0, 2.0))
    )


def _is_three(conv: nn.Conv2d) -> bool:
    shape = conv.kernel_size, conv.stride, conv.padding, conv.dilation
    return shape == ((3, 3), (1, 1), (1, 1), (1, 1)) and _plain(conv)


def _plain(conv: nn.Conv2d | nn.ConvTranspose2d) -> bool:
    return conv.groups == 1 and conv.dilation == (1, 1) and conv.padding_mode == "zeros"


def _halves(conv: nn.Conv2d | nn.ConvTranspose2d) -> bool:
    """Whether it is DCGAN's 4x4 of stride 2."""
    return (conv.kernel_size, conv.stride, conv.padding) == (KERNEL, STRIDE, PADDING)


def _flat(conv: nn.Conv2d | nn.ConvTranspose2d) -> bool:
    """Whether it has neither padding nor stride, as layers at one end of a DCGAN."""
    return conv.stride == (1, 1) and conv.padding == (0, 0)


class Form(nn.Module):
    """Another way to compute a convolution, which stays the owner of its weights."""

    def __init__(self, conv: nn.Conv2d | nn.ConvTranspose2d):
        super().__init__()
        self.conv = conv


class Whole(Form):
    """A convolution [n, c, h, w] -> [n, o, 1, 1] as one matrix product, if its kernel is h by w."""

    def forward(self, x: Tensor) -> Tensor:
        if x.shape[2:] != self.conv.kernel_size:
            return self.conv(x)
        # rows, columns and channels last, as they lie in memory
        flat = x.permute(0, 2, 3, 1).flatten(1)
        weight = self.conv.weight.permute(0, 2, 3, 1).flatten(1)
        return nn.functional.linear(flat, weight, self.conv.bias)[:, :, None, None]


class FromPixel(Form):
    """A transposed convolution [n, c, 1, 1] -> [n, o, h, w] as one matrix product."""

    def forward(self, x: Tensor) -> Tensor:
        if x.shape[2:] != (1, 1):
            return self.conv(x)
        c, o, h, w = self.conv.weight.shape
        made = x.flatten(1) @ self.conv.weight.permute(0, 2, 3, 1).reshape(c, -1)
        return biased(made.view(-1, h, w, o).permute(0, 3, 1, 2), self.conv.bias)


class Halving(Form):
    """DCGAN's halving, in the functions of `products` where one of them is a matrix product."""

    def forward(self, x: Tensor) -> Tensor:
        if not pays(self.conv.weight, x.shape[2] * x.shape[3] // 4):
            return self.conv(x)
        return _in_autocast(Halve, x, self.conv.weight, self.conv.bias)


class Doubling(Form):
    """Its transpose."""

    def forward(self, x: Tensor) -> Tensor:
        if not pays(self.conv.weight, x.shape[2] * x.shape[3]):
            return self.conv(x)
        return _in_autocast(Double, x, self.conv.weight, self.conv.bias)


class UpConv(Form):
    """Doubling each pixel, then a 3x3 convolution."""

    fold: Tensor

    def __init__(self, conv: nn.Conv2d):
        super().__init__(conv)
        once = torch.tensor(DOUBLED)
        self.register_buffer("fold", torch.kron(once, once), persistent=False)  # [16, 9]

    def forward(self, x: Tensor) -> Tensor:
        o, c = self.conv.weight.shape[:2]
        flat = self.conv.weight.permute(2, 3, 1, 0).reshape(9, -1)
        sums = (self.fold.to(flat.dtype) @ flat).view(16, c, o).transpose(0, 1)
        kernel = sums.reshape(c, 4, 4, o).permute(0, 3, 1, 2)  # [c, o, 4, 4], channels last
        x = x.contiguous(memory_format=torch.channels_last)  # or nothing after it is
        return _in_autocast(Double, x, kernel, self.conv.bias)


def _whole(conv: nn.Module) -> nn.Module | None:
    assert isinstance(conv, nn.Conv2d)
    if not _plain(conv):
        return None
    if _halves(conv):
        return Halving(conv)
    return Whole(conv) if _flat(conv) and conv.kernel_size != (1, 1) else None


def _from_pixel(conv: nn.Module) -> nn.Module | None:
    assert isinstance(conv, nn.ConvTranspose2d)
    if not _plain(conv) or conv.output_padding != (0, 0):
        return None
    if _halves(conv):
        return Doubling(conv)
    return FromPixel(conv) if _flat(conv) else None


_FORMS: dict[type, Any] = {nn.Conv2d: _whole, nn.ConvTranspose2d: _from_pixel}


def _in_autocast(map: Any, x: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    """Halve or Double in the arithmetic that autocast would give a convolution here."""
    kind = x.device.type
    if torch.is_autocast_enabled(kind):
        dtype = torch.get_autocast_dtype(kind)
        x, weight, bias = x.to(dtype), weight.to(dtype), bias if bias is None else bias.to(dtype)
    made: Tensor = map.apply(x, weight, bias)
    return made
