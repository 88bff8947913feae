"""What each preset reaches in the plane, and in how long: `python benchmarks/recipes.py`.

Carries out every objective x data set x preset x seed as an ordinary run, one after the other, and
prints a row for each preset: the mean over the seeds, ± their standard deviation, of the figures
measured at the run's end. Seconds count from the worker's first step to the end of its last
measurement. The last column counts the runs with all modes, `--least` per cent of high quality and
at most `--within` seconds. `--keep FILE` appends each run's figures to a file and skips those it
has already, so that the table can be made in several sittings; only runs of equal settings are the
same run.
"""

import argparse
import json
import math
import os
import statistics
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
from gan_core import runs  # noqa: E402
from gan_core.catalog import OBJECTIVES  # noqa: E402
from gan_core.config import Config  # noqa: E402
from gan_core.presets import preset  # noqa: E402
from gan_core.ready import dry_run  # noqa: E402
from gan_core.worker import record  # noqa: E402

KINDS = ("published", "recommended")
COLUMNS = {  # of the table: what it is called, its figure in a run's last measurement, its form
    "high quality, %": ("hq", lambda v: 100 * v),
    "reverse KL": ("reverse_kl", float),
    "EM": ("em", float),
    "seconds": ("seconds", float),
}


def carried_out(config: Config, keep: Path | None) -> dict[str, Any]:
    """The figures of one run at its end; those in the file `keep` are taken from there."""
    settings = config.to_dict()
    for line in keep.read_text().splitlines() if keep and keep.exists() else []:
        kept = json.loads(line)
        if kept["config"] == settings:
            return kept["found"]
    with tempfile.TemporaryDirectory() as folder:
        run = runs.create(config, Path(folder) / runs.new_id(config))
        status = list(record(run))[-1]
    done = status["state"] == "done"
    found = (
        {"seconds": status["seconds"], **status["metrics"]} if done else {"failed": status["error"]}
    )
    if keep:
        with open(keep, "a") as file:
            file.write(json.dumps({"config": settings, "found": found}) + "\n")
    return found


def row(found: Sequence[dict[str, Any]]) -> list[str]:
    """The cells of one preset; a run that failed counts in its first cell alone."""
    good = [f for f in found if "failed" not in f]
    if not good:
        return [f"0 of {len(found)} ended", *["" for _ in COLUMNS]]
    total = int(good[0]["modes_total"])
    all_of_them = sum(f["modes"] == total for f in good)
    modes = [f["modes"] for f in good]
    cells = [f"{spread(modes)} of {total}; all in {all_of_them} of {len(found)}"]
    return cells + [spread([form(f[name]) for f in good]) for name, form in COLUMNS.values()]


def met(found: Sequence[dict[str, Any]], least: float, within: float) -> str:
    """How many runs have all modes, `least` per cent of high quality and took `within` seconds."""
    good = [f for f in found if "failed" not in f and f["modes"] == f["modes_total"]]
    good = [f for f in good if 100 * f["hq"] >= least and f["seconds"] <= within]
    return f"{len(good)} of {len(found)}"


def perfect(found: dict[str, Any]) -> list[str]:
    """The cells of a sampler that draws the data itself, as one run's judge measured it."""
    cells = [f"{found['modes_real']:.0f}"]
    for name, form in COLUMNS.values():
        cells.append(f"{form(found[name + '_real']):.3g}" if name + "_real" in found else "")
    return cells


def spread(values: Sequence[float]) -> str:
    """Mean ± standard deviation, to the digits that the deviation leaves."""
    mean = statistics.fmean(values)
    if len(values) < 2:
        return f"{mean:.3g}"
    off = statistics.stdev(values)
    digits = max(0, 1 - math.floor(math.log10(off))) if off else 1
    return f"{mean:.{min(digits, 4)}f} ± {off:.{min(digits, 4)}f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--objectives", nargs="+", default=list(OBJECTIVES), choices=OBJECTIVES)
    parser.add_argument("--data", nargs="+", default=["ring", "grid"])
    parser.add_argument("--presets", nargs="+", default=KINDS, choices=KINDS)
    parser.add_argument("--seeds", type=int, nargs="+", default=range(10))
    parser.add_argument("--keep", type=Path, help="file of finished runs, a line of JSON each")
    parser.add_argument("--least", type=float, default=95, help="per cent of high quality")
    parser.add_argument("--within", type=float, default=math.inf, help="seconds")
    given = parser.parse_args()
    dry_run()  # as a warm worker does
    print(f"{runs.machine()}, load {os.getloadavg()[0]:.1f}, seeds {list(given.seeds)}\n")
    limit = f", {given.within:g} s" if given.within < math.inf else ""
    columns = [*COLUMNS, f"all modes, {given.least:g} %{limit}"]
    print(f"| data | objective | preset | modes | {' | '.join(columns)} |")
    print("| --- " * (len(columns) + 4) + "|", flush=True)
    for data in given.data:
        for objective in given.objectives:
            for kind in given.presets:
                configs = [preset(objective, data, kind, seed=seed) for seed in given.seeds]
                results = [carried_out(config, given.keep) for config in configs]
                cells = [*row(results), met(results, given.least, given.within)]
                print(f"| {data} | {objective} | {kind} | {' | '.join(cells)} |", flush=True)
        ended = [found for found in results if "failed" not in found]
        if ended:
            print(f"| {data} | *a perfect sampler* | | {' | '.join(perfect(ended[0]))} | |")


if __name__ == "__main__":
    main()
