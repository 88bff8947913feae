"""The image page's timeline: steps by hand, branches, the film, a look at the data, the facts."""

import io
import re
import time

import numpy as np
import pytest
from PIL import Image

from gan_core import runs
from gan_core.catalog import BadInput
from gan_core.executors import Local
from gan_core.movie import movie
from gan_core.presets import preset
from tests.app.test_train_pages import ended
from ui import facts, films, panels
from ui.components import canvas


@pytest.fixture
def started(monkeypatch) -> list[runs.Run]:
    """The runs that a page handed to a worker; none is carried out."""
    found: list[runs.Run] = []
    monkeypatch.setattr(Local, "start", lambda self, run, resume=False: found.append(run))
    return found


def kept(state="done", **changes):
    """A run on images that keeps states at two steps; a page only copies them."""
    run = ended("image", state, **changes)
    for step in (10, 40):
        run.snapshots.path(step).write_bytes(b"state %d" % step)
    if state == "paused":
        run.write_status(pid=None, updated=time.time())
        run.request("pause")
    return run


@pytest.mark.parametrize("name", runs.BY_HAND)
def test_a_paused_image_run_is_asked_for_one_step(name, framed, monkeypatch):
    monkeypatch.setattr("ui.timeline.PATIENCE", 0.0)
    run = kept("paused")
    at = framed("train_images", run=run.id)
    at.button(key=f"live_{name}").click().run()
    assert not at.exception
    assert [n for n in runs.BY_HAND if run.requested(n)] == [name]


def test_an_image_run_branches_and_the_form_follows(framed, started):
    run = kept()
    at = framed("train_images", run=run.id)
    at.selectbox(key=f"live_from_{run.id}_40").set_value(10).run()
    assert at.selectbox(key=f"live_data_{run.id}").options == ["faces", "cifar10"], "colour alone"
    at.selectbox(key=f"live_objective_{run.id}").set_value("wgan-gp").run()
    at.button(key="live_branch_start").click().run()
    assert not at.exception
    child = started[0]
    assert child.config.objective == "wgan-gp" and child.config.width == run.config.width
    assert (child.path / runs.START).read_bytes() == b"state 10"
    assert at.selectbox(key="i_objective").value == "wgan-gp"
    assert at.query_params["run"] == child.id


@pytest.mark.parametrize("state", ["running", "paused", "done"])
def test_the_film_can_be_taken_home_once_the_run_holds_still(state, framed):
    run = kept(state)
    run.write_status(pid=None, updated=time.time())
    at = framed("train_images", run=run.id)
    assert not at.exception
    offered = [b.label for b in at.get("download_button")]
    assert offered == ([] if state == "running" else ["GIF", "MP4"])


def test_a_download_is_the_film_that_the_command_writes(runs_folder):
    run = kept()
    assert films.written(run, "gif") == movie(run, "gif")


@pytest.mark.parametrize(("data", "said"), [
    ("faces", "18,000 to train on · 32 × 32 pixels · colour"),
    ("digits", "1,618 to train on · 32 × 32 pixels · grey"),
])  # fmt: skip
def test_real_pictures_are_shown_before_training(data, said, framed, monkeypatch):
    monkeypatch.setattr(Local, "ask", None)  # the server reads shipped sets by itself
    at = framed("train_images", i_data=data)
    assert not at.exception
    assert any(caption.value.startswith(said) for caption in at.caption)


def test_a_set_that_is_not_here_is_not_fetched_for_a_look(framed, monkeypatch, tmp_path):
    monkeypatch.setenv("GAN_DATA", str(tmp_path))
    monkeypatch.setattr(Local, "ask", None)
    at = framed("train_images", i_data="mnist")
    assert not at.exception
    assert "first run downloads it" in at.info[0].value


def test_other_sets_are_looked_at_by_a_worker_once(framed, monkeypatch, tmp_path):
    asked = []

    def ask(self, request, patience=None):
        asked.append(request)
        raise BadInput("nothing to see")

    monkeypatch.setattr(Local, "ask", ask)
    folder = str(tmp_path)
    at = framed("train_images", i_data="folder", i_folder=folder).run()
    assert not at.exception and not at.button(key="i_train").disabled
    assert [one["data"] for one in asked] == [f"folder:{folder}"]
    assert any("nothing to see" in caption.value for caption in at.caption)


