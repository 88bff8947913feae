"""Training as a generator of Steps: it prints nothing, draws nothing and saves nothing.

The caller logs, measures and stops. Everything about speed (precision, passes, fused optimisers)
is decided here and in `build`; no loss and no network knows of it.
"""

import math
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from gan_core.dense import Seen, dense, dense_map
from gan_core.models import AtScale, Packed, core
from gan_core.objectives import Objective, Scorer

Sampler = Callable[[int, torch.Generator], Tensor]  # (n, rng) -> real samples [n, …] on the device


@dataclass(frozen=True)
class Plan:
    """How long and how to train: what the loop needs to know beside the players."""

    steps: int
    batch: int
    latent: int
    n_critic: int = 1
    n_gen: int = 1
    ema: float = 0.0
    lr_end: float = 1.0
    noise: float = 0.0
    bfloat16: bool = False
    reads: Sampler | None = None  # what G reads in the place of z; its first coordinates are x
    carry: float = 0.0  # weight of E|G(x, z) - x|² in G's loss at first; it fades to 0


@dataclass
class Players:
    """All that training changes, and so all that a checkpoint must hold."""

    G: nn.Module
    D: nn.Module
    ema: nn.Module | None  # running average of G, what is shown and sampled
    opt_g: torch.optim.Optimizer
    opt_d: torch.optim.Optimizer
    objective: Objective
    rng: torch.Generator  # the one source of every random draw; lives on the device
    shape: tuple[int, ...]  # of one sample
    step: int = 0

    @property
    def shown(self) -> nn.Module:
        """The generator to look at: the average where there is one."""
        return self.ema if self.ema is not None else self.G

    @property
    def device(self) -> torch.device:
        return next(self.D.parameters()).device  # a fixed G has no parameters

    def at_scale(self, x: Tensor) -> Tensor:
        """Samples [n, …] as the cores of the players see them."""
        return self.D.inside(x) if isinstance(self.D, AtScale) else x


@dataclass(frozen=True)
class Step:
    """One finished round. Tensors stay on the device until `row` is asked for."""

    number: int
    players: Players
    d_loss: Tensor
    g_loss: Tensor
    penalty: Tensor
    real: Tensor  # D's raw outputs [n] in the last critic step, one a pack
    fake: Tensor

    def row(self, probabilities: bool) -> dict[str, float]:
        """One row of curves: losses, mean D(x) and D(G(z)), gradient norms, penalty and k.

        `probabilities` maps D's outputs through σ first (for systems whose D is a logit).
        """
        real, fake = (s.sigmoid() if probabilities else s for s in (self.real, self.fake))
        state = self.players.objective.state()
        values = {
            "d_loss": self.d_loss,
            "g_loss": self.g_loss,
            "d_real": real.mean(),
            "d_fake": fake.mean(),
            "d_grad": _gradient_norm(self.players.D),
            "g_grad": _gradient_norm(self.players.G),
            "penalty": self.penalty,
            "k": state.get("k", torch.zeros(())),
        }
        flat = torch.stack([v.float().to(real.device) for v in values.values()]).tolist()
        return {"step": float(self.number), **dict(zip(values, flat, strict=True))}


def train(players: Players, real: Sampler, plan: Plan) -> Iterator[Step]:
    """Rounds of `n_critic` D steps and `n_gen` G steps, from `players.step` to `plan.steps`.

    The players are changed in place; between two Steps the caller may read or save them. Equal
    players, sampler and plan give equal Steps (on a CPU, bit for bit).
    """
    loop = _Loop(players, real, plan)
    while players.step < plan.steps:
        loop.set_rates()
        for _ in range(plan.n_critic):
            d_loss, penalty, on_real, on_fake = loop.d_step()
        for _ in range(plan.n_gen):
            g_loss = loop.g_step()
        loop.average()
        players.step += 1
        yield Step(players.step, players, d_loss, g_loss, penalty, on_real, on_fake)


