"""A look at real pictures is what training sees, and takes neither torch nor the whole set."""

import io
import subprocess
import sys

import numpy as np
import pytest
import torch
from PIL import Image

from gan_core import looks
from gan_core.answers.table import ANSWERS
from gan_core.catalog import BadInput
from gan_core.data import load


@pytest.mark.parametrize("size", [16, 32, 64])
@pytest.mark.parametrize("name", list(looks.FILES))
def test_a_look_shows_what_training_sees(name, size):
    found, data = looks.look(name, size, 20), load(name, size)
    assert found.count == len(data)
    wanted = ((data.take(torch.arange(20)) + 1) * 127.5).round().permute(0, 2, 3, 1).numpy()
    assert found.pixels.shape == (20, size, size, data.channels)
    assert np.abs(found.pixels - wanted).max() <= 1  # two libraries round


def test_a_look_takes_little_memory_and_no_torch():
    code = (
        "import resource, sys\nfrom gan_core.looks import look\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "look('faces', 32, 64)\n"
        "grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before\n"
        "assert grown < 8000 and 'torch' not in sys.modules, grown"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_other_sets_are_asked_of_the_worker(tmp_path, monkeypatch):
    monkeypatch.setenv("GAN_DATA", str(tmp_path / "data"))
    with pytest.raises(BadInput, match="not here yet"):
        ANSWERS["look"]({"data": "mnist", "size": 32, "n": 8})
    with pytest.raises(BadInput, match="points"):
        ANSWERS["look"]({"data": "ring", "size": 32, "n": 8})
    with pytest.raises(BadInput, match="comes with the project"):
        looks.look("mnist", 32, 8)
    folder = tmp_path / "mine"
    folder.mkdir()
    for i in range(20):
        Image.new("RGB", (40, 30), (10 * i, 0, 0)).save(folder / f"{i:02}.png")
    about, data = ANSWERS["look"]({"data": f"folder:{folder}", "size": 16, "n": 12})
    assert (about["count"], about["channels"], about["shown"]) == (18, 3, 12)
    with Image.open(io.BytesIO(data)) as picture:
        assert picture.size == (8 * 16, 2 * 16)
