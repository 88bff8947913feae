"""The networks: MLPs for the plane, DCGANs for images, and auto-encoders for BEGAN's D.

Generators map z [n, latent] to samples; every D maps samples to one raw number each [n]. Sizes
come with each class; all weights are drawn from the generator that `init` is handed.
"""

import math
from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm


def _norm(kind: str, channels: int, images: bool) -> list[nn.Module]:
    """The normalisation that follows a layer; `layer` and `none` act on each sample alone."""
    if kind == "batch":
        return [nn.BatchNorm2d(channels) if images else nn.BatchNorm1d(channels)]
    if kind == "layer":
        return [nn.GroupNorm(1, channels) if images else nn.LayerNorm(channels)]
    return []


def _wrap(layer: nn.Module, norm: str) -> nn.Module:
    return spectral_norm(layer) if norm == "spectral" else layer


class MLP(nn.Sequential):
    """Fully connected: [n, inputs] -> [n, outputs], `depth` hidden layers of `width`."""

    def __init__(
        self, inputs: int, outputs: int, width: int, depth: int, norm: str = "none", leak: float = 0
    ):
        layers: list[nn.Module] = []
        for i in range(depth):
            layers.append(_wrap(nn.Linear(inputs if i == 0 else width, width), norm))
            layers += _norm(norm, width, images=False)
            layers.append(nn.LeakyReLU(leak) if leak else nn.ReLU())
        layers.append(_wrap(nn.Linear(width, outputs), norm))
        super().__init__(*layers)


class Fourier(nn.Module):
    """Random Fourier features [n, d] -> [n, d + 2 count]: lets a small MLP see fine detail.

    Tancik et al. 2020; the frequencies are drawn once, N(0, scale), and never trained.
    """

    def __init__(self, inputs: int, count: int, scale: float = 3.0):
        super().__init__()
        self.scale = scale
        self.frequencies: Tensor
        self.register_buffer("frequencies", torch.zeros(inputs, count))

    def forward(self, x: Tensor) -> Tensor:
        phase = 2 * math.pi * x @ self.frequencies
        return torch.cat([x, phase.sin(), phase.cos()], 1)


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


class Scores(nn.Module):
    """A network with one output as a D: [n, …] -> [n]."""

    def __init__(self, body: nn.Module):
        super().__init__()
        self.body = body

    def forward(self, x: Tensor) -> Tensor:
        return self.body(x).flatten()


