"""Fixtures for tests that run pages in Streamlit's own test harness, without a browser."""

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from gan_core.answers.table import ANSWERS
from gan_core.executors import Local

ROOT = Path(__file__).parents[2]
PAGES = sorted(p.stem for p in (ROOT / "pages").glob("*.py"))
TIMEOUT = 30  # seconds; a loaded machine is slow to import


@pytest.fixture(autouse=True)
def runs_folder(tmp_path, monkeypatch) -> Path:
    """An empty folder for runs; the current folder is the repository's root."""
    monkeypatch.setenv("GAN_RUNS", str(tmp_path / "runs"))
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(Local, "warm", lambda self: None)  # no worker processes beside these tests
    whole = Local.ask

    def ask(self, asked, *more):  # what a worker would answer to the theory pages is answered here
        here = ANSWERS.get(asked["do"])
        return here(asked) if here else whole(self, asked, *more)

    monkeypatch.setattr(Local, "ask", ask)
    return tmp_path / "runs"


@pytest.fixture
def framed() -> Callable[..., AppTest]:
    """`framed("train_2d", run="abc")`: the app, opened at a page with that query, after one run."""

    def open_page(page: str = "home", **query: str) -> AppTest:
        at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=TIMEOUT).run()
        for name, value in query.items():
            at.query_params[name] = value
        return at if page == "home" and not query else at.switch_page(f"pages/{page}.py").run()

    return open_page


@pytest.fixture
def alone() -> Callable[..., AppTest]:
    """`alone("train_2d")`: one page as a script of its own, told that it has its frame."""

    def open_page(page: str, **query: str) -> AppTest:
        at = AppTest.from_file(str(ROOT / "pages" / f"{page}.py"), default_timeout=TIMEOUT)
        at.session_state["_framed"] = True
        for name, value in query.items():
            at.query_params[name] = value
        return at.run()

    return open_page
