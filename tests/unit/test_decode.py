"""Every kind of image becomes a square of bytes, and what is none is told."""

import numpy as np
import pytest
from PIL import Image
from some_images import picture, saved

from gan_core.album import decode


def flat(raw: bytes) -> list[int]:
    """The colour of an image that has only one."""
    pixels, _ = decode.square(raw, 16)
    assert pixels.shape == (16, 16, 3) and (np.ptp(pixels.reshape(-1, 3), axis=0) <= 2).all()
    return pixels[8, 8].tolist()


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "YCbCr"])
def test_every_mode_becomes_rgb(mode):
    kind = "TIFF" if mode in ("CMYK", "YCbCr") else "PNG"
    for colour, bounds in (("white", (253, 255)), ("black", (0, 2))):
        seen = flat(saved(Image.new("RGB", (40, 30), colour).convert(mode), kind))
        assert bounds[0] <= min(seen) and max(seen) <= bounds[1]


def test_cmyk_is_ink_and_not_light():
    for kind in ("JPEG", "TIFF"):
        red = flat(saved(Image.new("CMYK", (32, 32), (0, 255, 255, 0)), kind))
        assert red[0] > 200 and max(red[1:]) < 80, kind


def test_transparency_is_white_in_a_palette_too():
    image = Image.new("P", (20, 20), 1)
    image.putpalette([255, 0, 0, 0, 0, 255])
    assert flat(saved(image)) == [0, 0, 255]
    assert flat(saved(image, transparency=1)) == [255, 255, 255]
    assert flat(saved(image, "GIF", transparency=1)) == [255, 255, 255]
    assert flat(saved(Image.new("RGBA", (20, 20), (0, 0, 0, 0)), "WEBP")) == [255, 255, 255]


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
@pytest.mark.parametrize("value", [0, 300, 32768, 65535])
def test_sixteen_bits_are_scaled_not_clipped(kind, value):
    raw = saved(Image.fromarray(np.full((20, 20), value, np.uint16)), kind)
    assert flat(raw) == [round(value / 257)] * 3


def test_floats_are_scaled_by_the_range_they_need():
    for top, value, expected in ((1, 0.5, 128), (255, 100, 100), (65535, 25700, 100)):
        values = np.full((20, 20), value, np.float32)
        values[:, :10] = top
        pixels, _ = decode.square(saved(Image.fromarray(values), "TIFF"), 16)
        assert pixels[8, -1].tolist() == [expected] * 3 and pixels[8, 0].tolist() == [255] * 3


def test_an_animation_is_its_first_frame():
    frames = [Image.new("RGB", (20, 20), colour) for colour in ("red", "lime", "blue")]
    for kind in ("GIF", "WEBP", "PNG"):
        more = {"lossless": True} if kind == "WEBP" else {}
        raw = saved(frames[0], kind, save_all=True, append_images=frames[1:], **more)
        assert flat(raw) == [255, 0, 0], kind


def test_the_middle_square_is_kept_and_the_camera_turned_upright():
    values = np.zeros((30, 90, 3), np.uint8)
    values[:, 30:60] = 255
    pixels, _ = decode.square(saved(Image.fromarray(values)), 16)
    assert pixels[:, 2:-2].min() >= 254 and pixels.min() > 200
    values = np.zeros((32, 32, 3), np.uint8)
    values[:16] = 255  # white above
    exif = Image.Exif()
    exif[0x0112] = 3  # held upside down
    pixels, size = decode.square(saved(Image.fromarray(values), "JPEG", exif=exif), 16)
    assert pixels[:6].max() < 10 and pixels[10:].min() > 245 and size == (32, 32)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP"])
def test_a_truncated_or_empty_file_is_unreadable(kind):
    raw = picture(kind=kind, size=(200, 200))
    for damaged in (raw[: len(raw) // 2], raw[:20], b"", b"no picture at all"):
        with pytest.raises(decode.Unreadable, match="damaged"):
            decode.square(damaged, 16)


def test_an_image_of_too_many_pixels_is_not_unpacked(monkeypatch):
    bomb = saved(Image.new("1", (12_000, 12_000)))
    assert len(bomb) < 30_000

    def never(self):
        raise AssertionError("it was unpacked")

    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", never)
    with pytest.raises(decode.Unreadable, match="50 million"):
        decode.square(bomb, 16)


def test_postscript_is_no_image():
    with pytest.raises(decode.Unreadable):
        decode.square(saved(Image.new("RGB", (20, 20)), "EPS"), 16)
