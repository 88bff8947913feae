"""What is taken home: files read back hold what was drawn, bad wishes are refused with words."""

import io
import json
import sys
import zipfile

import numpy as np
import onnxruntime
import pytest
import torch
from PIL import Image
from safetensors.torch import load, save

from gan_core import build, checkpoint, pictures, runs, sampling
from gan_core.__main__ import main
from gan_core.catalog import BadInput
from gan_core.presets import preset
from gan_core.readings import Inputs
from gan_core.sampling import Opened, Shelf, exchange, latents, recipes, taken
from gan_core.sampling.cards import card
from gan_core.sampling.exporting import FORMS, export
from gan_core.sampling.taken import FRAMES, finer

MNIST = recipes.SHIPPED / "dcgan-mnist"
SAMPLES = {"do": "sample", "n": 6, "seed": 3}
WALK = {"do": "interpolate", "n": 5, "seed_a": 0, "seed_b": 1, "mode": "slerp"}
SMALL = {"size": 16, "width": 8, "latent": 8}


@pytest.fixture(scope="module")
def shelf():
    return Shelf()


@pytest.fixture(autouse=True)
def own_root(tmp_path, monkeypatch):
    monkeypatch.setenv("GAN_RUNS", str(tmp_path / "runs"))
    monkeypatch.chdir(tmp_path)


def saved(path, data="ring", shape=(2,), **more):
    """A checkpoint of networks that never trained, its average apart from its G."""
    config = preset("ns-gan", data, **more)
    players = build.players(config, shape, build.pick_device("cpu"))
    if players.ema is not None:
        with torch.no_grad():
            for weight in players.ema.parameters():
                weight.mul_(1.5)
    checkpoint.save(path, players, config, resumable=False)
    return path


def ask(shelf, form, where=MNIST, draw=SAMPLES, **more):
    return export(shelf, {"checkpoint": str(where), "as": form, "draw": draw, **more})


def pixels(data):
    with Image.open(io.BytesIO(data)) as picture:
        return np.asarray(picture.convert("RGB"))


# Pictures


def test_the_png_is_the_one_that_the_command_draws(shelf, tmp_path):
    about, data = ask(shelf, "png", scale=2)
    main(["sample", str(MNIST), "--n", "6", "--seed", "3", "--scale", "2"])
    assert data == (tmp_path / "samples.png").read_bytes()
    assert pixels(data).shape == (about["height"], about["width"], 3)
    _, walk = ask(shelf, "png", draw=WALK)
    assert walk == sampling.interpolate(shelf, {**WALK, "checkpoint": str(MNIST)})[1]


def test_a_zip_holds_each_sample_by_its_seed_and_row(shelf):
    about, data = ask(shelf, "zip", scale=2)
    box = zipfile.ZipFile(io.BytesIO(data))
    assert box.testzip() is None and about["pictures"] == 6
    assert box.namelist() == [*(f"3-{i}.png" for i in range(6)), "recipe.json"]
    opened = shelf.get(MNIST)
    made = opened.make(latents(opened.reads, 3, 6))
    for i in range(6):
        found = pixels(box.read(f"3-{i}.png"))
        assert (found == pictures.tile(made[i : i + 1], 1).repeat(2, 0).repeat(2, 1)).all()
    assert json.loads(box.read("recipe.json"))["request"]["seed"] == 3
    assert ask(shelf, "zip", scale=2)[1] == data, "equal requests, equal bytes"


@pytest.mark.parametrize("latent", [1, 2, 5, 8, 64, 100])
def test_a_row_of_a_seed_does_not_depend_on_how_many_are_drawn(latent):
    many = latents(Inputs(latent), 3, 1024)
    for n in (1, 2, 9, 63, 500):
        assert torch.equal(latents(Inputs(latent), 3, n), many[:n])


def test_what_is_no_row_of_a_seed_goes_by_its_place(shelf):
    box = zipfile.ZipFile(io.BytesIO(ask(shelf, "zip", draw=WALK)[1]))
    assert box.namelist()[:5] == [f"{i:04d}.png" for i in range(5)]


# Films


