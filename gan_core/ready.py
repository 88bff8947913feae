"""Getting ready: what comes before the first round of a run. Torch is warmed up, and what the
config leaves open is decided once and stored: precision, and how many rounds.
"""

import math
import os
import time
from pathlib import Path

import torch

from gan_core import metrics, runs
from gan_core.build import build, pick_forms, pick_precision
from gan_core.catalog import BadInput
from gan_core.config import Config
from gan_core.runs import Run
from gan_core.training import train

WARM_UP = 5  # first rounds, slower than the rest
TIMED, LONGEST = 0.05, 3.0  # share of a run's time that its rounds are timed for, and most seconds
# Share of a run's time that is planned for rounds. Looks, judgements and checkpoints take about
# 0.2; the rest is for a machine that is slower later than when the rounds were timed.
SHARE = 0.72
ANY = 10**6  # rounds, where only their speed matters


def dry_run() -> None:
    """Two steps of nothing: torch loads what it loads late (1.5 s for the first optimiser)."""
    players, dataset, plan = build(Config(steps=2, batch=8, width=4, depth=1))
    for step in train(players, dataset.sample, plan):
        step.row(probabilities=True)
    metrics.earth_mover(step.real[:2, None], step.fake[:2, None])


def resolved(run: Run) -> Config:
    """The run's config with `precision`, `forms` and the number of steps decided and stored, so
    that a resumed run keeps them, and its rates fall over rounds that are known from the first on;
    under float32 also the number of threads, which decides how sums are rounded."""
    config = run.config
    if config.kind == "image" and config.precision == "float32" and not config.threads:
        config = runs.change(run, threads=torch.get_num_threads())  # it shall repeat itself
    if config.precision == "auto":
        config = runs.change(run, precision=pick_precision(config))
    if config.forms == "auto":
        config = runs.change(run, forms=pick_forms(config))
    if not config.steps:
        run.write_status(doing="timing rounds")
        rounds = steps_in(config, time_limit(config), run.path)
        config = runs.change(run, steps=min(rounds, 10**7))
        run.write_status(steps=config.steps, doing=None)
    return config


def steps_in(config: Config, seconds: float, folder: Path | None = None) -> int:
    """About how many rounds of a run fit into its time: timed on throw-away players, whose data may
    lie in the run's `folder`."""
    made, dataset, how = build(config.replace(steps=ANY), folder)
    device = made.device

    def real(n: int, rng: torch.Generator) -> torch.Tensor:
        return dataset.sample(n, rng, device)

    def now() -> float:
        if device.type == "cuda":  # a GPU is behind what it was asked for
            torch.cuda.synchronize(device)
        return time.perf_counter()

    begin, enough = now(), min(LONGEST, TIMED * seconds)
    for step in train(made, real, how):
        if step.number == WARM_UP:
            begin = now()
        if step.number >= 2 * WARM_UP and time.perf_counter() - begin > enough:
            break
    each = (now() - begin) / (made.step - WARM_UP)
    return max(1, round(SHARE * seconds / max(each, 1e-9)))


def time_limit(config: Config) -> float:
    """Seconds that a run may take: its own limit, or that of any run here, the environment variable
    GAN_MAX_SECONDS, where it is nearer."""
    try:
        here = float(os.environ.get("GAN_MAX_SECONDS") or math.inf)
    except ValueError:
        raise BadInput("GAN_MAX_SECONDS must be a number of seconds.") from None
    return min(config.seconds or math.inf, here)
