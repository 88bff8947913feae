"""How quickly the pages answer while a run trains on every core: `python benchmarks/usable.py`.

Starts the app, Chromium, and a DCGAN run on faces at 32x32 in a worker, as a click on Train does.
Presses keys on sliders of the theory pages, and on a number of the image page, and times key to
picture: in turns while the run trains and while it is paused. Rounds a second are those of the run
in its turns, with the pages in use beside it. Close other programs first: a busy core shows.
"""

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
from benchmarks.pages import CARDS, KEYS, PAIRS, opened, press  # noqa: E402
from gan_core import runs  # noqa: E402
from gan_core.executors import Local  # noqa: E402
from gan_core.presets import preset  # noqa: E402
from gan_core.runs import Run  # noqa: E402
from scripts.serving import FLAGS, IDLE, chromium, serve  # noqa: E402

PATIENCE = 120.0  # seconds that the run may take to start, to pause or to go on
SETTLE = 1.0  # seconds after the run went on or paused
BAR = 150  # ms, at the median, while a run trains
# Resolves with the milliseconds from now to the frame after a run of the page's script has ended.
ENDED = """app => new Promise((done, fail) => {
  const start = performance.now()
  let began = false
  const seen = new MutationObserver(() => {
    const idle = app.dataset.testScriptState === "notRunning"
    began ||= !idle
    if (!began || !idle) return
    seen.disconnect()
    requestAnimationFrame(() => setTimeout(() => done(performance.now() - start)))
  })
  seen.observe(app, {attributes: true, attributeFilter: ["data-test-script-state"]})
  setTimeout(() => fail(new Error("no answer")), 10000)
})"""
Press = Callable[[str], float]  # a key -> milliseconds until the page has answered


def slider_of(page: Page, url: str, path: str, pair: str) -> Press:
    """A theory page's first slider of q."""
    lab = opened(page, f"{url}/{path}?{PAIRS[pair]}")
    slider, shown = lab.locator("section.q .row input").first, f".card[data-key={CARDS[path]}] b"
    return lambda key: press(page, slider, lab.locator(shown), key)


def number_of(page: Page, url: str) -> Press:
    """The batch size among the image page's settings; all of the page runs anew."""
    page.goto(f"{url}/train_images?i_data=faces")
    page.locator(IDLE).wait_for()
    page.get_by_role("button", name="Advanced").click()
    number = page.locator("input[aria-label='Batch size']")
    number.wait_for()
    time.sleep(1.5)
    app = page.get_by_test_id("stApp")

    def pressed(key: str) -> float:
        number.focus()
        page.evaluate(f"app => {{ window.timed = ({ENDED})(app) }}", app.element_handle())
        number.press({"ArrowRight": "ArrowUp", "ArrowLeft": "ArrowDown"}[key])
        taken = page.evaluate("window.timed")
        time.sleep(0.15)
        return taken

    return pressed


def until(run: Run, state: str) -> None:
    limit = time.monotonic() + PATIENCE
    while (status := run.status())["state"] != state or not status.get("step"):
        if status["state"] in ("done", "failed") or time.monotonic() > limit:
            raise SystemExit(f"The run is {status['state']} and not {state}: {status.get('error')}")
        time.sleep(0.05)


def turn(run: Run, state: str, pressed: Press, count: int) -> tuple[list[float], float, int]:
    """The answers' milliseconds in a turn, its seconds, and the rounds trained meanwhile."""
    run.request("pause") if state == "paused" else run.clear("pause")
    until(run, state)
    time.sleep(SETTLE)
    begin, step = time.perf_counter(), run.status()["step"]
    found = [pressed(KEYS[i % 2]) for i in range(count)]
    return found, time.perf_counter() - begin, run.status()["step"] - step


def measure(run: Run, title: str, pressed: Press, given: argparse.Namespace) -> list[str]:
    """Two rows of the table: while the run trains, and while it is paused."""
    for key in KEYS:
        pressed(key)
    rows = []
    turns: dict[str, list[tuple[list[float], float, int]]] = {"running": [], "paused": []}
    for _ in range(given.turns):
        for state, found in turns.items():
            found.append(turn(run, state, pressed, given.presses))
    for state, found in turns.items():
        times = sorted(ms for part, _, _ in found for ms in part)
        latest = statistics.quantiles(times, n=20, method="inclusive")[-1]
        rounds = sum(r for *_, r in found) / sum(s for _, s, _ in found)
        rows.append(
            f"| {title} | {state} | {statistics.median(times):.0f} ms"
            f" | {latest:.0f} ms | {times[-1]:.0f} ms"
            f" | {rounds:.1f} |"
        )
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--turns", type=int, default=6, help="of each state")
    parser.add_argument("--presses", type=int, default=6, help="in a turn")
    parser.add_argument("--pairs", nargs="+", choices=PAIRS, default=list(PAIRS)[:2])
    given = parser.parse_args()
    load = ", ".join(f"{x:.1f}" for x in os.getloadavg())
    print(f"{runs.machine()}, load {load}; asked: {BAR} ms at the median while a run trains\n")
    print("| page | the run is | median | 95th percentile | slowest | rounds a second |")
    print("| --- " * 6 + "|", flush=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        os.environ["GAN_RUNS"] = folder
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        page = browser.new_page(viewport={"width": 1280, "height": 1000})
        workers = Local()
        with serve(Path(folder)) as (url, _):
            run = runs.create(preset("dcgan", "faces", steps=10**6, seconds=3600))
            workers.start(run)
            try:
                until(run, "running")
                for path in CARDS:
                    for pair in given.pairs:
                        pressed = slider_of(page, url, path, pair)
                        rows = measure(run, f"{path}, {pair}", pressed, given)
                        print("\n".join(rows), flush=True)
                rows = measure(run, "train_images, a number", number_of(page, url), given)
                print("\n".join(rows), flush=True)
            finally:
                run.request("stop")
                workers.close()
                until(run, "stopped")


if __name__ == "__main__":
    main()
