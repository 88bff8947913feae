"""What changes from round to round in training, as numbers of the round that comes next."""

import math

from torch import Tensor

from gan_core.players import Plan, Players

Number = float | Tensor  # a tensor [] where a graph reads it: see gan_core.captured


class Schedule:
    """The numbers themselves; all follow from how many rounds are done."""

    def __init__(self, players: Players, plan: Plan):
        self._p, self._plan = players, plan

    def share(self) -> float:
        """Of both full learning rates: a cosine from 1 to `plan.lr_end`."""
        done, end = self._p.step / self._plan.steps, self._plan.lr_end
        return end + (1 - end) * (1 + math.cos(math.pi * done)) / 2

    def sigma(self) -> Number:
        """σ of the noise on all that D sees, which fades as training goes on (Sønderby 2017); the
        number 0 where there is none."""
        plan = self._plan
        rounds = min(plan.noise_steps or plan.steps, plan.steps)
        return max(plan.noise * (1 - self._p.step / rounds), 0.0)

    def price(self) -> Number:
        """Weight of what G pays for how far it carries its source samples, or for how little z
        changes. It fades to 0 with the rates, so that G is led to choose a way and not held back
        from its end."""
        full = self._plan.carry or self._plan.spread
        return full * (1 + math.cos(math.pi * self._p.step / self._plan.steps)) / 2

    def follow(self) -> Number:
        """Share of its distance from G that the running average moves: 1 minus its decay. More at
        first, when G is far from anything."""
        return 1 - min(self._plan.ema, (1 + self._p.step) / (10 + self._p.step))
