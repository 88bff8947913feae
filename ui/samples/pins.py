"""Pins: tiles that a visitor keeps, by name, whichever checkpoint and section is shown.

A tile "3:17" is row 17 of seed 3. Pins lie in the address, `s_pins=0:17,3:4`, their own names
beside them, `s_names=smile,`; the session remembers them where an address says nothing.
"""

import re
from typing import Any

import streamlit as st

from gan_core.catalog import BadInput
from ui import checkpoints, gallery
from ui.checkpoints import Choice
from ui.components import latent

KEY, NAMES = "s_pins", "s_names"
MOST = 24
STRIP = "s_strip"  # the fragment that shows them
SEEDS, ROWS = 2**31 - 1, 1024
_LONGEST = 24  # letters of a name


def valid(text: str) -> str | None:
    """The tile that a text names, "7" for "7:0" too; None if it names none."""
    match = re.fullmatch(r"\s*(\d{1,10})(?::(\d{1,4}))?\s*", text, re.ASCII)
    if not match:
        return None
    seed, index = int(match[1]), int(match[2] or 0)
    return f"{seed}:{index}" if seed <= SEEDS and index < ROWS else None


def chosen(text: str) -> str:
    """The tile that a menu's text stands for, `smile (0:17)` or `0:17`; other text as it is."""
    return valid(re.sub(r"^.*\(([\d:]+)\)$", r"\1", text)) or text


def parse(pins: str, names: str) -> tuple[dict[str, str], list[str]]:
    """Tiles with their names ("" for none), in order and each once, and what was no tile."""
    given = names.split(",")
    found: dict[str, str] = {}
    bad = []
    for i, text in enumerate(pins.split(",") if pins.strip() else []):
        tile = valid(text)
        if tile is None:
            bad.append(text.strip()[:_LONGEST])
        elif len(found) < MOST:
            found.setdefault(tile, clean(given[i]) if i < len(given) else "")
    return found, bad


def clean(name: str) -> str:
    """A name without what the address or a label would stumble over."""
    return re.sub(r"[\x00-\x1f,]+", " ", name).strip()[:_LONGEST].strip()


def _kept() -> dict[str, str]:
    """All pins with their names: the address's, or the session's where it says nothing."""
    said = st.query_params.get(KEY)
    if said is None:
        return dict(st.session_state.get(KEY, {}))
    found, _ = parse(said, st.query_params.get(NAMES, ""))
    st.session_state[KEY] = found
    return found


def _keep(found: dict[str, str]) -> None:
    st.session_state[KEY] = found
    for key, text in ((KEY, ",".join(found)), (NAMES, ",".join(found.values()).rstrip(","))):
        if text:
            st.query_params[key] = text
        elif key in st.query_params:
            del st.query_params[key]


def read() -> list[str]:
    """The pinned tiles, in order."""
    return list(_kept())


def names() -> dict[str, str]:
    """What each pinned tile is called: its own name, or the tile's."""
    return {tile: name or tile for tile, name in _kept().items()}


def label(tile: str) -> str:
    """A tile as menus show it: `smile (0:17)`."""
    name = _kept().get(tile)
    return f"{name} ({tile})" if name else tile


def add(tile: str, name: str = "") -> None:
    """Pin a tile at the end; the oldest makes room. Text that names none changes nothing."""
    found, known = _kept(), valid(tile)
    if known is None or known in found:
        return
    while len(found) >= MOST:
        del found[next(iter(found))]
    _keep({**found, known: clean(name)})


def remove(tile: str) -> None:
    _keep({kept: name for kept, name in _kept().items() if kept != tile})


def rename(tile: str, name: str) -> None:
    found = _kept()
    if tile in found:
        _keep({**found, tile: clean(name)})


def psi() -> dict[str, float]:
    """ψ as requests have it, {} where it is 1."""
    value = float(st.session_state.get("s_psi", 1.0))
    return {} if value == 1 else {"psi": value}


# The strip


def strip(choice: Choice, about: dict[str, Any], shows: str = "") -> None:
    """All pins in a row, under this checkpoint. `shows` is the key of what a click on one is kept
    under, "" where nothing is to happen."""
    said = st.query_params.get(KEY)
    if said is None and st.session_state.get(KEY):
        _keep(st.session_state[KEY])  # another page was shown in between
    bad = parse(said or "", "")[1]
    if bad:
        words = ", ".join(f"“{gallery.plain(text)}”" for text in bad[:5])
        st.warning(f"The address pins {words}, which is no tile: a tile is SEED:INDEX, as in 0:17,"
                   " with an index below 1,024. All other pins are kept.",
                   icon=":material/link_off:")  # fmt: skip
    _strip(choice, about, shows)


@st.fragment(key=STRIP)
def _strip(choice: Choice, about: dict[str, Any], shows: str) -> None:
    kept = _kept()
    if not kept:
        if about["kind"] == "image":
            st.caption(":material/keep: Nothing is pinned yet. Click a tile, then **Pin**: pins"
                       " stay when the checkpoint changes; the address holds them.")  # fmt: skip
        return
    found: dict[str, Any] = {}
    raw, scene = b"", ",".join(kept)
    if about["kind"] == "image":
        try:
            found, raw, scene = checkpoints.sheet(choice, about, len(kept), do="tiles",
                                                  names=list(kept), **psi())  # fmt: skip
        except (BadInput, RuntimeError) as error:
            st.caption(gallery.plain(str(error)))
    latent.pins(raw, found, list(kept.items()), scene=scene, shows=bool(shows), key="s_pinned",
                on_told=lambda: _told(shows))  # fmt: skip


def _told(shows: str) -> None:
    sent = st.session_state["s_pinned"].get("told")
    if not isinstance(sent, dict):
        return
    tile = valid(str(sent.get("tile"))) or ""
    if sent.get("do") == "unpin":
        remove(tile)
    elif sent.get("do") == "name":
        rename(tile, str(sent.get("text", "")))
    elif sent.get("do") == "show" and shows and tile:
        st.session_state[shows] = tile
    st.rerun()  # what is chosen from pins stands outside
