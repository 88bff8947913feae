"""Runs as pictures and words: what the home, samples and runs pages show of a run folder.

Everything here reads folders and draws with numpy and Pillow, so it is quick and torch-free.
"""

import json
import re
import time
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.errors import StreamlitPageNotFoundError

from gan_core import runs
from gan_core.catalog import OBJECTIVES, BadInput, own_images, own_points
from gan_core.config import Config
from gan_core.runs import Run
from ui import drawing

SHIPPED = Path(__file__).parent.parent / "checkpoints"
BADGE = {  # state: (words, icon, colour)
    "queued": ("Queued", "schedule", "gray"),
    "running": ("Running", "play_arrow", "green"),
    "paused": ("Paused", "pause", "yellow"),
    "done": ("Finished", "check", "blue"),
    "stopped": ("Stopped", "stop", "gray"),
    "failed": ("Failed", "error", "red"),
    "interrupted": ("Interrupted", "power_off", "orange"),
    "shipped": ("Shipped", "package_2", "violet"),
    "missing": ("Gone", "delete", "red"),
}
PAGE = {"2d": "train_2d", "image": "train_images"}


def dark() -> bool:
    """Whether the visitor sees the dark theme."""
    return st.context.theme.type == "dark"


def plain(text: str) -> str:
    """Text that Markdown shows as it is: paths and messages may hold its signs."""
    return re.sub(r"([\\`*_{}\[\]<>()#+!|~$:])", r"\\\1", text)


# What a run is called


def config_of(run: Run) -> Config | None:
    """The run's settings, or None if its folder is damaged or gone."""
    try:
        return run.config
    except (BadInput, OSError, TypeError, ValueError):
        return None


def data_name(config: Config) -> str:
    """The data set without its parameters or path: what runs are grouped by."""
    return config.data.partition("(")[0].partition(":")[0].strip()


def is_shipped(run: Run) -> bool:
    return run.path.parent.resolve() == SHIPPED.resolve()


def shipped() -> list[Run]:
    """The runs that come with the project, by name."""
    return sorted(runs.all_runs(SHIPPED), key=lambda run: run.id)


def card(run: Run) -> dict[str, Any]:
    """The run's card.json, or {} where it has none."""
    try:
        found = json.loads((run.path / "card.json").read_text())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def title(run: Run, config: Config | None = None) -> str:
    """`WGAN-GP on faces`, or a shipped run's own title."""
    config = config or config_of(run)
    given = card(run).get("title")
    if given:
        return str(given)
    if not config:
        return run.id
    if config.reads != "z":
        return _of_reading(config)
    return f"{_named_objective(config)} on {_named(config.data)}"


def _named_objective(config: Config) -> str:
    dcgan = config.kind == "image" and config.objective == "ns-gan"
    return "DCGAN" if dcgan else OBJECTIVES[config.objective].title


def _named(spec: str) -> str:
    """A data spec as a title has it: what is one's own by the first digits of its number."""
    if own := own_points(spec):
        return f"own points {own[0][:4]}"
    album = own_images(spec)
    return f"own images {album[0][:4]}" if album else spec


def _of_reading(config: Config) -> str:
    """`R3GAN, ring → grid`, `WGAN-GP, critic of ring + noise`, or `R3GAN fills in faces`."""
    name = _named_objective(config)
    if config.kind == "image":
        return f"{name} fills in {_named(config.data)}"
    if config.reads == "x+z":
        source, data = _named(config.source), _named(config.data)
        return f"{name}, {source} → {data}{'' if config.latent else ', without z'}"
    return f"{name}, critic of {_named(config.data)} + noise"


def measure(metrics: dict[str, Any]) -> str:
    """The one number that says how good a run is, in words; empty if nothing was measured."""
    if "frechet" in metrics:
        return f"Fréchet {metrics['frechet']:.1f}"
    parts = []
    if metrics.get("modes_total"):
        parts.append(f"{metrics['modes']:g} of {metrics['modes_total']:g} modes")
    if "hq" in metrics:
        share = float(metrics["hq"])
        parts.append(f"{share if share > 1 else 100 * share:.0f} % on a mode")
    elif "em" in metrics and not parts:
        parts.append(f"EM {metrics['em']:.3f}")
    return " · ".join(parts)


