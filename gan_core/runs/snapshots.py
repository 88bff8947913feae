"""Snapshots: small checkpoints along the way, from which other runs can branch. Torch-free."""

import json
from pathlib import Path

MOST = 40  # of one run; then every second one goes, and they lie twice as far apart
ROOM = 64 * 2**20  # bytes all snapshots of one run may take
_LONGEST = 1 << 24  # bytes of a header that is worth reading


class Snapshots:
    """The folder `snapshots` of a run: STEP.safetensors, of the same format as its checkpoint."""

    def __init__(self, folder: Path):
        self.folder = folder / "snapshots"

    def all(self) -> dict[int, Path]:
        """By step, the earliest first."""
        found = {int(p.stem): p for p in self.folder.glob("*.safetensors") if p.stem.isdecimal()}
        return dict(sorted(found.items()))

    def path(self, step: int) -> Path:
        """Where the snapshot of a step belongs; its folder is made."""
        self.folder.mkdir(exist_ok=True)
        return self.folder / f"{step}.safetensors"

    def thin(self) -> bool:
        """Let every second one go where they are too many or too large; whether any went."""
        found = list(self.all().values())
        if not found:
            return False
        size = max(path.stat().st_size for path in found)
        if len(found) <= min(MOST, ROOM // max(1, size)):
            return False
        for path in found[1::2]:
            path.unlink(missing_ok=True)
        return True

    def truncate(self, step: int) -> None:
        """Forget those after `step`."""
        for at, path in self.all().items():
            if at > step:
                path.unlink(missing_ok=True)


def step_of(checkpoint: Path) -> int | None:
    """The step that a checkpoint's header names, or None where there is no such file."""
    try:
        with open(checkpoint, "rb") as file:
            length = int.from_bytes(file.read(8), "little")
            header = json.loads(file.read(min(length, _LONGEST)))
        return int(header["__metadata__"]["step"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
