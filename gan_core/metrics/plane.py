"""How far generated points are from the data.

A distance between two finite samples is never zero, so a figure alone cannot be read. Every key
here has a twin ending in `_real`: the same measure with fresh real samples, as many, in the place
of the generated ones. At its twin, a generator is as good as the measure can tell.
"""

import math
from collections.abc import Callable
from functools import lru_cache
from typing import Any, Protocol

import torch
from torch import Generator, Tensor

from gan_core.metrics.density import Kernels, estimated, meeting
from gan_core.metrics.shared import precision_recall, require_finite
from gan_core.metrics.transport import earth_mover, sliced

LOST = 0.1  # of its weight: a mode that gets less is lost
EM_POINTS = 1000  # an exact transport plan costs more than n²: 0.1 s here
KERNELS = 2500  # points behind the kernel density of p_g
FEWEST = 50  # points a density can be estimated from
PAIRS = 4  # of real samples behind a floor
Measure = Callable[[Tensor, Tensor], dict[str, float]]  # of two samples of equal size


class PlaneData(Protocol):
    """What judging needs to know of a 2-D distribution; `gan_core.data.Toy` is one."""

    @property
    def modes(self) -> Tensor | None: ...
    @property
    def weights(self) -> Tensor | None: ...
    @property
    def std(self) -> float: ...
    def sample(self, n: int, generator: Generator) -> Tensor: ...
    def log_density(self, x: Tensor) -> Tensor | None: ...
    def __hash__(self) -> int: ...


def evaluate_2d(
    fake: Tensor, toy: PlaneData, generator: Generator, quick: bool = False
) -> dict[str, Any]:
    """Scores of points [n, 2] against the data, each with its `_real` twin.

    `modes`, `hq` and `reverse_kl` where the data has modes; `em` (exact) and `sliced`, both
    Wasserstein-1 in the data's units; `precision` and `recall`; `js` in nats. `quick` leaves out
    all that come after `em`.
    """
    require_finite(fake)
    fake = fake.detach().float().cpu()
    some = min(len(fake), EM_POINTS)
    real = toy.sample(some, generator).cpu()
    scores: dict[str, Any] = {"samples": len(fake)}
    if toy.modes is not None and toy.weights is not None:
        scores |= mode_coverage(fake, toy.modes, toy.std, toy.weights)
        scores |= perfect(len(fake), toy.weights)
    drawn = fake[torch.randperm(len(fake), generator=generator, device=generator.device).cpu()]
    scores |= _carried(drawn[:some], real) | _floor(toy, _carried, some)
    if quick:
        return scores
    scores |= _resembled(drawn[:some], real) | _floor(toy, _resembled, some)
    if len(fake) >= FEWEST:
        scores["js"] = jensen_shannon(drawn[:KERNELS], toy, generator)
        scores["js_real"] = _js_floor(toy, min(len(fake), KERNELS))
    return scores


def _carried(fake: Tensor, real: Tensor) -> dict[str, float]:
    return {"em": earth_mover(fake, real)}


def _resembled(fake: Tensor, real: Tensor) -> dict[str, float]:
    precision, recall = precision_recall(fake, real)
    return {"sliced": sliced(fake, real), "precision": precision, "recall": recall}


def jensen_shannon(fake: Tensor, toy: PlaneData, generator: Generator) -> float:
    """JS of p_r and the kernel density of points [n, 2], in nats, within [0, log 2].

    Where p_r is unknown, it too is estimated from n points. The kernels are a little wider than
    p_g, so that even the data's own samples do not read 0: `js_real` is what they read.
    """
    p = estimated(toy, len(fake), generator)
    return meeting(p, Kernels(fake), generator).js


@lru_cache(maxsize=32)
def _floor(toy: PlaneData, measure: Measure, n: int) -> dict[str, float]:
    """The mean over fresh pairs of real samples of n: one pair alone strays by a fifth."""
    real = toy.sample(2 * PAIRS * n, torch.Generator().manual_seed(0)).split(n)
    found = [measure(*pair) for pair in zip(real[:PAIRS], real[PAIRS:], strict=True)]
    return {f"{key}_real": sum(one[key] for one in found) / PAIRS for key in found[0]}


@lru_cache(maxsize=16)
def _js_floor(toy: PlaneData, n: int) -> float:
    """The mean over fresh samples of n in the place of generated points."""
    rng = torch.Generator().manual_seed(0)
    found = [jensen_shannon(toy.sample(n, rng), toy, rng) for _ in range(PAIRS // 2)]  # they agree
    return sum(found) / len(found)


def em_floor(toy: PlaneData, n: int) -> float:
    """The mean exact distance between two real samples of n."""
    return _floor(toy, _carried, n)["em_real"]


def mode_coverage(points: Tensor, modes: Tensor, std: float, weights: Tensor) -> dict[str, Any]:
    """The protocol of published tables: a point is of high quality within 3 std of its nearest
    mode; a mode is found when a high-quality point is nearest to it. `reverse_kl` is that of the
    histogram of nearest modes, all points counted, to the true weights, in nats; that histogram
    is `mode_share`, and `lost` are the rows of modes that get less than a tenth of their weight;
    `missed` are those on which no point is of high quality."""
    distance, nearest = torch.cdist(points.double(), modes.double()).min(1)  # float32 cancels
    good = distance <= 3 * std
    share = torch.bincount(nearest, minlength=len(modes)) / len(points)
    filled = share > 0
    kl = (share[filled] * (share[filled] / weights[filled]).log()).sum()
    found = set(nearest[good].tolist())
    return {
        "modes": len(found),
        "modes_total": len(modes),
        "hq": good.float().mean().item(),
        "reverse_kl": max(0.0, kl.item()),  # float rounding can leave -1e-8
        "mode_share": [round(s, 4) for s in share.tolist()],
        "lost": (share < LOST * weights).nonzero().flatten().tolist(),
        "missed": [i for i in range(len(modes)) if i not in found],
    }


def perfect(n: int, weights: Tensor) -> dict[str, float]:
    """What n points of the mixture itself score on average, its modes well apart (6 std): within
    3 std lie 1 - exp(-9/2) of a plane Gaussian; a histogram of m bins has KL (m - 1)/2n."""
    seen = (1 - (1 - weights.double() * (1 - math.exp(-4.5))) ** n).sum().item()
    kl = (len(weights) - 1) / (2 * n)
    return {"modes_real": seen, "hq_real": 1 - math.exp(-4.5), "reverse_kl_real": kl}
