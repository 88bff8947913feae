"""Generators of others: recognised by names and shapes, and drawn as their own code would."""

import json

import pytest
import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from some_foreign import (
    FAMILIES,
    blocks_g,
    example_d,
    example_g,
    model_g,
    stack,
    tutorial_g,
)

from gan_core import checkpoint, foreign, sampling
from gan_core.__main__ import main
from gan_core.build import build
from gan_core.foreign import reading
from gan_core.foreign.recognise import choose_parts
from gan_core.presets import preset


@pytest.fixture(autouse=True)
def in_this_process(monkeypatch):
    """Files are read here rather than apart: a process for each would take two seconds.
    test_bad_checkpoints.py reads all of its own apart."""
    monkeypatch.setattr(foreign.apart, "read", lambda path, kind: reading.read(path, kind == "zip"))


def rows(latent=10, n=5):
    return torch.randn(n, latent, generator=torch.Generator().manual_seed(3))


@pytest.mark.parametrize("form", ["zip", "legacy", "safetensors"])
@pytest.mark.parametrize("name", FAMILIES)
def test_what_is_drawn_is_what_the_numbers_say(name, form, tmp_path):
    (state, draw), origin, latent, shape = FAMILIES[name]
    path = tmp_path / "netG"
    if form == "safetensors":
        save_file(state, path)
    else:
        torch.save(state, path, _use_new_zipfile_serialization=form == "zip")
    opened = sampling.Shelf().get(path)
    assert origin in opened.origin
    assert (opened.latent, opened.shape, opened.config, opened.score) == (latent, shape, None, None)
    drawn, expected = opened.make(rows()), draw(rows())
    assert drawn.shape == (5, *shape) and drawn.dtype == torch.float32
    assert expected.std() > 0.05  # pictures that would differ if a layer did
    torch.testing.assert_close(drawn, expected, atol=1e-5, rtol=0)
    trained = [v for k, v in state.items() if k.endswith(("weight", "bias"))]
    assert opened.report["parameters"] == sum(v.numel() for v in trained)
    assert opened.report["guessed"] and opened.report["batchnorm"]["sane"]


@pytest.mark.parametrize(
    "prefix", ["module.", "_orig_mod.", "module._orig_mod.", "_orig_mod.module.module."]
)
@pytest.mark.parametrize("name", ["examples 64", "tutorial", "PyTorch-GAN wgan_gp"])
def test_prefixes_of_wrappers_are_cut(name, prefix):
    (state, draw), *_ = FAMILIES[name]
    found = choose_parts("f", {"": {prefix + key: value for key, value in state.items()}}).found
    torch.testing.assert_close(found.net(rows()), draw(rows()), atol=1e-5, rtol=0)


@pytest.mark.parametrize(
    "place", ["state_dict", "model_state_dict", "netG", "generator", "G", "net", "anything"]
)
def test_a_state_dict_in_a_dict_is_found(place, tmp_path):
    state, draw = tutorial_g()
    moments = {"state": {0: {"exp_avg": torch.ones(3)}}, "param_groups": [{"lr": 1e-4}]}
    whole = {"epoch": 3, "loss": [0.1], place: state, "optimizer_G": moments, "note": "fine"}
    torch.save(whole, tmp_path / "c.pth")
    opened = foreign.open_foreign(tmp_path / "c.pth")
    torch.testing.assert_close(opened.net(rows()), draw(rows()), atol=1e-5, rtol=0)
    assert f"Read from “{place}” of the file." in opened.report["notes"]


@pytest.mark.parametrize("places", [("generator", "discriminator"), ("netG", "netD"), ("a", "b")])
@pytest.mark.parametrize("flat", [False, True])
def test_the_d_beside_a_g_scores(places, flat, tmp_path):
    (g, draw), (d, judged) = example_g(), example_d()
    if flat:  # one flat dict, as a trainer that holds both saves it
        whole = {f"{p}.{k}": v for p, s in zip(places, (g, d), strict=True) for k, v in s.items()}
    else:
        whole = dict(zip(places, (g, d), strict=True))
    torch.save({"state_dict": whole} if flat else whole, tmp_path / "both.ckpt")
    opened = sampling.Shelf().get(tmp_path / "both.ckpt")
    x = opened.make(rows())
    torch.testing.assert_close(x, draw(rows()), atol=1e-5, rtol=0)
    torch.testing.assert_close(opened.score(x), judged(x), atol=1e-4, rtol=1e-5)
    about, _ = sampling.ANSWERS["open"](sampling.Shelf(), {"checkpoint": str(opened.path)})
    assert (
        about["parameters"]["D"] == sum(v.numel() for k, v in d.items() if "running" not in k) - 3
    )


def test_the_critic_of_linear_layers_scores():
    g, _ = tutorial_g()
    d, judged = stack("", lambda x: F.leaky_relu(x, 0.2), lambda x: x, [49, 8, 8, 1])
    critic = choose_parts("f", {"G": g, "D": d}).critic
    x = torch.rand(4, 1, 7, 7) * 2 - 1
    torch.testing.assert_close(critic.net(x), judged(x).flatten(), atol=1e-5, rtol=0)


