"""What the numbers of a run say, in words, each with a button that starts the cured run.

Called in the fragment that follows a run, six times a second: keys are those of the findings, and
words change only when a new measurement arrives, so nothing flickers and nothing is clicked away.
"""

from typing import Any

import numpy as np
import streamlit as st

from gan_core.config import Config
from gan_core.health import Finding, findings, soonest
from gan_core.runs import LIVE, Run
from ui import controls, gallery, length, live, weights
from ui.clicks import once

LOOK = {  # of a tone: colour, icon, word
    "bad": ("red", "error", "Problem"),
    "warn": ("orange", "warning", "Warning"),
    "good": ("green", "check_circle", "Good"),
    "wait": ("gray", "hourglass_top", "Wait"),
}
_STARTED = "_diagnosis_started"  # a cure was begun, and the whole page must follow it


def show(run: Run, status: dict[str, Any], prefix: str) -> None:
    """The findings of a run, the most urgent in full, and under clipping D's weights."""
    if st.session_state.pop(_STARTED, False):
        st.rerun()
    config, every = run.config, run.metrics()
    rows, metrics = _so_far(run, status, every)
    found = findings(config, rows, metrics, status, run.scene())
    with st.container(border=True, key=f"{prefix}_diagnosis", gap="small"):
        offered: list[dict[str, Any]] = []
        _paragraph(found[0], config, prefix, offered)
        if found[1:]:
            titles = " · ".join(one.title for one in found[1:])
            with st.expander(f"Also: {gallery.plain(titles)}", key=f"{prefix}_diagnosis_more"):
                for one in found[1:]:
                    _paragraph(one, config, prefix, offered)
        if config.objective == "wgan" and every and every[-1].get("vitals"):
            critic = ("Weights of the critic, %", every[-1]["vitals"])
            weights.show([critic], f"{prefix}_weights", run.id)


def _so_far(
    run: Run, status: dict[str, Any], metrics: list[dict[str, Any]]
) -> tuple[np.ndarray, list[dict[str, Any]]]:
    """The curves and measurements that are spoken of: all of an ended run. While one goes on, the
    curves up to the newest measurement; one from before anything can be said counts as none."""
    rows = run.curves()
    if status["state"] not in LIVE:
        return rows, metrics
    if not metrics or metrics[-1]["step"] < soonest(run.config):
        return rows, []
    return rows[rows[:, 0] <= metrics[-1]["step"]], metrics


def _paragraph(one: Finding, config: Config, prefix: str, offered: list[dict[str, Any]]) -> None:
    """One finding; its button only where no finding above it offers the same."""
    color, icon, word = LOOK[one.tone]
    st.markdown(
        f":{color}[:material/{icon}: **{word}: {gallery.plain(one.title)}**]"
        f"  \n{gallery.plain(one.sentence)}"
    )
    if not one.remedy or one.remedy in offered:
        return
    offered.append(one.remedy)
    st.button(
        f"Train with {one.label}", icon=":material/healing:", key=f"{prefix}_cure_{one.name}",
        on_click=_cure, args=(prefix, config.replace(**one.remedy)),
        help="Starts a new run with this one's settings and seed, and these changes.",
    )  # fmt: skip


@once
def _cure(prefix: str, config: Config) -> None:
    """Start the cured run and set the form to its settings (a callback)."""
    controls.take_over(prefix, config)
    live.start(length.anew(config))
    st.session_state[_STARTED] = True
