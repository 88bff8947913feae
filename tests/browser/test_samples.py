"""Look and Move in a browser: a tile is opened and pinned, a slider dragged, a way drawn."""

import re

import pytest
from playwright.sync_api import expect

from gan_core import build, checkpoint, runs
from gan_core.presets import preset
from scripts.serving import IDLE


@pytest.fixture(scope="module")
def digits(runs_folder):
    """A finished run of small digits that can be sampled."""
    config = preset("ns-gan", "digits", size=16, width=4, latent=8)
    run = runs.create(config, runs_folder / "ns-gan-digits-browser4")
    players = build.players(config, (1, 16, 16), build.pick_device("cpu"))
    checkpoint.save(run.checkpoint, players, config, resumable=False)
    run.write_status(state="done", step=5, seconds=1.0)
    yield run
    run.delete()


def sheet(page):
    """The grid of the page, once it is drawn."""
    found = page.locator("canvas.sheet[data-drawn]").first
    expect(found).to_be_visible(timeout=60_000)  # the worker may still be loading torch
    page.locator(IDLE).wait_for()
    return found


def press(page, canvas, column: float, row: float, columns: int = 8) -> None:
    box = canvas.bounding_box()
    x, y = (box["width"] * (column + 0.5) / columns, box["height"] * (row + 0.5) / columns)
    canvas.click(position={"x": x, "y": y})


def test_a_tile_is_opened_and_pinned_and_the_address_brings_it_back(app_url, page, idle, digits):
    page.goto(f"{app_url}/samples?run={digits.id}")
    press(page, sheet(page), 2, 1)  # of eight a row: 10
    lens = page.locator(".lens")
    expect(lens).to_be_visible()
    expect(lens.locator("output")).to_have_text("0:10")
    expect(page).to_have_url(re.compile(r"s_open=0%3A10|s_open=0:10"))
    lens.get_by_role("button", name="Pin", exact=True).click()
    expect(page).to_have_url(re.compile(r"s_pins=0(%3A|:)10"))
    strip = page.locator("ul.pins")
    expect(strip).to_have_attribute("data-pins", "0:10")
    expect(lens.get_by_role("button", name="Unpin")).to_be_visible()
    field = strip.get_by_role("textbox", name="Name of tile 0:10")
    field.fill("ten")
    field.press("Enter")
    expect(page).to_have_url(re.compile("s_names=ten"))
    idle(page)
    page.goto(page.url)  # the address alone brings all of it back
    expect(page.locator(".lens output")).to_have_text("0:10  pinned", timeout=60_000)
    expect(page.get_by_role("textbox", name="Name of tile 0:10")).to_have_value("ten")
    page.get_by_role("radio", name="Move").or_(page.get_by_text("Move", exact=True)).first.click()
    idle(page)
    expect(page.locator("ul.pins")).to_have_attribute("data-pins", "0:10")
    page.get_by_role("button", name="Unpin 0:10").click()
    expect(page).not_to_have_url(re.compile("s_pins"))


def test_tiles_are_reached_by_keys(app_url, page, idle, digits):
    page.goto(f"{app_url}/samples?run={digits.id}")
    canvas = sheet(page)
    canvas.focus()
    for key in ("ArrowRight", "ArrowRight", "ArrowDown", "p"):
        canvas.press(key)
    expect(page.locator("ul.pins")).to_have_attribute("data-pins", "0:9")
    canvas.press("Enter")
    expect(page.locator(".lens output")).to_contain_text("0:9")
    canvas.press("ArrowLeft")
    expect(page.locator(".lens output")).to_contain_text("0:8")
    canvas.press("Escape")
    expect(page.locator(".lens")).to_be_hidden()


def test_a_direction_changes_the_picture_while_it_is_dragged(app_url, page, idle, digits):
    page.goto(f"{app_url}/samples?run={digits.id}&s_section=Move&s_move=Directions")
    canvas = page.locator("canvas.now[data-updates]")
    expect(canvas).to_be_visible(timeout=60_000)
    idle(page)
    first = canvas.evaluate("c => [c.dataset.updates, c.toDataURL()]")
    box = page.get_by_role("slider", name="Direction 1").bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    for i in range(1, 21):
        page.mouse.move(box["x"] + box["width"] * (0.5 + i / 50), box["y"] + box["height"] / 2)
        page.wait_for_timeout(40)
    held = canvas.evaluate("c => [c.dataset.updates, c.toDataURL()]")
    assert int(held[0]) > int(first[0]) and held[1] != first[1]  # before the slider is let go
    expect(page).not_to_have_url(re.compile("s_by"))
    page.mouse.up()
    expect(page).to_have_url(re.compile(r"s_by=[1-9]"))
    page.get_by_role("button", name="All to 0").click()
    expect(page).not_to_have_url(re.compile("s_by"))


def test_a_way_is_drawn_on_the_map_and_played(app_url, page, idle, digits):
    page.goto(f"{app_url}/samples?run={digits.id}&s_section=Move&s_move=Map")
    canvas = sheet(page)
    press(page, canvas, 1, 1)
    expect(canvas).to_have_attribute("data-points", "1")
    idle(page)
    press(page, canvas, 6, 2)
    expect(page).to_have_url(re.compile("s_way="))
    reel = page.locator("canvas[data-frames]")
    expect(reel).to_have_attribute("data-frames", "72")
    reel.focus()
    reel.press("ArrowRight")
    expect(reel).to_have_attribute("data-frame", "1")
    page.get_by_role("button", name="Clear").click()
    expect(page).not_to_have_url(re.compile("s_way"))
    expect(reel).to_have_count(0)
