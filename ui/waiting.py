"""Runs that wait for a place: the executor takes a few at once, the others begin as those end.

The line belongs to the server, not to a visitor: it moves on when nobody watches. A run that waits
is an ordinary queued run; deleting or stopping it takes it out of the line.
"""

import threading
import time
from collections.abc import Sequence
from typing import Any, Protocol

import streamlit as st

from gan_core.catalog import BadInput
from gan_core.runs import Run
from ui import server

LOOK_EVERY = 0.4  # seconds between tries
WORD_EVERY = 8.0  # seconds between signs of life; a queued run without one reads interrupted


class Starter(Protocol):
    """What can begin a run, or refuse with BadInput while it is full."""

    def start(self, run: Run, resume: bool = False) -> None: ...


class Waiting:
    """The line of runs before one executor; shared by all sessions."""

    def __init__(self, executor: Starter):
        self.executor = executor
        self._line: list[Run] = []
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def add(self, runs: Sequence[Run]) -> None:
        """Start what fits now; the rest waits, in this order."""
        with self._lock:
            self._line += [run for run in runs if run.id not in {r.id for r in self._line}]
            self._advance()
            if self._line and self._thread is None:
                self._thread = threading.Thread(target=self._serve, daemon=True, name="waiting")
                self._thread.start()

    def ids(self) -> list[str]:
        """Who waits, first come first."""
        return [run.id for run in list(self._line)]

    def _serve(self) -> None:
        """Until nobody waits: let the next ones in, and say that the others are not forgotten."""
        said = time.monotonic()
        while True:
            time.sleep(LOOK_EVERY)
            with self._lock:
                self._advance()
                if not self._line:
                    self._thread = None
                    return
                if time.monotonic() - said > WORD_EVERY:
                    said = time.monotonic()
                    for run in self._line:
                        tell(run, state="queued")

    def _advance(self) -> None:
        for run in list(self._line):
            if not run.exists():
                self._line.remove(run)
            elif run.requested("stop"):
                run.clear("stop")
                tell(run, state="stopped")
                self._line.remove(run)
        while self._line:
            try:
                self.executor.start(self._line[0])
            except BadInput:  # full
                return
            except OSError as error:
                why = error.strerror or type(error).__name__
                tell(self._line[0], state="failed", error=f"No worker could be started: {why}.")
            self._line.pop(0)


def tell(run: Run, **changes: Any) -> None:
    """Change a run's status, unless its folder went this moment."""
    try:
        run.write_status(**changes)
    except OSError:
        return


@st.cache_resource
def line() -> Waiting:
    """The line before this server's executor."""
    return Waiting(server.executor())
