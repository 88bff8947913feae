"""What the commands share: their result, finding runs and checkpoints, and plain JSON."""

import json
import math
from dataclasses import asdict
from pathlib import Path
from typing import Any

from gan_core import runs
from gan_core.commands import links
from gan_core.health import findings
from gan_core.runs import Run

Result = tuple[Any, int]  # what --json prints, and the exit code


def summary(run: Run, status: dict[str, Any]) -> dict[str, Any]:
    """What `train --json` prints of a run."""
    result = {
        "run": str(run.path),
        "state": status["state"],
        "steps": status.get("step", 0),
        "seconds": round(status.get("seconds", 0.0), 3),
        "metrics": status.get("metrics", {}),
        "steps_per_second": round(status.get("steps_per_second", 0.0), 2),
    }
    config = run.config
    if config.kind == "image":
        per_step = config.batch * config.n_critic  # real images D has seen
        result["images_per_second"] = round(result["steps_per_second"] * per_step, 1)
    return result


def diagnosis(run: Run, status: dict[str, Any]) -> tuple[str, list[dict[str, Any]]]:
    """What the numbers of a run say: a line for each finding, and the findings for `--json`."""
    found = findings(run.config, run.curves(), run.metrics(), status, run.scene())
    lines = [
        f"{one.tone}: {one.title}. {one.sentence}" + (f" Try {one.label}." if one.label else "")
        for one in found
    ]
    return "\n".join(lines), [asdict(one) for one in found]


def short(metrics: dict[str, Any]) -> str:
    shown = {k: v for k, v in metrics.items() if isinstance(v, int | float)}
    return "  ".join(f"{k} {v:.4g}" for k, v in list(shown.items())[:6])


def find(name: str) -> Run:
    """A run by its folder or its id."""
    if Run(Path(name)).exists():
        return Run(Path(name).resolve())
    return runs.open_run(name)


def checkpoint_of(name: str) -> Path:
    """A checkpoint by its file, its web address, or by the folder or id of its run."""
    if links.is_link(name):
        return links.fetch(name)
    path = Path(name)
    if path.is_file() or path.suffix:
        return path
    return find(name).checkpoint


def plain(value: Any) -> Any:
    """The value as strict JSON: infinities as "inf", undefined numbers as null."""
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [plain(v) for v in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None if math.isnan(value) else "inf" if value > 0 else "-inf"
    try:
        json.dumps(value)
        return value
    except TypeError:
        return value.item() if hasattr(value, "item") else str(value)
