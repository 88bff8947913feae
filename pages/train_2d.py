"""The arena: a generator learns a distribution in the plane while one watches."""

from typing import Any

import streamlit as st

from gan_core.runs import LIVE, Run
from ui import controls, diagnosis, inspector, live, meters, nav, panels, reading, timeline
from ui.components import canvas

nav.guard()


def draw(run: Run, status: dict[str, Any]) -> None:
    """Everything that is shown of one run."""
    scene = run.scene()
    if not live.header(run, status, "p") or scene is None:
        return
    moving = status["state"] in LIVE
    plays = not live.moving(status)
    frames = live.film(run, not plays)
    left, right = st.columns([9, 11], gap="medium")
    with left:
        if frames:
            shown = canvas.scene(
                run.id, scene, run.real(), frames, not plays, key="p_scene",
                source=run.source() if scene.get("source") else b"",
            )  # fmt: skip
            timeline.bar(run, status, shown)
            st.caption(panels.reading(scene))
    with right:
        measured = status.get("metrics") or {}
        meters.show(meters.plane_meters(measured), reading.meters(measured))
        if "carry" in measured:
            st.caption(reading.sentence(measured))
        diagnosis.show(run, status, "p")
        shown = panels.plane_panels(run, scene, live.table(run, moving))
        steps = status.get("steps") or 0
        canvas.curves(run.id, shown, steps, moving, key="p_curves", height=490)
    inspector.part(run, measured)


st.title("Train in 2-D")
st.markdown(
    "The generator **G** moves points; the discriminator **D** tells them from the data."
    " Both learn from each other, and here is what they do, step by step."
)
live.adopt("p", "2d")
config = controls.bar("p", "2d", ("r3gan", "ring"), live.start)
run = live.chosen("2d", "pages/train_images.py")
if run is None:
    panels.empty("2d", reading.PROMISE[reading.of(config)] if config else "")
    st.stop()
live.follow(run, draw)
