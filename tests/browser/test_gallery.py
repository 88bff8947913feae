"""Home, samples and runs in a real browser."""

import io
import json
import os
import re

import numpy as np
import pytest
import torch
from playwright.sync_api import expect

from gan_core import build, checkpoint, runs
from gan_core.presets import preset

CARDS = {
    "Divergences": "divergences", "Equilibrium": "equilibrium", "Train in 2-D": "train_2d",
    "Train on images": "train_images", "Samples": "samples", "Runs": "runs",
    "Compare": "compare", "Mistakes": "mistakes",
}  # fmt: skip


@pytest.fixture(scope="module")
def digits(runs_folder) -> runs.Run:
    """A finished image run that can be sampled; its networks are untrained."""
    config = preset("ns-gan", "digits", size=16, width=4, latent=8)
    run = runs.create(config, runs_folder / "ns-gan-digits-browser1")
    players = build.players(config, (1, 16, 16), build.pick_device("cpu"))
    checkpoint.save(run.checkpoint, players, config, resumable=False)
    run.write_status(state="done", step=5, seconds=1.0)
    return run


@pytest.fixture
def ring(runs_folder) -> runs.Run:
    """A finished 2-D run with one frame."""
    run = runs.create(preset("hinge", "ring"), runs_folder / "hinge-ring-browser2")
    scene = {"kind": "2d", "points": 50, "field": 8, "extent": [-2, 2, -2, 2], "modes": None}
    runs.write_whole(run.path / "scene.json", json.dumps(scene).encode())
    points = np.random.default_rng(0).integers(0, 65536, (50, 2)).astype("<u2").tobytes()
    run.append_frame(100, 2.0, points + bytes(64) + np.float32([0, 1]).tobytes())
    run.write_status(state="done", step=4000, seconds=2.0, metrics={"modes": 8, "modes_total": 8})
    yield run
    run.delete()


DRAWN = """title => {
  const links = [...document.querySelectorAll("*")].flatMap(
    (e) => e.shadowRoot ? [...e.shadowRoot.querySelectorAll("a")] : [])
  const canvas = links.find((a) => a.textContent.startsWith(title))?.querySelector("canvas")
  if (!canvas?.width) return false
  const pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height)
  return new Set(new Uint32Array(pixels.data.buffer)).size > 20
}"""  # whether a card's canvas shows more than a handful of colours


def test_each_card_draws_something_and_leads_to_its_page(app_url, page, idle):
    for title, path in CARDS.items():
        page.goto(app_url)
        idle(page)
        page.wait_for_function(DRAWN, arg=title)
        card = page.locator("a:has(canvas)").filter(has_text=title).first
        expect(card).to_have_attribute("href", f"/{path}")
        card.click()
        expect(page).to_have_url(re.compile(rf"/{path}(\?|$)"))
        idle(page)
        expect(page.get_by_test_id("stException")).to_have_count(0)


def test_pictures_move_only_where_motion_is_welcome(app_url, page, browser, idle):
    def moves(tab) -> bool:
        tab.goto(app_url)
        idle(tab)
        canvas = tab.get_by_role("link", name="Divergences").locator("canvas")
        tab.wait_for_timeout(500)
        first = canvas.evaluate("c => c.toDataURL()")
        tab.wait_for_timeout(700)
        return canvas.evaluate("c => c.toDataURL()") != first

    assert not moves(page)  # this fixture's browser asks for less motion
    context = browser.new_context(reduced_motion="no-preference")
    assert moves(context.new_page())
    context.close()


def test_samples_shows_another_picture_for_another_seed(app_url, page, idle, digits):
    page.goto(f"{app_url}/samples?run={digits.id}")
    picture = page.get_by_role("img", name="64 generated pictures")
    expect(picture).to_be_visible(timeout=60_000)  # the worker may still be loading torch
    idle(page)
    expect(page).to_have_url(re.compile(rf"run={digits.id}"))
    before = picture.get_attribute("data-drawn")
    seed = page.get_by_role("spinbutton", name="Seed")
    seed.fill("5")
    seed.press("Enter")
    expect(page).to_have_url(re.compile(r"s_seed=5"))
    expect(picture).not_to_have_attribute("data-drawn", before)
    idle(page)
    other = picture.get_attribute("data-drawn")
    page.goto(page.url)  # the address alone brings the same picture back
    expect(picture).to_have_attribute("data-drawn", other)


