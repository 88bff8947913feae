"""A run's film, its snapshots, the branches from them, and the steps that are asked for by hand."""

import threading
from itertools import pairwise

import numpy as np
import pytest
import torch

from gan_core import checkpoint, inherit, keeper, runs, worker
from gan_core.build import build
from gan_core.catalog import BadInput
from gan_core.presets import preset
from gan_core.runs import CURVES, film, snapshots, tiles
from gan_core.training import half_round, train

SMALL = {"steps": 40, "batch": 16, "width": 8, "depth": 2, "precision": "float32", "device": "cpu"}
NUMBERS = [c for c in range(len(CURVES)) if c != CURVES.index("seconds")]


def make(path, objective="ns-gan", **changes):
    return runs.create(preset(objective, "ring", **{**SMALL, **changes}), path)


@pytest.fixture
def keen(monkeypatch):
    """Looks, frames and snapshots at every round."""
    monkeypatch.setattr(worker, "LOOK_EVERY", 0.0)
    monkeypatch.setattr(worker, "LOOK_REST", 0.0)
    monkeypatch.setattr(keeper, "FRAME_EVERY", 1e-9)
    monkeypatch.setattr(keeper, "SNAPSHOT_EVERY", 1e-9)
    monkeypatch.setattr(keeper, "REST", 0.0)


@pytest.fixture
def whole(tmp_path, keen):
    """A finished run with a snapshot every few rounds."""
    run = make(tmp_path / "whole")
    list(worker.record(run))
    assert run.status()["state"] == "done"
    return run


def weights(run):
    _, players = checkpoint.load(run.checkpoint)
    return {**players.G.state_dict(), **{f"D.{k}": v for k, v in players.D.state_dict().items()}}


def same(a, b):
    return a.keys() == b.keys() and all(torch.equal(a[k], b[k]) for k in a)


# The film


def test_a_full_film_keeps_its_ends_and_lies_evenly(tmp_path, monkeypatch):
    monkeypatch.setattr(film, "MOST", 10)
    run = make(tmp_path / "run-a")
    written = 0
    for step in range(0, 1000):
        if step % 2**run.film.thinnings == 0:  # what a keeper's clock does
            run.append_frame(step, step / 10, f"frame {step}".encode())
            written = step
        assert run.frame_count() <= 10
    frames = [run.frame(i) for i in range(run.frame_count())]
    steps = [frame[0] for frame in frames]
    assert steps[0] == 0 and steps[-1] == written
    assert len(set(np.diff(steps))) == 1, "the frames that stay lie evenly"
    assert [frame[2] for frame in frames] == [f"frame {step}".encode() for step in steps]
    size = sum(f.stat().st_size for f in run.path.glob("frames*"))
    assert size < 10 * 2 * (film.INDEX.size + len(b"frame 1000"))
    assert len(list(run.path.glob("frames*.bin"))) == 1


def test_readers_of_a_film_that_is_thinned_never_see_a_wrong_frame(tmp_path, monkeypatch):
    monkeypatch.setattr(film, "MOST", 6)
    run = make(tmp_path / "run-a")
    run.append_frame(0, 0.0, b"0")
    wrong, over = [], threading.Event()

    def read():
        while not over.is_set():
            for frame in [run.frame(), run.frame(0), run.frame(3), *run.film.spread(4, 10**6)]:
                if frame and frame[2] != str(frame[0]).encode() * (1 + frame[0] % 3):
                    wrong.append(frame)

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    for step in range(1, 400):
        run.append_frame(step, 0.0, str(step).encode() * (1 + step % 3))
    over.set()
    for reader in readers:
        reader.join()
    assert not wrong


def test_a_spread_has_both_ends_and_keeps_to_its_limits(tmp_path):
    run = make(tmp_path / "run-a")
    assert run.film.spread(5, 100) == []
    for step in range(50):
        run.append_frame(step, 0.0, bytes(10))
    found = run.film.spread(7, 10**6)
    assert len(found) == 7 and (found[0][0], found[-1][0]) == (0, 49)
    assert len(run.film.spread(50, 200)) == 20


