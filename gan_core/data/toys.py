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

from gan_core.catalog import BadInput

Draw = Callable[[int, Generator], Tensor]
Density = Callable[[Tensor], Tensor]
NODES = 2048  # points that stand for a curve in its density: far closer together than its noise


@dataclass(frozen=True, eq=False)
class Toy:
    """One distribution. `modes` [m, 2], `weights` [m] and `std` are those of a Gaussian mixture
    (None, None and 0 for other shapes); `extent` is (x0, x1, y0, y1), a square around all data."""

    name: str
    extent: tuple[float, float, float, float]
    draw: Draw = field(repr=False)
    density: Density | None = field(default=None, repr=False)
    modes: Tensor | None = field(default=None, repr=False)
    weights: Tensor | None = field(default=None, repr=False)
    std: float = 0.0
    dim: int = 2

    def sample(self, n: int, generator: Generator, device: str | torch.device = "cpu") -> Tensor:
        """float32 [n, 2], drawn on the generator's own device, then moved to `device`."""
        return self.draw(n, generator).to(device)

    def log_density(self, x: Tensor) -> Tensor | None:
        """log p(x) [n] in nats for points [n, 2]; None where a density does not exist."""
        if self.density is None:
            return None
        return torch.cat([self.density(rows) for rows in x.split(4096)])  # bounds the memory


def toy(name: str, params: dict[str, float]) -> Toy:
    """The toy of a catalog name with all its parameters; BadInput for one that makes no sense."""
    if name.startswith("ring"):
        return _ring(name, params)
    if name.startswith("grid"):
        return _grid(name, params)
    if name == "moons":
        return _curve(name, _moons, _not_negative(name, params, "noise"))
    if name == "swiss-roll":
        turns = _positive(name, params, "turns", 20)
        return _curve(name, lambda u: _swiss_roll(u, turns), _not_negative(name, params, "noise"))
    return _checkerboard(name, params)


def mixture(name: str, modes: Tensor, std: float, imbalance: float = 0.0) -> Toy:
    """Equal round Gaussians at `modes`. With an `imbalance` of r, the first mode is 1 + r times as
    frequent as the last, geometrically in between."""
    m = len(modes)
    weights = torch.logspace(0, -1, m, base=1 + imbalance) if imbalance else torch.ones(m)
    weights = weights / weights.sum()

    def draw(n: int, generator: Generator) -> Tensor:
        place = generator.device
        which = torch.multinomial(weights.to(place), n, True, generator=generator)
        return modes.to(place)[which] + std * torch.randn(n, 2, generator=generator, device=place)

    def density(x: Tensor) -> Tensor:
        return _log_gaussians(x, modes.to(x.device), std, weights.to(x.device))

    extent = _square(modes.abs().max().item() + 4 * std)
    return Toy(name, extent, draw, density, modes, weights, std)


def _ring(name: str, params: dict[str, float]) -> Toy:
    count = _whole(name, params, "modes", 1, 256)
    angle = torch.arange(count) * (2 * math.pi / count)  # linspace(0, 2π, m) would repeat one
    centres = _positive(name, params, "radius") * torch.stack([angle.cos(), angle.sin()], 1)
    return mixture(name, centres, _positive(name, params, "std"), _imbalance(name, params))


def _grid(name: str, params: dict[str, float]) -> Toy:
    side = _whole(name, params, "side", 1, 20)
    line = (torch.arange(side) - (side - 1) / 2) * _positive(name, params, "spacing")
    centres = torch.cartesian_prod(line, line)
    return mixture(name, centres, _positive(name, params, "std"), _imbalance(name, params))