class _Loop:
    """The two half-rounds, with what they share. All of it happens at the players' own scale."""

    def __init__(self, players: Players, real: Sampler, plan: Plan):
        self.p, self.sampler, self.plan = players, real, plan
        self.D = core(players.D)
        # BatchNorm in D must see real and fake apart, as every one of these papers trained it.
        self.joint = not any(isinstance(m, nn.modules.batchnorm._BatchNorm)
                             for m in self.D.modules())  # fmt: skip
        self.dense = None if plan.bfloat16 else dense(self.D)
        G = core(players.G)
        made = (None if plan.bfloat16 else dense_map(G)) or G
        # a G that reads samples of its own gives points where they are
        self.made = made if G is not players.G else lambda read: players.at_scale(made(read))
        # found once: walking through a network's modules costs as much as a small network's pass
        self.d_weights, self.g_weights = list(players.D.parameters()), list(players.G.parameters())
        self.ema_weights: list[Tensor] = []
        self.statistics: list[tuple[Tensor, Tensor]] = []
        if players.ema is not None:
            self.ema_weights = list(players.ema.parameters())
            pairs = zip(core(players.ema).buffers(), core(players.G).buffers(), strict=True)
            self.statistics = list(pairs)
        groups = players.opt_g.param_groups + players.opt_d.param_groups
        self.rates = [(group, group.setdefault("full_lr", group["lr"])) for group in groups]

    def set_rates(self) -> None:
        done = self.p.step / self.plan.steps
        share = self.plan.lr_end + (1 - self.plan.lr_end) * (1 + math.cos(math.pi * done)) / 2
        for group, full in self.rates:
            group["lr"] = full * share

    def arithmetic(self) -> AbstractContextManager[Any]:
        if not self.plan.bfloat16:
            return nullcontext()
        return torch.autocast(self.p.device.type, dtype=torch.bfloat16)

    def latents(self) -> Tensor:
        """What G reads: z, or what the plan has it read."""
        if self.plan.reads is not None:
            return self.plan.reads(self.plan.batch, self.p.rng)
        return torch.randn(
            self.plan.batch, self.plan.latent, generator=self.p.rng, device=self.p.device
        )

    def real(self) -> Tensor:
        return self.p.at_scale(self.sampler(self.plan.batch, self.p.rng))

    def seen(self, x: Tensor) -> Tensor:
        """x as D sees it: with instance noise that fades as training goes on (Sønderby 2017)."""
        sigma = self.plan.noise * (1 - self.p.step / self.plan.steps)
        if sigma == 0:
            return x
        return x + sigma * torch.randn(x.shape, generator=self.p.rng, device=x.device)

    def put(self, x: Tensor) -> Tensor:
        """x as it is put to D: single samples, or packs of them."""
        return self.D.packs(x) if isinstance(self.D, Packed) else x

    def score(self, x: Tensor) -> Tensor:
        with self.arithmetic():
            return self.D(x)

    def scored(self, x: Tensor, x_fake: Tensor) -> tuple[Tensor, Tensor, Scorer]:
        """D at both batches [n], and the scorer that a penalty of theirs shall ask."""
        if self.dense is not None and not (self.p.objective.r1 or self.p.objective.r2):
            on_real, on_fake = self.dense.scores(torch.cat([x, x_fake])).chunk(2)
            return on_real, on_fake, self.dense
        if self.dense is not None:
            scores, slopes = self.dense.both(torch.cat([x, x_fake]))
            on_real, on_fake = scores.chunk(2)
            return on_real, on_fake, Seen(self.dense, (x, x_fake), slopes.chunk(2))
        if self.joint:
            on_real, on_fake = self.score(torch.cat([x, x_fake])).float().chunk(2)
        else:
            on_real, on_fake = self.score(x).float(), self.score(x_fake).float()
        return on_real, on_fake, self.score

    def d_step(self) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        p = self.p
        x = self.put(self.seen(self.real()))
        with torch.no_grad(), self.arithmetic():
            x_fake = self.made(self.latents())
        x_fake = self.put(self.seen(x_fake.float()))
        on_real, on_fake, scorer = self.scored(x, x_fake)
        loss = p.objective.d_loss(on_real, on_fake).mean()
        penalty = p.objective.penalty(scorer, x, x_fake, p.rng)
        extra = torch.zeros_like(loss) if penalty is None else penalty.mean()
        _descend(p.opt_d, self.d_weights, loss if penalty is None else loss + extra)
        on_real, on_fake = on_real.detach(), on_fake.detach()
        p.objective = p.objective.after(self.D, on_real, on_fake)
        return loss.detach(), extra.detach(), on_real, on_fake

    def g_step(self) -> Tensor:
        p = self.p
        inputs = self.latents()
        with self.arithmetic():
            fake = self.made(inputs)
        with frozen(self.d_weights):
            scorer = self.score if self.dense is None else self.dense
            on_fake = scorer(self.put(self.seen(fake.float()))).float()
            on_real = on_fake
            if p.objective.pairs:
                with torch.no_grad():
                    scorer = self.score if self.dense is None else self.dense.scores
                    on_real = scorer(self.put(self.seen(self.real()))).float()
            loss = p.objective.g_loss(on_real, on_fake).mean()
            if self.g_weights:
                _descend(p.opt_g, self.g_weights, loss + self.cost(inputs, fake))
        return loss.detach()

    def cost(self, inputs: Tensor, fake: Tensor) -> Tensor | float:
        """What G pays for how far it carries its source samples: a price that fades to 0 with the
        rates, so that it chooses the way and does not hold G back from its end."""
        if not self.plan.carry:
            return 0.0
        price = self.plan.carry * (1 + math.cos(math.pi * self.p.step / self.plan.steps)) / 2
        moved = fake.float() - self.p.at_scale(inputs[:, : fake.shape[1]])
        return price * moved.square().sum(1).mean()

    @torch.no_grad()
    def average(self) -> None:
        """Move the running average towards G; faster at first, when G is far from anything."""
        if self.p.ema is None:
            return
        decay = min(self.plan.ema, (1 + self.p.step) / (10 + self.p.step))
        torch._foreach_lerp_(self.ema_weights, list(self.g_weights), 1 - decay)
        for kept, now in self.statistics:  # BatchNorm's
            if kept.is_floating_point():
                kept.lerp_(now, 1 - decay)
            else:
                kept.copy_(now)


