"""Which part of the machine's speed an image round reaches, and where the rest goes.

    python benchmarks/roofline.py [--turns 9] [--only "DCGAN 32x32"]

The operations of a round are counted from the shapes of its convolutions and products, two for each
multiplication and addition. The peak is the best of a few square bfloat16 products on all threads,
measured in turns with the rounds; achieved is operations over the median time of a round, and its
share that of the median peak. A profiler then says where the time of further rounds goes, forwards
and backwards being told apart by who asks: it slows rounds down, so no time above is from it.
"""

import argparse
import collections
import os
import statistics
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.profiler import profile, record_function
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.flop_counter import flop_registry

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
from benchmarks.levers import timed  # noqa: E402
from gan_core import runs  # noqa: E402
from gan_core.build import build, pick_precision  # noqa: E402
from gan_core.presets import preset  # noqa: E402
from gan_core.training import Step, train  # noqa: E402

SIDE, TRIES = 2048, 3  # of the square products, and how many in a turn
WARM = 2  # first rounds, slower than the rest
ROUND, DATA = "a round", "its data"
SUBJECTS = {  # objective, preset, size, rounds in a turn
    "DCGAN 64x64, published": ("dcgan", "published", 64, 2),
    "DCGAN 32x32": ("dcgan", "recommended", 32, 8),
    "WGAN-GP 32x32": ("wgan-gp", "recommended", 32, 4),
    "R3GAN 32x32": ("r3gan", "recommended", 32, 6),
}
GROUPS = {  # what the names of operations hold; the first that fits
    "normalisation": ("norm",),
    "activations": ("relu", "threshold", "tanh", "sigmoid", "where", "aten::gt", "softplus"),
    "copies, casts": ("copy", "aten::to", "clone", "contiguous", "aten::cat", "aten::empty"),
    "products": ("addmm", "aten::mm", "bmm", "linear", "matmul"),
}
SHARES = (
    "convolutions, forward", "convolutions, backward", "products", "normalisation", "activations",
    "optimiser, average", "copies, casts", "data", "everything else",
)  # fmt: skip


def started(title: str, data: str) -> tuple[Iterator[Step], str]:
    """The rounds of a subject, the first ones done, and their precision."""
    objective, kind, size, _ = SUBJECTS[title]
    config = preset(objective, data, kind, size=size, steps=10**6)
    players, images, plan = build(config)

    def real(n: int, rng: torch.Generator) -> Tensor:
        with record_function(DATA):
            return images.sample(n, rng, players.device)

    found = train(players, real, plan)
    for _ in range(WARM):
        next(found)
    return found, pick_precision(config)


class Counter(TorchDispatchMode):
    """Adds up operations by torch's own formulas. torch's `FlopCounterMode` also asks of which
    module they are, and so refuses a D that is differentiated in its inputs."""

    total = 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        out = func(*args, **(kwargs or {}))
        if (formula := flop_registry.get(func._overloadpacket)) is not None:
            self.total += formula(*args, **(kwargs or {}), out_val=out)
        return out


def operations(found: Iterator[Step]) -> int:
    """Those of one round."""
    with Counter() as counter:
        next(found)
    return counter.total


def product(dtype: torch.dtype) -> float:
    """Operations a second of a square product, the best of a few."""
    x = torch.randn(SIDE, SIDE).to(dtype)
    times = []
    for _ in range(TRIES):
        begin = time.perf_counter()
        x @ x
        times.append(time.perf_counter() - begin)
    return 2 * SIDE**3 / min(times)


def shares(found: Iterator[Step], count: int) -> dict[str, float]:
    """Percent of the time of this many rounds, of each of SHARES."""
    with profile() as seen:
        for _ in range(count):
            with record_function(ROUND):
                next(found)
    spent = collections.Counter[str]()
    for event in seen.events() or ():
        above = [event.name, *_above(event)]
        if ROUND in above:
            spent[_group(above)] += event.self_cpu_time_total
    return {name: 100 * spent[name] / sum(spent.values()) for name in SHARES}


def _above(event: Any) -> Iterator[str]:
    """The names of those that asked for it, the nearest first."""
    while (event := event.cpu_parent) is not None:
        yield event.name


def _group(names: list[str]) -> str:
    """Where the own time of an event belongs, by its name and those above it."""
    if DATA in names:
        return "data"
    if any(name.startswith("Optimizer.step") or "_foreach_" in name for name in names):
        return "optimiser, average"
    if names[0].startswith("aten::") and any("convolution" in name for name in names[:3]):
        back = any(name.startswith("autograd::engine") for name in names)
        return "convolutions, backward" if back else "convolutions, forward"
    for group, parts in GROUPS.items():
        if names[0].startswith("aten::") and any(part in names[0] for part in parts):
            return group
    return "everything else"


def measure(title: str, given: argparse.Namespace) -> tuple[str, dict[str, float], float]:
    """A row of the first table, one of the second, and how many times bfloat16 products are as fast
    as those of float32."""
    found, precision = started(title, given.data)
    work, count = operations(found), SUBJECTS[title][-1]
    columns: list[list[float]] = [[], [], []]
    for _ in range(given.turns):
        columns[0].append(product(torch.bfloat16))
        columns[1].append(timed(found, count))
        columns[2].append(product(torch.float32))
    peak, took, plain = (statistics.median(column) for column in columns)
    row = (
        f"| {title} | {precision} | {1e3 * took:.1f} | {work / 1e9:.1f} | {work / took / 1e9:.0f}"
        f" | {peak / 1e9:.0f} | {100 * work / took / peak:.0f} % | {plain / 1e9:.0f} |"
    )
    return row, shares(found, count), peak / plain


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--turns", type=int, default=9)
    parser.add_argument("--only", nargs="+", choices=SUBJECTS, default=list(SUBJECTS))
    parser.add_argument("--data", default="digits", help="a set of pictures")
    given = parser.parse_args()
    torch.set_flush_denormal(True)
    print(f"{runs.machine()}, load {os.getloadavg()[0]:.1f}, torch {torch.__version__},"
          f" products of {SIDE}x{SIDE} on {torch.get_num_threads()} threads\n")  # fmt: skip
    print("| networks | arithmetic | ms a round | GFLOP a round | GFLOP/s | bfloat16 peak | reached"
          " | float32 peak |")  # fmt: skip
    print("| --- " * 8 + "|", flush=True)
    parts, ratios = {}, []
    for title in given.only:
        row, parts[title], ratio = measure(title, given)
        ratios.append(ratio)
        print(row, flush=True)
    print(f"\n| % of the time | {' | '.join(parts)} |\n{'| --- ' * (len(parts) + 1)}|")
    for name in SHARES:
        print(f"| {name} | {' | '.join(f'{part[name]:.1f}' for part in parts.values())} |")
    print(f"\nbfloat16 : float32 products {statistics.median(ratios):.2f}. Of a peer that does the"
          " same operations in float32 and reaches the same part of its peak, a round takes at most"
          " this many times as long.")  # fmt: skip


if __name__ == "__main__":
    main()
