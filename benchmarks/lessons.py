"""How often each lesson shows what it promises: `python benchmarks/lessons.py [--seeds 0 1 2]`.

Carries out every side of each lesson as an ordinary run, checks the lesson's claim as the page
does, and prints a row for each lesson: in how many seeds it held, and the figures of the others.
"""

import argparse
import os
import sys
import tempfile
import time
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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, nargs="+", default=list(range(10)))
    parser.add_argument("--lessons", nargs="+", default=list(LESSONS), choices=list(LESSONS))
    given = parser.parse_args()
    print(f"{runs.machine()}, load {os.getloadavg()[0]:.1f}, seeds {given.seeds}\n")
    found: dict[str, list[tuple[int, bool, str]]] = {name: [] for name in given.lessons}
    with tempfile.TemporaryDirectory() as folder:
        for seed in given.seeds:
            for name in given.lessons:
                begin = time.perf_counter()
                good, words = LESSONS[name].claim(figures(LESSONS[name], seed, Path(folder)))
                found[name].append((seed, good, words))
                took = time.perf_counter() - begin
                print(f"{name}, seed {seed}: {good}, {words} {took:.0f} s", file=sys.stderr)
    print("| lesson | held | the first seed, and where it did not hold |")
    print("| --- | --- | --- |", flush=True)
    for name, rows in found.items():
        said = [f"{words} ({seed})" for seed, good, words in rows if not good or seed == rows[0][0]]
        print(f"| {name} | {sum(r[1] for r in rows)} of {len(rows)} | {' '.join(said)} |")


if __name__ == "__main__":
    main()