def duration(seconds: float) -> str:
    """`8 s`, `3 min 20 s`, `2 h 5 min`."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s" if whole % 60 else f"{whole // 60} min"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def ago(then: float) -> str:
    """`just now`, `5 min ago`, `3 h ago`, `12 days ago`."""
    gone = max(0.0, time.time() - then)
    if gone < 90:
        return "just now"
    for unit, size in (("min", 60), ("h", 3600)):
        if gone < 60 * size * (1 if unit == "min" else 0.4):
            return f"{gone / size:.0f} {unit} ago"
    days = round(gone / 86400)
    return f"{days} day{'s' * (days != 1)} ago"


def megabytes(count: int) -> str:
    """`340 kB`, `2.4 MB`, `1.2 GB`."""
    if count < 1e6:
        return f"{count / 1e3:.0f} kB"
    return f"{count / 1e6:.1f} MB" if count < 1e9 else f"{count / 1e9:.1f} GB"


def run_at(path: Path) -> Run | None:
    """The run whose folder `path` is, or None for a lone file."""
    run = Run(path)
    return run if path.is_dir() and run.exists() else None


def state_of(run: Run, status: dict[str, Any]) -> str:
    return "shipped" if is_shipped(run) else str(status.get("state", "missing"))


def badge(state: str) -> None:
    words, icon, color = BADGE.get(state, BADGE["missing"])
    st.badge(words, icon=f":material/{icon}:", color=color)


# What a run looks like


def picture(run: Run) -> str:
    """The run's last frame as a data URL, redrawn only when there is a newer one."""
    try:
        stamp = (run.path / "frames.idx").stat().st_size
    except OSError:
        stamp = 0
    return _picture(str(run.path), stamp, dark())


@st.cache_data(max_entries=200, show_spinner=False)
def _picture(path: str, stamp: int, is_dark: bool) -> str:
    run = Run(Path(path))
    try:
        scene, frame = run.scene(), run.frame()
        if scene and scene["kind"] == "2d" and frame:
            drawn = drawing.draw_points(scene, run.real(), frame[2], is_dark)
            return drawing.data_url(drawn, "webp")
        if scene and scene["kind"] == "image" and frame:
            share = min(1.0, 4 / scene["columns"])
            return drawing.data_url(drawing.corner(frame[2], share), "webp")
        grid = (run.path / "grid.png").read_bytes()
        return drawing.data_url(drawing.corner(grid, 0.5), "webp")
    except (OSError, ValueError, KeyError):  # nothing drawn yet, or files that cannot be read
        return drawing.data_url(drawing.blank(is_dark), "webp")


# A run on a page


def facts(run: Run, status: dict[str, Any]) -> str:
    """One line: steps, time, age."""
    steps, total = status.get("step", 0), status.get("steps") or 0
    live = status.get("state") in runs.LIVE
    counted = f"{steps:,} of {total:,} steps" if live and total else f"{steps:,} steps"
    parts = [counted, duration(status.get("seconds") or 0)]
    if not is_shipped(run) and status.get("started"):
        parts.append(ago(status["started"]))
    return " · ".join(parts)


def lead(page: str, label: str, icon: str, **query: str) -> None:
    """A link to another page; plain words where this page runs without the menu around it."""
    try:
        st.page_link(f"pages/{page}.py", label=label, icon=f":material/{icon}:",
                     query_params=query or None)  # fmt: skip
    except StreamlitPageNotFoundError:
        st.caption(label)


def link(run: Run, config: Config | None) -> None:
    """A link that opens the run on the training page of its kind."""
    lead(PAGE[config.kind if config else "2d"], "Open", "open_in_new", run=run.id)


def strip(run: Run, width: int = 104) -> None:
    """A run in short, for a row of recent ones: picture, name, one line, state and link."""
    config, status = config_of(run), run.status()
    with st.container(border=True, horizontal=True, vertical_alignment="center", wrap=False):
        st.image(picture(run), width=width, alt=f"Last samples of {title(run, config)}")
        with st.container(gap="xxsmall"):
            st.markdown(f"**{plain(title(run, config))}**")
            st.caption(measure(status.get("metrics") or {}) or facts(run, status))
            with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
                badge(state_of(run, status))
                link(run, config)
