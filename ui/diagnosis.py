"""What the numbers of a run say, in words, each with a button that starts the cured run.

Called in the fragment that follows a run, six times a second: keys are those of the findings, and
words change only when a new measurement arrives, so nothing flickers and nothing is clicked away.
"""

from typing import Any

import numpy as np
import streamlit as st

from gan_core.config import Config
from gan_core.health import Finding, findings
from gan_core.runs import LIVE, Run
from ui import gallery, live
from ui.components.film import film

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
    config, metrics = run.config, run.metrics()
    found = findings(config, _rows(run, status, metrics), metrics, status, run.scene())
    with st.container(border=True, key=f"{prefix}_diagnosis", gap="small"):
        offered: list[dict[str, Any]] = []
        _paragraph(found[0], config, prefix, offered)
        if found[1:]:
            titles = " · ".join(one.title for one in found[1:])
            with st.expander(f"Also: {gallery.plain(titles)}", key=f"{prefix}_diagnosis_more"):
                for one in found[1:]:
                    _paragraph(one, config, prefix, offered)
        if config.objective == "wgan" and metrics and metrics[-1].get("vitals"):
            _weights(metrics[-1]["vitals"], run, prefix)


def _rows(run: Run, status: dict[str, Any], metrics: list[dict[str, Any]]) -> np.ndarray:
    """The curves up to the newest measurement while the run goes on; then all of them."""
    rows = run.curves()
    if status["state"] in LIVE and metrics:
        return rows[rows[:, 0] <= metrics[-1]["step"]]
    return rows


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
        on_click=_cure, args=(config.replace(**one.remedy),),
        help="Starts a new run with this one's settings and seed, and these changes.",
    )  # fmt: skip


def _cure(config: Config) -> None:
    """Start the cured run (a callback)."""
    live.start(config)
    st.session_state[_STARTED] = True


def _weights(vitals: dict[str, Any], run: Run, prefix: str) -> None:
    """A histogram of the critic's weights, from one limit of clipping to the other."""
    span, shares = vitals["span"], 100 * np.asarray(vitals["bins"])
    half = span / len(shares)
    centres = np.linspace(-span + half, span - half, len(shares))
    at_limit = f"{100 * vitals.get('at_limit', 0):.0f} % at ±{span:g}"
    bars = {"kind": "bars", "color": "d", "x": centres, "y": shares, "thick": 0.8 * half}
    panel = {
        "title": "Weights of the critic, %", "badge": at_limit, "x": (-1.05 * span, 1.05 * span),
        "name": "weight", "rows": [{"y": (0, 1.1 * float(shares.max())), "series": [bars]}],
    }  # fmt: skip
    film(
        [panel], key=f"{prefix}_weights", height=165, narrowest=300, most=1, scene=run.id,
        aria=f"Histogram of the critic's weights: {at_limit}, the limit of clipping.",
    )  # fmt: skip
