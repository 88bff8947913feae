"""The theory pages' moving parts in Chromium: sweep, race, clicks, zoom, bars, pasted numbers."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.test_theory import opened, specs


def film(page, app_url, idle, path):
    """The film of a part, once it has drawn, in view."""
    opened(page, app_url, idle, path)
    found = page.locator(".film[data-updates]").first
    expect(found).to_be_visible(timeout=60_000)
    idle(page)
    return found


def cell(film, column, row, columns, rows):
    """The middle of a panel of a film, scrolled into view, in pixels of the window."""
    film.evaluate("e => e.scrollIntoView({block: 'center'})")
    box = film.locator("canvas").bounding_box()
    x = box["x"] + box["width"] * (column + 0.55) / columns
    return x, box["y"] + box["height"] * (row + 0.4) / rows


def test_a_click_into_the_sweep_moves_p_g(page, app_url, idle):
    found = film(page, app_url, idle, "divergences?p=point(0)&q=point(1)&dv_part=Sweep")
    x, y = cell(found, 3, 1, 5, 2)
    page.mouse.click(x, y)
    expect(page).not_to_have_url(re.compile(r"q=point%281%29"))
    place = float(re.search(r"point\((.*)\)", specs(page)[1])[1])
    assert -2 < place < 0.9
    card = page.locator(".card[data-key=w1] b")
    expect(card).to_have_text(re.compile(rf"^{abs(place):.3g}"[:4]))


def test_one_click_sweeps_wgans_example(page, app_url, idle):
    film(page, app_url, idle, "divergences?dv_part=Sweep")
    page.get_by_role("button", name="WGAN's Example 1").click()
    expect(page.get_by_text("EM and Wasserstein W₂ give a slope to follow")).to_be_visible()
    expect(page).to_have_url(re.compile(r"p=point%280%29.*q=point%281%29"))
    expect(page.locator(".card[data-key=w1] b")).to_have_text("1.000")


def test_the_race_plays_without_the_server(page, app_url, idle):
    sent = []
    page.on("websocket", lambda ws: ws.on("framesent", lambda frame: sent.append(frame)))
    found = film(page, app_url, idle, "divergences?p=point(0)&q=point(1)&dv_part=Race")
    canvas, slider = found.locator("canvas"), found.get_by_role("slider")
    expect(canvas).to_have_attribute("data-frame", "0")
    before, updates = len(sent), found.get_attribute("data-updates")
    page.get_by_role("button", name="Play the run").click()
    expect(canvas).to_have_attribute("data-frame", re.compile(r"^[1-9]\d"))
    page.get_by_role("button", name="Pause").click()
    slider.focus()
    slider.press("End")
    expect(canvas).to_have_attribute("data-frame", slider.get_attribute("max"))
    expect(found.locator("output")).to_have_text("step 120")
    slider.press("Home")
    expect(canvas).to_have_attribute("data-frame", "0")
    assert len(sent) == before and found.get_attribute("data-updates") == updates
    expect(canvas).to_have_attribute("aria-label", re.compile("EM and Wasserstein W₂ arrive"))
    expect(canvas).to_have_attribute("aria-label", re.compile("Hellinger stand still"))


def test_a_click_starts_the_dirac_gan_there(page, app_url, idle):
    found = film(page, app_url, idle, "equilibrium?eq_part=Dirac-GAN&eq_dirac_objective=gan")
    said = page.locator("strong", has_text="to first order").first
    expect(said).to_be_visible(timeout=60_000)
    before = said.inner_text()
    x, y = cell(found, 0, 0, 3, 1)
    page.mouse.click(x + 15, y)
    expect(said).not_to_have_text(before, timeout=60_000)
    idle(page)


def test_a_small_discriminator_is_trained_and_played(page, app_url, idle):
    opened(page, app_url, idle, "equilibrium?p=normal(0,1)&q=normal(1,1)&eq_learned_steps=300")
    page.get_by_role("button", name="Train D").click()
    expect(page.get_by_text(re.compile(r"D is at [\d.]+ % of its optimum")).first).to_be_visible(
        timeout=90_000
    )
    expect(page.locator(".film output")).to_have_text("step 300")


def test_a_zoom_outlives_new_figures(page, app_url, idle):
    lab = opened(page, app_url, idle, "divergences?p=normal(0,1)&q=normal(2,1)&dv_part=Sweep")
    lab.get_by_role("button", name="Zoom in").click()
    whole = lab.get_by_role("button", name="Show all")
    expect(whole).to_be_visible()
    handle = page.get_by_role("slider", name="std of p g, generated", exact=True)
    sweep = page.locator(".film[data-updates]").first
    before = sweep.get_attribute("data-updates")
    handle.focus()
    handle.press("ArrowRight")
    expect(sweep).not_to_have_attribute("data-updates", before)  # it follows a release
    idle(page)
    expect(whole).to_be_visible()
    expect(page).to_have_url(re.compile(r"q=normal%282%2C1\.03%29"))
    whole.click()
    expect(whole).to_be_hidden()

    x, y = cell(sweep, 1, 0, 5, 2)
    page.mouse.move(x - 30, y)
    page.mouse.down()
    page.mouse.move(x + 20, y, steps=4)
    page.mouse.up()
    all_of_it = sweep.get_by_role("button", name="Show all")
    expect(all_of_it).to_be_visible()
    page.get_by_text("bits", exact=True).click()
    idle(page)
    expect(all_of_it).to_be_visible()
    all_of_it.click()
    expect(all_of_it).to_be_hidden()


def test_a_bar_of_a_histogram_is_dragged_on_the_figure(page, app_url, idle):
    lab = opened(page, app_url, idle, "divergences?p=uniform(0,5)&q=histogram(0,5,1,1,2,1,1)")
    canvas = lab.locator("canvas")
    box = canvas.bounding_box()
    middle = box["x"] + 50 + (box["width"] - 66) / 2  # x = 2.5, the third bar
    for y in range(40, 260, 3):
        page.mouse.move(middle, box["y"] + y)
        if canvas.evaluate("e => e.style.cursor") == "ns-resize":
            break
    else:
        pytest.fail("no handle on the bar")
    number = lab.locator(".card[data-key=tv] b")
    before = number.inner_text()
    page.mouse.down()
    page.mouse.move(middle, box["y"] + y + 60, steps=8)
    expect(number).not_to_have_text(before)  # while the mouse is still down
    page.mouse.up()
    expect(page).to_have_url(re.compile(r"q=histogram%280%2C5%2C1%2C1%2C[01]\."))
    bars = [float(v) for v in re.findall(r"[\d.]+", specs(page)[1])][2:]
    assert bars[2] < 2 and bars[:2] == bars[3:] == [1, 1]


def paste(page, numbers):
    """Give p_g a sample."""
    page.get_by_role("textbox", name="Numbers of p g, generated").fill(numbers)
    page.get_by_role("button", name="Use these numbers").last.click()


def test_pasted_numbers_good_and_bad(page, app_url, idle, tmp_path):
    lab = opened(page, app_url, idle, "divergences?p=normal(0,1)&q=normal(2,1)")
    em = lab.locator(".card[data-key=w1] b")
    menu = page.get_by_role("combobox", name="Family of p g, generated")
    menu.select_option("sample")
    expect(em).to_have_text("2.000")  # nothing happens until there are numbers
    for bad, reason in (("", "empty"), ("1\n2\nthree\n4\n5", "three"), ("1 2 nan 3 4", "nan")):
        paste(page, bad)
        expect(lab.get_by_role("alert")).to_contain_text(reason)
        expect(em).to_have_text("2.000")
    large = tmp_path / "large.csv"
    large.write_text("0.123456789\n" * 300_000)
    page.get_by_label("File with numbers of p g, generated").set_input_files(large)
    expect(lab.get_by_role("alert")).to_contain_text("keep every tenth")
    expect(em).to_have_text("2.000")
    paste(page, "\n".join(str(1 + i / 50) for i in range(101)))  # even from 1 to 3
    expect(lab.get_by_role("alert")).to_have_count(0)
    expect(lab.locator(".words")).to_contain_text("estimated from 101 numbers")
    expect(em).to_have_text(re.compile(r"^2\.0\d\d$"))
    small = tmp_path / "small.csv"
    small.write_text("height,weight\n" + "".join(f"{3 + i / 50},0\n" for i in range(101)))
    page.get_by_label("File with numbers of p g, generated").set_input_files(small)
    expect(em).to_have_text(re.compile(r"^4\.0\d\d$"))
    long = tmp_path / "long.csv"
    long.write_text("".join(f"{i / 7}\n" for i in range(2000)))
    page.get_by_label("File with numbers of p g, generated").set_input_files(long)
    notice = page.get_by_text("too long for a link")
    expect(notice).to_be_visible()  # at once, with no other change to the page
    menu.select_option("normal")
    expect(em).to_have_text("0")
    expect(notice).to_have_count(0)


@pytest.mark.parametrize(
    "path",
    [
        "divergences?dv_part=Sweep",
        "divergences?dv_part=Race",
        "divergences?dv_part=From+samples",
        "equilibrium?eq_part=Five+free+bins",
    ],
)
def test_a_small_screen_shows_every_figure_whole(page, app_url, idle, path):
    page.set_viewport_size({"width": 390, "height": 844})
    found = film(page, app_url, idle, path)
    canvas = found.locator("canvas").bounding_box()
    assert 300 < canvas["width"] <= 390 and canvas["height"] > 400
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_parts_are_added_and_removed(page, app_url, idle):
    lab = opened(page, app_url, idle, "divergences?p=normal(0,1)&q=normal(2,1)")
    more = lab.get_by_role("button", name="Add a part of p g, generated")
    for n in range(2, 6):
        more.click()
        expect(page).to_have_url(re.compile(r"q=mixture"))
        expect(lab.locator("section.q h4")).to_have_count(n)
        idle(page)
    expect(more).to_be_disabled()
    weights = [float(w) for w in re.findall(r"([\d.]+)\*", specs(page)[1])]
    assert len(weights) == 5 and sum(weights) == pytest.approx(1)
    for _ in range(4):
        lab.get_by_role("button", name="Remove the last of p g, generated").click()
        idle(page)
    expect(page).to_have_url(re.compile(r"q=normal%282%2C1%29"))
    expect(lab.get_by_role("alert")).to_have_count(0)
    menu = page.get_by_role("combobox", name="Family of p g, generated")
    menu.select_option("points")
    expect(lab.locator(".card[data-key=js] b")).to_have_text("0.6931")
    expect(menu).to_have_value("points")


def test_a_mistake_is_run_beside_its_correction(page, app_url, idle):
    page.goto(f"{app_url}/mistakes")
    idle(page)
    page.get_by_role("button", name="Run both").first.click()
    expect(page.get_by_text("With the wrong sign").first).to_be_visible(timeout=90_000)
    found = page.locator(".film[data-updates]").first
    expect(found).to_be_visible()
    expect(page.get_by_test_id("stException")).to_have_count(0)
