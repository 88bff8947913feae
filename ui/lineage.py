"""Where a run came from: the run it branched from, and what of that one it could not take over."""

from typing import Any

import streamlit as st

from gan_core import runs
from gan_core.catalog import BadInput
from ui import gallery


def words_of(status: dict[str, Any]) -> str:
    """`branched from X at step 1,200`, or nothing."""
    if not status.get("parent"):
        return ""
    return f"branched from {status['parent']} at step {status.get('parent_step') or 0:,}"


def origin(status: dict[str, Any]) -> None:
    """Where a branch came from, as a link while its parent is there, and what began anew."""
    words = words_of(status)
    if not words:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        try:
            parent = runs.open_run(status["parent"])
            if st.button(words[0].upper() + words[1:], icon=":material/fork_right:",
                         type="tertiary", key="live_parent"):  # fmt: skip
                st.query_params["run"] = parent.id  # a branch and its parent share a page
                st.rerun()
        except BadInput:
            st.caption(f"{gallery.plain(words)} (deleted)", width="content")
        if status.get("fresh"):
            st.caption(gallery.plain(" ".join(status["fresh"])), width="content")
