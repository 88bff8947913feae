"""Samples: open a trained generator, draw from it, walk through its latent space, take it home."""

import streamlit as st

from gan_core.catalog import BadInput
from ui import checkpoints, gallery, nav
from ui.samples import card, chooser, compare, export, fill, judge, look, move, zoo

nav.guard()

SECTIONS = {
    "Look": look.show,
    "Move": move.show,
    "Fill": fill.show,
    "Judge": judge.show,
    "Compare": compare.show,
    "Zoo": zoo.show,
}
ONLY = {"Fill": fill.fits}  # sections that not every checkpoint has
UPLOADS, REFUSED = "_s_uploads", "_s_refused"
uploads = st.session_state.setdefault(UPLOADS, {})


def take_in() -> None:
    """Check a file that was just handed in, and choose it if a worker accepts it."""
    file = st.session_state.get("s_file")
    st.session_state[REFUSED] = None
    if file is None:
        return
    try:
        key, path = checkpoints.take_in(file.name, file.getvalue())
    except (BadInput, RuntimeError, OSError) as error:
        st.session_state[REFUSED] = str(error)
    else:
        uploads[key] = path
        st.query_params["run"] = key
        st.session_state["s_opener"] = False


def into_address() -> None:
    """Put the chosen checkpoint into the address (a callback)."""
    st.query_params["run"] = st.session_state["s_checkpoint"]


def uploader() -> None:
    st.file_uploader(
        "Open a checkpoint file", key="s_file", on_change=take_in, type=checkpoints.SUFFIXES,
        max_upload_size=checkpoints.LARGEST, help=checkpoints.OPENS,
    )  # fmt: skip
    if st.session_state.get(REFUSED):
        st.error(gallery.plain(st.session_state[REFUSED]), title="This file cannot be opened",
                 icon=":material/block:")  # fmt: skip


st.title("Samples")
options = chooser.ordered(checkpoints.choices(uploads))
names = chooser.names(options)
wanted = st.query_params.get("run")
if wanted is not None:  # by hand and not by `bind`: other pages' links can set it too
    if wanted in options:
        st.session_state["s_checkpoint"] = wanted
    elif wanted.startswith("upload-"):
        st.warning("An uploaded file is known to the visit that brought it: open it again here.",
                   icon=":material/link_off:")  # fmt: skip
    else:
        st.warning("That run has no checkpoint yet, or it was deleted.", icon=":material/link_off:")
if not options:
    with st.container(border=True):
        st.markdown("**There is no checkpoint yet.** Train something, or open a file.")
        gallery.lead("train_images", "Train on images", "grid_view")
        uploader()
    st.stop()

row = st.container(horizontal=True, vertical_alignment="bottom")
with row:
    key = st.selectbox("Checkpoint", list(options), key="s_checkpoint", on_change=into_address,
                       format_func=lambda key: names.get(key, key))  # fmt: skip
    with st.popover("Open a file", icon=":material/upload_file:", key="s_opener",
                    on_change="rerun"):  # fmt: skip
        uploader()
choice = options[key]
try:
    about, _ = checkpoints.ask(choice, do="open")
    found = [name for name in SECTIONS if name not in ONLY or ONLY[name](about)]
    if st.session_state.get("s_section") not in (None, *found):
        st.session_state["s_section"] = "Look"  # the checkpoint before had it
    with row:
        section = st.segmented_control("Section", found, default="Look", required=True,
                                       key="s_section", bind="query-params",
                                       label_visibility="collapsed")  # fmt: skip
    request = SECTIONS[section](choice, about)
except (BadInput, RuntimeError) as error:
    st.error(str(error), title="This checkpoint cannot be sampled", icon=":material/broken_image:")
else:
    if request:
        export.panel(choice, about, request)
    card.show(choice, about)
