"""Whether faster rounds end where the peers' do: Fréchet distances after as many rounds.

    python benchmarks/same_quality.py --data ROOT --examples PATH --pytorch-gan PATH --keep FILE

The pairs of `peers.py`, three ways: the peer's own script, stopped after so many rounds; this
project's rounds in the peer's arithmetic, float32; and in bfloat16. All train the peer's networks,
drawn from the seed, with its batch, optimiser and rates, on MNIST as the peer resizes it; every run
is a process of its own. Then G draws 5,000 images as the peers draw theirs, in training mode (by
each batch's own statistics) and batches of 64, from the same latents in all three ways. Distances
are in mnist-cnn, to 10,000 real images, all shrunk to 28x28 and padded as that classifier knows
them; `real` is what 5,000 other real images score. A cell is mean ± standard deviation over the
seeds; a difference is of means, and within the spread if at most twice the pooled deviation.
`--keep` appends every run's distance to a file and skips those it has already.
"""

import argparse
import json
import math
import os
import random
import statistics
import subprocess
import sys
import tempfile
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
from benchmarks.peers import (  # noqa: E402
    BATCH,
    PAIRS,
    Pair,
    as_it_comes,
    mnist,
    our_rounds,
    places,
)
from benchmarks.recipes import spread  # noqa: E402

ROUNDS = {"dcgan-64": 300, "dcgan-32": 600, "wgan-gp-28": 2000}
WAYS = ("peer", "float32", "bfloat16")
SAMPLES, LATENT, EDGE = 5000, 100, 2
Draw = Callable[[Any], Any]  # latents [n, LATENT] -> images [n, 1, s, s]


class Enough(Exception):
    """The peer has had its batches."""


def by_peer(pair: Pair, rounds: int, seed: int, given: argparse.Namespace, scratch: Path) -> Draw:
    """The peer's script as it comes, until its loader has given the batches of these rounds."""
    import numpy as np
    import torch
    from torch.utils.data import DataLoader

    batches, plain = rounds * pair.images // BATCH, DataLoader.__iter__
    given_out = 0

    def limited(loader: Any) -> Iterator[Any]:
        nonlocal given_out
        for batch in plain(loader):
            if given_out == batches:
                raise Enough
            given_out += 1
            yield batch

    DataLoader.__iter__ = limited  # type: ignore[method-assign, assignment]
    sys.argv, folder = as_it_comes(pair, given, scratch)
    if pair.owner == "examples":
        sys.argv += ["--manualSeed", str(seed)]
    os.chdir(folder)
    random.seed(seed), np.random.seed(seed), torch.manual_seed(seed)
    room: dict[str, Any] = {"__name__": "__main__"}
    with suppress(Enough):  # of a checkout that the user named
        exec(compile(Path(sys.argv[0]).read_text(), sys.argv[0], "exec"), room)
    if "netG" in room:
        return lambda z: room["netG"](z[:, :, None, None])
    return lambda z: room["generator"](z)


def by_us(pair: Pair, rounds: int, seed: int, given: argparse.Namespace) -> Draw:
    """This project's rounds, in the precision of `given`."""
    import torch

    torch.manual_seed(seed)  # the peer's networks are drawn from the global generator
    images = mnist(pair.size)
    (last,) = deque(our_rounds(pair, given, images.sample, seed=seed, steps=rounds), maxlen=1)
    return last.players.G


def judged(pair: Pair, draw: Draw) -> dict[str, Any]:
    """`frechet` of what a G draws, and `frechet_real`."""
    import torch
    from torch.nn.functional import pad

    from gan_core.data.images import resize
    from gan_core.features import resized, space_for
    from gan_core.metrics import ImageJudge

    with torch.no_grad():
        z = torch.randn(SAMPLES, LATENT, generator=torch.Generator().manual_seed(3))
        made = torch.cat([draw(part).float() for part in z.split(BATCH)])
    seen = mnist(pair.size)
    real = replace(seen, pixels=pad(resize(seen.pixels, 28), [EDGE] * 4), _copies={})
    made = pad(resized(made, 28), [EDGE] * 4, value=-1.0)
    return ImageJudge(real, space_for(real))(made)


