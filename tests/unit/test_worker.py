"""A run carried out: what it writes, how it ends, and what it survives."""

import os
import time

import numpy as np
import torch

from gan_core import checkpoint, judging, keeper, pictures, ready, runs, window, worker
from gan_core.data import Toy, load
from gan_core.presets import preset
from gan_core.runs import CURVES, Run, film
from gan_core.training import train
from gan_core.window import fixed_latents

SMALL = {"steps": 40, "batch": 16, "width": 8, "depth": 2, "precision": "float32", "device": "cpu"}


def make(tmp_path, **changes):
    return runs.create(preset("ns-gan", "ring", **{**SMALL, **changes}), tmp_path / "run-a")


def carry_out(run, resume=False):
    return list(worker.record(run, resume))


def poisoned(monkeypatch, after):
    """Real samples turn to NaN from round `after` on."""
    sample, calls = Toy.sample, []

    def bad(self, n, generator, device="cpu"):
        calls.append(n)
        real = sample(self, n, generator, device)
        return real * float("nan") if n == SMALL["batch"] and calls.count(n) >= after else real

    monkeypatch.setattr(Toy, "sample", bad)


def test_a_run_writes_all_that_pages_read(tmp_path):
    run = make(tmp_path)
    statuses = carry_out(run)
    assert [s["state"] for s in statuses][-1] == run.status()["state"] == "done"
    assert run.status()["step"] == 40 and run.status()["steps_per_second"] > 0
    assert run.curves()[:, CURVES.index("step")].tolist() == list(range(1, 41))
    metrics = run.status()["metrics"]
    assert metrics["modes_total"] == 8 and 0 <= metrics["hq"] <= 1 and metrics["em"] > 0
    assert run.metrics()[-1]["step"] == 40
    step, _, payload = run.frame()
    assert step == 40 and run.frame(0)[0] == 0
    scene = run.scene()
    n, cells, (rows, columns) = scene["points"], scene["field"], scene["mesh"]
    assert len(payload) == 4 * n + cells**2 + 8 + 4 * rows * columns + 8 + 4 * scene["arrows"]
    assert len(run.real()) == 4 * n
    assert scene["head"] == "probability" and len(scene["modes"]) == 8


def test_a_run_leaves_the_process_as_it_found_it(tmp_path):
    before = torch.get_num_threads()
    carry_out(make(tmp_path))
    assert torch.get_num_threads() == before
    assert float(torch.tensor(1e-310, dtype=torch.float64) / 2) > 0  # subnormals live


def test_frames_hold_the_points_and_the_field_that_they_say(tmp_path):
    run = make(tmp_path)
    carry_out(run)
    config, players = checkpoint.load(run.checkpoint)
    scene = run.scene()
    payload = run.frame()[2]
    x0, x1, y0, y1 = scene["extent"]
    n, cells = scene["points"], scene["field"]
    raw = np.frombuffer(payload, "<u2", 2 * n).reshape(n, 2) / 65535
    points = raw * [x1 - x0, y1 - y0] + [x0, y0]
    from gan_core.training import generate

    expected = generate(players, fixed_latents(config)).clamp(x0, x1).numpy()
    np.testing.assert_allclose(points, expected, atol=(x1 - x0) / 60000)
    field = np.frombuffer(payload, "u1", cells**2, 4 * n).reshape(cells, cells) / 255
    with torch.no_grad():
        corner = players.D(torch.tensor([[x0, y0], [x1, y0]])).sigmoid().numpy()
    np.testing.assert_allclose([field[0, 0], field[0, -1]], corner, atol=0.01)


def test_image_runs_show_tiles(tmp_path):
    small = {**SMALL, "steps": 2, "size": 16}
    small.pop("depth")
    run = runs.create(preset("wgan-gp", "digits", **small), tmp_path / "digits-run")
    status = carry_out(run)[-1]
    assert status["state"] == "done", status["error"]
    assert run.frame()[2][:4] == b"RIFF" and run.real()[8:12] == b"WEBP"
    assert run.scene()["size"] == 16
    assert status["metrics"]["frechet"] > status["metrics"]["frechet_real"]
    assert status["metrics"]["feature_space"]


