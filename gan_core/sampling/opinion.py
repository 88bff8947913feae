"""What D's scores say of samples: an order, and which of them may stay.

A D that ends as the log of a density ratio, D̃ = log p(x)/q(x) + constant, can reject: samples kept
with probability exp(D̃(x) - max D̃) are distributed as the data (Azadi et al. 2019). A critic or a
reconstruction error is no such ratio; there the lowest share of scores is left out.
"""

from collections.abc import Callable

import torch
from torch import Tensor

from gan_core.catalog import OBJECTIVES
from gan_core.sampling.drawing import BLOCK
from gan_core.sampling.opened import Opened

EPSILON = 1e-6  # of Azadi et al., so that the best sample's F is finite
EDGE = 1e-4  # a least-squares D beyond its labels counts as this sure of itself
SHARE = 80.0  # per cent that a threshold leaves out where nothing else is asked for


def meaning(opened: Opened) -> str:
    """What its D's output is: "logit", "score", "energy", or "" where the file has no D."""
    if opened.score is None:
        return ""
    return OBJECTIVES[opened.config.objective].head if opened.config else "score"


def good(opened: Opened, scores: Tensor) -> Tensor:
    """Scores the right way round, higher for what D takes for real; an energy is turned over."""
    return -scores if meaning(opened) == "energy" else scores


def log_ratio(opened: Opened) -> Callable[[Tensor], Tensor] | None:
    """From D's scores to log p/q up to a constant, for a D at its optimum; None if it tells none.

    A logit is one itself, and so is a relativistic pair's; least squares end at (bp + aq)/(p + q).
    """
    config = opened.config
    if config is None or opened.score is None:
        return None
    if OBJECTIVES[config.objective].head == "logit" or config.objective == "r3gan":
        return lambda scores: scores
    if config.objective == "lsgan" and config.a != config.b:
        a, b = config.a, config.b
        return lambda scores: ((scores - a) / (b - a)).logit(EDGE)
    return None


def acceptance(ratio: Tensor, gamma: float | None, percentile: float) -> tuple[Tensor, float]:
    """The probability [n] that each sample is kept, and the γ used (Azadi et al. 2019, eq. 8).

    `ratio` [n] is D̃; F = D̃ - max D̃ - log(1 - exp(D̃ - max D̃ - ε)) - γ, kept with σ(F), so that γ = 0
    keeps with exp(D̃ - max D̃). Without a γ it is the given percentile of F. The maximum is that of
    these samples, where the paper goes on raising it.
    """
    above = ratio.double() - ratio.max().double()
    free = above - torch.log1p(-(above - EPSILON).exp())
    used = float(free.quantile(percentile / 100)) if gamma is None else gamma
    return (free - used).sigmoid(), used


def kept(chance: Tensor, seed: int) -> Tensor:
    """The indices of samples that stay, in their order, each by a draw of its own from the seed."""
    rng = torch.Generator().manual_seed(seed)
    draws = torch.rand(-(-len(chance) // BLOCK) * BLOCK, generator=rng, dtype=torch.float64)
    return (draws[: len(chance)] < chance).nonzero().flatten()


def above(scores: Tensor, percentile: float) -> tuple[Tensor, float]:
    """The indices of scores [n] that are not below their percentile, and where that lies."""
    bar = float(scores.double().quantile(percentile / 100))
    return (scores.double() >= bar).nonzero().flatten(), bar