# Snapshots


def test_snapshots_are_bounded_and_hold_their_own_step(tmp_path, keen, monkeypatch):
    monkeypatch.setattr(snapshots, "MOST", 5)
    run = make(tmp_path / "run-a")
    for _ in worker.record(run):
        assert len(run.snapshots.all()) <= 5
    found = run.snapshots.all()
    assert min(found) == 0 and len(found) >= 2
    assert {checkpoint.header(path).step for path in found.values()} == set(found)
    assert runs.origins(run).keys() == {*found, 40}


def test_snapshots_take_no_more_room_than_they_may(tmp_path, whole, monkeypatch):
    size = next(iter(whole.snapshots.all().values())).stat().st_size
    monkeypatch.setattr(snapshots, "ROOM", 3 * size)
    while whole.snapshots.thin():
        pass
    assert 1 <= len(whole.snapshots.all()) <= 3


def test_a_resumed_run_forgets_the_snapshots_after_its_checkpoint(whole):
    before = whole.snapshots.all()
    whole.truncate(17)
    assert list(whole.snapshots.all()) == [step for step in before if step <= 17]


@pytest.fixture
def pictures(tmp_path, keen):
    """A finished run on small pictures, with its states."""
    small = {**SMALL, "steps": 6, "size": 16}
    small.pop("depth")
    run = runs.create(preset("dcgan", "digits", **small), tmp_path / "pictures")
    list(worker.record(run))
    assert run.status()["state"] == "done", run.status()
    return run


def test_an_image_run_keeps_snapshots(pictures):
    found = pictures.snapshots.all()
    assert min(found) == 0 and len(found) >= 2 and runs.origins(pictures).keys() == {*found, 6}


@pytest.mark.parametrize("took", [0.001, 0.05, 2.0, 100.0])
def test_snapshots_take_a_fiftieth_of_the_time_whatever_one_takes(tmp_path, monkeypatch, took):
    """By a clock that only writing moves; a stalled write is not the last."""
    clock = [0.0]

    def save(path, players, config):
        clock[0] += took
        path.touch()

    run = make(tmp_path / "run-a")
    players, _, _ = build(run.config)
    monkeypatch.setattr(checkpoint, "save", save)
    monkeypatch.setattr(keeper.time, "perf_counter", lambda: clock[0])
    keeping, now = keeper.Keeper(run, 0.0), 0.0
    for players.step in range(30):
        keeping.snapshot(players, run.config, now)
        pause, now = keeping.next_snapshot - now, keeping.next_snapshot
        keeping.snapshot(players, run.config, now - 1e-3)  # not yet
        assert keeper.SNAPSHOT_EVERY <= pause <= keeper.LATEST
    assert len(run.snapshots.all()) == 30 and clock[0] == pytest.approx(30 * took)
    assert clock[0] <= now / 49 or pause == keeper.LATEST


def test_an_image_run_branches_from_a_state_it_kept(pictures, tmp_path):
    at = min(step for step in pictures.snapshots.all() if step)
    child = runs.branch(pictures, at, tmp_path / "child")
    assert list(worker.record(child))[-1]["state"] == "done"
    assert same(weights(child), weights(pictures)), "a branch that changes nothing repeats it"
    other = runs.branch(pictures, at, tmp_path / "other", objective="began", steps=at + 2)
    assert list(worker.record(other))[-1]["state"] == "done"
    assert "D is fresh" in other.status()["fresh"][0]


# Branches


