"""What the curves do not hold of the players themselves: how large D's weights are, and how many
stand at the limit that clipping sets.

Every measurement of a run carries them under `vitals`; `gan_core.health` reads them.
"""

from typing import Any

import torch
from torch import Tensor, nn

from gan_core.objectives import WGAN
from gan_core.players import Players

BINS = 24
AT_LIMIT = 0.999  # of c: the clamp sets weights to it exactly, but c itself was rounded


def vitals(players: Players) -> dict[str, Any]:
    """D's weights and biases as shares `bins` [BINS] of a histogram over [-`span`, `span`].

    `largest` is the greatest size of a weight of D. Under clipping `span` is c, and `at_limit` is
    the share of weights at ±c, where they gather (Gulrajani 2017, figure 1); otherwise `span` is
    `largest` and there is no `at_limit`.
    """
    weights = _flat(players.D)
    largest = float(weights.abs().max())
    objective = players.objective
    if not isinstance(objective, WGAN):
        return _histogram(weights, largest) | {"largest": largest}
    share = float((weights.abs() >= AT_LIMIT * objective.clip).float().mean())
    return _histogram(weights, objective.clip) | {"largest": largest, "at_limit": share}


@torch.no_grad()
def _flat(net: nn.Module) -> Tensor:
    """All trained numbers of a network, float32 on the CPU."""
    return torch.cat([w.detach().flatten().float() for w in net.parameters()]).cpu()


def _histogram(weights: Tensor, span: float) -> dict[str, Any]:
    span = span or 1.0  # all weights zero
    counts = torch.histc(weights.clamp(-span, span), BINS, -span, span)
    shares = (counts / len(weights)).tolist()
    return {"span": span, "bins": [round(share, 5) for share in shares]}
