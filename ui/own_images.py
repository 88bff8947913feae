"""One's own pictures on the image page: uploaded, looked at as they are trained on, named in the
address.

What is uploaded is read in a process of its own and stored under the name of its content
(`gan_core.album`); the choice of data becomes `images:<id>`, so that a copied link shows and trains
the same.
"""

from dataclasses import dataclass
from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from gan_core.album import apart, store
from gan_core.album.bring import LEAST, words
from gan_core.album.decode import SUFFIXES
from gan_core.catalog import IMAGES, BadInput, own_images
from ui import drawing, gallery
from ui.components import canvas

OWN = "own-images"  # the choice of data before there are images
SHOWN, COLUMNS = 32, 8
MOST = apart.LARGEST >> 20  # MB
COLOURS = {"automatic": None, "grey": True, "colour": False}
WAYS = {"ZIP or images": True, "Folder": "directory"}
_HELP = (
    "PNG, JPEG, WebP, GIF, BMP or TIFF. The middle square of each is kept, at 64×64 pixels, on this"
    " server. Folders in a ZIP count as classes."
)


@dataclass(frozen=True)
class Panel:
    """What the page shows of own images: `spec` is None where there is nothing to train on yet;
    `size` is where the choice of size stands, `picture` where they are shown."""

    spec: str | None
    size: Any = None
    picture: Any = None


def is_own(data: str) -> bool:
    """Whether a choice of data is somebody's own images, or the wish for them."""
    return data == OWN or data.startswith(IMAGES)


def choices(prefix: str) -> list[str]:
    """What the list of data offers beside the sets by name: an upload, and the sets in use here.

    A set that was just uploaded becomes the choice, before its widget is drawn.
    """
    own, key = _own(prefix), f"{prefix}_data"
    if name := own.pop("new", ""):
        own["id"] = name
        st.session_state[key] = IMAGES + name
    last = IMAGES + own["id"] if own["id"] else None
    found = [OWN]
    for data in (st.session_state.get(key), st.query_params.get(key), last):
        if isinstance(data, str) and data.startswith(IMAGES) and data[:80] not in found:
            found.append(data[:80])
    return found


def panel(prefix: str, data: str) -> Panel | None:
    """The upload, what is known of the set, and room for a look at it; None for other data."""
    if not is_own(data):
        return None
    card, problem = _stored(data)
    begins = st.session_state.get(f"{prefix}_train") or "run" in st.query_params
    with st.expander("Data: your own images", expanded=card is None or not begins):
        if card is None:
            _told(problem or _own(prefix)["refused"].get(data, ""), kept=False)
            st.markdown(
                f"Bring {LEAST} images or more, better some hundreds. The middle square of each is"
                " kept, and shown here before anything is trained."
            )
            _bring(prefix, data)
            return Panel(None)
        left, right = st.columns([4, 5], gap="medium")
        with right:
            _told(_own(prefix)["refused"].get(data, ""), kept=True)
            st.markdown(_facts(card))
            with st.container(horizontal=True):
                size = st.container(width="content")
                grey = _colour(prefix, data)
            _bring(prefix, data)
        found = own_images(data)
        assert found is not None
        spec = f"{IMAGES}{found[0]}" + ("" if grey is None else f"(grey={grey:d})")
        return Panel(spec, size, left)


def look(prefix: str, shown: Panel | None) -> None:
    """The images of a panel as they are trained on, at the size that its widget now has."""
    if shown is None or shown.spec is None:
        return
    size = st.session_state.get(f"{prefix}_size") or 32
    batch = st.session_state.get(f"{prefix}_batch") or 0
    found = own_images(shown.spec)
    assert found is not None
    with shown.picture:
        if size not in store.SIZES:
            return
        try:
            count, rows, picture = _picture(found[0], size, found[1])
        except BadInput as error:  # it went away this moment
            return _told(str(error), kept=False)
        layout = {"columns": COLUMNS, "rows": rows, "size": size}
        label = f"{min(SHOWN, count)} of your images at {size} by {size} pixels"
        canvas.grid(
            f"{shown.spec}-{size}", layout, [(0, 0.0, picture)], False, label, f"{prefix}_album"
        )
        st.caption(f"As they are trained on: the middle square of each, {size}×{size} pixels.")
        if batch > count:
            st.caption(
                f":material/info: The batch of {batch:,} is larger than the {count:,} images, so"
                " each batch has some of them more than once. Bring more, or choose a smaller"
                " batch."
            )


