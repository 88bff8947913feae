"""What one server holds for all its visitors."""

import streamlit as st

from gan_core.allocator import MMAP_THRESHOLD, set_options
from gan_core.executors import Local

HEAD_START = 2.0  # seconds the first page gets before two processes begin to load torch
LARGE = 256 * 2**10  # bytes of a block that goes back to the system when it is freed


@st.cache_resource
def executor() -> Local:
    """The worker processes of this machine; they begin to get warm soon after the first call."""
    _return_large_blocks()
    local = Local(answers=["ui.mistakes.lab"])
    local.warm_later(HEAD_START)
    return local


def _return_large_blocks() -> None:
    """Give every large block back as soon as it is freed.

    By itself glibc keeps blocks as large as the largest that was freed so far: each upload of 22 MB
    would leave about 25 MB behind for good.
    """
    set_options({MMAP_THRESHOLD: LARGE})
