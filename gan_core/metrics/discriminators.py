"""How good D is: against its optimum where there is one, against exact transport where not.

For a generator that stands still, the loss of D has a best D, which depends on p_r/p_g alone:
log p_r/p_g for a logit (Goodfellow et al. 2014, Proposition 1), (b p_r + a p_g)/(p_r + p_g) for
least squares (Mao et al. 2017), sign(p_r - p_g) for the hinge (Lim & Ye 2017), and log p_r/p_g up
to a constant where samples meet in pairs (R3GAN without its penalties). Penalties on slopes are
left out everywhere, of D and of D*. `gan_core.equilibrium` has the same on a line, by quadrature.
A Wasserstein critic is best among functions of slope 1; what it has found is measured by `critic`.
BEGAN's D copies its input: it has no optimum that tells p_r from p_g.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from gan_core.metrics.density import Meeting
from gan_core.metrics.transport import earth_mover

Scorer = Callable[[Tensor], Tensor]  # points [n, 2] on the CPU -> raw scores [n] on the CPU
SURE = 20.0  # the largest |log p_r/p_g| that counts: D* is infinite where only one has mass
NEAR = 1e-3  # of the mean distance: closer pairs say nothing of a slope but rounding
HAVE_OPTIMUM = ("gan", "ns-gan", "lsgan", "hinge", "r3gan")
CRITICS = ("wgan", "wgan-gp")


def optimum(name: str, objective: Any, log_ratio: Tensor) -> Tensor:
    """D* as raw scores where log p_r/p_g is `log_ratio`, same shape; `name` as in HAVE_OPTIMUM."""
    if name == "lsgan":
        return objective.a + (objective.b - objective.a) * log_ratio.sigmoid()
    if name == "hinge":
        return log_ratio.sign()
    if name in HAVE_OPTIMUM:
        return log_ratio.clamp(-SURE, SURE)
    raise ValueError(f"{name} has no optimum that p_r and p_g alone determine")


def opinion(name: str, objective: Any, scores: Tensor) -> Tensor:
    """Raw scores as what D says, same shape: 1 real, 0 generated, ½ undecided."""
    if name == "lsgan":
        return ((scores - objective.a) / ((objective.b - objective.a) or 1.0)).clamp(0, 1)
    if name == "hinge":
        return ((scores + 1) / 2).clamp(0, 1)
    return scores.sigmoid()


@dataclass(frozen=True)
class Optimum:
    """V = -E d_loss of a D, of D* and of the D that cannot tell, and how far apart their fields
    are. `level` is what to take from D's raw scores first: only R3GAN leaves a constant free."""

    value: float
    best: float
    trivial: float
    error: float  # mean |opinion of D - opinion of D*| over (p_r + p_g)/2, in [0, 1]
    level: float = 0.0

    @property
    def attainable(self) -> float:
        return self.best - self.trivial

    @property
    def share(self) -> float:
        """How far D has come from the trivial D to D*, at most 1; negative if it is worse than
        no opinion at all. NaN where there is nothing to attain."""
        gain = self.attainable
        return (self.value - self.trivial) / gain if gain > 1e-9 else float("nan")


def against_optimum(name: str, objective: Any, met: Meeting, scores: Tensor) -> Optimum:
    """A D with raw scores [m] at the places of a Meeting, against its optimum there.

    D* is the best at each place by itself, so no D scores above it, whatever places were drawn.
    """
    scores = scores.double()
    best = optimum(name, objective, met.log_ratio)
    level = 0.0
    if objective.pairs:
        sure = met.log_ratio.abs() < SURE
        level = (scores - best)[sure if sure.any() else ~sure].median().item()
    said = opinion(name, objective, scores - level)
    wished = opinion(name, objective, best)
    nothing = optimum(name, objective, torch.zeros_like(best))
    value, top, trivial = (_value(objective, met, d, nothing) for d in (scores, best, nothing))
    return Optimum(value, top, trivial, (said - wished).abs().mean().item(), level)


