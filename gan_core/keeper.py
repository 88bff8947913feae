"""What a run keeps of its way: frames for its film, snapshots to branch from.

Both are taken by the clock, and twice as rarely whenever they were thinned. After a snapshot
that took long to write, of a large network or onto a slow disk, the pause is longer.
"""

import time

from gan_core import checkpoint
from gan_core.config import Config
from gan_core.players import Players
from gan_core.runs import Run, snapshots

FRAME_EVERY = 0.1  # seconds between frames of the film at first
SNAPSHOT_EVERY = 0.5  # seconds between snapshots at first
REST = 50.0  # times what a snapshot took: a fiftieth of all time
LATEST = 300.0  # seconds of rest at most, or one stalled write would be the last snapshot


class Keeper:
    """Decides what is kept; `seconds` are those that the run has trained already."""

    def __init__(self, run: Run, seconds: float):
        self.run = run
        self.next_frame = self.next_snapshot = 0.0
        self.snapshot_pause = SNAPSHOT_EVERY
        while self.snapshot_pause * snapshots.MOST < seconds:
            self.snapshot_pause *= 2

    def frame(self, step: int, now: float, payload: bytes, wanted: bool) -> None:
        """Add a frame to the film when its time has come, or it is `wanted`, and it is new."""
        if now < self.next_frame and not wanted:
            return
        last = self.run.frame()
        if last is None or (last[0], last[2]) != (step, payload):
            self.run.append_frame(step, now, payload)
        self.next_frame = now + FRAME_EVERY * 2**self.run.film.thinnings

    def snapshot(self, players: Players, config: Config, now: float) -> None:
        """Keep a state that others may branch from, when its time has come."""
        if now < self.next_snapshot:
            return
        begin = time.perf_counter()
        if checkpoint.finite(players):
            checkpoint.save(self.run.snapshots.path(players.step), players, config)
            if self.run.snapshots.thin():
                self.snapshot_pause *= 2
        rest = min(REST * (time.perf_counter() - begin), LATEST)
        self.next_snapshot = now + max(self.snapshot_pause, rest)
