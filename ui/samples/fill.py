"""Fill: one picture with a part hidden, and many completions of it."""

import math
import random
from typing import Any

import streamlit as st

from gan_core import holes
from gan_core.catalog import BadInput
from gan_core.holes import GRID
from ui import checkpoints, drawing
from ui.checkpoints import Choice
from ui.components import hole
from ui.samples import look

PARTS = {"Left": "left", "Right": "right", "Top": "top", "Bottom": "bottom"}
RECTANGLE, PAINTED = "Box", "Paint"
CELLS = "s_cells"  # what is painted, in the address
FIRST = "rect:5,4,11,9"  # what is painted before anything is


def fits(about: dict[str, Any]) -> bool:
    """Whether a checkpoint fills pictures in."""
    config = about["config"] or {}
    return bool(about["kind"] == "image" and config.get("reads") == "x+z")


def painted() -> str:
    """The painted hole of the address, or one to begin with."""
    spec = f"cells:{st.query_params.get(CELLS, '')}"
    try:
        holes.parse(spec)
    except BadInput:
        return FIRST
    return spec


def part() -> str:
    """The choice of what is hidden, in the words of `gan_core.holes`."""
    chosen = st.segmented_control("Hide", [*PARTS, RECTANGLE, PAINTED], default="Right",
                                  required=True, key="s_hide", bind="query-params")  # fmt: skip
    if chosen == PAINTED:
        return painted()
    if chosen != RECTANGLE:
        return PARTS[chosen]
    x = st.slider("Columns", 0, GRID, (4, 12), key="s_columns", bind="query-params")
    y = st.slider("Rows", 0, GRID, (3, 9), key="s_rows", bind="query-params")
    (x0, x1), (y0, y1) = sorted(x), sorted(y)  # an address may have them the wrong way round
    x0, y0 = min(x0, GRID - 1), min(y0, GRID - 1)
    return f"rect:{x0},{y0},{max(x1, x0 + 1)},{max(y1, y0 + 1)}"


def _painted(key: str) -> None:
    """Take what was painted over into the address (a callback)."""
    spec = st.session_state[key].get("hole") if st.session_state.get(key) else None
    if spec:
        st.query_params[CELLS] = spec.removeprefix("cells:")
        st.session_state["s_hide"] = PAINTED


def roll(count: int) -> None:
    st.session_state["s_face"] = random.randrange(count)


def controls(choice: Choice) -> tuple[dict[str, Any], dict[str, Any]]:
    """The widgets; the request they describe, and what is said of its picture."""
    known, _ = checkpoints.ask(choice, do="fill-whole", face=0)
    count = known["pictures"]
    with st.container(horizontal=True, vertical_alignment="bottom", gap="xsmall"):
        face = st.number_input("Picture", 0, count - 1, 0, key="s_face", bind="query-params",
                               help=f"One of {count:,} that G never saw in training.")  # fmt: skip
        st.button(":material/casino:", key="s_face_roll", help="Another picture", on_click=roll,
                  args=(count,))  # fmt: skip
    spec = part()
    one = {"face": int(face), "hole": spec}
    about, raw = checkpoints.ask(choice, do="fill-whole", **one, scale=4, format="png")
    key = "s_hole"
    hole.show(drawing.left(raw), holes.parse(spec), f"Picture {face}", key, lambda: _painted(key))
    n = st.select_slider("Completions", [4, 9, 16, 25, 36, 64], 16, key="s_fills",
                         bind="query-params")  # fmt: skip
    first = look.seed("Seed", "s_fill_seed", 0)
    request = {"do": "fill", **one, "seed": first, "n": int(n)}
    return request, {**about, "picture": raw}


def told(found: dict[str, Any], hidden: float, request: dict[str, Any]) -> str:
    """How much completions differ, in words."""
    parts = [f"{100 * hidden:.0f} % of the picture is hidden."]
    if request["hole"].startswith("cells:"):
        parts.append("G learnt on halves and rectangles: other shapes are new to it.")
    if "fill_spread" in found:
        parts.append(
            f"There two completions differ by {100 * found['fill_spread']:.1f} % of the way from"
            " black to white on average."
        )
    kinds = [f"{name} {many}" for name, many in found.get("kinds", {}).items() if many > 1]
    if kinds:
        parts.append(f"Kinds among {request['n']}: {', '.join(kinds)}.")
    return " ".join(parts)


def picture(choice: Choice, about: dict[str, Any], request: dict[str, Any],
            known: dict[str, Any]) -> None:  # fmt: skip
    """The whole picture and what is said of the completions, then these, drawn large."""
    columns = math.ceil(math.sqrt(request["n"]))
    scale = checkpoints.scale_for(columns, about["size"])
    found, raw = checkpoints.ask(choice, **request | {"scale": scale, "format": "webp"})
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.image(drawing.data_url(drawing.left(known["picture"]), "png"), width=96,
                 alt=f"Picture {request['face']} as it is")  # fmt: skip
        with st.container(gap=None, width="stretch"):
            st.markdown("**The picture itself**, which G never saw. Below: what G makes of the"
                        " known part and different z; known pixels stay as they are.")  # fmt: skip
            st.caption(told(found, known["hidden"], request))
    st.image(drawing.data_url(raw, "webp"), width="stretch",
             alt=f"{request['n']} completions of picture {request['face']}")  # fmt: skip


def show(choice: Choice, about: dict[str, Any]) -> dict[str, Any]:
    """The completions, and their settings at the side; the request that drew them."""
    stage, side = st.columns([5, 3], gap="medium")
    with side:
        request, known = controls(choice)
    with stage:
        picture(choice, about, request, known)
    return request