def counted(data, form, tmp_path):
    """Frames, frames a second, and the width of a film that is read back."""
    if form == "gif":
        with Image.open(io.BytesIO(data)) as film:
            return film.n_frames, 1000 / film.info["duration"], film.width
    from imageio_ffmpeg import count_frames_and_secs, read_frames

    path = tmp_path / f"film.{form}"
    path.write_bytes(data)
    meta = next(read_frames(str(path)))
    return count_frames_and_secs(str(path))[0], meta["fps"], meta["size"][0]


@pytest.mark.parametrize(("ends", "frames"), [("loop", 13), ("ping-pong", 24), ("once", 13)])
@pytest.mark.parametrize("form", ["gif", "mp4", "webm"])
def test_a_walk_is_a_film_of_all_its_steps_and_those_between(shelf, form, ends, frames, tmp_path):
    about, data = ask(shelf, form, draw=WALK, fps=10, between=2, ends=ends, scale=2)
    assert about["frames"] == frames and about["seconds"] == frames / 10
    found, rate, wide = counted(data, form, tmp_path)
    assert (found, wide) == (frames, 64) and rate == pytest.approx(10, abs=0.01)
    if form == "gif":
        with Image.open(io.BytesIO(data)) as film:
            assert ("loop" in film.info) == (ends != "once")


def test_a_films_frames_are_the_samples_of_the_walk(shelf):
    _, data = ask(shelf, "gif", draw=WALK, between=1)
    opened = shelf.get(MNIST)
    made = opened.make(sampling.ROWS["interpolate"](opened, {**WALK, "n": 9}))
    with Image.open(io.BytesIO(data)) as film:
        for i in range(9):
            film.seek(i)
            apart = np.asarray(film.convert("RGB")).astype(int) - pictures.tile(made[i : i + 1], 1)
            assert np.abs(apart).mean() < 2  # of 255: 256 colours, and a curve led in pieces


def test_frames_between_lie_on_the_curve_of_the_walk(shelf):
    opened = shelf.get(MNIST)
    for mode in ("lerp", "slerp"):
        few, many = (
            sampling.ROWS["interpolate"](opened, {**WALK, "mode": mode, "n": n}) for n in (5, 17)
        )
        assert (finer(opened, few, 3, mode) - many).abs().max() < 0.02


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"between": 60, "n": 20}, f"{FRAMES} are the most"),
        ({"between": 30, "scale": 16}, "Enlarge it less"),
        ({"fps": 0}, "fps=0"),
        ({"ends": "pingpong"}, "Did you mean “ping-pong”"),
        ({"do": "sample"}, "give --to-seed, or a --recipe"),
    ],
)
def test_films_are_bounded(shelf, more, why):
    options = {k: v for k, v in more.items() if k not in WALK}
    draw = WALK | {k: v for k, v in more.items() if k in WALK}
    with pytest.raises(BadInput, match=why):
        ask(shelf, "gif", draw=draw, **options)


@pytest.mark.parametrize(
    ("form", "draw", "more", "why"),
    [
        ("zip", {"do": "sample", "n": 1024}, {"scale": 16}, "too many for one file"),
        ("png", {"do": "sample", "n": 1024}, {"scale": 16}, "too large"),
        ("png", {"do": "sample", "n": 0}, {}, "n=0"),
        ("png", {"do": "smaple"}, {}, "Did you mean “sample”"),
        ("png", {"do": "export"}, {}, "Unknown request"),
        ("png", None, {}, "Nothing was drawn"),
        ("csv", SAMPLES, {}, "PNG or ZIP"),
        ("tiff", SAMPLES, {}, "Unknown kind of export"),
        ("png", SAMPLES, {"scale": "2"}, "scale='2'"),
    ],
)
def test_what_cannot_be_written_says_why(shelf, form, draw, more, why):
    with pytest.raises(BadInput, match=why):
        ask(shelf, form, draw=draw, **more)


# Recipes


