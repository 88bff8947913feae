"""Small state dicts of the shapes that other repositories write, and what each should draw.

Numbers only: what a network makes of them is written out here with torch.nn.functional, apart from
gan_core.foreign, so that the two can be compared.
"""

from collections.abc import Callable
from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import Tensor

State = dict[str, Tensor]
Draw = Callable[[Tensor], Tensor]


class Numbers:
    """Draws tensors of a state dict, one after the other, from one seed."""

    def __init__(self, seed: int = 0):
        self.rng, self.state = torch.Generator().manual_seed(seed), State()

    def weight(self, name: str, *shape: int, bias: bool = True, by: float = 0.5) -> None:
        self.state[f"{name}.weight"] = torch.randn(shape, generator=self.rng) * by
        if bias:
            out = shape[0]
            self.state[f"{name}.bias"] = torch.randn(out, generator=self.rng) * 0.1

    def norm(self, name: str, n: int) -> None:
        for part, value in (
            ("weight", 1 + 0.3 * torch.randn(n, generator=self.rng)),
            ("bias", 0.2 * torch.randn(n, generator=self.rng)),
            ("running_mean", 0.3 * torch.randn(n, generator=self.rng)),
            ("running_var", 0.5 + torch.rand(n, generator=self.rng)),
            ("num_batches_tracked", torch.tensor(7)),
        ):
            self.state[f"{name}.{part}"] = value


def normed(s: State, name: str, x: Tensor, eps: float = 1e-5) -> Tensor:
    """BatchNorm by its running statistics, written out."""
    mean, var, weight, bias = (
        s[f"{name}.{part}"].view(1, -1, *[1] * (x.dim() - 2))
        for part in ("running_mean", "running_var", "weight", "bias")
    )
    return (x - mean) / (var + eps).sqrt() * weight + bias


def layer(s: State, name: str, x: Tensor, how: Callable, **more: int) -> Tensor:
    return how(x, s[f"{name}.weight"], s.get(f"{name}.bias"), **more)


def leaky(x: Tensor) -> Tensor:
    return F.leaky_relu(x, 0.2)


def example_g(channels: int = 1, stages: int = 5, latent: int = 10) -> tuple[State, Draw]:
    """pytorch/examples' netG, 4·2^(stages - 1) pixels."""
    made, widths = Numbers(), [4 * 2 ** (stages - 2 - i) for i in range(stages - 1)] + [channels]
    for i, (a, b) in enumerate(zip([latent, *widths], widths, strict=False)):
        made.weight(f"main.{3 * i}", a, b, 4, 4, bias=False, by=0.3)
        if i < stages - 1:
            made.norm(f"main.{3 * i + 1}", b)

    def draw(rows: Tensor) -> Tensor:
        x, s = rows[:, :, None, None], made.state
        for i in range(stages):
            move = {"stride": 2, "padding": 1} if i else {}
            x = layer(s, f"main.{3 * i}", x, F.conv_transpose2d, **move)
            x = normed(s, f"main.{3 * i + 1}", x).relu() if i < stages - 1 else x.tanh()
        return x

    return made.state, draw


def example_d(channels: int = 1, stages: int = 5) -> tuple[State, Draw]:
    """pytorch/examples' netD; scores before its sigmoid."""
    made, widths = Numbers(1), [channels, *(4 * 2**i for i in range(stages - 1)), 1]
    at = [0, *(3 * i - 1 for i in range(1, stages))]
    for i, (a, b) in zip(at, pairwise(widths), strict=True):
        made.weight(f"main.{i}", b, a, 4, 4, bias=False, by=0.3)
        if i not in (0, at[-1]):
            made.norm(f"main.{i + 1}", b)

    def draw(x: Tensor) -> Tensor:
        s = made.state
        for i in at[:-1]:
            x = layer(s, f"main.{i}", x, F.conv2d, stride=2, padding=1)
            x = leaky(normed(s, f"main.{i + 1}", x) if i else x)
        return layer(s, f"main.{at[-1]}", x, F.conv2d).flatten()

    return made.state, draw


