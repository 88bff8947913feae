"""What is shown, taken home: pictures, films of a walk, a recipe, and the generator itself.

Nothing is made before its button is clicked; then a worker makes it. The panel is a fragment: a
click draws it anew, and it waits for the same file, to say what is known of it or why there is
none.
"""

import json
from typing import Any, NamedTuple

import streamlit as st

from gan_core.catalog import BadInput
from ui import gallery
from ui.checkpoints import Choice
from ui.server import executor

KEPT = 2  # files of all visitors that may be fetched again
ORDERED = ("interpolate", "walk", "path")  # requests whose samples are a way
PLAIN = {  # requests that a command says in full, and by which words
    "sample": {"n": "--n", "seed": "--seed"},
    "interpolate": {"n": "--n", "seed_a": "--seed", "seed_b": "--to-seed", "mode": "--path"},
}
ENDS = {"loop": "Begin again", "ping-pong": "There and back", "once": "Stop"}
CLICKED = "_s_exported"


class Form(NamedTuple):
    label: str
    file: str
    mime: str
    icon: str
    help: str


FORMS = {
    "png": Form("PNG", "samples.png", "image/png", "image", "All samples as one picture"),
    "zip": Form("ZIP", "samples.zip", "application/zip", "folder_zip",
                "Each sample as a PNG of its own, with the recipe"),
    "csv": Form("CSV", "samples.csv", "text/csv", "table", "A line for each point"),
    "gif": Form("GIF", "walk.gif", "image/gif", "gif_box", "256 colours a frame, plays anywhere"),
    "mp4": Form("MP4", "walk.mp4", "video/mp4", "movie", "H.264"),
    "webm": Form("WebM", "walk.webm", "video/webm", "movie", "VP9"),
    "recipe": Form("Recipe", "samples.json", "application/json", "data_object",
                   "What was drawn, as JSON: the command below draws the same bytes"),
    "onnx": Form("ONNX", "generator.onnx", "application/octet-stream", "deployed_code",
                 "For other programs: opened again and compared before you get it"),
    "safetensors": Form("Safetensors", "generator.safetensors", "application/octet-stream",
                        "package_2", "The generator alone; this page opens it again"),
    "card": Form("Model card", "README.md", "text/markdown", "description",
                 "What is known of it, as Markdown"),
}  # fmt: skip


def panel(choice: Choice, about: dict[str, Any], request: dict[str, Any]) -> None:
    """All that can be taken home of what `request` drew."""
    _panel(choice, about, request)


@st.fragment
def _panel(choice: Choice, about: dict[str, Any], request: dict[str, Any]) -> None:
    images = about["kind"] == "image"
    with st.container(border=True):
        first = st.container(horizontal=True, gap="xsmall", vertical_alignment="center")
        first.markdown("**Take it home**", width="content")
        film = images and request["do"] in ORDERED
        asked = {"do": "export", "draw": request, "name": choice.command, "scale": 1}
        with st.expander("Size, film, generator, command" if film else "Size, generator, command"
                         if images else "Generator, command", icon=":material/tune:",
                         type="compact"):  # fmt: skip
            with st.grid(3 if images else 2, min_column_width=270, gap="medium"):
                settings: dict[str, Any] = {}
                if images:
                    with st.container(gap="small"):
                        asked["scale"] = _scale()
                    with st.container(gap="small"):
                        settings = _film(request["do"]) if film else _where_films_are()
                with st.container(gap="small"):
                    _generator(choice, asked, own=about["config"] is not None)
            _terminal(choice, request, asked["scale"], images)
        with first:
            _buttons(choice, asked, ["png", "zip"] if images else ["csv", "png"], main=True)
            if film:
                _buttons(choice, asked | settings, ["gif", "mp4", "webm"])
            _buttons(choice, asked, ["recipe"])
        _told(choice)


def _scale() -> int:
    """How many pixels of the file each pixel of a picture is wide."""
    scale = st.select_slider("Enlarge pictures (times)", [1, 2, 4, 8, 16], 4, key="s_scale",
                             bind="query-params")  # fmt: skip
    return int(scale)


def _where_films_are() -> dict[str, Any]:
    st.markdown("Under **Move**, the way between two tiles, a way over a map and a walk can be"
                " taken home as films.")  # fmt: skip
    return {}


