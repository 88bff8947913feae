"""The live view of a run: started, followed, stopped and explained in one place.

The page gives a function that draws a run; `follow` calls it six times a second while the run is
in progress and then not at all. The run itself lives in a process of its own: leaving the page or
reloading it changes nothing, and `?run=…` finds it again.
"""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st

from gan_core import runs
from gan_core.catalog import BadInput
from gan_core.config import Config
from gan_core.runs import CURVES, LIVE, Run
from ui import controls, facts, gallery, lineage, server
from ui.components.canvas import Frame

EVERY = 0.15  # seconds between looks at a run in progress
HELD = 0.7  # and at a paused one, whose film is sent
FIRST = 0.15  # seconds a click waits for a run's first frame
ROWS = 500  # curve points sent while it runs
FILM = 240  # frames of a finished run that can be played
FILM_BYTES = 2_500_000
HELD_BYTES = 800_000  # of a paused run, whose film is sent anew after each step by hand
_REFUSED = "_live_refused"  # why the last click on a button came to nothing

Draw = Callable[[Run, dict[str, Any]], None]


def start(config: Config) -> None:
    """Begin a run and put it into the address (a callback)."""
    begin(lambda: runs.create(config))


def begin(make: Callable[[], Run]) -> None:
    """Begin the run that `make` creates, or remember why it cannot be."""
    run = None
    try:
        run = make()
        server.executor().start(run)
        st.query_params["run"] = run.id
        _await_frame(run)
    except BadInput as error:
        st.session_state[_REFUSED] = str(error)
    except OSError as error:
        st.session_state[_REFUSED] = (
            f"The run could not be written to {runs.root()} ({error.strerror}). Free some space,"
            " or set GAN_RUNS to a folder that can be written."
        )
    else:
        return
    if run is not None:
        run.delete()


def _await_frame(run: Run) -> None:
    """Wait for the first frame, which a warm worker has at once: it is drawn without a poll."""
    limit = time.monotonic() + FIRST
    while run.latest() is None and time.monotonic() < limit:
        time.sleep(0.01)


def resume(run: Run) -> None:
    """Let an ended run go on from its checkpoint (a callback)."""
    try:
        run.clear("stop")
        run.clear("pause")
        server.executor().start(run, resume=True)
    except (BadInput, OSError) as error:
        st.session_state[_REFUSED] = _words(error)


def ask(run: Run, what: str, wanted: bool = True) -> None:
    """Put a request to the run, or take it back (a callback)."""
    try:
        if wanted:
            run.request(what)
        else:
            run.clear(what)
    except (BadInput, OSError) as error:
        st.toast(gallery.plain(_words(error)), icon=":material/error:")


def _words(error: BadInput | OSError) -> str:
    """What went wrong with a run's folder, without its path."""
    if isinstance(error, OSError):
        why = error.strerror or type(error).__name__
        return f"The folder of this run could not be read or written: {why}."
    return str(error)


def chosen(kind: str, other_page: str) -> Run | None:
    """The run that the address names, if it can be shown here; says why where it cannot."""
    if reason := st.session_state.pop(_REFUSED, None):
        st.error(gallery.plain(reason), title="This run did not start", icon=":material/block:")
        st.page_link("pages/runs.py", label="See all runs", icon=":material/list_alt:")
    name = st.query_params.get("run")
    if not name:
        return None
    try:
        run = runs.open_run(name[:200])
        config = run.config
    except (BadInput, OSError) as error:
        st.warning(
            gallery.plain(_words(error)), title="Nothing to show", icon=":material/link_off:"
        )
        return None
    if gallery.is_shipped(run) and not run.frame_count():  # it came without its film
        st.switch_page("pages/samples.py", query_params={"run": name})
    if config.kind != kind:
        st.switch_page(other_page, query_params={"run": name})
    return run


def adopt(prefix: str, kind: str) -> None:
    """Set the form of a page just opened to the run that its address names, unless the address sets
    the form too."""
    if f"{prefix}_objective" in st.session_state or "run" not in st.query_params:
        return
    if any(name.startswith(f"{prefix}_") for name in st.query_params):
        return
    try:
        config = runs.open_run(st.query_params["run"][:200]).config
    except (BadInput, OSError):
        return  # `chosen` says why
    if config.kind == kind:
        controls.take_over(prefix, config)


def follow(run: Run, draw: Draw) -> None:
    """Draw the run, again and again while it is in progress."""
    pace = _pace(run.status()["state"])

    def panel() -> None:
        status = run.status()
        try:
            draw(run, status)
        except (BadInput, OSError) as error:
            if not run.exists():
                st.rerun()  # deleted while it was read: the page says so
            st.error(gallery.plain(_words(error)), title="This run cannot be shown")
        if pace != _pace(status["state"]):
            st.rerun()  # one run of the whole page, in which the polling ends or begins

    st.fragment(panel, run_every=pace)()


def _pace(state: str) -> float | None:
    """Seconds between looks at a run in this state; None for no more."""
    return HELD if state == "paused" else EVERY if state in LIVE else None


