"""What each preset reaches in the plane, and in how long: `python benchmarks/presets.py`.

Carries out every objective x data set x preset x seed as an ordinary run, one after the other, and
prints a row for each preset: the mean over the seeds, ± their standard deviation, of the figures
measured at the run's end. Seconds count from the worker's first step to the end of its last
measurement. `--keep FILE` appends each run's figures to a file and skips those it has already, so
that the table can be made in several sittings; only runs of equal settings are the same run.
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
from gan_core.worker import record  # noqa: E402

KINDS = ("published", "recommended")
COLUMNS = {  # of the table: what it is called, its figure in a run's last measurement, its form
    "HQ, %": ("hq", lambda v: 100 * v),
    "reverse KL": ("reverse_kl", float),
    "EM": ("em", float),
    "seconds": ("seconds", float),
}


def carried_out(config: Config) -> dict[str, Any]:
    """The figures of one run at its end."""
    with tempfile.TemporaryDirectory() as folder:
        run = runs.create(config, Path(folder) / runs.new_id(config))
        status = list(record(run))[-1]
        if status["state"] != "done":
            return {"failed": status["error"]}
        return {"seconds": status["seconds"], **status["metrics"]}


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
    given = parser.parse_args()
    lines = given.keep.read_text().splitlines() if given.keep and given.keep.exists() else []
    known = {json.dumps(r["config"], sort_keys=True): r["found"] for r in map(json.loads, lines)}
    print(f"{runs.machine()}, load {os.getloadavg()[0]:.1f}, seeds {list(given.seeds)}\n")
    print(f"| objective | data | preset | modes | {' | '.join(COLUMNS)} |")
    print("| --- " * (len(COLUMNS) + 4) + "|", flush=True)
    for objective in given.objectives:
        for data in given.data:
            for kind in given.presets:
                results = []
                for seed in given.seeds:
                    config = preset(objective, data, kind, seed=seed)
                    key = json.dumps(config.to_dict(), sort_keys=True)
                    if key not in known:
                        known[key] = carried_out(config)
                        if given.keep:
                            with open(given.keep, "a") as file:
                                line = {"config": config.to_dict(), "found": known[key]}
                                file.write(json.dumps(line) + "\n")
                    results.append(known[key])
                print(f"| {objective} | {data} | {kind} | {' | '.join(row(results))} |", flush=True)


if __name__ == "__main__":
    main()
