"""One image file as the square of bytes that a network is trained on.

Every mode that an image can have comes out as RGB: palettes and transparency over white, CMYK,
16 bits and floats scaled to 8, the first frame of an animation, turned as the camera was held.
"""

import io
import warnings
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

# No PostScript and the like: a format that runs another program is not for strangers' files.
FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "PPM")
SUFFIXES = (
    ".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".ppm", ".pgm",
)  # fmt: skip
PIXELS = 50_000_000  # of one image: a phone's largest photo. 2 kB can claim a thousand times more

Pixels = NDArray[np.uint8]


class Unreadable(ValueError):
    """An image file that cannot be used; the reason in a few words."""


def square(file: Path | bytes, side: int) -> tuple[Pixels, tuple[int, int]]:
    """(uint8 [side, side, 3], original (width, height)): the middle square, scaled (Lanczos).

    Unreadable for anything else than a whole image of at most PIXELS pixels.
    """
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = None  # checked below, before any pixel is unpacked
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of odd metadata
            source = io.BytesIO(file) if isinstance(file, bytes) else file
            with Image.open(source, formats=FORMATS) as image:
                size = image.size
                if size[0] * size[1] > PIXELS:
                    raise Unreadable("more than 50 million pixels")
                return _fitted(image, side), size
    except Unreadable:
        raise
    except MemoryError:
        raise Unreadable("too large for the memory") from None
    except Exception as error:  # a damaged file may raise anything within Pillow
        raise Unreadable("damaged, or no image") from error


def _fitted(image: Any, side: int) -> Pixels:
    from PIL import Image, ImageOps

    image.draft(None, (2 * side, 2 * side))  # a JPEG is unpacked no larger than it is needed
    turned = ImageOps.exif_transpose(image)
    if turned.mode in ("I", "F") or turned.mode.startswith("I;16"):
        turned = Image.fromarray(_levels(turned, turned.mode != "I" or image.format == "PNG"))
    elif turned.has_transparency_data:
        over = turned.convert("RGBA")
        turned = Image.alpha_composite(Image.new("RGBA", over.size, "white"), over)
    fitted = ImageOps.fit(turned.convert("RGB"), (side, side), Image.Resampling.LANCZOS)
    return np.asarray(fitted, np.uint8)


def _levels(image: Any, sixteen: bool) -> Pixels:
    """Grey of more than 8 bits as uint8: scaled by its range, never clipped.

    With 16 bits the range is 65,535. Floats and 32 bits do not say theirs: it is the first of 1,
    255 and 65,535 that no value exceeds, or else the largest value.
    """
    values = np.nan_to_num(np.asarray(image, np.float64)).clip(0)
    top = float(values.max(initial=0.0))
    ranges = (65535.0,) if sixteen and image.mode != "F" else (1.0, 255.0, 65535.0)
    full = next((r for r in ranges if top <= r), top)
    return np.asarray((values * (255 / full)).round(), np.uint8)
