"""What the worker answers to the mistakes page: one mistake and its correction, both run."""

from typing import Any

import torch

from gan_core.answers import Answer
from gan_core.catalog import BadInput, choose
from ui.mistakes import (
    lab_batches,
    lab_began,
    lab_critic,
    lab_heads,
    lab_meters,
    lab_penalty,
    lab_seeds,
)
from ui.mistakes.experiment import Experiment, both

EXPERIMENTS: dict[str, Experiment] = {
    "critic-sign": lab_critic.critic_sign,
    "sigmoid-linear": lab_heads.sigmoid_linear,
    "sigmoid-critic": lab_heads.sigmoid_critic,
    "penalty-batchnorm": lab_penalty.batchnorm,
    "penalty-one-norm": lab_penalty.one_norm,
    "penalty-one-mix": lab_penalty.one_mix,
    "batch-attached": lab_batches.attached,
    "batch-reused": lab_batches.reused,
    "seeds": lab_seeds.forgotten_seed,
    "began-k": lab_began.unclamped,
    "began-m": lab_began.measure,
    "began-equal": lab_began.equal_losses,
    "meter-floor": lab_meters.floor,
    "meter-mass": lab_meters.mass,
}


def mistake(request: dict[str, Any]) -> Answer:
    """{"name", "seed"} -> both sides, as `experiment.both` packs them."""
    experiment = EXPERIMENTS[choose(str(request.get("name")), EXPERIMENTS, "mistake")]
    seed = request.get("seed")
    if isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed < 2**31:
        raise BadInput(f"seed={seed!r} must be a whole number from 0 to {2**31 - 1}.")
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # so small a network is slower on two
    try:
        return both(experiment, seed)
    finally:
        torch.set_num_threads(threads)


ANSWERS = {"mistake": mistake}
