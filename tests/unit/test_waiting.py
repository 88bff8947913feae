"""The line before the executor: in order, no more than fit, and out of it by stop or deletion."""

import threading
import time

import pytest

from gan_core import runs
from gan_core.catalog import BadInput
from gan_core.presets import preset
from ui import waiting
from ui.waiting import Waiting


class Places:
    """An executor of two places that trains nothing."""

    at_once = 2

    def __init__(self):
        self.started, self.busy, self.lock = [], set(), threading.Lock()

    def start(self, run, resume=False):
        with self.lock:
            if len(self.busy) >= self.at_once:
                raise BadInput("As many runs as fit are in progress here.")
            self.busy.add(run.id)
            self.started.append(run.id)

    def end(self, run):
        with self.lock:
            self.busy.discard(run.id)


@pytest.fixture
def made(tmp_path, monkeypatch):
    monkeypatch.setattr(waiting, "LOOK_EVERY", 0.01)
    return [runs.create(preset("ns-gan", "ring"), tmp_path / f"run-{i}") for i in range(5)]


def until(condition):
    limit = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < limit, "waited too long"
        time.sleep(0.005)


def test_what_fits_starts_at_once_and_the_rest_in_order(made):
    places = Places()
    line = Waiting(places)
    line.add(made)
    assert places.started == ["run-0", "run-1"] and line.ids() == ["run-2", "run-3", "run-4"]
    for i, run in enumerate(made[:3]):
        places.end(run)
        until(lambda n=i: len(places.started) == 3 + n)
    assert places.started == [run.id for run in made] and line.ids() == []


def test_who_is_stopped_or_deleted_leaves_the_line(made):
    places = Places()
    line = Waiting(places)
    line.add(made)
    made[2].request("stop")
    made[3].delete()
    until(lambda: line.ids() == ["run-4"])
    assert made[2].status()["state"] == "stopped" and not made[2].requested("stop")
    places.end(made[0])
    until(lambda: line.ids() == [])
    assert places.started == ["run-0", "run-1", "run-4"]


def test_nobody_stands_in_it_twice_and_it_serves_again_after_it_was_empty(made):
    places = Places()
    line = Waiting(places)
    line.add(made[:3])
    line.add(made[2:3])
    assert line.ids() == ["run-2"]
    places.end(made[0])
    until(lambda: line.ids() == [])
    line.add(made[3:4])
    places.end(made[1])
    until(lambda: places.started[-1] == "run-3")


def test_who_waits_long_gives_signs_of_life(made, monkeypatch):
    monkeypatch.setattr(waiting, "WORD_EVERY", 0.02)
    line = Waiting(Places())
    line.add(made)
    before = made[4].status()["updated"]
    until(lambda: made[4].status()["updated"] > before)
    assert made[4].status()["state"] == "queued"
    for run in made:
        run.delete()
    until(lambda: line.ids() == [])


def test_a_worker_that_cannot_be_started_fails_the_run_and_not_the_line(made):
    class Broken(Places):
        def start(self, run, resume=False):
            if run.id == "run-0":
                raise OSError(12, "Cannot allocate memory")
            super().start(run)

    places = Broken()
    line = Waiting(places)
    line.add(made[:2])
    assert places.started == ["run-1"]
    assert "Cannot allocate" in made[0].status()["error"]
