"""Laws of people's own points: what is read, skipped, refused and kept, and what they become."""

import json
import math
import shutil

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from gan_core import runs, sampling, worker
from gan_core.catalog import DATA, BadInput, data_info, own_points
from gan_core.config import validate
from gan_core.data import load
from gan_core.data.own import DENSE
from gan_core.plane import points, table
from gan_core.plane.points import MOST, clean
from gan_core.plane.preview import preview
from gan_core.presets import preset

SPECS = [
    *(name for name, info in DATA.items() if info.kind == "2d"),
    "ring(radius=100,modes=3,imbalance=5)", "ring(modes=1,std=0.5)", "grid(side=4,spacing=20)",
    "moons(noise=0)", "swiss-roll(turns=3,noise=1)", "checkerboard(cells=7)",
]  # fmt: skip


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


@pytest.fixture(autouse=True)
def store(tmp_path, monkeypatch):
    monkeypatch.setenv("GAN_RUNS", str(tmp_path / "runs"))
    return tmp_path / "runs" / "points"


@pytest.fixture
def cloud():
    """300 points of scale 50 about (1000, -20)."""
    drawn = np.random.default_rng(1).normal([1000, -20], 50, (300, 2))
    return clean(drawn).points


# Scale and preview of every family


@pytest.mark.parametrize("spec", SPECS)
def test_centre_and_scale_bring_any_toy_to_unit_size(spec):
    toy = load(spec)
    drawn = toy.sample(100_000, seeded()).double()
    unit = (drawn - torch.tensor(toy.centre)) / toy.scale
    near = 5 / math.sqrt(len(unit))
    assert unit.mean(0).abs().max() < near
    assert (unit**2).mean().item() == pytest.approx(1, abs=3 * near)


@pytest.mark.parametrize("spec", SPECS)
def test_the_preview_is_a_sample_of_what_is_trained_on(spec):
    toy, shown = load(spec), preview(spec, 100_000)
    trained = toy.sample(100_000, seeded()).numpy()
    assert shown.dtype == np.float32 and shown.shape == trained.shape
    for direction in (0.3, 1.1, 2.0):  # two samples of one law have close quantiles along any line
        along = np.array([math.cos(direction), math.sin(direction)])
        levels = np.linspace(0.01, 0.99, 50)
        a, b = (np.quantile((x - toy.centre) / toy.scale @ along, levels) for x in (shown, trained))
        assert np.abs(a - b).mean() < 0.03


def test_the_preview_depends_on_its_seed_alone():
    assert (preview("moons", seed=3) == preview("moons", seed=3)).all()
    assert (preview("moons", seed=3) != preview("moons", seed=4)).any()


@pytest.mark.parametrize(
    "spec",
    ["ring(std=0)", "grid(side=2.5)", "moons(noise=-1)", "checkerboard(cells=1)", "points:",
     "ring(radius=inf)", "points:xyz", "points:0123456789ab(noise=-1)"],
)  # fmt: skip
def test_the_server_refuses_bad_parameters_before_a_run_begins(spec):
    with pytest.raises(BadInput):
        data_info(spec)
    with pytest.raises(BadInput):
        preview(spec)
    with pytest.raises(BadInput):
        validate(preset("gan", "ring").replace(data=spec))


# Cleaning


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(*[st.floats(-1e3, 1e3, width=32)] * 2), min_size=3, max_size=40),
    st.lists(st.sampled_from([math.nan, math.inf, -math.inf, 1e300, -1e13]), max_size=3),
)
def test_unusable_rows_are_skipped_and_counted_and_change_nothing_else(good, bad):
    try:
        alone = clean(good)
    except BadInput:
        return
    mixed = clean([*good, *((value, 0.0) for value in bad)])
    assert (mixed.points == alone.points).all()
    assert (mixed.skipped, mixed.rows) == (len(bad), len(good) + len(bad))
    assert not mixed.thinned


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ([], "no points"),
        ([(1, 2)], "one point only"),
        ([(3, 4)] * 20, r"All 20 points are equal, at \(3, 4\)"),
        ([(math.nan, 0)] * 3 + [(0, 0), (1, 1)], "3 of 5 rows .* first is row 1"),
        ([(1e300, 0), (0, 1e300), (0, 0)], "2 of 3 rows"),
        ([(1e9, 0), (1e9 + 1, 1)], "Subtract their mean"),
        ([(0, 0), (1e-300, 0)], "larger"),
    ],
)
def test_points_that_cannot_be_trained_on_are_refused_with_the_reason(rows, says):
    with pytest.raises(BadInput, match=says):
        clean(rows)


def test_a_million_points_are_thinned_evenly_and_said_so():
    many = np.random.default_rng(0).random((10**6, 2))
    cleaned = clean(many)
    assert cleaned.thinned and len(cleaned.points) == MOST and cleaned.rows == 10**6
    assert (cleaned.points == clean(many).points).all()
    assert np.abs(cleaned.points.mean(0) - 0.5).max() < 5 * math.sqrt(1 / 12 / MOST)


# Tables


