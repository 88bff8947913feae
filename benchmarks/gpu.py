"""What the image engine's arithmetic and its graph are worth on a GPU: `python benchmarks/gpu.py`.

Trains the recommended settings of each objective in float32, with TF32 products, in bfloat16, and
in bfloat16 with whole rounds as one CUDA graph, in turns in one process. A row is the median of
real images that D sees a second, and the ratio to float32's, that of the medians. A line on stderr
says where a graph could not be had.
"""

import argparse
import os
import statistics
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import torch

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
from gan_core import runs  # noqa: E402
from gan_core.build import build  # noqa: E402
from gan_core.config import Config  # noqa: E402
from gan_core.presets import preset  # noqa: E402
from gan_core.training import Step, train  # noqa: E402
from gan_core.tuning import tuned  # noqa: E402

WAYS = {
    "float32": {"precision": "float32", "graphs": "off"},
    "TF32": {"precision": "tf32", "graphs": "off"},
    "bfloat16": {"precision": "bfloat16", "graphs": "off"},
    "bfloat16, graph": {"precision": "bfloat16", "graphs": "auto"},
}
SUBJECTS = {  # objective, size
    "DCGAN 32x32": ("dcgan", 32),
    "DCGAN 64x64": ("dcgan", 64),
    "WGAN-GP 32x32": ("wgan-gp", 32),
    "R3GAN 32x32": ("r3gan", 32),
}
AT_ONCE = 10  # rounds between two looks at the clock, for each of which the GPU is waited for


def started(config: Config) -> Iterator[Step]:
    """Rounds of this config, with those done in which cuDNN chooses and a graph is captured."""
    players, data, plan = build(config)
    found = train(players, lambda n, rng: data.sample(n, rng, players.device), plan)
    with tuned(config):
        for _ in range(AT_ONCE):
            next(found)
    return found


def rate(found: Iterator[Step], config: Config, seconds: float) -> float:
    """Real images a second that D sees in one turn."""
    with tuned(config):
        torch.cuda.synchronize()
        rounds, begin, after = 0, time.perf_counter(), 0.0
        while after < seconds:
            for _ in range(AT_ONCE):
                next(found)
            torch.cuda.synchronize()
            rounds, after = rounds + AT_ONCE, time.perf_counter() - begin
    return rounds * config.n_critic * config.batch / after


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--turns", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=2.0, help="of one turn")
    parser.add_argument("--only", nargs="+", choices=SUBJECTS, default=list(SUBJECTS))
    parser.add_argument("--data", default="digits", help="a set of pictures")
    parser.add_argument("--batch", type=int, default=0, help="0: the preset's")
    given = parser.parse_args()
    if not torch.cuda.is_available():
        sys.exit("This measures a GPU, and torch finds none here: run it on a machine with CUDA.")
    print(f"{torch.cuda.get_device_name()}, {runs.machine()}, load {os.getloadavg()[0]:.1f},"
          f" torch {torch.__version__}\n")  # fmt: skip
    print("| networks | batch | arithmetic | images/s | ratio |\n| --- | --- | --- | --- | --- |")
    for title in given.only:
        objective, size = SUBJECTS[title]
        base = preset(objective, given.data, size=size, steps=10**7, device="cuda")
        base = base.replace(batch=given.batch or base.batch)
        ways = [base.replace(**changes) for changes in WAYS.values()]
        loops = [started(config) for config in ways]
        turns = [
            [rate(*pair, given.seconds) for pair in zip(loops, ways, strict=True)]
            for _ in range(given.turns)
        ]
        medians = [statistics.median(column) for column in zip(*turns, strict=True)]
        for way, median in zip(WAYS, medians, strict=True):
            print(f"| {title} | {base.batch} | {way} | {median:,.0f} | {median / medians[0]:.2f} |",
                  flush=True)  # fmt: skip


if __name__ == "__main__":
    main()
