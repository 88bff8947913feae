"""The same game with pictures: a fixed set of latents, drawn again and again while G learns."""

from typing import Any

import streamlit as st

from gan_core.runs import LIVE, Run
from ui import (
    controls,
    diagnosis,
    explain,
    films,
    live,
    look,
    meters,
    nav,
    own_images,
    panels,
    timeline,
)
from ui.components import canvas

nav.guard()


def draw(run: Run, status: dict[str, Any]) -> None:
    """Everything that is shown of one run."""
    scene = run.scene()
    if not live.header(run, status, "i") or scene is None:
        return
    moving = status["state"] in LIVE
    comes = live.moving(status)
    frames = live.film(run, comes)
    meters.show(meters.image_meters(status.get("metrics") or {}))
    diagnosis.show(run, status, "i")
    with st.grid(3, min_column_width=300, gap="medium"):
        with st.container(gap="xsmall"):
            fills = scene.get("fills", False)
            st.markdown("**Filled in**: what G sees, then what it makes of that" if fills
                        else "**Generated**, from the same noise every time")  # fmt: skip
            if frames:
                label = f"64 generated pictures, step {frames[-1][0]:,}"
                shown = canvas.grid(run.id, scene, frames, comes, label, key="i_fake", strip=True)
                timeline.bar(run, status, shown)
                films.downloads(run, status)
        with st.container(gap="xsmall"):
            st.markdown("**Real**, from the data")
            real = [(0, 0.0, run.real())]
            plain = {**scene, "scores": ""}
            canvas.grid(run.id, plain, real, moving, "64 real pictures", key="i_real")
            panels.rebuilt(run, scene, status, moving)
        with st.container(gap="xsmall"):
            shown = panels.image_panels(run, live.table(run, moving))
            steps = status.get("steps") or 0
            height = 140 * len(shown)
            canvas.curves(run.id, shown, steps, moving, key="i_curves", height=height)
            if words := panels.estimate_words(run.config.objective):
                st.caption(words)
    each = (
        "Each row on the left begins with a picture that G was never trained on, a part of it"
        " hidden; its other tiles are completions of it, each of its own z."
        if fills else "Each tile on the left is one latent vector, followed through training."
    )  # fmt: skip
    st.caption(
        f"{each} Click a tile to"
        " enlarge it; the film's strip of stills then follows it too. Many equal tiles mean mode"
        " collapse: compare their variety with the right."
    )


st.title("Train on images")
st.markdown(
    "The same game with pictures: **G** turns noise into images, **D** compares them with real"
    " ones."
)
live.adopt("i", "image")
config = controls.bar("i", "image", ("dcgan", "faces"), live.start)
run = live.chosen("image", "pages/train_2d.py")
if run is None:
    side = st.container()
    # one's own images are shown where they are brought
    if config and not own_images.is_own(config.data) and explain.here(config.data):
        left, side = st.columns(2, gap="large")
        with left, st.skeleton(height=260):
            look.show(config)
    with side:
        panels.empty(
            "image", "Press **Train**. 64 tiles of noise turn into pictures, beside 64 real ones;"
            " the run goes on when you leave this page." if config else "",
        )  # fmt: skip
    st.stop()
live.follow(run, draw)
