"""Small figures side by side, still or moving: one canvas, played in the browser.

A panel is {"title", "x": (low, high), "rows"} and maybe "badge", "tone" ("good", "bad" or ""),
"across" ([[place, label], …]), "name" (of the x axis), "square" (one unit as long both ways), "log"
(x are logarithms to base 10, read off and clicked as numbers).
A row is {"y": (low, high), "series"} and maybe "title", "ticks", "share" (of the panel's height),
"guides" ([{"x" or "y", "label"}]), "across" (labels of its own).
A series is {"kind", "color", "x", "y"} and maybe "label", "dash", "width", "y2" (of a band), "u",
"v" (of arrows), "says" (False: not read off by the pointer). Kinds: line, area, band, points, bars,
stems, arrows, path. `x`, `y`, … are arrays [n], or [frames, n] if they move; a `path` is still, and
drawn up to the frame that is shown. Colours are names of the palette ("p", "q", "d", "em", "text",
"faint") or "#rrggbb".
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ui.components.canvas import component, pack

_ARRAYS = ("x", "y", "y2", "u", "v")
_film = component(
    "film",
    """<figure class="film">
  <canvas role="img" tabindex="0"></canvas>
  <button type="button" class="whole" hidden>Show all</button>
  <div class="player" hidden>
    <button type="button"></button>
    <input type="range" min="0" value="0" aria-label="Frame">
    <output></output>
  </div>
</figure>""",
    ["plot.js", "film_series.js", "film_draw.js", "film.js"],
    ["canvas.css", "film.css"],
)


def film(
    panels: Sequence[dict[str, Any]],
    key: str,
    aria: str,
    labels: Sequence[str] = (),
    height: int = 210,
    narrowest: int = 230,
    most: int = 5,
    first: int = 0,
    scene: str = "",
    on_click: Callable[[], None] | None = None,
) -> None:
    """Mount it. `labels` has a text for each frame (none: nothing moves); `height` is a panel's;
    at most `most` stand in a row, none narrower than `narrowest` unless the screen is.

    `scene` names what is shown: while it stays, zoom and frame are kept. A click becomes
    `st.session_state[key].click`, {"panel", "x", "y"}.
    """
    shown, values = _packed(panels)
    header = {
        "panels": shown, "labels": list(labels), "aria": aria, "height": height,
        "narrowest": narrowest, "most": most, "first": first, "scene": scene,
        "clicks": on_click is not None,
    }  # fmt: skip
    blob = np.concatenate(values).tobytes() if values else b""
    more: dict[str, Any] = {"on_click_change": on_click} if on_click else {}
    _film(data=pack(header, values=blob), key=key, height="content", **more)


def _packed(panels: Sequence[dict[str, Any]]) -> tuple[list[dict[str, Any]], list[np.ndarray]]:
    """The panels with places instead of arrays, and the arrays in that order, each of them once."""
    values: list[np.ndarray] = []
    places: dict[int, dict[str, int]] = {}
    at = 0
    kept = []  # as an id is only unique among things that live
    shown = []
    for panel in panels:
        rows = []
        for row in panel["rows"]:
            series = []
            for line in row["series"]:
                line = dict(line)
                for name in _ARRAYS:
                    array = line.get(name)
                    if array is None:
                        continue
                    if id(array) not in places:
                        flat = np.atleast_2d(np.asarray(array, "<f4"))
                        places[id(array)] = {"at": at, "n": flat.shape[1], "frames": len(flat)}
                        values.append(flat.ravel())
                        kept.append(array)
                        at += flat.size
                    line[name] = places[id(array)]
                series.append(line)
            rows.append({**row, "series": series})
        shown.append({**panel, "rows": rows})
    return shown, values
