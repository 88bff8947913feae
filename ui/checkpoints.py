"""Checkpoints that can be sampled, and the questions the samples page asks a worker about them.

The server never opens a checkpoint: it hands paths to a worker process and shows what comes back,
a picture or one line that says why the file is refused.
"""

import hashlib
import json
import re
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st

from gan_core import runs
from gan_core.catalog import BadInput
from gan_core.runs import CHECKPOINT
from ui import gallery
from ui.server import executor

LARGEST = 25  # MB of an uploaded file
SUFFIXES = ["safetensors", "pt", "pth", "ckpt", "bin"]
OPENS = """A checkpoint of this project, or the weights (`state_dict()`) of a generator of
pytorch/examples' dcgan, PyTorch-GAN's dcgan or wgan_gp, yunjey's pytorch-tutorial, WassersteinGAN
or mimicry. Its names and shapes say which; code in a file is never run."""
KEPT = 8  # uploaded files on disk, of all visitors
EXACT = 640 * 640  # pixels of a picture of tiles that is sent without loss
VIEW = 760  # pixels a picture is wide on the page, at least where its tiles allow it


@dataclass(frozen=True)
class Choice:
    """One checkpoint of the list: what it is called, where it lies, how a command names it."""

    label: str
    path: Path  # of a run folder or a .safetensors file
    command: str

    @property
    def file(self) -> Path:
        return self.path / CHECKPOINT if self.path.is_dir() else self.path


def choices(uploads: dict[str, Path]) -> dict[str, Choice]:
    """Every checkpoint there is, by id: shipped ones, then this visitor's files, then runs."""
    found = {}
    for run in gallery.shipped():
        found[run.id] = Choice(gallery.title(run), run.path, f"checkpoints/{run.id}")
    for key, path in uploads.items():
        if path.is_file():
            found[key] = Choice(f"{path.name}, your file", path, path.name)
    for run in runs.all_runs():
        if run.checkpoint.is_file():
            found[run.id] = Choice(gallery.title(run), run.path, run.id)
    return found


# What a worker says


def ask(choice: Choice, **request: Any) -> tuple[dict[str, Any], bytes]:
    """A worker's answer about a checkpoint, kept while its file stays the same."""
    try:
        stat = choice.file.stat()
    except OSError:
        raise BadInput("This checkpoint is gone: its run was deleted. Choose another.") from None
    text = json.dumps({**request, "checkpoint": str(choice.file.resolve())}, sort_keys=True)
    return _ask(text, stat.st_mtime_ns, stat.st_size)


@st.cache_data(max_entries=64, show_spinner=False)
def _ask(text: str, changed: int, size: int) -> tuple[dict[str, Any], bytes]:
    return executor().ask(json.loads(text))


def sheet(
    choice: Choice, about: dict[str, Any], count: int, **request: Any
) -> tuple[dict[str, Any], bytes, str]:
    """An answer whose picture has one pixel for each of the generator's `count` tiles, for the
    browser to enlarge, without loss where it is small; and a word that names the picture."""
    exact = count * about["size"] ** 2 <= EXACT
    found, raw = ask(choice, **request, format="exact" if exact else "webp", scale=1)
    names = json.dumps(found.get("names", []))
    return found, raw, hashlib.blake2b(raw + names.encode(), digest_size=6).hexdigest()


def scale_for(tiles: int, size: int) -> int:
    """Screen pixels for each picture pixel, so that `tiles` in a row are about VIEW wide."""
    return int(min(16, max(1, -(-VIEW // (tiles * size)))))


# What a visitor hands in


def take_in(name: str, raw: bytes) -> tuple[str, Path]:
    """Put an uploaded file where a worker opens it; one that a worker refuses is not kept."""
    if not raw:
        raise BadInput(f"{name} is empty.")
    if len(raw) > LARGEST * 10**6:
        raise BadInput(f"{name} is larger than {LARGEST} MB. Sample it with the command line.")
    digest = hashlib.sha256(raw).hexdigest()[:12]
    folder = _uploads() / digest
    path = folder / (re.sub(r"[^A-Za-z0-9._-]+", "_", Path(name).name)[-60:] or "file")
    folder.mkdir(exist_ok=True)
    runs.write_whole(path, raw)
    try:
        executor().ask({"do": "open", "checkpoint": str(path)})
    except Exception:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return f"upload-{digest}", path


def _uploads() -> Path:
    """The folder of uploaded files; those handed in longest ago make room."""
    folder = Path(tempfile.gettempdir()) / f"gan-lab-uploads-{Path.home().name}"
    folder.mkdir(mode=0o700, exist_ok=True)
    old = sorted(folder.iterdir(), key=lambda p: p.stat().st_mtime, reverse=True)
    for path in old[KEPT - 1 :]:
        shutil.rmtree(path, ignore_errors=True)
    return folder
