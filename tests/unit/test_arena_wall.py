"""What the wall of arenas sends to the browser: thinned, bounded, and its own frames only."""

import json

import numpy as np
import pytest

from gan_core import runs
from gan_core.presets import preset
from ui.components import arena_wall
from ui.components.arena_wall import FIELD, FILM, POINTS, film_of, picks, thinned

SCENE = {"points": 1000, "field": 48, "extent": [-1, 1, -1, 1], "modes": None, "head": "critic"}


def frame(extra=b""):
    rng = np.random.default_rng(0)
    points = rng.integers(0, 65536, (1000, 2)).astype("<u2")
    field = np.tile(np.arange(48, dtype="u1"), (48, 1))
    return points, points.tobytes() + field.tobytes() + np.float32([-2, 5]).tobytes() + extra


@pytest.mark.parametrize("extra", [b"", b"\1" * 4321])
def test_a_frame_keeps_its_first_points_and_its_field_whatever_follows(extra):
    points, raw = frame(extra)
    thin = thinned(raw, SCENE)
    assert len(thin) == 4 * POINTS + FIELD**2 + 8
    kept = np.frombuffer(thin, "<u2", 2 * POINTS).reshape(-1, 2)
    assert (kept == points[:POINTS]).all()
    field = np.frombuffer(thin, "u1", FIELD**2, 4 * POINTS).reshape(FIELD, FIELD)
    assert (field == field[0]).all() and field[0, 0] == 0 and field[0, -1] == 47
    assert (np.diff(field[0].astype(int)) > 0).all()
    assert np.frombuffer(thin, "<f4", 2, 4 * POINTS + FIELD**2).tolist() == [-2, 5]


def test_a_small_scene_is_sent_as_it_is():
    scene = SCENE | {"points": 3, "field": 5}
    raw = bytes(range(12)) + bytes(range(25)) + np.float32([0, 1]).tobytes()
    assert thinned(raw, scene)[: len(raw)] == raw and len(thinned(raw, scene)) % 4 == 0


@pytest.mark.parametrize("count", [0, 1, 2, FILM, FILM + 1, 5000])
def test_a_film_is_bounded_and_keeps_both_ends(count):
    found = picks(count)
    assert len(found) == min(count, FILM) == len(set(found))
    assert not count or (found[0], found[-1]) == (0, count - 1)


@pytest.fixture
def sent(monkeypatch):
    found = []
    monkeypatch.setattr(arena_wall, "_wall", lambda data, key, height: found.append(data))
    return found


def test_nine_whole_films_stay_below_two_megabytes(sent, tmp_path):
    run = runs.create(preset("ns-gan", "ring"), tmp_path / "run-a")
    _, raw = frame()
    for step in range(2 * FILM):
        run.append_frame(step, step / 10, raw)
    panel = {"label": "A", "note": "", "scene": SCENE, "real": bytes(4000), "frames": film_of(run)}
    arena_wall.wall([panel | {"id": str(i)} for i in range(12)], True, False, "k")
    (data,) = sent
    assert len(data) < 2_000_000
    length = int.from_bytes(data[:4], "little")
    header = json.loads(data[4 : 4 + length])
    assert len(header["runs"]) == 9 and header["whole"]
    size = 4 * POINTS + FIELD**2 + 8
    assert [shown["at"] for shown in header["runs"]] == [i * FILM * size for i in range(9)]
    assert header["blobs"]["frames"][1] == 9 * FILM * size
    assert len([name for name in header["blobs"] if name.startswith("real")]) == 1  # sent once


def test_a_run_that_has_not_begun_has_a_panel_without_frames(sent):
    panel = {"id": "a", "label": "A", "note": "waiting", "scene": None, "real": b"", "frames": []}
    arena_wall.wall([panel], True, True, "k")
    length = int.from_bytes(sent[0][:4], "little")
    (shown,) = json.loads(sent[0][4 : 4 + length])["runs"]
    assert shown == {"id": "a", "label": "A", "note": "waiting", "frames": []}


def test_a_frame_that_was_cut_short_is_left_out(sent):
    _, raw = frame()
    frames = [(1, 0.1, raw), (2, 0.2, raw[:-9])]
    panel = {"id": "a", "label": "A", "note": "", "scene": SCENE, "real": b"", "frames": frames}
    arena_wall.wall([panel], True, False, "k")
    length = int.from_bytes(sent[0][:4], "little")
    assert json.loads(sent[0][4 : 4 + length])["runs"][0]["frames"] == [[1, 0.1]]
