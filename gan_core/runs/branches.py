"""Branches: a new run that goes on from a step of another one, under other settings. Torch-free.

The child holds a copy of its parent's state, so the parent may go on, be thinned or be deleted.
What of that state fits the new settings is decided by the worker (`gan_core.inherit`).
"""

import shutil
from dataclasses import fields
from pathlib import Path
from typing import Any

from gan_core.catalog import BadInput
from gan_core.config import Config, kind_of, validate
from gan_core.presets import preset
from gan_core.runs.folder import START, Run
from gan_core.runs.shelf import create
from gan_core.runs.snapshots import step_of

# G is carried over, so these stay.
OF_G = ("network", "size", "latent", "width", "depth", "scaling", "norm_g", "reads")
LITTLE = 0.1  # share of a run: where less is left, a branch gets as many steps again


def origins(run: Run) -> dict[int, Path]:
    """The states that a branch of this run can begin with, by step: snapshots and checkpoint."""
    found = run.snapshots.all()
    if (last := step_of(run.checkpoint)) is not None:
        found[last] = run.checkpoint
    return dict(sorted(found.items()))


def origin(run: Run, step: int) -> int:
    """The step of the nearest state at or before `step`; BadInput where none was kept."""
    earlier = [at for at in origins(run) if at <= step]
    if not earlier:
        raise BadInput(
            f"{run.id} keeps no state at or before step {step:,} to branch from: choose a later"
            " step, or let the run save a checkpoint first."
        )
    return max(earlier)


def branched(config: Config, at: int, **changes: Any) -> Config:
    """The settings of a branch of `config` from step `at`; `changes` are what the user wants.

    Another objective brings its own rates, penalties and optimiser, from the parent's preset;
    networks, data, batch, seed and the average stay. Without `steps` the branch ends where its
    parent would, or, where that is near, after as many steps again.
    """
    for name in OF_G:
        if changes.get(name, getattr(config, name)) != getattr(config, name):
            raise BadInput(
                f"{name} shapes G, and a branch goes on with its parent's G: leave {name} at"
                f" {getattr(config, name)}, or train a new run."
            )
    data = changes.get("data", config.data)
    if kind_of(data) != config.kind:
        raise BadInput(f"G was trained for {config.kind} data, which “{data}” is not.")
    base = config.replace(data=data)
    wanted = changes.get("objective", config.objective)
    if "steps" in changes:  # who names steps wants these, whatever time they take
        base = base.replace(seconds=0.0)
    if wanted != config.objective:
        base = _under(wanted, base)
    left = config.steps - at
    steps = config.steps if left >= LITTLE * config.steps else at + config.steps
    child = validate(base.replace(**{"steps": steps} | changes))
    if child.steps <= at:
        raise BadInput(
            f"steps={child.steps} is the last step, and the branch begins at step {at}: give more."
        )
    return child


def _under(objective: str, config: Config) -> Config:
    """`config` with another objective and what goes with it."""
    theirs = preset(objective, config.data, config.preset, reads=config.reads)
    taken = {
        f.name: getattr(theirs, f.name)
        for f in fields(Config)
        if f.metadata["group"] in ("optimiser", "objective") or f.name in ("r1", "r2", "bottleneck")
    }
    kept = {"ema": config.ema, "objective": theirs.objective}
    if config.norm_d == "batch":  # gradient penalties cannot go with it
        kept["norm_d"] = theirs.norm_d
    return config.replace(**taken | kept)


def branch(parent: Run, step: int, folder: Path | None = None, **changes: Any) -> Run:
    """A new, queued run that goes on from `parent` at or before `step`, under `changes`."""
    at = origin(parent, step)
    config = branched(parent.config, at, **changes)
    run = create(config, folder, parent.id, at)
    try:
        shutil.copyfile(origins(parent)[at], run.path / START)
    except (OSError, KeyError):  # thinned or deleted this moment
        run.delete()
        raise BadInput(
            f"The state of {parent.id} at step {at:,} is gone: choose another step."
        ) from None
    return run
