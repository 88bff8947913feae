"""`film`: a run's film as a file."""

import argparse
from pathlib import Path

from gan_core.catalog import BadInput
from gan_core.commands.shared import Result, find


def film_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run", help="id or folder of a run on images")
    parser.add_argument("--out", type=Path, default=Path("film.gif"), help="a .gif or .mp4 file")


def film(args: argparse.Namespace) -> Result:
    from gan_core.movie import FORMATS, movie

    form = args.out.suffix.removeprefix(".").lower()
    if form not in FORMATS:
        raise BadInput(f"--out {args.out}: a film is a .gif or an .mp4 file.")
    data = movie(find(args.run), form)
    args.out.write_bytes(data)
    print(f"{args.out}: {len(data) / 1e6:.1f} MB")
    return {"out": str(args.out), "bytes": len(data)}, 0