@contextmanager
def frozen(weights: list[nn.Parameter]) -> Iterator[None]:
    """Without gradients in these weights, which saves what they would cost."""
    for weight in weights:
        weight.requires_grad = False
    try:
        yield
    finally:
        for weight in weights:
            weight.requires_grad = True


def _descend(optimizer: torch.optim.Optimizer, weights: list[nn.Parameter], loss: Tensor) -> None:
    for weight in weights:
        weight.grad = None
    loss.backward()
    optimizer.step()


def _gradient_norm(net: nn.Module) -> Tensor:
    """√ of the sum of squares over all weights, as the last step left them."""
    slopes = [p.grad for p in net.parameters() if p.grad is not None]
    if not slopes:  # of a fixed G
        return torch.zeros(())
    norms = torch._foreach_norm(slopes)
    return torch.stack([n.float() for n in norms]).norm()


def half_round(players: Players, real: Sampler, plan: Plan, player: str) -> Tensor:
    """One half of a round by hand: the loss of the player, `"D"` or `"G"`, that moved.

    D's half is its `n_critic` steps; G's is its `n_gen` steps, and ends the round. So D's half and
    then G's are one round of `train`. Begin a new `train` afterwards.
    """
    loop = _Loop(players, real, plan)
    loop.set_rates()
    if player == "D":
        for _ in range(plan.n_critic):
            loss, penalty, *_ = loop.d_step()
        return loss + penalty
    for _ in range(plan.n_gen):
        loss = loop.g_step()
    loop.average()
    players.step += 1
    return loss


@torch.no_grad()
def generate(players: Players, latents: Tensor, batch: int = 256) -> Tensor:
    """What the shown generator makes of latents [n, latent]: float32 samples [n, …] on the CPU."""
    net = players.shown
    was_training = net.training
    net.eval()
    made = [net(z.to(players.device)).float().cpu() for z in latents.split(batch)]
    net.train(was_training)
    return torch.cat(made)