def _value(objective: Any, met: Meeting, d: Tensor, nothing: Tensor) -> float:
    """V of scores d [m]: -E d_loss with weights p_r/m̄ and p_g/m̄ at places drawn from their mean.

    Both weights add up to 1 only nearly, as the places are a sample. So what is summed is the
    difference from the trivial D, whose V is known exactly.
    """
    p, q = 2 * met.real / len(d), 2 * (1 - met.real) / len(d)
    loss = objective.d_loss
    zero, flat = nothing[:1], loss(nothing[:1], nothing[:1])
    if objective.pairs:
        return -(flat + p @ (loss(d[:, None], d) - flat) @ q).item()
    # a function of the real score plus one of the generated score
    return -(flat + p @ (loss(d, zero) - flat) + q @ (loss(zero, d) - flat)).item()


def lipschitz(D: Scorer, x: Tensor) -> float:
    """The largest ‖∇D‖ at places x [n, 2]: a lower bound of D's Lipschitz constant."""
    x = x.detach().requires_grad_()
    (slopes,) = torch.autograd.grad(D(x).sum(), x)
    return slopes.norm(dim=1).max().item()


@torch.no_grad()
def pair_slope(D: Scorer, real: Tensor, fake: Tensor) -> float:
    """The largest |D(a) - D(b)|/‖a - b‖ between samples a of `real` and b of `fake`, [n, 2]: what
    the Lipschitz constant is where it matters to the distance between the two."""
    rise = (D(real)[:, None] - D(fake)).abs().double()
    run = torch.cdist(real.double(), fake.double())
    apart = run > NEAR * run.mean()
    return torch.where(apart, rise / run.clamp(min=1e-300), 0.0).max().item()


def critic(D: Scorer, real: Tensor, fake: Tensor, x: Tensor) -> dict[str, float]:
    """A Wasserstein critic in numbers, on two samples [n, 2] of equal size.

    `critic_estimate` E D(x) - E D(G) is in an unknown unit, D's Lipschitz constant. No finite
    search finds that; `critic_slope` is the largest seen, by `lipschitz` at x, at the samples and
    half way between them, and by `pair_slope`. `critic_w1`, the estimate over it, is comparable
    with `critic_em`, the exact distance, and no larger (Kantorovich-Rubinstein).
    """
    with torch.no_grad():
        estimate = (D(real).double().mean() - D(fake).double().mean()).item()
    pairs = pair_slope(D, real, fake)
    slope = max(pairs, lipschitz(D, torch.cat([x, real, fake, (real + fake) / 2])))
    return {
        "critic_estimate": estimate, "critic_slope": slope, "critic_pair_slope": pairs,
        "critic_w1": estimate / max(slope, 1e-12), "critic_em": earth_mover(real, fake),
    }  # fmt: skip


def critic_of_images(
    D: Scorer, real: Tensor, fake: Tensor, rng: torch.Generator
) -> dict[str, float]:
    """A Wasserstein critic in numbers, on pictures [n, C, H, W] of two sets of equal size.

    `critic_estimate` E D(x) - E D(G) is in D's own unit. Its slope is measured where WGAN-GP holds
    it to 1, at one place between each real and generated picture: `critic_slope` is the mean
    ‖∇D‖, `critic_slope_99` its 99th percentile. `critic_w1`, the estimate over that, is in the
    pixels' unit whatever holds D; no bound, as no percentile is D's Lipschitz constant.
    """
    at = torch.rand(len(real), *[1] * (real.dim() - 1), generator=rng)
    x = (at * real + (1 - at) * fake).requires_grad_()
    (slopes,) = torch.autograd.grad(D(x).sum(), x)
    norms = slopes.flatten(1).norm(dim=1).double()
    with torch.no_grad():
        estimate = (D(real).double().mean() - D(fake).double().mean()).item()
    steep = norms.quantile(0.99).item()
    return {
        "critic_estimate": estimate, "critic_slope": norms.mean().item(),
        "critic_slope_99": steep, "critic_w1": estimate / max(steep, 1e-12),
    }  # fmt: skip
