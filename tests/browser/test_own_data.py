"""Points drawn by hand in Chromium: they reach the address, and a run learns them."""

import re

import pytest
from playwright.sync_api import expect

from gan_core import runs
from gan_core.plane import points

LONG = 120_000  # ms for what a worker does


def box(sheet):
    sheet.evaluate("e => e.scrollIntoView({block: 'center'})")
    found = sheet.bounding_box()
    return lambda u, v: (found["x"] + u * found["width"], found["y"] + v * found["height"])


def stroke(page, at, *places):
    page.mouse.move(*at(*places[0]))
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*at(*place), steps=8)
    page.mouse.up()


def count(sheet) -> int:
    return int(sheet.get_attribute("data-points"))


@pytest.fixture
def sheet(page, app_url, idle):
    page.goto(f"{app_url}/train_2d?p_data=own-points&p_steps=30")
    idle(page)
    found = page.locator("canvas[aria-label^='Your points']")
    expect(found).to_be_visible()
    return found


def test_a_drawing_is_mended_and_trained_on(sheet, page, idle, runs_folder, monkeypatch):
    train, at = page.get_by_role("button", name="Train", exact=True), box(sheet)
    expect(train).to_be_disabled()
    stroke(page, at, (0.2, 0.8), (0.8, 0.8))
    expect(page).to_have_url(re.compile("p_data=points%3A[0-9a-f]{12}"))
    brushed = count(sheet)
    page.get_by_role("button", name="Points", exact=True).click()
    page.mouse.click(*at(0.5, 0.25))
    expect(sheet).to_have_attribute("data-points", str(brushed + 1))
    page.get_by_role("button", name="Eraser").click()
    stroke(page, at, (0.6, 0.8), (0.85, 0.8))
    kept = count(sheet)
    assert 0 < kept < brushed
    page.get_by_role("button", name="Undo").click()
    expect(sheet).to_have_attribute("data-points", str(brushed + 1))
    expect(page.get_by_text(f"{brushed + 1} points, x")).to_be_visible()
    idle(page)

    train.click()
    expect(page).to_have_url(re.compile("run="))
    run = runs.open_run(re.search(r"run=([\w-]+)", page.url)[1], runs_folder)
    expect(page.get_by_text(re.compile("Finished$")).first).to_be_visible(timeout=LONG)
    expect(page.locator("canvas[aria-label^='Step']")).to_be_visible(timeout=LONG)
    monkeypatch.setenv("GAN_RUNS", str(runs_folder))
    name = run.config.data.removeprefix("points:")
    drawn = points.find(name, run.path)
    assert (run.path / f"{name}.npy").is_file() and len(drawn) == brushed + 1
    assert abs(drawn[-1]).max() < 1  # the single point: in the middle, a quarter from the top
    assert drawn[-1, 1] == pytest.approx(0.75, abs=0.05) and drawn[:-1, 1].max() < -0.5
    expect(page.get_by_test_id("stException")).to_have_count(0)


def test_keys_draw_and_one_point_is_too_few(sheet, page, idle):
    page.get_by_role("button", name="Points", exact=True).click()
    sheet.focus()
    sheet.press("Space")
    expect(page.get_by_text("There is one point only")).to_be_visible()
    expect(sheet).to_have_attribute("data-points", "1")  # it stays on the sheet
    sheet.press("ArrowRight")
    sheet.press("Enter")
    expect(page.get_by_text("2 points, x")).to_be_visible()
    expect(page.get_by_role("button", name="Train", exact=True)).to_be_enabled()
    page.get_by_role("button", name="Clear").click()
    expect(page).to_have_url(re.compile("p_data=own-points"))
    expect(page.get_by_role("button", name="Train", exact=True)).to_be_disabled()


def test_a_finger_draws(browser, app_url, idle):
    context = browser.new_context(viewport={"width": 390, "height": 800}, has_touch=True)
    tab = context.new_page()
    tab.goto(f"{app_url}/train_2d?p_data=own-points")
    idle(tab)
    sheet = tab.locator("canvas[aria-label^='Your points']")
    at = box(sheet)
    hand = context.new_cdp_session(tab)
    for kind, place in (("Start", (0.3, 0.3)), ("Move", (0.5, 0.5)), ("Move", (0.7, 0.7))):
        x, y = at(*place)
        touch = {"type": f"touch{kind}", "touchPoints": [{"x": x, "y": y}]}
        hand.send("Input.dispatchTouchEvent", touch)
    hand.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    expect(tab).to_have_url(re.compile("p_data=points%3A"))
    assert count(sheet) > 5
    context.close()


def test_a_link_shows_the_points_it_names(page, app_url, idle, runs_folder):
    cloud = points.clean([[5, 5], [6, 7], [8, 8]]).points
    name = points.put(cloud, runs_folder / "points")
    page.goto(f"{app_url}/train_2d?p_data=points:{name}")
    idle(page)
    sheet = page.locator("canvas[aria-label^='Your points: 3 points']")
    expect(sheet).to_be_visible()
    expect(page.get_by_role("combobox", name="Data")).to_have_value(f"points:{name}")
