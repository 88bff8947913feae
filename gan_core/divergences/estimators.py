"""All distances of a pair of which one or both sides are samples, and how far to trust them.

The estimates are plug-in ones: W1 and W2 of the empirical measure, exact; the others from bins
that both sides share (bins.py). Plug-in estimates are biased: two samples of one distribution do
not read 0 but a floor. The interval is the basic bootstrap's (Davison & Hinkley 1997, 5.2), which
mirrors the resamples at the estimate and so takes the bias out; near the floor it may therefore
lie below the estimate.
"""

import math
from collections.abc import Sequence

import numpy as np

from gan_core.divergences import bins, empirical, exact
from gan_core.divergences.base import Array, Distribution
from gan_core.divergences.coupling import quantiles
from gan_core.divergences.distances import NAMES, Distances
from gan_core.divergences.empirical import Quantiles
from gan_core.divergences.estimate import Estimate
from gan_core.divergences.samples import Sample

RESAMPLES, NULLS = 200, 100
LARGEST = {"js": math.log(2), "tv": 1.0, "hellinger": 1.0}
_SHARES = (np.arange(1000) + 0.5) / 1000  # of either side, where the bins come from


def estimated(
    p: Distribution,
    q: Distribution,
    unit: str = "nats",
    level: float = 0.95,
    seed: int = 0,
    interval: bool = True,
    names: Sequence[str] = NAMES,
) -> Distances:
    """The distances of p and q, at least one of them a `Sample`.

    `estimates` holds a bootstrap interval of this level and the floor for every name; without
    `interval`, which costs most of the time, it is empty.
    """
    sizes = [d.n for d in (p, q) if isinstance(d, Sample)]
    edges = inner_edges(p, q, min(sizes))
    masses = bins.masses(p, edges), bins.masses(q, edges)
    found = {name: float(v) for name, v in bins.divergences(*masses).items()}
    found["w1"], found["w2"] = empirical.wasserstein(p, q)
    moments = exact.infinite(p, q, ("w1", "w2"))
    found |= dict.fromkeys(moments, math.inf)
    values = {name: found[name] for name in names}
    why = moments | _empty_bins(p, q, edges, *masses)
    where = " and ".join(f"{letter} = {n:,}" for letter, n in zip("nm", sizes, strict=False))
    return Distances(
        **values,  # type: ignore[arg-type]
        how=dict.fromkeys(names, f"estimated from {where} samples"),
        why={name: why[name] for name in names if math.isinf(values[name]) and name in why},
        estimates=_estimates(p, q, masses, values, level, seed) if interval else {},
    ).to(unit)


def inner_edges(p: Distribution, q: Distribution, n: int) -> Array:
    """The edges of the bins that p and q share, of which the smaller sample has n numbers."""
    x, y = (d.quantile(_SHARES) if isinstance(d, Sample) else quantiles(d, _SHARES) for d in (p, q))
    return bins.inner_edges(x, y, bins.count(n))


def _empty_bins(
    p: Distribution, q: Distribution, edges: Array, p_mass: Array, q_mass: Array
) -> dict[str, str]:
    """Why KL and χ² are infinite, if they are."""
    found: dict[str, str] = {}
    for names, ours, theirs, a, b, of in (
        (("kl", "chi2"), p_mass, q_mass, "p", "q", q),
        (("kl_reverse",), q_mass, p_mass, "q", "p", p),
    ):
        empty = np.flatnonzero((ours > 0) & (theirs == 0))
        if not len(empty):
            continue
        low, high = np.r_[-np.inf, edges, np.inf][empty[0] : empty[0] + 2]
        none = f"none of {b}'s {of.n:,} numbers" if isinstance(of, Sample) else f"no mass of {b}"
        some = "one bin" if len(empty) == 1 else f"{len(empty)} bins"
        reason = (
            f"{some} of {len(ours)} hold{'s'[: len(empty) == 1]} mass of {a} and {none},"
            f" the first at {low:.4g} < x ≤ {high:.4g}"
        )
        found |= dict.fromkeys(names, reason)
    return found


def _estimates(
    p: Distribution,
    q: Distribution,
    masses: tuple[Array, Array],
    values: dict[str, float],
    level: float,
    seed: int,
) -> dict[str, Estimate]:
    rng = np.random.default_rng(seed)
    sizes = [d.n if isinstance(d, Sample) else 0 for d in (p, q)]
    resampled, plain = _resampled(p, q, masses, sizes, rng)
    floors = _floors(p, q, masses, sizes, rng)
    n = min(size for size in sizes if size)
    return {
        name: Estimate(
            value,
            *_interval(name, value, resampled[name], plain.get(name, value), level),
            floors[name],
            n,
        )
        for name, value in values.items()
    }


def _resampled(
    p: Distribution,
    q: Distribution,
    masses: tuple[Array, Array],
    sizes: Sequence[int],
    rng: np.random.Generator,
) -> tuple[dict[str, Array], dict[str, float]]:
    """The distances [RESAMPLES] of resamples, and what the same formula gives the samples."""
    mass = [
        bins.drawn(of, n, RESAMPLES, rng) if n else of for of, n in zip(masses, sizes, strict=True)
    ]
    found = bins.divergences(mass[0], mass[1])
    sides = [Quantiles(p), Quantiles(q)]
    drawn = [
        side.drawn(n, RESAMPLES, rng) if n else side.levels
        for side, n in zip(sides, sizes, strict=True)
    ]
    found |= empirical.of_levels(*drawn)
    plain = empirical.of_levels(sides[0].levels, sides[1].levels)
    return found, {name: float(value) for name, value in plain.items()}


def _floors(
    p: Distribution,
    q: Distribution,
    masses: tuple[Array, Array],
    sizes: Sequence[int],
    rng: np.random.Generator,
) -> dict[str, float]:
    """What samples of these sizes read on average when both sides are one distribution: the known
    one, or else p's."""
    one, mass = (p, masses[0]) if sizes[1] else (q, masses[1])
    side = Quantiles(one)
    if all(sizes):
        ours, theirs = (bins.drawn(mass, n, NULLS, rng) for n in sizes)
        found = bins.divergences(ours, theirs)
        found |= empirical.of_levels(*(side.drawn(n, NULLS, rng) for n in sizes))
    else:
        found = bins.divergences(bins.drawn(mass, max(sizes), NULLS, rng), mass)
        found |= empirical.of_levels(side.drawn(max(sizes), NULLS, rng), side.levels)
    return {name: mean_of_finite(values) for name, values in found.items()}


def mean_of_finite(values: Array) -> float:
    """The mean without infinities; infinite if they are the majority."""
    finite = values[np.isfinite(values)]
    return float(finite.mean()) if 2 * len(finite) >= len(values) else math.inf


def _interval(
    name: str, value: float, resampled: Array, plain: float, level: float
) -> tuple[float, float]:
    """The basic bootstrap's interval, from what resampling changes against `plain`."""
    if math.isinf(value):
        return 0.0, math.inf  # an empty bin sets no bound
    change = resampled - plain
    least, most = np.quantile(change, ((1 - level) / 2, (1 + level) / 2), method="nearest")
    high = math.inf if math.isinf(most) else min(value - least, LARGEST.get(name, math.inf))
    low = 0.0 if math.isinf(most) else max(0.0, value - most)
    return float(low), float(max(low, high))
