"""What stands beside a run's name: how far it is, how fast, how long it will still take."""

import math
from typing import Any

from gan_core.catalog import BadInput
from gan_core.config import Config
from gan_core.runs import Run
from ui import gallery


def line(run: Run, status: dict[str, Any]) -> str:
    """Steps, time, speed, what is left, device; of images also how many D sees in a second."""
    config = gallery.config_of(run)
    pictures = config is not None and config.kind == "image"
    parts = [f"step {status['step']:,}"]
    if status.get("steps") and status["state"] != "done":  # done may be by time
        parts[0] += f" of {status['steps']:,}"
    if status.get("by_hand"):
        parts.append(f"{status['by_hand']:,} by hand")
    if status.get("seconds"):
        parts.append(gallery.duration(status["seconds"]))
    if rate := status.get("steps_per_second"):
        parts.append(f"{_rate(rate)} steps/s")
        if config and pictures:  # those that D has seen
            parts.append(f"{_rate(rate * config.batch * config.n_critic)} images/s")
    if status.get("doing") and status["state"] == "running":
        parts.append(f"{status['doing']}…")
    elif config and pictures and (left := _left(config, status)):
        parts.append(f"≈ {gallery.duration(left)} left")
    return " · ".join([*parts, *filter(None, [status.get("device")])])


def _left(config: Config, status: dict[str, Any]) -> float:
    """Seconds that a running run will still train, by its steps or its time limit; 0 if unknown."""
    rate = status.get("steps_per_second")
    if status["state"] != "running" or not rate:
        return 0.0
    by_steps = math.inf
    if config.steps:  # a run that is timed will know them soon
        by_steps = max(0, config.steps - status["step"]) / rate
    limit = status.get("limit") or config.seconds  # the server's own, where that is nearer
    by_time = max(0.0, limit - status["seconds"]) if limit else math.inf
    return max(1.0, min(by_steps, by_time))


def progress(run: Run, status: dict[str, Any]) -> float:
    """Share of the run that is over: by steps or by time, whichever ends it."""
    shares = [status["step"] / max(1, status.get("steps") or 1)]
    try:
        limit = status.get("limit") or run.config.seconds
    except BadInput:  # deleted this moment
        limit = 0.0
    if limit:
        shares.append(status["seconds"] / limit)
    return min(1.0, max(shares))


def _rate(value: float) -> str:
    """A number a second: two digits where it is small."""
    return f"{value:,.0f}" if value >= 10 else f"{value:.2g}"
