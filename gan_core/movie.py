"""The film of a run on images as a file that plays anywhere: GIF, or MP4 (H.264). Torch-free.

Frames are decoded one at a time; each is enlarged by whole pixels, over a line with its step. What
comes out is at most some ten megabytes, because a server hands it on. ffmpeg comes with
imageio-ffmpeg and is asked for only here.
"""

import io
import tempfile
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from gan_core.catalog import BadInput, choose
from gan_core.runs import Run, tiles
from gan_core.runs.film import Frame

FORMATS = ("gif", "mp4")
SIDE = {"gif": 240, "mp4": 480}  # pixels a film is wide, at least
WIDEST = 640  # larger pictures are reduced to it
MOST = 200  # frames
ROOM = {"gif": 8e6, "mp4": 1e8}  # pixels of all frames: a GIF has hardly less than a byte for each
LARGEST = 64 * 2**20  # bytes of the frames as they are stored
LINE = 24  # pixels of the line below the picture
REST = 1.5  # seconds that the last frame stays
LENGTH, SHORTEST, LONGEST = 8.0, 0.04, 0.15  # seconds of all frames; of one, at least and at most


def movie(run: Run, form: str = "gif") -> bytes:
    """The whole film of a run on images as a file's bytes. BadInput where there is none to show."""
    choose(form, FORMATS, "format of a film")
    if run.config.kind != "image":
        raise BadInput(f"{run.id} is a run in the plane: only films of images become files.")
    last = run.film.frame()
    if last is None or run.frame_count() < 2:
        raise BadInput(f"{run.id} keeps fewer than two frames: let it train for a moment first.")
    wide, high = _drawn(last, SIDE[form]).size
    frames = run.film.spread(max(2, min(MOST, int(ROOM[form] / (wide * high)))), LARGEST)
    pause = min(LONGEST, max(SHORTEST, LENGTH / len(frames)))
    pictures = (_drawn(frame, SIDE[form]) for frame in frames)
    return gif(pictures, pause, REST) if form == "gif" else video(pictures, pause, REST)


def _drawn(frame: Frame, side: int) -> Image.Image:
    """One frame, at least `side` pixels wide, over its step; RGB with even sides, as video wants
    them."""
    step, _, payload = frame
    with Image.open(io.BytesIO(tiles.split(payload)[0]), formats=("WEBP",)) as tiled:
        picture = tiled.convert("RGB")
    if picture.width > WIDEST:
        picture.thumbnail((WIDEST, WIDEST))
    scale = max(1, -(-side // picture.width))
    wide, high = picture.width * scale, picture.height * scale
    canvas = Image.new("RGB", (wide + wide % 2, high + LINE + high % 2), "white")
    canvas.paste(picture.resize((wide, high), Image.Resampling.NEAREST))
    pen, font = ImageDraw.Draw(canvas), ImageFont.load_default(15)
    pen.text((6, high + 3), f"step {step:,}", "#1b2333", font)
    return canvas


def gif(
    pictures: Iterable[Image.Image], pause: float, rest: float = 0.0, endless: bool = True
) -> bytes:
    """A GIF of RGB pictures, `pause` seconds each, the last `rest` if that is given; it begins
    again if it is `endless`. Each frame has 256 colours of its own, chosen by an octree: median cut
    takes far longer and looks alike."""
    plain = [
        picture.quantize(256, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
        for picture in pictures
    ]
    pauses = [round(1000 * pause)] * (len(plain) - 1) + [round(1000 * (rest or pause))]
    again = {"loop": 0} if endless else {}
    out = io.BytesIO()
    plain[0].save(out, "GIF", save_all=True, append_images=plain[1:], duration=pauses, **again)
    return out.getvalue()


CODECS = {  # of imageio-ffmpeg's ffmpeg, and what it is told
    "mp4": ("libx264", {"crf": "18", "movflags": "+faststart"}),
    "webm": (
        "libvpx-vp9",
        {"crf": "24", "b:v": "0", "deadline": "realtime", "cpu-used": "6", "fflags": "+bitexact"},
    ),
}


def video(
    pictures: Iterable[Image.Image], pause: float, rest: float = 0.0, form: str = "mp4"
) -> bytes:
    """RGB pictures with even sides as H.264 (`mp4`) that browsers and phones play, or VP9
    (`webm`)."""
    from imageio_ffmpeg import write_frames

    rate, (codec, settings) = 1 / pause, CODECS[form]
    shown = iter(pictures)
    picture = next(shown)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"film.{form}"
        writer = write_frames(
            str(path), picture.size, fps=rate, codec=codec, pix_fmt_out="yuv420p",
            macro_block_size=2,
            output_params=[word for k, v in settings.items() for word in (f"-{k}", v)],
        )  # fmt: skip
        writer.send(None)
        writer.send(np.asarray(picture).tobytes())
        for picture in shown:
            writer.send(np.asarray(picture).tobytes())
        for _ in range(round(rest * rate)):
            writer.send(np.asarray(picture).tobytes())
        writer.close()
        return path.read_bytes()
