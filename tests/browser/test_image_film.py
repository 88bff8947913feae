"""A film of images in Chromium: scrubbed and clicked without the server, scored, taken home."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from gan_core import runs
from gan_core.presets import preset
from gan_core.runs import tiles

COUNT, SIDE = 20, 16
COLOUR = """canvas => [...canvas.getContext("2d").getImageData(%d, %d, 1, 1).data].slice(0, 3)"""
INKED = """canvas => canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height)
  .data.reduce((sum, v, i) => (sum + v * (i % 9973)) % 1e9, 0)"""


def grey(frame, tile):
    return 10 * frame + tile % 8


def payload(frame):
    """A picture whose tiles differ from one another and from frame to frame, and numbers."""
    shades = np.array([grey(frame, i) for i in range(64)], "u1").reshape(8, 8)
    pixels = shades.repeat(SIDE, 0).repeat(SIDE, 1)[..., None].repeat(3, 2)
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "WEBP", lossless=True)
    return tiles.join(out.getvalue(), np.full(64, 0.25) if frame else [])


@pytest.fixture
def film(page, app_url, idle, runs_folder):
    """A finished run's page, with its film: frame i is at step 100 i; the first has no numbers."""
    path = runs_folder / "dcgan-digits-film"
    if not path.exists():
        run = runs.create(preset("dcgan", "digits", steps=2000), path)
        scene = {"kind": "image", "columns": 8, "rows": 8, "size": SIDE, "channels": 1,
                 "scores": "probability"}  # fmt: skip
        runs.write_json(run.path / "scene.json", scene)
        runs.write_whole(run.path / "real.bin", payload(0))
        for i in range(COUNT):
            run.append_frame(100 * i, i / 2, payload(i))
            run.append_curves({"step": 100 * i, "seconds": i / 2, "d_loss": 1.3, "g_loss": 0.7})
        run.write_status(state="done", step=100 * (COUNT - 1), seconds=9.0)
    page.goto(f"{app_url}/train_images?run=dcgan-digits-film")
    page.locator(".strip button").first.wait_for()
    idle(page)
    return page.locator("canvas.grid").first


def shows(page, canvas, frame, tile=0):
    """Waits until the canvas shows a tile of this frame; numbers are switched off."""
    where = COLOUR % (tile % 8 * SIDE + SIDE // 2, tile // 8 * SIDE + SIDE // 2)
    page.wait_for_function(
        f"([c, wanted]) => ({where})(c).every((v) => Math.abs(v - wanted) < 2)",
        arg=[canvas.element_handle(), grey(frame, tile)],
    )


def test_a_film_is_scrubbed_and_its_stills_are_clicked(page, film):
    stills = page.locator(".strip button")
    expect(stills).to_have_count(8)
    expect(stills.last).to_have_attribute("aria-current", "step")
    shows(page, film, COUNT - 1)
    page.context.set_offline(True)  # the frames are all in the browser
    page.get_by_role("slider", name="Frame of the run").focus()
    page.keyboard.press("Home")
    shows(page, film, 0)
    expect(stills.first).to_have_attribute("aria-current", "step")
    expect(stills.last).not_to_have_attribute("aria-current", "step")
    stills.nth(3).click()
    frame = int(stills.nth(3).get_attribute("data-frame"))
    shows(page, film, frame)
    expect(page.locator(".player output").first).to_have_text(f"step {100 * frame:,}")
    expect(stills.nth(3).locator("span")).to_have_text(f"{100 * frame:,}")
    page.context.set_offline(False)


def test_the_branch_begins_at_the_still_that_was_clicked(page, film, runs_folder, idle):
    run = runs.open_run("dcgan-digits-film", runs_folder)
    for step in (500, 1500):
        run.snapshots.path(step).write_bytes(b"state")
    page.reload()
    stills = page.locator(".strip button")
    stills.nth(4).wait_for()
    idle(page)
    step = 100 * int(stills.nth(4).get_attribute("data-frame"))
    stills.nth(4).click()
    page.get_by_role("button", name="Branch from here").click()
    nearest = max(at for at in (500, 1500) if at <= step)
    expect(page.get_by_role("combobox", name="From step")).to_have_value(f"{nearest:,}")


def test_the_strip_follows_the_tile_that_was_clicked(page, film):
    still = page.locator(".strip button canvas").last
    shows(page, still, COUNT - 1, 0)
    film.click(position={"x": film.bounding_box()["width"] * 0.56, "y": 5})  # the fifth tile
    page.wait_for_function(
        f"([c, wanted]) => Math.abs(({COLOUR % (SIDE // 2, SIDE // 2)})(c)[0] - wanted) < 2",
        arg=[page.locator(".strip button canvas").last.element_handle(), grey(COUNT - 1, 4)],
    )
    expect(page.locator("canvas.large").first).to_be_visible()


def test_what_d_says_is_written_onto_the_tiles_that_have_it(page, film):
    chip, marks = page.locator("[data-layer=scores]").first, page.locator("canvas.marks").first
    expect(chip).to_have_text("D(G(z)) 0.25")
    expect(marks).to_be_hidden()
    chip.click()
    expect(marks).to_be_visible()
    assert marks.evaluate(INKED) > 0
    page.get_by_role("slider", name="Frame of the run").focus()
    page.keyboard.press("Home")  # a frame of an older version
    expect(chip).to_have_text("D(G(z)) –")
    expect(marks).to_be_hidden()
    expect(page.locator("[data-layer=scores]").nth(1)).to_be_hidden()  # of the real pictures


@pytest.mark.parametrize("form", ["GIF", "MP4"])
def test_the_film_is_taken_home(form, page, film):
    with page.expect_download(timeout=90_000) as download:
        page.get_by_role("button", name=form).click()
    raw = Path(download.value.path()).read_bytes()
    assert download.value.suggested_filename == f"dcgan-digits-film.{form.lower()}"
    assert raw[:3] == b"GIF" if form == "GIF" else raw[4:8] == b"ftyp"
