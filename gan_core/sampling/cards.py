"""A model card as Markdown: the checkpoint's own where one lies beside it, or what is known."""

from typing import Any

from gan_core.catalog import OBJECTIVES
from gan_core.config import Config
from gan_core.presets import command
from gan_core.runs import CHECKPOINT, Run
from gan_core.sampling.opened import Opened
from gan_core.sampling.recipes import sha256

OWN = "README.md"


def card(opened: Opened, name: str) -> str:
    """The card of a checkpoint that a command calls `name`."""
    own = opened.path.with_name(OWN)
    if opened.path.name == CHECKPOINT and own.is_file():
        return own.read_text(encoding="utf-8")
    config = opened.config
    title, facts = _foreign(opened) if config is None else _ours(opened, config)
    facts["SHA-256 of the file"] = f"`{sha256(opened.path)}`"
    rows = "".join(f"| {key} | {_cell(value)} |\n" for key, value in facts.items() if value)
    parts = [f"# {title}\n", f"| | |\n| --- | --- |\n{rows}"]
    if config is not None:
        parts.append(f"Trained by\n\n    {command(config)}\n")
    out = "samples.csv" if opened.kind == "2d" else "samples.png"
    parts.append(f"Drawn by\n\n    python -m gan_core sample {name} --n 64 --seed 0 --out {out}\n")
    return "\n".join([*parts, _caution(config)])


def _ours(opened: Opened, config: Config) -> tuple[str, dict[str, Any]]:
    about = opened.header
    info, objective = config.info, OBJECTIVES[config.objective]
    run = Run(opened.path.parent)
    status = run.status() if opened.path.name == CHECKPOINT and run.exists() else {}
    figures = status.get("metrics") or {}
    numbers = {k: v for k, v in figures.items() if isinstance(v, int | float | str)}
    seconds = status.get("seconds")
    return f"{objective.title} on {info.title}", {
        "data": f"`{config.data}`: {info.credit or 'made by this project, or one’s own'}",
        "objective": f"{objective.title}, {objective.source}",
        "network": f"{config.network}, width {config.width}",
        "samples": _shape(opened),
        "reads": _reads(config),
        "seed": str(config.seed),
        "steps": f"{about.step:,}",
        "training time": f"{seconds:.0f} s" if seconds else "",
        "machine": status.get("machine", ""),
        "parameters": ", ".join(f"{p} {n:,}" for p, n in about.parameters.items() if n),
        **{k: f"{v:.4g}" if isinstance(v, float) else str(v) for k, v in numbers.items()},
    }


def _foreign(opened: Opened) -> tuple[str, dict[str, Any]]:
    weights = sum(p.numel() for p in opened.net.parameters()) if opened.net is not None else 0
    return f"Generator of {opened.path.name}", {
        "data": "not known: the file does not say what it was trained on",
        "licence": "not known: ask whoever gave the file",
        "samples": _shape(opened),
        "reads": f"{opened.latent} standard normal numbers",
        "parameters": f"G {weights:,}" if weights else "",
        "discriminator": "in the file" if opened.score else "not in the file",
    }


def _reads(config: Config) -> str:
    z = f"z, {config.latent} standard normal numbers"
    if config.reads == "x+z":
        return f"x of `{config.source}`" + (f", and {z}" if config.latent else "")
    return z if config.reads == "z" else "x of the data, to which it adds noise"


def _shape(opened: Opened) -> str:
    if opened.kind == "2d":
        return "points in the plane"
    channels, high, wide = opened.shape
    return f"{'grey' if channels == 1 else 'colour'} pictures, {wide}×{high} pixels"


def _cell(value: Any) -> str:
    return str(value).replace("|", "\\|").replace("\n", " ")


def _caution(config: Config | None) -> str:
    if config is None or config.kind == "2d":
        return "Judge it by its samples: nothing else is promised.\n"
    return (
        "Distances are measured in the feature space they name, at a number of samples: compare"
        " them with others of that space and number only.\n"
    )
