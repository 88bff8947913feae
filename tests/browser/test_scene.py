"""The arena in Chromium: every layer, older runs, the camera, and code lost on the way."""

import numpy as np
import pytest
from playwright.sync_api import expect

from gan_core import runs
from gan_core.presets import preset
from scripts.serving import ROOT, serve

INKED = """canvas => canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height)
  .data.reduce((sum, v, i) => (sum + v * (i % 9973)) % 1e9, 0)"""  # a number for what is drawn
LOST = """
import sys
sys.path.insert(0, {root!r})
import streamlit as st
from ui.components import canvas
st.session_state.setdefault("_canvas_arena", 99)  # as if it had been sent, and was lost
scene = {{"kind": "2d", "points": 4, "field": 2, "extent": [-1, 1, -1, 1], "modes": None,
         "head": "probability"}}
@st.fragment(run_every=0.3)
def show():
    step = st.session_state["step"] = st.session_state.get("step", 0) + 1
    canvas.scene("run", scene, bytes(16), [(step, 0.0, bytes(16 + 4 + 8))], True, key="scene")
show()
"""


def frame(points, nodes, arrows) -> bytes:
    """One frame as `pictures.scene_of` describes it."""
    fake = (np.clip(points, 0, 1) * 65535).astype("<u2").tobytes()
    field = (np.arange(64) * 4).astype("u1").tobytes() + np.array([0, 1], "<f4").tobytes()
    if nodes is None:
        return fake + field
    mesh = ((nodes + 1) / 3 * 65535).astype("<u2").tobytes()
    ends = np.array([1, np.hypot(*arrows.T).mean()], "<f4").tobytes()
    return fake + field + mesh + ends + (arrows * 32767).round().astype("<i2").tobytes()


@pytest.fixture
def made(runs_folder):
    """A finished run of three frames; without the new layers in as many as asked."""

    def make(name: str, old: int, pull: float = 0.6) -> runs.Run:
        run = runs.create(preset("ns-gan", "ring"), runs_folder / name)
        rng = np.random.default_rng(0)
        points = rng.random((50, 2))
        grid = np.stack(np.meshgrid(*[np.linspace(0.2, 0.8, 4)] * 2), -1).reshape(-1, 2)
        scene = {"kind": "2d", "points": 50, "field": 8, "extent": [-2, 2, -2, 2], "modes": None,
                 "head": "probability"}  # fmt: skip
        if old < 3:
            scene |= {"mesh": [4, 4], "margin": 1.0, "latent": 2, "arrows": 20}
        runs.write_json(run.path / "scene.json", scene)
        runs.write_whole(run.path / "real.bin", (rng.random((50, 2)) * 65535).astype("<u2"))
        for i in range(3):
            arrows = np.tile([[0.0, pull]], (20, 1))
            run.append_frame(i, i, frame(points + i / 50, grid if i >= old else None, arrows))
        run.write_status(state="done", step=2, seconds=1.0)
        return run

    return make


def opened(page, app_url, idle, run):
    page.goto(f"{app_url}/train_2d?run={run.id}")
    arena = page.locator("canvas[data-step]")
    arena.wait_for()
    idle(page)
    return arena


def chip(page, name):
    return page.locator(f"[data-layer={name}]")


def test_every_layer_is_drawn_and_can_be_switched(page, app_url, idle, made):
    arena = opened(page, app_url, idle, made("layers-all", old=0))
    expect(chip(page, "arrows")).to_have_text("Gradient 0.6")
    expect(chip(page, "mesh")).to_have_attribute("aria-pressed", "false")
    for name in ("real", "fake", "arrows", "field", "lines", "mesh"):
        before = arena.evaluate(INKED)
        chip(page, name).click()
        page.wait_for_function(f"([c, was]) => ({INKED})(c) !== was", arg=[
            arena.element_handle(), before])  # fmt: skip
        chip(page, name).click()
        page.wait_for_function(f"([c, was]) => ({INKED})(c) === was", arg=[
            arena.element_handle(), before])  # fmt: skip


def test_a_gradient_that_vanished_is_seen_as_vanished(page, app_url, idle, made):
    arena = opened(page, app_url, idle, made("layers-gone", old=0, pull=0.0))
    expect(chip(page, "arrows")).to_have_text("Gradient 0")
    before = arena.evaluate(INKED)
    chip(page, "arrows").click()
    page.wait_for_timeout(300)
    assert arena.evaluate(INKED) == before  # there was no arrow to take away


def test_a_run_from_before_these_layers_still_plays(page, app_url, idle, made):
    arena = opened(page, app_url, idle, made("layers-old", old=3))
    expect(chip(page, "fake")).to_be_visible()
    for name in ("arrows", "mesh", "modes"):
        expect(chip(page, name)).to_be_hidden()
    before = arena.evaluate(INKED)
    page.locator(".player input").first.press("Home")
    page.wait_for_function(f"([c, was]) => ({INKED})(c) !== was", arg=[
        arena.element_handle(), before])  # fmt: skip


def test_a_film_may_mix_frames_with_and_without_layers(page, app_url, idle, made):
    """A run resumed by this version had frames of an older one."""
    arena = opened(page, app_url, idle, made("layers-mixed", old=1))
    expect(chip(page, "arrows")).to_have_text("Gradient 0.6")
    page.locator(".player input").first.press("Home")
    expect(chip(page, "arrows")).to_have_text("Gradient –")
    page.locator(".player input").first.press("ArrowRight")
    expect(chip(page, "arrows")).to_have_text("Gradient 0.6")
    assert arena.is_visible()


def test_lost_code_is_asked_for_and_new_frames_keep_the_camera(page, tmp_path):
    (tmp_path / "lost.py").write_text(LOST.format(root=str(ROOT)))
    with serve(tmp_path / "runs", tmp_path / "lost.py") as (url, _):
        page.goto(url)
        arena = page.locator("canvas[data-step]")
        arena.wait_for()
        handle, step = arena.element_handle(), int(arena.get_attribute("data-step"))
        page.get_by_role("button", name="Zoom in").click()
        page.wait_for_function("([c, step]) => c.dataset.step > step + 2", arg=[handle, step])
        assert handle.evaluate("c => c.isConnected && c.style.cursor") == "grab"  # still zoomed
        page.goto("about:blank")


def test_a_component_that_is_still_shown_keeps_its_state_when_told_to_tidy_up(page):
    """Streamlit calls what a component returned also when new bytes came too soon after it."""
    stub = (ROOT / "ui/components/stub.js").read_text()
    ended = page.evaluate(
        """async source => {
          const ended = []
          globalThis.canvasCode = new Map([["test", () => () => ended.push("tidied")]])
          const url = URL.createObjectURL(new Blob([`const CODE = "test"\\n${source}`],
                                                   {type: "text/javascript"}))
          const { default: show } = await import(url)
          const parentElement = document.body.appendChild(document.createElement("div"))
          const tidy = show({ data: new Uint8Array(4), parentElement })
          tidy()
          ended.push("shown")
          parentElement.remove()
          tidy()
          return ended
        }""",
        stub,
    )
    assert ended == ["shown", "tidied"]
