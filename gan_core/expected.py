"""What to expect of a short run on images, from runs that were measured. Torch-free.

`assets/expected.json` holds what recommended settings reached in a given time; its only writer is
`benchmarks/pictures.py --expect`, through `keep`. By objective, data, seconds and machine it has
the means over the seeds, and the standard deviation of the distance.
"""

import json
import os
from pathlib import Path
from typing import Any

from gan_core.config import Config
from gan_core.presets import name_of, preset

FILE = Path(__file__).parent / "assets" / "expected.json"
# Fréchet distances up to which pictures are recognisable, and good, by feature space: set by
# looking at grids of 64, and held against real pictures that something is wrong with
# (`benchmarks/yardstick.py`). Recognisable: nearer than real digits under noise of σ 0.3 (17), than
# real faces at a quarter of their side (101). Good: nearer than real digits without one of the ten
# (3.1), than real faces under noise of σ 0.1 (13).
QUALITY = {"mnist-cnn": (15.0, 3.0), "faces-cnn": (60.0, 13.0), "cifar10-cnn": (20.0, 4.0)}
_CLASSES = {"mnist": "digits", "digits": "digits"}  # what the classes of a set are

Entry = dict[str, Any]


def table(path: Path | None = None) -> dict[str, Any]:
    """All entries; none where the file is missing."""
    try:
        return json.loads((path or FILE).read_text())
    except FileNotFoundError:
        return {}


def keep(
    objective: str, data: str, seconds: float, machine: str, entry: Entry, path: Path | None = None
) -> None:
    """Add an entry to the file, or put it in the place of an older one."""
    path = path or FILE
    known = table(path)
    times = known.setdefault(objective, {}).setdefault(data, {})
    times.setdefault(f"{seconds:g}", {})[machine] = entry
    new = path.with_suffix(".new")
    new.write_text(json.dumps(known, indent=1, sort_keys=True) + "\n")
    os.replace(new, path)


def found(config: Config, machine: str, path: Path | None = None) -> tuple[str, Entry] | None:
    """The machine and the entry that speak of a config, of this machine if there is one; None where
    its settings are not those that were measured. A seed changes nothing."""
    if config.kind != "image" or config.steps:
        return None
    name = name_of(config)
    if config != preset(name, config.data, seconds=config.seconds, seed=config.seed):
        return None
    machines = table(path).get(name, {}).get(config.data, {}).get(f"{config.seconds:g}", {})
    if machine in machines:
        return machine, machines[machine]
    return next(iter(machines.items()), None)


def sentence(config: Config, machine: str, path: Path | None = None) -> str:
    """What runs like this one reached, in words; "" where nobody measured any."""
    known = found(config, machine, path)
    if known is None:
        return ""
    where, entry = known
    many = entry["seeds"] > 1
    had = f", of which a run had {entry['cores']}" if "cores" in entry else ""
    text = f"Measured on {where}{had}: {config.seconds:g} s gave a Fréchet distance of"
    text += f" {_number(entry['frechet'])}" + (f" ± {_number(entry['spread'])}" if many else "")
    text += f" ({entry['space']}; other real pictures score {_number(entry['frechet_real'])})"
    if total := entry.get("classes_total"):
        present = f"{entry['classes_present']:.1f}".removesuffix(".0")
        text += f" and {present} of {total} {_CLASSES.get(config.data, 'classes')}"
    text += f", over {entry['seeds']} seeds" if many else ", in one run"
    word = quality(entry["space"], entry["frechet"])
    text += f": {word}." if word else "."
    return text if where == machine else f"{text} This machine may be faster or slower."


def quality(space: str, frechet: float) -> str:
    """How good pictures at a distance look, in words; "" in a space where nobody looked."""
    if space not in QUALITY:
        return ""
    recognisable, good = QUALITY[space]
    if frechet <= good:
        return "good"
    if frechet <= recognisable:
        return "recognisable, not yet clean"
    return "not recognisable, a lesson in how this objective fails"


def _number(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 1 else f"{value:.2g}"
