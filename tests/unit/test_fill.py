"""Pictures with a part hidden: known pixels stay, holes follow their law, z changes the rest."""

import numpy as np
import pytest
import torch
from PIL import Image

from gan_core import checkpoint, holes, metrics, runs, sampling, worker
from gan_core.build import build, inputs
from gan_core.catalog import BadInput
from gan_core.data.images import Images
from gan_core.data.masked import LEAST, MOST, Masked, draw_holes, rows
from gan_core.holes import GRID
from gan_core.models import Filler
from gan_core.presets import FILLING, command, preset
from gan_core.readings import likeness
from gan_core.runs import CURVES
from gan_core.training import generate, train
from gan_core.window import COLUMNS, fixed_latents

SMALL = {
    "reads": "x+z", "steps": 12, "batch": 8, "width": 4, "latent": 16, "size": 16,
    "precision": "float32", "device": "cpu", "threads": 1,
}  # fmt: skip


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def made(rounds=3, objective="r3gan", data="digits", **changes):
    """Players after a few rounds, and what their G reads when it is shown."""
    config = preset(objective, data, **SMALL | changes)
    players, images, plan = build(config)
    steps = train(players, images.sample, plan)
    for _ in range(rounds):
        next(steps)
    return players, inputs(config, images, held_out=True)


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    run = runs.create(preset("r3gan", "digits", **SMALL), tmp_path_factory.mktemp("fill") / "run-a")
    assert list(worker.record(run))[-1]["state"] == "done", run.status()
    return run


# Holes


@pytest.mark.parametrize(
    ("spec", "count", "inside", "outside"),
    [
        ("left", 128, (0, 0), (0, 8)),
        ("right", 128, (15, 8), (15, 7)),
        ("top", 128, (7, 15), (8, 15)),
        ("bottom", 128, (8, 0), (7, 0)),
        ("rect:3,1,5,2", 2, (1, 4), (2, 4)),
        ("cells:8" + 63 * "0", 1, (0, 0), (0, 1)),
        ("cells:" + 63 * "0" + "1", 1, (15, 15), (15, 14)),
    ],
)
def test_words_hide_what_they_say_row_by_column(spec, count, inside, outside):
    hidden = holes.parse(spec)
    assert hidden.shape == (GRID, GRID) and hidden.sum() == count
    assert hidden[inside] and not hidden[outside]
    assert np.array_equal(holes.parse(holes.spell(hidden)), hidden)


@pytest.mark.parametrize(
    ("spec", "says"),
    [
        ("middle", "use left, right"),
        ("rect:5,0,5,9", "x0 must be below x1"),
        ("rect:0,0,17,9", "at most 16"),
        ("cells:" + 64 * "0", "Nothing is hidden"),
        ("cells:" + 63 * "f", "64 hexadecimal digits"),
        ("cells:" + 64 * "g", "64 hexadecimal digits"),
        ("", "names no part"),
    ],
)
def test_words_that_hide_nothing_are_refused(spec, says):
    with pytest.raises(BadInput, match=says):
        holes.parse(spec)


def test_half_of_all_holes_are_halves_and_the_rest_rectangles_anywhere():
    n = 8000
    hidden = draw_holes(n, seeded()).numpy()
    halves = {name: (hidden == holes.parse(name)).all((1, 2)).mean() for name in holes.HALVES}
    for share in halves.values():  # a rectangle is no half: it has 12 cells a side at most
        assert share == pytest.approx(1 / 8, abs=4 * (1 / 8 * 7 / 8 / n) ** 0.5)
    other = hidden[~np.any([(hidden == holes.parse(h)).all((1, 2)) for h in holes.HALVES], axis=0)]
    wide, high = other.any(1).sum(1), other.any(2).sum(1)
    assert (other.sum((1, 2)) == wide * high).all()  # full rectangles
    for side in (wide, high):
        counts = np.bincount(side, minlength=MOST + 1)[LEAST:]
        expected = len(other) / (MOST - LEAST + 1)
        assert ((counts - expected) ** 2 / expected).sum() < 30  # chi², 8 degrees of freedom
    corner = other[wide == LEAST].any(1).argmax(1)
    assert corner.min() == 0 and corner.max() == GRID - LEAST


