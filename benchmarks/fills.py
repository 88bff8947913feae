"""Filling faces in: what mode seeking does, and whether D is better told the mask.

    python benchmarks/fills.py --steps 700 --seeds 0 1

DCGAN with the recommended settings on one thread. `usual` is what a run does; `alone` has no mode
seeking; in `stays` its weight does not fade; in `told` D sees the mask as one more channel, of a
completed picture that of its hole, of a real one another that is drawn.
"""

import argparse
import sys
import time
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
from gan_core import build, features, metrics, schedule  # noqa: E402
from gan_core.data import Images, Masked  # noqa: E402
from gan_core.players import Players, Sampler  # noqa: E402
from gan_core.presets import preset  # noqa: E402
from gan_core.training import generate, train  # noqa: E402
from gan_core.tuning import tuned  # noqa: E402

KINDS = ("usual", "alone", "stays", "told")
SAMPLES, PICTURES, EACH = 2000, 100, 8


class WithMask(nn.Module):
    """A generator that gives its mask, from -1 to 1, behind its picture."""

    def __init__(self, body: nn.Module, source: Masked):
        super().__init__()
        self.body, self.split = body, source.split

    def forward(self, inputs: Tensor) -> Tensor:
        made = self.body(inputs)
        return torch.cat([made, 2 * self.split(inputs)[1].to(made.dtype) - 1], 1)


def told(config: Any, players: Players, source: Masked) -> Sampler:
    """Let D see masks; what draws real pictures with theirs."""
    channels, *sides = players.shape
    first = torch.Generator().manual_seed(config.seed)
    D = build.draw(build.discriminator(config, (channels + 1, *sides)), first)
    players.D = D.to(memory_format=torch.channels_last)
    players.G, players.ema = (WithMask(net, source) for net in (players.G, players.shown))
    players.opt_d = build.optimizer(config, players.D, config.lr_d)
    players.opt_g = build.optimizer(config, players.G, config.lr_g)

    def real(n: int, rng: torch.Generator) -> Tensor:
        pictures = source.images.sample(n, rng)
        _, holes = source.split(source.sample(n, rng))
        return torch.cat([pictures, 2 * holes - 1], 1)

    return real


def measured(kind: str, steps: int, seed: int) -> dict[str, float]:
    more = {"spread": 0.0} if kind == "alone" else {}
    config = preset("dcgan", "faces", reads="x+z", steps=steps, seed=seed, threads=1, device="cpu",
                    precision="bfloat16", **more)  # fmt: skip
    fades = schedule.Schedule.price
    if kind == "stays":
        schedule.Schedule.price = lambda self: self._plan.spread  # type: ignore[method-assign]
    with tuned(config):
        players, images, plan = build.build(config)
        assert isinstance(images, Images)
        real: Sampler = images.sample
        if kind == "told":
            real = told(config, players, Masked(images))
        start = time.process_time()
        for _ in train(players, real, plan):
            pass
        spent = time.process_time() - start
    schedule.Schedule.price = fades  # type: ignore[method-assign]
    reads, rng = build.inputs(config, images, held_out=True), torch.Generator().manual_seed(3)
    assert reads.fills is not None
    space = features.space_for(images)
    scores = metrics.ImageJudge(images, space)(generate(players, reads(SAMPLES, rng))[:, :3])
    inputs = reads.several(PICTURES * EACH, EACH, rng)
    made = generate(players, inputs)[:, :3].unflatten(0, (PICTURES, EACH))
    known, hidden = reads.fills.split(inputs[::EACH])
    like = metrics.apart(metrics.alike(images, known, hidden, EACH), hidden)
    found = metrics.fills(made, hidden, space)
    return {**{k: scores[k] for k in ("frechet", "frechet_real")}, **found, "like": like,
            "cpu": spent}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kinds", nargs="+", default=KINDS, choices=KINDS)
    parser.add_argument("--steps", type=int, default=700)
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1])
    given = parser.parse_args()
    heads = "kind", "seed", "Fréchet (real)", "completions differ (alike real ones)", "distinct"
    print("|", " | ".join(heads), "| CPU, s |\n", "| --- " * 6, "|", sep="", flush=True)
    for seed in given.seeds:
        for kind in given.kinds:
            m = measured(kind, given.steps, seed)
            print(
                f"| {kind} | {seed} | {m['frechet']:.1f} ({m['frechet_real']:.1f}) |"
                f" {m['fill_spread']:.3f} ({m['like']:.3f}) | {m['fill_distinct']:.2f} |"
                f" {m['cpu']:.0f} |", flush=True,
            )  # fmt: skip


if __name__ == "__main__":
    main()
