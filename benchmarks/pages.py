"""How quickly the theory pages follow a hand: `python benchmarks/pages.py [--json]`.

Starts the app, a second app with an empty fragment, and Chromium. Drags handles for a few seconds
and counts new figures: once on a page just loaded, whose JavaScript the browser has yet to compile,
and then three times more. Presses keys on sliders of both apps in turn and times key to picture.
Close other programs first: a busy core shows.
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, sync_playwright

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
from gan_core import runs  # noqa: E402
from scripts.serving import FLAGS, IDLE, chromium, serve  # noqa: E402

EMPTY = """
import streamlit as st
@st.fragment
def empty():
    st.text(f"value {st.slider('x', 0, 1000, 500)}")
empty()
"""
DRAG = 3.0  # seconds of each drag
PRESSES = 30
KEYS = "ArrowRight", "ArrowLeft"  # to and fro
CARDS = {"divergences": "js", "equilibrium": "value"}  # page -> the figure that is watched
# Resolves with the milliseconds from a key press to the frame after the watched text changes.
TIME = """async ([input, watched]) => {
  const before = watched.textContent
  const start = performance.now()
  return await new Promise((done, fail) => {
    const look = () => {
      if (watched.textContent === before) return
      seen.disconnect()
      requestAnimationFrame(() => setTimeout(() => done(performance.now() - start)))
    }
    const seen = new MutationObserver(look)
    seen.observe(watched, {childList: true, subtree: true, characterData: true})
    setTimeout(() => fail(new Error("no answer")), 10000)
  })
}"""
COUNT = """lab => {
  window.seen = 0
  window.watch?.disconnect()
  window.watch = new MutationObserver(() => window.seen++)
  window.watch.observe(lab, {attributes: true, attributeFilter: ["data-updates"]})
}"""
PAIRS = {
    "two normals": "p=normal(0,1)&q=normal(2,1)",
    "mixtures of five": "p=mixture(normal(-4,.5)%2Bnormal(-2,.5)%2Bnormal(0,.5)%2Bnormal(2,.5)"
    "%2Bnormal(4,.5))&q=mixture(normal(-3,1)%2Bnormal(-1,1)%2Bnormal(0,2)%2Bnormal(1,1)"
    "%2Bnormal(3,1))",
    "histograms": "p=histogram(0,5,1,2,4,2,1)&q=histogram(0,5,3,1,1,1,4)",
}
TARGETS = {
    "updates_per_s": "at least 15",
    "release_ms": "at most 250",
    "ratio": "at most 2.5",
}


def opened(page: Page, url: str) -> Locator:
    """The component of a theory page, drawn."""
    page.goto(url)
    lab = page.locator(".lab[data-updates]")
    lab.wait_for()
    page.locator(IDLE).wait_for()
    time.sleep(1.5)
    return lab


def dragged(page: Page, lab: Locator, slider: Locator) -> float:
    """New figures a second while a slider's thumb goes to and fro."""
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    assert box
    x, y, wide = box["x"], box["y"] + box["height"] / 2, box["width"]
    lab.evaluate(COUNT)
    page.mouse.move(x + 0.5 * wide, y)
    page.mouse.down()
    start, i = time.perf_counter(), 0
    while (spent := time.perf_counter() - start) < DRAG:
        i += 1
        page.mouse.move(
            x + wide * (0.5 + 0.2 * ((i % 60) / 30 - 1) * (1 if i % 120 < 60 else -1)), y
        )
    page.mouse.up()
    return page.evaluate("window.seen") / spent


def press(page: Page, slider: Locator, watched: Locator, key: str) -> float:
    """Milliseconds from a key on a slider to the new picture."""
    slider.focus()
    handles = [slider.element_handle(), watched.element_handle()]
    page.evaluate("window.timed = null")
    page.evaluate(f"h => {{ window.timed = ({TIME})(h) }}", handles)
    slider.press(key)
    taken = page.evaluate("window.timed")
    page.locator(IDLE).wait_for()
    time.sleep(0.15)
    return taken


def measure(page: Page, empty: Page, url: str, bare: str) -> list[dict[str, Any]]:
    """A row for each page and pair."""
    empty.goto(bare)
    empty.locator(IDLE).wait_for()
    time.sleep(1)
    nothing = empty.get_by_role("slider"), empty.get_by_test_id("stText")
    found = []
    for path, card in CARDS.items():
        for name, pair in PAIRS.items():
            lab = opened(page, f"{url}/{path}?{pair}")
            slider = lab.locator("section.q .row input").first
            first, *rates = (dragged(page, lab, slider) for _ in range(4))
            time.sleep(1)
            ours, theirs = [], []
            for i in range(PRESSES):
                key = KEYS[i % 2]
                page.bring_to_front()
                ours.append(press(page, slider, lab.locator(f".card[data-key={card}] b"), key))
                empty.bring_to_front()
                theirs.append(press(empty, *nothing, key))
            release, base = statistics.median(ours), statistics.median(theirs)
            found.append({
                "page": path, "pair": name,
                "first_drag": first, "updates_per_s": statistics.median(rates),
                "release_ms": release, "empty_ms": base, "ratio": release / base,
            })  # fmt: skip
    return found


def main() -> None:
    args = argparse.ArgumentParser(description=__doc__)
    args.add_argument("--json", action="store_true", help="one line of JSON instead of a table")
    as_json = args.parse_args().json
    load = ", ".join(f"{x:.1f}" for x in os.getloadavg())
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        script = Path(folder) / "empty.py"
        script.write_text(EMPTY)
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        pages = [browser.new_page(viewport={"width": 1280, "height": 1000}) for _ in range(2)]
        with (
            serve(Path(folder) / "runs") as (url, _),
            serve(Path(folder) / "no", script) as (bare, _),
        ):
            found = measure(*pages, url, bare)
    if as_json:
        print(json.dumps({"machine": runs.machine(), "load": load, "rows": found}))
        return
    print(f"{runs.machine()}, load {load}")
    print("   ".join(f"{name}: {target}" for name, target in TARGETS.items()))
    print("page         pair              first drag  updates/s   release    empty  ratio")
    for row in found:
        print(
            f"{row['page']:12} {row['pair']:16} {row['first_drag']:10.1f}/s"
            f" {row['updates_per_s']:8.1f}/s {row['release_ms']:6.0f} ms {row['empty_ms']:5.0f} ms"
            f" {row['ratio']:6.2f}"
        )


if __name__ == "__main__":
    main()
