"""Which process carries a run out, and whether it still does."""

import os
import platform
import time
from pathlib import Path
from typing import Any

_STALE = 30.0  # seconds a starting run may take to show its process


def alive(status: dict[str, Any]) -> bool:
    """Whether the process that wrote a live status still runs (or has had no time to start)."""
    pid = status.get("pid")
    if pid is None:
        return time.time() - status.get("updated", 0) < _STALE
    return born(pid) is not None and born(pid) == status.get("born")


def born(pid: int) -> str | None:
    """When a process started, as a mark that tells it from a later one with its number.

    None if there is no such process or it has ended and only waits to be collected.
    """
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return None if fields[0] in "ZX" else fields[19]
    except FileNotFoundError:
        if Path("/proc/self/stat").exists():
            return None
    try:  # no /proc on this system: all that can be asked is whether the number is in use
        os.kill(pid, 0)
    except ProcessLookupError:
        return None
    except PermissionError:
        pass
    return "unknown"


def machine() -> str:
    """This machine in words: processor and cores."""
    name = platform.processor() or platform.machine()
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        name = next(line.split(":")[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        pass
    return f"{name}, {os.cpu_count()} cores"
