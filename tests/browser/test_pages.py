"""The app in Chromium: every page opens, and a 2-D run lives through a reload to its end."""

import re

import numpy as np
import pytest
from playwright.sync_api import expect

from gan_core import runs
from gan_core.presets import preset
from scripts.serving import ROOT

PAGES = sorted(p.stem for p in (ROOT / "pages").glob("*.py"))
ENDLESS = "p_steps=1000000"  # until the test ends it, so that no machine is too slow or too fast
LONG = 60_000  # ms for what a worker does
INKED = """canvas => {
  const {width, height} = canvas
  const {data} = canvas.getContext("2d").getImageData(0, 0, width, height)
  const seen = new Set()
  for (let i = 0; i < data.length; i += 4 * 97) seen.add(data.slice(i, i + 4).join())
  return seen.size
}"""  # how many colours a canvas shows


def sound(page) -> None:
    """Nothing on the page reports an error."""
    expect(page.get_by_test_id("stException")).to_have_count(0)
    expect(page.get_by_role("dialog")).to_have_count(0)


def state(page, word: str):
    """The badge of a run's state; its text begins with the name of its icon."""
    return page.get_by_text(re.compile(rf"{word}$")).first


@pytest.mark.parametrize("name", PAGES)
def test_a_page_opens(name, page, app_url, idle):
    page.goto(f"{app_url}/{'' if name == 'home' else name}")
    idle(page)
    expect(page.get_by_role("heading", level=1).first).to_be_visible()
    sound(page)


def test_the_menu_leads_to_every_page(page, app_url, idle):
    page.goto(app_url)
    idle(page)
    links = page.get_by_test_id("stTopNavLink")
    expect(links).to_have_count(len(PAGES))
    for i in range(len(PAGES)):
        links.nth(i).click()
        idle(page)
        sound(page)


@pytest.mark.parametrize("name", ["train_2d", "divergences"])
def test_a_link_to_a_page_is_the_first_request_of_a_server(name, page, fresh_server, idle):
    """Streamlit would show such a page without its frame: no menu, no theme of its own."""
    with fresh_server() as (url, _):
        outside = []
        page.on("request", lambda r: outside.append(r.url) if not r.url.startswith(url) else None)
        page.goto(f"{url}/{name}?p_objective=lsgan" if name == "train_2d" else f"{url}/{name}")
        idle(page)
        expect(page.get_by_test_id("stTopNavLink")).to_have_count(len(PAGES))
        sound(page)
        if name == "train_2d":
            expect(page.get_by_role("combobox", name="Objective")).to_have_value("lsgan")
        page.wait_for_load_state("networkidle")  # fonts come late, and the server ends here
        page.goto("about:blank")
        far = [u for u in outside if u.startswith("http")]
        assert not far, "a page fetched something from another site"


def test_what_is_chosen_stands_in_the_address(page, app_url, idle):
    page.goto(f"{app_url}/train_2d")
    idle(page)
    page.get_by_role("combobox", name="Objective").click()
    page.get_by_role("option", name="wgan-gp").click()
    idle(page)
    expect(page).to_have_url(re.compile("p_objective=wgan-gp"))
    page.reload()
    idle(page)
    expect(page.get_by_role("combobox", name="Objective")).to_have_value("wgan-gp")


def test_a_run_goes_on_through_a_reload_and_ends(page, app_url, idle, runs_folder):
    page.goto(f"{app_url}/train_2d?{ENDLESS}")
    idle(page)
    page.get_by_role("button", name="Train", exact=True).click()
    arena = page.locator("canvas[aria-label^='Step']")
    arena.wait_for()
    expect(page).to_have_url(re.compile(r"run=r3gan-ring-\w+"))
    run = runs.open_run(re.search(r"run=([\w-]+)", page.url)[1], runs_folder)

    seen = run.status()["step"]

    page.goto(f"{app_url}/runs")  # left while it trains
    idle(page)
    page.goto(f"{app_url}/train_2d?run={run.id}")  # and found again by its link
    expect(state(page, "Running")).to_be_visible(timeout=LONG)
    page.reload()
    expect(state(page, "Running")).to_be_visible(timeout=LONG)
    expect(arena).not_to_have_attribute("aria-label", re.compile(f"^Step {seen:,}:"))
    page.get_by_role("button", name="Stop").click()
    expect(state(page, "Stopped")).to_be_visible(timeout=LONG)
    stopped = run.status()["step"]
    assert stopped > seen

    runs.change(run, steps=stopped + 300)  # the end comes near
    page.get_by_role("button", name="Resume").click()
    expect(state(page, "Finished")).to_be_visible(timeout=LONG)
    expect(arena).to_have_count(1)  # the live view made way for the player
    assert run.status()["state"] == "done"
    last = run.frame()[0]
    expect(arena).to_have_attribute("aria-label", re.compile(f"^Step {last:,}:"))
    expect(page.get_by_role("slider", name="Frame of the run")).to_be_visible()
    assert arena.evaluate(INKED) > 20
    assert page.locator("canvas[aria-label^='Curves']").evaluate(INKED) > 5
    sound(page)


