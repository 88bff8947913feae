"""Sheets of tiles that a worker sent, cut up and laid out anew for the page."""

import io

import numpy as np
from PIL import Image

from ui import drawing

Tiles = np.ndarray  # uint8 [rows, columns, side, side, 3]


def cut(raw: bytes, columns: int) -> Tiles:
    """The tiles of a sheet without gaps, row by row."""
    with Image.open(io.BytesIO(raw), formats=("PNG", "WEBP")) as image:
        pixels = np.asarray(image.convert("RGB"))
    side = pixels.shape[1] // columns
    rows = pixels.shape[0] // side
    return pixels.reshape(rows, side, columns, side, 3).swapaxes(1, 2)


def beside(tiles: Tiles, side: int = 128, gap: int = 4) -> str:
    """Tiles [n, side, side, 3] in one row with gaps, as a data URL; each `side` pixels wide."""
    sheet = Image.new("RGBA", (len(tiles) * (side + gap) - gap, side))
    for i, pixels in enumerate(tiles):
        sheet.paste(_enlarged(pixels, side), (i * (side + gap), 0))
    return _url(sheet)


def among(tiles: Tiles, k: int, side: int = 64, gap: int = 4) -> str:
    """One row of tiles [1 + 2 k, side, side, 3] as a data URL: the first at twice the size, the
    next k above and the last k below beside it."""
    large = 2 * side + gap
    sheet = Image.new("RGBA", (large + 3 * gap + k * (side + gap) - gap, large))
    sheet.paste(_enlarged(tiles[0], large), (0, 0))
    for i, pixels in enumerate(tiles[1:]):
        x = large + 3 * gap + (i % k) * (side + gap)
        sheet.paste(_enlarged(pixels, side), (x, (i // k) * (side + gap)))
    return _url(sheet)


def _enlarged(pixels: np.ndarray, side: int) -> Image.Image:
    return Image.fromarray(pixels).resize((side, side), Image.Resampling.NEAREST)


def _url(sheet: Image.Image) -> str:
    out = io.BytesIO()
    sheet.save(out, "WEBP", lossless=True, method=0)
    return drawing.data_url(out.getvalue(), "webp")