@pytest.mark.parametrize("draw", [SAMPLES, WALK], ids=["samples", "walk"])
def test_a_recipe_draws_the_same_bytes(shelf, draw, tmp_path, capsys):
    (tmp_path / "r.json").write_bytes(ask(shelf, "recipe", draw=draw, scale=3, name="ignored")[1])
    recipe = json.loads((tmp_path / "r.json").read_text())
    assert recipe["checkpoint"] == "checkpoints/dcgan-mnist"  # found from any folder
    assert main(["sample", "--recipe", "r.json", "--out", "again.png"]) == 0, capsys.readouterr()
    assert (tmp_path / "again.png").read_bytes() == ask(shelf, "png", draw=draw, scale=3)[1]
    if draw is WALK:
        argv = ["export", "--recipe", "r.json", "--as", "gif", "--out", "w.gif", "--fps", "5"]
        assert main(argv) == 0
        assert (tmp_path / "w.gif").read_bytes() == ask(shelf, "gif", draw=WALK, scale=3, fps=5)[1]


def test_a_recipe_of_points_draws_the_same_points(shelf, tmp_path):
    path = saved(tmp_path / "ring.safetensors")
    (tmp_path / "r.json").write_bytes(ask(shelf, "recipe", path, name="ring.safetensors")[1])
    assert main(["sample", "--recipe", "r.json", "--out", "p.csv"]) == 0
    assert (tmp_path / "p.csv").read_bytes() == ask(shelf, "csv", path)[1]
    assert len((tmp_path / "p.csv").read_text().splitlines()) == 6
    assert main(["sample", "--recipe", "r.json", "--out", "p.png"]) == 0
    assert (tmp_path / "p.png").read_bytes() == ask(shelf, "png", path)[1]


def test_a_recipe_refuses_another_checkpoint(shelf, tmp_path, capsys):
    path = saved(tmp_path / "a.safetensors")
    (tmp_path / "r.json").write_bytes(ask(shelf, "recipe", path, name="a.safetensors")[1])
    path.rename(tmp_path / "moved.safetensors")
    saved(path, seed=1)
    assert main(["sample", "--recipe", "r.json"]) == 2
    assert "not the checkpoint of this recipe" in capsys.readouterr().err
    path.unlink()
    assert main(["sample", "--recipe", "r.json"]) == 2
    assert "There is no checkpoint a.safetensors here" in capsys.readouterr().err
    assert main(["sample", "moved.safetensors", "--recipe", "r.json", "--out", "p.csv"]) == 0


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda r: "{", "not JSON"),
        (lambda r: "[]", "is no recipe"),
        (lambda r: json.dumps(r | {"recipe": "gan_core recipe 9"}), "is no recipe"),
        (lambda r: json.dumps(r | {"sha256": 5}), "its “sha256” is missing"),
        (lambda r: json.dumps(r | {"request": "sample"}), "its “request” is missing"),
        (lambda r: json.dumps(r | {"request": {"do": "open"}}), "Unknown request “open”"),
        (lambda r: json.dumps(r | {"request": {"n": 4}}), "Unknown request"),
        (lambda r: json.dumps(r | {"request": SAMPLES | {"seed": "x"}}), "seed='x'"),
        (lambda r: json.dumps(r | {"request": SAMPLES | {"scale": 99}}), "scale=99"),
        (lambda r: json.dumps(r | {"checkpoint": "no-such-run"}), "no run"),
        (lambda r: "1" * 2**21, "larger than 1 MB"),
    ],
)
def test_a_damaged_recipe_is_refused_in_one_line(shelf, tmp_path, capsys, change, why):
    recipe = json.loads(ask(shelf, "recipe")[1])
    (tmp_path / "r.json").write_text(change(recipe))
    assert main(["sample", "--recipe", "r.json"]) == 2
    said = capsys.readouterr().err
    assert why in said and len(said.strip().splitlines()) == 1


# The generator


NETWORKS = {
    "dcgan": {"data": "digits", "shape": (1, 16, 16), **SMALL},
    "resnet": {
        "data": "digits",
        "shape": (1, 16, 16),
        "network": "resnet",
        "norm_g": "none",
        "norm_d": "none",
        **SMALL,
    },
    "mlp": {},
    "unit": {"scaling": "unit"},
    "carrier": {"reads": "x+z", "source": "grid"},
}


