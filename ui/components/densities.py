"""Two densities with sliders and handles, a second figure below, and numbers: one component.

The browser draws and drags; every number, curve and word comes from Python. While something is
dragged the component sends `pair` = {"side", "spec", "window", "done", "seq"}, one in flight,
the latest wins, and takes the answer that echoes its `seq`.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st

from ui.components.canvas import pack

_HERE = Path(__file__).parent
_FILES = (
    "common.js", "plot.js", "densities_draw.js", "densities_lower.js", "densities_plans.js",
    "densities_controls.js", "densities_grips.js", "densities_cards.js", "densities.js",
)  # fmt: skip
_HTML = """
<div class="lab">
  <div class="cards" role="group" aria-label="Numbers"></div>
  <p class="words" role="status"></p>
  <div class="stage">
    <canvas role="img"></canvas>
    <div class="zoom">
      <button type="button" class="whole" hidden>Show all</button>
      <button type="button" class="in" aria-label="Zoom in">+</button>
      <button type="button" class="out" aria-label="Zoom out">−</button>
    </div>
  </div>
  <div class="controls"></div>
</div>
"""
_densities = st.components.v2.component(
    "densities",
    html=_HTML,
    css=(_HERE / "densities.css").read_text(),
    js="\n".join((_HERE / name).read_text() for name in _FILES),
)


def densities(
    header: dict[str, Any], arrays: Sequence[np.ndarray], on_pair: Callable[[], None], key: str
) -> None:
    """Mount it. `header` as `ui.pair_view.header` makes it; `arrays` are x, p, q and then one for
    each series of the lower figure, all of one length."""
    start = float(arrays[0][0])  # x go as distances from it, for float32 to tell them apart
    blob = np.stack([np.asarray(a, "<f4") for a in (arrays[0] - start, *arrays[1:])]).tobytes()
    data = pack({**header, "points": len(arrays[0]), "start": start}, curves=blob)
    _densities(data=data, key=key, on_pair_change=on_pair)
