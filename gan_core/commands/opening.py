"""`open`: what a checkpoint is, this project's or another's."""

import argparse
from typing import Any

from gan_core.commands.shared import Result, checkpoint_of


def open_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("checkpoint", help="a file, a web address, or a run folder or id")


def open_(args: argparse.Namespace) -> Result:
    from gan_core import sampling

    path = checkpoint_of(args.checkpoint)
    about, _ = sampling.ANSWERS["open"](sampling.Shelf(), {"checkpoint": str(path)})
    print("\n".join(_lines(about)))
    return {"checkpoint": str(path), **about}, 0


def _lines(about: dict[str, Any]) -> list[str]:
    """The report as text: what it is, its layers, and what to know of it."""
    report, shape = about["report"], " × ".join(map(str, about["shape"]))
    config = about["config"]
    what = f", {config['objective']} on {config['data']}" if config else ""
    lines = [
        f"Recognised as: {about['origin']}{what}",
        f"Reads {about['latent']} numbers, draws {shape}",
    ]
    wide = max((len(layer["name"]) for layer in report["layers"]), default=0)
    for layer in report["layers"]:
        size = "×".join(map(str, layer["shape"]))
        lines.append(
            f"  {layer['name']:{wide}}  {layer['kind']:16}{size:>18}{layer['parameters']:>14,}"
        )
    lines.append(f"Parameters: {report['parameters']:,}")
    norm = report["batchnorm"]
    if norm["layers"]:
        lines.append(f"BatchNorm: {norm['layers']} layers, {'sane' if norm['sane'] else 'odd'}")
    lines += [f"  {note}" for note in norm["notes"]]
    lines += [f"Guessed: {guess}" for guess in report["guessed"]]
    return lines + [f"Note: {note}" for note in report["notes"]]
