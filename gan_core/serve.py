"""The worker process: `python -m gan_core worker`, torch loaded and warm, one request a line.

It reads JSON lines on standard input. A request to train takes the process: it lets go of its
server and carries out that run alone. Others (`open`, `sample`, `interpolate`) are answered on
standard output by one JSON line whose `bytes` says how many raw bytes follow. When the input
ends, the server is gone and the worker goes too.
"""

import importlib
import json
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from gan_core import sampling, worker
from gan_core.answers import Answer, table
from gan_core.catalog import choose
from gan_core.failures import explain
from gan_core.ready import dry_run
from gan_core.runs import Run
from gan_core.sampling import Shelf

Served = dict[str, Callable[[Shelf, dict[str, Any]], Answer]]


def _shelfless(found: dict[str, Callable[[dict[str, Any]], Answer]]) -> Served:
    """Answers that need no checkpoint, as this process calls them."""

    def taking_both(answer: Callable[[dict[str, Any]], Answer]) -> Any:
        return lambda _, request: answer(request)

    return {name: taking_both(answer) for name, answer in found.items()}


ANSWERS: Served = {
    **sampling.ANSWERS,
    **_shelfless(table.ANSWERS),
}


def main(more: Sequence[str] = ()) -> None:
    """Get warm, say so, then serve until the input ends or a run takes over.

    `more` names modules whose `ANSWERS` are served too.
    """
    dry_run()
    served = dict(ANSWERS)
    for module in more:
        served |= _shelfless(importlib.import_module(module).ANSWERS)
    shelf = Shelf()
    _say({"ready": True})
    for line in sys.stdin:
        request = json.loads(line)
        if request["do"] == "train":
            _carry_out(Run(Path(request["run"])), bool(request.get("resume")))
            return
        try:
            answer = served[choose(request["do"], served, "request")]
            about, data = answer(shelf, request)
        except Exception as error:  # the process must outlive any one bad request
            about, data = {"error": explain(error)}, b""
        _say(about, data)


def _say(about: dict[str, Any], data: bytes = b"") -> None:
    out = sys.stdout.buffer
    out.write(json.dumps({**about, "bytes": len(data)}).encode() + b"\n" + data)
    out.flush()


def _carry_out(run: Run, resume: bool) -> None:
    """Train in the background: own log, lower priority, no tie to the server."""
    log = os.open(run.path / "log.txt", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(log, 2)
    os.dup2(log, 1)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    if hasattr(os, "nice"):
        os.nice(10)  # pages stay quick while it trains
    for _ in worker.record(run, resume):
        pass