@pytest.mark.parametrize("network", NETWORKS)
def test_an_onnx_file_draws_the_same_samples_at_any_batch(shelf, network, tmp_path):
    opened = shelf.get(saved(tmp_path / f"{network}.safetensors", **NETWORKS[network]))
    about, data = exchange.onnx(opened)
    assert about["max_error"] <= exchange.TOLERANCE and about["compared"] == 64
    session = onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"])
    assert session.get_inputs()[0].shape[0] == "batch"
    for n in (1, 3, 200):
        rows = latents(opened.reads, 7, n)
        (made,) = session.run(["samples"], {"z": rows.numpy()})
        assert np.abs(made - opened.make(rows).numpy()).max() <= exchange.TOLERANCE
    assert float(session.get_modelmeta().custom_metadata_map["max_error"]) <= exchange.TOLERANCE


def test_an_onnx_file_says_nothing_of_the_machine_that_wrote_it(shelf):
    about, data = ask(shelf, "onnx")
    assert about["opset"] == exchange.OPSET
    for word in (b"gan_core/", b"site-packages", b".py"):
        assert word not in data


def test_an_onnx_file_that_draws_otherwise_is_not_handed_out(shelf, tmp_path):
    opened = shelf.get(MNIST)
    other = shelf.get(recipes.SHIPPED / "wgan-mnist")
    mixed = Opened(
        opened.path, opened.shape, opened.latent, opened.make, None, opened.config, opened.players,
        other.net,
    )  # fmt: skip
    with pytest.raises(BadInput, match="draws other samples"):
        exchange.onnx(mixed)


def test_what_onnx_needs_is_named_where_it_is_missing(shelf, monkeypatch):
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(BadInput, match="pip install onnx onnxruntime onnxscript"):
        ask(shelf, "onnx")
    assert ask(shelf, "card")[1], "everything else goes on"


@pytest.mark.parametrize("network", NETWORKS)
def test_a_generator_alone_opens_again_and_draws_the_same(shelf, network, tmp_path):
    opened = shelf.get(saved(tmp_path / f"{network}.safetensors", **NETWORKS[network]))
    _, data = exchange.safetensors(opened)
    alone = tmp_path / "alone.safetensors"
    alone.write_bytes(data)
    assert len(data) < opened.path.stat().st_size
    again = Shelf().get(alone)
    rows = latents(opened.reads, 5, 9)
    assert torch.equal(again.make(rows), opened.make(rows))
    assert again.score is None and opened.score is not None
    header = checkpoint.header(alone)
    assert header.alone and header.parameters["D"] == 0 and not header.resumable
    about, _ = sampling.ANSWERS["open"](shelf, {"checkpoint": str(alone)})
    assert about["parameters"]["G"] == checkpoint.header(opened.path).parameters["G"]


def test_a_generator_alone_is_not_trained_on_nor_judged_by_its_d(shelf, tmp_path, capsys):
    run = runs.create(preset("ns-gan", "ring", steps=9))
    run.write_status(state="stopped", step=5, seconds=1.0)
    opened = shelf.get(saved(tmp_path / "ring.safetensors"))
    run.checkpoint.write_bytes(exchange.safetensors(opened)[1])
    with pytest.raises(BadInput, match="saved for sampling"):
        checkpoint.load(run.checkpoint, resume=True)
    assert main(["evaluate", str(run.path)]) == 2
    assert "a generator alone" in capsys.readouterr().err


def test_a_generator_alone_with_a_tensor_too_few_is_refused(shelf, tmp_path):
    _, data = ask(shelf, "safetensors")
    tensors = load(data)
    tensors.popitem()
    length = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + length])["__metadata__"]
    (tmp_path / "less.safetensors").write_bytes(save(tensors, header))
    with pytest.raises(BadInput, match="is missing"):
        Shelf().get(tmp_path / "less.safetensors")


def foreign(tmp_path):
    """An opened generator of another project: no config, no players."""
    path = tmp_path / "netG.pth"
    path.write_bytes(b"weights")
    torch.manual_seed(0)
    net = torch.nn.Sequential(torch.nn.Linear(5, 3 * 64), torch.nn.Unflatten(1, (3, 8, 8)))
    made = net.requires_grad_(False).eval()
    return Opened(path, (3, 8, 8), 5, made, None, None, None, net)


