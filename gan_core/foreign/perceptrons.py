"""Networks of linear layers: of PyTorch-GAN, of yunjey's tutorial, of WassersteinGAN."""

import re

from torch import nn

from gan_core.catalog import BadInput
from gan_core.foreign.layers import Found, Net, Shapes, latent_of, need, pictured

PYTORCH_GAN = "eriklindernoren/PyTorch-GAN wgan_gp"
TUTORIAL = "yunjey/pytorch-tutorial"
WASSERSTEIN = "martinarjovsky/WassersteinGAN, MLP"
EPS = 0.8  # as in PyTorch-GAN's DCGAN


def pytorch_gan(shapes: Shapes) -> Found | None:
    """`model.0.weight`, `model.2.weight`, `model.3.*` (BatchNorm), …"""
    return _stack(shapes, "model.", PYTORCH_GAN, nn.LeakyReLU(0.2), nn.LeakyReLU(0.2), nn.Tanh())


def tutorial(shapes: Shapes) -> Found | None:
    """`0.weight`, `2.weight`, `4.weight`."""
    return _stack(shapes, "", TUTORIAL, nn.ReLU(), nn.LeakyReLU(0.2), nn.Tanh())


def wasserstein(shapes: Shapes) -> Found | None:
    """`main.0.weight`, `main.2.weight`, …; no tanh at the end."""
    return _stack(shapes, "main.", WASSERSTEIN, nn.ReLU(), nn.ReLU(), nn.Identity())


def _stack(
    shapes: Shapes, prefix: str, family: str, act: nn.Module, critical: nn.Module, end: nn.Module
) -> Found | None:
    """Linear layers at their numbers, each but the last with BatchNorm or none, and `act`; a last
    one of a single number makes it a D, whose activation is `critical`."""
    pattern = re.compile(re.escape(prefix) + r"(\d+)\.weight")
    found = [(int(m[1]), len(s)) for n, s in shapes.items() if (m := pattern.fullmatch(n))]
    at = sorted(i for i, dims in found if dims == 2)
    if len(at) < 2 or at[0] != 0 or any(dims > 2 for _, dims in found):
        return None
    weights = {i: need(shapes, f"{prefix}{i}.weight", 2) for i in at}
    (out, _), wide = weights[at[-1]], weights[0][1]
    layers: dict[str, nn.Module] = {}
    for i, after in zip(at, [*at[1:], at[-1] + 2], strict=True):
        normed = any(n.startswith(f"{prefix}{i + 1}.") for n in shapes) and after != i + 1
        if after != i + 2 + normed:
            raise BadInput(f"Between {prefix}{i} and {prefix}{after} lies a layer not known here.")
        bias = f"{prefix}{i}.bias" in shapes
        layers[str(i)] = nn.Linear(weights[i][1], weights[i][0], bias=bias)
        if normed:
            layers[str(i + 1)] = nn.BatchNorm1d(weights[i][0], EPS)
        layers[str(after - 1)] = end if i == at[-1] else (critical if out == 1 else act)
    if out == 1:
        del layers[str(at[-1] + 1)]
    parts: dict[str, nn.Module] = layers
    if prefix:
        parts = {prefix[:-1]: nn.Sequential()}
        for name, layer in layers.items():
            parts[prefix[:-1]].add_module(name, layer)
    if out == 1:
        return Found(family, Net(parts, {next(iter(parts)): (wide,)}, ()), pictured(wide))
    shape = pictured(out)
    guessed = (
        f"{type(act).__name__} between layers",
        "tanh at the end" if isinstance(end, nn.Tanh) else "nothing at the end",
        f"{shape[0]} × {shape[1]} × {shape[2]} numbers in a picture, of {out:,}",
    )
    return Found(family, Net(parts, {}, shape), shape, latent_of(wide), guessed)
