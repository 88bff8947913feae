"""Checkpoints: bitwise round trips, and clear refusals."""

import pickle

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file

from gan_core import checkpoint
from gan_core.build import build, players
from gan_core.catalog import OBJECTIVES, BadInput
from gan_core.presets import preset
from gan_core.training import generate, train

SMALL = {"steps": 2, "batch": 8, "width": 8, "device": "cpu", "precision": "float32"}


def trained(config):
    made, data, plan = build(config)
    for _ in train(made, data.sample, plan):
        pass
    return made


@pytest.fixture
def saved(tmp_path):
    config = preset("ns-gan", "ring", **SMALL)
    made = trained(config)
    path = tmp_path / "checkpoint.safetensors"
    checkpoint.save(path, made, config)
    return path, config, made


@pytest.mark.parametrize("objective", OBJECTIVES)
@pytest.mark.parametrize("data", ["ring", "digits"])
def test_save_and_load_are_bitwise(objective, data, tmp_path):
    size = {"size": 16} if data == "digits" else {}
    config = preset(objective, data, **SMALL, **size)
    made = trained(config)
    path = tmp_path / "c.safetensors"
    checkpoint.save(path, made, config)
    again_config, again = checkpoint.load(path, resume=True)
    assert again_config == config and again.step == made.step == 2
    assert again.objective == made.objective
    for name in ("G", "D", "ema"):
        before, after = getattr(made, name).state_dict(), getattr(again, name).state_dict()
        assert all(torch.equal(before[k], after[k]) for k in before)
    z = torch.randn(5, config.latent)
    assert torch.equal(generate(made, z), generate(again, z))
    checkpoint.save(tmp_path / "again.safetensors", again, config)
    first, second = load_file(path), load_file(tmp_path / "again.safetensors")
    assert first.keys() == second.keys()
    assert all(torch.equal(first[name], second[name]) for name in first)


def test_a_checkpoint_for_sampling_leaves_the_optimisers_out(saved, tmp_path):
    path, config, made = saved
    small = tmp_path / "small.safetensors"
    checkpoint.save(small, made, config, resumable=False)
    assert not checkpoint.header(small).resumable and checkpoint.header(path).resumable
    assert small.stat().st_size < path.stat().st_size / 2


def test_the_header_counts_parameters(saved):
    path, config, made = saved
    about = checkpoint.header(path)
    assert about.config == config and about.step == 2 and about.shape == (2,)
    assert about.parameters["G"] == sum(p.numel() for p in made.G.parameters())


def refused(path, words):
    with pytest.raises(BadInput, match=words):
        checkpoint.load(path)


def test_pickles_are_refused(tmp_path):
    path = tmp_path / "netG.pth"
    torch.save({"w": torch.zeros(2)}, path)
    refused(path, "pickle")
    path.write_bytes(pickle.dumps({"w": 1}))
    refused(path, "pickle")


def test_foreign_and_damaged_files_are_refused(saved, tmp_path):
    path, _, _ = saved
    foreign = tmp_path / "foreign.safetensors"
    save_file({"layer.weight": torch.zeros(2)}, foreign)
    refused(foreign, "layer.weight")
    refused(tmp_path / "missing.safetensors", "no file")
    whole = path.read_bytes()
    cut = whole[: len(whole) // 2]
    for name, data in {"cut": cut, "noise": b"\xff" * 100, "empty": b""}.items():
        bad = tmp_path / f"{name}.safetensors"
        bad.write_bytes(data)
        refused(bad, "damaged")


def test_a_header_that_lies_is_refused_before_memory_is_taken(saved, tmp_path):
    _, config, made = saved
    lying = tmp_path / "lying.safetensors"
    checkpoint.save(lying, made, config.replace(width=1024))
    refused(lying, r"G\.body\.0\.weight has shape")
    checkpoint.save(lying, made, config.replace(width=0))
    refused(lying, "width=0")


def test_a_tensor_without_a_place_is_refused(saved, tmp_path):
    path, _, _ = saved
    with safe_open(path, "pt") as file:
        meta = file.metadata()
    for name in ("extra.weight", "objective.r1", "G.9.weight"):
        save_file({**load_file(path), name: torch.zeros(1)}, tmp_path / "c.safetensors", meta)
        refused(tmp_path / "c.safetensors", f"{name} has no place")
    save_file(load_file(path), tmp_path / "c.safetensors", {**meta, "shape": "[3, 32, 32]"})
    refused(tmp_path / "c.safetensors", "damaged header")


def test_a_checkpoint_from_another_device_can_be_sampled_but_not_resumed(saved, tmp_path):
    path, config, _ = saved
    with safe_open(path, "pt") as file:
        meta = file.metadata()
    other = tmp_path / "gpu.safetensors"
    save_file({**load_file(path), "rng": torch.zeros(16, dtype=torch.uint8)}, other, meta)
    _, players = checkpoint.load(other)
    assert generate(players, torch.randn(3, config.latent)).shape == (3, 2)
    with pytest.raises(BadInput, match="another kind of device"):
        checkpoint.load(other, resume=True)
    checkpoint.save(other, players, config, resumable=False)
    with pytest.raises(BadInput, match="saved for sampling"):
        checkpoint.load(other, resume=True)


def test_a_failed_write_keeps_the_old_file(saved, monkeypatch):
    path, config, made = saved
    before = path.read_bytes()

    def full(*_args, **_kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(checkpoint, "save_file", full)
    with pytest.raises(OSError, match="No space"):
        checkpoint.save(path, made, config)
    assert path.read_bytes() == before and len(list(path.parent.iterdir())) == 1


def test_finite_notices_one_bad_weight():
    made = players(preset("gan", "ring", **SMALL), (2,), torch.device("cpu"))
    assert checkpoint.finite(made)
    next(made.D.parameters()).data[0, 0] = float("nan")
    assert not checkpoint.finite(made)
