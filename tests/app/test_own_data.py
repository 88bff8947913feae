"""The data of the 2-D page: parameters with a preview, and points drawn, uploaded or pasted."""

import io
import shutil

import numpy as np
import pytest

from gan_core import runs
from gan_core.executors import Local
from gan_core.plane import points, table
from gan_core.presets import preset
from ui import own_data

RING = np.column_stack([np.cos(np.arange(40)), np.sin(np.arange(40))]).astype("f4")


@pytest.fixture
def started(monkeypatch) -> list[runs.Run]:
    """The runs that a page handed to a worker; none is carried out."""
    found: list[runs.Run] = []
    monkeypatch.setattr(Local, "start", lambda self, run, resume=False: found.append(run))
    return found


def csv(rows) -> bytes:
    out = io.StringIO()
    np.savetxt(out, rows, "%.9g", delimiter=",")
    return out.getvalue().encode()


def uploaded(at, raw: bytes):
    """The page after a file was uploaded."""
    at.get("file_uploader")[0].set_value(("mine.csv", raw, "text/csv"))
    return at.run()


def stored(factor=1.0) -> str:
    return points.put(points.clean(RING * factor).points)


def shown(at) -> str:
    assert not at.exception
    return " ".join(e.value for e in [*at.markdown, *at.warning, *at.caption])


def test_every_family_has_its_parameters_and_a_preview(framed):
    for data, keys in {
        "grid": ("side", "spacing", "std", "imbalance"), "moons": ("noise",),
        "swiss-roll": ("turns", "noise"), "checkerboard": ("cells",),
    }.items():  # fmt: skip
        at = framed("train_2d", p_data=data)
        assert f"`{data}` · the picture shows" in shown(at)
        assert all(at.number_input(key=f"p_{data}_{key}").value is not None for key in keys)


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ({"p_ring_std": "0"}, "Std σ must be above 0"),
        ({"p_ring_modes": "0"}, "whole number, 1 to 256"),
        ({"p_data": "grid", "p_grid_side": "2.5"}, "whole number"),
        ({"p_data": "moons", "p_moons_noise": "-1"}, "above 0"),
        ({"p_data": "points:xyz"}, "12 digits"),
        ({"p_data": "points:0123456789ab"}, "no point set 0123456789ab"),
        ({"p_data": "points:[a](http://b.example)"}, "12 digits"),
    ],
)
def test_data_that_cannot_be_is_refused_on_the_page_and_can_be_mended(query, says, framed):
    at = framed("train_2d", **query)
    assert says in shown(at)
    assert at.button(key="p_train").disabled and "[a]" not in at.warning[0].value
    own = query.get("p_data", "").startswith("points")  # or a folded panel would hide it
    assert not [w for panel in at.expander if not panel.proto.expanded for w in panel.warning]
    assert at.expander[0].proto.expanded == own
    at.selectbox(key="p_data").set_value("checkerboard").run()
    assert not at.button(key="p_train").disabled


def test_own_points_begin_with_an_empty_sheet(framed):
    at = framed("train_2d", p_data=own_data.OWN)
    assert "Draw on the sheet" in shown(at) and not at.warning
    assert at.button(key="p_train").disabled


def test_an_uploaded_table_is_trained_on_and_stands_in_the_address(framed, started):
    at = uploaded(framed("train_2d", p_data=own_data.OWN), csv(100 * RING) + b"nan,3\n")
    name = points.name_of(points.clean(100 * RING).points)
    assert "**40 points**" in shown(at) and "1 of 41 rows" in shown(at)
    assert at.selectbox(key="p_data").value == f"points:{name}"
    at.number_input(key="p_points_noise").set_value(0.5).run()
    at.button(key="p_train").click().run()
    assert started[0].config == preset("r3gan", f"points:{name}(noise=0.5)")
    assert (started[0].path / f"{name}.npy").is_file()
    at = framed("train_2d", p_data=f"points:{name}")  # somebody else opens the link
    assert "**40 points**" in shown(at) and not at.button(key="p_train").disabled


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b"", "nothing to read"),
        (b"1,2\n", "one point only"),
        (b"1\n2\n3\n", "one column"),
        (b"red,blue\nsky,sea\n", "column of numbers"),
        (b"1,2\n" * 9, "are equal"),
        (b"nan,1\n" * 9 + b"1,2\n3,4\n", "9 of 11 rows"),
        (b"1e300,1\n-1e300,2\n", "2 of 2 rows"),
        (b"\x89PNG\0\0\0", "not text"),
    ],
)
def test_a_bad_file_is_told_and_changes_nothing(raw, says, framed):
    name = stored()
    at = uploaded(framed("train_2d", p_data=f"points:{name}"), raw)
    assert says in shown(at)
    assert at.selectbox(key="p_data").value == f"points:{name}"
    at = uploaded(at, csv(RING + 5))
    assert not at.warning and at.selectbox(key="p_data").value != f"points:{name}"


def test_a_huge_file_is_refused_before_it_is_read(framed, monkeypatch):
    def never(raw):
        raise AssertionError("it was read")

    monkeypatch.setattr(table, "LARGEST", 2**20)
    monkeypatch.setattr(table, "read_bytes", never)
    at = uploaded(framed("train_2d", p_data=own_data.OWN), b"1,2\n" * 300_000)
    assert "MB are read at most" in shown(at)


def test_many_points_are_thinned_and_said_so(framed):
    at = uploaded(
        framed("train_2d", p_data=own_data.OWN), csv(np.random.default_rng(0).random((150_000, 2)))
    )
    assert "**100,000 points**" in shown(at) and "150,000 points these were picked" in shown(at)
    at.button(key="p_sheet").click().run()  # too many to change by hand
    assert at.selectbox(key="p_data").value == own_data.OWN


def test_pasted_points_count_like_a_file(framed):
    at = framed("train_2d", p_data=own_data.OWN)
    at.text_area(key="p_pasted").set_value("x;y\n0,5;1\n1;2\n3;4").run()
    at.button(key="p_paste").click().run()
    assert "**3 points**, x 0.5 to 3" in shown(at) and "Read from x and y" in shown(at)


def test_the_settings_of_a_run_bring_its_points_back_when_the_store_is_empty(framed, started):
    spec = f"points:{stored()}(noise=0.25)"
    run = runs.create(preset("ns-gan", spec, steps=40))
    run.write_status(state="done", step=40)
    shutil.rmtree(points.store())
    at = framed("train_2d", run=run.id)
    assert not at.exception
    at.button(key="live_again").click().run()
    at.button(key="p_train").click().run()
    assert started[0].config.data == spec


def test_a_full_disk_is_told(framed, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(points, "put", full)
    at = uploaded(framed("train_2d", p_data=own_data.OWN), csv(RING))
    assert "No space left" in shown(at)