def test_a_row_holds_the_picture_but_for_what_is_hidden_and_says_which():
    pixels = torch.arange(3 * 32 * 32).reshape(1, 3, 32, 32).remainder(256).byte()
    source = Masked(Images("some", pixels))
    row = source.sample(5, seeded())
    assert row.shape == (5, source.dim) == (5, 4 * 32 * 32)
    known, hidden = source.split(row)
    whole = source.images.take(torch.zeros(5, dtype=torch.long))
    assert torch.equal(known, torch.where(hidden > 0, 0, whole))
    assert 0 < hidden.mean() < 1 and set(hidden.unique().tolist()) == {0.0, 1.0}
    cells = torch.from_numpy(holes.parse("rect:0,0,1,1"))[None]
    assert source.split(rows(whole[:1], cells))[1].sum() == 4  # a cell is 2x2 pixels of 32


# The generator


@pytest.mark.parametrize("latent", [16, 0])
@pytest.mark.parametrize(("data", "size"), [("digits", 16), ("faces", 32)])
def test_known_pixels_are_kept_exactly_and_z_changes_the_rest_alone(data, size, latent):
    changes = {"spread": 0.0} if latent == 0 else {}
    players, reads = made(2, data=data, size=size, latent=latent, **changes)
    x = reads(12, seeded())
    other = reads.again(x, seeded(1))
    known, hidden = reads.fills.split(x)
    first, second = generate(players, x), generate(players, other)
    for found in (first, second):
        assert torch.equal(torch.where(hidden > 0, 0, found), known)
        assert found.abs().max() <= 1
    moved = (first != second).any(1, keepdim=True)
    assert not (moved & (hidden == 0)).any()
    assert moved.any() == bool(latent)
    assert torch.equal(x[:, : reads.source.dim], other[:, : reads.source.dim])


def test_g_does_not_see_what_is_hidden():
    players, reads = made(2)
    pictures = reads.fills.images.take(torch.arange(4))
    cells = torch.from_numpy(holes.parse("left"))[None].expand(4, -1, -1)
    noisy = torch.where(rows(pictures, cells)[:, 256:].view(4, 1, 16, 16) > 0, 0.3, pictures)
    z = torch.randn(4, 16, generator=seeded())
    both = [generate(players, torch.cat([rows(p, cells), z], 1)) for p in (pictures, noisy)]
    assert torch.equal(*both)


@pytest.mark.parametrize(
    "objective", ["gan", "dcgan", "wgan", "wgan-gp", "began", "hinge", "r3gan"]
)
def test_every_objective_fills_in(objective):
    players, _ = made(3, objective=objective)
    assert checkpoint.finite(players)


@pytest.mark.parametrize("changes", [{"pack": 2}, {"fakes": "fresh", "n_gen": 2}, {"batch": 7}])
def test_other_ways_to_train_fill_in_too(changes):
    assert checkpoint.finite(made(3, **changes)[0])


def test_training_sees_every_picture_twice_and_looking_at_it_once():
    config = preset("r3gan", "digits", **SMALL)
    _, images, plan = build(config)
    drawn = plan.reads(8, seeded())[:, :-16]
    assert torch.equal(drawn[0::2], drawn[1::2]) and not torch.equal(drawn[0], drawn[2])
    assert len(plan.reads(7, seeded())) == 7
    once = build(config.replace(spread=0.0))[2].reads(8, seeded())[:, :-16]
    assert not torch.equal(once[0], once[1])
    shown = fixed_latents(config, inputs(config, images))[:, :-16]
    assert (shown.unflatten(0, (-1, COLUMNS)) == shown[::COLUMNS, None]).all()


def test_likeness_is_mode_seeking_s_ratio_and_falls_as_completions_part():
    z, x = torch.randn(6, 3, generator=seeded()), torch.rand(6, 5, generator=seeded(1))
    expected = (z[::2] - z[1::2]).abs().mean() / (x[::2] - x[1::2]).abs().mean()
    assert likeness(x, z) == pytest.approx(float(expected), rel=1e-3)
    assert likeness(2 * x, z) == pytest.approx(float(expected) / 2, rel=1e-3)
    assert likeness(torch.ones(7, 5), torch.randn(7, 3)).isfinite()  # all alike, one left over


def test_mode_seeking_makes_z_count():
    spreads = []
    for spread in (0.0, 10.0):
        players, reads = made(60, steps=60, spread=spread)
        filled = generate(players, reads.several(64, 8, seeded())).unflatten(0, (8, 8))
        hidden = reads.fills.split(reads.several(64, 8, seeded()))[1][::8]
        spreads.append(metrics.apart(filled, hidden))
    assert spreads[1] > 1.5 * spreads[0]


