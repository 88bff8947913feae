"""Plain networks whose tensors are called as in the files of others, and what is known of one."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gan_core.catalog import BadInput

Shape = tuple[int, ...]
Shapes = Mapping[str, Shape]  # of a state dict's tensors
LARGEST_SIDE = 512  # pixels
ROOM = 256 * 2**20  # bytes that what goes into or comes out of one layer may take
MOST_AT_ONCE = 64  # samples
MOST_LATENT = 8192


@dataclass(frozen=True)
class Found:
    """What the tensors of one state dict are; `net` has shapes but, at first, no numbers."""

    family: str
    net: nn.Module  # rows [n, latent] -> pictures [n, *shape], or pictures -> scores [n]
    shape: Shape  # of a picture
    latent: int = 0  # 0: a discriminator
    guessed: tuple[str, ...] = ()

    @property
    def generator(self) -> bool:
        return self.latent > 0


Reader = Callable[[Shapes], Found | None]  # None: these names are not of that family


class Net(nn.Module):
    """Named parts in their order; before a part of `views` the samples take that shape."""

    def __init__(self, parts: Mapping[str, nn.Module], views: Mapping[str, Shape], out: Shape):
        super().__init__()
        for name, part in parts.items():
            self.add_module(name, part)
        self.views, self.out = dict(views), out

    def forward(self, x: Tensor) -> Tensor:
        for name, part in self._modules.items():  # named_children() skips a part met before
            if name in self.views:
                x = x.reshape(-1, *self.views[name])
            assert part is not None
            x = part(x)
        return x.reshape(-1, *self.out)


class Up(nn.Module):
    """A residual block that doubles the size: BatchNorm, ReLU, bilinear, convolution, twice; the
    shortcut is bilinear and 1x1 (or nothing, and no doubling)."""

    def __init__(self, wide: int, hidden: int, out: int, doubles: bool):
        super().__init__()
        self.b1, self.c1 = nn.BatchNorm2d(wide), nn.Conv2d(wide, hidden, 3, padding=1)
        self.b2, self.c2 = nn.BatchNorm2d(hidden), nn.Conv2d(hidden, out, 3, padding=1)
        self.c_sc = nn.Conv2d(wide, out, 1) if doubles else None

    def forward(self, x: Tensor) -> Tensor:
        h = F.relu(self.b1(x))
        if self.c_sc is None:
            return x + self.c2(F.relu(self.b2(self.c1(h))))
        h, x = (F.interpolate(t, scale_factor=2, mode="bilinear") for t in (h, x))
        return self.c2(F.relu(self.b2(self.c1(h)))) + self.c_sc(x)


def need(shapes: Shapes, name: str, dims: int) -> Shape:
    """The shape of a tensor that must be there with so many dimensions, none of them empty."""
    if name not in shapes:
        raise BadInput(f"{name} is missing: save the whole state_dict().")
    shape = shapes[name]
    if len(shape) != dims or not all(shape):
        raise BadInput(f"{name} has shape {list(shape)}, where {dims} numbers above 0 are needed.")
    return shape


def picture(channels: int, size: int) -> Shape:
    """The shape of a picture, if it can be shown."""
    if channels not in (1, 3):
        raise BadInput(f"It makes pictures of {channels} channels; 1 or 3 can be shown.")
    if not 1 < size <= LARGEST_SIDE:
        raise BadInput(f"It makes pictures {size:,} pixels wide; 2 to {LARGEST_SIDE} can be shown.")
    return channels, size, size


def pictured(numbers: int) -> Shape:
    """The shape of square pictures of so many numbers: grey, or else of three channels."""
    for channels in (1, 3):
        side = math.isqrt(numbers // channels)
        if numbers == channels * side * side and side > 1:
            return picture(channels, side)
    raise BadInput(
        f"{numbers:,} numbers are no square picture of 1 or 3 channels (784 = 28·28 would be one)."
    )


def latent_of(numbers: int) -> int:
    if numbers > MOST_LATENT:
        raise BadInput(f"It reads {numbers:,} numbers; at most {MOST_LATENT:,} can be drawn here.")
    return numbers


def at_once(net: nn.Module, shape: Shape) -> int:
    """How many samples of that shape a network may be given together; BadInput where one is too
    many. Its layers are only measured, on torch's meta device."""
    widest = [0]

    def measure(_: nn.Module, before: tuple[Tensor, ...], after: Tensor) -> None:
        widest[0] = max(widest[0], before[0].numel(), after.numel())

    hooks = [part.register_forward_hook(measure) for part in net.modules()]
    state = {name: value.to("meta") for name, value in net.state_dict().items()}
    with torch.no_grad():
        torch.func.functional_call(net, state, torch.empty(1, *shape, device="meta"))
    for hook in hooks:
        hook.remove()
    if 4 * widest[0] > ROOM:
        raise BadInput(
            f"One picture would take {4 * widest[0] >> 20:,} MB in one of its layers; at most"
            f" {ROOM >> 20} MB are allowed here."
        )
    return min(MOST_AT_ONCE, ROOM // (4 * widest[0]))
