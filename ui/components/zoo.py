"""A table of checkpoints, sorted in the browser, whose rows open them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st

_HERE = Path(__file__).parent
_zoo = st.components.v2.component(
    "zoo_table",
    html='<div class="zoo"></div>',
    css=(_HERE / "zoo.css").read_text(),
    js=(_HERE / "zoo.js").read_text(),
)


def table(
    columns: list[dict[str, Any]],
    groups: list[dict[str, Any]],
    chosen: str,
    label: str,
    key: str,
    on_open: Callable[[], None],
) -> None:
    """Mount it. A row that was clicked is the trigger `open` of `st.session_state[key]`.

    A column is {"key", "label", "kind" ("text", or "" for numbers), "help", "falls" (largest
    first)}; a group {"title", "note", "floor" (texts by key), "rows"}; a row {"id", "title",
    "note", "picture" (a data URL), "values" (what is sorted by, None for unknown), "text",
    "help"}. The first column is the row's name.
    """
    data = {"columns": columns, "groups": groups, "chosen": chosen, "label": label}
    _zoo(data=data, key=key, height="content", on_open_change=on_open)
