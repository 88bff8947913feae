"""Fixtures for tests in a real browser: one server for all of them, one page for each.

The browser is the one at $CHROMIUM, /usr/bin/chromium, or the one Playwright installed itself.
Without any, these tests skip and say so; with CI_BROWSER_REQUIRED=1 they fail instead.
"""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from gan_core.runs import all_runs

ROOT = Path(__file__).parents[2]
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--no-first-run",
)  # fmt: skip
# On a deep link Streamlit's own page first looks for its server beside the link, not at the root.
PROBES = ("/_stcore/health", "/_stcore/host-config")


def missing(why: str) -> None:
    """Skip, or fail where a browser is required."""
    if os.environ.get("CI_BROWSER_REQUIRED") == "1":
        pytest.fail(why)
    pytest.skip(why)


@contextmanager
def serve(runs: Path) -> Iterator[str]:
    """The app on a free port, its runs in `runs`; yields its address once it answers."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.headless=true"]
    command += [f"--server.port={port}", "--server.address=127.0.0.1"]
    runs.mkdir(parents=True, exist_ok=True)
    with open(runs.parent / f"server-{port}.log", "w") as log:
        server = subprocess.Popen(
            command, cwd=ROOT, stdout=log, stderr=log, env=os.environ | {"GAN_RUNS": str(runs)}
        )
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(300):
            try:
                urllib.request.urlopen(f"{url}/_stcore/health", timeout=1)
                break
            except OSError:
                assert server.poll() is None, f"the server ended; see {log.name}"
                time.sleep(0.1)
        yield url
    finally:
        server.terminate()
        server.wait(10)


@pytest.fixture(scope="session")
def runs_folder(tmp_path_factory) -> Path:
    """Where the server of this session keeps its runs."""
    return tmp_path_factory.mktemp("browser") / "runs"


@pytest.fixture(scope="session")
def app_url(runs_folder) -> Iterator[str]:
    """The address of a running app."""
    with serve(runs_folder) as url:
        yield url
    for run in all_runs(runs_folder):  # the worker of one that a failed test left running ends
        run.delete()


@pytest.fixture
def fresh_server(tmp_path) -> Callable:
    """`with fresh_server() as url:` a server that nobody has visited yet."""
    return lambda: serve(tmp_path / "runs")


@pytest.fixture(scope="session")
def browser():
    """A headless Chromium."""
    try:
        from playwright.sync_api import Error, expect, sync_playwright
    except ImportError:
        missing("Playwright is not installed: pip install -r requirements-dev.txt")
    expect.set_options(timeout=20_000)  # a busy machine is slow, not wrong
    path = os.environ.get("CHROMIUM") or "/usr/bin/chromium"
    with sync_playwright() as playwright:
        try:
            own = path if Path(path).exists() else None
            chromium = playwright.chromium.launch(executable_path=own, args=FLAGS)
        except Error as error:
            missing(f"No Chromium: set CHROMIUM=PATH, or python -m playwright install ({error})")
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser):
    """A page of 1280 by 900; the test fails if its console shows an error."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    errors: list[str] = []
    tab = context.new_page()
    tab.on("console", lambda m: _note(errors, m))
    tab.on("pageerror", lambda e: errors.append(str(e)))
    tab.set_default_timeout(20_000)
    yield tab
    context.close()
    assert not errors, errors


def _note(errors: list[str], message) -> None:
    where = message.location.get("url", "")
    if message.type == "error" and not where.endswith(PROBES):
        errors.append(f"{message.text} ({where})")


@pytest.fixture
def idle() -> Callable:
    """`idle(page)`: waits until the script has run and nothing on the page is stale."""

    def wait(tab) -> None:
        tab.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()
        tab.wait_for_function("() => !document.querySelector('[data-stale=true]')")

    return wait
