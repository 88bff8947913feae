"""`evaluate` and `features`: trained networks measured, and trained to measure."""

import argparse
from pathlib import Path

from gan_core.catalog import BadInput, choose
from gan_core.commands.shared import Result, checkpoint_of


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
    space = choose(args.space, ("own", "inception-v3"), "feature space")
    if space == "own" and checkpoint.header(path).alone:
        raise BadInput(
            f"{path.name} holds a generator alone, and its data's own figures ask D too:"
            " evaluate the whole checkpoint, or take --space inception-v3."
        )
    config, players = checkpoint.load(path, str(build.pick_device(args.device)))
    found = data.load(config.data, config.size, beside=path.parent)
    reads = build.inputs(config, found, path.parent, held_out=True)
    if space == "own":
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
