"""Where runs are carried out and samples drawn: worker processes on this machine.

Torch-free: the server that holds a `Local` never loads torch. Two workers are kept warm, so a
click on Train starts in milliseconds: one to take the next run, one to answer requests.
"""

import json
import os
import selectors
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from gan_core import runs
from gan_core.catalog import BadInput
from gan_core.children import environment
from gan_core.runs import LIVE, Run

Answer = tuple[dict[str, Any], bytes]  # what a worker says, and raw bytes

PATIENCE = 120.0  # seconds an answer may take, a cold start of torch included
HEAD_START = 5.0  # seconds a run gets before the next worker begins to load torch
AT_ONCE = 2  # runs in progress on one machine


class Local:
    """Worker processes started by this one. Safe to share between threads."""

    def __init__(self, at_once: int = AT_ONCE, answers: Sequence[str] = ()):
        self.at_once = at_once
        self.answers = tuple(answers)  # modules whose `ANSWERS` the clerk serves too
        self._hand: _Process | None = None  # takes the next run
        self._clerk: _Process | None = None  # answers requests
        self._taken: dict[Path, _Process] = {}  # by run folder, kept to collect them at their end
        self._starting, self._asking = threading.Lock(), threading.Lock()
        self._closed = False

    def warm(self) -> None:
        """Start both workers, where they are not there, without waiting for them."""
        with self._starting:
            if not self._closed and not _running(self._hand):
                self._hand = _Process()
        with self._asking:
            if not self._closed and not _running(self._clerk):
                self._clerk = _Process(self.answers)

    def warm_later(self, seconds: float) -> None:
        """Start them after a while, so that what is wanted now gets the machine first."""
        timer = threading.Timer(seconds, self.warm)
        timer.daemon = True
        timer.start()

    def start(self, run: Run, resume: bool = False) -> None:
        """Hand a queued or ended run to a worker; BadInput while too many are in progress."""
        with self._starting:
            busy = self._busy() - {run.id}
            if len(busy) >= self.at_once:
                raise BadInput(
                    f"As many runs as fit are in progress here ({', '.join(sorted(busy))})."
                    " Wait for one to end, or stop it on the Runs page."
                )
            if resume and run.status()["state"] in LIVE:
                raise BadInput(f"{run.id} is in progress already.")
            if resume:
                run.write_status(state="queued", pid=None, error=None)
            hand = self._hand if self._hand and _running(self._hand) else _Process()
            hand.tell({"do": "train", "run": str(run.path.resolve()), "resume": resume})
            self._taken[run.path] = hand
            self._hand = None
        self.warm_later(HEAD_START)

    def _busy(self) -> set[str]:
        """Runs in progress, also those that another server or the command line began."""
        self._taken = {path: p for path, p in self._taken.items() if _running(p)}
        live = {r.id for r in runs.all_runs() if r.status()["state"] in ("running", "paused")}
        return live | {path.name for path in self._taken if path.exists()}

    def ask(self, request: dict[str, Any], patience: float = PATIENCE) -> Answer:
        """The answer of a warm worker: what it says, and raw bytes. BadInput if it refuses."""
        with self._asking:
            if self._clerk is None or not _running(self._clerk):
                self._clerk = _Process(self.answers)
            try:
                self._clerk.tell(request)
                about, data = self._clerk.hear(patience)
            except (OSError, EOFError, ValueError) as error:
                self._clerk.end()
                self._clerk = None
                raise RuntimeError(f"The sampling worker gave no answer ({error}).") from error
        if "error" in about:
            raise BadInput(about["error"])
        return about, data

    def close(self) -> None:
        """End the warm workers; runs in progress go on."""
        self._closed = True
        for process in (self._hand, self._clerk):
            if process is not None:
                process.end()
        self._hand = self._clerk = None


def _running(process: "_Process | None") -> bool:
    return process is not None and process.popen.poll() is None


class _Process:
    """One worker: JSON lines in, JSON lines and bytes out."""

    def __init__(self, answers: Sequence[str] = ()) -> None:
        self.popen = subprocess.Popen(
            [sys.executable, "-m", "gan_core", "worker", "--answers", *answers],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment(),
            start_new_session=True,  # a Ctrl-C meant for the server must not end a run
        )
        self.ready = False
        self.rest = b""  # what was read beyond the last answer

    def tell(self, request: dict[str, Any]) -> None:
        assert self.popen.stdin is not None
        self.popen.stdin.write(json.dumps(request).encode() + b"\n")
        self.popen.stdin.flush()

    def hear(self, patience: float) -> Answer:
        limit = time.monotonic() + patience
        if not self.ready:
            self._line(limit)
            self.ready = True
        about = json.loads(self._line(limit))
        return about, self._exactly(about.pop("bytes"), limit)

    def end(self) -> None:
        """Close its input, which ends an idle worker; one that is stuck is terminated."""
        assert self.popen.stdin is not None
        try:
            self.popen.stdin.close()
            self.popen.wait(5)
        except (OSError, subprocess.TimeoutExpired):
            self.popen.terminate()
            self.popen.wait(5)

    def _line(self, limit: float) -> bytes:
        while b"\n" not in self.rest:
            self.rest += self._read(limit)
        line, self.rest = self.rest.split(b"\n", 1)
        return line

    def _exactly(self, n: int, limit: float) -> bytes:
        while len(self.rest) < n:
            self.rest += self._read(limit)
        data, self.rest = self.rest[:n], self.rest[n:]
        return data

    def _read(self, limit: float) -> bytes:
        assert self.popen.stdout is not None
        with selectors.DefaultSelector() as waiting:
            waiting.register(self.popen.stdout, selectors.EVENT_READ)
            if not waiting.select(max(0.0, limit - time.monotonic())):
                raise TimeoutError("it took too long")
        data = os.read(self.popen.stdout.fileno(), 1 << 20)
        if not data:
            raise EOFError("it ended")
        return data