def test_a_branch_that_changes_nothing_repeats_its_parent(tmp_path, whole):
    child = runs.branch(whole, 20, tmp_path / "child")
    status = child.status()
    at = status["parent_step"]
    assert status["parent"] == "whole" and 0 < at <= 20 and status["step"] == at
    assert list(worker.record(child))[-1]["state"] == "done"
    assert child.status()["fresh"] == []
    rows = whole.curves()
    later = rows[rows[:, 0] > at]
    assert np.array_equal(child.curves()[:, NUMBERS], later[:, NUMBERS])
    assert same(weights(child), weights(whole))
    assert child.frame()[2] == whole.frame()[2] and child.frame(0)[0] == at


def test_a_branch_outlives_its_parent_and_can_be_resumed(tmp_path, whole, keen):
    child = runs.branch(whole, 20, tmp_path / "child")
    whole.delete()
    for status in worker.record(child):
        if status["state"] == "running" and status["step"] >= 30:
            child.request("stop")
    at = child.status()["step"]
    assert child.status()["state"] == "stopped" and 30 <= at < 40
    assert list(worker.record(child, resume=True))[-1]["step"] == 40


@pytest.mark.parametrize("objective", ["wgan-gp", "wgan", "began", "lsgan", "r3gan"])
def test_a_branch_under_another_objective_keeps_g_and_what_fits(objective, tmp_path, whole):
    config = runs.branched(whole.config, 20, objective=objective)
    _, parent = checkpoint.load(whole.snapshots.path(runs.origin(whole, 20)))
    players, _, _ = build(config)
    fresh = {name: value.clone() for name, value in players.D.state_dict().items()}
    said = inherit.take_over(whole.snapshots.path(parent.step), players, config)
    assert same(players.G.state_dict(), parent.G.state_dict())
    assert same(players.ema.state_dict(), parent.ema.state_dict())
    own = preset(objective, "ring")
    assert (config.lr_d, config.n_critic, config.r1) == (own.lr_d, own.n_critic, own.r1)
    assert (config.width, config.batch, config.seed) == (8, 16, whole.config.seed)
    carried = same(players.D.state_dict(), parent.D.state_dict())
    assert carried == (objective != "began")
    assert any("D is fresh" in line for line in said) == (not carried)
    assert carried or same(players.D.state_dict(), fresh)
    assert bool(players.opt_g.state) == (config.optimizer == whole.config.optimizer)
    assert players.opt_g.param_groups[0]["lr"] == config.lr_g
    child = runs.branch(whole, 20, tmp_path / "child", objective=objective)
    assert list(worker.record(child))[-1]["state"] == "done"
    assert child.curves()[0, 0] == child.status()["parent_step"] + 1


def test_a_branch_ends_where_its_parent_would_or_has_as_long_again():
    config = preset("gan", "ring", steps=1000)
    assert runs.branched(config, 400).steps == 1000
    assert runs.branched(config, 1000).steps == 2000
    assert runs.branched(config, 400, steps=401).steps == 401
    timed = config.replace(seconds=60.0)
    assert runs.branched(timed, 400).seconds == 60
    assert runs.branched(timed, 400, steps=5000).seconds == 0, "asked for by steps"
    with pytest.raises(BadInput, match="begins at step 400"):
        runs.branched(config, 400, steps=400)


@pytest.mark.parametrize(
    ("changes", "word"),
    [({"width": 16}, "width shapes G"), ({"data": "faces"}, "2d data"), ({"lr_g": 7.0}, "lr_g=7")],
)
def test_a_branch_that_cannot_be_is_refused_and_leaves_nothing(changes, word, tmp_path, whole):
    with pytest.raises(BadInput, match=word):
        runs.branch(whole, 20, tmp_path / "child", **changes)
    assert not (tmp_path / "child").exists()


def test_a_run_without_a_state_cannot_be_branched(tmp_path):
    run = make(tmp_path / "run-a")
    with pytest.raises(BadInput, match="keeps no state"):
        runs.branch(run, 20, tmp_path / "child")


# By hand


