"""A round on a device that has no values at all: whatever a GPU would wait for fails on it.

`meta` tensors have a shape and a device, so a round on them is a GPU's as far as a CPU goes: what
asks for a value raises, and every tensor must be where the players are. Optimisers stand still
(torch's fused ones have no such device), and what torch has no autocast for is left out.
"""

import pytest
import torch
from every_round import EVERY
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from gan_core.build import build
from gan_core.dense_rounds import rounds_of

NOWHERE = torch.device("meta")
CASES = {n: c for n, c in EVERY.items() if c.precision == "float32" and c.forms != "fast"}


class Rng(torch.Generator):
    """A generator that says it is on that device."""

    device = NOWHERE


class WithoutRng(TorchFunctionMode):
    """Random draws without their generator, which no such device has."""

    def __torch_function__(self, func, types, args=(), kwargs=None):
        return func(*args, **{k: v for k, v in (kwargs or {}).items() if k != "generator"})


class OneDevice(TorchDispatchMode):
    """Fails where an operation meets tensors of two devices, a copy from one to the other too."""

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        found = func(*args, **(kwargs or {}))
        met = [t for t in tree_leaves((args, kwargs, found)) if isinstance(t, torch.Tensor)]
        if len({t.device for t in met}) > 1:
            raise RuntimeError(f"{func} crosses from one device to another")
        return found


class Still:
    """An optimiser that moves nothing."""

    def __init__(self, weights):
        self.param_groups, self.state = [{"params": list(weights), "lr": 1.0}], {}

    def step(self):
        pass

    def zero_grad(self, set_to_none=True):
        for weight in self.param_groups[0]["params"]:
            weight.grad = None


def elsewhere(config):
    """The rounds of a config, on that device; the data come from where they are kept."""
    made, data, plan = build(config)
    for net in filter(None, (made.G, made.D, made.ema)):
        net.to(NOWHERE)
    made.opt_g, made.opt_d = Still(made.G.parameters()), Still(made.D.parameters())
    made.rng = Rng()
    return rounds_of(made, lambda n, rng: data.sample(n, rng, NOWHERE), plan), data


@pytest.mark.parametrize("name", CASES)
def test_nothing_comes_from_the_host_or_goes_there(name):
    with WithoutRng():
        rounds, _ = elsewhere(CASES[name])
        rounds.whole()  # the first fetches what stays, the pictures say
        with OneDevice():
            real, fake, d_loss, penalty, g_loss = rounds.whole()
            figures = torch.stack([d_loss(), penalty(), g_loss()])
    assert {t.device for t in (real, fake, figures)} == {NOWHERE}


def test_a_batch_that_comes_from_the_host_is_heard():
    config = CASES["ns-gan on points"]
    with WithoutRng():
        rounds, _ = elsewhere(config)
        rounds.sampler = lambda n, rng: torch.zeros(n, 2).to(NOWHERE)
        rounds.whole()
        with pytest.raises(RuntimeError, match="crosses"), OneDevice():
            rounds.whole()


def test_a_value_that_is_asked_for_is_heard():
    with WithoutRng():
        rounds, data = elsewhere(CASES["ns-gan on points"])
        rounds.sampler = lambda n, rng: (
            data.sample(n, rng, NOWHERE) * rounds.D(torch.zeros(n, 2, device=NOWHERE)).mean().item()
        )
        with pytest.raises(RuntimeError, match="meta"):
            rounds.whole()