def one(name: str, way: str, seed: int, given: argparse.Namespace) -> dict[str, Any]:
    """One run in this process, judged."""
    pair, rounds = PAIRS[name], given.rounds or ROUNDS[name]
    if way == "peer":
        with tempfile.TemporaryDirectory() as scratch:
            draw = by_peer(pair, rounds, seed, given, Path(scratch))
            os.chdir(ROOT)
    else:
        given.precision = way
        draw = by_us(pair, rounds, seed, given)
    return judged(pair, draw)


def carried_out(name: str, way: str, seed: int, given: argparse.Namespace) -> dict[str, Any]:
    """What one run scored, in a process of its own; of one in `--keep` what stands there."""
    settings = [name, way, given.rounds or ROUNDS[name], seed]
    for line in given.keep.read_text().splitlines() if given.keep and given.keep.exists() else []:
        kept = json.loads(line)
        if kept["settings"] == settings:
            return kept["found"]
    data = Path(given.data).resolve()
    command = [sys.executable, str(Path(__file__).resolve()), "--one", name, way, str(seed)]
    said = subprocess.run(
        [*command, *sys.argv[1:]], stdout=subprocess.PIPE, text=True,
        env=os.environ | {"GAN_DATA": str(data)},
    )  # fmt: skip
    if said.returncode:
        raise SystemExit(f"{name}, {way}, seed {seed} ended without a result.")
    scores = json.loads(said.stdout.splitlines()[-1])
    found = {key: scores[key] for key in ("frechet", "frechet_real")}
    if given.keep:
        with open(given.keep, "a") as file:
            file.write(json.dumps({"settings": settings, "found": found}) + "\n")
    return found


def apart(a: list[float], b: list[float]) -> str:
    """The difference of two means, and whether it lies within their spread."""
    difference = statistics.mean(b) - statistics.mean(a)
    if len(a) < 2:
        return f"{difference:+.2f}"
    pooled = math.sqrt((statistics.variance(a) + statistics.variance(b)) / 2)
    within = "within" if abs(difference) <= 2 * pooled else "outside"
    return f"{difference:+.2f}, {within} ±{2 * pooled:.2f}"


def row(name: str, given: argparse.Namespace) -> str:
    found = {
        way: [carried_out(name, way, seed, given) for seed in given.seeds] for way in given.ways
    }
    scores = {way: [f["frechet"] for f in found[way]] for way in found}
    floor = next(iter(found.values()))[0]["frechet_real"]
    cells = [spread(scores[way]) if way in scores else "" for way in WAYS]
    gaps = [
        apart(scores[a], scores["bfloat16"]) if {a, "bfloat16"} <= set(scores) else ""
        for a in ("float32", "peer")
    ]
    parts = [PAIRS[name].title, str(given.rounds or ROUNDS[name]), *cells, f"{floor:.2f}", *gaps]
    return f"| {' | '.join(parts)} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    places(parser)
    parser.add_argument("--rounds", type=int, help=f"of each run (default: {ROUNDS})")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--ways", nargs="+", choices=WAYS, default=list(WAYS))
    parser.add_argument("--only", nargs="+", choices=PAIRS, default=list(PAIRS))
    parser.add_argument("--keep", type=Path, help="file of finished runs, a line of JSON each")
    parser.add_argument("--one", nargs=3, help=argparse.SUPPRESS)
    given = parser.parse_args()
    for owner in ("examples", "pytorch_gan"):  # a peer's process goes elsewhere
        if getattr(given, owner):
            setattr(given, owner, str(Path(getattr(given, owner)).resolve()))
    if given.one:
        name, way, seed = given.one
        return print("\n" + json.dumps(one(name, way, int(seed), given)))
    from gan_core import runs

    print(f"{runs.machine()}, load {os.getloadavg()[0]:.1f}, seeds {given.seeds}, batch {BATCH}\n")
    print("| networks and peer | rounds | peer's script | ours, float32 | ours, bfloat16 | real"
          " | bfloat16 − float32 | bfloat16 − peer |")  # fmt: skip
    print("| --- " * 8 + "|", flush=True)
    for name in given.only:
        if getattr(given, PAIRS[name].owner):
            print(row(name, given), flush=True)


if __name__ == "__main__":
    main()
