"""What the presets reach on 2-D data: `python benchmarks/recipes.py [--data ring] [--seeds 0 1 2]`.

Trains each objective with nothing else set and prints modes, high quality, reverse KL and EM as
the run measured them, beside what a perfect sampler scores, and the machine.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
from gan_core import runs  # noqa: E402
from gan_core.catalog import OBJECTIVES  # noqa: E402


def train(objective: str, data: str, preset: str, seed: int, folder: str) -> dict:
    """The JSON line of one run."""
    argv = ["train", "--objective", objective, "--data", data, "--preset", preset]
    done = subprocess.run(
        [sys.executable, "-m", "gan_core", *argv, "--seed", str(seed), "--json"],
        cwd=ROOT, capture_output=True, text=True, check=True,
        env=os.environ | {"GAN_RUNS": folder},
    )  # fmt: skip
    return json.loads(done.stdout.splitlines()[-1])


def main() -> None:
    args = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    args.add_argument("--data", default="ring")
    args.add_argument("--preset", default="recommended")
    args.add_argument("--objectives", nargs="+", default=list(OBJECTIVES))
    args.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    options = args.parse_args()
    load = ", ".join(f"{x:.1f}" for x in os.getloadavg())
    print(f"{options.data}, {options.preset} presets, medians over seeds {options.seeds};")
    print(f"{runs.machine()}, load {load}\n")
    print("| objective | modes | high quality | reverse KL | EM | seconds |")
    print("| --- | --- | --- | --- | --- | --- |")
    perfect: dict = {}
    with tempfile.TemporaryDirectory() as folder:
        for objective in options.objectives:
            found = [
                train(objective, options.data, options.preset, seed, folder)
                for seed in options.seeds
            ]
            perfect = found[0]["metrics"]
            counts = "/".join(f"{f['metrics']['modes']}" for f in found)
            hq, kl, em = (
                median(f["metrics"][name] for f in found) for name in ("hq", "reverse_kl", "em")
            )
            seconds = median(f["seconds"] for f in found)
            total = perfect["modes_total"]
            print(
                f"| {objective} | {counts} of {total} | {hq:.1%} | {kl:.4f} | {em:.3f} |"
                f" {seconds:.0f} |",
                flush=True,
            )
    print(
        f"| *a perfect sampler* | {perfect['modes_real']:.0f} | {perfect['hq_real']:.1%} |"
        f" {perfect['reverse_kl_real']:.4f} | {perfect['em_real']:.3f} | |"
    )


if __name__ == "__main__":
    main()
