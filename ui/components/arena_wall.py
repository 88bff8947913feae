"""Two to nine small arenas under one scrubber: the films of several runs, played in step.

The newest frames of live runs are a few kilobytes; whole films come once, when the page is drawn
or a run ends. Between the two the browser keeps what it has seen.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from ui.components.canvas import Frame, component, pack

POINTS = 300  # shown of each run's points: a small panel needs no more
FIELD = 24  # cells on a side of D's field, of the 48 that a run keeps
FILM = 120  # frames of each run
MOST = 9  # panels

_wall = component(
    "arena_wall",
    """<figure class="wall">
  <div class="bar">
    <div class="player">
      <button type="button"></button>
      <input type="range" min="0" value="0" aria-label="Moment of all runs">
      <output></output>
    </div>
    <div class="legend">
      <button type="button" data-axis="step">By step</button>
      <button type="button" data-axis="seconds">By seconds</button>
      <button type="button" data-layer="real"><i></i><span>Real data</span></button>
      <button type="button" data-layer="fake"><i></i><span>Generated</span></button>
      <button type="button" data-layer="field"><i></i><span>D</span></button>
    </div>
  </div>
  <div class="panels"></div>
</figure>""",
    ["wall_draw.js", "arena_wall.js"],
    ["canvas.css", "arena_wall.css"],
)


def wall(panels: Sequence[dict[str, Any]], whole: bool, live: bool, key: str) -> None:
    """Mount it.

    A panel is {"id", "label", "note" (its state in words), "scene" (as `Run.scene`), "real" (bytes
    as `Run.real`) and "frames" (of `Run.frame`)}; "scene" may be None before a run has begun.
    `whole`: the frames are all there are, and replace what the browser holds; otherwise they are
    the newest and are added to it.
    """
    frames, reals, shown = b"", [], []
    for panel in panels[:MOST]:
        about = {name: panel[name] for name in ("id", "label", "note")}
        scene = panel["scene"]
        if scene is None:
            shown.append(about | {"frames": []})
            continue
        real = panel["real"][: 4 * POINTS]
        if real not in reals:
            reals.append(real)
        least = 4 * scene["points"] + scene["field"] ** 2 + 8
        found = [frame for frame in panel["frames"] if len(frame[2]) >= least]  # none cut short
        thin = [(step, seconds, thinned(raw, scene)) for step, seconds, raw in found]
        shown.append(
            about
            | {
                "points": min(POINTS, scene["points"]), "field": min(FIELD, scene["field"]),
                "extent": scene["extent"], "modes": scene["modes"], "real": reals.index(real),
                "at": len(frames), "frames": [[step, round(at, 3)] for step, at, _ in thin],
            }
        )  # fmt: skip
        frames += b"".join(raw for _, _, raw in thin)
    blobs = {f"real{i}": raw for i, raw in enumerate(reals)}
    data = pack({"whole": whole, "live": live, "runs": shown}, frames=frames, **blobs)
    _wall(data=data, key=key, height="content")


def thinned(raw: bytes, scene: dict[str, Any]) -> bytes:
    """A frame with fewer points (u16 pairs) and a coarser field (u8, then its two ends as f4).

    Whatever else a frame holds after the field is left out.
    """
    count, side = scene["points"], scene["field"]
    few, small = min(POINTS, count), min(FIELD, side)
    field = np.frombuffer(raw, "u1", side * side, 4 * count).reshape(side, side)
    rows = np.linspace(0, side - 1, small).round().astype(int)
    after = 4 * count + side * side
    body = raw[: 4 * few] + field[np.ix_(rows, rows)].tobytes() + raw[after : after + 8]
    return body + b"\0" * (-len(body) % 4)


def picks(count: int, most: int = FILM) -> list[int]:
    """At most `most` of `count` frames, evenly, with the first and the last."""
    if count == 0:
        return []
    return [int(i) for i in np.unique(np.linspace(0, count - 1, min(count, most)).round())]


def film_of(run: Any) -> list[Frame]:
    """A run's frames as its panel shows them."""
    return [frame for i in picks(run.frame_count()) if (frame := run.frame(i)) is not None]
