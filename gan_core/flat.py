"""Adam over weights that lie end to end: one tensor moves instead of many."""

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.optim.adam import adam

MOMENTS = ("exp_avg", "exp_avg_sq")  # as Adam's state calls them


def stepper(optimizer: torch.optim.Optimizer) -> Callable[[], object]:
    """What moves an optimiser's weights, by the shortest way: see `FlatAdam`."""
    plain = type(optimizer) is torch.optim.Adam and len(optimizer.param_groups) == 1
    return FlatAdam(optimizer).step if plain else optimizer.step


class FlatAdam:
    """The steps of an Adam of one group.

    Its weights, their `.grad`s and its moments become views into whole tensors, which torch's own
    `adam` moves: the same arithmetic in fewer calls, which for a small network cost more than the
    numbers. The optimiser's `state`, and so a checkpoint of it, follows; its rate counts.
    """

    def __init__(self, optimizer: torch.optim.Optimizer):
        (self._group,) = optimizer.param_groups
        self._weights: list[nn.Parameter] = self._group["params"]
        states = [optimizer.state[w] for w in self._weights]
        self._whole = self._end_to_end([w.detach() for w in self._weights])
        self._slope = torch.zeros_like(self._whole)
        blank = [torch.zeros_like(w) for w in self._weights]
        self._moments = [
            self._end_to_end([s.get(key, b) for s, b in zip(states, blank, strict=True)])
            for key in MOMENTS
        ]
        self._step = states[0].get("step", torch.zeros((), device=self._whole.device)).clone()
        views = [self._views(t) for t in (self._whole, self._slope, *self._moments)]
        for weight, state, data, slope, *moments in zip(self._weights, states, *views, strict=True):
            weight.data, weight.grad = data, slope
            state.update(zip(MOMENTS, moments, strict=True), step=self._step)

    @torch.no_grad()
    def step(self) -> None:
        """Move all weights against what stands in their `.grad`."""
        group, (first, second) = self._group, self._moments
        adam(
            [self._whole], [self._slope], [first], [second], [], [self._step],
            fused=True, amsgrad=False, maximize=False, lr=group["lr"], eps=group["eps"],
            beta1=group["betas"][0], beta2=group["betas"][1], weight_decay=group["weight_decay"],
        )  # fmt: skip

    def _views(self, whole: Tensor) -> list[Tensor]:
        """The parts of a whole tensor, each in the shape of its weight."""
        parts = whole.split([w.numel() for w in self._weights])
        return [part.view_as(w) for part, w in zip(parts, self._weights, strict=True)]

    @staticmethod
    def _end_to_end(parts: list[Tensor]) -> Tensor:
        return torch.cat([part.flatten() for part in parts])