def pyramid_g(extra: int = 1, norm: bool = True, latent: int = 10) -> tuple[State, Draw]:
    """WassersteinGAN's DCGAN_G and DCGAN_G_nobn, 3 x 16 x 16."""
    made, names = Numbers(2), []
    for name, a, b in (("initial", latent, 8), ("pyramid", 8, 4)):
        made.weight(f"main.{name}:{a}-{b}:convt", a, b, 4, 4, bias=False)
        names.append((f"{name}:{a}-{b}:convt", f"{name}:{b}:batchnorm"))
    for t in range(extra):
        made.weight(f"main.extra-layers-{t}:4:conv", 4, 4, 3, 3, bias=False)
        names.append((f"extra-layers-{t}:4:conv", f"extra-layers-{t}:4:batchnorm"))
    if norm:
        for (_, name), width in zip(names, [8, 4] + [4] * extra, strict=True):
            made.norm(f"main.{name}", width)
    made.weight("main.final:4-3:convt", 4, 3, 4, 4, bias=False)

    def draw(rows: Tensor) -> Tensor:
        x, s = rows[:, :, None, None], made.state
        for name, statistics in names:
            if name.endswith(":conv"):
                x = layer(s, f"main.{name}", x, F.conv2d, padding=1)
            else:
                move = {} if name.startswith("initial") else {"stride": 2, "padding": 1}
                x = layer(s, f"main.{name}", x, F.conv_transpose2d, **move)
            x = (normed(s, f"main.{statistics}", x) if norm else x).relu()
        return layer(s, "main.final:4-3:convt", x, F.conv_transpose2d, stride=2, padding=1).tanh()

    return made.state, draw


def blocks_g(channels: int = 1, side: int = 2, latent: int = 10) -> tuple[State, Draw]:
    """PyTorch-GAN's dcgan, 4·side pixels; eps of two of its BatchNorms is 0.8."""
    made, wide, narrow = Numbers(3), 6, 4
    made.weight("l1.0", wide * side * side, latent)
    made.norm("conv_blocks.0", wide)
    for i, a, b in ((2, wide, wide), (6, wide, narrow)):
        made.weight(f"conv_blocks.{i}", b, a, 3, 3)
        made.norm(f"conv_blocks.{i + 1}", b)
    made.weight("conv_blocks.9", channels, narrow, 3, 3)

    def draw(rows: Tensor) -> Tensor:
        s = made.state
        x = layer(s, "l1.0", rows, F.linear).view(-1, wide, side, side)
        x = normed(s, "conv_blocks.0", x)
        for i in (2, 6):
            x = x.repeat_interleave(2, 2).repeat_interleave(2, 3)
            x = layer(s, f"conv_blocks.{i}", x, F.conv2d, padding=1)
            x = leaky(normed(s, f"conv_blocks.{i + 1}", x, 0.8))
        return layer(s, "conv_blocks.9", x, F.conv2d, padding=1).tanh()

    return made.state, draw


def blocks_d() -> State:
    """PyTorch-GAN's dcgan, its D."""
    made = Numbers(4)
    for i, a, b in ((0, 1, 4), (3, 4, 8), (7, 8, 8), (11, 8, 8)):
        made.weight(f"model.{i}", b, a, 3, 3)
        if i:
            made.norm(f"model.{i + 2}", b)
    made.weight("adv_layer.0", 1, 8)
    return made.state


def model_g(channels: int = 1, size: int = 8, latent: int = 10) -> tuple[State, Draw]:
    """PyTorch-GAN's wgan_gp (and gan, wgan): BatchNorm after all but the first and the last."""
    made, widths = Numbers(5), [latent, 8, 12, channels * size * size]
    at = [0, 2, 5]
    for i, a, b in zip(at, widths, widths[1:], strict=False):
        made.weight(f"model.{i}", b, a)
    made.norm("model.3", 12)

    def draw(rows: Tensor) -> Tensor:
        s = made.state
        x = leaky(layer(s, "model.0", rows, F.linear))
        x = leaky(normed(s, "model.3", layer(s, "model.2", x, F.linear), 0.8))
        return layer(s, "model.5", x, F.linear).tanh().view(-1, channels, size, size)

    return made.state, draw


def stack(
    prefix: str, act: Draw, end: Draw, widths: list[int], seed: int = 6
) -> tuple[State, Draw]:
    """Linear layers at 0, 2, 4, … as the tutorial's G and D and WassersteinGAN's MLP have them."""
    made = Numbers(seed)
    for i, (a, b) in enumerate(pairwise(widths)):
        made.weight(f"{prefix}{2 * i}", b, a)

    def draw(rows: Tensor) -> Tensor:
        x, last = rows.flatten(1), len(widths) - 2
        for i in range(last + 1):
            x = layer(made.state, f"{prefix}{2 * i}", x, F.linear)
            x = end(x) if i == last else act(x)
        return x

    return made.state, draw


def pyramid_d() -> State:
    """WassersteinGAN's DCGAN_D."""
    made = Numbers(10)
    for name, a, b in (("initial", 3, 4), ("pyramid", 4, 8)):
        made.weight(f"main.{name}:{a}-{b}:conv", b, a, 4, 4, bias=False)
    made.norm("main.pyramid:8:batchnorm", 8)
    made.weight("main.final:8-1:conv", 1, 8, 4, 4, bias=False)
    return made.state