@pytest.mark.parametrize(
    "text",
    [
        "1,2\n3,4.5\n-1e2,0\n", "x,y\n1,2\n3,4.5\n-1e2,0", "1;2\n3;4,5\n-1e2;0",
        "1\t2\n3\t4,5\n-100\t0",
        "1 2\n3   4.5\n-1e2 0", '"a","b"\r\n"1","2"\r\n"3","4.5"\r\n"-100","0"\r\n',
        "\ufeff x , y \n1, 2\n\n3, 4.5\n-100, 0\n", "name,x,n,y\na,1,9,2\nb,3,9,4.5\nc,-100,9,0",
        "y,x\n2,1\n4.5,3\n0,-100",
    ],
)  # fmt: skip
def test_every_usual_table_reads_alike(text):
    assert table.read(text).cleaned.points.tolist() == [[1, 2], [3, 4.5], [-100, 0]]
    assert table.read_bytes(text.encode()).cleaned.points.tolist() == [[1, 2], [3, 4.5], [-100, 0]]
    assert table.read_bytes(text.encode("utf-16")).cleaned.rows == 3


def test_the_columns_used_are_named():
    found = table.read("when,height,weight,age\nmon,1,2,3\ntue,4,5,6\nwed,7,8,8")
    assert found.columns == ("height", "weight") and found.others == 1
    assert table.read("1,2\n3,4").columns == ("column 1", "column 2")


def test_rows_with_gaps_are_skipped_and_counted():
    found = table.read("x,y\n1,2\n3,\nnan,4\nfive,6\n7,8\n9,inf\n1\n2,3\n4,5\n6,6\n7,7")
    assert found.cleaned.skipped == 5 and len(found.cleaned.points) == 6


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "nothing to read"),
        (" \n \n", "nothing to read"),
        ("x,y\n", "no row of numbers below “x, y”"),
        ("1\n2\n3", "only one column"),
        ("a,1\nb,2", "only one column"),
        ("red,green\nblue,black", "no column of numbers"),
        ("<html><body>hello", "no row of numbers"),
        ("1,2", "one point only"),
        ("1,2\n1,2\n1,2", "are equal"),
        ("1,2\n" + "nan,1\n" * 9, "9 of 10 rows"),
        ("1e300,1\n2e300,5\n1,1", "2 of 3 rows"),
    ],
)
def test_a_table_that_holds_no_points_is_told(text, says):
    with pytest.raises(BadInput, match=says):
        table.read(text)


