"""The timeline on the training page: steps by hand, branches, and where a run came from."""

import time

import pytest

from gan_core import runs
from gan_core.executors import Local
from tests.app.test_train_pages import ended


@pytest.fixture
def started(monkeypatch) -> list[runs.Run]:
    """The runs that a page handed to a worker; none is carried out."""
    found: list[runs.Run] = []
    monkeypatch.setattr(Local, "start", lambda self, run, resume=False: found.append(run))
    return found


def kept(state="done", steps=(10, 40), **changes):
    """A run that keeps states at some steps; a page only copies them."""
    run = ended("2d", state, **changes)
    for step in steps:
        run.snapshots.path(step).write_bytes(b"state %d" % step)
    if state == "paused":
        run.write_status(pid=None, updated=time.time())
        run.request("pause")
    return run


@pytest.mark.parametrize("name", ["step-d", "step-g", "step-both"])
def test_a_paused_run_is_asked_for_one_step(name, framed, monkeypatch):
    monkeypatch.setattr("ui.timeline.PATIENCE", 0.0)
    run = kept("paused")
    at = framed("train_2d", run=run.id)
    at.button(key=f"live_{name}").click().run()
    assert not at.exception
    assert [n for n in runs.BY_HAND if run.requested(n)] == [name]


@pytest.mark.parametrize("state", ["running", "done"])
def test_only_a_paused_run_takes_steps_by_hand(state, framed):
    run = kept(state)
    run.write_status(pid=None, updated=time.time())
    at = framed("train_2d", run=run.id)
    assert not at.exception
    assert not [b for b in at.button if b.key and b.key.startswith("live_step")]
    offered = any(s.label == "From step" for s in at.selectbox)
    assert offered == (state == "done")


def test_a_branch_starts_with_its_parents_settings_where_nothing_is_changed(framed, started):
    run = kept()
    at = framed("train_2d", run=run.id)
    assert at.selectbox(key=f"live_from_{run.id}_40").value == 40  # the last frame is shown
    at.selectbox(key=f"live_from_{run.id}_40").set_value(10).run()
    at.number_input(key=f"live_more_{run.id}_10").set_value(25).run()
    at.button(key="live_branch_start").click().run()
    assert not at.exception
    child = started[0]
    assert child.config == run.config.replace(steps=35)
    status = child.status()
    assert (status["parent"], status["parent_step"]) == (run.id, 10)
    assert (child.path / runs.START).read_bytes() == b"state 10"
    assert at.query_params["run"] == child.id


def test_another_objective_brings_its_rates_into_the_branch(framed, started):
    run = kept()
    at = framed("train_2d", run=run.id)
    at.selectbox(key=f"live_objective_{run.id}").set_value("wgan").run()
    wanted = runs.branched(run.config, 40, objective="wgan")
    assert at.number_input(key=f"live_lr_g_{run.id}_wgan").value == wanted.lr_g != run.config.lr_g
    at.number_input(key=f"live_lr_d_{run.id}_wgan").set_value(0.25).run()
    at.button(key="live_branch_start").click().run()
    assert started[0].config == wanted.replace(lr_d=0.25)


def test_a_branch_links_to_its_parent_and_says_what_is_fresh(framed):
    parent = kept()
    child = ended("2d")
    child.write_status(parent=parent.id, parent_step=1200, fresh=["D is fresh: another shape."])
    at = framed("train_2d", run=child.id)
    link = at.button(key="live_parent")
    assert link.label == f"Branched from {parent.id} at step 1,200"
    assert any("D is fresh" in caption.value for caption in at.caption)
    assert any("at step 1,200" in caption.value for caption in framed("runs").caption)
    link.click().run()
    assert at.query_params["run"] == parent.id
    parent.delete()
    at = framed("train_2d", run=child.id)
    assert not at.exception
    assert any("deleted" in caption.value for caption in at.caption)