def test_a_d_of_another_size_is_left_out():
    assert choose_parts("f", {"G": example_g()[0], "D": example_d(3)[0]}).critic is None


def test_an_average_is_preferred():
    (first, _), (second, draw) = tutorial_g(), stack("", F.relu, torch.tanh, [10, 12, 12, 49], 77)
    average = {f"module.{key}": value for key, value in second.items()}
    average["n_averaged"] = torch.tensor(5)
    chosen = choose_parts("f", {"G": first, "G_ema": average})
    torch.testing.assert_close(chosen.found.net(rows()).flatten(1), draw(rows()))
    assert chosen.notes[-1] == "Its generators: G, G_ema; G_ema is shown."


def test_old_files_without_counters_open():
    state, draw = example_g()
    kept = {k: v for k, v in state.items() if not k.endswith("num_batches_tracked")}
    torch.testing.assert_close(
        choose_parts("f", {"": kept}).found.net(rows()), draw(rows()), atol=1e-5, rtol=0
    )


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
@pytest.mark.parametrize("form", ["pth", "safetensors"])
def test_other_floats_become_float32_and_it_is_said(dtype, form, tmp_path):
    state, draw = blocks_g()
    other = {k: v.to(dtype) if v.is_floating_point() else v for k, v in state.items()}
    path = tmp_path / f"g.{form}"
    save_file(other, path) if form == "safetensors" else torch.save(other, path)
    opened = foreign.open_foreign(path)
    assert all(p.dtype == torch.float32 for p in opened.net.parameters())
    state.update({key: value.float() for key, value in other.items()})  # as it was rounded
    torch.testing.assert_close(opened.net(rows()), draw(rows()), atol=1e-5, rtol=0)
    name = str(dtype).removeprefix("torch.")
    count = sum(v.is_floating_point() for v in other.values())
    assert f"{count} of its tensors were {name}, read as float32." in opened.report["notes"]


@pytest.mark.parametrize(
    ("part", "value", "says"),
    [
        ("running_var", -1.0, "below 0"),
        ("running_var", 0.0, "are 0"),
        ("running_mean", 1e4, "standard deviations from 0"),
    ],
)
def test_odd_statistics_are_reported(part, value, says):
    state = {k: v.clone() for k, v in example_g()[0].items()}
    state[f"main.4.{part}"][2] = value
    net = choose_parts("f", {"": state}).found.net
    about = foreign.report.of(net)["batchnorm"]
    assert not about["sane"] and about["layers"] == 4
    assert any(note.startswith("main.4: 1 ") and says in note for note in about["notes"])


def test_statistics_that_were_never_updated_are_reported():
    state = {k: v.clone() for k, v in model_g()[0].items()}
    state["model.3.running_mean"].zero_()
    state["model.3.running_var"].fill_(1)
    about = foreign.report.of(choose_parts("f", {"": state}).found.net)["batchnorm"]
    assert not about["sane"] and "never updated" in about["notes"][0]


def test_open_reports_what_is_ours_too(tmp_path):
    config = preset("ns-gan", "digits", size=16, width=4, latent=8, device="cpu")
    players, *_ = build(config)
    checkpoint.save(tmp_path / "c.safetensors", players, config, resumable=False)
    about, raw = sampling.ANSWERS["open"](
        sampling.Shelf(), {"checkpoint": str(tmp_path / "c.safetensors")}
    )
    assert about["origin"] == "gan_core" and about["config"]["data"] == "digits" and raw == b""
    assert about["report"]["parameters"] == sum(p.numel() for p in players.G.parameters())
    json.dumps(about)


def test_a_shelf_lets_the_largest_go(tmp_path):
    shelf = sampling.Shelf()
    for i, name in enumerate(FAMILIES):
        torch.save(FAMILIES[name][0][0], tmp_path / f"{i}.pth")
        newest = shelf.get(tmp_path / f"{i}.pth")
        assert newest.nbytes == sum(t.nbytes for t in newest.net.state_dict().values())
        assert newest in shelf.held.values() and len(shelf.held) <= 3


def test_the_command_line_opens_and_samples(tmp_path, capsys):
    torch.save({"netG": example_g()[0]}, tmp_path / "netG.pth")
    assert main(["open", str(tmp_path / "netG.pth"), "--json"]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "Recognised as: pytorch/examples dcgan"
    about = json.loads(said[-1])
    assert about["shape"] == [1, 64, 64] and about["step"] is None and about["config"] is None
    assert [one["kind"] for one in about["report"]["layers"]].count("ConvTranspose2d") == 5
    grid = tmp_path / "grid.png"
    assert main(["sample", str(tmp_path / "netG.pth"), "--n", "4", "--out", str(grid)]) == 0
    assert grid.read_bytes().startswith(b"\x89PNG")
