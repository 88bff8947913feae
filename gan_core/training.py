"""Training as a generator of Steps: it prints nothing, draws nothing and saves nothing.

The caller logs, measures and stops. Everything about speed is decided in `gan_core.rounds`,
`gan_core.dense_rounds`, `gan_core.captured`, `gan_core.tuning` and `gan_core.build`; no loss and no
network knows of it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from gan_core.captured import Captured, CudaGraph, Graph
from gan_core.dense_rounds import rounds_of
from gan_core.players import Plan, Players, Sampler
from gan_core.rounds import Later


@dataclass(frozen=True)
class Step:
    """One finished round. Tensors stay on the device until `row` is asked for, which is to be done
    before the next round: gradients and k are read where they stand."""

    number: int
    players: Players
    real: Tensor  # D's raw outputs [n] in the last critic step, one a pack
    fake: Tensor
    d_loss: Later
    penalty: Later
    g_loss: Later

    def row(self, probabilities: bool) -> dict[str, float]:
        """One row of curves: losses, mean D(x) and D(G(z)), gradient norms, penalty and k.

        `probabilities` maps D's outputs through σ first (for systems whose D is a logit).
        """
        real, fake = (s.sigmoid() if probabilities else s for s in (self.real, self.fake))
        state = self.players.objective.state()
        values = {
            "d_loss": self.d_loss(),
            "g_loss": self.g_loss(),
            "d_real": real.mean(),
            "d_fake": fake.mean(),
            "d_grad": _gradient_norm(self.players.opt_d),
            "g_grad": _gradient_norm(self.players.opt_g),
            "penalty": self.penalty(),
            "k": state.get("k", torch.zeros(())),
        }
        flat = torch.stack([v.float().to(real.device) for v in values.values()]).tolist()
        return {"step": float(self.number), **dict(zip(values, flat, strict=True))}


def train(
    players: Players, real: Sampler, plan: Plan, graph: Callable[[Players], Graph] = CudaGraph
) -> Iterator[Step]:
    """Rounds of `n_critic` D steps and `n_gen` G steps, from `players.step` to `plan.steps`.

    The players are changed in place; between two Steps the caller may read or save them. Equal
    players, sampler and plan give equal Steps (on a CPU, bit for bit). `graph` is what captures
    rounds, where the plan wants it.
    """
    rounds = rounds_of(players, real, plan)
    whole = Captured(rounds, graph).whole if plan.graphs else rounds.whole
    while players.step < plan.steps:
        told = whole()
        players.step += 1
        yield Step(players.step, players, *told)


def _gradient_norm(optimizer: torch.optim.Optimizer) -> Tensor:
    """√ of the sum of squares over all its weights, as the last step left them."""
    weights = [p for group in optimizer.param_groups for p in group["params"]]
    slopes = [p.grad for p in weights if p.grad is not None]
    if not slopes:  # of a fixed G
        return torch.zeros(())
    return torch.stack(torch._foreach_norm(slopes)).float().norm()


def half_round(players: Players, real: Sampler, plan: Plan, player: str) -> Tensor:
    """One half of a round by hand: the loss of the player, `"D"` or `"G"`, that moved.

    D's half is its `n_critic` steps; G's is its `n_gen` steps, and ends the round. So D's half and
    then G's are one round of `train`, but that G never shares D's samples. Begin a new `train`
    afterwards.
    """
    rounds = rounds_of(players, real, plan)
    rounds.set_rates()
    if player == "D":
        for _ in range(plan.n_critic):
            *_, loss, penalty = rounds.d_step()
        return loss() + penalty()
    for _ in range(plan.n_gen):
        g_loss = rounds.g_step()
    rounds.average()
    players.step += 1
    return g_loss()


@torch.no_grad()
def generate(players: Players, latents: Tensor, batch: int = 256) -> Tensor:
    """What the shown generator makes of latents [n, latent]: float32 samples [n, …] on the CPU."""
    net = players.shown
    was_training = net.training
    net.eval()
    made = [net(z.to(players.device)).float().cpu() for z in latents.split(batch)]
    net.train(was_training)
    return torch.cat(made)