@pytest.fixture(scope="module")
def finished(runs_folder) -> runs.Run:
    """A finished 2-D run with twelve frames and curves, as a worker would have left it."""
    run = runs.create(preset("hinge", "ring", steps=1234), runs_folder / "hinge-ring-browser3")
    scene = {
        "kind": "2d", "points": 50, "field": 8, "extent": [-2, 2, -2, 2], "head": "critic",
        "modes": None,
    }  # fmt: skip
    runs.write_json(run.path / "scene.json", scene)
    points = np.random.default_rng(0).integers(0, 65536, (13, 50, 2)).astype("<u2")
    runs.write_whole(run.path / "real.bin", points[0].tobytes())
    for i, moved in enumerate(points[1:], 1):
        field = bytes(64) + np.float32([0, 1]).tobytes()
        run.append_frame(100 * i, i / 2, moved.tobytes() + field)
        run.append_curves({"step": 100 * i, "seconds": i / 2, "d_loss": 1.3, "g_loss": 0.7})
    run.write_status(state="done", step=1200, seconds=6.0)
    return run


def test_a_finished_run_plays_in_the_browser(page, app_url, idle, finished):
    run = finished
    page.goto(f"{app_url}/train_2d?run={run.id}")
    slider = page.get_by_role("slider", name="Frame of the run")
    slider.wait_for()
    idle(page)
    end = int(slider.input_value())
    slider.press("Home")
    expect(page.locator("output")).to_have_text(f"step {run.frame(0)[0]:,}")
    page.get_by_role("button", name="Play the run").click()
    expect(slider).not_to_have_value("0")
    expect(slider).to_have_value(str(end), timeout=30_000)
    page.get_by_role("button", name="Use these settings").click()
    expect(page).to_have_url(re.compile(f"p_steps={run.config.steps}"))


def test_pause_holds_a_run_stop_ends_it_and_a_deleted_one_is_explained(
    page, app_url, idle, runs_folder
):
    page.goto(f"{app_url}/train_2d?{ENDLESS}")
    idle(page)
    page.get_by_role("button", name="Train", exact=True).click()
    page.locator("canvas[aria-label^='Step']").wait_for()
    run = runs.open_run(re.search(r"run=([\w-]+)", page.url)[1], runs_folder)
    page.get_by_role("button", name="Pause", exact=True).click()
    expect(state(page, "Paused")).to_be_visible(timeout=LONG)
    held = run.status()["step"]
    page.wait_for_timeout(500)
    assert run.status()["step"] == held
    page.get_by_role("button", name="Continue").click()
    expect(state(page, "Running")).to_be_visible(timeout=LONG)

    page.get_by_role("button", name="Stop").click()
    expect(state(page, "Stopped")).to_be_visible(timeout=LONG)
    assert run.status()["state"] == "stopped"

    page.get_by_role("button", name="Resume").click()
    expect(state(page, "Running")).to_be_visible(timeout=LONG)
    run.delete()
    expect(page.get_by_text(re.compile("folder of this run was deleted|no run"))).to_be_visible(
        timeout=LONG
    )
    sound(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_is_wider_than_a_phone(scheme, page, app_url, idle):
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": 390, "height": 800})
    for name in PAGES:
        page.goto(f"{app_url}/{'' if name == 'home' else name}")
        idle(page)
        sound(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, name
