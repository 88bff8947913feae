"""Films as files: as many pictures as frames, each of them the frame, in its order."""

import io
import subprocess
import sys
from itertools import pairwise

import numpy as np
import pytest
from PIL import Image

from gan_core import movie, runs
from gan_core.__main__ import main
from gan_core.catalog import BadInput
from gan_core.presets import preset
from gan_core.runs import tiles

SIDE = 64


def filmed(path, count, scores=True):
    """A run whose frame i is one grey, lighter from frame to frame."""
    run = runs.create(preset("dcgan", "digits", steps=count), path)
    for i in range(count):
        out = io.BytesIO()
        Image.new("RGB", (SIDE, SIDE), (grey(i, count),) * 3).save(out, "WEBP", lossless=True)
        payload = tiles.join(out.getvalue(), np.zeros(64)) if scores else out.getvalue()
        run.append_frame(100 * i, float(i), payload)
    run.write_status(state="done")
    return run


def grey(i, count):
    return round(255 * i / max(1, count - 1))


def greys_of(data, form, folder):
    """The middle pixel of each picture of a film."""
    if form == "gif":
        with Image.open(io.BytesIO(data)) as film:
            found = []
            for i in range(film.n_frames):
                film.seek(i)
                picture = film.convert("L")
                found.append(picture.getpixel((picture.width // 2, SIDE)))
            return found
    from imageio_ffmpeg import read_frames

    path = folder / "film.mp4"
    path.write_bytes(data)
    reader = read_frames(str(path))
    width, height = next(reader)["size"]
    assert width % 2 == height % 2 == 0
    frames = [np.frombuffer(raw, "u1").reshape(height, width, 3) for raw in reader]
    return [int(frame[SIDE, width // 2, 0]) for frame in frames]


@pytest.mark.parametrize("scores", [True, False])
@pytest.mark.parametrize("form", movie.FORMATS)
def test_a_film_shows_every_frame_in_order(form, scores, tmp_path):
    run = filmed(tmp_path / "run", 9, scores)
    found = greys_of(movie.movie(run, form), form, tmp_path)
    shown = [found[0], *(b for a, b in pairwise(found) if abs(a - b) > 8)]
    wanted = [grey(i, 9) for i in range(9)]
    assert len(shown) == 9 and np.allclose(shown, wanted, atol=6)
    if form == "mp4":  # the last one stays, so that a loop can be read
        assert len(found) > 9 and len(set(found[9:])) == 1


def test_pictures_are_enlarged_by_whole_pixels_over_their_step(tmp_path):
    run = filmed(tmp_path / "run", 2)
    with Image.open(io.BytesIO(movie.movie(run))) as film:
        scale = -(-movie.SIDE["gif"] // SIDE)
        assert film.size == (SIDE * scale, SIDE * scale + movie.LINE)
        film.seek(1)
        line = np.asarray(film.convert("L"))[-movie.LINE :]
        assert line.min() < 100 < 200 < line.max(), "the step is written below"


def test_long_films_are_thinned_to_what_can_be_sent(tmp_path, monkeypatch):
    monkeypatch.setattr(movie, "MOST", 5)
    run = filmed(tmp_path / "run", 30)
    assert len(greys_of(movie.movie(run), "gif", tmp_path)) == 5


def test_large_pictures_make_no_larger_film(tmp_path, monkeypatch):
    monkeypatch.setattr(movie, "WIDEST", 32)
    monkeypatch.setitem(movie.SIDE, "gif", 32)
    run = filmed(tmp_path / "run", 30)
    size = 32 * (32 + movie.LINE)
    monkeypatch.setitem(movie.ROOM, "gif", 7 * size)
    with Image.open(io.BytesIO(movie.movie(run))) as film:
        assert film.size == (32, 32 + movie.LINE) and film.n_frames == 7


def test_what_has_no_film_says_so(tmp_path):
    with pytest.raises(BadInput, match="two frames"):
        movie.movie(filmed(tmp_path / "one", 1))
    with pytest.raises(BadInput, match="plane"):
        movie.movie(runs.create(preset("gan", "ring"), tmp_path / "plane"))
    with pytest.raises(BadInput, match="format of a film"):
        movie.movie(filmed(tmp_path / "two", 2), "avi")


def test_the_command_writes_the_file(tmp_path, capsys):
    run = filmed(tmp_path / "run", 3)
    out = tmp_path / "a.gif"
    assert main(["film", str(run.path), "--out", str(out)]) == 0
    assert out.read_bytes() == movie.movie(run, "gif")
    assert main(["film", str(run.path), "--out", str(tmp_path / "a.avi")]) == 2
    assert "a.avi" in capsys.readouterr().err


def test_the_server_may_name_films_without_loading_what_writes_them():
    code = "import sys, gan_core.movie\nassert not {'torch', 'imageio_ffmpeg'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
