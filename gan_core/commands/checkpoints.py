"""`sample`, `evaluate` and `features`: what is done with trained networks."""

import argparse
from pathlib import Path
from typing import Any

from gan_core.catalog import BadInput, choose
from gan_core.commands.shared import Result, checkpoint_of


def sample_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("checkpoint", help="a .safetensors file, or a run folder or id")
    parser.add_argument("--n", type=int, default=64, help="how many")
    parser.add_argument("--seed", type=int, default=0, help="seed of the latents")
    parser.add_argument("--to-seed", type=int, default=None, help="walk to this seed instead")
    parser.add_argument("--path", default="slerp", help="the walk's way: slerp or lerp")
    parser.add_argument("--scale", type=int, default=1, help="pixels for each pixel")
    parser.add_argument("--out", type=Path, default=Path("samples.png"), help="PNG; CSV for 2-D")


def sample(args: argparse.Namespace) -> Result:
    from gan_core import sampling

    request = {
        "checkpoint": str(checkpoint_of(args.checkpoint)), "n": args.n, "seed": args.seed,
        "scale": args.scale, "format": "png",
    }  # fmt: skip
    shelf = sampling.Shelf()
    if args.to_seed is None:
        about, data = sampling.sample(shelf, request)
    else:
        ends = {"seed_a": args.seed, "seed_b": args.to_seed, "mode": args.path}
        about, data = sampling.interpolate(shelf, request | ends)
    try:
        _write_samples(args.out, about, data)
    except OSError as error:
        raise BadInput(
            f"Cannot write {args.out}: {error.strerror}. Choose another --out."
        ) from None
    print(f"{args.out}: {args.n} samples")
    return {"out": str(args.out), "n": args.n, "seed": args.seed, **about}, 0


def _write_samples(out: Path, about: dict[str, Any], data: bytes) -> None:
    import numpy as np

    from gan_core import pictures

    if about["kind"] == "image":
        out.write_bytes(data)
        return
    points = np.frombuffer(data, "<f4").reshape(-1, 2)
    if out.suffix == ".csv":
        np.savetxt(out, points, delimiter=",", fmt="%.6g")
    else:
        out.write_bytes(pictures.scatter(points, about["extent"]))


def evaluate_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("checkpoint", help="a .safetensors file, or a run folder or id")
    parser.add_argument("--device", default="auto", help="auto, cpu or cuda")
    spaces = "of images: own (its data's, as in a run) or inception-v3 (its weights must be here)"
    parser.add_argument("--space", default="own", help=spaces)
    parser.add_argument(
        "--samples",
        type=int,
        default=5000,
        help="made for inception-v3; "
        "four times as many are read, about five a second by a processor core",
    )


def evaluate(args: argparse.Namespace) -> Result:
    from gan_core import build, checkpoint, data, judge

    path = checkpoint_of(args.checkpoint)
    config, players = checkpoint.load(path, str(build.pick_device(args.device)))
    found = data.load(config.data, config.size, beside=path.parent)
    reads = build.inputs(config, found, path.parent, held_out=True)
    if choose(args.space, ("own", "inception-v3"), "feature space") == "own":
        metrics = judge.Judge(config, found, reads)(players, full=True)
    else:
        metrics = judge.in_inception(players, found, reads, config.seed, args.samples)
    for name, value in metrics.items():
        print(f"{name}: {value}")
    return {"checkpoint": str(path), "step": players.step, "metrics": metrics}, 0


def features_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("data", help="mnist, faces, digits or cifar10")
    parser.add_argument("--epochs", type=int, default=None, help="(default: the card's)")
    parser.add_argument("--seed", type=int, default=0, help="seed of weights and batches")
    parser.add_argument("--out", type=Path, default=None, help="(default: gan_core/assets)")


def train_features(args: argparse.Namespace) -> Result:
    from gan_core import features

    out = args.out or features.ASSETS
    card = features.train_features(args.data, out=out, epochs=args.epochs, seed=args.seed)
    shown = ("space", "accuracy", "trained_on", "held_out", "epochs", "seed", "seconds")
    return {name: card[name] for name in shown}, 0
