"""All run folders of one place: made, found by name, listed."""

import re
import secrets
import time
from pathlib import Path
from typing import Any

from gan_core.album import store
from gan_core.catalog import BadInput
from gan_core.config import Config, validate
from gan_core.plane import points
from gan_core.runs.files import write_whole
from gan_core.runs.folder import Run, root

SHIPPED = Path(__file__).resolve().parents[2] / "checkpoints"
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


def create(
    config: Config, folder: Path | None = None, parent: str | None = None, step: int = 0
) -> Run:
    """A new, queued run: in `folder` itself, or under `root()` with a new id.

    One that branches names its parent, and the step at which it begins. Points and images of one's
    own are copied into it, from the store or from the parent.
    """
    if folder is None:
        folder = root() / new_id(config)
    if (folder / "config.json").exists():
        raise BadInput(f"{folder} already holds a run: choose another folder, or resume it.")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise BadInput(f"{folder} exists and is not an empty folder: choose another for the run.")
    if not _ID.fullmatch(folder.resolve().name):
        raise BadInput(
            f"“{folder.name}” cannot name a run: use letters, digits, dots, dashes and underscores,"
            " the first a letter or digit, 64 at most."
        )
    folder.mkdir(parents=True, exist_ok=True)
    run = Run(folder)
    write_whole(folder / "config.json", config.to_json().encode())
    for spec in filter(None, (config.data, config.source if config.reads == "x+z" else "")):
        for kept in (points, store):
            kept.keep_with(spec, folder, root() / parent if parent else None)
    now = time.time()
    run.write_status(
        state="queued", step=step, steps=config.steps, seconds=0.0, started=now, pid=None,
        error=None, metrics={}, parent=parent,
        parent_step=step if parent else None,
    )  # fmt: skip
    return run


def change(run: Run, **settings: Any) -> Config:
    """Give a run other settings, another last step say; checked and stored."""
    config = validate(run.config.replace(**settings))
    write_whole(run.path / "config.json", config.to_json().encode())
    return config


def new_id(config: Config) -> str:
    """Readable and unguessable: `wgan-gp-ring-x7k2m9q4`."""
    data = re.sub(r"[^a-z0-9]+", "-", re.split(r"[(:]", config.data)[0].lower()).strip("-")
    return f"{config.objective}-{data}-{secrets.token_hex(4)}"


def open_run(name: str, folder: Path | None = None) -> Run:
    """The run called `name` under `folder` (default `root()`), or shipped in `checkpoints`."""
    for parent in [folder] if folder else [root(), SHIPPED]:
        if _ID.fullmatch(name) and Run(parent / name).exists():
            return Run(parent / name)
    raise BadInput(f"There is no run “{name}”: it was deleted, or the link is from elsewhere.")


def all_runs(folder: Path | None = None) -> list[Run]:
    """Every run under `folder` (default `root()`), newest first."""
    try:
        found = [Run(p) for p in (folder or root()).iterdir() if _ID.fullmatch(p.name)]
    except OSError:
        return []
    found = [run for run in found if run.exists()]
    return sorted(found, key=lambda run: run.status().get("started", 0), reverse=True)