class Packed(nn.Module):
    """A D that judges `pack` samples at once (PacGAN, Lin et al. 2018), [n, pack c, …] -> [n].

    `body` is any D of pack times c channels (or coordinates), `channels` the c of one sample. A
    lack of variety shows within a pack, where a D of single samples cannot see it. Given single
    samples [n, c, …] it scores packs of `pack` equal ones: the diagonal D(x, …, x).
    """

    def __init__(self, body: nn.Module, pack: int, channels: int):
        super().__init__()
        self.body, self.pack, self.channels = body, pack, channels

    def forward(self, x: Tensor) -> Tensor:
        scores: Tensor = self.body(self.diagonal(x) if x.shape[1] == self.channels else x)
        return scores

    def diagonal(self, x: Tensor) -> Tensor:
        return x.repeat(1, self.pack, *[1] * (x.dim() - 2))

    def packs(self, x: Tensor) -> Tensor:
        """Samples [n pack, c, …] in packs of consecutive ones, [n, pack c, …]."""
        return x.reshape(len(x) // self.pack, -1, *x.shape[2:])

    def beside(self, x: Tensor) -> Tensor:
        """Each sample of [n, c, …] in a pack with the ones after it, [n, pack c, …]. Only the
        sample itself leads back to `x`: what D says of it, its neighbours held."""
        held = x.detach()
        return torch.cat([x, *(held.roll(-i, 0) for i in range(1, self.pack))], 1)


def beside_others(D: nn.Module) -> Callable[[Tensor], Tensor]:
    """D [n, d] -> [n]; one that judges packs sees each point in a pack with the ones after it."""
    judging = core(D)
    if not isinstance(judging, Packed):
        return D

    def scores(x: Tensor) -> Tensor:
        found: Tensor = judging(judging.beside(D.inside(x) if isinstance(D, AtScale) else x))
        return found

    return scores


class Errors(nn.Module):
    """An auto-encoder as BEGAN's D: its mean absolute reconstruction error L(x), [n, …] -> [n]."""

    def __init__(self, encoder: nn.Module, decoder: nn.Module):
        super().__init__()
        self.encoder = encoder
        self.decoder = decoder

    def forward(self, x: Tensor) -> Tensor:
        return (x - self.reconstruct(x)).abs().flatten(1).mean(1)

    def reconstruct(self, x: Tensor) -> Tensor:
        return self.decoder(self.encoder(x))


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


class DCGenerator(nn.Module):
    """Radford 2016: z [n, latent] -> images [n, channels, size, size] in [-1, 1].

    Transposed convolutions double the side from 4; `width` channels stand before the last.
    """

    def __init__(self, latent: int, channels: int, size: int, width: int, norm: str = "batch"):
        super().__init__()
        doublings = _doublings(size)
        wide = width * 2 ** (doublings - 1)
        layers: list[nn.Module] = [nn.ConvTranspose2d(latent, wide, 4, 1, 0, bias=norm != "batch")]
        layers += [*_norm(norm, wide, images=True), nn.ReLU()]
        for i in range(doublings):
            last = i == doublings - 1
            narrow = channels if last else wide // 2
            bias = last or norm != "batch"  # BatchNorm brings its own
            layers.append(nn.ConvTranspose2d(wide, narrow, 4, 2, 1, bias=bias))
            layers += [nn.Tanh()] if last else [*_norm(norm, narrow, images=True), nn.ReLU()]
            wide = narrow
        self.body = nn.Sequential(*layers)

    def forward(self, z: Tensor) -> Tensor:
        return self.body(z[:, :, None, None])


def dc_encoder(channels: int, size: int, width: int, outputs: int, norm: str) -> nn.Sequential:
    """Radford 2016's D: strided convolutions to 4x4, then one convolution: [n, outputs, 1, 1]."""
    layers: list[nn.Module] = []
    for i in range(_doublings(size)):
        bare = i == 0 or norm != "batch"  # no BatchNorm at D's input
        layers.append(_wrap(nn.Conv2d(channels, width, 4, 2, 1, bias=bare), norm))
        layers += [] if i == 0 else _norm(norm, width, images=True)
        layers.append(nn.LeakyReLU(0.2))
        channels, width = width, width * 2
    return nn.Sequential(*layers, _wrap(nn.Conv2d(channels, outputs, 4, 1, 0), norm))


class DCAutoencoder(Errors):
    """BEGAN's D on images: the DCGAN encoder to `code` numbers, and back."""

    def __init__(self, channels: int, size: int, width: int, code: int, norm: str = "none"):
        encoder = nn.Sequential(dc_encoder(channels, size, width, code, norm), nn.Flatten())
        super().__init__(encoder, DCGenerator(code, channels, size, width, norm="none"))


def _doublings(size: int) -> int:
    steps = round(math.log2(size / 4))
    if steps < 1 or size != 4 * 2**steps:
        raise ValueError(f"size={size}: DCGAN networks need 8, 16, 32, 64, …")
    return steps


@torch.no_grad()
def init(module: nn.Module, rng: torch.Generator) -> nn.Module:
    """Draw all weights from `rng`, in the module's own order: equal seeds, equal weights.

    Convolutions as DCGAN has them, N(0, 0.02), or scaled to their fan-in where no normalisation
    would lift so small a start; linear layers uniform in ±1/√fan_in (torch's own); norms at 1, 0.
    """
    normalised = any(isinstance(m, nn.BatchNorm2d | nn.GroupNorm) for m in module.modules())
    for part in module.modules():
        if isinstance(part, nn.Conv2d | nn.ConvTranspose2d):
            weight = _weight(part)
            fan_in = weight[0].numel() if isinstance(part, nn.Conv2d) else _fan_in_up(part)
            std = 0.02 if normalised else math.sqrt(1 / fan_in)
            weight.normal_(0, std, generator=rng)
            if part.bias is not None:
                part.bias.zero_()
        elif isinstance(part, nn.Linear):
            bound = 1 / math.sqrt(part.in_features)
            _weight(part).uniform_(-bound, bound, generator=rng)
            part.bias.uniform_(-bound, bound, generator=rng)
        elif isinstance(part, Fourier):
            part.frequencies.normal_(0, part.scale / (2 * math.pi), generator=rng)
    if isinstance(module, Carrier):
        last = [part for part in module.body.modules() if isinstance(part, nn.Linear)][-1]
        for weight in last.parameters():
            weight.zero_()
    return module


def _weight(layer: nn.Module) -> Tensor:
    """The trained tensor behind `layer.weight`, also under spectral norm."""
    named = dict(layer.named_parameters())
    return named.get("parametrizations.weight.original", named.get("weight", torch.empty(0)))


def _fan_in_up(layer: nn.ConvTranspose2d) -> float:
    """Inputs that reach one output: of the first, which makes 4x4 of one pixel, and the others."""
    return layer.in_channels * (4 if layer.stride[0] == 2 else 1)
