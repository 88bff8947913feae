"""Canvas components: a 2-D arena, curves, and a grid of pictures, drawn in the browser from bytes.

Each takes one block of bytes (see `pack`): nothing is drawn on the server, and between two frames
the browser moves what it shows by itself.
"""

import hashlib
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st

Frame = tuple[int, float, bytes]  # step, seconds, payload, as `Run.frame` gives it

_HERE = Path(__file__).parent
_WITH_CODE = 3  # first live frames of a visitor that carry their component's code
_PLAYER = """
  <div class="player" hidden>
    <button type="button"></button>
    <input type="range" min="0" value="0" aria-label="Frame of the run">
    <output></output>
  </div>
"""
_LAYERS = "".join(
    f'<button type="button" data-layer="{name}" title="{about}">'
    f"<i></i><span>{label}</span></button>"
    for name, label, about in (
        ("real", "Real data", "Samples of the data"),
        ("fake", "Generated", "What G makes of one fixed set of z"),
        ("source", "Source", "Samples x of the source, which G carries"),
        ("carried", "Transport", "Arrows from some samples x to G(x, z); the number is the mean"
         " distance of all"),
        ("arrows", "Gradient", "Where G would move 150 of its points, minus the slope of its loss"
         " there. The number is their mean slope; length grows with its square root."),
        ("field", "D(x)", "What D says at each place"),
        ("lines", "Levels", "Lines of equal output of D, a tenth of its range apart"),
        ("mesh", "Latent grid", "A regular grid of z as G maps it"),
        ("modes", "Modes", "The centres of the data's clusters"),
    )
)  # fmt: skip


def _join(names: Sequence[str]) -> str:
    return "\n".join((_HERE / n).read_text() for n in names)


def component(name: str, html: str, scripts: Sequence[str], styles: Sequence[str]) -> Any:
    """Register a component whose code is files of this folder, joined."""
    return st.components.v2.component(
        name, html=f"\n{html}\n", js=_join(["common.js", *scripts]), css=_join(styles)
    )


def live_component(
    name: str, html: str, scripts: Sequence[str], styles: Sequence[str]
) -> Callable[..., Any]:
    """Register a component for many frames: returns a function of its bytes, `live`, key and
    callbacks, which gives what Streamlit does.

    Streamlit sends a component's code along whenever its bytes change, and the code is longer than
    a frame. So it travels within the bytes, only at first, and stub.js keeps it in the browser;
    where it was lost on the way, the browser asks for it again.
    """
    code = _join(["common.js", *scripts]).encode()
    code += b"\n" * (-len(code) % 4)
    mark = f'const CODE = "{name} {hashlib.sha256(code).hexdigest()[:12]}"\n'
    mount = st.components.v2.component(
        name, html=f"\n{html}\n", js=mark + _join(["stub.js"]), css=_join(styles)
    )
    count = f"_canvas_{name}"

    def show(data: bytes, live: bool, key: str, **callbacks: Callable[[], None]) -> Any:
        sent = st.session_state.get(count, 0)
        carried = code if not live or sent < _WITH_CODE else b""
        st.session_state[count] = sent + live
        return mount(
            data=len(carried).to_bytes(4, "little") + carried + data, key=key, height="content",
            on_code_change=lambda: st.session_state.update({count: 0}), **callbacks,
        )  # fmt: skip

    return show


_scene = live_component(
    "arena",
    f"""<figure>
  <div class="stage">
    <canvas role="img" tabindex="0" aria-label="Samples in the plane"></canvas>
    <div class="tip" hidden></div>
    <div class="zoom">
      <button type="button" class="in" aria-label="Zoom in">+</button>
      <button type="button" class="out" aria-label="Zoom out">\N{MINUS SIGN}</button>
    </div>
  </div>
  {_PLAYER}
  <div class="legend">{_LAYERS}</div>
</figure>""",
    ["scene.js", "scene_layers.js", "scene_carried.js", "scene_frame.js"],
    ["canvas.css", "scene.css"],
)
_curves = live_component(
    "curves",
    """<figure>
  <canvas role="img" tabindex="0" aria-label="Curves" style="border: 0"></canvas>
</figure>""",
    ["curves_paint.js", "curves.js"],
    ["canvas.css"],
)
_grid = live_component(
    "picture_grid",
    f"""<figure>
  <div class="stage">
    <canvas class="grid" role="img" aria-label="Pictures"></canvas>
    <canvas class="marks" hidden aria-hidden="true"></canvas>
    <canvas class="large" hidden role="img" aria-label="The chosen picture, enlarged"></canvas>
  </div>
  <div class="legend" hidden>
    <button type="button" data-layer="scores" title="What D says of each tile, and on average">
      <i></i><span></span>
    </button>
  </div>
  {_PLAYER}
  <div class="strip" role="group" aria-label="Moments of the run" hidden></div>
</figure>""",
    ["grid.js", "grid_strip.js"],
    ["canvas.css", "grid.css"],
)


