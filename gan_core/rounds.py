"""The two half-rounds of training, D's step and G's, for any players, by autograd.

Everything about speed (precision, joint passes, matrix products) is decided here and in
`gan_core.dense_rounds`; no loss and no network knows of it.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

import torch
from torch import Tensor, nn

from gan_core.dense import dense_map
from gan_core.flat import stepper
from gan_core.forms import fast
from gan_core.models import Carrier, Packed, core
from gan_core.players import Plan, Players, Sampler
from gan_core.readings import likeness
from gan_core.schedule import Schedule
from gan_core.slopes import slopes_of

Later = Callable[[], Tensor]  # a figure [] that no step needs: computed for whoever asks
OnD = tuple[Tensor, Tensor, Later, Later]  # scores of real and of fake [n], D's loss, its penalty
Told = tuple[Tensor, Tensor, Later, Later, Later]  # the same of a round's last D step, and G's loss


class Asked:
    """D as the rounds ask it: in their arithmetic, with its layers in fast forms, and by `slopes`
    for ∇D where no second derivative is needed for it."""

    def __init__(self, D: nn.Module, plan: Plan, kind: str):
        self._plan, self._kind = plan, kind
        self._judge = fast(D) if plan.forms else D
        self._slopes = slopes_of(D)
        self.slopes = self._sloping if self._slopes is not None else None

    def __call__(self, x: Tensor) -> Tensor:
        with arithmetic(self._plan, self._kind):
            scores: Tensor = self._judge(x)
        return scores

    def _sloping(self, x: Tensor) -> Tensor:
        assert self._slopes is not None
        with arithmetic(self._plan, self._kind):
            return self._slopes(x).float()


def arithmetic(plan: Plan, kind: str) -> AbstractContextManager[Any]:
    """What the networks compute in, on a device of this kind."""
    return torch.autocast(kind, dtype=torch.bfloat16) if plan.bfloat16 else nullcontext()


class Rounds:
    """The two half-rounds, with what they share. All of it happens at the players' own scale."""

    def __init__(self, players: Players, real: Sampler, plan: Plan):
        self.p, self.sampler, self.plan = players, real, plan
        self.schedule = Schedule(players, plan)
        self.G, self.D = core(players.G), core(players.D)
        # BatchNorm in D must see real and fake apart, as every one of these papers trained it.
        self.joint = not any(isinstance(m, nn.modules.batchnorm._BatchNorm)
                             for m in self.D.modules())  # fmt: skip
        # found once: walking through a network's modules costs as much as a small network's pass
        self.d_weights, self.g_weights = list(players.D.parameters()), list(players.G.parameters())
        self.ema_weights: list[Tensor] = []
        self.statistics: list[tuple[Tensor, Tensor]] = []
        if players.ema is not None:
            self.ema_weights = list(players.ema.parameters())
            pairs = zip(core(players.ema).buffers(), self.G.buffers(), strict=True)
            self.statistics = list(pairs)
        groups = players.opt_g.param_groups + players.opt_d.param_groups
        self.rates = [(group, group.setdefault("full_lr", group["lr"])) for group in groups]
        by_hand = not plan.bfloat16 and dense_map(self.G) is not None
        self.move_g = stepper(players.opt_g) if by_hand else players.opt_g.step
        self.map = dense_map(self.G) if by_hand else None  # after the weights were moved together
        self.score = Asked(self.D, plan, players.device.type)
        self.draw = fast(self.G) if plan.forms else self.G
        self.left: tuple[Tensor, Tensor] | None = None  # what D's last step leaves to G's

    def whole(self) -> Told:
        """One round of training, and what it tells."""
        self.set_rates()
        return self.play()

    def set_rates(self) -> None:
        share = self.schedule.share()
        for group, full in self.rates:
            if isinstance(group["lr"], Tensor):  # which a graph reads
                group["lr"].fill_(full * share)
            else:
                group["lr"] = full * share

    def play(self) -> Told:
        """The round at the rates that are set: `n_critic` D steps, `n_gen` G steps, the average."""
        for left in reversed(range(self.plan.n_critic)):
            on_d = self.d_step(last=not left)
        for _ in range(self.plan.n_gen):
            g_loss = self.g_step()
        self.average()
        return *on_d, g_loss

    def latents(self) -> Tensor:
        """What G reads: z, or what the plan has it read."""
        if self.plan.reads is not None:
            return self.plan.reads(self.plan.batch, self.p.rng)
        return torch.randn(
            self.plan.batch, self.plan.latent, generator=self.p.rng, device=self.p.device
        )

    def made(self, inputs: Tensor) -> Tensor:
        """What G makes of it, as D sees it."""
        with arithmetic(self.plan, self.p.device.type):
            if self.map is None:
                out = self.draw(inputs)
            elif isinstance(self.G, Carrier):
                out = self.G.carried(inputs, self.map)
            else:
                out = self.map(inputs)
        # a G that reads samples of its own gives points where they are
        return self.p.at_scale(out.float()) if self.G is self.p.G else out.float()

    def fresh(self) -> tuple[Tensor, Tensor]:
        """New latents, and what G makes of them."""
        inputs = self.latents()
        return inputs, self.made(inputs)

    def real(self) -> Tensor:
        return self.p.at_scale(self.sampler(self.plan.batch, self.p.rng))

    def seen(self, x: Tensor) -> Tensor:
        """x as D sees it: with instance noise, as long as there is some."""
        sigma = self.schedule.sigma()
        if not isinstance(sigma, Tensor) and not sigma:
            return x
        return x + sigma * torch.randn(x.shape, generator=self.p.rng, device=x.device)

    def put(self, x: Tensor) -> Tensor:
        """x as it is put to D: single samples, or packs of them."""
        return self.D.packs(x) if isinstance(self.D, Packed) else x

    def d_step(self, last: bool = True) -> OnD:
        """Moves D; `last` before G's step, which gets its samples where the plan says so."""
        p = self.p
        x = self.put(self.seen(self.real()))
        inputs = self.latents()
        keep = last and self.plan.shared
        with torch.set_grad_enabled(keep):
            fake = self.made(inputs)
        self.left = (inputs, fake) if keep else None
        x_fake = self.put(self.seen(fake.detach()))
        if self.joint:
            on_real, on_fake = self.score(torch.cat([x, x_fake])).float().chunk(2)
        else:
            with arithmetic(self.plan, p.device.type):  # whose copies of the weights serve both
                on_real, on_fake = self.score(x).float(), self.score(x_fake).float()
        loss = p.objective.d_loss(on_real, on_fake).mean()
        penalty = p.objective.penalty(self.score, x, x_fake, p.rng)
        extra = torch.zeros_like(loss) if penalty is None else penalty.mean()
        _descend(p.opt_d, self.d_weights, loss if penalty is None else loss + extra)
        on_real, on_fake, loss, extra = (t.detach() for t in (on_real, on_fake, loss, extra))
        p.objective = p.objective.after(self.D, on_real, on_fake)
        return on_real, on_fake, lambda: loss, lambda: extra

    def g_step(self) -> Later:
        """Moves G; its loss."""
        p = self.p
        inputs, fake = self.left or self.fresh()
        self.left = None
        with frozen(self.d_weights):
            on_fake = self.score(self.put(self.seen(fake))).float()
            on_real = on_fake
            if p.objective.pairs:
                with torch.no_grad():
                    on_real = self.score(self.put(self.seen(self.real()))).float()
            loss = p.objective.g_loss(on_real, on_fake).mean()
            if self.map is not None:
                (loss + self.cost(inputs, fake)).backward()
                self.descend_g(self.map.out.grad)
            elif self.g_weights:
                _descend(p.opt_g, self.g_weights, loss + self.cost(inputs, fake))
        loss = loss.detach()
        return lambda: loss

    def descend_g(self, delta: Tensor | None) -> None:
        """G's step, when the gradient has come as far as what its MLP made."""
        assert self.map is not None and delta is not None
        self.map.pull(delta)
        self.move_g()

    def cost(self, inputs: Tensor, fake: Tensor) -> Tensor | float:
        """What G pays for how far it carries its source samples, or for how little z changes."""
        if self.plan.spread:
            return self.schedule.price() * likeness(fake, inputs[:, -self.plan.latent :])
        if not self.plan.carry:
            return 0.0
        moved = fake - self.p.at_scale(inputs[:, : fake.shape[1]])
        return self.schedule.price() * moved.square().sum(1).mean()

    @torch.no_grad()
    def average(self) -> None:
        """Move the running average towards G."""
        if self.p.ema is None:
            return
        follow = self.schedule.follow()
        if isinstance(follow, Tensor):
            for average, weight in zip(self.ema_weights, self.g_weights, strict=True):
                average.lerp_(weight, follow)
        else:  # in one call
            torch._foreach_lerp_(self.ema_weights, list(self.g_weights), follow)
        for kept, now in self.statistics:  # BatchNorm's
            if kept.is_floating_point():
                kept.lerp_(now, follow)
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