def test_a_file_that_is_too_large_or_no_text_is_refused():
    with pytest.raises(BadInput, match="50 MB, but 10 MB"):
        table.refuse_size(50 * 2**20)
    with pytest.raises(BadInput, match="10 MB are read at most"):
        table.read_bytes(bytes(table.LARGEST + 1))
    with pytest.raises(BadInput, match="not text"):
        table.read_bytes(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR")
    with pytest.raises(BadInput, match="more than 1,000,000 rows"):
        table.read("1,2\n" * (table.MOST_ROWS + 30_000))


# The store


def test_a_set_is_named_by_its_content(cloud):
    name = points.put(cloud)
    assert (points.find(name) == cloud).all() and points.put(cloud.copy()) == name
    assert points.put(cloud + 1) != name and own_points(f"points:{name}") == (name, None)
    assert own_points(f"points:{name}(noise=0.5)") == (name, 0.5) and own_points("ring") is None


def test_the_sets_used_longest_ago_leave_the_store(cloud, store, monkeypatch):
    monkeypatch.setattr(points, "KEPT", 3)
    names = [points.put(cloud + i) for i in range(3)]
    points.put(cloud)  # used again: now the newest
    points.put(cloud + 9)
    assert not (store / f"{names[1]}.npy").exists() and (store / f"{names[0]}.npy").exists()
    monkeypatch.setattr(points, "KEPT_BYTES", 2 * cloud.nbytes)
    last = points.put(cloud + 10)
    assert [file.stem for file in store.glob("*.npy")] == [last]
    with pytest.raises(BadInput, match=f"no point set {names[1]} here"):
        points.find(names[1])


@pytest.mark.parametrize("harm", [b"", b"junk", None])
def test_a_damaged_set_is_noticed_and_mended_by_the_next_upload(harm, cloud, store):
    name = points.put(cloud)
    file = store / f"{name}.npy"
    if harm is None:
        np.save(file, cloud + 1)  # whole, but other points
    else:
        file.write_bytes(harm)
    with pytest.raises(BadInput, match="damaged"):
        points.find(name)
    points.put(cloud)
    assert (points.find(name) == cloud).all()


def test_a_pickle_in_the_store_is_not_opened(store):
    store.mkdir(parents=True)
    np.save(store / "0123456789ab.npy", np.array([{"a": 1}], object), allow_pickle=True)
    with pytest.raises(BadInput, match="damaged"):
        points.find("0123456789ab")


def test_an_unknown_set_is_told(store):
    with pytest.raises(BadInput, match="Draw or upload"):
        load("points:0123456789ab")
    with pytest.raises(BadInput, match="Draw or upload"):
        runs.create(preset("gan", "points:0123456789ab", steps=5))
    assert runs.all_runs() == []


# Points as a distribution


def test_noise_is_a_kernel_around_each_point(cloud):
    name = points.put(cloud)
    bare = load(f"points:{name}(noise=0)").sample(500, seeded())
    assert {tuple(p) for p in bare.tolist()} <= {tuple(p) for p in cloud.tolist()}
    wide = load(f"points:{name}(noise=30)").sample(50_000, seeded()).numpy()
    expected = cloud.std(0) ** 2 + 30**2
    np.testing.assert_allclose(wide.std(0) ** 2, expected, rtol=0.05)
    default = load(f"points:{name}")
    assert torch.equal(default.sample(9, seeded()), load(f"points:{name}").sample(9, seeded()))
    assert points.default_noise(cloud) == pytest.approx(points.spread(cloud)[1] / 50, rel=0.05)


def test_centre_scale_and_extent_follow_the_points(cloud):
    for factor, offset in ((1, 0), (1e-6, 0), (1e8, 0), (1, 5000)):
        moved = clean(cloud.astype(float) * factor + offset).points
        toy = load(f"points:{points.put(moved)}")
        drawn = toy.sample(20_000, seeded()).double()
        unit = (drawn - torch.tensor(toy.centre)) / toy.scale
        assert unit.mean(0).abs().max() < 0.05
        assert (unit**2).mean().item() == pytest.approx(1, abs=0.05)
        x0, x1, y0, y1 = toy.extent
        assert x1 - x0 == pytest.approx(y1 - y0)
        inner = 0.1 * (x1 - x0)
        assert (drawn[:, 0] > x0 + inner / 2).all() and (drawn[:, 0] < x1 - inner / 2).all()
        assert (drawn[:, 1] > y0 + inner / 2).all() and (drawn[:, 1] < y1 - inner / 2).all()
        assert toy.modes is None


def test_the_kernel_density_integrates_to_one_and_matches_two_gaussians_by_hand():
    toy = load(f"points:{points.put(clean([(0, 0), (1, 0)]).points)}(noise=0.2)")
    side = torch.linspace(*toy.extent[:2], 300)
    cells = torch.cartesian_prod(side, torch.linspace(*toy.extent[2:], 300))
    area = (side[1] - side[0]).item() ** 2
    assert toy.log_density(cells).exp().sum().item() * area == pytest.approx(1, abs=1e-3)
    by_hand = 0.5 * (1 + math.exp(-1 / 0.08)) / (2 * math.pi * 0.04)
    assert toy.log_density(torch.zeros(1, 2)).item() == pytest.approx(math.log(by_hand), rel=1e-5)


def test_there_is_no_density_without_noise_or_of_too_many_points(cloud):
    at = torch.zeros(1, 2)
    assert load(f"points:{points.put(cloud)}(noise=0)").log_density(at) is None
    many = clean(np.random.default_rng(0).random((DENSE + 1, 2))).points
    assert load(f"points:{points.put(many)}").log_density(at) is None
    assert load(f"points:{points.put(many[:DENSE])}").log_density(at) is not None


# Runs


def carried_out(run, resume=False):
    *_, last = worker.record(run, resume)
    assert last["state"] == "done", last.get("error")
    return run


def test_a_run_is_whole_without_the_store_and_goes_on_from_its_own_copy(cloud, store, tmp_path):
    spec = f"points:{points.put(cloud / 1000)}"
    run = runs.create(preset("ns-gan", spec, steps=20), tmp_path / "elsewhere" / "own")
    carried_out(run)
    shutil.rmtree(store)
    runs.change(run, steps=40)
    carried_out(run, resume=True)
    scene = json.loads((run.path / "scene.json").read_text())
    assert scene["modes"] is None and run.status()["metrics"]["em"] > 0
    with pytest.raises(BadInput):
        load(spec)  # this run lies outside the runs root


def test_a_checkpoint_without_its_points_can_still_be_sampled(cloud, store, tmp_path):
    config = preset("ns-gan", f"points:{points.put(cloud)}")
    shutil.rmtree(store)
    drawn = torch.from_numpy(cloud[:50])
    path = tmp_path / "alone.safetensors"
    opened = sampling.Opened(path, (2,), 2, lambda rows: drawn, None, config)
    about, raw = sampling.draw(opened, drawn, {}, 8)
    x0, x1, y0, y1 = about["extent"]
    assert raw == cloud[:50].tobytes()
    assert ((drawn > torch.tensor([x0, y0])) & (drawn < torch.tensor([x1, y1]))).all()


def test_a_set_lives_on_in_any_run_and_in_the_child_of_one(cloud, store, tmp_path):
    spec = f"points:{points.put(cloud)}(noise=1)"
    parent = runs.create(preset("gan", spec))
    shutil.rmtree(store)
    child = runs.create(preset("wgan", spec), parent=parent.id)
    parent.delete()
    assert torch.equal(
        load(spec).sample(5, seeded()), load(spec, beside=child.path).sample(5, seeded())
    )
    assert [run.id for run in runs.all_runs()] == [child.id]  # the store is no run