def take_over(prefix: str, name: str, grey: bool | None) -> None:
    """Show the set that a run was trained on (within a callback)."""
    _own(prefix).update(id=name, refused={})
    st.session_state[f"{prefix}_data"] = IMAGES + name
    st.session_state[f"{prefix}_images_colour"] = _label(grey)


def _own(prefix: str) -> dict[str, Any]:
    """What this session remembers: the `id` that was last brought, `new` if the page does not show
    it yet; `turn` counts the uploads; why the last was `refused`, by the choice of data."""
    return st.session_state.setdefault(f"{prefix}_album_own", {"id": "", "turn": 0, "refused": {}})


def _stored(data: str) -> tuple[dict[str, Any] | None, str]:
    """(card, problem) of a choice of data."""
    if data == OWN:
        return None, ""
    try:
        found = own_images(data)
        assert found is not None
        return store.look(found[0], 1)[0], ""
    except BadInput as error:
        return None, str(error)


def _told(problem: str, kept: bool) -> None:
    if problem:
        title = "What was brought is not used; the images shown here stay" if kept else None
        st.warning(gallery.plain(problem), title=title, icon=":material/image:")


def _facts(card: dict[str, Any]) -> str:
    small, large = (
        f"{width:,}×{height:,}" for width, height in (card["smallest"], card["largest"])
    )
    sizes = f"{small} pixels" if small == large else f"{small} to {large} pixels"
    text = f"**{card['count']:,} images**, {'all grey' if card['grey'] else 'colour'}, {sizes}."
    if names := card["classes"]:
        more = f" and {len(names) - 8} more" if len(names) > 8 else ""
        text += f" Classes: {gallery.plain(', '.join(names[:8]))}{more}."
    if card["skipped"]:
        text += f" Left out: {gallery.plain(words(card['skipped']))}."
    return text


def _label(grey: bool | None) -> str:
    return next(label for label, value in COLOURS.items() if value is grey)


def _colour(prefix: str, data: str) -> bool | None:
    """Grey or colour: as they are, or as it is wanted here."""
    found = own_images(data)
    given = found[1] if found else None
    label = st.selectbox(
        "Colour", list(COLOURS), list(COLOURS).index(_label(given)), width=152,
        key=f"{prefix}_images_colour", bind="query-params",
        help="Automatic: grey if every image is grey. Grey trains on one channel of three.",
    )  # fmt: skip
    return COLOURS[label]


def _bring(prefix: str, data: str) -> None:
    """The upload; what came is read at once, and the page begins anew."""
    own = _own(prefix)
    way = st.segmented_control(
        "Bring", list(WAYS), default=next(iter(WAYS)), required=True, key=f"{prefix}_album_way",
        label_visibility="collapsed",
    )  # fmt: skip
    key = f"{prefix}_album_{own['turn']}_{way[0]}"  # a new one lets go of what was read
    files = st.file_uploader(
        f"Upload {'a folder' if way == 'Folder' else 'a ZIP file, or images'}, {MOST} MB in all",
        ["zip", *(suffix[1:] for suffix in SUFFIXES)], accept_multiple_files=WAYS[way],
        key=key, max_upload_size=MOST, help=_HELP,
    )  # fmt: skip
    if not files:
        return
    own["turn"] += 1
    with st.spinner("Reading the images, each in its turn"):
        try:
            own["new"], _ = apart.read([(file.name, file.getvalue()) for file in files])
            own["refused"] = {}
        except BadInput as error:
            own["refused"] = {data: str(error)}
        except OSError as error:
            why = f"The images could not be read: {error.strerror}. Nothing is lost; try again."
            own["refused"] = {data: why}
    _let_go(key, files)
    st.rerun()


def _let_go(key: str, files: list[Any]) -> None:
    """Free what was uploaded: Streamlit would hold two copies until the visitor leaves."""
    context = get_script_run_ctx()
    for file in [*files, *(st.session_state.pop(key, None) or [])]:
        file.close()
        if context:
            context.uploaded_file_mgr.remove_file(context.session_id, file.file_id)


@st.cache_data(max_entries=24, show_spinner=False)
def _picture(name: str, size: int, grey: bool | None) -> tuple[int, int, bytes]:
    """(images of the set, rows, WebP) of the first SHOWN, evenly spread over the set."""
    card, pixels = store.look(name, SHOWN)
    tiles = store.as_trained(pixels, size, grey)
    return card["count"], -(-len(tiles) // COLUMNS), drawing.tiles(tiles, COLUMNS)
