"""What is shown as a file, and the recipe that makes it again."""

import json
from typing import Any

import streamlit as st

from ui import checkpoints
from ui.checkpoints import Choice

PLAIN = {"sample": {"do", "n", "seed"}, "interpolate": {"do", "n", "seed_a", "seed_b", "mode"}}


def command(choice: Choice, request: dict[str, Any], kind: str) -> str:
    """The command line that makes the same file, "" where no option says it."""
    if request.keys() - {"scale"} != PLAIN.get(request["do"], set()):
        return ""
    words = ["python -m gan_core sample", choice.command, f"--n {request['n']}"]
    if request["do"] == "sample":
        words.append(f"--seed {request['seed']}")
    else:
        words.append(f"--seed {request['seed_a']} --to-seed {request['seed_b']}")
        words.append(f"--path {request['mode']}")
    if request.get("scale", 1) > 1:
        words.append(f"--scale {request['scale']}")
    return " ".join([*words, "--out samples.png" if kind == "image" else "--out samples.csv"])


def show(choice: Choice, about: dict[str, Any], request: dict[str, Any]) -> None:
    """Buttons for the picture or the points and the recipe, and the command where there is one."""
    if about["kind"] == "image":
        scale = st.select_slider("Enlarge the download (times)", [1, 2, 4, 8, 16], 4,
                                 key="s_scale", bind="query-params")  # fmt: skip
        request = request | {"scale": int(scale)}
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
        recipe = {"checkpoint": choice.command, **request} | ({"command": line} if line else {})
        st.download_button("Recipe", json.dumps(recipe, indent=1), "samples.json",
                           "application/json", key="s_recipe", icon=":material/data_object:",
                           on_click="ignore", help="What was drawn, as JSON")  # fmt: skip
    if line:
        st.caption("The same file from a terminal")
        st.code(line, language=None, wrap_lines=True)
