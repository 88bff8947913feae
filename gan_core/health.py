"""What is wrong with a run, or right: findings in plain words, each from one measured number.

Pure functions of what a run folder holds (curves, measurements, config, status, scene), torch-free,
for points and images alike. `gan_core.alarms` knows the failures, `gan_core.signs` reads off the
numbers and `gan_core.remedies` says what to change.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from gan_core import signs
from gan_core.alarms import (
    ALARMS,
    CALM,
    FEW_ROWS,
    FLOOR,
    TONES,
    Finding,
    blown_up,
    finding,
    unmoved,
)
from gan_core.config import Config
from gan_core.remedies import longer, shorter_rounds
from gan_core.signs import Signs

__all__ = ["TONES", "Finding", "findings", "soonest"]

QUIET = 0.5  # of the steepest stretch; what is left in small batches is mostly their noise
SHARP = 0.9  # of the real samples' share of high quality
FEW_ROUNDS = 200  # before them nothing is said


def findings(
    config: Config,
    curves: np.ndarray,
    metrics: Sequence[Mapping[str, Any]],
    status: Mapping[str, Any] | None = None,
    scene: Mapping[str, Any] | None = None,
) -> list[Finding]:
    """All that can be said of a run now, the most urgent first; never empty.

    `curves` is float [rows, len(runs.CURVES)], `metrics` the measurements oldest first, `status`
    and `scene` as the run folder has them (scene names the places of lost modes).
    """
    seen = Signs(config, np.asarray(curves, float), list(metrics), dict(status or {}), scene or {})
    certain = [*unmoved(seen)] or [*blown_up(seen)]
    if certain:
        return certain
    if _early(seen):
        return [_too_early(seen)]
    if config.reads == "x+noise":
        return [_only_d(seen)]
    found = [one for look in ALARMS for one in look(seen)]
    found.sort(key=lambda one: TONES.index(one.tone))
    return found or [_healthy(seen)]


def soonest(config: Config) -> float:
    """The round before which nothing is said of a run. Points may have found their modes before:
    there it is a quarter of a run that is shorter. Pictures are one grey mush for so long, however
    short the run, and all mush is of one class."""
    return FEW_ROUNDS if config.kind == "image" else min(FEW_ROUNDS, config.steps / 4)


def _early(seen: Signs) -> bool:
    return len(seen.curves) < FEW_ROWS or seen.step < soonest(seen.config)


def _too_early(seen: Signs) -> Finding:
    text = f"After {seen.step:,.0f} rounds nothing can be told from chance."
    if not seen.over:
        return finding(seen, "early", "wait", "Too early to say", text, seen.step)
    many = seen.config.n_critic
    if many > 1:
        text += f" Each round has {many} D steps: most of the time went into them."
    if seen.stopped:
        text += " It was stopped; Resume goes on."
        return finding(seen, "early", "warn", "It was stopped too early to say", text, seen.step)
    more = longer(seen.config)
    if seen.config.steps:
        more["steps"] = max(more["steps"], round(2 * soonest(seen.config)))
    cures = shorter_rounds(seen.config), more
    return finding(seen, "early", "warn", "It ended too early to say", text, seen.step, *cures)


def _only_d(seen: Signs) -> Finding:
    """G is fixed, so nothing that is said of a G that learns applies."""
    text = "D learns against data plus noise, which nothing moves: look at its field, not at G."
    return finding(seen, "only-d", "good", "Only D learns", text, seen.step)


def _healthy(seen: Signs) -> Finding:
    """Nothing is wrong: at its goal, on its way, or ended before it."""
    if not seen.distance:
        text = "No alarm in the losses and gradients; no measurement was made yet."
        return finding(seen, "learning", "wait", "Nothing is wrong so far", text, seen.step)
    name, value, floor = seen.distance
    if seen.told_modes:  # the sentence has begun
        name = name.replace("The", "the", 1)
    times = value / max(floor, 1e-9)
    told = f"{name} is {signs.short(value)}, {times:.1f} times what real samples score"
    told = f"{seen.told_modes}{told}"
    if times <= FLOOR and seen.sharp >= SHARP and seen.settled(CALM):
        before, now = seen.steepest("g_grad"), seen.tail("g_grad")
        text = f"{told}, and no longer moves; G's gradient went from {signs.short(before)} to"
        text += f" {signs.short(now)}."
        if now <= QUIET * before:
            return finding(seen, "converged", "good", "Converged", text, times)
        title = "At its goal, though G is still pushed"
        return finding(seen, "arrived", "good", title, text, times)
    if not seen.over:
        return finding(seen, "learning", "good", "Learning, no alarm", f"{told}.", times)
    if seen.stopped:
        text = (
            f"{told}. No alarm; it was stopped at step {seen.step:,.0f} of {seen.config.steps:,},"
        )
        text += " and Resume takes it to its end."
        return finding(seen, "unfinished", "good", "Healthy, stopped on its way", text, times)
    text = f"{told}. No alarm, but the run ended before it was as good as it gets."
    return finding(
        seen, "unfinished", "good", "Healthy, but not at its goal", text, times, longer(seen.config)
    )