def test_pictures_in_float32_keep_their_threads_and_repeat_to_the_bit(tmp_path):
    small = {**SMALL, "steps": 6, "size": 16, "precision": "float32"}
    small.pop("depth")
    both = []
    for name in ("run-a", "run-b"):
        run = runs.create(preset("dcgan", "digits", **small), tmp_path / name)
        assert run.config.threads == 0
        carry_out(run)
        assert run.config.threads == torch.get_num_threads()
        both.append(run.frame()[2])
    assert both[0] == both[1]


def test_a_run_goes_on_on_another_number_of_threads(tmp_path):
    small = {**SMALL, "steps": 3, "size": 16, "threads": 1}
    small.pop("depth")
    run = runs.create(preset("dcgan", "digits", **small), tmp_path / "run")
    carry_out(run)
    runs.change(run, steps=5, threads=2)
    assert carry_out(run, resume=True)[-1]["state"] == "done"
    assert run.status()["step"] == 5


def test_the_same_config_gives_the_same_run(tmp_path):
    both = []
    for name in ("run-a", "run-b"):
        run = runs.create(preset("wgan-gp", "ring", **SMALL), tmp_path / name)
        carry_out(run)
        curves = run.curves().copy()
        curves[:, CURVES.index("seconds")] = 0
        both.append((curves.tobytes(), run.frame()[2], run.metrics()[-1]["em"]))
    assert both[0] == both[1]


def test_stopped_and_resumed_equals_never_stopped(tmp_path, monkeypatch):
    whole = make(tmp_path / "whole")
    carry_out(whole)
    run = make(tmp_path)
    monkeypatch.setattr(worker, "LOOK_EVERY", 0.0)
    for status in worker.record(run):
        if status["state"] == "running" and status["step"] >= 17:
            run.request("stop")
    assert run.status()["state"] == "stopped" and 17 <= run.status()["step"] < 40
    assert not run.requested("stop")
    assert carry_out(run, resume=True)[-1]["state"] == "done"
    columns = [c for c in range(len(CURVES)) if c != CURVES.index("seconds")]
    assert np.array_equal(run.curves()[:, columns], whole.curves()[:, columns])
    assert run.frame()[2] == whole.frame()[2]


def test_a_pause_holds_the_run_until_it_is_lifted(tmp_path, monkeypatch):
    run = make(tmp_path)
    monkeypatch.setattr(worker, "LOOK_EVERY", 0.0)
    waits = []

    def sleep(_):
        waits.append(run.status()["state"])
        if len(waits) == 3:
            run.clear("pause")

    monkeypatch.setattr(worker.time, "sleep", sleep)
    run.request("pause")
    assert carry_out(run)[-1]["state"] == "done"
    assert waits == ["paused"] * 3


def test_seconds_end_a_run(tmp_path):
    run = make(tmp_path, steps=10**6, seconds=0.5)
    status = carry_out(run)[-1]
    assert status["state"] == "done" and status["seconds"] >= 0.5 and status["step"] < 10**6


def test_nan_fails_the_run_at_its_step_and_keeps_the_last_good_checkpoint(tmp_path, monkeypatch):
    run = make(tmp_path)
    poisoned(monkeypatch, after=12)
    monkeypatch.setattr(worker, "SAVE_EVERY", 0.0)
    monkeypatch.setattr(worker, "LOOK_EVERY", 0.05)
    status = carry_out(run)[-1]
    assert status["state"] == run.status()["state"] == "failed"
    assert "at step 12" in status["error"] and "learning rates" in status["error"]
    _, players = checkpoint.load(run.checkpoint)
    assert players.step < 12 and checkpoint.finite(players)


