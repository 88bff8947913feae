"""The home page's cards: a link with words and a canvas that plays one recorded scene.

Scenes are files in `recorded/`, written by `scripts/record_home.py` from real runs and from
gan_core's own mathematics; the browser only draws them.
"""

import json
import struct
from functools import lru_cache
from pathlib import Path

import streamlit as st

_HERE = Path(__file__).parent
_HTML = """
<a><canvas role="img"></canvas><strong></strong><span></span></a>
"""
_CSS = """
a {
  display: flex; flex-direction: column; box-sizing: border-box; height: 100%; overflow: hidden;
  color: var(--st-text-color); text-decoration: none; font-family: var(--st-font);
  border: 1px solid var(--st-border-color); border-radius: calc(var(--st-base-radius) + 4px);
  transition: border-color 0.15s, box-shadow 0.15s;
}
a:hover, a:focus-visible {
  border-color: var(--st-primary-color); box-shadow: 0 2px 14px rgba(15, 23, 42, 0.12);
}
a:focus-visible { outline: 2px solid var(--st-primary-color); outline-offset: 2px; }
canvas { display: block; width: 100%; height: 11.5rem;
         background: var(--st-secondary-background-color); }
strong { padding: 0.75rem 1rem 0; font-size: 1.05rem; font-weight: 600; }
strong::after { content: " →"; color: var(--st-primary-color); }
span { padding: 0.15rem 1rem 0.9rem; font-size: 0.875rem; line-height: 1.45;
       min-height: 2.9em; opacity: 0.75; }
"""
_card = st.components.v2.component(
    "home_card",
    html=_HTML,
    css=_CSS,
    js="\n".join(
        (_HERE / name).read_text() for name in ("home_scenes.js", "home_pairs.js", "home.js")
    ),
)


@lru_cache(maxsize=8)
def _scene(name: str) -> tuple[dict, bytes]:
    """The header and the arrays of the recorded scene called `name`."""
    raw = (_HERE / "recorded" / f"{name}.scene").read_bytes()
    (length,) = struct.unpack_from("<I", raw)
    return json.loads(raw[4 : 4 + length]), raw[4 + length :]


def card(scene: str, page: str, title: str, line: str) -> bool:
    """A card that leads to `page` (its URL path); True in the run that follows a click on it."""
    header, arrays = _scene(scene)
    text = json.dumps(header | {"page": page, "title": title, "line": line}).encode()
    data = struct.pack("<I", len(text)) + text + arrays
    result = _card(data=data, key=f"h_{scene}", height="stretch", on_open_change=lambda: None)
    return bool(result.open)
