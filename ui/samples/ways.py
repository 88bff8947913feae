"""Move, part by part: between two tiles, over a map of four, round a walk.

Each part draws itself beside its settings and returns the request that drew it.
"""

import math
from typing import Any

import numpy as np
import streamlit as st

from ui import checkpoints, drawing
from ui.checkpoints import Choice
from ui.components import latent
from ui.components.film import film
from ui.samples import look, pins

PATHS = {
    "slerp": "follows the sphere near which all Gaussian latents lie",
    "lerp": "cuts straight through the middle, where the generator was never trained",
}
FINE = 49  # frames of a way that is played
CORNERS = ("Upper left", "Upper right", "Lower left", "Lower right")
WAY = "s_way"  # of the address: u,v;u,v in thousandths
Shown = tuple[Choice, dict[str, Any], Any, Any]  # checkpoint, about, stage, side


def tile(label: str, key: str, place: int) -> str:
    """A menu of pins, and of other tiles after them; any SEED:INDEX can be typed. `place` is of the
    one that is chosen at first."""
    pinned = pins.read()
    others = [f"{i}:0" for i in range(6) if f"{i}:0" not in pinned]
    options = [*map(pins.label, pinned), *others]
    found = st.selectbox(
        label, options, min(place, len(options) - 1), key=key, bind="query-params",
        accept_new_options=True,
        help="A pin, or any tile: type SEED:INDEX, 3:17 say",
    )  # fmt: skip
    return pins.chosen(str(found))


def row(choice: Choice, about: dict[str, Any], request: dict[str, Any], alt: str) -> None:
    """A way as a row of tiles."""
    scale = checkpoints.scale_for(request["n"], about["size"])
    _, raw = checkpoints.ask(choice, **request | {"scale": scale, "format": "webp"})
    st.image(drawing.data_url(raw, "webp"), width="stretch", alt=alt)


def played(
    choice: Choice, about: dict[str, Any], request: dict[str, Any], label: str, **more: Any
) -> dict[str, Any]:
    """A way as a reel; what was said of it."""
    count = request["n"]
    found, raw, scene = checkpoints.sheet(choice, about, count, **request)
    latent.reel(raw, found, count, scene=scene, label=label, key=f"s_reel_{request['do']}", **more)
    return found


# Between two tiles


def between(shown: Shown) -> dict[str, Any]:
    """lerp and slerp between two tiles, with the length of z on the way."""
    choice, about, stage, side = shown
    with side:
        with st.container(horizontal=True, gap="small"):
            a, b = tile("From", "s_from", 0), tile("To", "s_to", 1)
        n = st.slider("Steps", 3, 16, 8, key="s_steps", bind="query-params",
                      help="Tiles in a row, both ends included")  # fmt: skip
        path = st.segmented_control("Path", list(PATHS), default="slerp", required=True,
                                    key="s_path", bind="query-params",
                                    help="What is played and taken home")  # fmt: skip
        psi = look.truncation()
    request = {"do": "interpolate", **_ends(a, b), "n": int(n), "mode": path, **psi}
    modes = [path, *(PATHS.keys() - {path})]  # the chosen one first: their difference is the lesson
    with stage:
        if about["kind"] == "2d":
            look.cloud(choice, request, walk=True)
        else:
            for mode in modes:
                st.caption(f"**{mode}** {PATHS[mode]}")
                row(choice, about, request | {"mode": mode}, f"{n} steps of {mode}, {a} to {b}")
        if about["kind"] == "2d":
            lengths(choice, about, request)
        else:
            reel, chart = st.columns(2, gap="medium")
            with reel:
                played(choice, about, request | {"n": FINE}, f"The way from {a} to {b}, played")
            with chart:
                lengths(choice, about, request)
    return request


def _ends(a: str, b: str) -> dict[str, Any]:
    """Two tiles as the request has them: as seeds where both are the first of their seed."""
    first, last = a.split(":"), b.split(":")
    if first[1:] == last[1:] == ["0"]:
        return {"seed_a": int(first[0]), "seed_b": int(last[0])}
    return {"a": a, "b": b}


def lengths(choice: Choice, about: dict[str, Any], request: dict[str, Any]) -> None:
    """‖z‖ along both ways."""
    more = {} if about["kind"] == "2d" else {"format": "exact"}
    norms = {
        mode: checkpoints.ask(choice, **request | {"n": FINE, "mode": mode, **more})[0]["norms"]
        for mode in PATHS
    }
    typical = math.sqrt(about["latent"]) * request.get("psi", 1)
    t = np.linspace(0, 1, FINE)
    every = [*norms["lerp"], *norms["slerp"], typical]
    low, high = min(every), max(every)
    room = 0.08 * (high - low) or 1
    series = [
        {"kind": "line", "color": ink, "x": t, "y": np.array(norms[mode]), "label": mode}
        for mode, ink in (("slerp", "em"), ("lerp", "q"))
    ]
    panel = {
        "title": "Length of z: slerp (green), lerp (orange)",
        "x": (0, 1), "name": "t",
        "rows": [{"y": (low - room, high + room), "series": series,
                  "guides": [{"y": typical, "label": "√d, of most z"}]}],
    }  # fmt: skip
    dip = min(norms["lerp"]) / max(typical, 1e-9)
    film([panel], key="s_norms", aria=f"The length of z: lerp falls to {dip:.2f} of √d",
         height=190, most=1, scene="norms")  # fmt: skip


