"""mimicry's DCGAN and WGAN-GP: residual blocks that double the size."""

import math
import re

from torch import nn

from gan_core.catalog import BadInput
from gan_core.foreign.layers import Found, Net, Shapes, Up, latent_of, need, picture

MIMICRY = "kwotsin/mimicry"
MOST_BLOCKS = 7


def mimicry(shapes: Shapes) -> Found | None:
    """`l1`, `block2.c1`, …, `b5`, `c5`: G; `block1.c1`, …, `l5`: D."""
    found = {int(m[1]) for name in shapes if (m := re.match(r"block(\d)\.c[12_]", name))}
    if not found:
        return None
    if 1 in found:
        wide = need(shapes, "block1.c1.weight", 4)[1]
        return Found(MIMICRY, nn.Identity(), picture(wide, 32))
    last = max(found) + 1
    if last > MOST_BLOCKS + 2:
        raise BadInput(f"It has a block {last - 1}; at most {MOST_BLOCKS} blocks can be opened.")
    out, latent = need(shapes, "l1.weight", 2)
    parts: dict[str, nn.Module] = {"l1": nn.Linear(latent_of(latent), out)}
    doublings = 0
    for i in range(2, last):
        hidden, wide, *_ = need(shapes, f"block{i}.c1.weight", 4)
        doubles = f"block{i}.c_sc.weight" in shapes
        after = need(shapes, f"block{i}.c2.weight", 4)[0]
        parts[f"block{i}"] = Up(wide, hidden, after, doubles)
        doublings += doubles
    first = need(shapes, "block2.c1.weight", 4)[1]
    side = math.isqrt(out // first)
    if side * side * first != out or not side:
        raise BadInput(f"l1.weight gives {out} numbers, no square of {first} channels.")
    channels, narrow, *_ = need(shapes, f"c{last}.weight", 4)
    parts[f"b{last}"] = nn.BatchNorm2d(narrow)
    parts["relu"] = nn.ReLU()
    parts[f"c{last}"] = nn.Conv2d(narrow, channels, 3, padding=1)
    parts["tanh"] = nn.Tanh()
    shape = picture(channels, side * 2**doublings)
    guessed = (
        "tanh at the end: its DCGAN for CIFAR-10 alone has a sigmoid, and no tensor tells",
        "DCGAN, WGAN-GP or another of its losses: their generators are alike",
    )
    return Found(
        MIMICRY, Net(parts, {"block2": (first, side, side)}, shape), shape, latent, guessed
    )