def test_a_full_disk_fails_with_a_plain_word_and_keeps_the_checkpoint(tmp_path, monkeypatch):
    run = make(tmp_path)
    carry_out(run)
    before = run.checkpoint.read_bytes()
    again = Run(run.path)
    runs.change(again, steps=60)

    def full(*_args, **_kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(checkpoint, "save_file", full)
    status = carry_out(again, resume=True)[-1]
    assert status["state"] == "failed" and "disk is full" in status["error"]
    assert run.checkpoint.read_bytes() == before


def test_a_run_deleted_while_it_trains_ends_quietly(tmp_path, monkeypatch):
    run = make(tmp_path, steps=10**6)
    monkeypatch.setattr(worker, "LOOK_EVERY", 0.0)
    for status in worker.record(run):
        if status["step"] >= 5:
            run.delete()
    assert not run.path.exists()


def test_weights_that_diverged_fail_the_run_before_they_are_judged(tmp_path, monkeypatch):
    run = make(tmp_path)
    monkeypatch.setattr(judging, "FIRST", {"2d": 0.0})
    monkeypatch.setattr(checkpoint, "finite", lambda players: False)
    status = carry_out(run)[-1]
    assert status["state"] == "failed" and "at step 1" in status["error"]
    assert not status["bad_input"] and run.exists()


def test_the_newest_frame_is_shown_though_the_film_is_thinned(tmp_path, monkeypatch):
    run = make(tmp_path)
    monkeypatch.setattr(worker, "LOOK_EVERY", 0.0)
    monkeypatch.setattr(keeper, "FRAME_EVERY", 1e-6)
    monkeypatch.setattr(film, "MOST", 8)
    for status in worker.record(run):
        if status["state"] == "running":
            assert run.latest()[0] == status["step"] == run.status()["step"]
        assert run.frame_count() <= 8
    assert run.frame(0)[0] == 0 and run.frame()[0] == run.latest()[0] == 40


def test_precision_is_decided_once_and_kept(tmp_path):
    run = make(tmp_path, precision="auto")
    carry_out(run)
    assert run.config.precision == "float32"  # points are too small for anything else
    assert checkpoint.header(run.checkpoint).config == run.config


def test_a_server_can_limit_every_run(tmp_path, monkeypatch):
    monkeypatch.setenv("GAN_MAX_SECONDS", "0.3")
    status = carry_out(make(tmp_path, steps=10**6))[-1]
    assert status["state"] == "done" and status["step"] < 10**6


def test_an_unusable_config_fails_with_its_reason(tmp_path):
    (tmp_path / "empty").mkdir()
    config = preset("ns-gan", f"folder:{tmp_path / 'empty'}", steps=1)
    run = runs.create(config, tmp_path / "run-a")
    status = carry_out(run)[-1]
    assert status["state"] == "failed" and "empty" in status["error"]
    assert status["bad_input"]


def test_a_run_knows_its_process(tmp_path):
    run = make(tmp_path)
    status = next(iter(worker.record(run)))
    assert status["pid"] == os.getpid() and run.status()["state"] == "running"


def test_tiles_are_laid_out_row_by_row():
    images = torch.stack([torch.full((1, 2, 2), v) for v in (-1.0, 0.0, 1.0)])
    grid = pictures.tile(images, 2)
    assert grid.shape == (4, 4, 3)
    assert grid[::2, ::2, 0].tolist() == [[0, 128], [255, 0]]


def test_points_outside_the_extent_land_on_its_edge():
    raw = pictures.to_u16(torch.tensor([[-9.0, 9.0], [0.0, float("nan")]]), (-1, 1, -1, 1))
    assert np.frombuffer(raw, "<u2").tolist() == [0, 65535, 32768, 0]


def test_the_scene_of_a_swiss_roll_has_no_modes():
    assert pictures.scene_of(load("swiss-roll"), "score")["modes"] is None


def test_the_last_judgement_does_not_slow_the_rate_that_is_told(tmp_path, monkeypatch):
    def slow(self, players, seconds):
        time.sleep(1.0)
        return {"step": players.step, "seconds": seconds}, None

    monkeypatch.setattr(judging.Judging, "now", slow)
    last = carry_out(make(tmp_path))[-1]
    assert last["steps_per_second"] > last["step"] / (last["seconds"] - 0.9)


def test_looks_at_images_take_a_small_share_of_the_time(tmp_path, monkeypatch):
    took, plain = [], window.Window.frame

    def slow(self, players):
        begin = time.perf_counter()
        time.sleep(0.04)  # as large networks do
        payload = plain(self, players)
        took.append(time.perf_counter() - begin)
        return payload

    monkeypatch.setattr(window.Window, "frame", slow)
    small = {"steps": 10**6, "batch": 8, "width": 4, "size": 16, "seconds": 2.0, "device": "cpu"}
    run = runs.create(preset("dcgan", "digits", **small, precision="float32"), tmp_path / "run")
    seconds = next(s["seconds"] for s in worker.record(run) if s["state"] != "running")
    assert len(took) > 2 and sum(took) < 0.25 * seconds


def test_a_timed_run_finds_out_its_steps_once_and_keeps_them(tmp_path, monkeypatch):
    small = {"batch": 8, "width": 4, "size": 16, "device": "cpu", "precision": "float32"}
    run = runs.create(preset("dcgan", "digits", seconds=3.0, **small), tmp_path / "timed")
    said, write = [], Run.write_status
    monkeypatch.setattr(
        Run, "write_status", lambda self, **new: said.append(new) or write(self, **new)
    )
    monkeypatch.setattr(worker, "LOOK_EVERY", 0.0)
    for status in worker.record(run):
        if status["state"] == "running" and status["step"] >= 3:
            run.request("stop")
    known = run.config.steps
    assert run.config.seconds == 3.0 and 3 < known == run.status()["steps"]
    assert [new["doing"] for new in said if new.get("doing")] == ["timing rounds"]
    assert status["state"] == "stopped" and status["doing"] is None
    assert checkpoint.header(run.checkpoint).config == run.config
    monkeypatch.setattr(ready, "steps_in", None)  # never again
    assert carry_out(run, resume=True)[-1]["state"] == "done"
    assert run.config.steps == known and run.status()["step"] <= known


def test_rounds_are_planned_for_most_of_the_time_that_a_run_may_take(tmp_path, monkeypatch):
    monkeypatch.setattr(ready, "steps_in", lambda config, seconds, folder: round(100 * seconds))
    for wanted, limit, steps in ((3.0, "", 300), (60.0, "2", 200), (3.0, "60", 300)):
        monkeypatch.setenv("GAN_MAX_SECONDS", limit)
        run = make(tmp_path / f"{wanted}{limit}", steps=0, seconds=wanted)
        assert ready.resolved(run).steps == run.config.steps == steps


def test_the_rounds_that_fit_are_counted_by_the_time_that_one_takes(monkeypatch):
    each = 0.02

    def slow(players, real, plan):
        for step in train(players, real, plan):
            time.sleep(each)  # far longer than such a round
            yield step

    monkeypatch.setattr(ready, "train", slow)
    config = preset("ns-gan", "ring", **SMALL)
    fit = ready.steps_in(config, 10.0)
    assert 0.5 * ready.SHARE * 10 / each < fit <= ready.SHARE * 10 / each


def test_a_run_that_cannot_begin_to_be_timed_fails_with_its_reason(tmp_path):
    (tmp_path / "empty").mkdir()
    config = preset("ns-gan", f"folder:{tmp_path / 'empty'}")
    run = runs.create(config, tmp_path / "run-a")
    status = carry_out(run)[-1]
    assert status["state"] == "failed" and status["bad_input"] and status["doing"] is None
