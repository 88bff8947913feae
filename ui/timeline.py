"""A run along its time: one step of D, G or both while it is paused, and branches from a step."""

import time
from typing import Any

import streamlit as st

from gan_core import runs
from gan_core.catalog import OBJECTIVES, BadInput, data_info
from gan_core.config import Config, data_names
from gan_core.runs import LIVE, Run
from ui import controls, gallery, live
from ui.clicks import once

PATIENCE = 0.6  # seconds a click waits for the worker's step, so that its frame is drawn at once
STEPS = {
    "step-d": ("Step D", "D's half of one round: G holds still."),
    "step-g": ("Step G", "G's half of one round, which ends the round: D holds still."),
    "step-both": ("Step both", "One whole round."),
}


def bar(run: Run, status: dict[str, Any], shown: int | None) -> None:
    """Below the scrubber of a run that holds still: steps by hand, and a branch from `shown`."""
    state = status["state"]
    if state in LIVE and state != "paused":
        return
    known = list(runs.origins(run))
    if state != "paused" and not known:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        if state == "paused":
            for name, (label, help) in STEPS.items():
                st.button(label, key=f"live_{name}", help=help, on_click=_step, args=(run, name))
        if known:
            with st.popover("Branch from here", icon=":material/fork_right:", key="live_branch"):
                _form(run, known, status["step"] if shown is None else shown)


@once
def _step(run: Run, name: str) -> None:
    """Ask for one step and wait until it is shown, but not for long (a callback)."""
    live.ask(run, name)
    limit = time.monotonic() + PATIENCE
    while run.requested(name) and time.monotonic() < limit:
        time.sleep(0.02)


def _form(run: Run, known: list[int], shown: int) -> None:
    """Objective, rates, data and length of the new run, filled with its parent's.

    A key holds what a default follows from: another frame or objective brings other defaults.
    """
    parent = run.config
    nearest = max((i for i, step in enumerate(known) if step <= shown), default=0)
    at = st.selectbox(
        "From step", known, nearest, key=f"live_from_{run.id}_{shown}", format_func="{:,}".format,
        help="States that this run kept; the nearest at or before the frame shown is chosen.",
    )  # fmt: skip
    names = list(OBJECTIVES)
    others = _other_data(parent)
    with st.container(horizontal=True):
        objective = st.selectbox("Objective", names, names.index(parent.objective),
                                 key=f"live_objective_{run.id}", width=150)  # fmt: skip
        data = st.selectbox("Data", [parent.data, *others], key=f"live_data_{run.id}", width=150,
                            accept_new_options=True)  # fmt: skip
        usual = runs.branched(parent, at, objective=objective)
        numbers = {
            name: st.number_input(
                label, 0.0, 1.0, getattr(usual, name), key=f"live_{name}_{run.id}_{objective}",
                format="%.6g", step=getattr(usual, name) / 10 or 1e-4, width=150,
            )
            for name, label in (("lr_g", "Learning rate, G"), ("lr_d", "Learning rate, D"))
        }  # fmt: skip
        more = st.number_input("Steps more", 1, 10**7, usual.steps - at,
                               key=f"live_more_{run.id}_{at}", width=150)  # fmt: skip
    changes = {"objective": objective, "data": data, "steps": at + more, **numbers}
    try:
        config = runs.branched(parent, at, **changes)
    except BadInput as error:
        st.warning(gallery.plain(str(error)))
        return
    st.caption(_promise(parent, config))
    if st.button("Start the branch", icon=":material/fork_right:", type="primary",
                 key="live_branch_start", on_click=_branch, args=(run, at, changes, config),
                 ):  # fmt: skip
        st.rerun()  # the whole page follows the branch


def _other_data(parent: Config) -> list[str]:
    """The sets that the parent's G fits: of its kind, and of as many channels."""
    names = [name for name in data_names(parent.kind) if name != parent.data]
    same = data_info(parent.data).channels
    return [name for name in names if parent.kind == "2d" or data_info(name).channels == same]


@once
def _branch(run: Run, at: int, changes: dict[str, Any], config: Config) -> None:
    """Start a branch and set the form to its settings (a callback)."""
    controls.take_over("p" if config.kind == "2d" else "i", config)
    live.begin(lambda: runs.branch(run, at, **changes))


def _promise(parent: Config, child: Config) -> str:
    """What goes with the branch, before it begins."""
    heads = {OBJECTIVES[c.objective].head == "energy" for c in (parent, child)}
    if len(heads) == 2 or parent.norm_d != child.norm_d:
        return "G and its average go on; D begins anew, because the new objective needs another."
    if parent.optimizer != child.optimizer:
        return f"G, its average and D go on; the optimisers begin anew ({child.optimizer})."
    return "G, its average, D and both optimisers go on from there."
