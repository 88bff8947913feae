"""A look at the images that come with the project, read from their files without torch.

Only the pixels that are shown are decompressed: 64 faces take 50 kB, the whole set 15 MB.
"""

import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gan_core.catalog import choose

ASSETS = Path(__file__).parent / "assets"
FILES = {"faces": "faces16.npz", "digits": "digits8.npz"}
HELD_OUT = 10  # every tenth picture is held out, as `gan_core.data.images` has it
INK = 16  # the digits' darkest level


@dataclass(frozen=True)
class Look:
    """`pixels` uint8 [n, size, size, 1 or 3] of a set of `count` pictures to train on."""

    pixels: NDArray[np.uint8]
    count: int


def look(name: str, size: int, n: int) -> Look:
    """The first n training pictures of a set of FILES, as a run of this `size` would see them."""
    choose(name, FILES, "set of images that comes with the project")
    wanted = -(-n * HELD_OUT // (HELD_OUT - 1))
    raw, count = _rows(ASSETS / FILES[name], wanted)
    kept = raw[np.arange(len(raw)) % HELD_OUT != HELD_OUT - 1][:n]
    if name == "digits":
        kept = np.round(kept * (255 / INK)).astype(np.uint8)[..., None]
    return Look(_resized(kept, size), count - count // HELD_OUT)


def _rows(path: Path, most: int) -> tuple[NDArray[np.uint8], int]:
    """At most `most` rows of the array `images` of an .npz, and how many it has."""
    with zipfile.ZipFile(path) as file, file.open("images.npy") as raw:
        stream = cast(BinaryIO, raw)
        version = np.lib.format.read_magic(stream)
        if version == (1, 0):
            shape, fortran, kind = np.lib.format.read_array_header_1_0(stream)
        else:
            shape, fortran, kind = np.lib.format.read_array_header_2_0(stream)
        if fortran:
            raise ValueError(f"{path.name} is stored column by column.")
        n = min(most, shape[0])
        data = raw.read(n * int(np.prod(shape[1:])) * kind.itemsize)
        return np.frombuffer(data, kind).reshape(n, *shape[1:]), shape[0]


def _resized(pixels: NDArray[np.uint8], size: int) -> NDArray[np.uint8]:
    """[n, h, h, c] -> [n, size, size, c]: whole multiples of faces as squares, the rest bilinear,
    which is what training does."""
    side, channels = pixels.shape[1], pixels.shape[-1]
    if channels == 3 and size % side == 0:
        return pixels.repeat(size // side, 1).repeat(size // side, 2)
    pictures = [Image.fromarray(p if channels == 3 else p[..., 0]) for p in pixels]
    scaled = [np.asarray(p.resize((size, size), Image.Resampling.BILINEAR)) for p in pictures]
    return np.stack(scaled).reshape(len(pixels), size, size, channels)
