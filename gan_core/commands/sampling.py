"""`sample` and `export`: what a trained generator draws, and the generator itself, as files."""

import argparse
from pathlib import Path
from typing import Any

from gan_core.catalog import BadInput
from gan_core.commands.shared import Result, checkpoint_of

FORMS = "png, zip, gif, mp4, webm, csv, recipe, onnx, safetensors or card"


def drawing_flags(parser: argparse.ArgumentParser) -> None:
    """What says which samples are drawn."""
    parser.add_argument("--n", type=int, default=64, help="how many")
    parser.add_argument("--seed", type=int, default=0, help="seed of the latents")
    parser.add_argument("--to-seed", type=int, default=None, help="walk to this seed instead")
    parser.add_argument("--path", default="slerp", help="the walk's way: slerp or lerp")
    parser.add_argument(
        "--scale",
        type=int,
        default=None,
        help="pixels for a pixel (default: 1, or the recipe's)",
    )
    parser.add_argument(
        "--recipe", type=Path, default=None, help="what to draw instead, as the app wrote it"
    )


def sample_arguments(parser: argparse.ArgumentParser) -> None:
    what = "a .safetensors file, or a run folder or id (default: the recipe's)"
    parser.add_argument("checkpoint", nargs="?", help=what)
    drawing_flags(parser)
    parser.add_argument("--out", type=Path, default=Path("samples.png"), help="PNG; CSV for 2-D")


def export_arguments(parser: argparse.ArgumentParser) -> None:
    what = "a .safetensors file, or a run folder or id (default: the recipe's)"
    parser.add_argument("checkpoint", nargs="?", help=what)
    parser.add_argument("--as", dest="form", required=True, help=FORMS)
    parser.add_argument("--out", type=Path, required=True, help="the file to write")
    drawing_flags(parser)
    film = parser.add_argument_group("films of a walk (give --to-seed or a recipe)")
    film.add_argument("--fps", type=int, default=12, help="frames a second")
    film.add_argument("--ends", default="loop", help="loop, ping-pong or once")
    film.add_argument("--between", type=int, default=0, help="more frames between two steps")


def asked(args: argparse.Namespace) -> tuple[str, dict[str, Any], dict[str, Any]]:
    """How the checkpoint is named; its file and what to draw of it, as an export asks for them."""
    if args.recipe is not None:
        return _by_recipe(args)
    if args.checkpoint is None:
        raise BadInput("Name a checkpoint, or give a --recipe that names one.")
    drawn = {"do": "sample", "n": args.n, "seed": args.seed}
    if args.to_seed is not None:
        ends = {"seed_a": args.seed, "seed_b": args.to_seed, "mode": args.path}
        drawn = {"do": "interpolate", "n": args.n, **ends}
    scale = 1 if args.scale is None else args.scale
    path = checkpoint_of(args.checkpoint)
    return args.checkpoint, {"checkpoint": str(path), "scale": scale}, drawn


def _by_recipe(args: argparse.Namespace) -> tuple[str, dict[str, Any], dict[str, Any]]:
    from gan_core.sampling import recipes

    recipe = recipes.read(args.recipe)
    name = recipe.found(args.checkpoint)
    path = checkpoint_of(name)
    if not path.is_file():
        raise BadInput(
            f"There is no checkpoint {name} here, which the recipe was made with: name the file, as"
            " in: sample CHECKPOINT --recipe FILE."
        )
    recipe.check(path)
    scale = recipe.request.get("scale", 1) if args.scale is None else args.scale
    return recipe.checkpoint, {"checkpoint": str(path), "scale": scale}, recipe.request


def answered(form: str, args: argparse.Namespace, **more: Any) -> tuple[dict[str, Any], bytes]:
    """The file that was asked for, and what is known of it."""
    from gan_core import sampling
    from gan_core.sampling.exporting import export

    name, request, drawn = asked(args)
    try:
        found = export(
            sampling.Shelf(), {**request, "as": form, "draw": drawn, "name": name, **more}
        )
    except (KeyError, TypeError, AttributeError) as error:
        if args.recipe is None:
            raise
        raise BadInput(
            f"{args.recipe.name} asks for something that cannot be drawn: {error}."
        ) from None
    return found


def sample(args: argparse.Namespace) -> Result:
    form = "csv" if args.out.suffix == ".csv" else "png"
    about, data = answered(form, args)
    _write(args.out, data)
    n = about["points"] if about["kind"] == "2d" else args.n
    print(f"{args.out}: {n} samples" if args.recipe is None else f"{args.out}: as in {args.recipe}")
    return {"out": str(args.out), "n": args.n, "seed": args.seed, **about}, 0


def export(args: argparse.Namespace) -> Result:
    options = {"fps": args.fps, "ends": args.ends, "between": args.between}
    about, data = answered(args.form, args, **options)
    _write(args.out, data)
    told = f"{args.out}: {len(data) / 1e6:.2f} MB"
    if "max_error" in about:
        told += (
            f"; onnxruntime draws {about['compared']} latents alike, to {about['max_error']:.2g}"
        )
    if "frames" in about:
        told += f"; {about['frames']} frames, {about['seconds']:.1f} s"
    print(told)
    return {"out": str(args.out), "bytes": len(data), **about}, 0


def _write(out: Path, data: bytes) -> None:
    try:
        out.write_bytes(data)
    except OSError as error:
        raise BadInput(f"Cannot write {out}: {error.strerror}. Choose another --out.") from None