def pack(header: dict[str, Any], **blobs: bytes) -> bytes:
    """u32 header length, JSON header, blobs; every blob starts at a multiple of four bytes."""
    places, body = {}, b""
    for name, blob in blobs.items():
        places[name] = (len(body), len(blob))
        body += blob + b"\0" * (-len(blob) % 4)
    text = json.dumps({**header, "blobs": places}).encode()
    text += b" " * (-len(text) % 4)
    return len(text).to_bytes(4, "little") + text + body


def scene(
    run: str, scene: dict[str, Any], real: bytes, frames: Sequence[Frame], live: bool, key: str,
    source: bytes = b"",
) -> int | None:  # fmt: skip
    """The plane with D's field, real and generated points, G's gradient and its latent grid.

    `scene` is what `gan_core.pictures.scene_of` says of the frames; a layer that it does not name
    (older runs have fewer) is not offered, and frames may differ in length. `source` holds where
    the points came from (`Run.source`), if G carries a source.

    While `live`, give the newest frame: points glide to it. Afterwards give several, to play; the
    answer is the step at which the visitor left the scrubber, or None where it was not touched.
    """
    header = {
        "run": run, "scene": scene, "live": live,
        "frames": [[step, seconds, len(payload)] for step, seconds, payload in frames],
    }  # fmt: skip
    data = pack(header, real=real, source=source, frames=b"".join(f[2] for f in frames))
    return _left_at(_scene(data, live, key, on_shown_change=_nothing), run, live)


def _left_at(answer: Any, run: str, live: bool) -> int | None:
    """The step at which the visitor left the scrubber of a run's film, or None."""
    shown = answer.shown if not live else None
    return int(shown["step"]) if shown and shown["run"] == run else None


def _nothing() -> None:
    """What Streamlit calls when a scrubber came to rest: the page's next run reads it."""


def grid(
    run: str, layout: dict[str, Any], frames: Sequence[Frame], live: bool, label: str, key: str,
    strip: bool = False,
) -> int | None:  # fmt: skip
    """A picture (WebP) of `columns` by `rows` tiles of `size` pixels; several frames: a film, whose
    scrubber's step is the answer as in `scene`, with a `strip` of stills below it.

    Where the layout names `scores`, frames may carry D's opinion of each tile behind the picture
    (`gan_core.runs.tiles`), and a switch writes it onto them.
    """
    header = {
        "run": run, "live": live, "label": label, "strip": strip,
        "columns": layout["columns"], "rows": layout["rows"], "size": layout["size"],
        "scores": layout.get("scores", ""),
        "frames": [[step, seconds, len(payload)] for step, seconds, payload in frames],
    }  # fmt: skip
    data = pack(header, pictures=b"".join(f[2] for f in frames))
    return _left_at(_grid(data, live, key, on_shown_change=_nothing), run, live)


def curves(
    run: str, panels: Sequence[dict[str, Any]], total: int, live: bool, key: str, height: int = 520
) -> None:
    """Stacked panels over training steps.

    A panel is {"title", "series", "guides", "smooth", and maybe "low", "high"}; a series is
    {"label", "color": "real" | "fake" | "d" | "em", "x", "y"} with two arrays of one length; a
    guide is {"y", "label"}. `total` is the number of steps planned.
    """
    values: list[np.ndarray] = []
    last, shown = 1.0, []
    for panel in panels:
        lines = []
        for s in panel["series"]:
            x, y = np.asarray(s["x"], "<f4"), np.asarray(s["y"], "<f4")
            values += [x, y]
            last = max(last, float(x[-1])) if len(x) else last
            lines.append({"label": s["label"], "color": s["color"], "n": len(x)})
        shown.append({"guides": [], "smooth": False, **panel, "series": lines})
    header = {
        "run": run, "panels": shown, "total": total, "last": last, "live": live, "height": height,
    }  # fmt: skip
    data = pack(header, values=b"".join(v.tobytes() for v in values))
    _curves(data, live, key)
