"""Images a second against the scripts a user would pick instead.

    python benchmarks/peers.py --data ROOT --examples PATH --pytorch-gan PATH [--precision float32]

PATH are checkouts of pytorch/examples and of eriklindernoren/PyTorch-GAN, ROOT holds MNIST/raw.
Each pair trains the same networks on MNIST with the same batch, optimiser and rates: the peer's
script as it comes, and this project's rounds. Both run as processes of their own, of which one at a
time is let go and the other held (SIGSTOP), in turns; a turn's figure is the median time between
two of the lines that a script prints, one a round. The ratio is that of the medians over turns.
"""

import argparse
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
BATCH = 64
SETTLE = 2  # first lines of a process, slower than the rest


@dataclass(frozen=True)
class Pair:
    """A peer's script, and how this project trains the same networks."""

    title: str
    owner: str  # which checkout
    script: str
    options: tuple[str, ...]
    line: str  # what every line of a round begins with
    images: int  # a line stands for
    size: int  # side of its images
    ours: Callable[[str, argparse.Namespace], Any]  # of the script's text: a Config and its players


def examples_dcgan(text: str, given: argparse.Namespace) -> Any:
    """DCGAN at 64x64: the networks are this project's own."""
    from gan_core.presets import preset

    return preset("dcgan", "mnist", "published", size=64, precision=given.precision), None


def torch_gan_dcgan(text: str, given: argparse.Namespace) -> Any:
    from torch import nn

    from gan_core.presets import preset

    G, D = _networks(text, ["--img_size", "32"])
    G = nn.Sequential(G.l1, nn.Unflatten(1, (128, 8, 8)), G.conv_blocks)
    D = nn.Sequential(D.model, nn.Flatten(), D.adv_layer[0])  # σ belongs to the loss
    return preset("dcgan", "mnist", "published", size=32, precision=given.precision), (G, D)


def torch_gan_wgan_gp(text: str, given: argparse.Namespace) -> Any:
    from torch import nn

    from gan_core.presets import preset

    G, D = _networks(text, ["--img_size", "28"])
    G = nn.Sequential(G.model, nn.Unflatten(1, (1, 28, 28)))
    D = nn.Sequential(nn.Flatten(), D.model)
    config = preset(
        "wgan-gp", "mnist", "published", lr_g=2e-4, lr_d=2e-4, beta1=0.5, beta2=0.999, lam=10.0,
        n_critic=5, precision=given.precision,
    )  # fmt: skip
    return config, (G, D)


def _networks(text: str, options: list[str]) -> tuple[Any, Any]:
    """The peer's own players, drawn as its script draws them."""
    before, loaded = text.split("# Configure data loader")[0], sys.argv
    sys.argv = ["peer", *options]
    try:
        room: dict[str, Any] = {"__name__": "peer"}
        exec(compile(before, "peer", "exec"), room)  # of a checkout that the user named
    finally:
        sys.argv = loaded
    return room["generator"], room["discriminator"]


PAIRS = {
    "dcgan-64": Pair(
        "DCGAN 64x64, width 64, pytorch/examples", "examples", "dcgan/main.py",
        ("--dataset", "mnist", "--imageSize", "64", "--niter", "100", "--dataroot"),
        "[", BATCH, 64, examples_dcgan,
    ),
    "dcgan-32": Pair(
        "DCGAN 32x32, PyTorch-GAN", "pytorch_gan", "implementations/dcgan/dcgan.py", (),
        "[Epoch", BATCH, 32, torch_gan_dcgan,
    ),
    "wgan-gp-28": Pair(
        "WGAN-GP 28x28, MLP, PyTorch-GAN", "pytorch_gan", "implementations/wgan_gp/wgan_gp.py", (),
        "[Epoch", 5 * BATCH, 28, torch_gan_wgan_gp,
    ),
}  # fmt: skip


def our_rounds(
    pair: Pair, given: argparse.Namespace, real: Callable[[int, Any], Any], **changes: Any
) -> Iterator[Any]:
    """This project's Steps with the pair's networks on what `real` draws, settings changed."""
    import torch

    from gan_core import build
    from gan_core.models import Scores
    from gan_core.players import Players
    from gan_core.training import train
    from gan_core.tuning import tuned

    config, nets = pair.ours((checkout(pair, given) / pair.script).read_text(), given)
    config = config.replace(**changes)
    shape, device = (1, config.size, config.size), torch.device("cpu")
    made = build.players(config, shape, device)
    if nets is not None:
        G, D = (net.to(memory_format=torch.channels_last) for net in nets)
        made = Players(
            G, Scores(D), None, build.optimizer(config, G, config.lr_g),
            build.optimizer(config, D, config.lr_d), build.objective(config), made.rng, made.shape,
        )  # fmt: skip
    with tuned(config):  # as a run is
        yield from train(made, real, build.plan(config, device))


def mnist(size: int) -> Any:
    """MNIST as the peers see it, as an image set: its 28x28 pixels resized, not padded."""
    from dataclasses import replace

    from gan_core import data
    from gan_core.data.images import resize

    padded = data.load("mnist", 32)
    return replace(padded, pixels=resize(padded.pixels[..., 2:-2, 2:-2].contiguous(), size))


