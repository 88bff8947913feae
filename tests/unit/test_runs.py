"""Run folders: what is written is read back, and a reader survives anything."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest

from gan_core import runs
from gan_core.catalog import BadInput
from gan_core.presets import preset
from gan_core.runs import CURVES, Run


@pytest.fixture
def run(tmp_path):
    return runs.create(preset("ns-gan", "ring"), tmp_path / "some-run")


def test_a_new_run_is_queued_and_knows_its_config(run):
    assert run.config == preset("ns-gan", "ring")
    status = run.status()
    assert (status["state"], status["step"], status["steps"]) == ("queued", 0, run.config.steps)


def test_ids_are_readable_safe_and_different():
    config = preset("wgan-gp", "ring(modes=12)")
    ids = {runs.new_id(config) for _ in range(50)}
    assert len(ids) == 50
    assert all(name.startswith("wgan-gp-ring-") for name in ids)


def test_curves_and_metrics_are_read_back(run):
    run.append_curves({"step": 1, "d_loss": 0.5})
    run.append_curves({"step": 2, "d_loss": 0.25, "seconds": 3.0})
    curves = run.curves()
    assert curves.shape == (2, len(CURVES))
    assert curves[1, CURVES.index("d_loss")] == 0.25
    assert np.isnan(curves[0, CURVES.index("g_loss")])
    run.append_metrics({"step": 2, "em": 0.1})
    assert run.metrics() == [{"step": 2, "em": 0.1}]


def test_frames_are_found_from_both_ends(run):
    for i in range(3):
        run.append_frame(i * 10, i / 2, bytes([i]) * (i + 1))
    assert run.frame_count() == 3
    assert run.frame(0) == (0, 0.0, b"\0")
    assert run.frame() == (20, 1.0, b"\2\2\2")
    assert run.frame(3) is None and run.frame(-4) is None


def test_a_half_written_record_is_not_read(run):
    run.append_curves({"step": 1})
    run.append_frame(1, 0.1, b"whole")
    for name in ("curves.f4", "frames.idx", "metrics.jsonl"):
        with open(run.path / name, "ab") as file:
            file.write(b'{"st')
    assert len(run.curves()) == 1 and run.frame_count() == 1 and run.metrics() == []
    run.truncate(1)
    assert len(run.curves()) == 1 and run.frame()[2] == b"whole"
    run.append_metrics({"step": 1, "classes": {"digit": {}}})
    with open(run.path / "metrics.jsonl", "ab") as file:
        file.write(b'{"step": 2, "classes": {"digit": {}')
    assert len(run.metrics()) == 1


def test_truncate_forgets_what_came_after(run):
    for step in (1, 2, 3):
        run.append_curves({"step": step})
        run.append_metrics({"step": step})
        run.append_frame(step, 0.0, b"x")
    run.truncate(2)
    assert run.curves()[:, 0].tolist() == [1, 2]
    assert [m["step"] for m in run.metrics()] == [1, 2]
    assert run.frame_count() == 2
    run.append_frame(9, 0.0, b"later")
    assert run.frame() == (9, 0.0, b"later")


def test_a_run_whose_process_is_gone_reads_interrupted(run):
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    run.write_status(state="running", pid=gone.pid, born="1")
    assert run.status()["state"] == "interrupted"


def test_a_run_whose_process_number_was_given_to_another_reads_interrupted(run):
    run.write_status(state="running", pid=os.getpid(), born="not this one")
    assert run.status()["state"] == "interrupted"
    run.write_status(born=runs.born(os.getpid()))
    assert run.status()["state"] == "running"


def test_an_ended_process_that_nobody_collected_counts_as_gone():
    child = subprocess.Popen([sys.executable, "-c", ""])
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)  # ended, and left uncollected
    assert runs.born(child.pid) is None
    child.wait()


def test_reading_a_deleted_run_never_raises(run):
    run.delete()
    assert run.status()["state"] == "missing"
    assert run.frame() is None and run.scene() is None and run.real() == b""
    assert run.curves().shape == (0, len(CURVES))
    with pytest.raises(BadInput, match="gone"):
        run.request("stop")
    with pytest.raises(BadInput, match="gone"):
        _ = run.config


def test_a_damaged_config_says_so(run):
    (run.path / "config.json").write_text("{")
    with pytest.raises(BadInput, match=r"damaged config\.json"):
        _ = run.config


def test_requests_are_made_and_cleared(run):
    run.request("pause")
    assert run.requested("pause") and not run.requested("stop")
    run.clear("pause")
    assert not run.requested("pause")


@pytest.mark.parametrize("name", ["../etc", "a/b", "..", "", "UPPER", "x" * 80, "missing-run"])
def test_only_ids_of_runs_that_exist_are_opened(name, tmp_path):
    with pytest.raises(BadInput, match="no run"):
        runs.open_run(name, tmp_path)


def test_all_runs_lists_the_newest_first_and_skips_the_rest(tmp_path):
    for i, name in enumerate(["older", "newer"]):
        runs.create(preset("gan", "ring"), tmp_path / name).write_status(started=float(i))
    (tmp_path / "not-a-run").mkdir()
    (tmp_path / "half-a-run").mkdir()
    (tmp_path / "half-a-run" / "config.json").write_text("{}")
    assert [r.id for r in runs.all_runs(tmp_path)] == ["newer", "older"]
    assert runs.all_runs(tmp_path / "nowhere") == []


def test_a_folder_that_holds_a_run_is_not_overwritten(run):
    with pytest.raises(BadInput, match="already holds a run"):
        runs.create(preset("gan", "grid"), run.path)
    assert run.config.data == "ring"


def test_a_folder_with_other_things_is_never_taken_for_a_run(tmp_path):
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "cat.png").write_bytes(b"dear")
    for taken in (tmp_path / "photos", tmp_path / "photos" / "cat.png"):
        with pytest.raises(BadInput, match="not an empty folder"):
            runs.create(preset("gan", "ring"), taken)
    (tmp_path / "empty").mkdir()
    assert runs.create(preset("gan", "ring"), tmp_path / "empty").exists()


def test_the_newest_frame_falls_back_to_the_film(run):
    assert run.latest() is None
    run.append_frame(1, 0.5, b"film")
    assert run.latest() == (1, 0.5, b"film")
    run.show(2, 0.75, b"newer")
    assert run.latest() == (2, 0.75, b"newer") and run.frame_count() == 1


def test_write_whole_leaves_no_part_behind(tmp_path, monkeypatch):
    target = tmp_path / "status.json"
    runs.write_whole(target, b"old")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OSError, match="No space"):
        runs.write_whole(target, b"new")
    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]


def test_a_run_is_reopened_by_path(run):
    assert Run(run.path).status() == run.status()
    assert json.loads((run.path / "status.json").read_text())["id"] == "some-run"
