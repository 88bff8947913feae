"""Players of the plane that know where the data lie, and how large they are."""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn

from gan_core.models.scores import Packed


class AtScale(nn.Module):
    """A player whose `body` works at the data's own scale: about 0, with unit deviation.

    The data's `centre` [d] and `scale` [] are part of the player, so that from the outside points
    are where they are, and inside one learning rate and one penalty suit data of any size.
    """

    PLACE = ("centre", "scale")

    def __init__(self, body: nn.Module, dim: int):
        super().__init__()
        self.body = body
        self.centre: Tensor
        self.scale: Tensor
        self.register_buffer("centre", torch.zeros(dim))
        self.register_buffer("scale", torch.ones(()))

    def place(self, centre: Sequence[float], scale: float) -> None:
        """Take the place and size of a data set; a scale of 0 counts as 1."""
        self.centre.copy_(torch.tensor(centre))
        self.scale.fill_(scale or 1.0)

    def inside(self, x: Tensor) -> Tensor:
        """Points [n, d] as the body sees them."""
        return (x - self.centre) / self.scale


class GeneratorAtScale(AtScale):
    """z [n, latent] -> points [n, d]."""

    def forward(self, z: Tensor) -> Tensor:
        return torch.addcmul(self.centre, self.body(z), self.scale)


class DiscriminatorAtScale(AtScale):
    """Points [n, d] -> [n]."""

    def forward(self, x: Tensor) -> Tensor:
        return self.body(self.inside(x))


def core(net: nn.Module) -> nn.Module:
    """The network itself, without its place and scale."""
    return net.body if isinstance(net, AtScale) else net


def beside_others(D: nn.Module) -> Callable[[Tensor], Tensor]:
    """D [n, d] -> [n]; one that judges packs sees each point in a pack with the ones after it."""
    judging = core(D)
    if not isinstance(judging, Packed):
        return D

    def scores(x: Tensor) -> Tensor:
        found: Tensor = judging(judging.beside(D.inside(x) if isinstance(D, AtScale) else x))
        return found

    return scores


class Carrier(nn.Module):
    """G(x, z) = x + shift + reach · f((x - centre)/scale, z): a sample of a source, carried.

    Reads [n, d + latent], the sample's coordinates first, gives [n, d]. `centre` [d] and `scale`
    are the source's, so that the MLP f sees it at unit size; `shift` [d] leads to the data's centre
    and `reach` is the larger scale of the two, so that f answers at unit size too. f begins at 0:
    before any training every point stays where it is, but for the shift.
    """

    PLACE = ("centre", "scale", "shift", "reach")  # not trained: where source and data lie

    def __init__(self, body: nn.Module, dim: int):
        super().__init__()
        self.body = body
        self.dim = dim
        self.centre: Tensor
        self.scale: Tensor
        self.shift: Tensor
        self.reach: Tensor
        for name in ("centre", "shift"):
            self.register_buffer(name, torch.zeros(dim))
        for name in ("scale", "reach"):
            self.register_buffer(name, torch.ones(()))

    def place(
        self, source: tuple[Sequence[float], float], data: tuple[Sequence[float], float]
    ) -> None:
        """Take centre and scale of source and data; a scale of 0 counts as 1."""
        centre, scale = torch.tensor(source[0]), source[1] or 1.0
        self.centre.copy_(centre)
        self.scale.fill_(scale)
        self.shift.copy_(torch.tensor(data[0]) - centre)
        self.reach.fill_(max(data[1] or 1.0, scale))

    def forward(self, inputs: Tensor) -> Tensor:
        return self.carried(inputs, self.body)

    def carried(self, inputs: Tensor, body: Callable[[Tensor], Tensor]) -> Tensor:
        """The same map with `body` as its f."""
        x, z = inputs[:, : self.dim], inputs[:, self.dim :]
        return x + self.shift + self.reach * body(torch.cat([(x - self.centre) / self.scale, z], 1))


class Blur(nn.Module):
    """The fixed generator x + σz, [n, 2d] -> [n, d]: nothing in it is trained."""

    PLACE = ("sigma",)

    def __init__(self, dim: int):
        super().__init__()
        self.dim = dim
        self.sigma: Tensor
        self.register_buffer("sigma", torch.ones(()))

    def forward(self, inputs: Tensor) -> Tensor:
        return inputs[:, : self.dim] + self.sigma * inputs[:, self.dim :]