def _curve(name: str, curve: Callable[[Tensor], Tensor], noise: float) -> Toy:
    """A curve [0, 1] -> plane, walked at a uniform parameter, plus round Gaussian noise."""
    nodes = curve((torch.arange(NODES) + 0.5) / NODES)

    def draw(n: int, generator: Generator) -> Tensor:
        u = torch.rand(n, generator=generator, device=generator.device)
        return curve(u) + noise * torch.randn(n, 2, generator=generator, device=u.device)

    def density(x: Tensor) -> Tensor:
        weights = torch.full((NODES,), 1 / NODES, device=x.device)
        return _log_gaussians(x, nodes.to(x.device), noise, weights)

    extent = _square(nodes.abs().max().item() + 4 * noise)
    gap = (nodes[1:] - nodes[:-1]).norm(dim=1).sort().values[-2].item()  # the jump between moons
    return Toy(name, extent, draw, density if noise > 2 * gap else None)


def _moons(u: Tensor) -> Tensor:
    """Two half circles of radius 1 that reach into each other, centred on the origin."""
    upper = u < 0.5
    angle = 2 * math.pi * torch.where(upper, u, u - 0.5)
    x = torch.where(upper, angle.cos(), 1 - angle.cos()) - 0.5
    y = torch.where(upper, angle.sin(), 0.5 - angle.sin()) - 0.25
    return torch.stack([x, y], 1)


def _swiss_roll(u: Tensor, turns: float) -> Tensor:
    """A spiral that starts after three quarters of a turn and ends at radius 1.5."""
    angle = 2 * math.pi * (0.75 + turns * u)
    radius = 1.5 * (0.75 + turns * u) / (0.75 + turns)
    return torch.stack([radius * angle.cos(), radius * angle.sin()], 1)


def _checkerboard(name: str, params: dict[str, float]) -> Toy:
    """Uniform on every other square of a board over [-2, 2]²; the corner at (-2, -2) is filled."""
    side = _whole(name, params, "cells", 2, 64)
    step = 4 / side
    row, column = torch.meshgrid(torch.arange(side), torch.arange(side), indexing="ij")
    filled = torch.stack([row, column], -1)[(row + column) % 2 == 0]  # [k, 2]

    def draw(n: int, generator: Generator) -> Tensor:
        place = generator.device
        which = torch.randint(len(filled), (n,), generator=generator, device=place)
        inside = torch.rand(n, 2, generator=generator, device=place)
        return (filled.to(place)[which] + inside) * step - 2

    def density(x: Tensor) -> Tensor:
        cell = ((x + 2) / step).floor()
        on_board = ((cell >= 0) & (cell < side)).all(1) & (cell.sum(1) % 2 == 0)
        log_p = torch.full((len(x),), -math.log(len(filled) * step**2), device=x.device)
        return torch.where(on_board, log_p, -math.inf)

    return Toy(name, _square(2.0), draw, density)


def _log_gaussians(x: Tensor, centres: Tensor, std: float, weights: Tensor) -> Tensor:
    """log Σ_i w_i N(x; c_i, std² I) for x [n, 2] -> [n]."""
    squared = ((x[:, None] - centres) ** 2).sum(-1)  # not cdist: it loses digits near a centre
    log_norm = math.log(2 * math.pi * std**2)
    return torch.logsumexp(weights.log() - squared / (2 * std**2), 1) - log_norm


def _square(half: float) -> tuple[float, float, float, float]:
    side = 1.25 * half  # room for what a generator misplaces
    return (-side, side, -side, side)


def _whole(name: str, params: dict[str, float], key: str, low: int, high: int) -> int:
    value = params[key]
    if not (low <= value <= high and value == int(value)):
        raise BadInput(f"{name}({key}={value:g}): {key} must be a whole number, {low} to {high}.")
    return int(value)


def _positive(name: str, params: dict[str, float], key: str, high: float = 1000) -> float:
    value = params[key]
    if not 1e-6 <= value <= high:
        raise BadInput(f"{name}({key}={value:g}): {key} must be above 0 and at most {high:g}.")
    return value


def _not_negative(name: str, params: dict[str, float], key: str) -> float:
    return params[key] if params[key] == 0 else _positive(name, params, key)


def _imbalance(name: str, params: dict[str, float]) -> float:
    return _not_negative(name, params, "imbalance") if "imbalance" in params else 0.0
