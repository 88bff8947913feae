"""Uploaded pictures read in a process of their own: the server opens no image of a stranger."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from typing import Any

from gan_core.catalog import BadInput
from gan_core.children import FEW_THREADS, environment

LARGEST = 25 * 2**20  # bytes of one upload, all files together: the server holds them meanwhile
MOST_FILES = 5000  # beside one another; a ZIP may hold more
PATIENCE = 180.0  # seconds
MEMORY = 3 * 2**30  # bytes of address space that the process may have
_ONE = threading.Lock()  # a second upload waits, so two cores and the memory are enough


def read(files: Sequence[tuple[str, bytes | memoryview]]) -> tuple[str, dict[str, Any]]:
    """Keep files (name, content) as a set of pictures; its id and card. BadInput says why not."""
    total = sum(len(content) for _, content in files)
    if total > LARGEST or len(files) > MOST_FILES:
        raise BadInput(
            f"{len(files):,} file{'s' * (len(files) != 1)} of {total / 2**20:,.0f} MiB together:"
            f" at most {LARGEST >> 20} MiB and {MOST_FILES:,} files can be uploaded at once. Make"
            " the pictures smaller (64 pixels are kept of each), put them into a ZIP, or train on"
            " a folder of this machine."
        )
    with _ONE:
        answer = _answer(files)
    if "error" in answer:
        raise BadInput(str(answer["error"]))
    return str(answer["id"]), dict(answer["card"])


def _answer(files: Sequence[tuple[str, bytes | memoryview]]) -> dict[str, Any]:
    process = subprocess.Popen(
        [sys.executable, "-m", "gan_core.album"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        env=environment(**FEW_THREADS),
    )  # fmt: skip
    late = threading.Timer(PATIENCE, process.kill)
    late.start()
    try:
        _bound(process.pid)
        said = _talk(process, files)
        process.wait()
        return dict(json.loads(said))
    except (OSError, ValueError):
        process.kill()
        process.wait()
        why = "they took too long" if late.finished.is_set() else "the reading ended at one of them"
        raise BadInput(
            f"The images could not be read: {why}. Bring fewer of them, or save them anew."
        ) from None
    finally:
        late.cancel()


def _talk(process: subprocess.Popen[bytes], files: Sequence[tuple[str, Any]]) -> bytes:
    """Send the files, one after the other, and hear what came of them."""
    assert process.stdin is not None and process.stdout is not None
    header = json.dumps([[name, len(content)] for name, content in files])
    with process.stdin as pipe:
        pipe.write(header.encode() + b"\n")
        for _, content in files:
            pipe.write(content)
    with process.stdout as answer:
        return answer.read()


def _bound(pid: int) -> None:
    """Bound a process's memory and let others go first, where the system can."""
    try:
        import resource

        resource.prlimit(pid, resource.RLIMIT_AS, (MEMORY, MEMORY))
        os.setpriority(os.PRIO_PROCESS, pid, 10)
    except (ImportError, AttributeError, OSError):
        pass