def squared(found: tuple[State, Draw], *shape: int) -> tuple[State, Draw]:
    state, draw = found
    return state, lambda rows: draw(rows).view(-1, *shape)


def tutorial_g() -> tuple[State, Draw]:
    return squared(stack("", F.relu, torch.tanh, [10, 12, 12, 49]), 1, 7, 7)


def perceptron_g() -> tuple[State, Draw]:
    """WassersteinGAN's MLP_G: nothing at its end, so what lies beyond ±1 is cut when drawn."""
    found = stack("main.", F.relu, lambda x: x.clamp(-1, 1), [10, 8, 8, 8, 48])
    return squared(found, 3, 4, 4)


def residual_g(widths: list[int], side: int = 2, latent: int = 10) -> tuple[State, Draw]:
    """mimicry's DCGAN and WGAN-GP: a block for each two neighbours of `widths`."""
    made, last = Numbers(8), len(widths) + 1
    made.weight("l1", widths[0] * side * side, latent)
    for i, (a, b) in enumerate(pairwise(widths), 2):
        made.weight(f"block{i}.c1", b, a, 3, 3, by=0.2)
        made.weight(f"block{i}.c2", b, b, 3, 3, by=0.2)
        made.norm(f"block{i}.b1", a)
        made.norm(f"block{i}.b2", b)
        made.weight(f"block{i}.c_sc", b, a, 1, 1)
    made.norm(f"b{last}", widths[-1])
    made.weight(f"c{last}", 3, widths[-1], 3, 3, by=0.2)

    def larger(x: Tensor) -> Tensor:
        size = [2 * n for n in x.shape[2:]]
        return F.interpolate(x, size=size, mode="bilinear", align_corners=False)

    def draw(rows: Tensor) -> Tensor:
        s = made.state
        x = layer(s, "l1", rows, F.linear).view(len(rows), -1, side, side)
        for i in range(2, last):
            h = larger(normed(s, f"block{i}.b1", x).relu())
            h = normed(s, f"block{i}.b2", layer(s, f"block{i}.c1", h, F.conv2d, padding=1)).relu()
            h = layer(s, f"block{i}.c2", h, F.conv2d, padding=1)
            x = h + layer(s, f"block{i}.c_sc", larger(x), F.conv2d)
        x = normed(s, f"b{last}", x).relu()
        return layer(s, f"c{last}", x, F.conv2d, padding=1).tanh()

    return made.state, draw


def residual_d() -> State:
    """mimicry's D, its first blocks and its end."""
    made = Numbers(9)
    for i, a in ((1, 3), (2, 4)):
        made.weight(f"block{i}.c1", 4, a, 3, 3)
        made.weight(f"block{i}.c2", 4, 4, 3, 3)
        made.weight(f"block{i}.c_sc", 4, a, 1, 1)
    made.weight("l5", 1, 4)
    return made.state


# name -> (state and reference, origin, latent size, shape)
FAMILIES = {
    "examples 64": (example_g(), "pytorch/examples", 10, (1, 64, 64)),
    "examples 32 colour": (example_g(3, 4), "pytorch/examples", 10, (3, 32, 32)),
    "WassersteinGAN": (pyramid_g(0), "WassersteinGAN", 10, (3, 16, 16)),
    "WassersteinGAN extra": (pyramid_g(2), "WassersteinGAN", 10, (3, 16, 16)),
    "WassersteinGAN noBN": (pyramid_g(1, False), "WassersteinGAN", 10, (3, 16, 16)),
    "WassersteinGAN MLP": (perceptron_g(), "WassersteinGAN, MLP", 10, (3, 4, 4)),
    "PyTorch-GAN dcgan": (blocks_g(), "PyTorch-GAN dcgan", 10, (1, 8, 8)),
    "PyTorch-GAN dcgan colour": (blocks_g(3, 4), "PyTorch-GAN dcgan", 10, (3, 16, 16)),
    "PyTorch-GAN wgan_gp": (model_g(), "PyTorch-GAN wgan_gp", 10, (1, 8, 8)),
    "PyTorch-GAN wgan_gp colour": (model_g(3, 6), "PyTorch-GAN wgan_gp", 10, (3, 6, 6)),
    "tutorial": (tutorial_g(), "yunjey/pytorch-tutorial", 10, (1, 7, 7)),
    "mimicry, three blocks": (residual_g([6, 6, 6, 6], 2), "mimicry", 10, (3, 16, 16)),
    "mimicry, from 3 pixels": (residual_g([16, 8, 4, 2], 3), "mimicry", 10, (3, 24, 24)),
    "mimicry, four blocks": (residual_g([16, 8, 4, 2, 1], 2), "mimicry", 10, (3, 32, 32)),
}
