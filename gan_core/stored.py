"""Where sets that people bring are kept: files named by their content, below the runs root."""

import os
from collections.abc import Iterator
from pathlib import Path


def folder(kind: str) -> Path:
    """The store of one kind of sets: that folder below GAN_RUNS, or below `runs` in this one."""
    return Path(os.environ.get("GAN_RUNS") or "runs") / kind


def places(store: Path, file: str, beside: Path | None) -> Iterator[Path]:
    """Where a set's file may lie, in order: the run folder `beside`, the store, the other runs."""
    if beside is not None:
        yield beside / file
    yield store / file
    yield from sorted(store.parent.glob(f"*/{file}"))


def make_room(store: Path, suffix: str, most: int, most_bytes: int) -> None:
    """Let the sets used longest ago go until at most `most` are left, of `most_bytes` together;
    the newest stays whatever its size."""
    found = []
    for file in store.glob(f"*{suffix}"):
        try:
            about = file.stat()
        except OSError:  # another session was quicker
            continue
        found.append((about.st_mtime_ns, about.st_size, file))
    total = 0
    for i, (_, size, file) in enumerate(sorted(found, reverse=True)):
        total += size
        if i >= most or (i and total > most_bytes):
            file.unlink(missing_ok=True)
