"""How the plug-in estimates of all distances close in on the exact ones as samples grow.

For every size n, n numbers are drawn from p and n from q, and the distances estimated as
estimators.py does: W1 and W2 between the two sets, the others from 2n^⅓ bins of equal shares of
both. The same with two sets from p is the floor: what an estimate reads where there is nothing.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gan_core.catalog import BadInput
from gan_core.divergences import bins
from gan_core.divergences.base import Array, Distribution
from gan_core.divergences.distances import INFORMATION, NAMES, distances
from gan_core.divergences.estimators import mean_of_finite
from gan_core.divergences.samples import Sample, draw

MOST_NUMBERS = 40_000_000  # drawn in all, about ten seconds
_AT_ONCE = 400_000  # numbers held per side


@dataclass(frozen=True)
class Convergence:
    """Arrays by name along `sizes`: mean, 5 % and 95 % quantile of the estimates, and the mean of
    the floor; `infinite` is the share of estimates that are infinite, which the mean leaves out
    (it is inf if they are the majority). `exact` is one number a name."""

    sizes: tuple[int, ...]
    repeats: int
    unit: str
    exact: dict[str, float]
    mean: dict[str, Array]
    low: dict[str, Array]
    high: dict[str, Array]
    floor: dict[str, Array]
    infinite: dict[str, Array]


def convergence(
    p: Distribution,
    q: Distribution,
    sizes: Sequence[int],
    repeats: int = 100,
    seed: int = 0,
    unit: str = "nats",
) -> Convergence:
    """Estimates from samples of these sizes, `repeats` times each."""
    if isinstance(p, Sample) or isinstance(q, Sample):
        raise BadInput(
            "One side is a sample already, whose exact distances nobody knows."
            " Choose a family for both sides to see estimates against the exact values."
        )
    if 3 * sum(sizes) * repeats > MOST_NUMBERS:
        raise BadInput(
            f"{repeats} repeats with up to {max(sizes):,} numbers are too many to draw here."
            " Take fewer repeats or smaller samples."
        )
    exact = distances(p, q, unit)
    scale = {name: 1 / math.log(2) if unit == "bits" else 1.0 for name in INFORMATION}
    rng = np.random.default_rng(seed)
    rows: dict[str, list[tuple[float, ...]]] = {name: [] for name in NAMES}
    for n in sizes:
        found, null = _estimates(p, q, n, repeats, rng)
        for name in NAMES:
            by = scale.get(name, 1.0)
            rows[name].append((*summary(found[name] * by), mean_of_finite(null[name] * by)))
    tables = {name: np.array(row).T for name, row in rows.items()}
    return Convergence(
        tuple(sizes),
        repeats,
        unit,
        {name: getattr(exact, name) for name in NAMES},
        *({name: tables[name][i] for name in NAMES} for i in (0, 1, 2, 4, 3)),
    )


def summary(values: Array) -> tuple[float, float, float, float]:
    """Mean, 5 % and 95 % quantile, and the share that is infinite."""
    low, high = np.quantile(values, (0.05, 0.95), method="nearest")
    return mean_of_finite(values), float(low), float(high), float(np.isinf(values).mean())


def _estimates(
    p: Distribution, q: Distribution, n: int, repeats: int, rng: np.random.Generator
) -> tuple[dict[str, Array], dict[str, Array]]:
    """Estimates [repeats] from n of p against n of q, and from n of p against n others of p."""
    found: list[dict[str, Array]] = []
    null: list[dict[str, Array]] = []
    left = repeats
    while left:
        rows = min(left, max(1, _AT_ONCE // n))
        x, y, z = (np.sort(draw(d, rows * n, rng).reshape(rows, n)) for d in (p, q, p))
        found.append(estimates(x, y))
        null.append(estimates(x, z))
        left -= rows
    return tuple(  # type: ignore[return-value]
        {name: np.concatenate([part[name] for part in parts]) for name in NAMES}
        for parts in (found, null)
    )


def estimates(x: Array, y: Array) -> dict[str, Array]:
    """The distances in nats between rows of ascending numbers x and y [rows, n], each [rows]."""
    rows, n = x.shape
    k = bins.count(n)
    masses = np.empty((2, rows, k))
    for row in range(rows):
        edges = bins.inner_edges(x[row], y[row], k)
        for side, values in enumerate((x, y)):
            found = np.searchsorted(values[row], edges, side="right")
            masses[side, row] = np.diff(np.r_[0, found, n]) / n
    gap = x - y
    return bins.divergences(masses[0], masses[1]) | {
        "w1": np.abs(gap).mean(1),
        "w2": np.sqrt((gap**2).mean(1)),
    }
