"""What one server holds for all its visitors."""

import streamlit as st

from gan_core.executors import Local

HEAD_START = 2.0  # seconds the first page gets before two processes begin to load torch


@st.cache_resource
def executor() -> Local:
    """The worker processes of this machine; they begin to get warm soon after the first call."""
    local = Local(answers=["ui.mistakes.lab"])
    local.warm_later(HEAD_START)
    return local
