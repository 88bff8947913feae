"""Divergences and Equilibrium in Chromium: dragging, typing, links, and what a reload keeps."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

CARD = {"divergences": "w1", "equilibrium": "value"}


def opened(page, app_url, idle, path):
    """The component of a page, once it has drawn."""
    page.goto(f"{app_url}/{path}")
    lab = page.locator(".lab")
    expect(lab).to_have_attribute("data-updates", re.compile(r"\d+"), timeout=30_000)
    idle(page)
    return lab


def specs(page):
    query = parse_qs(urlsplit(page.url).query)
    return query["p"][0], query["q"][0]


def slider(page, name):
    return page.get_by_role("slider", name=name, exact=True)


@pytest.mark.parametrize("name", ["divergences", "equilibrium"])
def test_numbers_follow_a_drag_and_a_reload_keeps_them(page, app_url, idle, name):
    lab = opened(page, app_url, idle, f"{name}?p=normal(0,1)&q=normal(2,1)&dv_part=All+figures")
    number = lab.locator(f".card[data-key={CARD[name]}] b")
    handle = slider(page, "mean of p g, generated")
    box = handle.bounding_box()
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] * 0.62, y)
    page.mouse.down()
    before, seen = page.url, set()
    for i in range(12):
        page.mouse.move(box["x"] + box["width"] * (0.6 + 0.02 * i), y)
        page.wait_for_timeout(120)
        seen.add(number.inner_text())
    assert len(seen) >= 4, seen  # it lives while the mouse is still down
    assert page.url == before
    page.mouse.up()
    expect(page).not_to_have_url(before)
    idle(page)
    assert specs(page)[0] == "normal(0,1)" and specs(page)[1] != "normal(2,1)"
    mean = float(specs(page)[1].split("(")[1].split(",")[0])
    if name == "divergences":
        expect(number).to_have_text(f"{mean:.3f}")  # EM of two normals of one width
    released = page.url
    expect(page.locator("code").first if name == "divergences" else number).to_be_visible()
    settled = number.inner_text()
    page.reload()
    expect(number).to_have_text(settled, timeout=30_000)
    assert page.url == released


def test_a_disc_on_the_figure_moves_its_density(page, app_url, idle):
    lab = opened(page, app_url, idle, "divergences?p=normal(0,1)&q=normal(2,1)")
    canvas = lab.locator("canvas")
    box = canvas.bounding_box()
    low, high = -4.152, 6.152  # the window of this pair, 3.6 widths and a margin
    left, right = 50, 16  # the figure's own margins
    scale = (box["width"] - left - right) / (high - low)
    x = box["x"] + left + (2 - low) * scale
    for y in range(30, 80, 3):
        page.mouse.move(x, box["y"] + y)
        if canvas.evaluate("e => e.style.cursor") == "ew-resize":
            break
    else:
        pytest.fail("no handle at the peak of p_g")
    page.mouse.down()
    for step in range(1, 11):
        page.mouse.move(x + 0.1 * step * scale, box["y"] + y)
        page.wait_for_timeout(30)
    page.mouse.up()
    expect(lab.locator(".card[data-key=w1] b")).to_have_text(re.compile(r"^(2\.9|3\.0)"))
    expect(page).to_have_url(re.compile(r"q=normal%28(2\.9\d?|3(\.0\d?)?)%2C1%29"))
    expect(canvas).to_have_attribute("aria-label", re.compile("EM = (2.9|3.0)"))


def test_a_slider_by_keyboard(page, app_url, idle):
    lab = opened(page, app_url, idle, "divergences?p=normal(0,1)&q=normal(2,1)&dv_part=All+figures")
    handle = slider(page, "mean of p g, generated")
    handle.focus()
    for _ in range(2):
        handle.press("ArrowRight")
    expect(lab.locator(".card[data-key=w1] b")).to_have_text("2.100")
    expect(page).to_have_url(re.compile(r"q=normal%282\.1%2C1%29"))
    expect(page.get_by_text('"normal(2.1,1)"')).to_be_visible()  # the table below follows


def test_a_typed_spec_good_and_bad(page, app_url, idle):
    lab = opened(page, app_url, idle, "divergences?p=normal(0,1)&q=normal(2,1)")
    field = page.get_by_role("textbox", name="p g, generated, as text")
    field.fill("normal(2,-1)")
    field.press("Enter")
    expect(lab.get_by_role("alert")).to_contain_text("must be greater than 0")
    expect(field).to_have_value("normal(2,-1)")
    expect(lab.locator(".card[data-key=w1] b")).to_have_text("2.000")  # the last good figure stays
    field.fill("uniform(2,3)")
    field.press("Enter")
    expect(lab.get_by_role("alert")).to_have_count(0)
    expect(lab.locator(".card[data-key=w1] b")).not_to_have_text("2.000")
    expect(slider(page, "low of p g, generated")).to_have_value("2")
    menu = page.get_by_role("combobox", name="Family of p g, generated")
    expect(menu).to_have_value("uniform")
    menu.select_option("point")
    expect(lab.locator(".card[data-key=kl] b")).to_have_text("∞")
    expect(lab.locator(".words")).to_contain_text("Both KL are infinite")


def test_a_preset_and_the_other_page(page, app_url, idle):
    lab = opened(page, app_url, idle, "divergences")
    page.get_by_text("Disjoint uniforms", exact=True).click()
    expect(lab.locator(".words")).to_contain_text("no gradient")
    expect(page).to_have_url(re.compile(r"q=uniform%282%2C3%29"))
    page.get_by_role("link", name="Equilibrium").click()
    expect(lab.locator(".card[data-key=g_loss] b")).to_have_text("∞", timeout=30_000)
    expect(page).to_have_url(re.compile(r"equilibrium\?.*uniform%282%2C3%29"))
    expect(lab.locator(".card[data-key=value] small")).to_have_text("at Nash −1.3863")
    page.get_by_text("Overlapping normals", exact=True).click()
    expect(lab.locator(".card[data-key=value] b")).to_have_text("−0.7126")


def test_a_mixture_keeps_its_weights_at_one(page, app_url, idle):
    spec = "mixture(0.3*normal(-1,1)%2B0.3*point(0)%2B0.4*normal(2,1))"
    lab = opened(page, app_url, idle, f"divergences?p={spec}&q=normal(0,1)")
    handle = slider(page, "weight of p r, real data, part 1")
    handle.focus()
    handle.press("ArrowRight")
    expect(page).to_have_url(re.compile(r"0\.31%2Anormal"))
    expect(lab.get_by_role("alert")).to_have_count(0)
    weights = [float(w) for w in re.findall(r"([\d.]+)\*", specs(page)[0])]
    assert sum(weights) == pytest.approx(1, abs=1e-9) and weights[0] == 0.31


@pytest.mark.parametrize("name", ["divergences", "equilibrium"])
def test_a_small_screen_has_no_sideways_scroll(page, app_url, idle, name):
    page.set_viewport_size({"width": 390, "height": 844})
    lab = opened(page, app_url, idle, name)
    assert lab.evaluate("e => e.scrollWidth <= e.clientWidth + 1")
    assert lab.locator("canvas").bounding_box()["width"] > 300
