"""The pages, in the order of the menu, and the guard that gives each of them its frame."""

from base64 import b64encode
from pathlib import Path

import streamlit as st

# As data: a file of Streamlit's own media store is gone for a moment when a script is cut short.
_PNG = (Path(__file__).parent / "assets" / "icon.png").read_bytes()
ICON = f"data:image/png;base64,{b64encode(_PNG).decode()}"
LOOK = {"page_title": "See a GAN learn", "page_icon": ICON, "layout": "wide"}
# Streamlit writes white on primary buttons; the dark theme's blue is light, to be read as text.
STYLE = """<style>
button[kind^=primary]:not(:disabled), [data-baseweb=tag] {
  color: light-dark(#ffffff, #0f131b) !important }
[data-testid=stMarkdownContainer]:has(> table) { overflow-x: auto }
@media (max-width: 640px) {
  [data-testid=stMarkdownContainer] > table { font-size: 0.75rem }
  [data-testid=stMarkdownContainer] > table :is(th, td) { padding: 0.3rem !important }
}
</style>"""
FRAMED = "_framed"  # set in a session by app.py: its pages have their frame

# file, title, icon, what the page is
_PAGES = (
    ("home", "Home", "home", "What this is, in small moving pictures that lead to each page."),
    (
        "divergences", "Divergences", "compare_arrows",
        "Two densities, the distances between them, and which of those can teach a generator.",
    ),
    (
        "equilibrium", "Equilibrium", "balance",
        "The best discriminator, the value of the game, and where each objective ends up.",
    ),
    (
        "mistakes", "Mistakes", "bug_report",
        "Wrong lines that circulate, what each really does when it is run, and its correction.",
    ),
    (
        "train_2d", "Train 2-D", "scatter_plot",
        "Train any objective on points in the plane; watch samples, D's field and the losses.",
    ),
    ("compare", "Compare", "view_module", "Objectives side by side, from one start, in step."),
    (
        "train_images", "Train images", "grid_view",
        "The same with pictures: the fixed-noise grid beside real samples, while it trains.",
    ),
    (
        "samples", "Samples", "auto_awesome",
        "Draw from a trained generator, walk between two samples, and download the picture.",
    ),
    ("runs", "Runs", "list_alt", "Every run on this server: open, compare, stop or delete it."),
)  # fmt: skip


def pages() -> list:
    """A `st.Page` for each page; the first is the default one."""
    return [
        st.Page(
            f"pages/{file}.py",
            title=title,
            icon=f":material/{icon}:",
            help=about,
            default=file == "home",
        )
        for file, title, icon, about in _PAGES
    ]


def guard() -> None:
    """Put the frame around a page that was opened without it; the first call of every page.

    Until some session has called `st.navigation`, Streamlit takes a link to a page in `pages/`
    for an app of its own and skips app.py. Calling it here ends that, and the run starts over.
    """
    if not st.session_state.get(FRAMED):
        st.set_page_config(**LOOK)  # or the browser fetches the page's icon from another site
        st.navigation(pages(), position="hidden")
        st.rerun()
