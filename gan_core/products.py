"""DCGAN's halving of a picture, its transpose, and their weights' gradients, each by the library's
kernel or as one matrix product over windows.

A halving is a convolution 4x4 with stride 2 and padding 1: [n, c, 2h, 2w] -> [n, o, h, w]. Its
kernels want large maps; where maps are small and channels many, putting every window into a row of
16 c numbers and multiplying is several times as quick, for weights' gradients above all. The three
functions are each other's derivatives, so they can be differentiated as often as one likes.
"""

from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import conv2d, conv_transpose2d, pad

STRIDE, PADDING = (2, 2), (1, 1)
# Measured with tiles of bfloat16 (benchmarks/levers.py): pixels of the small map up to which a
# product is the quicker one, of weights' gradients and of pictures; weights from which it is.
FEW_OF_WEIGHTS, FEW, MANY_WEIGHTS = 64, 16, 2**17
Grads = tuple[Tensor | None, Tensor | None, Tensor | None]
LEAST = 32  # channels of the large map, or windows are too short


def pays(weight: Tensor, pixels: int) -> bool:
    """Whether any of the three is a product for weights [o, c, 4, 4] and a small map of so many
    pixels: elsewhere the library does it all, which needs no functions of ours."""
    return _weights_by_product(weight.shape[1], pixels)


def _weights_by_product(channels: int, pixels: int) -> bool:
    return pixels <= FEW_OF_WEIGHTS and channels >= LEAST


def _by_product(weight: Tensor, pixels: int) -> bool:
    return pixels <= FEW and weight.shape[0] * weight.shape[1] >= MANY_WEIGHTS


def windows(x: Tensor) -> Tensor:
    """The 4x4 windows of [n, c, 2h, 2w] at every second pixel, [n h w, 16 c], channels last."""
    seen = pad(x.permute(0, 2, 3, 1), (0, 0, 1, 1, 1, 1)).unfold(1, 4, 2).unfold(2, 4, 2)
    return seen.permute(0, 1, 2, 4, 5, 3).reshape(-1, 16 * x.shape[1])


def spread(rows: Tensor, n: int, h: int, w: int) -> Tensor:
    """The transpose of `windows`: each window [n h w, 16 c] added where it was seen."""
    at = rows.view(n, h, w, 4, 4, -1)
    out = rows.new_zeros(n, 2 * h + 2, 2 * w + 2, at.shape[-1])
    for i in range(4):
        for j in range(4):
            out[:, i : i + 2 * h : 2, j : j + 2 * w : 2] += at[..., i, j, :]
    return out[:, 1:-1, 1:-1].permute(0, 3, 1, 2)


def _pixels(x: Tensor) -> Tensor:
    """[n, c, h, w] -> [n h w, c], without a copy where channels lie last in memory."""
    return x.permute(0, 2, 3, 1).reshape(-1, x.shape[1])


def _kernel(weight: Tensor) -> Tensor:
    """[o, c, 4, 4] -> [o, 16 c], in the order of a window."""
    return weight.permute(0, 2, 3, 1).reshape(len(weight), -1)


def biased(x: Tensor, bias: Tensor | None) -> Tensor:
    """x [n, c, h, w] plus a bias [c], in the arithmetic of x."""
    return x if bias is None else x + bias.to(x.dtype)[:, None, None]


def _on_bias(ctx: Any, grad: Tensor) -> Tensor | None:
    return grad.sum((0, 2, 3)) if ctx.needs_input_grad[2] else None


class Halve(torch.autograd.Function):
    """x [n, c, 2h, 2w], weight [o, c, 4, 4], bias [o] or None -> [n, o, h, w]."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
        ctx.save_for_backward(x, weight)
        n, _, h, w = x.shape
        h, w = h // 2, w // 2
        if not _by_product(weight, h * w):
            return conv2d(x, weight, bias, STRIDE, PADDING)
        made = (_kernel(weight) @ windows(x).t()).t().contiguous()  # quicker than windows first
        return biased(made.view(n, h, w, -1).permute(0, 3, 1, 2), bias)

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> Grads:
        x, weight = ctx.saved_tensors
        on_x = Double.apply(grads[0], weight, None) if ctx.needs_input_grad[0] else None
        on_weight = Pairs.apply(grads[0], x) if ctx.needs_input_grad[1] else None
        return on_x, on_weight, _on_bias(ctx, grads[0])


class Double(torch.autograd.Function):
    """y [n, o, h, w], weight [o, c, 4, 4], bias [c] or None -> [n, c, 2h, 2w], the transpose of
    `Halve` in x."""

    @staticmethod
    def forward(ctx: Any, y: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
        ctx.save_for_backward(y, weight)
        n, _, h, w = y.shape
        if not _by_product(weight, h * w):
            return conv_transpose2d(y, weight, bias, STRIDE, PADDING)
        return biased(spread(_pixels(y) @ _kernel(weight), n, h, w), bias)

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> Grads:
        y, weight = ctx.saved_tensors
        on_y = Halve.apply(grads[0], weight, None) if ctx.needs_input_grad[0] else None
        on_weight = Pairs.apply(y, grads[0]) if ctx.needs_input_grad[1] else None
        return on_y, on_weight, _on_bias(ctx, grads[0])


class Pairs(torch.autograd.Function):
    """y [n, o, h, w], x [n, c, 2h, 2w] -> [o, c, 4, 4]: how each channel of y goes with each number
    of its window of x, which is the gradient in the weight."""

    @staticmethod
    def forward(ctx: Any, y: Tensor, x: Tensor) -> Tensor:
        ctx.save_for_backward(y, x)
        o, c = y.shape[1], x.shape[1]
        if _weights_by_product(c, y.shape[2] * y.shape[3]):
            return (_pixels(y).t().contiguous() @ windows(x)).view(o, 4, 4, c).permute(0, 3, 1, 2)
        like = y.new_empty(o, c, 4, 4)
        sides, only = ([1, 1], False, [0, 0], 1), [False, True, False]
        return torch.ops.aten.convolution_backward(
            y, x, like, None, STRIDE, PADDING, *sides, only
        )[1]  # fmt: skip

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor | None, Tensor | None]:
        y, x = ctx.saved_tensors
        on_y = Halve.apply(x, grads[0], None) if ctx.needs_input_grad[0] else None
        on_x = Double.apply(y, grads[0], None) if ctx.needs_input_grad[1] else None
        return on_y, on_x
