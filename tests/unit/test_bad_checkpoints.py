"""Files that cannot be sampled: each refused in clear words, by a worker that goes on serving."""

import re
from pathlib import Path

import pytest
import torch
from bad_files import ASIDE, CASES
from some_foreign import example_g

from gan_core import checkpoint
from gan_core.build import build
from gan_core.catalog import BadInput
from gan_core.executors import Local
from gan_core.presets import preset

ROOM = 150 * 1024  # kB that a worker's memory may grow by, whatever a file claims


@pytest.fixture(scope="module")
def worker():
    """One worker for all: what a case leaves behind, the next one meets."""
    local = Local()
    yield local
    local.close()


@pytest.fixture(scope="module")
def sound(tmp_path_factory) -> Path:
    """A checkpoint of this project."""
    config = preset("ns-gan", "digits", size=16, width=4, latent=8, device="cpu")
    path = tmp_path_factory.mktemp("sound") / "sound.safetensors"
    checkpoint.save(path, build(config)[0], config, resumable=False)
    return path


def resident(local: Local) -> int:
    """kB of memory that the answering process holds, at its highest since it began."""
    status = Path(f"/proc/{local._clerk.popen.pid}/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+)", status)[1])


def drawn(local: Local, path: Path) -> bytes:
    return local.ask({"do": "sample", "checkpoint": str(path), "n": 4, "seed": 1})[1]


def test_there_are_enough_cases():
    assert len(CASES) >= 40


@pytest.mark.parametrize("name", CASES)
def test_a_bad_file_is_refused_and_the_worker_goes_on(name, worker, sound, tmp_path):
    make, words = CASES[name]
    before = drawn(worker, sound)
    held, process = resident(worker), worker._clerk
    path = tmp_path / "bad.pth"
    make(path, sound)
    with pytest.raises(BadInput, match=f"(?s){words}") as refusal:
        worker.ask({"do": "open", "checkpoint": str(path)})
    said = str(refusal.value)
    assert "bad.pth" in said or name == "a folder"
    assert "\n" not in said and len(said) < 800
    assert not re.match(r"\w+(Error|Exception|Interrupt)\b", said), "not words of ours"
    assert worker._clerk is process and drawn(worker, sound) == before
    assert resident(worker) - held < ROOM
    assert not ASIDE.exists(), "the file's code was run"


def test_a_sound_file_of_others_is_read_apart(worker, tmp_path):
    whole = {"netG": {f"module.{key}": value for key, value in example_g()[0].items()}}
    torch.save(whole, tmp_path / "g.pt")
    about, _ = worker.ask({"do": "open", "checkpoint": str(tmp_path / "g.pt")})
    assert about["origin"] == "pytorch/examples dcgan" and about["shape"] == [1, 64, 64]
    assert drawn(worker, tmp_path / "g.pt").startswith(b"\x89PNG")


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
def test_ours_in_other_floats_is_sampled_but_not_resumed(dtype, sound, tmp_path):
    from safetensors import safe_open
    from safetensors.torch import load_file, save_file

    with safe_open(sound, "pt") as file:
        meta = file.metadata()
    other = {k: v.to(dtype) if v.is_floating_point() else v for k, v in load_file(sound).items()}
    save_file(other, tmp_path / "other.safetensors", meta)
    _, players = checkpoint.load(tmp_path / "other.safetensors")
    for name, value in players.G.state_dict().items():
        assert value.dtype in (torch.float32, torch.int64)
        assert torch.equal(value, other[f"G.{name}"].to(value.dtype))
    from gan_core.sampling import Shelf

    (note,) = Shelf().get(tmp_path / "other.safetensors").report["notes"]
    assert note.endswith("read as float32.")
    with pytest.raises(BadInput, match="can be sampled, but not resumed"):
        checkpoint.load(tmp_path / "other.safetensors", resume=True)
