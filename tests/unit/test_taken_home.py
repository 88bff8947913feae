"""Whatever a section of the samples page draws: its files open, and its recipe draws it again."""

import io
import json
import zipfile

import numpy as np
import pytest
import torch
from PIL import Image

from gan_core import build, checkpoint, pictures, sampling
from gan_core.__main__ import main
from gan_core.catalog import BadInput
from gan_core.presets import preset
from gan_core.sampling import Shelf, recipes
from gan_core.sampling.exporting import export
from gan_core.sampling.taken import ORDERED

MNIST = recipes.SHIPPED / "dcgan-mnist"
SQUARE = ["0:0", "0:1", "3:4", "5:0"]
REQUESTS = {
    "sample": {"seed": 2, "n": 5, "first": 3, "of": 40, "order": "best", "psi": 0.8},
    "tiles": {"names": ["0:17", "3:4", "9:0"], "psi": 0.7},
    "interpolate": {"a": "4:2", "b": "5:0", "n": 5, "mode": "lerp"},
    "map": {"corners": SQUARE, "side": 3, "psi": 0.9},
    "path": {"corners": SQUARE, "points": [[0, 0], [1, 0.5], [0.2, 1]], "n": 6},
    "walk": {"stops": SQUARE[:3], "n": 12},
    "arithmetic": {"plus": ["0:1", "0:2"], "minus": ["1:0"], "to": ["2:5"], "seed": 4},
    "direction": {"tile": "0:1", "by": [1.5, 0, -2]},
    "fill": {"face": 7, "hole": "rect:3,2,9,12", "seed": 1, "n": 5},
}
DRAWN = {do: {"do": do, **request} for do, request in REQUESTS.items()}


@pytest.fixture(scope="module")
def shelf():
    return Shelf()


@pytest.fixture(scope="module")
def filling(tmp_path_factory):
    """A generator, never trained, that fills digits in."""
    config = preset("r3gan", "digits", reads="x+z", size=16, width=4, latent=8)
    players = build.players(config, (1, 16, 16), build.pick_device("cpu"))
    path = tmp_path_factory.mktemp("filling") / "filling.safetensors"
    checkpoint.save(path, players, config, resumable=False)
    return path


@pytest.fixture
def ask(shelf, filling, tmp_path, monkeypatch):
    """`ask(do, form)`: what the page's export panel asks for of DRAWN[do]."""
    monkeypatch.chdir(tmp_path)

    def exported(do, form, **more):
        where = str(filling if do == "fill" else MNIST)
        request = {"checkpoint": where, "name": where, "as": form, "draw": DRAWN[do], **more}
        return export(shelf, request)

    return exported


def rows_of(shelf, do, filling):
    opened = shelf.get(filling if do == "fill" else MNIST)
    return opened, sampling.ROWS[do](opened, DRAWN[do])


def pixels(data):
    with Image.open(io.BytesIO(data)) as picture:
        return np.asarray(picture.convert("RGB"))


def test_every_request_that_draws_rows_is_tried_here():
    assert REQUESTS.keys() == sampling.ROWS.keys()


@pytest.mark.parametrize("do", REQUESTS)
def test_a_recipe_draws_the_same_bytes_and_names_no_format(ask, do, tmp_path, capsys):
    (tmp_path / "r.json").write_bytes(ask(do, "recipe", scale=2)[1])
    assert json.loads((tmp_path / "r.json").read_text())["request"] == {**DRAWN[do], "scale": 2}
    assert main(["sample", "--recipe", "r.json", "--out", "again.png"]) == 0, capsys.readouterr()
    assert (tmp_path / "again.png").read_bytes() == ask(do, "png", scale=2)[1]


@pytest.mark.parametrize("do", REQUESTS)
def test_the_png_holds_the_rows_in_their_order(ask, shelf, filling, do):
    about, data = ask(do, "png", scale=2)
    opened, rows = rows_of(shelf, do, filling)
    tiles = pictures.tile(opened.make(rows), about["columns"])
    assert (pixels(data) == tiles.repeat(2, 0).repeat(2, 1)).all()


@pytest.mark.parametrize("do", REQUESTS)
def test_the_page_shows_the_samples_that_the_png_holds(ask, shelf, filling, do):
    about, data = ask(do, "png")
    where = str(filling if do == "fill" else MNIST)
    shown, raw = sampling.ANSWERS[do](shelf, {**DRAWN[do], "checkpoint": where, "format": "exact"})
    assert shown["columns"] == about["columns"]
    assert (pixels(raw) == pixels(data)).all()


@pytest.mark.parametrize("do", REQUESTS)
def test_the_zip_holds_each_sample_and_a_recipe_of_all(ask, shelf, filling, do, tmp_path):
    about, data = ask(do, "zip", scale=2)
    opened, rows = rows_of(shelf, do, filling)
    box = zipfile.ZipFile(io.BytesIO(data))
    *names, recipe = box.namelist()
    assert box.testzip() is None and recipe == "recipe.json"
    assert len(names) == len(rows) == about["pictures"]
    for name, sample in zip(names, opened.make(rows), strict=True):
        tile = pictures.tile(sample[None], 1).repeat(2, 0).repeat(2, 1)
        assert (pixels(box.read(name)) == tile).all()
    (tmp_path / "r.json").write_bytes(box.read(recipe))
    assert main(["sample", "--recipe", "r.json", "--out", "again.png"]) == 0
    assert (tmp_path / "again.png").read_bytes() == ask(do, "png")[1]


@pytest.mark.parametrize("do", REQUESTS)
def test_a_way_is_a_film_and_nothing_else_is(ask, do):
    if do not in ORDERED:
        with pytest.raises(BadInput, match="A film is of a way"):
            ask(do, "gif")
        return
    about, data = ask(do, "gif", fps=10)
    with Image.open(io.BytesIO(data)) as film:
        assert film.n_frames == about["frames"] == DRAWN[do]["n"]


def test_completions_of_a_recipe_keep_the_known_pixels(shelf, filling):
    opened, rows = rows_of(shelf, "fill", filling)
    known, hidden = opened.reads.fills.split(rows)
    made = opened.make(rows)
    assert torch.equal(made * (1 - hidden), known * (1 - hidden))
