"""Clicks that do something once, however often the server hears of them.

A part of a page that is polled may report one click twice: a poll that leaves the browser between
the click and its own message carries it along. So a button in such a part either asks for what it
said when it was clicked, and may ask again, or its callback is wrapped in `once`.
"""

import functools
import time
from collections.abc import Callable
from typing import Any

import streamlit as st

AGAIN = 0.3  # seconds after a callback's end in which the same click may come again


def once(act: Callable[..., Any]) -> Callable[..., None]:
    """The callback `act`, which the same arguments cannot start again within AGAIN seconds."""

    @functools.wraps(act)
    def first(*args: Any) -> None:
        key = f"_clicked_{act.__module__}.{act.__qualname__}"
        before, ended = st.session_state.get(key, ((), float("-inf")))
        if before == args and time.monotonic() < ended + AGAIN:
            return
        act(*args)
        st.session_state[key] = args, time.monotonic()

    return first
