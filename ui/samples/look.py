"""Look: samples of seeds, drawn large, and the way from one seed to another."""

import json
import math
import random
from typing import Any

import numpy as np
import streamlit as st

from ui import checkpoints, drawing, gallery
from ui.checkpoints import Choice

SEEDS = 2**31 - 1
PATHS = {
    "slerp": "follows the sphere near which all Gaussian latents lie",
    "lerp": "cuts straight through the middle, where the generator was never trained",
}


def roll(key: str) -> None:
    st.session_state[key] = random.randrange(10_000)


def seed(label: str, key: str, default: int) -> int:
    """A seed with a button that draws a new one."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="xsmall"):
        value = st.number_input(label, 0, SEEDS, default, key=key, bind="query-params")
        st.button(":material/casino:", key=f"{key}_roll", help="A new seed", on_click=roll,
                  args=(key,))  # fmt: skip
    return int(value)


def controls(about: dict[str, Any]) -> dict[str, Any]:
    """The widgets; returns the request they describe."""
    what = st.segmented_control("Draw", ["Samples", "Walk"], default="Samples", required=True,
                                key="s_draw", bind="query-params", width="stretch")  # fmt: skip
    if what == "Samples":
        first = seed("Seed", "s_seed", 0)
        if about["kind"] == "image":
            n = st.slider("How many", 1, 256, 64, key="s_n", bind="query-params")
        else:
            n = st.slider("How many", 1, 1000, 500, key="s_points", bind="query-params")
        request = {"do": "sample", "seed": first, "n": int(n)}
    else:
        first, last = seed("From seed", "s_from", 0), seed("To seed", "s_to", 1)
        n = st.slider("Steps", 3, 16, 8, key="s_steps", bind="query-params")
        path = st.segmented_control("Path", list(PATHS), default="slerp", required=True,
                                    key="s_path", bind="query-params")  # fmt: skip
        request = {"do": "interpolate", "seed_a": first, "seed_b": last, "n": int(n), "mode": path}
    if about["kind"] == "image":
        scale = st.select_slider("Enlarge the download (times)", [1, 2, 4, 8, 16], 4,
                                 key="s_scale", bind="query-params")  # fmt: skip
        request["scale"] = int(scale)
    return request


def command(choice: Choice, request: dict[str, Any], kind: str) -> str:
    """The command line that makes the same file."""
    words = ["python -m gan_core sample", choice.command, f"--n {request['n']}"]
    if request["do"] == "sample":
        words.append(f"--seed {request['seed']}")
    else:
        words.append(f"--seed {request['seed_a']} --to-seed {request['seed_b']}")
        words.append(f"--path {request['mode']}")
    if request.get("scale", 1) > 1:
        words.append(f"--scale {request['scale']}")
    return " ".join([*words, "--out samples.png" if kind == "image" else "--out samples.csv"])


def real_points(choice: Choice) -> np.ndarray:
    """[n, 2] real points that lie beside a 2-D run's checkpoint, in shares of the frame's width."""
    run = gallery.run_at(choice.path)
    return np.frombuffer(run.real() if run else b"", "<u2").reshape(-1, 2) / 65535


def picture(choice: Choice, about: dict[str, Any], request: dict[str, Any]) -> None:
    """The samples, drawn large; what a download holds is asked for when it is clicked."""
    walk = request["do"] == "interpolate"
    if about["kind"] == "2d":
        found, raw = checkpoints.ask(choice, **request)
        drawn = drawing.draw_cloud(raw, found["extent"], real_points(choice), walk, gallery.dark())
        st.image(drawing.data_url(drawn, "webp"), width="stretch",
                 alt=f"{request['n']} generated points of {choice.label}")  # fmt: skip
    elif walk:  # both ways, the chosen one first: their difference is the lesson
        for mode in (request["mode"], *(PATHS.keys() - {request["mode"]})):
            st.caption(f"**{mode}** {PATHS[mode]}")
            tiles(choice, about, request | {"mode": mode}, request["n"])
    else:
        tiles(choice, about, request, math.ceil(math.sqrt(request["n"])))


def tiles(choice: Choice, about: dict[str, Any], request: dict[str, Any], columns: int) -> None:
    """One picture of tiles, each of its pixels several screen pixels wide, so that it is sharp."""
    scale = checkpoints.scale_for(columns, about["size"])
    _, raw = checkpoints.ask(choice, **request | {"scale": scale, "format": "webp"})
    st.image(drawing.data_url(raw, "webp"), width="stretch",
             alt=f"{request['n']} generated pictures of {choice.label}")  # fmt: skip


def downloads(choice: Choice, about: dict[str, Any], request: dict[str, Any]) -> None:
    """The samples as a file, and the recipe that makes them again."""
    line = command(choice, request, about["kind"])
    with st.container(horizontal=True, gap="xsmall"):
        if about["kind"] == "image":
            st.download_button(
                "PNG", lambda: checkpoints.ask(choice, **request, format="png")[1], "samples.png",
                "image/png", key="s_png", type="primary", icon=":material/download:",
                on_click="ignore",
            )  # fmt: skip
        else:
            st.download_button(
                "CSV", lambda: checkpoints.as_csv(checkpoints.ask(choice, **request)[1]),
                "samples.csv", "text/csv", key="s_csv", type="primary", icon=":material/download:",
                on_click="ignore",
            )  # fmt: skip
        recipe = {"checkpoint": choice.command, **request, "command": line}
        st.download_button("Recipe", json.dumps(recipe, indent=1), "samples.json",
                           "application/json", key="s_recipe", icon=":material/data_object:",
                           on_click="ignore", help="What was drawn, as JSON")  # fmt: skip
    st.caption("The same file from a terminal")
    st.code(line, language=None, wrap_lines=True)


def show(choice: Choice, about: dict[str, Any]) -> dict[str, Any]:
    """Settings at the side, the samples beside them; the request that drew them."""
    stage, side = st.columns([5, 3], gap="medium")
    with side:
        request = controls(about)
    with stage:
        picture(choice, about, request)
        if about["kind"] == "image" and about["config"].get("reads") == "x+z":
            st.caption("This G reads a picture too: each of these is one that was held out of"
                       " training, a part of it hidden at random and filled in.")  # fmt: skip
    with side:
        downloads(choice, about, request)
    return request
