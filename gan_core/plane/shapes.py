"""Where the toys lie, written once for numpy and torch: `xp` is either module.

What trains is drawn with torch (`gan_core.data.toys`), what the server previews with numpy
(`gan_core.plane.preview`); both walk the same curves and stand on the same centres.
"""

import math
from typing import Any

REACH = 2  # the checkerboard covers [-2, 2]²


def ring(xp: Any, params: dict[str, float]) -> Any:
    """Centres [modes, 2] on a circle; the first lies to the right."""
    count = int(params["modes"])
    angle = xp.arange(count) * (2 * math.pi / count)  # linspace(0, 2π, m) would repeat one
    return params["radius"] * xp.stack([xp.cos(angle), xp.sin(angle)], 1)


def grid(xp: Any, params: dict[str, float]) -> Any:
    """Centres [side², 2] of a square grid around the origin."""
    side = int(params["side"])
    line = (xp.arange(side) - (side - 1) / 2) * params["spacing"]
    x, y = xp.meshgrid(line, line, indexing="ij")
    return xp.stack([x.reshape(-1), y.reshape(-1)], 1)


def moons(xp: Any, u: Any) -> Any:
    """Two half circles of radius 1 that reach into each other, centred on the origin: u in [0, 1]
    -> points [n, 2]."""
    upper = u < 0.5
    angle = 2 * math.pi * xp.where(upper, u, u - 0.5)
    x = xp.where(upper, xp.cos(angle), 1 - xp.cos(angle)) - 0.5
    y = xp.where(upper, xp.sin(angle), 0.5 - xp.sin(angle)) - 0.25
    return xp.stack([x, y], 1)


def swiss_roll(xp: Any, u: Any, turns: float) -> Any:
    """A spiral that starts after three quarters of a turn and ends at radius 1.5."""
    angle = 2 * math.pi * (0.75 + turns * u)
    radius = 1.5 * (0.75 + turns * u) / (0.75 + turns)
    return xp.stack([radius * xp.cos(angle), radius * xp.sin(angle)], 1)


def filled_cells(xp: Any, params: dict[str, float]) -> Any:
    """(column, row) [k, 2] of the filled squares of a board; the corner at (0, 0) is one."""
    side = int(params["cells"])
    row, column = xp.meshgrid(xp.arange(side), xp.arange(side), indexing="ij")
    return xp.stack([row, column], -1)[(row + column) % 2 == 0]


def shares(xp: Any, count: int, imbalance: float) -> Any:
    """Weights [count] that sum to 1: the first 1 + imbalance times the last, geometrically in
    between."""
    weights = xp.logspace(0, -1, count, base=1 + imbalance) if imbalance else xp.ones(count)
    return weights / weights.sum()
