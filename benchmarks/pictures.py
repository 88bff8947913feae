"""What each objective's recommended settings reach on images in a given time.

    python benchmarks/pictures.py --data faces --seconds 120 --objectives dcgan wgan-gp --out DIR

Every run is a process of its own, `python -m gan_core train --seconds`, one after the other, whose
learning rates decay over the rounds that fit into the time. A row is the mean over the seeds, ±
their standard deviation, of what was measured at the runs' ends, each with the value of real
pictures in brackets; `resident` is the largest memory of a process. `--out` keeps the last grid of
64 pictures of every run, to be looked at. `--keep FILE` appends each run's figures to a file and
skips those it has already. `--expect` puts the means into gan_core/assets/expected.json, from which
the page says what to expect of a run; it goes with no other settings than the presets' own. With
`--at-once N` so many runs share the processors, each with as many threads as fall to it: a quicker
way to the figures of a smaller machine.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
from benchmarks.recipes import spread  # noqa: E402
from gan_core import expected, runs  # noqa: E402
from gan_core.catalog import OBJECTIVES  # noqa: E402

NAMES = ["dcgan", *(name for name in OBJECTIVES if name != "ns-gan")]


def carried_out(given: argparse.Namespace, objective: str, seed: int) -> dict[str, Any]:
    """What one run measured at its end; of a run in `--keep` what stands there."""
    more = [*given.settings]
    if given.at_once > 1:
        more += ["--threads", str(threads(given))]
    settings = [objective, given.data, given.seconds, seed, *more]
    for line in given.keep.read_text().splitlines() if given.keep and given.keep.exists() else []:
        kept = json.loads(line)
        if kept["settings"] == settings:
            return kept["found"]
    with tempfile.TemporaryDirectory() as folder:
        command = [
            sys.executable, "-m", "gan_core", "train", "--objective", objective, "--data",
            given.data, "--seconds", str(given.seconds), "--seed", str(seed),
            "--json", *more,
        ]  # fmt: skip
        found = _run(command, Path(folder))
        run = Path(found.pop("run"))
        if given.out and found["state"] == "done":
            given.out.mkdir(parents=True, exist_ok=True)
            frame = runs.Run(run).latest()
            name = f"{objective}-{given.data.replace(':', '-')}-{seed}.webp"
            (given.out / name).write_bytes(frame[2] if frame else b"")
        shutil.rmtree(run, ignore_errors=True)
    if given.keep:
        with open(given.keep, "a") as file:
            file.write(json.dumps({"settings": settings, "found": found}) + "\n")
    return found


def threads(given: argparse.Namespace) -> int:
    """Of one run."""
    return max(1, (os.cpu_count() or 1) // given.at_once)


def _run(command: list[str], folder: Path) -> dict[str, Any]:
    """What the process says at its end, and its largest resident memory in bytes."""
    with open(folder / "said", "w+") as said:
        process = subprocess.Popen(
            command, cwd=ROOT, stdout=said, env=os.environ | {"GAN_RUNS": str(folder)}
        )
        _, _, used = os.wait4(process.pid, 0)
        said.seek(0)
        lines = [line for line in said if line.startswith("{")]
    if not lines:
        raise SystemExit(f"{' '.join(command)} ended without a result.")
    return json.loads(lines[-1]) | {"resident": used.ru_maxrss * 1024}


def row(found: Sequence[dict[str, Any]]) -> list[str]:
    good = [f["metrics"] for f in found if f["state"] == "done"]
    if not good:
        return [f"0 of {len(found)} ended"]
    cells = []
    for name, digits in (("frechet", 1), ("kernel", 3), ("precision", 2), ("recall", 2)):
        cells.append(f"{spread([m[name] for m in good])} ({good[0][name + '_real']:.{digits}f})")
    present, total = [m.get("classes_present") for m in good], good[0].get("classes_total")
    cells.append(f"{spread(present)} of {total}" if total else "")
    cells.append(spread([f["steps"] for f in found]))
    cells.append(spread([f["seconds"] for f in found]))
    return [*cells, f"{max(f['resident'] for f in found) / 1e9:.2f} GB"]


def entry(found: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """What the page may say of these runs, which all ended: see `gan_core.expected`."""
    last = [f["metrics"] for f in found]
    distances = [m["frechet"] for m in last]
    told = {
        "frechet": statistics.mean(distances),
        "spread": statistics.stdev(distances) if len(found) > 1 else 0.0,
        "frechet_real": statistics.mean(m["frechet_real"] for m in last),
        "space": last[0]["feature_space"],
        "rounds": statistics.mean(f["steps"] for f in found),
        "seeds": len(found),
    }
    if "classes_total" in last[0]:
        told["classes_present"] = statistics.mean(m["classes_present"] for m in last)
        told["classes_total"] = last[0]["classes_total"]
    return told


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", default="faces")
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--objectives", nargs="+", default=NAMES, choices=NAMES)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--out", type=Path, help="folder for the last pictures")
    parser.add_argument("--keep", type=Path, help="file of finished runs, a line of JSON each")
    parser.add_argument("--expect", action="store_true", help="keep the means for the page")
    parser.add_argument("--at-once", type=int, default=1, help="runs beside one another")
    parser.add_argument("settings", nargs="*", help="more of `train`, after --: -- --width 16")
    given = parser.parse_args()
    if given.expect and given.settings:
        parser.error("--expect is of the presets as they are: leave out the other settings.")
    print(
        f"{runs.machine()}, load {os.getloadavg()[0]:.1f}, seeds {given.seeds},"
        f" {given.seconds:g} s, {threads(given)} cores a run {' '.join(given.settings)}\n"
    )
    print(
        "| data | objective | Fréchet | kernel | precision | recall | classes | steps | seconds"
        " | resident |"
    )
    print("| --- " * 10 + "|", flush=True)
    with ThreadPoolExecutor(given.at_once) as pool:
        begun = {
            name: [pool.submit(carried_out, given, name, seed) for seed in given.seeds]
            for name in given.objectives
        }
        for name, ends in begun.items():
            found = [end.result() for end in ends]
            print(f"| {given.data} | {name} | {' | '.join(row(found))} |", flush=True)
            if given.expect and all(f["state"] == "done" for f in found):
                told = entry(found)
                if given.at_once > 1:
                    told["cores"] = threads(given)
                expected.keep(name, given.data, given.seconds, runs.machine(), told)


if __name__ == "__main__":
    main()
