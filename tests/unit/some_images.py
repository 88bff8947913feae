"""Images of noise, and files of them, for tests."""

import io
import zipfile

import numpy as np
from PIL import Image


def saved(image, kind="PNG", **more) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **more)
    return out.getvalue()


def picture(seed=0, size=(40, 30), mode="RGB", kind="PNG", **more) -> bytes:
    values = np.random.default_rng(seed).integers(0, 256, (size[1], size[0], 3), np.uint8)
    return saved(Image.fromarray(values).convert(mode), kind, **more)


def zipped(files, **more) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in files.items():
            made.writestr(name, content)
    return out.getvalue()
