"""What each lever of the image engine is worth: `python benchmarks/levers.py`.

Trains the recommended settings of an objective, and the same with one lever turned, in turns of a
few rounds in one process; a row is the median time of a round and the ratio to the preset's, that
of the medians. Above 1 the preset is the faster. `slopes` differentiates D twice instead.
"""

import argparse
import os
import statistics
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import torch

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
from gan_core import rounds, runs  # noqa: E402
from gan_core.build import bfloat16_gain, build  # noqa: E402
from gan_core.config import Config  # noqa: E402
from gan_core.presets import preset  # noqa: E402
from gan_core.training import Step, train  # noqa: E402

LEVERS = {
    "as recommended": {},
    "precision: float32": {"precision": "float32"},
    "layout: channels first": {"layout": "channels-first"},
    "fakes: fresh for G": {"fakes": "fresh"},
    "forms: plain": {"forms": "plain"},
    "forms: fast": {"forms": "fast"},
}
RESIDUAL = {"network": "resnet", "norm_g": "none"}
SUBJECTS = {  # objective, size, width, rounds in a turn, other settings
    "DCGAN 32x32, width 32": ("dcgan", 32, 32, 6, {}),
    "DCGAN 64x64, width 64": ("dcgan", 64, 64, 2, {}),
    "R3GAN 32x32, width 32": ("r3gan", 32, 32, 4, {}),
    "R3GAN 32x32, residual": ("r3gan", 32, 32, 4, RESIDUAL),
}


def started(config: Config, slopes: bool) -> Iterator[Step]:
    """Rounds of this config, the first one done; without `slopes` D is differentiated twice."""
    players, data, plan = build(config)
    found = train(players, data.sample, plan)
    with patch.object(rounds, "slopes_of", rounds.slopes_of if slopes else lambda D: None):
        next(found)
    return found


def timed(found: Iterator[Step], count: int) -> float:
    begin = time.perf_counter()
    for _ in range(count):
        next(found)
    return (time.perf_counter() - begin) / count


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--turns", type=int, default=9)
    parser.add_argument("--only", nargs="+", choices=SUBJECTS, default=list(SUBJECTS))
    parser.add_argument("--data", default="digits", help="a set of pictures")
    given = parser.parse_args()
    torch.set_flush_denormal(True)
    print(f"{runs.machine()}, load {os.getloadavg()[0]:.1f}, torch {torch.__version__},"
          f" products of bfloat16 {bfloat16_gain('cpu'):.1f} times as quick\n")  # fmt: skip
    print("| networks | lever | ms a round | ratio |\n| --- | --- | --- | --- |", flush=True)
    for title in given.only:
        objective, size, width, count, own = SUBJECTS[title]
        base = preset(objective, given.data, size=size, width=width, steps=10**6, **own)
        levers = {
            name: started(base.replace(**changes), True) for name, changes in LEVERS.items()
            if changes.get("fakes") != base.fakes
        }  # fmt: skip
        if objective == "r3gan":
            levers["slopes: off"] = started(base, False)
        turns = [[timed(found, count) for found in levers.values()] for _ in range(given.turns)]
        medians = [statistics.median(column) for column in zip(*turns, strict=True)]
        for name, median in zip(levers, medians, strict=True):
            print(f"| {title} | {name} | {1e3 * median:.1f} | {median / medians[0]:.2f} |",
                  flush=True)  # fmt: skip


if __name__ == "__main__":
    main()
