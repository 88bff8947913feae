"""Directions of z that change a generator's pictures most: closed-form factorisation.

SeFa (Shen & Zhou 2021): the first layer is A z + b, so a unit step n changes its output by A n, and
the steps that change it most are the eigenvectors of AᵀA. No data and no training are needed; what
a direction means is for the eye to say.
"""

from weakref import WeakKeyDictionary

import torch
from torch import Tensor, nn

from gan_core.catalog import BadInput
from gan_core.models.residual import GenerativeBasis
from gan_core.sampling.opened import Opened

_known: WeakKeyDictionary[Opened, tuple[Tensor, Tensor]] = WeakKeyDictionary()


def first_layer(net: nn.Module, latent: int) -> Tensor:
    """A [outputs, latent] of the first layer that reads z; a source's columns are left out."""
    for part in net.modules():
        if isinstance(part, GenerativeBasis):  # (W z)[c] times a picture: rows as long as that is
            return part.linear.weight * part.basis.flatten(2).norm(dim=-1).T
        if isinstance(part, nn.Linear):
            return part.weight[:, part.in_features - latent :]
        if isinstance(part, nn.ConvTranspose2d):  # of one pixel: a picture for each number of z
            return part.weight.flatten(1).T
        if isinstance(part, nn.Conv2d):
            break
    raise BadInput("This generator's first layer is no linear map of z: it has no such directions.")


@torch.no_grad()
def directions(opened: Opened) -> tuple[Tensor, Tensor]:
    """Unit vectors [latent, latent], a row each, strongest first, and the eigenvalues [latent].

    The sign, which is free, makes the largest number of each positive.
    """
    if opened not in _known:
        net = opened.players.shown if opened.players else getattr(opened, "net", None)
        if net is None or opened.latent < 1:
            raise BadInput("The first layer of this file's generator is not known, or reads no z.")
        A = first_layer(net, opened.latent).double().cpu()
        values, vectors = torch.linalg.eigh(A.T @ A)
        rows = vectors.T.flip(0)
        largest = rows.gather(1, rows.abs().argmax(1, keepdim=True))
        _known[opened] = ((rows * largest.sign()).float(), values.flip(0).clamp_min(0).float())
    return _known[opened]
