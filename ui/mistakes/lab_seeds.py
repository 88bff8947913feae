"""One of three seeds forgotten: the same small training, twice."""

import random

import numpy as np
import torch

from gan_core.build import seed_all
from gan_core.models import MLP, Scores
from gan_core.objectives import NSGAN
from ui.mistakes.experiment import Result
from ui.mistakes.lab_critic import SPREAD, Shift

STEPS = 120
SET, BATCH = 500, 32  # real numbers in all, and in a batch


def wrong_seeds(seed: int) -> None:
    torch.manual_seed(seed)
    np.random.seed(seed)  # but `random` picks batches


def once(wrong: bool, seed: int) -> list[float]:
    """D's loss at every step of a training that draws from all three generators."""
    random.seed()  # a new process begins so: with a seed of its own
    (wrong_seeds if wrong else seed_all)(seed)
    real = SPREAD * np.random.randn(SET).astype("f")
    G, D, losses = Shift(0.5), Scores(MLP(1, 1, 16, 2)), []
    objective = NSGAN()
    opt_g, opt_d = (torch.optim.Adam(net.parameters(), 0.01) for net in (G, D))
    for _ in range(STEPS):
        picked = random.sample(range(SET), BATCH)
        x = torch.from_numpy(real[picked])[:, None]
        fake = G(torch.randn(BATCH, 1))
        d_loss = objective.d_loss(D(x), D(fake.detach())).mean()
        opt_d.zero_grad()
        d_loss.backward()
        opt_d.step()
        opt_g.zero_grad()
        objective.g_loss(x, D(fake)).mean().backward()
        opt_g.step()
        losses.append(d_loss.item())
    return losses


def forgotten_seed(wrong: bool, seed: int) -> Result:
    first, second = once(wrong, seed), once(wrong, seed)
    apart = [abs(a - b) for a, b in zip(first, second, strict=True)]
    same = sum(gap == 0 for gap in apart)
    numbers = {"apart": max(apart), "steps": STEPS, "same": same}
    return numbers, {"first": first, "second": second}