# What is measured


class Plain:
    """A feature space that tells whether a picture is bright."""

    def encode(self, images):
        return images.flatten(1).mean(1, keepdim=True)

    def classify(self, features):
        return {"bright": (features[:, 0] > 0).long()}


def test_completions_are_compared_where_they_were_made():
    filled = torch.zeros(1, 3, 1, 4, 4)
    filled[0, 0, 0, 0, 0], filled[0, 1, 0, 0, 0] = 1.0, -1.0
    hidden = torch.zeros(1, 1, 4, 4)
    hidden[..., 0, :2] = 1
    found = metrics.fills(filled, hidden, Plain())
    assert found["fill_spread"] == pytest.approx((2 + 1 + 1) / 3 / 2 / 2)  # pairs, pixels, range
    assert found["fill_distinct"] == pytest.approx(2 / 3)


def test_like_pictures_are_the_nearest_in_the_known_part():
    rng = np.random.default_rng(0)
    images = Images("some", torch.from_numpy(rng.integers(0, 256, (40, 1, 16, 16), np.uint8)))
    source = Masked(images)
    known, hidden = source.split(source.sample(6, seeded()))
    found = metrics.alike(images, known, hidden, 3)
    every = images.take(torch.arange(40))
    for i in range(6):
        far = ((every - known[i]) * (1 - hidden[i])).square().flatten(1).sum(1)
        best = every[far.argsort()[:3]]
        assert torch.equal(found[i], best)
        assert far.min() == 0  # the picture itself is among them


# Runs


def test_a_run_shows_what_g_saw_and_its_completions(finished):
    scene, found = finished.scene(), finished.status()["metrics"]
    assert scene["fills"] and scene["columns"] == COLUMNS
    assert 0 < found["fill_spread"] < 1 and 0 < found["fill_spread_real"] < 1
    assert 1 / 8 <= found["fill_distinct"] <= 1


def test_stopped_and_resumed_equals_never_stopped(finished, tmp_path, monkeypatch):
    run = runs.create(finished.config, tmp_path / "parts")
    monkeypatch.setattr(worker, "LOOK_EVERY", 0.0)
    monkeypatch.setattr(worker, "LOOK_REST", 0.0)
    for status in worker.record(run):
        if status["state"] == "running" and status["step"] >= 5:
            run.request("stop")
    assert 5 <= run.status()["step"] < 12
    assert list(worker.record(run, resume=True))[-1]["state"] == "done"
    columns = [c for c in range(len(CURVES)) if c != CURVES.index("seconds")]
    assert np.array_equal(run.curves()[:, columns], finished.curves()[:, columns])
    assert run.frame()[2] == finished.frame()[2]


def test_a_branch_goes_on_filling_in(finished, tmp_path):
    child = runs.branch(finished, 12, tmp_path / "child", steps=16, spread=0.0)
    assert list(worker.record(child))[-1]["state"] == "done", child.status()


def test_the_command_of_a_run_is_its_config():
    for config in (
        preset("r3gan", "digits", reads="x+z", steps=10),
        preset("r3gan", "digits", reads="x+z", steps=10, spread=0.5),
        preset("r3gan", "digits", reads="x+z", steps=10, latent=0),
    ):
        assert "--reads x+z" in command(config)
        assert ("--spread" in command(config)) == (config.spread != FILLING["spread"])


# Answers


def test_completions_of_one_picture_keep_it_and_do_not_hang_on_their_number(finished):
    shelf, request = sampling.Shelf(), {"checkpoint": str(finished.path), "face": 3, "hole": "top"}
    opened = shelf.get(finished.path)
    few, many = (sampling.ROWS["fill"](opened, request | {"n": n, "seed": 5}) for n in (4, 9))
    assert torch.equal(few, many[:4])
    whole = opened.reads.fills.images.take(torch.tensor([3]))
    made_ = opened.make(many)
    assert torch.equal(made_[:, :, 8:], whole[:, :, 8:].expand(9, -1, -1, -1))
    assert not torch.equal(made_[0, :, :8], made_[1, :, :8])
    about, raw = sampling.ANSWERS["fill"](shelf, request | {"n": 9})
    assert about["columns"] == about["rows"] == 3 and raw.startswith(b"\x89PNG")
    assert about["fill_spread"] > 0
    about, _ = sampling.ANSWERS["fill-whole"](shelf, request)
    assert about["hidden"] == pytest.approx(0.5) and about["columns"] == 2
    assert about["pictures"] == len(opened.reads.fills.images) == 179  # a tenth, held out


