"""Make a shipped checkpoint of a finished run: weights without optimisers, card and sample grid.

    python scripts/ship.py RUN checkpoints/NAME --title "DCGAN on faces"

RUN is a run folder that `python -m gan_core train` made. All figures on the card are the run's
own, measured by it; nothing is typed in.
"""

import argparse
import os
import shutil
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(HERE))
from gan_core import checkpoint, pictures, sampling, window  # noqa: E402
from gan_core.presets import command  # noqa: E402
from gan_core.runs import CHECKPOINT, Run, write_json, write_whole  # noqa: E402

KEPT = ("config.json", "curves.f4", "metrics.jsonl", "scene.json")
LOCAL = ("pid", "born", "parent")  # of a run's status, means nothing elsewhere
GRID_SEED = 0
SOME = 8  # absent classes that are named


def _missing(metrics: dict[str, Any]) -> list[str]:
    """The classes that the run's own judgement found absent, as "glasses: light03"."""
    found = metrics.get("classes", {})
    return [f"{name}: {one}" for name, part in found.items() for one in part["missing"]]


def card_of(run: Run, out: Path, title: str, note: str) -> dict[str, Any]:
    config, status = run.config, run.status()
    metrics = status["metrics"]
    figures = {k: v for k, v in metrics.items() if isinstance(v, int | float | str)}
    about = checkpoint.header(out / CHECKPOINT)
    return {
        "title": title,
        "data": config.data,
        "credit": config.info.credit,
        "said": status.get("said", ""),
        "objective": config.objective,
        "seed": config.seed,
        "steps": status["step"],
        "planned": config.steps,
        "seconds": round(status["seconds"], 1),
        "machine": status["machine"] + (f"; {note}" if note else ""),
        "missing": _missing(metrics),
        **figures,
        "parameters": about.parameters,
        "command": command(config),
    }


def grid_of(out: Path) -> bytes:
    """The picture on the card: samples of a seed or, of a G that fills pictures in, what its run
    showed."""
    shelf = sampling.Shelf()
    opened = shelf.get(out)
    if opened.reads.fills is None:
        request = {"checkpoint": str(out), "n": 64, "seed": GRID_SEED, "scale": 2}
        return sampling.sample(shelf, request)[1]
    assert opened.config is not None
    inputs = window.fixed_latents(opened.config, opened.reads)
    made = window.beside_their_own(opened.reads.fills, inputs, opened.make(inputs))
    return pictures.encode(pictures.tile(made, window.COLUMNS), "png", 2)


def _of_fills(card: dict[str, Any]) -> tuple[str, str, str, str]:
    """What is special to a G that fills pictures in: the grid's words, rows, what `sample` draws,
    and a last word."""
    if "fill_spread" not in card:
        return f"64 samples, seed {GRID_SEED}", "", "and drawn by", ""
    rows = (
        f"| two completions differ by | {card['fill_spread']:.3f} of black to white, over the"
        " hidden pixels |\n"
        f"| real pictures nearest in the known part | {card['fill_spread_real']:.3f} |\n"
        "| distinct in the classifier's classes | "
        f"{card['fill_distinct']:.1%} of 8 completions |\n"
    )
    last = """
Each row of the grid is a picture that was held out of training, its hidden part grey, and seven
completions of it under seven z; known pixels are passed on as they are. So the distance above, of
completed pictures, is smaller than that of a generator that makes all of a picture: compare it with
that of other completions alone. Real pictures that are nearest in the known part are not quite the
same there, so they differ more than a perfect G's completions would. Draw your own on the Samples
page, section Fill.
"""
    drawn = "One completion each of 64 held-out pictures, every hole drawn at random, is drawn by"
    return "Masked pictures and completions", rows, drawn, last


def readme(card: dict[str, Any]) -> str:
    """The model card a reader opens first."""
    words, fills, drawn, last = _of_fills(card)
    present = ""
    if "classes_present" in card:
        some, more = card["missing"][:SOME], len(card["missing"]) - SOME
        missing = f" (not: {', '.join(some)}{f' and {more} more' if more > 0 else ''})" * bool(some)
        present = f"{card['classes_present']} of {card['classes_total']}{missing}"
        present = f"| classes present | {present} |\n"
    steps = f"{card['steps']:,}"
    if card["steps"] < card["planned"]:
        steps += f" of {card['planned']:,}: stopped by hand"
    said = f"| as read | {card['said']} |\n" if card["said"] else ""
    return f"""# {card["title"]}

![{words}](grid.png)

| | |
| --- | --- |
| data | {card["data"]}: {card["credit"]} |
{said}| objective | {card["objective"]} |
| seed | {card["seed"]} |
| steps | {steps} |
| training time | {card["seconds"]} s |
| machine | {card["machine"]} |
| Fréchet distance | {card["frechet"]:.2f} in the feature space `{card["feature_space"]}`, \
{card["samples"]} samples |
| the same for real images | {card["frechet_real"]:.2f} |
| precision, recall | {card["precision"]:.3f}, {card["recall"]:.3f} \
(real: {card["precision_real"]:.3f}, {card["recall_real"]:.3f}) |
{present}{fills}| parameters | G {card["parameters"]["G"]:,}, D {card["parameters"]["D"]:,} |

Trained by

    {card["command"]}

{drawn}

    python -m gan_core sample checkpoints/{card["name"]} --n 64 --seed {GRID_SEED} --scale 2

The distance compares Gaussians fitted to features of a small classifier trained on the same data
(`gan_core/assets`): compare it with other figures in that space and at as many samples only.
{last}"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("run", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--title", required=True)
    parser.add_argument("--note", default="", help="what else to say of the machine")
    args = parser.parse_args()
    run = Run(args.run)
    if run.status()["state"] not in ("done", "stopped"):
        parser.error(f"{run.id} is {run.status()['state']}: ship a run that has ended.")
    shutil.rmtree(args.out, ignore_errors=True)
    args.out.mkdir(parents=True)
    for name in KEPT:
        shutil.copy(run.path / name, args.out / name)
    status = {k: v for k, v in run.status().items() if k not in LOCAL} | {"id": args.out.name}
    write_json(args.out / "status.json", status)
    _, players = checkpoint.load(run.checkpoint)
    checkpoint.save(args.out / CHECKPOINT, players, run.config, resumable=False)
    os.chmod(args.out / CHECKPOINT, 0o644)
    write_whole(args.out / "grid.png", grid_of(args.out))
    card = card_of(run, args.out, args.title, args.note) | {"name": args.out.name}
    write_json(args.out / "card.json", card)
    (args.out / "README.md").write_text(readme(card))
    size = (args.out / CHECKPOINT).stat().st_size / 1e6
    print(f"{args.out}: {size:.1f} MB, Fréchet {card['frechet']:.2f}")


if __name__ == "__main__":
    main()
