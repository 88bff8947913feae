"""`images`: own pictures made a set that runs can be trained on."""

import argparse
from pathlib import Path

from gan_core.commands.shared import Result


def images_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("paths", nargs="+", type=Path, help="ZIP files, folders or images")


def images(args: argparse.Namespace) -> Result:
    from gan_core.album import bring, store

    album = bring.bring(bring.of_paths(args.paths))
    spec = f"images:{store.put(album)}"
    left_out = album.card["skipped"]
    print(f"{spec}: {album.card['count']:,} images, {'grey' if album.card['grey'] else 'colour'}")
    if album.classes:
        print(f"classes: {', '.join(album.classes)}")
    if left_out:
        print(f"left out: {bring.words(left_out)}")
    print(f"train on them with: python -m gan_core train --objective dcgan --data {spec}")
    return {"data": spec, **album.card}, 0
