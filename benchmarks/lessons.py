"""How often each lesson shows what it promises: `python benchmarks/lessons.py [--seeds 10]`.

Carries out every side of each lesson as an ordinary run, checks the lesson's claim as the page
does, and prints a row for each lesson: in how many seeds it held, and the figures of the others.
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
from gan_core import lessons, runs  # noqa: E402
from gan_core.lessons import LESSONS, Figures, Lesson  # noqa: E402
from gan_core.worker import record  # noqa: E402

_done: dict[str, Figures] = {}  # of runs carried out already: lessons share some of their sides


def figures(lesson: Lesson, seed: int, folder: Path) -> list[Figures]:
    """What the sides of a lesson measured, each in a run of its own below `folder`."""
    found = []
    for config in lesson.configs(seed):
        key = config.to_json()
        if key not in _done:
            run = runs.create(config, folder / runs.new_id(config))
            status = list(record(run))[-1]
            if status["state"] != "done":
                raise SystemExit(
                    f"{lesson.name}, seed {seed}: {status['state']}, {status['error']}"
                )
            _done[key] = lessons.figures(run)
        found.append(_done[key])
    return found


def results(lesson: Lesson, seeds: int, folder: Path) -> Iterator[tuple[int, bool, str]]:
    """(seed, whether the claim held, the figures in words) for each seed."""
    for seed in range(seeds):
        yield seed, *lesson.claim(figures(lesson, seed, folder))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--lessons", nargs="+", default=list(LESSONS), choices=list(LESSONS))
    given = parser.parse_args()
    print(f"{runs.machine()}, load {os.getloadavg()[0]:.1f}, seeds 0 to {given.seeds - 1}\n")
    print("| lesson | held | seconds | seed 0, and where it did not hold |")
    print("| --- | --- | --- | --- |", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        for name in given.lessons:
            begin = time.perf_counter()
            found = list(results(LESSONS[name], given.seeds, Path(folder)))
            held = sum(good for _, good, _ in found)
            said = [f"{words} (seed {seed})" for seed, good, words in found if not good or not seed]
            took = (time.perf_counter() - begin) / given.seeds
            print(
                f"| {name} | {held} of {len(found)} | {took:.0f} | {' '.join(said)} |", flush=True
            )


if __name__ == "__main__":
    main()
