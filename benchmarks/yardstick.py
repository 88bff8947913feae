"""Fréchet distances of real pictures that something is wrong with: what a distance means.

    python benchmarks/yardstick.py --data faces mnist

Real pictures are compared with other real ones, as a run's samples are, after they were covered
with noise, made smaller and large again, or robbed of a class. The thresholds of
`gan_core.expected.QUALITY` are held against these rows.
"""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor
from torch.nn.functional import interpolate

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
from gan_core import features, metrics  # noqa: E402
from gan_core.data import Images, load  # noqa: E402

SAMPLES = 5000


def shrunk(times: int) -> Callable[[Tensor], Tensor]:
    """Pictures at a fraction of their side, enlarged again."""

    def change(x: Tensor) -> Tensor:
        small = interpolate(x, scale_factor=1 / times, mode="area")
        return interpolate(small, x.shape[-1], mode="bilinear")

    return change


def noisy(sigma: float) -> Callable[[Tensor], Tensor]:
    rng = torch.Generator().manual_seed(0)
    return lambda x: (x + sigma * torch.randn(x.shape, generator=rng)).clamp(-1, 1)


CHANGES = {
    "as they are": lambda x: x,
    "noise of σ 0.1": noisy(0.1),
    "noise of σ 0.3": noisy(0.3),
    "half the side": shrunk(2),
    "a quarter of the side": shrunk(4),
}


def rows(images: Images) -> dict[str, Tensor]:
    """By what was done to them, pictures [n, c, h, w]."""
    order = torch.randperm(len(images), generator=torch.Generator().manual_seed(1))
    some = images.take(order[:SAMPLES])
    found = {title: change(some) for title, change in CHANGES.items()}
    if images.labels is not None and images.classes:
        attribute, names = next(iter(images.classes.items()))
        label = images.labels[order, 0]
        for lost in (1, len(names) // 2):
            kept = order[label >= lost][:SAMPLES]
            title = f"without {lost} of {len(names)} classes of {attribute}"
            found[title] = images.take(kept)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", nargs="+", default=["faces"])
    parser.add_argument("--size", type=int, default=32)
    given = parser.parse_args()
    print("| data | real pictures | Fréchet | space |\n| --- | --- | --- | --- |", flush=True)
    for name in given.data:
        images = load(name, given.size)
        assert isinstance(images, Images)
        judge = metrics.ImageJudge(images, features.space_for(images))
        for title, made in rows(images).items():
            scores = judge(made)
            print(f"| {name} | {title} | {scores['frechet']:.2f} | {scores['feature_space']} |",
                  flush=True)  # fmt: skip


if __name__ == "__main__":
    main()