def train_ours(pair: Pair, given: argparse.Namespace) -> None:
    """This project's side, as a process: a line a round."""
    for step in our_rounds(pair, given, mnist(pair.size).sample, forms=given.forms):
        print(f"[{step.number}]", flush=True)


class Side:
    """One process that prints a line a round, held except in its turns."""

    def __init__(self, command: list[str], folder: Path, line: str, environment: dict[str, str]):
        self._line, self._times = line, list[float]()
        self._process = subprocess.Popen(
            command, cwd=folder, env=os.environ | environment | {"PYTHONUNBUFFERED": "1"},
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True,
        )  # fmt: skip
        self._said: list[str] = []
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._said = [*self._said[-20:], line]
            if line.startswith(self._line):
                self._times.append(time.perf_counter())

    def start(self, patience: float = 300) -> None:
        """Wait until it trains, and hold it."""
        limit = time.perf_counter() + patience
        while len(self._times) < SETTLE:
            if self._process.poll() is not None or time.perf_counter() > limit:
                raise SystemExit("".join(self._said) or "A side printed nothing.")
            time.sleep(0.05)
        self._signal(signal.SIGSTOP)

    def turn(self, seconds: float) -> float:
        """Seconds a round, in a turn of about this length."""
        self._times.clear()
        self._signal(signal.SIGCONT)
        begin = time.perf_counter()
        while time.perf_counter() - begin < seconds or len(self._times) < 4:
            if self._process.poll() is not None:
                raise SystemExit("".join(self._said))
            time.sleep(0.02)
        self._signal(signal.SIGSTOP)
        times = list(self._times)
        return statistics.median(b - a for a, b in pairwise(times))

    def end(self) -> None:
        self._signal(signal.SIGCONT)
        self._signal(signal.SIGKILL)
        self._process.wait()

    def _signal(self, number: int) -> None:
        os.killpg(self._process.pid, number)


def checkout(pair: Pair, given: argparse.Namespace) -> Path:
    return Path(getattr(given, pair.owner)).resolve()


def as_it_comes(pair: Pair, given: argparse.Namespace, scratch: Path) -> tuple[list[str], Path]:
    """The peer's script with its options, and a folder from which it finds MNIST."""
    root, room = Path(given.data).resolve(), scratch / "a" / "b"
    room.mkdir(parents=True)
    (scratch / "data").mkdir()
    (scratch / "data" / "mnist").symlink_to(root)  # where PyTorch-GAN looks
    words = [str(checkout(pair, given) / pair.script), *pair.options]
    return words + ([str(root), "--outf", str(room)] if pair.owner == "examples" else []), room


def compare(name: str, given: argparse.Namespace, scratch: Path) -> str:
    """A row of the table."""
    pair, root = PAIRS[name], Path(given.data).resolve()
    words, room = as_it_comes(pair, given, scratch / name)
    command = [sys.executable, *words]
    ours = [sys.executable, str(Path(__file__).resolve()), "--side", name, *sys.argv[1:]]
    sides = [
        Side(command, room, pair.line, {}),
        Side(ours, Path.cwd(), "[", {"GAN_DATA": str(root)}),
    ]
    try:
        for side in sides:
            side.start()
        times = [[side.turn(given.seconds) for side in sides] for _ in range(given.turns)]
    finally:
        for side in sides:
            side.end()
    rates = [[pair.images / t for t in column] for column in zip(*times, strict=True)]
    theirs, mine = (statistics.median(column) for column in rates)
    ratios = sorted(b / a for a, b in zip(*rates, strict=True))
    return (
        f"| {pair.title} | {theirs:.0f} | {mine:.0f} | {mine / theirs:.2f} |"
        f" {ratios[0]:.2f} to {ratios[-1]:.2f} |"
    )


def places(parser: argparse.ArgumentParser) -> None:
    """Where the peers and MNIST lie, as arguments."""
    parser.add_argument("--data", required=True, help="folder that holds MNIST/raw")
    parser.add_argument("--examples", help="checkout of pytorch/examples")
    parser.add_argument("--pytorch-gan", help="checkout of eriklindernoren/PyTorch-GAN")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    places(parser)
    parser.add_argument("--precision", default="auto", choices=("auto", "float32", "bfloat16"))
    forms = ("auto", "plain", "fast")
    parser.add_argument("--forms", default="auto", choices=forms, help="of layers")
    parser.add_argument("--only", nargs="+", choices=PAIRS, default=list(PAIRS))
    parser.add_argument("--turns", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=6.0, help="of one turn, at least")
    parser.add_argument("--side", choices=PAIRS, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.side:
        return train_ours(PAIRS[given.side], given)
    from gan_core import runs

    print(f"{runs.machine()}, load {os.getloadavg()[0]:.1f}, batch {BATCH},"
          f" precision {given.precision}, forms {given.forms}\n")  # fmt: skip
    print("| networks and peer | peer, images/s | ours, images/s | ratio | of single turns |")
    print("| --- " * 5 + "|", flush=True)
    with tempfile.TemporaryDirectory() as scratch:
        for name in given.only:
            if getattr(given, PAIRS[name].owner):
                print(compare(name, given, Path(scratch)), flush=True)


if __name__ == "__main__":
    main()
