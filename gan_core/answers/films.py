"""Answers about runs: their films as files, written where they take no memory of the server."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from gan_core.answers.wire import Answer
from gan_core.movie import movie
from gan_core.runs import Run


def film(request: dict[str, Any]) -> Answer:
    """The film of the run whose folder is `run`, as a GIF or MP4 (`format`)."""
    run, form = Run(Path(str(request.get("run", "")))), str(request.get("format", "gif"))
    return {"format": form}, movie(run, form)


ANSWERS: dict[str, Callable[[dict[str, Any]], Answer]] = {"film": film}
