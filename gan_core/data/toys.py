"""Distributions in the plane that can be sampled for ever: mixtures of Gaussians, noisy curves, a
checkerboard.

A mode-coverage score needs `modes` and `std`; an optimal discriminator needs `log_density`. Points
are float32 [n, 2].
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field

import torch
from torch import Generator, Tensor

from gan_core.plane import shapes

Draw = Callable[[int, Generator], Tensor]
Density = Callable[[Tensor], Tensor]
NODES = 2048  # points that stand for a curve in its density: far closer together than its noise


@dataclass(frozen=True, eq=False)
class Toy:
    """One distribution. `modes` [m, 2], `weights` [m] and `std` are those of a Gaussian mixture
    (None, None and 0 for other shapes); `extent` is (x0, x1, y0, y1), a square around all data.

    `centre` and `scale` are the mean and the root mean square deviation a coordinate: the data
    minus `centre`, over `scale`, have about unit size."""

    name: str
    extent: tuple[float, float, float, float]
    draw: Draw = field(repr=False)
    density: Density | None = field(default=None, repr=False)
    modes: Tensor | None = field(default=None, repr=False)
    weights: Tensor | None = field(default=None, repr=False)
    std: float = 0.0
    dim: int = 2
    centre: tuple[float, float] = (0.0, 0.0)
    scale: float = 1.0

    def sample(self, n: int, generator: Generator, device: str | torch.device = "cpu") -> Tensor:
        """float32 [n, 2], drawn on the generator's own device, then moved to `device`."""
        return self.draw(n, generator).to(device)

    def log_density(self, x: Tensor) -> Tensor | None:
        """log p(x) [n] in nats for points [n, 2]; None where a density does not exist."""
        if self.density is None:
            return None
        return torch.cat([self.density(rows) for rows in x.split(4096)])  # bounds the memory


def toy(name: str, params: dict[str, float]) -> Toy:
    """The toy of a catalog name, with all its parameters as `catalog.data_info` checked them."""
    if name.startswith(("ring", "grid")):
        centres = (shapes.ring if name.startswith("ring") else shapes.grid)(torch, params)
        return mixture(name, centres, params["std"], params["imbalance"])
    if name == "moons":
        return _curve(name, lambda u: shapes.moons(torch, u), params["noise"])
    if name == "swiss-roll":
        turns = params["turns"]
        return _curve(name, lambda u: shapes.swiss_roll(torch, u, turns), params["noise"])
    return _checkerboard(name, params)


def held(tensor: Tensor) -> Callable[[torch.device], Tensor]:
    """A tensor on whatever device is asked for, moved there once: a batch that fetched it from the
    host would make a GPU wait, and could not be captured."""
    copies = {tensor.device: tensor}

    def on(device: torch.device) -> Tensor:
        if device not in copies:
            copies[device] = tensor.to(device)
        return copies[device]

    return on


def mixture(name: str, modes: Tensor, std: float, imbalance: float = 0.0) -> Toy:
    """Equal round Gaussians at `modes`. With an `imbalance` of r, the first mode is 1 + r times as
    frequent as the last, geometrically in between."""
    weights = shapes.shares(torch, len(modes), imbalance)
    modes_on, weights_on = held(modes), held(weights)

    def draw(n: int, generator: Generator) -> Tensor:
        place = generator.device
        if imbalance:
            which = torch.multinomial(weights_on(place), n, True, generator=generator)
        else:  # the same, sooner
            which = torch.randint(len(modes), (n,), generator=generator, device=place)
        x = torch.randn(n, 2, generator=generator, device=place).mul_(std)
        return x.add_(modes_on(place).index_select(0, which))

    def density(x: Tensor) -> Tensor:
        return log_gaussians(x, modes_on(x.device), std, weights_on(x.device))

    extent = square(modes.abs().max().item() + 4 * std)
    centre, scale = _moments(modes, weights, std**2)
    return Toy(name, extent, draw, density, modes, weights, std, centre=centre, scale=scale)


def _curve(name: str, curve: Callable[[Tensor], Tensor], noise: float) -> Toy:
    """A curve [0, 1] -> plane, walked at a uniform parameter, plus round Gaussian noise."""
    nodes = curve((torch.arange(NODES) + 0.5) / NODES)
    weights = torch.full((NODES,), 1 / NODES)

    def draw(n: int, generator: Generator) -> Tensor:
        u = torch.rand(n, generator=generator, device=generator.device)
        return curve(u) + noise * torch.randn(n, 2, generator=generator, device=u.device)

    def density(x: Tensor) -> Tensor:
        return log_gaussians(x, nodes.to(x.device), noise, weights.to(x.device))

    extent = square(nodes.abs().max().item() + 4 * noise)
    gap = (nodes[1:] - nodes[:-1]).norm(dim=1).sort().values[-2].item()  # the jump between moons
    centre, scale = _moments(nodes, weights, noise**2)
    known = density if noise > 2 * gap else None
    return Toy(name, extent, draw, known, centre=centre, scale=scale)


def _checkerboard(name: str, params: dict[str, float]) -> Toy:
    """Uniform on every other square of a board over [-2, 2]²; the corner at (-2, -2) is filled."""
    side = int(params["cells"])
    step = 2 * shapes.REACH / side
    filled = shapes.filled_cells(torch, params)
    filled_on = held(filled)

    def draw(n: int, generator: Generator) -> Tensor:
        place = generator.device
        which = torch.randint(len(filled), (n,), generator=generator, device=place)
        inside = torch.rand(n, 2, generator=generator, device=place)
        return (filled_on(place)[which] + inside) * step - 2

    def density(x: Tensor) -> Tensor:
        cell = ((x + 2) / step).floor()
        on_board = ((cell >= 0) & (cell < side)).all(1) & (cell.sum(1) % 2 == 0)
        log_p = torch.full((len(x),), -math.log(len(filled) * step**2), device=x.device)
        return torch.where(on_board, log_p, -math.inf)

    even = torch.full((len(filled),), 1 / len(filled))
    centre, scale = _moments((filled + 0.5) * step - 2, even, step**2 / 12)
    return Toy(name, square(2.0), draw, density, centre=centre, scale=scale)


def _moments(
    centres: Tensor, weights: Tensor, variance: float
) -> tuple[tuple[float, float], float]:
    """(centre, scale) of a mixture of equal round parts, each of `variance` a coordinate."""
    places, shares = centres.double(), weights.double()
    mean = (shares[:, None] * places).sum(0)
    between = (shares[:, None] * (places - mean) ** 2).sum() / 2
    return (mean[0].item(), mean[1].item()), math.sqrt(between.item() + variance)


def log_gaussians(x: Tensor, centres: Tensor, std: float, weights: Tensor) -> Tensor:
    """log Σ_i w_i N(x; c_i, std² I) in nats for x [n, 2] -> [n]; centres c [m, 2], weights w."""
    squared = ((x[:, None] - centres) ** 2).sum(-1)  # not cdist: it loses digits near a centre
    log_norm = math.log(2 * math.pi * std**2)
    return torch.logsumexp(weights.log() - squared / (2 * std**2), 1) - log_norm


def square(half: float, x: float = 0.0, y: float = 0.0) -> tuple[float, float, float, float]:
    """An extent around (x, y) for data that reach `half` far from it."""
    side = 1.25 * half  # room for what a generator misplaces
    return (x - side, x + side, y - side, y + side)
