"""Components of the samples page: a sheet of tiles to choose from, pins, a reel, a map, knobs.

Each is handed one picture of tiles (a WebP without gaps, whose pixels are the generator's own) and
finds the tiles by itself; what is clicked or drawn comes back as a name or a place.
"""

from collections.abc import Callable, Sequence
from typing import Any

from ui.components.canvas import component, live_component, pack

Told = Callable[[], None]

_tiles = component(
    "latent_tiles",
    """<figure>
  <div class="stage">
    <canvas class="sheet" role="img" tabindex="0"></canvas>
    <canvas class="marks" aria-hidden="true"></canvas>
    <div class="tip" hidden></div>
    <div class="lens" role="group" aria-label="One tile, large" hidden>
      <canvas class="large" role="img"></canvas>
      <div class="bar">
        <button type="button" class="back" aria-label="The tile before">‹</button>
        <button type="button" class="next" aria-label="The tile after">›</button>
        <output></output>
        <button type="button" class="pin">Pin</button>
        <button type="button" class="close" aria-label="Close">×</button>
      </div>
    </div>
  </div>
  <span class="status" role="status"></span>
</figure>""",
    ["sheet.js", "tiles.js"],
    ["canvas.css", "tiles.css"],
)
_pins = component(
    "latent_pins", '<ul class="pins" aria-label="Pinned tiles"></ul>',
    ["sheet.js", "pins.js"], ["canvas.css", "pins.css"],
)  # fmt: skip
_reel = component(
    "latent_reel",
    """<figure>
  <canvas role="img" tabindex="0"></canvas>
  <div class="player">
    <button type="button"></button>
    <input type="range" min="0" value="0" aria-label="Frame">
    <select aria-label="Speed">
      <option>½×</option><option selected>1×</option><option>2×</option>
    </select>
    <output></output>
  </div>
</figure>""",
    ["sheet.js", "reel.js"],
    ["canvas.css", "reel.css"],
)
_map = component(
    "latent_map",
    """<figure>
  <div class="stage">
    <canvas class="sheet" role="img" tabindex="0"></canvas>
    <canvas class="marks" aria-hidden="true"></canvas>
  </div>
  <div class="foot">
    <button type="button" class="undo">Undo</button>
    <button type="button" class="clear">Clear</button>
    <span class="count" role="status"></span>
  </div>
</figure>""",
    ["sheet.js", "map.js"],
    ["canvas.css", "map.css"],
)
_knobs = live_component(
    "latent_knobs",
    """<figure>
  <div class="pictures">
    <canvas class="now" role="img"></canvas>
    <canvas class="before" role="img" aria-label="The tile as it was"></canvas>
  </div>
  <div>
    <div class="knobs" role="group" aria-label="Steps along directions"></div>
    <button type="button" class="reset">All to 0</button>
  </div>
</figure>""",
    ["sheet.js", "knobs.js"],
    ["canvas.css", "knobs.css"],
)


def tiles(
    picture: bytes, about: dict[str, Any], *, scene: str, pins: Sequence[str], open: str,
    label: str, key: str, on_told: Told,
) -> None:  # fmt: skip
    """A sheet whose tiles are `about["names"]`, maybe with `scores`; `scene` names the picture.

    `on_told` is called when `st.session_state[key].told` has {"do": "open" | "pin" | "unpin",
    "tile": name, or "" where none is open any more}.
    """
    header = {
        "columns": about["columns"], "size": about["tile"], "names": about["names"],
        "scores": about.get("scores"), "meaning": about["meaning"], "scene": scene,
        "pins": list(pins), "open": open, "label": label,
    }  # fmt: skip
    _tiles(data=pack(header, picture=picture), key=key, height="content", on_told_change=on_told)


def pins(
    picture: bytes, about: dict[str, Any], kept: Sequence[tuple[str, str]], *, scene: str,
    shows: bool, key: str, on_told: Told,
) -> None:  # fmt: skip
    """Pinned tiles as pairs of tile and name, in the order of the picture, which may be b"".

    Told is {"do": "name" | "unpin" | "show", "tile", "text"}; `shows` offers the last of these.
    """
    header = {
        "columns": about.get("columns", 1), "size": about.get("tile", 0) if picture else 0,
        "tiles": [{"tile": tile, "name": name} for tile, name in kept], "scene": scene,
        "shows": shows,
    }  # fmt: skip
    _pins(data=pack(header, picture=picture), key=key, height="content", on_told_change=on_told)


def reel(
    picture: bytes, about: dict[str, Any], count: int, *, scene: str, label: str, key: str,
    round: bool = False, plays: bool = False,
) -> None:  # fmt: skip
    """`count` frames, played by the browser: round and round, or there and back."""
    header = {
        "columns": about["columns"], "size": about["tile"], "count": count, "scene": scene,
        "label": label, "round": round, "plays": plays,
    }  # fmt: skip
    _reel(data=pack(header, picture=picture), key=key, height="content")


def latent_map(
    picture: bytes, about: dict[str, Any], points: Sequence[Sequence[float]], *, scene: str,
    label: str, key: str, on_path: Told,
) -> None:  # fmt: skip
    """A square sheet with a way over it; a way drawn becomes `st.session_state[key].path`,
    {"points": [[u, v], …]}."""
    header = {
        "side": about["columns"], "size": about["tile"], "points": [list(p) for p in points],
        "scene": scene, "label": label,
    }  # fmt: skip
    _map(data=pack(header, picture=picture), key=key, height="content", on_path_change=on_path)


def knobs(
    picture: bytes, before: bytes, about: dict[str, Any], labels: Sequence[str],
    values: Sequence[float], *, reach: float, seq: int, scene: str, label: str, key: str,
    on_steps: Told,
) -> None:  # fmt: skip
    """A tile as it is now and as it was `before`, and a slider for each label; the state `steps`,
    {"values", "seq", "done"}, is told while one moves. `scene` names the tile."""
    header = {
        "size": about["tile"], "labels": list(labels), "values": list(values), "reach": reach,
        "seq": seq, "scene": scene, "label": label,
    }  # fmt: skip
    data = pack(header, picture=picture, before=before)
    _knobs(data, seq > 0, key, on_steps_change=on_steps)