def _film(do: str) -> dict[str, Any]:
    """How what is shown is played, where it is a way; one of few steps gets more between them."""
    between = 0
    with st.container(horizontal=True, gap="small"):
        fps = st.number_input("Frames a second", 1, 60, 12, key="s_fps", bind="query-params",
                              width=140)  # fmt: skip
        if do == "interpolate":
            between = st.number_input("Between two steps", 0, 60, 7, key="s_between", width=140,
                                      bind="query-params", help="Frames added on the way from each"
                                      " step to the next, so that it moves smoothly")  # fmt: skip
    ends = st.segmented_control("At the end of the film", list(ENDS), default="loop",
                                required=True, format_func=ENDS.get, key="s_ends",
                                bind="query-params")  # fmt: skip
    return {"fps": int(fps), "between": int(between), "ends": ends}


def _generator(choice: Choice, asked: dict[str, Any], own: bool) -> None:
    """The network itself; only that of this project has a header that says how to build it."""
    st.caption("The generator as it is shown here, without D")
    forms = ["onnx", "safetensors", "card"] if own else ["onnx", "card"]
    _buttons(choice, {"do": "export", "name": asked["name"]}, forms)


def _terminal(choice: Choice, request: dict[str, Any], scale: int, images: bool) -> None:
    st.caption("The same file from a terminal")
    st.code(command(choice, request, scale, images), language=None, wrap_lines=True)


def command(choice: Choice, request: dict[str, Any], scale: int, images: bool) -> str:
    """The command line that makes the same PNG or CSV."""
    out = "--out samples.png" if images else "--out samples.csv"
    flags = PLAIN.get(request["do"], {})
    if request.keys() - {"do"} != flags.keys():
        return f"python -m gan_core sample --recipe samples.json {out}"
    words = ["python -m gan_core sample", choice.command]
    words += [f"{flag} {request[name]}" for name, flag in flags.items()]
    return " ".join([*words, f"--scale {scale}", out] if scale > 1 else [*words, out])


# From a click to a file


def _buttons(choice: Choice, asked: dict[str, Any], forms: list[str], main: bool = False) -> None:
    with st.container(horizontal=True, gap="xsmall", width="content"):
        for i, name in enumerate(forms):
            form, request = FORMS[name], asked | {"as": name}
            st.download_button(
                form.label, lambda request=request: made(choice, request)[1], form.file, form.mime,
                key=f"s_{name}", icon=f":material/{form.icon}:", help=form.help,
                type="primary" if main and i == 0 else "secondary",
                on_click=_click, args=(request,),
            )  # fmt: skip


def _click(request: dict[str, Any]) -> None:
    st.session_state[CLICKED] = request


def made(choice: Choice, request: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    """The file and what is known of it, made once for the download and for the words below."""
    try:
        stat = choice.file.stat()
    except OSError:
        raise BadInput("This checkpoint is gone: its run was deleted. Choose another.") from None
    text = json.dumps({**request, "checkpoint": str(choice.file.resolve())}, sort_keys=True)
    return _made(text, stat.st_mtime_ns, stat.st_size)


@st.cache_data(max_entries=KEPT, show_spinner=False)
def _made(text: str, changed: int, size: int) -> tuple[dict[str, Any], bytes]:
    return executor().ask(json.loads(text))


def _told(choice: Choice) -> None:
    """What came of the last click."""
    request = st.session_state.pop(CLICKED, None)
    if request is None:
        return
    form = FORMS[request["as"]]
    try:
        with st.spinner(f"{form.label} is being made…"):
            about, data = made(choice, request)
    except (BadInput, RuntimeError) as error:
        st.error(str(error), title=f"There is no {form.label} of this", icon=":material/block:")
    else:
        st.success(f"{form.file}, {gallery.megabytes(len(data))}. {words(about)}".strip(),
                   icon=":material/check:")  # fmt: skip


def words(about: dict[str, Any]) -> str:
    """What is worth knowing of a file that was made."""
    if "max_error" in about:
        return (
            f"Opened again with onnxruntime: {about['compared']} latents drawn alike, the largest"
            f" difference {about['max_error']:.1g} (1e-4 is allowed). Opset {about['opset']}, any"
            " batch."
        )
    if "frames" in about:
        return f"{about['frames']} frames, {about['seconds']:.1f} s."
    return f"{about['pictures']} pictures." if "pictures" in about else ""
