"""Fixtures for tests in a real browser: one server for all of them, one page for each.

The browser is the one at $CHROMIUM, /usr/bin/chromium, or the one Playwright installed itself.
Without any, these tests skip and say so; with CI_BROWSER_REQUIRED=1 they fail instead.
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gan_core.runs import all_runs
from scripts.serving import FLAGS, IDLE, chromium, serve

# On a deep link Streamlit's own page first looks for its server beside the link, not at the root.
PROBES = ("/_stcore/health", "/_stcore/host-config")


def missing(why: str) -> None:
    """Skip, or fail where a browser is required."""
    if os.environ.get("CI_BROWSER_REQUIRED") == "1":
        pytest.fail(why)
    pytest.skip(why)


@pytest.fixture(scope="session")
def runs_folder(tmp_path_factory) -> Path:
    """Where the server of this session keeps its runs."""
    return tmp_path_factory.mktemp("browser") / "runs"


@pytest.fixture(scope="session")
def app_url(runs_folder) -> Iterator[str]:
    """The address of a running app."""
    with serve(runs_folder) as (url, _):
        yield url
    for run in all_runs(runs_folder):  # the worker of one that a failed test left running ends
        run.delete()


@pytest.fixture
def fresh_server(tmp_path) -> Callable:
    """`with fresh_server() as (url, _):` a server that nobody has visited yet."""
    return lambda: serve(tmp_path / "runs")


@pytest.fixture(scope="session")
def browser():
    """A headless Chromium."""
    try:
        from playwright.sync_api import Error, expect, sync_playwright
    except ImportError:
        missing("Playwright is not installed: pip install -r requirements-dev.txt")
    expect.set_options(timeout=20_000)  # a busy machine is slow, not wrong
    with sync_playwright() as playwright:
        try:
            found = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        except Error as error:
            missing(f"No Chromium: set CHROMIUM=PATH, or python -m playwright install ({error})")
        yield found
        found.close()


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
        tab.locator(IDLE).wait_for()
        tab.wait_for_function("() => !document.querySelector('[data-stale=true]')")

    return wait