# Over a map


def over_map(shown: Shown) -> dict[str, Any]:
    """Four tiles as the corners of a square of latent space, and a way drawn over it by hand."""
    choice, about, stage, side = shown
    with side:
        with st.grid(2, gap="small"):
            corners = [tile(name, f"s_c{i}", i) for i, name in enumerate(CORNERS)]
        n = st.slider("Tiles along a side", 4, 16, 8, key="s_side", bind="query-params")
        frames = st.slider("Frames of the way", 12, 240, 72, 12, key="s_frames",
                           bind="query-params", help="Evenly along what was drawn")  # fmt: skip
        psi = look.truncation()
    request = {"do": "map", "corners": corners, "side": int(n), **psi}
    found, raw, scene = checkpoints.sheet(choice, about, n * n, **request)
    points, bad = way(st.query_params.get(WAY, ""))
    with stage:
        st.caption("Great circles both ways between the corners. **Draw a way** over the map, or"
                   " click from place to place: it is played at the side.")  # fmt: skip
        if bad:
            st.warning("The way in the address cannot be read: it is u,v;u,v, each from 0 to 1000.",
                       icon=":material/link_off:")  # fmt: skip
        latent.latent_map(
            raw, found, points, scene=scene, key="s_map", on_path=_drawn,
            label=f"A map of {n} by {n} pictures: arrow keys move, Enter leads the way there",
        )  # fmt: skip
    if len(points) < 2:
        return request
    request = {"do": "path", "corners": corners, "points": points, "n": int(frames), **psi}
    with side:
        played(choice, about, request, "The way over the map, played", plays=True)
    return request


def way(text: str) -> tuple[list[list[float]], bool]:
    """The places of a way in the address, and whether it could not be read."""
    if not text:
        return [], False
    try:
        places = [[int(x) / 1000 for x in pair.split(",")] for pair in text.split(";")]
    except ValueError:
        return [], True
    good = all(len(p) == 2 and all(0 <= x <= 1 for x in p) for p in places) and len(places) <= 64
    return (places, False) if good else ([], True)


def _drawn() -> None:
    """Take the way that was drawn into the address (a callback)."""
    sent = st.session_state["s_map"].get("path")
    points = sent.get("points") if isinstance(sent, dict) else None
    if not isinstance(points, list):
        return
    text = ";".join(f"{round(1000 * u)},{round(1000 * v)}" for u, v in points)
    if text and not way(text)[1]:
        st.query_params[WAY] = text
    elif WAY in st.query_params:
        del st.query_params[WAY]


# Round a walk


def walk(shown: Shown) -> dict[str, Any]:
    """A smooth closed walk through rows of a seed, or through the pins."""
    choice, about, stage, side = shown
    pinned = pins.read()
    with side:
        through = "Seed"
        if len(pinned) >= 3:
            through = st.segmented_control("Through", ["Seed", "Pins"], default="Pins", key="s_via",
                                           required=True, bind="query-params")  # fmt: skip
        if through == "Pins":
            stops = pinned
        else:
            first = look.seed("Seed", "s_walk", 0)
            k = st.slider("Stops", 3, 16, 6, key="s_stops", bind="query-params",
                          help="Random latents that the walk passes")  # fmt: skip
            stops = [f"{first}:{i}" for i in range(k)]
        pace = st.slider("Frames between two stops", 8, 40, 24, 4, key="s_pace",
                         bind="query-params")  # fmt: skip
        psi = look.truncation()
    request = {"do": "walk", "stops": stops, "n": len(stops) * int(pace), **psi}
    with stage:
        st.caption("A closed curve through all stops, smooth there too, on the shell where latents"
                   " lie: it ends where it began. Space stops it, arrow keys step.")  # fmt: skip
        film_, stills = st.columns(2, gap="medium")
        with film_:
            played(choice, about, request, f"A walk through {len(stops)} pictures", round=True,
                   plays=True)  # fmt: skip
        with stills:
            found, raw, scene = checkpoints.sheet(choice, about, len(stops), do="tiles",
                                                  names=stops, **psi)  # fmt: skip
            latent.tiles(raw, found, scene=scene, pins=pinned, open="", key="s_stops_shown",
                         label="The stops of the walk", on_told=_pinned)  # fmt: skip
            st.caption("The stops, row by row; click one to pin it")
    return request


def _pinned() -> None:
    sent = st.session_state["s_stops_shown"].get("told")
    if isinstance(sent, dict) and sent.get("do") in ("pin", "unpin"):
        (pins.add if sent["do"] == "pin" else pins.remove)(str(sent.get("tile")))
