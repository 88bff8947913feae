"""The zoo's table and a judgement in a real browser."""

from playwright.sync_api import expect

from gan_core import runs


def titles(page) -> list[str]:
    """Names of the checkpoints of the first group, in the order shown."""
    first = page.locator(".zoo tbody").first
    return first.locator("td.name a").all_inner_texts()


def test_the_zoo_sorts_within_groups_and_opens_a_row(app_url, page, idle):
    page.goto(f"{app_url}/samples?s_section=Zoo")
    idle(page)
    expect(page.locator(".zoo tr.one")).to_have_count(len(list(runs.SHIPPED.iterdir())))
    before = titles(page)
    fall = page.locator(".zoo th[aria-sort=ascending] button")
    expect(fall).to_have_text("Fréchet")
    fall.click()
    expect(page.locator(".zoo th[aria-sort=descending]")).to_have_count(1)
    assert titles(page) == before[::-1]
    page.get_by_role("button", name="Checkpoint", exact=True).click()
    by_letter = "names => names.sort((a, b) => a.localeCompare(b))"
    assert titles(page) == page.evaluate(by_letter, before)
    row = page.locator(".zoo tr.one").last
    name = row.locator("td.name a").get_attribute("href").removeprefix("?run=")
    row.click()
    expect(page.get_by_text("How many", exact=True)).to_be_visible()
    idle(page)
    assert f"run={name}" in page.url


def test_a_judgement_comes_part_by_part(app_url, page, idle):
    page.set_default_timeout(90_000)
    page.goto(f"{app_url}/samples?run=wgan-faces&s_section=Judge&s_j_n=500")
    idle(page)
    page.get_by_role("button", name="Judge").last.click()
    expect(page.get_by_role("heading", name="The same few again?")).to_be_visible(timeout=90_000)
    idle(page)
    expect(page.get_by_text("C_T", exact=True)).to_be_visible()
    expect(page.get_by_role("img", name="Closest pair of samples")).not_to_have_count(0)
    expect(page.locator("li.missing")).not_to_have_count(0)
