"""How quick the samples page is: `python benchmarks/samples.py [--times 30]`.

Starts the app and Chromium with the shipped DCGANs of 32x32. Times 64 samples from a click to the
picture on the screen: under a new seed while the checkpoint is open in the worker (warm), and of a
checkpoint that no worker of this server has opened (cold). Then drags a slider of a direction of z
and counts the pictures that arrive, and plays a walk. Close other programs first: a busy core
shows.
"""

import argparse
import os
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Locator, Page, sync_playwright

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
from gan_core import runs  # noqa: E402
from scripts.serving import FLAGS, IDLE, chromium, serve  # noqa: E402

FIRST = "dcgan-faces"
SHIPPED = ("DCGAN on MNIST", "WGAN on faces", "WGAN on MNIST", "WGAN-GP on faces")  # opened later
SERVERS = 2  # each opens a checkpoint for the first time once
DRAG = 4.0  # seconds that a slider is dragged, and a walk is played
WARM_UP = 5  # clicks that are not counted
REST = 0.4  # seconds between two clicks
# Milliseconds from now to the frame after a canvas has drawn another picture.
UNTIL_DRAWN = """canvas => { window.timed = new Promise((done, fail) => {
  const start = performance.now()
  const seen = new MutationObserver(() => {
    seen.disconnect()
    requestAnimationFrame(() => setTimeout(() => done(performance.now() - start)))
  })
  seen.observe(canvas, {attributes: true, attributeFilter: ["data-drawn"]})
  setTimeout(() => fail(new Error("no picture")), 20000)
})}"""
COUNT = """(canvas, name) => { window.seen = 0
  new MutationObserver(() => window.seen++)
    .observe(canvas, {attributes: true, attributeFilter: [name]}) }"""


@contextmanager
def opened(browser, query: str) -> Iterator[Page]:
    """The samples page of a fresh server, its workers at rest."""
    with tempfile.TemporaryDirectory() as folder, serve(Path(folder)) as (url, _):
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto(f"{url}/samples?{query}")
        page.locator(
            "canvas[data-drawn], canvas[data-updates], canvas[data-frames]"
        ).first.wait_for(timeout=60_000)
        page.locator(IDLE).wait_for()
        time.sleep(5)  # the second worker loads torch meanwhile
        yield page
        page.close()


def timed(page: Page, pressed: Locator, key: str = "") -> float:
    """Milliseconds from a click, or a key, to the picture."""
    page.locator("canvas.sheet").first.evaluate(UNTIL_DRAWN)
    pressed.press(key) if key else pressed.evaluate("e => e.click()")
    found = page.evaluate("window.timed")
    time.sleep(REST)
    return found


def warm(page: Page, times: int) -> dict[str, list[float]]:
    dice = page.locator(".st-key-s_seed_roll button").first
    slider = page.get_by_role("slider", name="Truncation")
    for _ in range(WARM_UP):
        timed(page, dice)
    keys = ("ArrowLeft", "ArrowRight")
    seeds = [timed(page, dice) for _ in range(times)]
    page.locator(IDLE).wait_for()
    return {
        "64 samples of a new seed, checkpoint open": seeds,
        "64 samples at another ψ, by an arrow key": [
            timed(page, slider, keys[i % 8 >= 4]) for i in range(min(times, 16))
        ],
    }


def cold(browser) -> list[float]:
    """Every shipped checkpoint but the first, chosen from the list by a server that never did."""
    found = []
    for _ in range(SERVERS):
        with opened(browser, f"run={FIRST}") as page:
            for name in SHIPPED:
                page.locator(".st-key-s_checkpoint [role=combobox]").click()
                option = page.get_by_role("option", name=name, exact=True)
                option.wait_for()
                found.append(timed(page, option))
                page.locator(IDLE).wait_for()
    return found


def dragged(page: Page) -> float:
    """Pictures a second while a direction's slider is dragged."""
    page.locator("canvas.now").evaluate(COUNT, "data-updates")
    box = page.get_by_role("slider", name="Direction 1").bounding_box()
    assert box is not None
    y, start = box["y"] + box["height"] / 2, time.perf_counter()
    page.mouse.move(box["x"] + box["width"] / 2, y)
    page.mouse.down()
    while (at := time.perf_counter() - start) < DRAG:
        share = abs((at / 2) % 2 - 1)
        page.mouse.move(box["x"] + 8 + (box["width"] - 16) * share, y)
        time.sleep(0.012)
    seen, taken = page.evaluate("window.seen"), time.perf_counter() - start
    page.mouse.up()
    return seen / taken


def played(page: Page) -> float:
    """Frames a second of a walk, played twice as fast as usual."""
    page.get_by_role("combobox", name="Speed").select_option("2×")
    page.locator("canvas[data-frames]").evaluate(COUNT, "data-frame")
    time.sleep(DRAG)
    return page.evaluate("window.seen") / DRAG


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--times", type=int, default=30, help="clicks that are timed")
    given = parser.parse_args()
    load = ", ".join(f"{x:.1f}" for x in os.getloadavg())
    print(f"{runs.machine()}, load {load}, Python {platform.python_version()}\n")
    print("| from a click to the picture | median | 90th percentile | slowest | of |")
    print("| --- " * 5 + "|", flush=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        with opened(browser, f"run={FIRST}") as page:
            rows = warm(page, given.times)
        rows["64 samples of a checkpoint that is opened for it"] = cold(browser)
        for name, times in rows.items():
            late = statistics.quantiles(times, n=10, method="inclusive")[-1]
            print(f"| {name} | {statistics.median(times):.0f} ms | {late:.0f} ms"
                  f" | {max(times):.0f} ms | {len(times)} |", flush=True)  # fmt: skip
        move = f"run={FIRST}&s_section=Move"
        with opened(browser, f"{move}&s_move=Directions") as page:
            rate = dragged(page)
        print(f"\npictures a second while a direction's slider is dragged: {rate:.1f}")
        with opened(browser, f"{move}&s_move=Walk") as page:
            rate = played(page)
        print(f"frames a second of a walk at 2×: {rate:.1f}")


if __name__ == "__main__":
    main()
