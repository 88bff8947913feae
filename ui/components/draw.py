"""A square of the plane with points in it: a small preview, or a sheet to draw on."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ui.components.canvas import component, pack

MOST = 5000  # points that a sheet takes, and that are sent to be shown
_TOOLS = "".join(
    f'<button type="button" data-tool="{name}" aria-pressed="false">{label}</button>'
    for name, label in (("brush", "Brush"), ("point", "Points"), ("erase", "Eraser"))
)
_draw = component(
    "draw_points",
    f"""<figure>
  <div class="tools" role="toolbar" aria-label="Drawing">
    {_TOOLS}
    <button type="button" data-do="undo">Undo</button>
    <button type="button" data-do="clear">Clear</button>
  </div>
  <canvas role="img" tabindex="0" aria-label="Points"></canvas>
  <div class="foot">
    <label>Size <input type="range" min="4" max="40" value="14"></label>
    <span class="count" role="status"></span>
  </div>
</figure>""",
    ["draw.js"],
    ["canvas.css", "draw.css"],
)


def show(
    points: np.ndarray,
    extent: Sequence[float],
    name: str,
    key: str,
    *,
    id: str = "",
    token: str = "",
    on_drawn: Callable[[], None] | None = None,
) -> None:
    """Points [n, 2] inside `extent` (x0, x1, y0, y1), of which MOST at most are sent.

    With `on_drawn` they can be changed by hand, and what is drawn is the component's state `drawn`
    = {"token", "points": [x, y, x, y, …]}. Give back the `token` while its drawing is what is
    shown; `id` names what is shown, and only another id replaces what is on the sheet.
    """
    shown = points if len(points) <= MOST else points[:: -(-len(points) // MOST)]
    header: dict[str, Any] = {
        "extent": list(map(float, extent)), "name": name, "id": id, "token": token, "most": MOST,
        "editable": on_drawn is not None, "total": len(points),
    }  # fmt: skip
    data = pack(header, points=np.ascontiguousarray(shown, "<f4").tobytes())
    _draw(data=data, key=key, height="content", on_drawn_change=on_drawn or (lambda: None))
