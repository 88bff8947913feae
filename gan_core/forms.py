"""The same networks in the forms that a library runs fast: equal mathematics, equal weights.

`fast` gives a twin of a network. It has the very parameters and statistics of the original, so
whoever trains one trains both; only the way a layer is computed differs:

- a convolution that sees its whole input at once, or makes its output of one pixel, is one matrix
  product (DCGAN's last layer of D, and its first of G);
- so is one between a grey picture and many channels, over the 16 pixels that each output sees:
  convolution kernels are made for many channels on both sides;
- doubling each pixel and then convolving 3x3 is a transposed convolution 4x4 with stride 2, whose
  weights are sums of the nine: 16 products a pixel instead of 36.
"""

import copy
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import conv_transpose2d, pad

KERNEL, STRIDE, PADDING = (4, 4), (2, 2), (1, 1)  # DCGAN's halving, and its doubling
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
        return _biased(made.view(-1, h, w, o).permute(0, 3, 1, 2), self.conv.bias)


class FromGrey(Form):
    """DCGAN's halving of a picture of one channel, as one matrix product."""

    def forward(self, x: Tensor) -> Tensor:
        return _biased(_Windows.apply(*_as_autocast(x, self.conv.weight)), self.conv.bias)


class ToGrey(Form):
    """DCGAN's doubling to a picture of one channel, as one matrix product."""

    def forward(self, x: Tensor) -> Tensor:
        return _biased(_Spread.apply(*_as_autocast(x, self.conv.weight)), self.conv.bias)


class UpConv(Form):
    """Doubling each pixel, then a 3x3 convolution."""

    fold: Tensor

    def __init__(self, conv: nn.Conv2d):
        super().__init__(conv)
        self.register_buffer("fold", torch.tensor(DOUBLED), persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        fold = self.fold.to(self.conv.weight.dtype)
        kernel = torch.einsum("ik,jl,ockl->coij", fold, fold, self.conv.weight)
        return conv_transpose2d(x, kernel, self.conv.bias, STRIDE, PADDING)


def _whole(conv: nn.Module) -> nn.Module | None:
    assert isinstance(conv, nn.Conv2d)
    if not _plain(conv):
        return None
    if _halves(conv) and conv.in_channels == 1:
        return FromGrey(conv)
    return Whole(conv) if _flat(conv) and conv.kernel_size != (1, 1) else None


def _from_pixel(conv: nn.Module) -> nn.Module | None:
    assert isinstance(conv, nn.ConvTranspose2d)
    if not _plain(conv) or conv.output_padding != (0, 0):
        return None
    if _halves(conv) and conv.out_channels == 1:
        return ToGrey(conv)
    return FromPixel(conv) if _flat(conv) else None


_FORMS: dict[type, Any] = {nn.Conv2d: _whole, nn.ConvTranspose2d: _from_pixel}


def _as_autocast(*tensors: Tensor) -> list[Tensor]:
    """The tensors in the arithmetic that autocast would give a convolution here."""
    kind = tensors[0].device.type
    if not torch.is_autocast_enabled(kind):
        return list(tensors)
    return [t.to(torch.get_autocast_dtype(kind)) for t in tensors]


def _biased(x: Tensor, bias: Tensor | None) -> Tensor:
    """x [n, c, h, w] plus a bias [c], in the arithmetic of x."""
    return x if bias is None else x + bias.to(x.dtype)[:, None, None]


def _windows(x: Tensor) -> Tensor:
    """The 4x4 windows of a grey picture [n, 1, 2h, 2w] at every second pixel, [n h w, 16]."""
    seen = pad(x[:, 0], (1, 1, 1, 1)).unfold(1, 4, 2).unfold(2, 4, 2)
    return seen.reshape(-1, 16)


def _spread(windows: Tensor, n: int, h: int, w: int) -> Tensor:
    """The transpose of `_windows`: each window [n h w, 16] added where it was seen."""
    at = windows.view(n, h, w, 4, 4)
    out = windows.new_zeros(n, 2 * h + 2, 2 * w + 2)
    for i in range(4):
        for j in range(4):
            out[:, i : i + 2 * h : 2, j : j + 2 * w : 2] += at[..., i, j]
    return out[:, None, 1:-1, 1:-1]


def _rows(x: Tensor) -> Tensor:
    """[n, c, h, w] -> [n h w, c], without a copy where channels lie last in memory."""
    return x.permute(0, 2, 3, 1).reshape(-1, x.shape[1])


def _pictures(rows: Tensor, n: int, h: int, w: int) -> Tensor:
    """[n h w, c] -> [n, c, h, w], channels last in memory."""
    return rows.view(n, h, w, -1).permute(0, 3, 1, 2)


class _Windows(torch.autograd.Function):
    """x [n, 1, 2h, 2w], weight [o, 1, 4, 4] -> [n, o, h, w]; its derivatives are this and
    `_Spread` again, so it can be differentiated as often as one likes."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor) -> Tensor:
        ctx.save_for_backward(x, weight)
        n, _, h, w = x.shape
        return _pictures(_windows(x) @ weight.flatten(1).t(), n, h // 2, w // 2)

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor | None, Tensor | None]:
        x, weight = ctx.saved_tensors
        on_x = _Spread.apply(grads[0], weight) if ctx.needs_input_grad[0] else None
        on_weight = _Pairs.apply(grads[0], x) if ctx.needs_input_grad[1] else None
        return on_x, on_weight


class _Spread(torch.autograd.Function):
    """x [n, o, h, w], weight [o, 1, 4, 4] -> [n, 1, 2h, 2w], the transpose of `_Windows` in x."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor) -> Tensor:
        ctx.save_for_backward(x, weight)
        n, _, h, w = x.shape
        return _spread(_rows(x) @ weight.flatten(1), n, h, w)

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor | None, Tensor | None]:
        x, weight = ctx.saved_tensors
        on_x = _Windows.apply(grads[0], weight) if ctx.needs_input_grad[0] else None
        on_weight = _Pairs.apply(x, grads[0]) if ctx.needs_input_grad[1] else None
        return on_x, on_weight


class _Pairs(torch.autograd.Function):
    """many [n, o, h, w], grey [n, 1, 2h, 2w] -> [o, 1, 4, 4]: how each of the many goes with each
    of the 16 pixels that its window has."""

    @staticmethod
    def forward(ctx: Any, many: Tensor, grey: Tensor) -> Tensor:
        ctx.save_for_backward(many, grey)
        return (_rows(many).t() @ _windows(grey)).view(-1, 1, 4, 4)

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor | None, Tensor | None]:
        many, grey = ctx.saved_tensors
        on_many = _Windows.apply(grey, grads[0]) if ctx.needs_input_grad[0] else None
        on_grey = _Spread.apply(many, grads[0]) if ctx.needs_input_grad[1] else None
        return on_many, on_grey