def test_the_facts_of_an_image_run_count_pictures_and_what_is_left():
    run = ended("image", "running", seconds=100.0, batch=32, n_critic=3)
    status = run.status() | {
        "state": "running", "step": 20, "steps": 40, "steps_per_second": 0.5, "seconds": 40.0,
    }  # fmt: skip
    assert "0.5 steps/s · 48 images/s · ≈ 40 s left" in facts.line(run, status)
    assert "≈ 10 s left" in facts.line(run, status | {"seconds": 90.0}), "the time limit ends it"
    assert "≈ 5 s left" in facts.line(run, status | {"limit": 45.0}), "so does the server's"
    timed = ended("image", "running", steps=0, seconds=100.0)  # it was not told yet how many fit
    assert "≈ 1 min left" in facts.line(timed, status)
    assert facts.progress(timed, status | {"steps": 0, "step": 0}) == pytest.approx(0.4)
    waits = {"steps": 0, "step": 0, "seconds": 0.0, "steps_per_second": None}
    told = facts.line(timed, status | waits | {"doing": "timing rounds"})
    assert told.startswith("step 0 · timing rounds…") and "left" not in told
    for state in ("paused", "done", "stopped"):
        assert "left" not in facts.line(run, status | {"state": state})
    points = ended("2d", "running")
    assert "images/s" not in facts.line(points, status)


def test_began_shows_its_balance_and_reconstructions(framed, monkeypatch):
    shown = []
    whole = canvas.grid
    monkeypatch.setattr(canvas, "grid", lambda *a, **k: shown.append(k["key"]) or whole(*a, **k))
    config = preset("began", "faces", steps=40)
    run = ended("image")
    runs.write_json(run.path / "config.json", config.to_dict())
    assert "i_rebuilt" not in shown
    out = io.BytesIO()
    Image.new("RGB", (256, 128)).save(out, "WEBP")
    runs.write_whole(run.path / "rebuilt.bin", out.getvalue())
    at = framed("train_images", run=run.id)
    assert not at.exception and "i_rebuilt" in shown
    rows = {name: np.linspace(0.1, 1, 5) for name in runs.CURVES}
    rows["d_fake"] = rows["d_real"] ** 2
    drawn = panels.image_panels(run, rows)
    curves = {re.split(r"[ ,]", p["title"])[0]: p["series"][0]["y"] for p in drawn}
    real, fake = rows["d_real"], rows["d_fake"]
    assert np.array_equal(curves["k"], rows["k"])
    assert np.allclose(curves["M"], np.where(
        config.gamma * real > fake, real + config.gamma * real - fake,
        real - config.gamma * real + fake,
    ))  # fmt: skip


@pytest.mark.parametrize("objective", ["wgan", "wgan-gp", "hinge"])
def test_a_critic_has_its_em_estimate_and_says_what_it_is(objective, framed):
    run = ended("image")
    config = preset(objective, "faces", steps=40)
    runs.write_json(run.path / "config.json", config.to_dict())
    rows = {name: np.linspace(0.1, 1, 5) for name in runs.CURVES}
    rows["d_real"] = np.linspace(3, 1, 5)
    drawn = {p["title"]: p for p in panels.image_panels(run, rows)}
    found = [p for title, p in drawn.items() if title.startswith("EM estimate")]
    at = framed("train_images", run=run.id)
    said = [c.value for c in at.caption if c.value.startswith("**EM estimate**")]
    assert not at.exception and len(found) == len(said) == (objective != "hinge")
    if found:
        assert np.array_equal(found[0]["series"][0]["y"], rows["d_real"] - rows["d_fake"])
        assert found[0]["smooth"]
        assert ("nobody knows" in said[0]) == (objective == "wgan")
        assert ("near 1" in said[0]) == (objective == "wgan-gp")
