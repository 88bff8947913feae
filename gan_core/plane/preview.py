"""What a data spec looks like, drawn with numpy alone: for a look before training.

The draws are not those of training, which torch makes; the distribution is the same.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from gan_core.catalog import DataInfo, data_info, own_points, parse_spec
from gan_core.plane import shapes
from gan_core.plane.points import default_noise, find

Draw = Callable[[int, np.random.Generator], NDArray[np.float64]]


def preview(spec: str, n: int = 1000, seed: int = 0) -> NDArray[np.float32]:
    """n points [n, 2] of the 2-D data that `spec` names; BadInput as `gan_core.data.load`."""
    info = data_info(spec)
    rng = np.random.default_rng(seed)
    if own := own_points(spec):
        stored = find(own[0])
        noise = default_noise(stored) if own[1] is None else own[1]
        drawn = stored[rng.integers(len(stored), size=n)] + noise * rng.standard_normal((n, 2))
        return drawn.astype(np.float32)
    return _draw(parse_spec(spec)[0], info, n, rng).astype(np.float32)


def _draw(name: str, info: DataInfo, n: int, rng: np.random.Generator) -> NDArray[np.float64]:
    params = info.params
    if name.startswith(("ring", "grid")):
        centres = (shapes.ring if name.startswith("ring") else shapes.grid)(np, params)
        weights = shapes.shares(np, len(centres), params["imbalance"])
        which = rng.choice(len(centres), n, p=weights)
        return centres[which] + params["std"] * rng.standard_normal((n, 2))
    if name == "checkerboard":
        step = 2 * shapes.REACH / params["cells"]
        filled = shapes.filled_cells(np, params)
        return (filled[rng.integers(len(filled), size=n)] + rng.random((n, 2))) * step - 2
    u = rng.random(n)
    curve = shapes.moons(np, u) if name == "moons" else shapes.swiss_roll(np, u, params["turns"])
    return curve + params["noise"] * rng.standard_normal((n, 2))
