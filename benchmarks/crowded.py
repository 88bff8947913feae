"""Rounds of images on a machine that others use too: `python benchmarks/crowded.py`.

Trains a DCGAN on all cores, on one thread, and as a run does it (`gan_core.pace`), while none, one
or several other programs keep a core busy each. A figure is the mean time of a round over some
seconds, the first few left out; the programs are processes of this script, and end with it.
"""

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path

import torch

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
from gan_core import runs  # noqa: E402
from gan_core.build import build  # noqa: E402
from gan_core.pace import Pace  # noqa: E402
from gan_core.presets import preset  # noqa: E402
from gan_core.training import train  # noqa: E402

BUSY = "while True: pass"


def timed(threads: int, paced: bool, seconds: float) -> float:
    """Milliseconds a round."""
    torch.set_num_threads(threads)
    players, data, plan = build(preset("dcgan", "digits", steps=10**6))
    pace = Pace(threads) if paced else Pace(1)
    begin, done, settle = time.perf_counter(), 0, seconds / 3
    counted = begin
    for _ in train(players, data.sample, plan):
        pace.round()
        now = time.perf_counter()
        if now - begin < settle:
            counted = now
        else:
            done += 1
        if done and now - begin > seconds:
            return 1e3 * (now - counted) / done
    raise AssertionError("a million rounds were over")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--busy", type=int, nargs="+", default=[0, 1, 2, 4], help="other programs")
    parser.add_argument("--seconds", type=float, default=15, help="of one figure")
    given = parser.parse_args()
    torch.set_flush_denormal(True)
    cores = os.cpu_count() or 1
    print(f"{runs.machine()}, load {os.getloadavg()[0]:.1f}, DCGAN 32x32, ms a round\n")
    print(f"| busy programs beside it | {cores} threads | 1 thread | as a run does it |")
    print("| --- " * 4 + "|", flush=True)
    for busy in given.busy:
        others = [subprocess.Popen([sys.executable, "-c", BUSY]) for _ in range(busy)]
        try:
            ways = ((cores, False), (1, False), (cores, True))
            found = [timed(threads, paced, given.seconds) for threads, paced in ways]
        finally:
            for other in others:
                other.kill()
                other.wait()
        print(f"| {busy} | {' | '.join(f'{ms:.0f}' for ms in found)} |", flush=True)


if __name__ == "__main__":
    main()
