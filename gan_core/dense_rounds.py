"""The half-rounds of players whose D is an MLP of ReLUs, with the way back written out: half the
time of a small network's round by autograd.
"""

from collections.abc import Sequence

import torch
from torch import Tensor

from gan_core.dense import Dense, Look, dense
from gan_core.flat import stepper
from gan_core.models import Carrier, core
from gan_core.objectives import OBJECTIVES
from gan_core.penalties import Price
from gan_core.players import Plan, Players, Sampler
from gan_core.rounds import Later, OnD, Rounds


def rounds_of(players: Players, real: Sampler, plan: Plan) -> "Rounds":
    """The faster form that these players can have.

    It takes over the players' weights and their optimisers' state: of two alive at once, only the
    younger may be used.
    """
    plain = type(players.objective) in OBJECTIVES.values()  # whose derivatives are known
    if plain and not plan.bfloat16 and dense(core(players.D)) is not None:
        return DenseRounds(players, real, plan)
    return Rounds(players, real, plan)


class DenseRounds(Rounds):
    """The half-rounds of players whose D is an MLP of ReLUs."""

    def __init__(self, players: Players, real: Sampler, plan: Plan):
        super().__init__(players, real, plan)
        self.move_d = stepper(players.opt_d)
        known = dense(self.D)
        assert known is not None
        self.dense: Dense = known
        # D sees what G's MLP made, with or without noise, in packs or not: nothing to differentiate
        self.direct = self.map is not None and not isinstance(self.G, Carrier)

    def d_step(self, last: bool = True) -> OnD:
        objective = self.p.objective
        with torch.inference_mode():
            x = self.put(self.seen(self.real()))
            x_fake = self.put(self.seen(self.made(self.latents())))
            look = Look(self.dense, x, x_fake)
            on_real, on_fake = look.scores
            c = torch.cat(objective.d_grad(on_real, on_fake)).div_(len(x))
            bill = Bill(self.dense, look, (x, x_fake), objective.prices(x, x_fake, self.p.rng))
            bill.pull(c)
        self.move_d()
        self.p.objective = objective.after(self.D, on_real, on_fake)
        return on_real, on_fake, lambda: objective.d_loss(on_real, on_fake).mean(), bill.total

    def g_step(self) -> Later:
        objective = self.p.objective
        with torch.inference_mode(self.direct):
            inputs = self.latents()
            fake = self.made(inputs)
            x_fake = self.put(self.seen(fake))
            x = [self.put(self.seen(self.real()))] if objective.pairs else []
            look = Look(self.dense, *x, x_fake)
            on_real, on_fake = look.scores[0], look.scores[-1]
            if self.g_weights:  # else G is fixed
                delta = look.towards(objective.g_grad(on_real, on_fake).div_(len(on_fake)))
                self.push(inputs, fake, x_fake, delta)
        if self.g_weights:
            self.move_g()
        return lambda: objective.g_loss(on_real, on_fake).mean()

    def push(self, inputs: Tensor, fake: Tensor, x_fake: Tensor, delta: Tensor) -> None:
        """G's gradient, when it has come as far as what D saw: `delta`."""
        if self.map is not None and self.direct:
            return self.map.pull(delta.view_as(fake))
        cost = self.cost(inputs, fake)
        ends = [x_fake, cost] if isinstance(cost, Tensor) else [x_fake]
        self.p.opt_g.zero_grad(set_to_none=self.map is None)
        torch.autograd.backward(ends, [delta, None][: len(ends)])
        if self.map is not None and self.map.out.grad is not None:
            self.map.pull(self.map.out.grad)


class Bill:
    """What D's slopes cost in one step, and the way back from it."""

    def __init__(self, D: Dense, look: Look, batches: Sequence[Tensor], prices: Sequence[Price]):
        """`look` saw the `batches`; what it did not see costs a look of its own."""
        self.look, self.batches = look, batches
        self.charged: list[tuple[Price, Look, int]] = []
        for price in prices:
            at = [i for i, x in enumerate(batches) if x is price.at]
            where = (look, at[0]) if at else (Look(D, price.at), 0)
            self.charged.append((price, *where))

    def total(self) -> Tensor:
        """The mean of all prices."""
        costs = [price.of(look.slopes[i].square().sum(1)) for price, look, i in self.charged]
        return torch.stack(costs).sum(0).mean() if costs else self.batches[0].new_zeros(())

    def pull(self, c: Tensor) -> None:
        """The gradient of the total, and of a loss whose gradient in the look's scores is c [n],
        into D's weights' `.grad`, written anew."""
        here: list[Tensor | None] = [None] * len(self.batches)
        elsewhere = []
        for price, look, i in self.charged:
            slopes = look.slopes[i]
            grad = price.grad(slopes).div_(len(slopes))
            if look is self.look:
                here[i] = grad
            else:
                elsewhere.append((look, grad))
        if any(grad is not None for grad in here):
            both = zip(here, self.batches, strict=True)
            self.look.pull(c, torch.cat([torch.zeros_like(x) if g is None else g for g, x in both]))
        else:
            self.look.pull(c, None)
        for look, grad in elsewhere:
            look.pull(None, grad, beta=1)
