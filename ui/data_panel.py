"""The data of a 2-D page: its parameters beside a look at it, before anything is trained."""

import math
import re
from typing import Any

import numpy as np
import streamlit as st

from gan_core.catalog import DATA, BadInput
from gan_core.plane.preview import preview
from ui import gallery, own_data
from ui.components import draw

SMALL = 152  # pixels of one small widget
WORDS = {  # what a parameter is, in the words of the field
    "modes": "Number of Gaussians.", "radius": "Distance of every mode from the origin.",
    "std": "Standard deviation σ of each Gaussian.", "spacing": "Distance of neighbouring modes.",
    "imbalance": "0: all modes equally likely. r: the first is 1 + r times as likely as the last.",
    "side": "Modes in a row; there are as many rows.", "turns": "How often the spiral goes round.",
    "noise": "Standard deviation σ of the noise around the curve.",
    "cells": "Squares in a row; every other one is filled.",
}  # fmt: skip
LABELS = {"std": "Std σ", "noise": "Noise σ"}


def panel(prefix: str, data: str, what: str = "Data", **again: Any) -> str | None:
    """Offer the parameters of the chosen data, called `what`; its spec, or None where it cannot be
    trained on, which is then explained here. `again` says what to do when one of them changes."""
    problem = ""
    if own_data.is_own(data):
        begins = st.session_state.get(f"{prefix}_train") or "run" in st.query_params
        wanted = not begins or not own_data.usable(data)  # a run wants the room below
        with st.expander(f"{what}: your own points", expanded=wanted):
            return own_data.panel(prefix, data)
    with st.expander(f"{what}: {DATA[data].title}"):
        left, right = st.columns([6, 4], gap="medium")
        with left:
            spec = parameters(prefix, data, **again)
        try:
            points = preview(spec)
        except BadInput as error:
            problem = str(error)
        else:
            left.caption(f"`{spec}` · the picture shows {len(points):,} of its points.")
            with right:
                draw.show(
                    points, around(points), f"Preview of {spec}", f"{prefix}_preview", id=spec
                )
    if problem:  # outside, for it may be folded
        problem = problem.rpartition("): ")[2]  # which data set it is stands above
        for name in DATA[data].params:  # as the widgets have them
            problem = re.sub(rf"\b{name}\b", LABELS.get(name, name), problem)
        st.warning(
            gallery.plain(problem), title="These data cannot be drawn", icon=":material/tune:"
        )
        return None
    return spec


def parameters(prefix: str, data: str, **again: Any) -> str:
    """The parameters of a data set as widgets; the spec they make, unchecked: `ring(modes=12)`."""
    with st.container(horizontal=True):
        for name, default in DATA[data].params.items():
            st.number_input(
                LABELS.get(name, name.capitalize()), value=float(default), step=step(default),
                format="%.6g", key=f"{prefix}_{data}_{name}", bind="query-params", width=SMALL,
                help=WORDS[name], **again,
            )  # fmt: skip
    return spec(prefix, data)


def spec(prefix: str, data: str) -> str:
    """The spec that a data set's widgets make, unchecked."""
    changed = []
    for name, default in DATA[data].params.items():
        value = st.session_state.get(f"{prefix}_{data}_{name}", default)
        if value != default:
            changed.append(f"{name}={float(value)!r}".removesuffix(".0"))
    return f"{data}({','.join(changed)})" if changed else data


def around(points: np.ndarray) -> tuple[float, float, float, float]:
    """A square with some room around points [n, 2]."""
    low, high = points.min(0).astype(float), points.max(0).astype(float)
    half = 0.58 * float((high - low).max()) or 1.0
    x, y = (low + high) / 2
    return x - half, x + half, y - half, y + half


def step(value: float) -> float:
    """How far one press of plus goes: one, or a tenth of a small value's leading decimal."""
    size = abs(value) or 0.1
    if 0.9 < size < 1:  # a decay: what matters is its distance from one
        return 0.001
    return 1.0 if size >= 4 else 10.0 ** (math.floor(math.log10(size)) - 1)