@pytest.mark.parametrize("objective", ["gan", "r3gan", "wgan-gp"])
def test_ds_half_and_gs_half_are_one_round(objective):
    made = []
    for halves in (True, False):
        players, data, plan = build(preset(objective, "ring", **SMALL))
        if halves:
            before = [p.clone() for p in players.G.parameters()]
            half_round(players, data.sample, plan, "D")
            assert players.step == 0
            assert all(map(torch.equal, players.G.parameters(), before)), "D's half leaves G alone"
            before = [p.clone() for p in players.D.parameters()]
            half_round(players, data.sample, plan, "G")
            assert all(map(torch.equal, players.D.parameters(), before)), "G's half leaves D alone"
        else:
            next(train(players, data.sample, plan))
        assert players.step == 1
        made.append([*players.G.parameters(), *players.D.parameters(), *players.ema.parameters()])
    assert all(map(torch.equal, *made))


def paused(run, monkeypatch, asked, at=5):
    """Pause a run at step `at`, ask for each of `asked` in turn, then let it go on to its end."""
    seen, waiting = [], list(asked)

    def sleep(_):
        seen.append((run.status()["step"], run.latest()[2], run.status()["state"]))
        if waiting:
            run.request(waiting.pop(0))
        else:
            run.clear("pause")

    monkeypatch.setattr(worker.time, "sleep", sleep)
    for status in worker.record(run):
        if status["state"] == "running" and status["step"] == at:
            run.request("pause")
    assert run.status()["state"] == "done"
    assert {state for _, _, state in seen} == {"paused"}
    return seen


def test_steps_by_hand_do_exactly_what_was_asked(tmp_path, keen, monkeypatch):
    asked = ["step-d", "step-g", "step-both"]
    run = make(tmp_path / "run-a")
    seen = paused(run, monkeypatch, asked)
    assert [step for step, _, _ in seen] == [5, 5, 6, 7]
    n, m = 4 * run.scene()["points"], run.scene()["field"] ** 2 + 8
    points, fields = ([payload[part] for _, payload, _ in seen]
                      for part in (slice(n), slice(n, n + m)))  # fmt: skip
    assert [a == b for a, b in pairwise(points)] == [True, False, False]
    assert [a == b for a, b in pairwise(fields)] == [False, True, False]
    assert run.status()["by_hand"] == 3
    steps = run.curves()[:, 0].tolist()
    assert steps == sorted(set(steps)) and 7 in steps and steps[-1] == 40
    assert not any(map(run.requested, runs.REQUESTS))


def test_steps_by_hand_on_images_move_one_player_each(tmp_path, keen, monkeypatch):
    small = {**SMALL, "steps": 8, "size": 16, "norm_g": "none", "norm_d": "none"}
    small.pop("depth")
    run = runs.create(preset("dcgan", "digits", **small), tmp_path / "pictures")
    seen = paused(run, monkeypatch, ["step-d", "step-g", "step-both"])
    assert [step - seen[0][0] for step, _, _ in seen] == [0, 0, 1, 2]
    drawn, scores = zip(*(tiles.split(payload) for _, payload, _ in seen), strict=True)
    assert [a == b for a, b in pairwise(drawn)] == [True, False, False]
    assert not any(np.array_equal(a, b) for a, b in pairwise(scores)), "D says otherwise each time"
    assert run.status()["by_hand"] == 3 and run.status()["state"] == "done"


def test_a_round_by_hand_is_the_round_that_training_would_have_done(tmp_path, keen, monkeypatch):
    run, whole = make(tmp_path / "run-a"), make(tmp_path / "run-b")
    paused(run, monkeypatch, ["step-both", "step-d", "step-g"])
    list(worker.record(whole))
    assert same(weights(run), weights(whole))


def test_a_step_that_no_pause_waits_for_is_forgotten(tmp_path, keen, monkeypatch):
    run = make(tmp_path / "run-a")
    run.request("step-both")
    seen = paused(run, monkeypatch, [])
    assert [step for step, _, _ in seen] == [5] and "by_hand" not in run.status()