def test_samples_and_walks_of_a_g_that_fills_in_are_of_held_out_pictures(finished):
    shelf, request = sampling.Shelf(), {"checkpoint": str(finished.path), "n": 5}
    few = sampling.ROWS["sample"](shelf.get(finished.path), request)
    assert torch.equal(
        few, sampling.ROWS["sample"](shelf.get(finished.path), request | {"n": 8})[:5]
    )
    assert sampling.sample(shelf, request)[0]["kind"] == "image"
    walk = sampling.ROWS["interpolate"](
        shelf.get(finished.path), request | {"seed_a": 0, "seed_b": 1}
    )
    assert torch.equal(walk[:, :-16], walk[:1, :-16].expand(5, -1))  # the picture stays, z moves
    assert sampling.interpolate(shelf, request | {"seed_a": 0, "seed_b": 1})[0]["columns"] == 5


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"face": 179}, "from 0 to 178"),
        ({"hole": "middle"}, "names no part"),
        ({"n": 65}, "from 1 to 64"),
        ({"seed": -1}, "seed=-1"),
    ],
)
def test_requests_that_cannot_be_are_refused_in_words(finished, change, says):
    with pytest.raises(BadInput, match=says):
        sampling.ANSWERS["fill"](sampling.Shelf(), {"checkpoint": str(finished.path)} | change)


def test_a_generator_of_noise_alone_fills_nothing_in(tmp_path):
    config = preset("r3gan", "digits", **SMALL | {"reads": "z"})
    checkpoint.save(tmp_path / "plain.safetensors", build(config)[0], config, resumable=False)
    with pytest.raises(BadInput, match="reads noise alone"):
        request = {"checkpoint": str(tmp_path / "plain.safetensors")}
        sampling.ANSWERS["fill"](sampling.Shelf(), request)


# Agreement


@pytest.mark.parametrize(
    ("data", "change", "says"),
    [
        ("faces", {"reads": "x+noise"}, "set reads to z, or to x\\+z"),
        ("faces", {"reads": "x+z", "source": "ring"}, "Leave source out"),
        ("faces", {"reads": "x+z", "network": "resnet", "norm_g": "none"}, "set network to dcgan"),
        ("faces", {"reads": "x+z", "latent": 0, "spread": 1}, "latent=0 leaves none"),
        ("faces", {"spread": 1}, "set spread to 0, or reads to x\\+z"),
        ("faces", {"latent": 0}, "leaves G nothing to read"),
        ("ring", {"spread": 1}, "set spread to 0"),
        ("ring", {"reads": "x+z", "spread": 1}, "set spread to 0"),
    ],
)
def test_settings_that_do_not_go_together_are_refused_in_words(data, change, says):
    with pytest.raises(BadInput, match=says):
        preset("r3gan", data, **change)


# Sets and sizes


def test_four_pictures_of_one_s_own_are_enough(tmp_path):
    place = tmp_path / "few"
    place.mkdir()
    for i in range(4):
        Image.new("RGB", (20, 20), (60 * i, 0, 255 - 60 * i)).save(place / f"{i}.png")
    run = runs.create(preset("dcgan", f"folder:{place}", **SMALL | {"steps": 2}), tmp_path / "run")
    assert list(worker.record(run))[-1]["state"] == "done", run.status()
    found = run.status()["metrics"]
    assert found["fill_spread"] >= 0 and "fill_spread_real" not in found  # too few to be alike
    request = {"checkpoint": str(run.path), "n": 4}
    assert sampling.ANSWERS["fill"](sampling.Shelf(), request)[0]["columns"] == 2


@pytest.mark.parametrize("size", [16, 32, 64, 128])
def test_every_size_of_picture_is_filled_in(size):
    G = Filler(5, 1, size, 4)
    source = Masked(Images("some", torch.zeros(2, 1, size, size, dtype=torch.uint8)))
    x = torch.cat([source.sample(3, seeded()), torch.randn(3, 5)], 1)
    assert G(x).shape == (3, 1, size, size)
