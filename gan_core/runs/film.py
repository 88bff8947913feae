"""The film of a run: its frames from first to last, at most MOST of them.

`frames.idx` holds fixed rows (offset, length, step, seconds, thinnings), `frames.bin` the payloads
behind them. When the film is full, every second frame goes: those that stay are written to a new
file, `frames-N.bin` after N thinnings, then the index is replaced in one step, and only then is the
old file removed. So whoever holds an old row finds its bytes, or no file, and looks again.
"""

import struct
from collections.abc import Sequence
from itertools import accumulate
from pathlib import Path
from typing import NamedTuple

import numpy as np

from gan_core.runs.files import read_bytes, write_whole

MOST = 600  # frames; then every second one goes, and they lie twice as far apart
INDEX = struct.Struct("<QIfff")
Frame = tuple[int, float, bytes]  # step, seconds, payload


class _Row(NamedTuple):
    offset: int
    length: int
    step: float
    seconds: float
    thinnings: float


class Film:
    """The frames in one folder; one process appends, any number read."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.index = folder / "frames.idx"

    def __len__(self) -> int:
        try:
            return self.index.stat().st_size // INDEX.size
        except OSError:
            return 0

    @property
    def thinnings(self) -> int:
        """How often every second frame went: the newest lie 2 to this power apart."""
        rows = self._rows()
        return int(rows[-1].thinnings) if rows else 0

    def stamp(self) -> tuple[int, int]:
        """What changes whenever the film does."""
        try:
            found = self.index.stat()
        except OSError:
            return 0, 0
        return found.st_mtime_ns, found.st_size

    def frame(self, i: int = -1) -> Frame | None:
        """Frame i, negative from the end; None if there is none."""
        for _ in range(3):  # thinned or deleted while it was read: look again
            rows = self._rows()
            if not -len(rows) <= i < len(rows):
                return None
            if frame := self._read(rows[i]):
                return frame
        return None

    def spread(self, most: int, largest: int) -> list[Frame]:
        """At most `most` frames and about `largest` bytes, evenly from the first to the last."""
        for _ in range(3):
            rows = self._rows()
            if not rows:
                break
            count = min(len(rows), most, max(1, largest // max(1, rows[-1].length)))
            picks = np.unique(np.linspace(len(rows) - 1, 0, count).round().astype(int))
            found = [self._read(rows[i]) for i in picks]
            if all(found):
                return [frame for frame in found if frame]
        return []

    def append(self, step: int, seconds: float, payload: bytes) -> None:
        """The payload first, then its index row: a reader of the index finds it complete."""
        rows = self._rows()
        if len(rows) >= MOST:
            rows = self._thin(rows)
        thinnings = int(rows[-1].thinnings) if rows else 0
        with open(self._payloads(thinnings), "ab") as frames:
            offset = frames.tell()
            frames.write(payload)
        with open(self.index, "ab") as index:
            index.write(INDEX.pack(offset, len(payload), step, seconds, thinnings))

    def truncate(self, step: int) -> None:
        """Forget the frames after `step`."""
        self._write([row for row in self._rows() if row.step <= step])

    def _thin(self, rows: list[_Row]) -> list[_Row]:
        """Let every second frame go, from the second on."""
        kept = [(row, frame) for row in rows[::2] if (frame := self._read(row))]
        thinnings = int(rows[-1].thinnings) + 1
        body = [frame[2] for _, frame in kept]
        offsets = accumulate(map(len, body), initial=0)
        rows = [
            row._replace(offset=offset, thinnings=thinnings)
            for (row, _), offset in zip(kept, offsets, strict=False)
        ]
        write_whole(self._payloads(thinnings), b"".join(body))
        self._write(rows)
        for old in self.folder.glob("frames*.bin"):
            if old != self._payloads(thinnings):
                old.unlink(missing_ok=True)
        return rows

    def _payloads(self, thinnings: int) -> Path:
        return self.folder / (f"frames-{thinnings}.bin" if thinnings else "frames.bin")

    def _rows(self) -> list[_Row]:
        raw = read_bytes(self.index)
        whole = len(raw) // INDEX.size * INDEX.size  # the rest is half a row
        return [_Row(*row) for row in INDEX.iter_unpack(raw[:whole])]

    def _write(self, rows: Sequence[_Row]) -> None:
        write_whole(self.index, b"".join(INDEX.pack(*row) for row in rows))

    def _read(self, row: _Row) -> Frame | None:
        try:
            with open(self._payloads(int(row.thinnings)), "rb") as frames:
                frames.seek(row.offset)
                payload = frames.read(row.length)
        except OSError:
            return None
        return (int(row.step), row.seconds, payload) if len(payload) == row.length else None
