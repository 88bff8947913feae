"""From files to a set: every image read, those that cannot be are counted, the rest made one array.

Files are given as (name, content), a ZIP among them is looked into. Nothing depends on the order in
which they come.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np

from gan_core.album import archive
from gan_core.album.decode import SUFFIXES, Unreadable, square
from gan_core.album.store import SET_BYTES, SIDE, Album, Pixels
from gan_core.catalog import BadInput

KINDS = "PNG, JPEG, WebP, GIF, BMP and TIFF"
CLASSES = 256  # labels are bytes
LEAST = 4  # images: two to compare generated ones with, two that say how close a perfect G comes
DAMAGED = "damaged, or no image"

File = tuple[str, bytes | Path]
Source = tuple[str, Callable[[], bytes | Path | None]]  # path, and how to get the content


def bring(files: Iterable[File]) -> Album:
    """The images of all files as a set, in the order of their paths.

    Folders are classes where every image lies in one and there are at least two. BadInput where
    there are fewer than LEAST images, all are equal, or there are more than SET_BYTES hold.
    """
    skipped: Counter[str] = Counter()
    stack = _Stack()
    sources = _sources(files, skipped)
    stack.require_room(len(sources), 1)
    kept: list[str] = []
    sizes: list[tuple[int, int]] = []
    for path, read in sources:
        try:
            content = read()
            if content is None:
                raise Unreadable(DAMAGED)
            pixels, size = square(content, SIDE)
        except Unreadable as error:
            skipped[str(error)] += 1
            continue
        stack.add(pixels, len(sources))
        kept.append(path)
        sizes.append(size)
    pixels = stack.whole(len(kept))
    _require_enough(pixels, skipped)
    labels, classes = _labelled(kept)
    by_area = sorted(sizes, key=lambda size: (size[0] * size[1], size))
    card = {
        "count": len(pixels), "grey": pixels.shape[1] == 1, "classes": classes,
        "smallest": by_area[0], "largest": by_area[-1], "skipped": dict(skipped.most_common()),
    }  # fmt: skip
    return Album(pixels, labels, card)


def of_paths(paths: Iterable[Path]) -> list[File]:
    """The files to bring of paths: a folder's images with all below it, and files themselves."""
    found: list[File] = []
    for path in paths:
        if path.is_dir():
            inside = sorted(p for p in path.rglob("*") if p.is_file())
            found += [(p.relative_to(path).as_posix(), p) for p in inside if _is_image(p.name)]
        elif path.is_file():
            found.append((path.name, path))
        else:
            raise BadInput(f"There is no file or folder {path}: correct the path.")
    return found


def words(skipped: dict[str, int]) -> str:
    """`2 encrypted, 1 link`: what was left out, and why."""
    return "; ".join(f"{count:,} {reason}" for reason, count in skipped.items())


def _is_image(name: str) -> bool:
    return name.lower().endswith(SUFFIXES)


def _sources(files: Iterable[File], skipped: Counter[str]) -> list[Source]:
    """Every image of the files, those within archives too, sorted by path."""
    found: list[Source] = []
    loose: list[tuple[PurePosixPath, bytes | Path]] = []
    for name, content in files:
        if archive.is_zip(name, _head(content)):
            raw = content if isinstance(content, bytes) else content.read_bytes()
            found += archive.images(name, raw, skipped)
        elif not archive.is_hidden(PurePosixPath(name)):
            loose.append((PurePosixPath(name), content))
    depth = archive.common_depth([path for path, _ in loose])
    for path, content in loose:
        found.append((str(PurePosixPath(*path.parts[depth:])), partial(_same, content)))
    return sorted(found, key=lambda source: source[0])


def _same(content: bytes | Path) -> bytes | Path:
    return content


def _head(content: bytes | Path) -> bytes:
    if isinstance(content, bytes):
        return content[:4]
    with content.open("rb") as file:
        return file.read(4)


def _labelled(paths: list[str]) -> tuple[Pixels | None, list[str]]:
    """The class of each path and their names, if folders name any."""
    tops = [PurePosixPath(path).parts[0] if "/" in path else "" for path in paths]
    names = sorted(set(tops))
    if "" in names or not 2 <= len(names) <= CLASSES:
        return None, []
    labels = np.array([names.index(top) for top in tops], np.uint8)
    return labels, [_printable(name) for name in names]


def _printable(name: str) -> str:
    return "".join(c for c in name if c.isprintable())[:60]


def _require_enough(pixels: Pixels, skipped: dict[str, int]) -> None:
    if len(pixels) == 0 and not skipped:
        raise BadInput(f"There are no images in it: {KINDS} files are read.")
    if len(pixels) == 0:
        raise BadInput(f"No image could be read: {words(skipped)}. {KINDS} files are read.")
    also = f" ({words(skipped)} left out)" if skipped else ""
    if len(pixels) < LEAST:
        some = "is one image" if len(pixels) == 1 else f"are {len(pixels)} images"
        raise BadInput(
            f"There {some} only{also}. Bring at least {LEAST}: half of them are compared with what"
            " G makes, the others tell how close a perfect G would come."
        )
    if not (pixels != pixels[:1]).any():
        raise BadInput(f"All {len(pixels):,} images are equal{also}. Bring some that differ.")


class _Stack:
    """Images one on another: one channel as long as all are grey, from then on three."""

    def __init__(self) -> None:
        self.rows: Any = None  # uint8 [capacity, channels, SIDE, SIDE]
        self.count = 0

    def add(self, pixels: Pixels, most: int) -> None:
        """Put uint8 [SIDE, SIDE, 3] on top; there will be `most` at most."""
        colour = bool((pixels != pixels[..., :1]).any())
        if self.rows is None or (colour and self.rows.shape[1] == 1):
            self._widen(3 if colour else 1, most)
        self.rows[self.count] = pixels.transpose(2, 0, 1)[: self.rows.shape[1]]
        self.count += 1

    def _widen(self, channels: int, most: int) -> None:
        self.require_room(most, channels)
        rows = np.empty((most, channels, SIDE, SIDE), np.uint8)
        if self.count:
            rows[: self.count] = self.rows[: self.count]
        self.rows = rows

    def whole(self, count: int) -> Pixels:
        if self.rows is None:
            return np.empty((0, 1, SIDE, SIDE), np.uint8)
        found: Pixels = self.rows[:count]
        return found

    @staticmethod
    def require_room(count: int, channels: int) -> None:
        each = channels * SIDE * SIDE
        if count * each > SET_BYTES:
            kind = "colour" if channels == 3 else "grey"
            raise BadInput(
                f"{count:,} {kind} images of {SIDE}x{SIDE} would take {count:,} x {each:,} bytes ="
                f" {count * each / 2**20:,.0f} MiB, and a set has at most {SET_BYTES >> 20} MiB:"
                f" bring {SET_BYTES // each:,} at most."
            )
