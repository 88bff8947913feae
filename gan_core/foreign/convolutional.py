"""DCGANs: of pytorch/examples, of WassersteinGAN, of PyTorch-GAN."""

import math
import re

from torch import nn

from gan_core.catalog import BadInput
from gan_core.foreign.layers import Found, Net, Shapes, latent_of, need, picture

EXAMPLES = "pytorch/examples dcgan"
WASSERSTEIN = "martinarjovsky/WassersteinGAN"
PYTORCH_GAN = "eriklindernoren/PyTorch-GAN dcgan"
MOST_STAGES = 8  # 4·2^7 = 512 pixels
EPS = 0.8  # what PyTorch-GAN gives as the second argument of BatchNorm2d, which is eps


def examples(shapes: Shapes) -> Found | None:
    """`main.0.weight`, `main.1.*` (BatchNorm), `main.3.weight`, …: G; `main.0`, `main.2`: D."""
    at = sorted(
        int(m[1])
        for name, shape in shapes.items()
        if (m := re.fullmatch(r"main\.(\d+)\.weight", name)) and len(shape) == 4
    )
    if len(at) < 2 or at[-1] > 3 * MOST_STAGES:
        return None
    if at[-1] % 3 == 0:
        return _transposed(shapes, at[-1] // 3 + 1)
    return _convolved(shapes, (at[-1] + 1) // 3 + 1) if at[-1] % 3 == 2 else None


def _transposed(shapes: Shapes, stages: int) -> Found:
    """Stages double 4 pixels; stage i has its convolution at 3i and its BatchNorm at 3i+1."""
    weights = [need(shapes, f"main.{3 * i}.weight", 4) for i in range(stages)]
    main = nn.Sequential()
    for i, (wide, out, *_) in enumerate(weights):
        bias = f"main.{3 * i}.bias" in shapes
        main.append(nn.ConvTranspose2d(wide, out, 4, 2 if i else 1, 1 if i else 0, bias=bias))
        main.extend([nn.Tanh()] if i == stages - 1 else [nn.BatchNorm2d(out), nn.ReLU()])
    latent = latent_of(weights[0][0])
    shape = picture(weights[-1][1], 4 * 2 ** (stages - 1))
    net = Net({"main": main}, {"main": (latent, 1, 1)}, shape)
    return Found(EXAMPLES, net, shape, latent, ("ReLU between layers and tanh at the end",))


def _convolved(shapes: Shapes, stages: int) -> Found:
    """D: convolutions at 0, 2, 5, 8, …, BatchNorm after all but the first and the last."""
    at = [0, *range(2, 3 * stages - 3, 3)]
    weights = [need(shapes, f"main.{i}.weight", 4) for i in at]
    main = nn.Sequential()
    for i, (out, wide, *_) in zip(at, weights, strict=True):
        last, bias = i == at[-1], f"main.{i}.bias" in shapes
        main.append(nn.Conv2d(wide, out, 4, 1 if last else 2, 0 if last else 1, bias=bias))
        if not last:
            main.extend([nn.BatchNorm2d(out)] * (i > 0) + [nn.LeakyReLU(0.2)])
    shape = picture(weights[0][1], 4 * 2 ** (stages - 1))
    return Found(EXAMPLES, Net({"main": main}, {"main": shape}, ()), shape)


def wasserstein(shapes: Shapes) -> Found | None:
    """`main.initial:100-512:convt.weight`, `main.pyramid:…`, `main.final:…`; with BatchNorm or
    without; `main.extra-layers-0:64:conv.weight` before the last."""
    if not any(name.startswith("main.initial:") for name in shapes):
        return None
    named = next((n for n in shapes if re.match(r"main\.initial:\d+-\d+:convt?\.weight$", n)), None)
    if named is None:
        raise BadInput("main.initial:…:convt.weight is missing: save the whole state_dict().")
    first_shape = need(shapes, named, 4)
    return _critic(shapes, first_shape[1]) if ":conv." in named else _pyramid(shapes, first_shape)


def _critic(shapes: Shapes, channels: int) -> Found:
    """Its D, so far as to say what it is: how many times it halves says the size."""
    halvings = sum(bool(re.match(r"main\.pyramid:\d+-\d+:conv\.weight$", n)) for n in shapes)
    return Found(WASSERSTEIN, nn.Identity(), picture(channels, 4 * 2 ** min(halvings + 1, 7)))


def _pyramid(shapes: Shapes, first: tuple[int, ...]) -> Found:
    normed = any(name.endswith(":batchnorm.weight") for name in shapes)
    main = nn.Sequential()
    wide, size = first[1], 4

    def stage(name: str, wide: int, out: int, layer: nn.Module) -> None:
        kind = "conv" if isinstance(layer, nn.Conv2d) else "convt"
        between = f"{wide}-{out}" if kind == "convt" else str(out)
        main.add_module(f"{name}:{between}:{kind}", layer)
        if normed:
            main.add_module(f"{name}:{out}:batchnorm", nn.BatchNorm2d(out))
        main.add_module(f"{name}:{out}:relu", nn.ReLU())

    latent = latent_of(first[0])
    stage("initial", latent, wide, nn.ConvTranspose2d(latent, wide, 4, 1, 0, bias=False))
    while f"main.pyramid:{wide}-{wide // 2}:convt.weight" in shapes and size < 512:
        layer = nn.ConvTranspose2d(wide, wide // 2, 4, 2, 1, bias=False)
        stage("pyramid", wide, wide // 2, layer)
        wide, size = wide // 2, size * 2
    extra = 0
    while f"main.extra-layers-{extra}:{wide}:conv.weight" in shapes:
        stage(f"extra-layers-{extra}", wide, wide, nn.Conv2d(wide, wide, 3, 1, 1, bias=False))
        extra += 1
    end = next((n for n in shapes if re.match(r"main\.final:\d+-\d+:convt\.weight$", n)), None)
    channels = need(shapes, end or f"main.final:{wide}-C:convt.weight", 4)[1]
    last = nn.ConvTranspose2d(wide, channels, 4, 2, 1, bias=False)
    main.add_module(f"final:{wide}-{channels}:convt", last)
    main.add_module(f"final:{channels}:tanh", nn.Tanh())
    shape = picture(channels, size * 2)
    net = Net({"main": main}, {"main": (latent, 1, 1)}, shape)
    return Found(WASSERSTEIN, net, shape, latent, ("tanh at the end",))


def pytorch_gan(shapes: Shapes) -> Found | None:
    """`l1.0`, `conv_blocks.2`, `.6`, `.9`: G; `model.0` (of 4 dimensions), `adv_layer.0`: D."""
    if "adv_layer.0.weight" in shapes and len(shapes.get("model.0.weight", ())) == 4:
        return _judge(shapes)
    if not any(name.startswith("conv_blocks.") for name in shapes):
        return None
    out, latent = need(shapes, "l1.0.weight", 2)
    wide = need(shapes, "conv_blocks.0.weight", 1)[0]
    middle, narrow, channels = (need(shapes, f"conv_blocks.{i}.weight", 4)[0] for i in (2, 6, 9))
    side = math.isqrt(out // wide)
    if side * side * wide != out or not side:
        raise BadInput(f"l1.0.weight gives {out} numbers, no square of {wide} channels.")
    blocks = nn.Sequential(
        nn.BatchNorm2d(wide), nn.Upsample(scale_factor=2), nn.Conv2d(wide, middle, 3, padding=1),
        nn.BatchNorm2d(middle, EPS), nn.LeakyReLU(0.2), nn.Upsample(scale_factor=2),
        nn.Conv2d(middle, narrow, 3, padding=1), nn.BatchNorm2d(narrow, EPS), nn.LeakyReLU(0.2),
        nn.Conv2d(narrow, channels, 3, padding=1), nn.Tanh(),
    )  # fmt: skip
    shape = picture(channels, 4 * side)
    parts = {"l1": nn.Sequential(nn.Linear(latent_of(latent), out)), "conv_blocks": blocks}
    net = Net(parts, {"conv_blocks": (wide, side, side)}, shape)
    guessed = (f"eps of BatchNorm {EPS}, as that code has it", "tanh at the end")
    return Found(PYTORCH_GAN, net, shape, latent, guessed)


def _judge(shapes: Shapes) -> Found:
    wide = need(shapes, "model.0.weight", 4)[1]
    return Found(PYTORCH_GAN, nn.Identity(), picture(wide, 32))
