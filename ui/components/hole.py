"""A picture whose hidden cells are painted by hand."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from gan_core.holes import GRID, spell
from ui.components.canvas import component, pack

_hole = component(
    "hole",
    """<figure>
  <canvas role="application" tabindex="0"></canvas>
  <div class="foot">
    <span class="count" role="status"></span>
    <button type="button" data-do="invert">Invert</button>
  </div>
</figure>""",
    ["hole.js"],
    ["canvas.css", "hole.css"],
)


def show(
    picture: bytes, hidden: NDArray[np.bool_], name: str, key: str, on_painted: Callable[[], None]
) -> None:
    """A picture (PNG or WebP, square) under its hidden cells [GRID, GRID].

    After each stroke the component's state `hole` is what is hidden now, in the words of
    `gan_core.holes`, and `on_painted` is called.
    """
    header = {"name": name, "hole": spell(hidden), "grid": GRID}
    cells = np.ascontiguousarray(hidden, np.uint8).tobytes()
    data = pack(header, cells=cells, picture=picture)
    _hole(data=data, key=key, height="content", on_hole_change=on_painted)
