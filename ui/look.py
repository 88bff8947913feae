"""A look at real pictures before anything is trained: what D will be shown as real."""

from typing import Any

import streamlit as st

from gan_core import looks
from gan_core.catalog import BadInput, data_info
from gan_core.config import Config
from ui import drawing, gallery
from ui.components import canvas
from ui.server import executor

SHOWN, COLUMNS = 32, 8
PATIENCE = 30.0  # seconds, in which a worker may have to load torch and read a folder


def show(config: Config) -> None:
    """Pictures of the chosen data as a run of these settings sees them, and what they are."""
    about, picture = _look(config.data, config.size, SHOWN)
    if not picture:
        st.caption(gallery.plain(f"No look at these pictures: {about['error']}"))
        return
    info = data_info(config.data)
    colour = "grey" if about["channels"] == 1 else "colour"
    st.markdown(f"**Real pictures** of {gallery.plain(info.title)}")
    layout = {"columns": COLUMNS, "rows": -(-about["shown"] // COLUMNS), "size": config.size}
    label = f"{about['shown']} real pictures of {info.title}"
    name = f"{config.data} {config.size}"
    canvas.grid(name, layout, [(0, 0.0, picture)], False, label, key="i_look")
    facts = f"{about['count']:,} to train on · {config.size} × {config.size} pixels · {colour}"
    st.caption(f"{facts} · {gallery.plain(info.credit)}" if info.credit else facts)


@st.cache_data(max_entries=8, show_spinner=False, ttl=300)
def _look(data: str, size: int, n: int) -> tuple[dict[str, Any], bytes]:
    """What is known of the data, and a WebP of tiles: read here, or asked of the worker.

    No picture where there can be none, and why; kept too, so that a slow folder is waited for once.
    """
    if data not in looks.FILES:
        request = {"do": "look", "data": data, "size": size, "n": n}
        try:
            return executor().ask(request, PATIENCE)
        except (BadInput, RuntimeError, OSError) as error:
            return {"error": str(error)}, b""
    found = looks.look(data, size, n)
    shown, channels = len(found.pixels), found.pixels.shape[-1]
    picture = drawing.tiles(found.pixels.transpose(0, 3, 1, 2), COLUMNS)
    return {"count": found.count, "channels": channels, "shown": shown}, picture