def test_samples_downloads_the_picture_and_the_recipe(app_url, page, idle, digits):
    page.goto(f"{app_url}/samples?run={digits.id}&s_n=9&s_scale=2")
    expect(page.get_by_role("img", name="9 generated pictures")).to_be_visible(timeout=60_000)
    idle(page)
    with page.expect_download() as waiting:
        page.get_by_role("button", name="PNG").click()
    raw = waiting.value.path().read_bytes()
    assert raw[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = int.from_bytes(raw[16:20]), int.from_bytes(raw[20:24])
    assert (width, height) == (3 * 16 * 2, 3 * 16 * 2)
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Recipe").click()
    recipe = json.loads(waiting.value.path().read_text())
    assert recipe["request"]["n"] == 9 and recipe["checkpoint"] == digits.id


def test_a_pickle_with_code_is_refused_with_the_reason(app_url, page, idle, digits):
    page.goto(f"{app_url}/samples?run={digits.id}")
    idle(page)
    page.get_by_text("Open a file").click()
    out = io.BytesIO()
    torch.save(torch.nn.Linear(2, 2), out)  # a module and not its numbers
    page.locator("input[type=file]").set_input_files(
        {"name": "model.pt", "mimeType": "application/octet-stream", "buffer": out.getvalue()}
    )
    expect(page.get_by_text("wants to run code when it is opened")).to_be_visible(timeout=60_000)
    expect(page.get_by_role("img", name="64 generated pictures")).to_be_visible()


def test_a_run_is_opened_from_its_card(app_url, page, idle, ring):
    page.goto(f"{app_url}/runs?r_data=ring")
    idle(page)
    page.get_by_role("link", name="Open").first.click()
    expect(page).to_have_url(re.compile(rf"/train_2d\?run={ring.id}"))


def test_a_run_is_deleted_after_a_question(app_url, page, idle, ring):
    page.goto(f"{app_url}/runs?r_data=ring")
    idle(page)
    page.locator(f".st-key-r_delete_{ring.id} button").first.click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("removed for good")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    assert ring.exists()
    idle(page)
    page.locator(f".st-key-r_delete_{ring.id} button").first.click()
    dialog.get_by_role("button", name="Delete").click()
    expect(page.locator(f".st-key-r_delete_{ring.id}")).to_have_count(0)
    assert not ring.exists()


def test_filters_are_part_of_the_address(app_url, page, idle, digits):
    page.goto(f"{app_url}/runs")
    idle(page)
    page.get_by_text("Finished", exact=True).first.click()
    expect(page).to_have_url(re.compile(r"r_show=Finished"))
    page.get_by_text("Table", exact=True).click()
    expect(page).to_have_url(re.compile(r"r_view=Table"))
    expect(page.get_by_role("cell", name=digits.id)).to_be_visible()


def test_a_filter_without_a_match_is_taken_back(app_url, page, idle, digits):
    page.goto(f"{app_url}/runs?r_show=Failed&r_data=digits")
    expect(page.get_by_text("No run matches")).to_be_visible()
    idle(page)
    page.get_by_role("button", name="Show all").click()
    expect(page.get_by_text("DCGAN on digits")).to_be_visible()
    expect(page).not_to_have_url(re.compile("r_show"))


def test_a_run_in_progress_is_followed_and_can_be_stopped(app_url, page, idle, runs_folder):
    run = runs.create(preset("lsgan", "moons", steps=900), runs_folder / "lsgan-moons-browser3")
    me = os.getpid()
    run.write_status(state="running", pid=me, born=runs.born(me), step=10, steps=900)
    page.goto(f"{app_url}/runs?r_show=Running")
    expect(page.get_by_text("10 of 900 steps")).to_be_visible()
    run.write_status(step=320)
    expect(page.get_by_text("320 of 900 steps")).to_be_visible()  # without a click
    page.get_by_role("button", name="Stop").click()
    for _ in range(100):
        if run.requested("stop"):
            break
        page.wait_for_timeout(50)
    assert run.requested("stop")
    run.write_status(state="stopped")
    expect(page.get_by_text("No run matches")).to_be_visible()
    run.delete()
