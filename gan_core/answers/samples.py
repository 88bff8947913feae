"""Answers about samples: distances estimated from n of them, beside the exact ones."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from gan_core.answers.wire import Answer, pack
from gan_core.catalog import BadInput, choose
from gan_core.divergences import NAMES, parse
from gan_core.divergences.convergence import Convergence, convergence
from gan_core.divergences.samples import draw

LEAST, MOST, MOST_REPEATS, MOST_SEED = 20, 100_000, 400, 2**31 - 1
SIZES = 9
RUG = 2000  # numbers of either side that are sent to be drawn


def estimates(request: dict[str, Any]) -> Answer:
    """Estimates from samples of p and q on a log grid of sizes up to n, and one sample of each.

    Request: p and q (specs), unit, n, repeats, seed. Arrays: `sizes` [s]; `mean`, `low`, `high`
    (the 90 % band), `floor` and `infinite` (a share), each [name, s]; `exact` [name]; `p` and `q`,
    numbers to draw as a rug. `rows` has, for the chosen n, what a table shows: null is infinity.
    """
    p, q = (parse(str(request.get(side, ""))) for side in ("p", "q"))
    unit = choose(str(request.get("unit", "nats")), ("nats", "bits"), "unit")
    n = _whole(request, "n", 1000, LEAST, MOST)
    repeats = _whole(request, "repeats", 100, 2, MOST_REPEATS)
    seed = _whole(request, "seed", 0, 0, MOST_SEED)
    found = convergence(p, q, sizes_to(n), repeats, seed, unit)
    rng = np.random.default_rng([seed, 1])
    about = {
        "names": list(NAMES),
        "unit": unit,
        "n": n,
        "repeats": repeats,
        "seed": seed,
        "rows": [_row(found, name) for name in NAMES],
    }
    table = {
        field: np.array([getattr(found, field)[name] for name in NAMES])
        for field in ("mean", "low", "high", "floor", "infinite", "exact")
    }
    rugs = {side: draw(d, min(n, RUG), rng) for side, d in (("p", p), ("q", q))}
    return pack(about, sizes=found.sizes, **table, **rugs)


def sizes_to(n: int) -> list[int]:
    """About SIZES sizes up to n, evenly spaced on a log scale."""
    return np.unique(np.geomspace(min(LEAST, n), n, SIZES).round().astype(int)).tolist()


def _row(found: Convergence, name: str) -> dict[str, Any]:
    """One distance at the largest size."""
    at = {
        "exact": found.exact[name],
        "estimate": float(found.mean[name][-1]),
        "low": float(found.low[name][-1]),
        "high": float(found.high[name][-1]),
        "floor": float(found.floor[name][-1]),
        "infinite": float(found.infinite[name][-1]),
    }
    bias = at["estimate"] - at["exact"] if math.isfinite(at["exact"]) else math.nan
    numbers = at | {"bias": bias}
    return {"name": name} | {k: v if math.isfinite(v) else None for k, v in numbers.items()}


def _whole(request: dict[str, Any], name: str, usual: int, least: int, most: int) -> int:
    value = request.get(name, usual)
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value // 1:
        raise BadInput(f"{name} is {value!r}, but must be a whole number from {least} to {most:,}.")
    if not least <= value <= most:
        raise BadInput(f"{name} is {value:,}, but must be from {least} to {most:,}.")
    return int(value)


ANSWERS: dict[str, Callable[[dict[str, Any]], Answer]] = {"estimates": estimates}
