"""The wall of arenas in Chromium: played, scrubbed, switched to seconds, and live."""

import re

import numpy as np
import pytest
from playwright.sync_api import expect

from gan_core import runs
from gan_core.presets import preset

LONG = 90_000  # ms for what a worker does


def made(folder, objective: str, steps: int) -> runs.Run:
    """A finished run of eleven frames up to `steps`, a tenth of that in seconds."""
    run = runs.create(
        preset(objective, "ring", steps=steps), folder / f"{objective}-ring-wall{steps}"
    )
    scene = {
        "kind": "2d", "points": 50, "field": 8, "extent": [-2, 2, -2, 2], "head": "critic",
        "modes": None,
    }  # fmt: skip
    runs.write_json(run.path / "scene.json", scene)
    points = np.random.default_rng(steps).integers(0, 65536, (12, 50, 2)).astype("<u2")
    runs.write_whole(run.path / "real.bin", points[0].tobytes())
    for i, moved in enumerate(points[1:]):
        field = bytes(64) + np.float32([0, 1]).tobytes() + b"layers that come after"
        run.append_frame(i * steps // 10, i * 2.0, moved.tobytes() + field)
    run.write_status(state="done", step=steps, seconds=20.0)
    return run


@pytest.fixture(scope="module")
def pair(runs_folder) -> list[runs.Run]:
    return [made(runs_folder, "gan", 1000), made(runs_folder, "r3gan", 500)]


def steps(page) -> list[str]:
    """The step that each panel shows."""
    return page.locator("canvas[data-step]").evaluate_all("all => all.map(c => c.dataset.step)")


def test_one_scrubber_moves_every_panel_by_step_and_by_seconds(page, app_url, idle, pair):
    page.goto(f"{app_url}/compare?runs={','.join(run.id for run in pair)}")
    idle(page)
    slider = page.get_by_role("slider", name="Moment of all runs")
    slider.wait_for()
    expect(page.locator("canvas[data-step='1000']")).to_have_count(1)
    assert steps(page) == ["1000", "500"]  # each at its own end
    slider.evaluate("e => { e.value = e.max * 0.4; e.dispatchEvent(new Event('input')) }")
    expect(page.locator("canvas[data-step='400']")).to_have_count(2)
    slider.evaluate("e => { e.value = e.max * 0.8; e.dispatchEvent(new Event('input')) }")
    expect(page.locator("canvas[data-step='800']")).to_have_count(1)
    assert steps(page) == ["800", "500"]
    page.get_by_role("button", name="By seconds").click()
    expect(page.locator("canvas[data-step='400']")).to_have_count(1)
    assert steps(page) == ["800", "400"]  # as many seconds, half as many steps
    expect(page.locator("output")).to_have_text("16.0 s")
    slider.press("Home")
    expect(page.locator("canvas[data-step='0']")).to_have_count(2)
    page.get_by_role("button", name="Play the run").click()
    expect(page.locator("canvas[data-step='1000']")).to_have_count(1, timeout=30_000)
    panel = page.locator("canvas[data-step]").first
    before = panel.evaluate("c => c.toDataURL()")
    page.get_by_role("button", name="Generated").click()
    page.wait_for_timeout(200)
    assert panel.evaluate("c => c.toDataURL()") != before
    expect(page.get_by_role("heading", name="Verdict")).to_be_visible()


def test_a_comparison_is_trained_and_watched(page, app_url, idle, runs_folder):
    page.goto(f"{app_url}/compare?c_objectives=gan&c_objectives=ns-gan&c_objectives=lsgan"
              "&c_steps=1000000")  # fmt: skip
    idle(page)
    page.get_by_role("button", name="Train all").click()
    expect(page).to_have_url(re.compile("runs="))
    expect(page.get_by_text(re.compile("waiting for a place"))).to_be_visible()
    moving = page.locator("canvas[data-step]:not([data-step='']):not([data-step='0'])")
    expect(moving).to_have_count(2, timeout=LONG)
    seen = steps(page)[0]
    first = page.locator("canvas[data-step]").first
    expect(first).not_to_have_attribute("data-step", seen, timeout=LONG)
    page.get_by_role("button", name="Stop all").click()
    expect(page.get_by_role("button", name="Stop all")).to_have_count(0, timeout=LONG)
    found = [run for run in runs.all_runs(runs_folder) if run.config.steps == 10**6]
    assert {run.status()["state"] for run in found} == {"stopped"}
    assert page.get_by_test_id("stException").count() == 0
