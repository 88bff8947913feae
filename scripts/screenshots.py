"""Take the README's picture of each page from the running app, into docs/images/.

    python scripts/screenshots.py                 # trains some short runs first: about 3 minutes
    python scripts/screenshots.py --runs runs     # shows the runs of this folder instead
    python scripts/screenshots.py --dark --width 390 --out shots   # to look at, not for the README

Needs Chromium ($CHROMIUM, /usr/bin/chromium, or Playwright's own) and the development packages.
"""

import argparse
import io
import os
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

HERE = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(HERE))
from gan_core import runs  # noqa: E402
from gan_core.config import Config  # noqa: E402
from gan_core.lessons import LESSONS  # noqa: E402
from gan_core.presets import command  # noqa: E402
from scripts.serving import FLAGS, chromium, serve  # noqa: E402

LESSON = "collapse"  # what the Compare page shows
LARGEST = 250_000  # bytes of one picture
TALLEST = 1500  # pixels
TRAINED = (  # what the pages show unless --runs names a folder
    ("--objective", "ns-gan", "--data", "grid"),
    ("--objective", "wgan-gp", "--data", "faces", "--seconds", "90"),
    ("--objective", "r3gan", "--data", "ring"),
)


def addresses(folder: Path) -> dict[str, str]:
    """What each picture shows: its name and the page's address."""
    newest: dict[str, str] = {}
    found = runs.all_runs(folder)
    for run in found:
        newest.setdefault(run.config.kind, run.id)
    lesson = _lesson(found)
    return {
        "home": "",
        "divergences": "divergences",
        "equilibrium": "equilibrium",
        "mistakes": "mistakes",
        "train_2d": f"train_2d?run={newest['2d']}" if "2d" in newest else "train_2d",
        "compare": f"compare?runs={','.join(lesson)}" if lesson else "compare",
        "train_images": f"train_images?run={newest['image']}" if "image" in newest
        else "train_images",
        "samples": "samples",
        "runs": "runs",
    }  # fmt: skip


def _lesson(found: list[runs.Run]) -> list[str]:
    """The runs of LESSON in the order of its panels; empty where one of them is missing."""
    by_config = {_plain(run.config): run.id for run in reversed(found)}
    sides = [by_config.get(_plain(config)) for config in LESSONS[LESSON].configs()]
    return [name for name in sides if name] if all(sides) else []


def _plain(config: Config) -> str:
    return config.replace(precision="auto").to_json()  # a worker has stored what it decided


def _train(folder: Path) -> None:
    """The runs that the pictures show."""
    at = {"cwd": HERE, "env": os.environ | {"GAN_RUNS": str(folder)}, "check": True}
    for config in LESSONS[LESSON].configs():
        words = shlex.split(command(config))
        subprocess.run([sys.executable, *words[1:]], **at)
    for flags in TRAINED:
        subprocess.run([sys.executable, "-m", "gan_core", "train", *flags], **at)


def shoot(page: Page, url: str, width: int) -> Image.Image:
    """The whole page, once nothing on it changes any more."""
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(url)
    page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for(timeout=60_000)
    page.wait_for_function("() => !document.querySelector('[data-stale=true]')", timeout=60_000)
    page.wait_for_timeout(2500)  # moving pictures need something to have moved
    inner = "() => document.querySelector('[data-testid=stMain]').scrollHeight"
    page.set_viewport_size({"width": width, "height": min(page.evaluate(inner), TALLEST)})
    page.wait_for_timeout(700)
    if page.get_by_test_id("stException").count():
        raise SystemExit(f"{url} shows an error: {page.get_by_test_id('stException').inner_text()}")
    return Image.open(io.BytesIO(page.screenshot())).convert("RGB")


def save(picture: Image.Image, path: Path) -> int:
    """As WebP of the best quality that stays below LARGEST; its size in bytes."""
    for quality in (92, 85, 75, 60):
        out = io.BytesIO()
        picture.save(out, "WEBP", quality=quality, method=6)
        if out.tell() < LARGEST:
            break
    path.write_bytes(out.getvalue())
    return out.tell()


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--runs", type=Path, help="folder of runs to show (default: train some)")
    parser.add_argument("--out", type=Path, default=HERE / "docs" / "images")
    parser.add_argument("--width", type=int, default=1280)
    parser.add_argument("--dark", action="store_true")
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as spare:
        folder = (given.runs or Path(spare)).resolve()
        if not given.runs:
            _train(folder)
        with serve(folder) as (url, _), sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
            scheme = "dark" if given.dark else "light"
            page = browser.new_context(color_scheme=scheme).new_page()
            for name, address in addresses(folder).items():
                picture = shoot(page, f"{url}/{address}", given.width)
                size = save(picture, given.out / f"{name}.webp")
                print(f"{name}.webp: {picture.width} x {picture.height}, {size / 1000:.0f} kB")
            browser.close()


if __name__ == "__main__":
    main()
