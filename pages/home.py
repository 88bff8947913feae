"""Home: what this is, and a small moving picture of each page that leads to it."""

import streamlit as st

from gan_core import runs
from ui import gallery, nav
from ui.components import home

nav.guard()

CARDS = {  # page: (scene, title, one line)
    "divergences": (
        "divergences", "Divergences",
        "Slide two densities apart and watch KL, JS and Earth-Mover disagree.",
    ),
    "equilibrium": (
        "equilibrium", "Equilibrium",
        "The best possible D, and what the game is worth when D plays it.",
    ),
    "train_2d": (
        "train_2d", "Train in 2-D",
        "Eight objectives on toy data: points, D's field and lost modes, live.",
    ),
    "compare": (
        "compare", "Compare",
        "Objectives from one start, in step; lessons on collapse and its cures.",
    ),
    "train_images": (
        "train_images", "Train on images",
        "Faces, digits or your own folder, from noise to pictures in minutes.",
    ),
    "samples": (
        "samples", "Samples",
        "Open a trained generator: grids, walks between two seeds, downloads.",
    ),
    "runs": (
        "runs", "Runs",
        "Everything you trained: compare, reopen, stop, delete.",
    ),
    "mistakes": (
        "mistakes", "Mistakes",
        "Nine that circulate in GAN code, each run beside its correction.",
    ),
}  # fmt: skip

st.title("Learn, teach and debug GANs")
st.markdown(
    "Two networks play against each other: one draws, the other judges. Here you see what that game"
    " measures, watch it being played, and keep what it learnt."
)

with st.grid(4, min_column_width=250, gap="small"):
    for page, (scene, title, line) in CARDS.items():
        if home.card(scene, page, title, line):
            st.switch_page(f"pages/{page}.py")

recent = runs.all_runs()[:3]
if recent:
    st.subheader("Recent runs")
    with st.grid(3, min_column_width=250, gap="small"):
        for run in recent:
            gallery.strip(run)
