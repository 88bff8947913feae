"""Sets of own pictures: named by their content, kept in a store and beside the runs that use them.

A set is a file `<id>.safetensors` in the folder `images` of the runs root (GAN_RUNS): `pixels`
uint8 [n, c, SIDE, SIDE], c = 1 if every picture is grey, `labels` uint8 [n] where there are
classes, and a card as JSON in its header. The id is a hash of all but the card, so a name always
means the same pictures. A run has its set in its own folder (a hard link, where the disk can):
`find` looks there first, then in the store, then in the other runs.
"""

import hashlib
import json
import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gan_core import stored
from gan_core.catalog import BadInput, own_images

SIDE = 64  # pixels; smaller sizes are means of 2x2 or 4x4 of these
SIZES = (16, 32, 64)
SET_BYTES = 256 * 2**20  # of one set
KEPT, KEPT_BYTES = 200, 2 * 2**30  # of the store; the sets used longest ago leave first
SUFFIX = ".safetensors"

Pixels = NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Album:
    """`pixels` uint8 [n, c, SIDE, SIDE]; `labels` uint8 [n], the number of a class in `classes`.

    `card` is what should be known of it: `count`, `grey`, `smallest` and `largest` (width and
    height of the files), `skipped` (reason -> how many files), `classes` (names).
    """

    pixels: Pixels = field(repr=False)
    labels: Pixels | None = field(repr=False)
    card: dict[str, Any]

    @property
    def classes(self) -> list[str]:
        return list(self.card["classes"])


def as_trained(pixels: Pixels, size: int, grey: bool | None = None) -> Pixels:
    """uint8 [n, c, SIDE, SIDE] -> [n, c', size, size], what a network of that size is trained on.

    `size` is one of SIZES. `grey` makes one channel of three (ITU-R 601), False three of one; None
    leaves them.
    """
    if size not in SIZES:
        raise BadInput(f"size={size}: own images are kept at {SIDE}x{SIDE}; choose 16, 32 or 64.")
    step = SIDE // size
    parts = [_smaller(pixels[i : i + 1024], step, grey) for i in range(0, len(pixels), 1024)]
    return np.concatenate(parts) if parts else pixels[:0]


def _smaller(pixels: Pixels, step: int, grey: bool | None) -> Pixels:
    channels = pixels.shape[1]
    if grey and channels == 3:
        weights = np.array([19595, 38470, 7471], np.uint32)[:, None, None]  # of 65,536
        pixels = ((pixels * weights).sum(1, keepdims=True) + 2**15 >> 16).astype(np.uint8)
    if step > 1:
        places = [(i, j) for i in range(step) for j in range(step)]
        total = np.full_like(pixels[..., ::step, ::step], len(places) // 2, np.uint16)  # to round
        for i, j in places:
            total += pixels[..., i::step, j::step]
        pixels = (total // len(places)).astype(np.uint8)
    if grey is False and channels == 1:
        pixels = pixels.repeat(3, 1)
    return pixels


def name_of(album: Album) -> str:
    """The id of a set: 12 digits of the hash of its pixels, labels and class names."""
    shape = json.dumps([album.pixels.shape, album.classes]).encode()
    found = hashlib.sha256(shape)
    for part in (album.pixels, album.labels):
        if part is not None:
            found.update(np.ascontiguousarray(part).data)
    return found.hexdigest()[:12]


def store() -> Path:
    """Where sets are kept: `images` below GAN_RUNS, or below `runs` in the current folder."""
    return stored.folder("images")


def put(album: Album) -> str:
    """Keep a set in the store, whose oldest sets then leave; its id."""
    from safetensors.numpy import save_file

    where, name = store(), name_of(album)
    where.mkdir(parents=True, exist_ok=True)
    file, part = where / f"{name}{SUFFIX}", where / f".{name}.{os.getpid()}.part"
    arrays = {"pixels": np.ascontiguousarray(album.pixels)}
    if album.labels is not None:
        arrays["labels"] = album.labels
    try:
        save_file(arrays, part, {"card": json.dumps(album.card)})
        part.chmod(0o644)  # safetensors leaves it readable by its owner alone
        os.replace(part, file)
    finally:
        part.unlink(missing_ok=True)
    stored.make_room(where, SUFFIX, KEPT, KEPT_BYTES)
    return name


def find(name: str, beside: Path | None = None) -> Album:
    """The set of an id: from the run folder `beside`, the store, or any run of the runs root.

    BadInput if there is none, or if every copy is damaged.
    """
    file, album = _first(name, beside, lambda file: _checked(file, name))
    if album is None:
        raise _absent(name, file)
    return album


def look(name: str, count: int) -> tuple[dict[str, Any], Pixels]:
    """The card of a set, and `count` of its pictures or fewer, evenly spread: read in
    milliseconds, so the hash of the whole is not compared. BadInput as `find`."""
    file, found = _first(name, None, lambda file: _some(file, count))
    if found is None:
        raise _absent(name, file)
    return found


def keep_with(spec: str, folder: Path, parent: Path | None = None) -> None:
    """Link or copy the set that a data spec names, if it names one, into a run's folder; `parent`
    is the folder of the run it continues, if any. BadInput if it is not here."""
    if not (own := own_images(spec)):
        return
    file, good = _first(own[0], parent, lambda file: _some(file, 1))
    if good is None or file is None:
        raise _absent(own[0], file)
    kept = folder / file.name
    try:
        os.link(file, kept)
    except OSError:  # another disk, or one without links
        shutil.copyfile(file, kept)
    if file.parent == store():
        os.utime(file)


def _first(name: str, beside: Path | None, read: Any) -> tuple[Path | None, Any]:
    """The first place that holds a set as it should be, and what `read` made of it; (file, None)
    of a damaged one where there is no better, (None, None) where there is none."""
    damaged = None
    for file in stored.places(store(), f"{name}{SUFFIX}", beside):
        if file.is_file():
            found = read(file)
            if found is not None:
                return file, found
            damaged = damaged or file
    return damaged, None


def _absent(name: str, damaged: Path | None) -> BadInput:
    if damaged:
        return BadInput(
            f"The images {name} are damaged: {damaged.name} does not hold what it is named after."
            " Upload them again."
        )
    return BadInput(
        f"There are no images {name} here: they were removed, or the link is from elsewhere. Upload"
        " them again."
    )


def _checked(file: Path, name: str) -> Album | None:
    """The whole set of a file, or None if it is not the one of that name."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(file, "numpy") as opened:
            card = json.loads((opened.metadata() or {})["card"])
            arrays = {key: opened.get_tensor(key) for key in opened.keys()}  # noqa: SIM118
        album = Album(arrays["pixels"], arrays.get("labels"), card)
        return album if name_of(album) == name else None
    except (OSError, SafetensorError, ValueError, KeyError, TypeError):
        return None


def _some(file: Path, count: int) -> tuple[dict[str, Any], Pixels] | None:
    """The card and a few pictures of a file, or None if it is no set."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(file, "numpy") as opened:
            card = json.loads((opened.metadata() or {})["card"])
            pixels = opened.get_slice("pixels")
            n, channels, *sides = pixels.get_shape()
            if pixels.get_dtype() != "U8" or channels not in (1, 3) or sides != [SIDE, SIDE]:
                return None
            rows = np.unique(np.linspace(0, n - 1, min(count, n)).astype(int))
            return card, np.concatenate([pixels[int(i) : int(i) + 1] for i in rows])
    except (OSError, SafetensorError, ValueError, KeyError, TypeError):
        return None
