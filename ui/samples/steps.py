"""One run over its steps: the same seed under each state that was kept, and its own film."""

from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st

from gan_core import runs
from gan_core.catalog import BadInput
from gan_core.runs import Run, tiles
from ui import checkpoints, drawing, gallery
from ui.checkpoints import Choice
from ui.samples import sheets
from ui.samples.look import real_points

STATES = 10  # of a run, at most
TILES = 10  # of each state
FRAMES, LARGEST = {"image": 6, "2d": 10}, 4_000_000  # of the run's own film, and its bytes


def show(choice: Choice, about: dict[str, Any], seed: int) -> dict[str, Any] | None:
    """Strips of the states, then of the run's own film; the request that drew the last state."""
    run = gallery.run_at(choice.path)
    found = runs.origins(run) if run else {}
    if run is None or len(found) < 2:
        only_one(run)
    request = {"do": "sample", "seed": seed, "n": TILES if about["kind"] == "image" else 300}
    if run and len(found) > 1:
        states(choice, run, spread(found), about, request)
    if run:
        film(run)
    return request if run and len(found) > 1 else None


def only_one(run: Run | None) -> None:
    """Why there is no strip."""
    what = "This run keeps" if run else "A lone file is"
    st.info(
        f"{what} a single state: the one you see. Runs that are trained here keep up to 40 states"
        " along the way; open one of those to see how the same z changes.",
        icon=":material/movie:",
    )  # fmt: skip


def spread(found: dict[int, Path], most: int = STATES) -> dict[int, Path]:
    """At most `most` of the states, evenly from the first to the last."""
    steps = sorted(found)
    picks = np.unique(np.linspace(0, len(steps) - 1, min(most, len(steps))).round().astype(int))
    return {steps[i]: found[steps[i]] for i in picks}


def states(
    choice: Choice, run: Run, found: dict[int, Path], about: dict[str, Any], request: dict[str, Any]
) -> None:
    """A strip of tiles for each state, the earliest first; of points, a small picture each."""
    st.subheader("The same z at each state", anchor=False)
    measured = run.metrics()
    plane, real = about["kind"] == "2d", real_points(choice)
    place = st.grid(5, min_column_width=150) if plane else st.container(gap="xsmall")
    with place:
        for step, path in found.items():
            note = f"step {step:,}{figure(measured, step)}"
            try:
                one_state(Choice(choice.label, path, choice.command), about, request, note, real)
            except (BadInput, RuntimeError, OSError):
                st.caption(f"{note} · thinned out this moment")
    first, last = f"{request['seed']}:0", f"{request['seed']}:{request['n'] - 1}"
    st.caption(
        f"{'Points' if plane else 'Tiles'} {first} to {last} at each step: the z stay, what G makes"
        " of them changes. Figures are of the last judgement until then."
    )


def figure(measured: list[dict[str, Any]], step: int) -> str:
    """The figure of the last judgement at or before a step, in words."""
    before = [one for one in measured if one["step"] <= step]
    words = gallery.measure(before[-1]) if before else ""
    return f" · {words}" if words else ""


def one_state(
    choice: Choice, about: dict[str, Any], request: dict[str, Any], note: str, real: np.ndarray
) -> None:
    """Samples of one state with a note; `real` are points as `real_points` gives them."""
    alt = f"Samples of seed {request['seed']}, {note}"
    if about["kind"] == "2d":
        said, raw = checkpoints.ask(choice, **request)
        drawn = drawing.draw_cloud(raw, said["extent"], real, False, gallery.dark())
        with st.container(gap=None):
            st.image(drawing.data_url(drawn, "webp"), width="stretch", alt=alt)
            st.caption(note)
        return
    _, raw = checkpoints.ask(choice, **request, columns=TILES)
    with st.container(gap=None):
        st.caption(note)
        st.image(sheets.beside(sheets.cut(raw, TILES)[0], 96), width="stretch", alt=alt)


def film(run: Run) -> None:
    """Frames of the film that the run took of its own fixed z, where it has one."""
    scene = run.scene()
    frames = run.film.spread(FRAMES[scene["kind"]], LARGEST) if scene else []
    if not scene or len(frames) < 2:
        return
    st.subheader("The run's own film", anchor=False)
    if scene["kind"] == "image":
        with st.container(gap="xsmall"):
            for step, _, payload in frames:
                with st.container(gap=None):
                    st.caption(f"step {step:,}")
                    picture, _ = tiles.split(payload)
                    row = sheets.cut(picture, scene["columns"])[0][:TILES]
                    st.image(sheets.beside(row, 96), width="stretch", alt=f"Fixed z, step {step}")
    else:
        with st.grid(5, min_column_width=150):
            for step, _, payload in frames:
                with st.container(gap=None):
                    drawn = drawing.draw_points(scene, run.real(), payload, gallery.dark())
                    st.image(drawing.data_url(drawn, "webp"), width="stretch",
                             alt=f"Fixed z, step {step}")  # fmt: skip
                    st.caption(f"step {step:,}")
    st.caption("Its z stayed the same from the first step to the last. It plays on the training"
               " page.")  # fmt: skip
    gallery.link(run, gallery.config_of(run))
