"""Whether a set of images fits into this machine's memory, before it is read."""

from pathlib import Path

from gan_core.catalog import BadInput

SHARE = 0.7  # of what is free; networks and batches want some too
_MEMINFO = Path("/proc/meminfo")
_GROUP = Path("/sys/fs/cgroup")


def free() -> int | None:
    """Bytes that can be had without swapping, within this process's group; None if unknown."""
    found = []
    try:
        lines = dict(line.split(":") for line in _MEMINFO.read_text().splitlines())
        found.append(1024 * int(lines["MemAvailable"].split()[0]))
    except (OSError, KeyError, ValueError):
        pass
    try:
        limit, used = (int((_GROUP / f"memory.{name}").read_text()) for name in ("max", "current"))
        found.append(max(0, limit - used))
    except (OSError, ValueError):  # no group, or one without a limit
        pass
    return min(found, default=None)


def require_room(count: int, channels: int, size: int, most: int | None = None) -> None:
    """BadInput, with the sum, where `count` images do not fit, or take more than `most` bytes."""
    each = channels * size * size
    there = free()
    allowed = min((int(SHARE * there) if there is not None else count * each, most or 2**62))
    if count * each > allowed:
        raise BadInput(
            f"{count:,} images of {size}x{size} would take {count:,} x {each:,} bytes ="
            f" {count * each / 2**30:,.2f} GiB of memory, and {allowed / 2**30:,.2f} GiB can be had"
            f" here. Use a smaller size, or {allowed // each:,} images at most."
        )
