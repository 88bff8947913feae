"""`bench divergence`: what all distances of a pair cost, beside scipy's W1 of samples."""

import argparse
import os
import platform
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from gan_core.catalog import BadInput
from gan_core.commands.shared import Result

if TYPE_CHECKING:
    from gan_core.divergences import Distribution

SIZES = (1_000, 10_000, 100_000, 1_000_000)  # of scipy's samples
TARGET = 1e-6  # relative error that the distances promise
_SAMPLED = 8  # pairs on which scipy is tried
_FAMILIES = ("normal", "uniform", "laplace", "student_t", "exponential", "gamma", "beta",
             "histogram", "mixture", "normals")  # fmt: skip


def bench_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("subject", choices=("divergence",), help="what to time")
    parser.add_argument("--pairs", type=int, default=200, metavar="N", help="random pairs to time")


def bench(args: argparse.Namespace) -> Result:
    """Median, 95th percentile and longest time of one pair, and scipy's for the same accuracy."""
    if not 1 <= args.pairs <= 100_000:
        raise BadInput(f"--pairs is {args.pairs}, but must be from 1 to 100000.")
    import scipy

    threads = os.environ.get("OMP_NUM_THREADS", "not set")
    machine = {
        "cpu": _cpu(), "cores": os.cpu_count(), "numpy": np.__version__,
        "scipy": scipy.__version__, "OMP_NUM_THREADS": threads,
    }  # fmt: skip
    print("machine:", ", ".join(f"{name} {value}" for name, value in machine.items()))
    ours, sampled = _timed(args.pairs)
    shown = {"median_ms": np.median(ours), "p95_ms": np.percentile(ours, 95), "max_ms": ours.max()}
    shown = {name: round(float(value), 3) for name, value in shown.items()}
    print(f"all distances of one pair, {args.pairs} random pairs:",
          ", ".join(f"{name} {value:.3g}" for name, value in shown.items()))  # fmt: skip
    scipys = _extrapolated(sampled)
    for n, error, ms in zip(SIZES, scipys["errors"], scipys["ms"], strict=True):
        print(f"scipy.stats.wasserstein_distance, n = {n}: relative error {error:.2g}, {ms:.3g} ms")
    ratio = scipys["ms_needed"] / shown["median_ms"]
    print(f"its error falls like n^{scipys['slope']:.2f}; extrapolated as n^-1/2 from n ="
          f" {SIZES[-1]}, {TARGET:g} needs n = {scipys['n_needed']:.2g} and"
          f" {scipys['ms_needed']:.2g} ms: {ratio:.2g} times ours, for W1 alone")  # fmt: skip
    return {"machine": machine, "pairs": args.pairs, **shown, "scipy": scipys, "ratio": ratio}, 0


def _cpu() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    return next((line.split(": ")[1] for line in lines if line.startswith("model name")), "?")


def _timed(count: int) -> tuple[np.ndarray, list[list[tuple[float, float]]]]:
    """Our milliseconds [count]; and in between, for some pairs, scipy's (relative error,
    milliseconds) for every sample size, so that a slow hour of the machine slows both."""
    rng = np.random.default_rng(0)
    pairs = [(drawn(rng), drawn(rng)) for _ in range(count)]
    ours = np.empty(count)
    sampled: list[list[tuple[float, float]]] = []
    _best(*pairs[0])  # the first call of all loads modules
    every = max(count // _SAMPLED, 1)
    for i, (p, q) in enumerate(pairs):
        ours[i], w1 = _best(p, q)
        if i % every == 0 and len(sampled) < _SAMPLED:
            sampled.append(_by_samples(p, q, w1, rng))
    return ours, sampled


def _best(p: "Distribution", q: "Distribution") -> tuple[float, float]:
    """The least of three times, in ms, and W1. Each is of copies, which have nothing cached."""
    from gan_core.divergences import distances, parse

    times = []
    for _ in range(3):
        copies = parse(str(p)), parse(str(q))
        start = time.thread_time()  # of this thread on its core, whatever else the machine does
        w1 = distances(*copies).w1
        times.append(1e3 * (time.thread_time() - start))
    return min(times), w1


def _by_samples(
    p: "Distribution", q: "Distribution", exact: float, rng: np.random.Generator
) -> list[tuple[float, float]]:
    from scipy.stats import wasserstein_distance

    from gan_core.divergences.samples import draw

    found = []
    for n in SIZES:
        x, y = draw(p, n, rng), draw(q, n, rng)
        start = time.thread_time()
        estimate = wasserstein_distance(x, y)
        found.append((abs(estimate / exact - 1), 1e3 * (time.thread_time() - start)))
    return found


def _extrapolated(sampled: list[list[tuple[float, float]]]) -> dict[str, Any]:
    """Medians over pairs, and what the largest size says of the size that TARGET needs."""
    errors, ms = np.median(np.array(sampled), axis=0).T
    slope = np.polyfit(np.log(SIZES), np.log(errors), 1)[0]
    times = max((errors[-1] / TARGET) ** 2, 1.0)  # the error of a mean falls like n^-1/2
    return {
        "errors": errors.tolist(), "ms": ms.tolist(), "slope": float(slope), "extrapolated": True,
        "n_needed": float(SIZES[-1] * times), "ms_needed": float(ms[-1] * times),
    }  # fmt: skip


def drawn(rng: np.random.Generator, nested: bool = False) -> "Distribution":
    """A distribution at random: every family, widths from 1e-4 to 3, poles, heavy tails, holes."""
    from gan_core.divergences import FAMILIES, Histogram, Mixture, Normal

    name = str(rng.choice(_FAMILIES[:-2] if nested else _FAMILIES))
    width, mean = 10 ** rng.uniform(-4, 0.5), rng.uniform(-5, 5)
    if name == "mixture":
        weight = rng.uniform(0.1, 0.9)
        return Mixture(((weight, drawn(rng, True)), (1 - weight, drawn(rng, True))))  # type: ignore[arg-type]
    if name == "normals":
        means, widths = rng.uniform(-5, 5, 5), 10 ** rng.uniform(-2, 0.5, 5)
        weights = rng.dirichlet(np.full(5, 4.0))
        every = zip(weights, means, widths, strict=True)
        return Mixture(tuple((float(w), Normal(float(m), float(s))) for w, m, s in every))
    if name == "histogram":
        heights = rng.integers(0, 5, rng.integers(2, 41))  # with holes
        heights[0] += 1
        return Histogram(mean, mean + 5 * width, tuple(map(float, heights)))
    a, b = 10 ** rng.uniform(-1, 1.5, 2)
    parameters = {
        "normal": (mean, width), "uniform": (mean, mean + width), "laplace": (mean, width),
        "student_t": (rng.uniform(1.2, 12), mean, width), "exponential": (1 / width,),
        "gamma": (a, width), "beta": (a, b),
    }  # fmt: skip
    return FAMILIES[name](*map(float, parameters[name]))
