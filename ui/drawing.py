"""Points as small pictures, drawn with numpy and Pillow: quick, and free of torch."""

import base64
import io
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFont

SIDE = 240  # pixels of a drawn picture
INK = {  # dark theme?: real, generated, D, faint
    False: ("#2563eb", "#d9480f", "#7c3aed", "#cbd5e1"),
    True: ("#60a5fa", "#fb923c", "#a78bfa", "#52525b"),
}


def data_url(raw: bytes, kind: str) -> str:
    return f"data:image/{kind};base64,{base64.b64encode(raw).decode()}"


def draw_points(scene: dict[str, Any], real: bytes, payload: bytes, is_dark: bool) -> bytes:
    """One 2-D frame as a WebP of SIDE x SIDE: D's field, real and generated points."""
    ink_real, ink_fake, ink_d, _ = INK[is_dark]
    count, cells = scene["points"], scene["field"]
    fake = np.frombuffer(payload, "<u2", 2 * count).reshape(-1, 2)
    image = Image.new("RGBA", (SIDE, SIDE))
    if cells and len(payload) >= 4 * count + cells * cells:
        field = np.frombuffer(payload, "u1", cells * cells, 4 * count).reshape(cells, cells)
        veil = Image.fromarray((field[::-1] * 0.32).astype("u1")).resize((SIDE, SIDE))
        image = Image.new("RGBA", (SIDE, SIDE), ink_d)
        image.putalpha(veil)
    draw = ImageDraw.Draw(image)
    for points, ink in ((np.frombuffer(real, "<u2").reshape(-1, 2), ink_real), (fake, ink_fake)):
        for x, y in points[:500] / 65535 * SIDE:
            draw.rectangle((x - 1, SIDE - y - 1, x + 1, SIDE - y + 1), fill=ink)
    return _webp(image)


def corner(raw: bytes, share: float) -> bytes:
    """The top left part of a tiled picture, so that its tiles can be told apart when small."""
    with Image.open(io.BytesIO(raw), formats=("PNG", "WEBP")) as image:
        side = round(image.width * share)
        part = image.convert("RGB").crop((0, 0, side, min(side, image.height)))
    return _webp(part.resize((SIDE, SIDE * part.height // part.width), Image.Resampling.NEAREST))


def left(raw: bytes) -> bytes:
    """The left half of a picture, as a PNG."""
    with Image.open(io.BytesIO(raw), formats=("PNG", "WEBP")) as image:
        part = image.crop((0, 0, image.width // 2, image.height))
    out = io.BytesIO()
    part.save(out, "PNG")
    return out.getvalue()


def tiles(pixels: np.ndarray, columns: int) -> bytes:
    """uint8 [n, c, side, side] as a lossless WebP, `columns` in a row; the rest of it is clear."""
    n, side = len(pixels), pixels.shape[-1]
    rows = -(-n // columns)
    sheet = np.zeros((rows * columns, side, side, 4), np.uint8)
    sheet[:n, ..., :3] = pixels.transpose(0, 2, 3, 1)  # a single channel fills three
    sheet[:n, ..., 3] = 255
    whole = sheet.reshape(rows, columns, side, side, 4).swapaxes(1, 2)
    out = io.BytesIO()
    image = Image.fromarray(whole.reshape(rows * side, columns * side, 4))
    image.save(out, "WEBP", lossless=True, method=0)
    return out.getvalue()


def blank(is_dark: bool) -> bytes:
    """The picture of a run that has drawn nothing yet: a dashed ring."""
    image = Image.new("RGBA", (SIDE, SIDE))
    draw = ImageDraw.Draw(image)
    for start in range(0, 360, 30):
        draw.arc((72, 72, 168, 168), start, start + 16, fill=INK[is_dark][-1], width=4)
    return _webp(image)


def draw_cloud(
    raw: bytes, extent: list[float], real: np.ndarray, path: bool, is_dark: bool
) -> bytes:
    """float32 pairs over faint real points, with numbered axes; a `path` joins them in order.

    `extent` is x0, x1, y0, y1; `real` is [n, 2] in shares of it.
    """
    side, fine = 680, 2  # drawn twice as large, then shrunk: smooth dots
    ink_real, ink, violet, faint = INK[is_dark]
    x0, x1, y0, y1 = extent
    points = np.frombuffer(raw, "<f4").reshape(-1, 2)
    spots = np.nan_to_num((points - [x0, y0]) / [x1 - x0, y1 - y0])
    image = Image.new("RGBA", (side * fine, side * fine))
    draw = ImageDraw.Draw(image)
    _axes(draw, side * fine, extent, faint + "aa")

    def dot(at: np.ndarray, r: int, fill: str) -> None:
        x, y = at[0] * side * fine, (1 - at[1]) * side * fine
        draw.ellipse((x - r, y - r, x + r, y + r), fill=fill)

    for at in real[:600]:
        dot(at, 4, ink_real + "66")
    if path:
        draw.line([(x * side * fine, (1 - y) * side * fine) for x, y in spots], violet, 4)
    for i, at in enumerate(spots):
        dot(at, 15 if path and i in (0, len(spots) - 1) else 7, ink)
    return _webp(image.resize((side, side)))


def _axes(draw: ImageDraw.ImageDraw, side: int, extent: list[float], ink: str) -> None:
    """Grid lines at round numbers, each with its value."""
    x0, x1, y0, y1 = extent
    step = 10.0 ** np.floor(np.log10(x1 - x0) - 0.3)
    step *= 2.5 if (x1 - x0) / step > 12 else 1
    font = ImageFont.load_default(22)
    for value in np.arange(np.ceil(x0 / step), np.floor(x1 / step) + 1) * step:
        at = (value - x0) / (x1 - x0) * side
        draw.line([(at, 0), (at, side)], fill=ink, width=2)
        draw.text((at + 6, side - 30), f"{value:g}", "#7b8494", font)
    for value in np.arange(np.ceil(y0 / step), np.floor(y1 / step) + 1) * step:
        at = (y1 - value) / (y1 - y0) * side
        draw.line([(0, at), (side, at)], fill=ink, width=2)
        draw.text((8, at - 30), f"{value:g}", "#7b8494", font)


def _webp(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "WEBP", quality=88, method=0)
    return out.getvalue()