def moving(status: dict[str, Any]) -> bool:
    """Whether new frames come by themselves: a paused run shows its film instead."""
    return status["state"] in LIVE and status["state"] != "paused"


def header(run: Run, status: dict[str, Any], prefix: str) -> bool:
    """Name, state and buttons of a run, and what went wrong; False if there is nothing to draw."""
    state = gallery.state_of(run, status)
    if state == "missing":
        st.error(
            "Its curves and samples went with it. Press Train to start another.",
            title="The folder of this run was deleted", icon=":material/delete:",
        )  # fmt: skip
        return False
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"**{gallery.plain(gallery.title(run))}**", width="content")
        gallery.badge(state)
        st.caption(facts.line(run, status), width="content")
        st.space("stretch")
        _buttons(run, state, prefix)
    with st.container():  # always there, so that what follows keeps its place when the run ends
        if state in LIVE:
            st.progress(facts.progress(run, status))
        lineage.origin(status)
        _explain(run, state, status)
    return True


def _buttons(run: Run, state: str, prefix: str) -> None:
    if state in LIVE:
        stopping = run.requested("stop")
        st.button(
            "Stopping…" if stopping else "Stop", icon=":material/stop:", key="live_stop",
            disabled=stopping, on_click=ask, args=(run, "stop"),
        )  # fmt: skip
        if state != "queued" and not stopping:
            held = run.requested("pause")
            st.button(  # each with a key of its own: see ui.clicks
                "Continue" if held else "Pause",
                key="live_continue" if held else "live_pause",
                icon=":material/play_arrow:" if held else ":material/pause:",
                on_click=ask, args=(run, "pause", not held),
            )  # fmt: skip
        return
    able = state in ("stopped", "failed", "interrupted") and run.checkpoint.is_file()
    resumed = able and st.button(
        "Resume", icon=":material/resume:", key="live_resume", on_click=resume, args=(run,),
        help="Goes on from the last checkpoint.",
    )  # fmt: skip
    copied = st.button(
        "Use these settings", icon=":material/tune:", key="live_again",
        on_click=controls.take_over, args=(prefix, run.config),
        help="Copies this run's settings into the form.",
    )  # fmt: skip
    if resumed or copied:
        st.rerun()  # a click here runs this fragment alone, but it changed what stands outside
    if run.checkpoint.is_file():
        st.page_link("pages/samples.py", label="Sample", icon=":material/auto_awesome:",
                     query_params={"run": run.id})  # fmt: skip


def _explain(run: Run, state: str, status: dict[str, Any]) -> None:
    """What a reader should know about a run that did not end well, or has not begun."""
    if said := status.get("said"):
        st.caption(gallery.plain(said))
    if state == "failed":
        reason = gallery.plain(status.get("error") or "It gave no reason.")
        st.error(reason, title="The run failed")
    elif state == "interrupted":
        st.warning(
            "Its process is gone: the machine or the server was stopped, or memory ran out."
            " Resume goes on from the last checkpoint.", title="The run was interrupted",
        )  # fmt: skip
    elif state in LIVE and not run.frame_count():
        waits = "A worker is getting ready: loading PyTorch takes a few seconds the first time."
        if status.get("doing"):
            waits = "A few rounds are timed, to find out how many fit into the time."
        st.info(waits)
    if state in ("failed", "interrupted") and (log := run.log().strip()):
        with st.expander("What the worker printed"):
            st.code(log, language=None, height=220)


def film(run: Run, live: bool) -> list[Frame]:
    """The newest frame of a live run; of a finished one, as many as FILM and FILM_BYTES allow."""
    if live:
        return [last] if (last := run.latest()) else []
    largest = HELD_BYTES if run.status()["state"] == "paused" else FILM_BYTES
    return _film(str(run.path), run.film.stamp(), largest)


@st.cache_data(max_entries=3, show_spinner=False)
def _film(path: str, stamp: tuple[int, int], largest: int) -> list[Frame]:
    """Frames from first to last, read anew only where there are others."""
    return Run(Path(path)).film.spread(FILM, largest)


def table(run: Run, live: bool) -> dict[str, np.ndarray]:
    """The curves by column name; thinned while live, always the same rows so that lines rest."""
    rows = run.curves()
    stride = 1
    while live and len(rows) // stride > ROWS:
        stride *= 2
    kept = rows[::stride]
    if len(rows) and (len(rows) - 1) % stride:
        kept = np.vstack([kept, rows[-1]])
    return {name: kept[:, i] for i, name in enumerate(CURVES)}


def line(label: str, color: str, rows: dict[str, np.ndarray], column: str) -> dict[str, Any]:
    """One series of a panel for `canvas.curves`."""
    return {"label": label, "color": color, "x": rows["step"], "y": rows[column]}


def measured(run: Run, name: str, label: str, color: str, scale: float = 1.0) -> dict[str, Any]:
    """A measurement over the steps at which it was taken, as a series."""
    found = [(m["step"], m[name] * scale) for m in run.metrics() if m.get(name) is not None]
    x, y = zip(*found, strict=True) if found else ((), ())
    return {"label": label, "color": color, "x": x, "y": y}