def test_a_foreign_generator_is_exported_too(tmp_path):
    opened = foreign(tmp_path)
    about, data = exchange.onnx(opened)
    assert about["max_error"] <= exchange.TOLERANCE and data
    with pytest.raises(BadInput, match="no checkpoint of this project"):
        exchange.safetensors(opened)
    text = card(opened, "netG.pth")
    assert "does not say what it was trained on" in text and "3×8" not in text
    assert "colour pictures, 8×8" in text and f"G {5 * 192 + 192:,}" in text
    assert recipes.sha256(opened.path) in text
    assert taken.names(opened, SAMPLES, latents(opened.reads, 3, 2)) == ["3-0", "3-1"]


# Cards


def test_a_shipped_card_is_its_own(shelf):
    assert ask(shelf, "card")[1].decode() == (MNIST / "README.md").read_text()


def test_a_runs_card_says_what_is_known_of_it(shelf):
    config = preset("dcgan", "digits", **SMALL, steps=70)
    run = runs.create(config)
    metrics = {"frechet": 12.345678, "feature_space": "digits|cnn", "classes": {"a": 1}}
    run.write_status(state="done", step=70, seconds=9.2, metrics=metrics, machine="a machine")
    saved(run.checkpoint, "digits", (1, 16, 16), **SMALL)
    text = ask(shelf, "card", run.path, name=run.id)[1].decode()
    for words in (
        "GAN, non-saturating on Digits", "Alpaydin & Kaynak 1998 (UCI), CC BY 4.0", "12.35",
        "digits\\|cnn", "a machine", "9 s", recipes.sha256(run.checkpoint), "Goodfellow et al.",
        "python -m gan_core train --objective dcgan --data digits", "grey pictures, 16×16",
        f"python -m gan_core sample {run.id} --n 64",
    ):  # fmt: skip
        assert words in text, words
    assert "{'a'" not in text and "classes" not in text


def test_a_card_of_a_lone_file_tells_no_figures(shelf, tmp_path):
    path = saved(tmp_path / "lone.safetensors", reads="x+z", source="grid")
    text = ask(shelf, "card", path, name="lone.safetensors")[1].decode()
    assert "x of `grid`" in text and "training time" not in text and "samples.csv" in text


# The command


@pytest.mark.parametrize("form", sorted(FORMS.keys() - {"csv"}))
def test_the_command_writes_what_the_page_gives(shelf, form, tmp_path, capsys):
    argv = ["export", str(MNIST), "--as", form, "--out", "file", "--n", "5", "--json"]
    argv += ["--to-seed", "1", "--fps", "9", "--between", "1"]
    assert main(argv) == 0, capsys.readouterr().err
    more = {"fps": 9, "between": 1, "name": str(MNIST)}
    about, data = ask(shelf, form, draw=WALK, **more)
    said = json.loads(capsys.readouterr().out.strip().splitlines()[-1])
    written = (tmp_path / "file").read_bytes()
    if form == "safetensors":  # whose header names its facts in no order
        written, data = (sorted(load(raw).items()) for raw in (written, data))
        assert all(torch.equal(a, b) for (_, a), (_, b) in zip(written, data, strict=True))
    else:
        assert written == data and said["bytes"] == len(data)
    assert said["as"] == form
    assert said.get("max_error") == about.get("max_error")


def test_the_command_says_what_is_wrong(capsys, tmp_path):
    saved(tmp_path / "ring.safetensors")
    for argv, why in (
        (["export", "ring.safetensors", "--as", "gif", "--out", "a.gif"], "give --to-seed"),
        (["export", "ring.safetensors", "--as", "zip", "--out", "a.zip"], "points in the plane"),
        (["export", "ring.safetensors", "--as", "oxnn", "--out", "a"], "Did you mean “onnx”"),
        (["export", str(MNIST), "--as", "card", "--out", "no/card.md"], "Choose another --out"),
        (["export", "--as", "png", "--out", "a.png"], "Name a checkpoint"),
        (["sample", "--recipe", "nothing.json"], "There is no recipe"),
    ):
        assert main(argv) == 2
        assert why in capsys.readouterr().err, argv
