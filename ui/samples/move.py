"""Move: ways through the latent space, between pins or seeds."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from gan_core.catalog import BadInput
from ui.checkpoints import Choice
from ui.samples import pins, sums, ways

PARTS: dict[str, Callable[[ways.Shown], dict[str, Any] | None]] = {
    "Interpolate": ways.between,
    "Map": ways.over_map,
    "Walk": ways.walk,
    "Arithmetic": sums.arithmetic,
    "Directions": sums.directions,
}


def show(choice: Choice, about: dict[str, Any]) -> dict[str, Any] | None:
    """The chosen part, its settings at the side; the request that drew it."""
    pins.strip(choice, about)
    part = "Interpolate"
    if about["kind"] == "image":
        part = st.segmented_control("Way", list(PARTS), default=part, required=True, key="s_move",
                                    bind="query-params", label_visibility="collapsed")  # fmt: skip
    stage, side = st.columns([5, 3], gap="medium")
    try:
        request = PARTS[part]((choice, about, stage, side))
    except BadInput as error:
        with stage:
            st.error(str(error), icon=":material/broken_image:")
        return None
    return request
