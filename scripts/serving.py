"""The app on a port of its own and a Chromium to look at it, for tests, pictures and benchmarks."""

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--no-first-run",
)  # fmt: skip
IDLE = "[data-testid=stApp][data-test-script-state=notRunning]"
PATIENCE = 60.0  # seconds a server may take to answer


def chromium() -> str | None:
    """The browser's path: $CHROMIUM, /usr/bin/chromium, or None for Playwright's own."""
    path = os.environ.get("CHROMIUM") or "/usr/bin/chromium"
    return path if Path(path).exists() else None


@contextmanager
def serve(runs: Path, app: str | Path = "app.py") -> Iterator[tuple[str, subprocess.Popen]]:
    """The address of a running app, once it answers, and its process; runs lie in `runs`."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", str(app), "--server.headless=true"]
    command += [f"--server.port={port}", "--server.address=127.0.0.1"]
    runs.mkdir(parents=True, exist_ok=True)
    log = Path(tempfile.gettempdir()) / f"server-{port}.log"
    with open(log, "w") as out:
        server = subprocess.Popen(
            command, cwd=ROOT, stdout=out, stderr=out, env=os.environ | {"GAN_RUNS": str(runs)}
        )
    url = f"http://127.0.0.1:{port}"
    try:
        _wait(url, server, log)
        yield url, server
    finally:
        server.terminate()
        server.wait(10)


def _wait(url: str, server: subprocess.Popen, log: Path) -> None:
    limit = time.monotonic() + PATIENCE
    while True:
        try:
            urllib.request.urlopen(f"{url}/_stcore/health", timeout=1)
            return
        except OSError:
            if server.poll() is not None or time.monotonic() > limit:
                raise RuntimeError(f"The server does not answer; see {log}.") from None
            time.sleep(0.02)
