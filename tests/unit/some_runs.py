"""Curves of runs that never were, and what a diagnosis says of them."""

import numpy as np

from gan_core.health import findings
from gan_core.runs import CURVES
from gan_core.signs import BALANCE

ROWS = 200


def curves(config, rows=ROWS, **columns):
    """Rows of a pair in balance, with small noise; columns replaced by numbers or arrays."""
    rng = np.random.default_rng(0)
    balance = BALANCE.get(config.objective, 0.0)
    values = {"step": np.linspace(config.steps / rows, config.steps, rows), "d_loss": balance,
              "g_loss": 0.7, "d_real": 0.5, "d_fake": 0.5, "d_grad": 0.1,
              "g_grad": np.linspace(0.4, 0.05, rows), "seconds": 1.0}  # fmt: skip
    table = np.zeros((rows, len(CURVES)))
    for name, value in (values | columns).items():
        noise = 0 if name in columns or name == "step" else 1e-3
        table[:, CURVES.index(name)] = value + noise * rng.standard_normal(rows)
    return table


def names(*given, **more):
    return [one.name for one in findings(*given, **more)]
