"""How quick the app is for one visitor: `python benchmarks/live.py [--json]`.

Starts a server of its own and Chromium, opens the first page, trains 2-D runs, and prints what was
measured with its target and the machine; a first picture is the median over CLICKS runs. Close
other programs first: a busy core shows.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
from gan_core import runs  # noqa: E402
from scripts.serving import FLAGS, IDLE, chromium, serve  # noqa: E402

WATCH = """canvas => {
  window.arrivals = []
  new MutationObserver(() => window.arrivals.push(performance.now()))
    .observe(canvas, {attributes: true, attributeFilter: ["data-step"]})
}"""
CLICKS = 5
LOOK = 8.0  # seconds in which frames are counted
TARGETS = {
    "first_page_s": "at most 3",
    "first_picture_s": "at most 1",
    "frames_per_s": "at least 5",
    "server_rss_mb": "at most 150",
    "torch_in_server": "False",
}


def measure(page: Page, url: str, server: subprocess.Popen, born: float) -> dict[str, Any]:
    """Open, train, count."""
    page.goto(url)
    page.locator(IDLE).wait_for()
    page.get_by_role("heading", level=1).first.wait_for()
    found: dict[str, Any] = {"first_page_s": time.perf_counter() - born}
    waits = []
    for click in range(CLICKS):
        if click:
            _stop(page)
        waits.append(_first_picture(page, url, server))
    found["first_picture_s"] = statistics.median(waits)
    arena = page.locator("canvas[data-step]")
    time.sleep(LOOK)  # the next worker gets warm meanwhile
    arena.evaluate(WATCH)
    cpu = _cpu(server.pid)
    time.sleep(LOOK)
    found["frames_per_s"] = len(page.evaluate("window.arrivals")) / LOOK
    found["server_cpu"] = (_cpu(server.pid) - cpu) / LOOK
    _stop(page)
    for name in sorted(p.stem for p in (ROOT / "pages").glob("*.py")):
        page.goto(f"{url}/{'' if name == 'home' else name}")
        page.locator(IDLE).wait_for()
        time.sleep(1)
    found["server_rss_mb"] = _rss(server.pid)
    found["torch_in_server"] = "libtorch" in Path(f"/proc/{server.pid}/maps").read_text()
    return found


def _first_picture(page: Page, url: str, server: subprocess.Popen) -> float:
    """Seconds from the click on Train, with a warm worker, to the first frame of the run."""
    page.goto(f"{url}/train_2d?p_steps=1000000&p_seconds=60")
    page.locator(IDLE).wait_for()
    _until_warm(server.pid)
    clicked = time.perf_counter()
    page.get_by_role("button", name="Train", exact=True).click()
    page.locator("canvas[data-step]").wait_for()
    return time.perf_counter() - clicked


def _stop(page: Page) -> None:
    page.get_by_role("button", name="Stop").click()
    page.get_by_role("button", name="Resume").wait_for()


def _until_warm(server: int) -> None:
    """Wait until the server has two workers or more and none of them uses its processor."""
    before: dict[int, float] = {}
    while True:
        time.sleep(1.5)
        found = {}
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                parent = int(stat.read_text().rpartition(")")[2].split()[1])
                if parent == server:
                    found[int(stat.parent.name)] = _cpu(int(stat.parent.name))
            except OSError:  # it ended meanwhile
                continue
        if len(found) >= 2 and found == before:
            return
        before = found


def _cpu(pid: int) -> float:
    """Processor seconds that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _rss(pid: int) -> float:
    """Resident memory in MB."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def main() -> None:
    args = argparse.ArgumentParser(description=__doc__)
    args.add_argument("--json", action="store_true", help="one line of JSON instead of a table")
    as_json = args.parse_args().json
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        load = ", ".join(f"{x:.1f}" for x in os.getloadavg())
        where = f"{runs.machine()}, load {load}, Python {platform.python_version()}"
        born = time.perf_counter()
        with serve(Path(folder) / "runs") as (url, server):
            found = measure(page, url, server, born)
    if as_json:
        print(json.dumps({"machine": where, **found}))
        return
    print(where)
    for name, value in found.items():
        shown = value if isinstance(value, bool) else f"{value:.2f}"
        print(f"{name:18} {shown!s:>8}   {TARGETS.get(name, '')}")


if __name__ == "__main__":
    main()
