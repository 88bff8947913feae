"""The film of a run on images, to take home: written by a worker when it is asked for."""

from typing import Any

import streamlit as st

from gan_core.runs import Run
from ui import live
from ui.server import executor

FORMATS = {"GIF": "image/gif", "MP4": "video/mp4"}


def downloads(run: Run, status: dict[str, Any]) -> None:
    """A button for each format, once the run holds still and has a film."""
    if live.moving(status) or run.frame_count() < 2:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        st.caption("The whole film:", width="content")
        for name, kind in FORMATS.items():
            form = name.lower()
            st.download_button(
                name, lambda form=form: written(run, form), f"{run.id}.{form}", kind,
                key=f"i_film_{form}", icon=":material/download:", on_click="ignore",
            )  # fmt: skip


def written(run: Run, form: str) -> bytes:
    """The file, from a worker, so that frames are decoded where they take no memory of this one."""
    return executor().ask({"do": "film", "run": str(run.path.resolve()), "format": form})[1]
