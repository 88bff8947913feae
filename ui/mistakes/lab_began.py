"""BEGAN's balance: what keeps k, what M measures, and what equal losses say."""

from dataclasses import replace
from functools import lru_cache

import numpy as np
import torch
from torch import Tensor, nn

from gan_core.build import build
from gan_core.data import Toy
from gan_core.metrics import earth_mover
from gan_core.objectives import BEGAN
from gan_core.presets import preset
from gan_core.training import train
from ui.mistakes.experiment import Result
from ui.mistakes.lab_ring import MATCHED, samples

ROUNDS = 400
GAMMA = 0.5
NEAR = 0.2  # two sides of a balance count as equal within this share


class Unclamped(BEGAN):
    """BEGAN without the last line of its update of k."""

    @torch.no_grad()
    def after(self, D: nn.Module, real: Tensor, fake: Tensor) -> "Unclamped":
        balance = self.gamma * real.mean() - fake.mean()
        k = self.k + self.lambda_k * balance.float()
        return replace(self, k=k)


def wrong_m(real: float, fake: float, gamma: float) -> float:
    return real + abs(real - fake)


def right_m(real: float, fake: float, gamma: float) -> float:
    return real + abs(gamma * real - fake)


def wrong_balance(real: float, fake: float, gamma: float) -> bool:
    # “equal losses: p_g = p_r”
    return abs(real - fake) < NEAR * real


def right_balance(real: float, fake: float, gamma: float) -> bool:
    # equilibrium, not yet p_g = p_r
    return abs(gamma * real - fake) < NEAR * gamma * real


@lru_cache(maxsize=2)  # both sides of a pair may read one and the same run
def play(seed: int, clamped: bool = True) -> tuple[dict[str, np.ndarray], float]:
    """k, L(x) and L(G(z)) after each round on the ring, and EM to the data at the end."""
    config = preset(
        "began", "ring-lesson", seed=seed, steps=ROUNDS, gamma=GAMMA, lambda_k=0.5, bottleneck=1,
        lr_g=3e-3, lr_end=0.05, scaling="none",
    )  # fmt: skip
    players, ring, plan = build(config)
    assert isinstance(ring, Toy)
    if not clamped:
        players.objective = Unclamped(gamma=config.gamma, lambda_k=config.lambda_k)
    rows = []
    for step in train(players, ring.sample, plan):
        k = players.objective.state()["k"].item()
        rows.append((k, step.real.mean().item(), step.fake.mean().item()))
    points = samples(players, config.latent)[:MATCHED]
    em = earth_mover(points, ring.sample(MATCHED, torch.Generator().manual_seed(2)))
    k, real, fake = np.array(rows).T
    return {"k": k, "real": real, "fake": fake}, em


def unclamped(wrong: bool, seed: int) -> Result:
    found, _ = play(seed, clamped=not wrong)
    k, real = found["k"], found["real"]
    numbers = {
        "low": k.min(), "high": k.max(), "outside": np.mean((k < 0) | (k > 1)),
        "negative": np.mean(k < 0), "real": real.mean(),
    }  # fmt: skip
    return {name: float(v) for name, v in numbers.items()}, {"k": k, "real": real}


def measure(wrong: bool, seed: int) -> Result:
    found, _ = play(seed)
    measured = wrong_m if wrong else right_m
    m = [measured(a, b, GAMMA) for a, b in zip(found["real"], found["fake"], strict=True)]
    late = len(m) * 3 // 4
    numbers = {"m": float(np.mean(m[late:])), "real": float(found["real"][late:].mean())}
    return numbers, {"m": m, "real": found["real"]}


def equal_losses(wrong: bool, seed: int) -> Result:
    found, em = play(seed)
    balance = wrong_balance if wrong else right_balance
    says = [balance(a, b, GAMMA) for a, b in zip(found["real"], found["fake"], strict=True)]
    late = len(says) * 3 // 4
    ratio = found["fake"] / found["real"]
    numbers = {
        "late": float(np.mean(says[late:])), "ratio": float(ratio[late:].mean()), "em": em,
        "gamma": GAMMA,
    }  # fmt: skip
    return numbers, {"ratio": ratio, "says": np.array(says, float)}
