"""Rounds a second of 2-D training, against a plain loop: `python benchmarks/rounds.py [--json]`.

The plain loop is what one would write from the papers: modules, `autograd.grad(create_graph=True)`
for penalties, `zero_grad`, `backward`, `step`, an average of G by `lerp_`. Same networks, batch,
optimiser, learning rates and data; both take turns of 100 rounds in one process on one thread, and
the ratio is that of the medians of processor time. Beside it stands the largest relative difference
between the gradients of D's loss and penalty, ours against the plain double backward.
"""

import argparse
import copy
import json
import math
import os
import statistics
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn.functional import softplus

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
from gan_core import runs  # noqa: E402
from gan_core.build import build  # noqa: E402
from gan_core.config import Config  # noqa: E402
from gan_core.dense import Look, dense  # noqa: E402
from gan_core.dense_rounds import Bill  # noqa: E402
from gan_core.models import core  # noqa: E402
from gan_core.presets import preset  # noqa: E402
from gan_core.training import train  # noqa: E402

ROUNDS, TURNS = 100, 9
LOSSES = {  # D's and G's, of D's outputs at real and generated samples
    "ns-gan": (lambda r, f: softplus(-r) + softplus(f), lambda r, f: softplus(-f)),
    "r3gan": (lambda r, f: softplus(f - r), lambda r, f: softplus(r - f)),
    "wgan-gp": (lambda r, f: f - r, lambda r, f: -f),
    "hinge": (lambda r, f: (1 - r).relu() + (1 + f).relu(), lambda r, f: -f),
}


def slope2(D: nn.Module, x: Tensor) -> Tensor:
    """‖∇D‖² at each sample, by double backward."""
    x = x.detach().requires_grad_()
    (slope,) = torch.autograd.grad(D(x).sum(), x, create_graph=True)
    return slope.square().sum(1)


def penalty(
    config: Config, D: nn.Module, real: Tensor, fake: Tensor, rng: torch.Generator
) -> Tensor:
    """What the config adds to D's loss."""
    total = torch.zeros(())
    if config.objective == "wgan-gp":
        mix = torch.rand(len(real), 1, generator=rng)
        slope = (slope2(D, torch.lerp(fake, real, mix)) + 1e-12).sqrt()
        total = total + config.lam * (slope - 1).square().mean()
    if config.r1:
        total = total + config.r1 / 2 * slope2(D, real).mean()
    if config.r2:
        total = total + config.r2 / 2 * slope2(D, fake).mean()
    return total


def plain(config: Config) -> Iterator[None]:
    """The loop as one would write it; yields after every round."""
    made, data, _ = build(config)
    G, D, ema, rng = made.G, made.D, made.ema, made.rng
    betas = (config.beta1, config.beta2)
    opt_g = torch.optim.Adam(G.parameters(), config.lr_g, betas)
    opt_d = torch.optim.Adam(D.parameters(), config.lr_d, betas)
    d_loss, g_loss = LOSSES[config.objective]
    for step in range(config.steps):
        share = (
            config.lr_end + (1 - config.lr_end) * (1 + math.cos(math.pi * step / config.steps)) / 2
        )
        opt_g.param_groups[0]["lr"] = config.lr_g * share
        opt_d.param_groups[0]["lr"] = config.lr_d * share
        for _ in range(config.n_critic):
            real = data.sample(config.batch, rng)
            with torch.no_grad():
                fake = G(torch.randn(config.batch, config.latent, generator=rng))
            loss = d_loss(D(real), D(fake)).mean() + penalty(config, D, real, fake, rng)
            opt_d.zero_grad()
            loss.backward()
            opt_d.step()
        fake = G(torch.randn(config.batch, config.latent, generator=rng))
        on_real = (
            D(data.sample(config.batch, rng)) if config.objective == "r3gan" else torch.zeros(())
        )
        loss = g_loss(on_real, D(fake)).mean()
        opt_g.zero_grad()
        loss.backward()
        opt_g.step()
        if ema is not None:
            decay = min(config.ema, (1 + step) / (10 + step))
            with torch.no_grad():
                for kept, now in zip(ema.parameters(), G.parameters(), strict=True):
                    kept.lerp_(now, 1 - decay)
        yield


def ours(config: Config) -> Iterator[None]:
    """The same by gan_core."""
    made, data, how = build(config)
    for _ in train(made, data.sample, how):
        yield


def apart(config: Config) -> float:
    """The largest relative difference between the gradients of D's loss and penalty, both ways."""
    made, data, _ = build(config)
    D, rng = core(made.D), torch.Generator().manual_seed(1)
    x = made.at_scale(data.sample(config.batch, rng))
    fake = torch.randn(config.batch, 2, generator=rng)
    state = rng.get_state()
    loss = LOSSES[config.objective][0](D(x), D(fake)).mean() + penalty(config, D, x, fake, rng)
    known = torch.autograd.grad(loss, list(D.parameters()))
    rng.set_state(state)  # the same points between real and fake
    fast = dense(D)
    assert fast is not None
    look = Look(fast, x, fake)
    prices = made.objective.prices(x, fake, rng)
    Bill(fast, look, (x, fake), prices).pull(
        torch.cat(made.objective.d_grad(*look.scores)) / len(x)
    )
    got = [p.grad for p in D.parameters()]
    return max(
        float((a - b).norm() / a.norm())
        for a, b in zip(known, got, strict=True)
        if a.norm() and b is not None
    )


def rate(loop: Iterator[None]) -> float:
    """Rounds per processor second of this thread."""
    start = time.thread_time()
    for _ in range(ROUNDS):
        next(loop)
    return ROUNDS / (time.thread_time() - start)


def main() -> None:
    args = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    args.add_argument("--objectives", nargs="+", default=list(LOSSES), choices=list(LOSSES))
    args.add_argument("--json", action="store_true")
    options = args.parse_args()
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    where = f"{runs.machine()}, torch {torch.__version__}, load {os.getloadavg()[0]:.1f}"
    rows = []
    for name in options.objectives:
        config = preset(name, "ring", device="cpu", precision="float32", steps=10**6)
        loops = [plain(copy.copy(config)), ours(config)]
        for loop in loops:
            rate(loop)
        turns = [[rate(loop) for loop in loops] for _ in range(TURNS)]
        eager, fast = (statistics.median(turn[i] for turn in turns) for i in (0, 1))
        rows.append({
            "objective": name, "plain": eager, "ours": fast, "ratio": fast / eager,
            "apart": apart(config),
        })  # fmt: skip
    if options.json:
        print(json.dumps({"machine": where, "rows": rows}))
        return
    print(f"{where}; rounds per processor second, ring, recommended presets\n")
    print("| objective | plain loop | gan_core | ratio | gradients apart by |")
    print("| --- | --- | --- | --- | --- |")
    for row in rows:
        print(
            f"| {row['objective']} | {row['plain']:.0f} | {row['ours']:.0f} | {row['ratio']:.2f} |"
            f" {row['apart']:.1e} |"
        )


if __name__ == "__main__":
    main()
