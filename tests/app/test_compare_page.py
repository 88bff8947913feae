"""The Compare page: what it offers, starts, shows and says."""

import time

import numpy as np
import pytest

from gan_core import runs
from gan_core.catalog import BadInput
from gan_core.executors import Local
from gan_core.lessons import LESSONS
from gan_core.presets import preset
from ui import wall
from ui.components import arena_wall

SCENE = {
    "kind": "2d", "points": 50, "field": 8, "extent": [-2, 2, -2, 2], "head": "critic",
    "modes": [[1, 0], [0, 1]],
}  # fmt: skip
METRICS = {
    "modes": 8, "modes_total": 8, "hq": 0.9, "reverse_kl": 0.01, "em": 0.1,
    "modes_real": 8, "hq_real": 0.989, "reverse_kl_real": 0.0014, "em_real": 0.064,
}  # fmt: skip


def filled(run: runs.Run, state: str = "done", **metrics) -> runs.Run:
    """The run with three frames and one measurement, as a worker would have left it."""
    runs.write_json(run.path / "scene.json", SCENE)
    runs.write_whole(run.path / "real.bin", bytes(200))
    field = bytes(64) + np.float32([0, 1]).tobytes()
    for i in range(3):
        run.append_frame(10 * i, i / 2, bytes(200) + field)
        run.append_curves({"step": 10 * i, "g_grad": 1.0})
    found = METRICS | metrics
    run.append_metrics({"step": 20, "seconds": 1.0, **found})
    run.write_status(state=state, step=20, seconds=1.0, metrics=found)
    return run


def ended(objective: str = "ns-gan", state: str = "done", **metrics) -> runs.Run:
    return filled(runs.create(preset(objective, "ring", steps=20)), state, **metrics)


def address(*found: runs.Run) -> str:
    return ",".join(run.id for run in found)


@pytest.fixture
def started(monkeypatch) -> list[runs.Run]:
    """The runs that were handed to a worker, two at most; none is carried out."""
    found: list[runs.Run] = []

    def start(self, run, resume=False):
        if len(found) >= 2:
            raise BadInput("As many runs as fit are in progress here.")
        found.append(run)

    monkeypatch.setattr(Local, "start", start)
    return found


@pytest.fixture
def sent(monkeypatch) -> list:
    """What was given to the wall: (panels, whole, live) of each time."""
    found: list = []

    def take(panels, whole, live, key):
        found.append((panels, whole, live))

    monkeypatch.setattr(arena_wall, "wall", take)
    return found


def test_one_click_starts_one_run_each_from_the_same_start(framed, started, runs_folder):
    at = framed("compare", c_objectives="gan", c_seed="7", c_steps="40")
    at.button_group(key="c_objectives").set_value(["gan", "wgan", "r3gan"]).run()
    at.button(key="c_train").click().run()
    assert not at.exception
    made = at.query_params["runs"].split(",")
    configs = [runs.open_run(name).config for name in made]
    assert configs == wall.configs(["gan", "wgan", "r3gan"], "ring", "recommended", steps=40,
                                   seconds=0.0, seed=7)  # fmt: skip
    assert len({(c.data, c.seed, c.width, c.depth, c.latent, c.norm_g) for c in configs}) == 1
    assert [run.id for run in started] == made[:2]  # the third waits
    assert any("**1** waiting" in text.value for text in at.markdown)
    assert {run.id for run in runs.all_runs()} == set(made)
    for run in runs.all_runs():
        run.delete()


@pytest.mark.parametrize("count", [0, 1])
def test_too_few_objectives_are_explained(count, framed):
    at = framed("compare")
    at.button_group(key="c_objectives").set_value(["gan"][:count]).run()
    assert at.button(key="c_train").disabled
    assert any("Choose 2 to 9" in text.value for text in at.markdown)


@pytest.mark.parametrize("lesson", LESSONS.values(), ids=lambda lesson: lesson.name)
def test_a_lesson_fills_the_form_and_starts_its_own_runs(lesson, framed, started):
    at = framed("compare", c_seed="3", c_lesson=lesson.title)
    assert not at.exception
    assert any(lesson.see in note.value for note in at.info)
    if lesson.refused:
        assert "BatchNorm" in at.warning[0].value
    at.button(key="c_train").click().run()
    made = at.query_params["runs"].split(",")
    assert [runs.open_run(name).config for name in made] == lesson.configs(3)
    for run in runs.all_runs():
        run.delete()


def test_a_finished_comparison_is_shown_from_its_address(framed, sent):
    far, near = ended("gan", em=0.9, modes=1), ended("r3gan")
    at = framed("compare", runs=address(far, near))
    assert not at.exception
    panels, whole, live = sent[-1]
    assert [panel["id"] for panel in panels] == [far.id, near.id] and whole and not live
    assert [frame[0] for frame in panels[0]["frames"]] == [0, 10, 20]
    table = next(m.value for m in at.markdown if "What happened" in m.value)
    assert table.index(near.id) < table.index(far.id)  # best first
    assert "Collapsed onto 1 of 8 modes." in table


def test_runs_of_a_lesson_are_judged_by_its_claim(framed, sent):
    lesson = LESSONS["collapse"]
    made = [runs.create(config) for config in lesson.configs(4)]
    for run, modes in zip(made, [1, 8], strict=True):
        filled(run, modes=modes, reverse_kl=2.0 / modes)
    at = framed("compare", runs=address(*made))
    assert any("1 of 8 modes" in note.value for note in at.success)
    filled(made[0], modes=8)
    at = framed("compare", runs=address(*made))
    assert not at.success and "another seed" in at.warning[0].value
    filled(made[0], state="stopped")
    at = framed("compare", runs=address(*made))
    assert not at.success and any("cannot be judged" in note.value for note in at.info)


def test_what_is_gone_or_of_another_kind_is_said_and_the_rest_shown(framed, sent):
    run = ended()
    pictures = runs.create(preset("wgan-gp", "faces"))
    at = framed("compare", runs=f"{run.id},gone-ring-1,{pictures.id},{run.id}")
    assert not at.exception
    assert [panel["id"] for panel in sent[-1][0]] == [run.id]
    assert "There is no run" in at.warning[0].value and "pictures" in at.warning[0].value


def test_more_runs_than_panels_are_cut(framed, sent):
    made = [ended() for _ in range(11)]
    at = framed("compare", runs=address(*made))
    assert [panel["id"] for panel in sent[-1][0]] == [run.id for run in made[:9]]
    assert "first 9" in at.warning[0].value


def test_nonsense_in_the_address_is_no_dead_page_and_no_markdown(framed):
    at = framed(
        "compare", runs=",,[x](http://evil.example)," + "y" * 5000, c_lesson="no", c_seed="a"
    )
    assert not at.exception
    assert "[x]" not in at.warning[0].value


def test_runs_that_lost_their_place_can_begin_again(framed, started):
    run = runs.create(preset("gan", "ring"))
    run.write_status(state="interrupted")
    at = framed("compare", runs=address(run, ended()))
    at.button(key="c_again").click().run()
    assert [begun.id for begun in started] == [run.id]
    run.delete()


def test_stop_asks_every_run_in_progress(framed, sent):
    made = [ended(state="running"), ended(state="running"), ended()]
    for run in made[:2]:
        run.write_status(pid=None, updated=time.time())
    at = framed("compare", runs=address(*made))
    assert sent[-1][2]  # live
    at.button(key="c_stop").click().run()
    assert [run.requested("stop") for run in made] == [True, True, False]


def test_a_full_disk_is_reported_in_words(framed, monkeypatch, runs_folder):
    def full(config):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(runs, "create", full)
    at = framed("compare")
    at.button(key="c_train").click().run()
    assert not at.exception
    assert "No space left" in at.error[0].value and "runs" not in at.query_params


def test_panels_of_one_objective_are_told_apart_by_what_differs():
    known = [preset("gan", "ring"), preset("gan", "ring", seed=3), preset("wgan", "ring")]
    assert wall.names_of(known, None) == [
        "GAN, minimax, Seed 0", "GAN, minimax, Seed 3", "WGAN, weight clipping",
    ]  # fmt: skip
    lesson = LESSONS["cure-noise"]
    assert wall.names_of(lesson.configs(), lesson) == [side.label for side in lesson.sides]


def test_typed_parameters_reach_the_runs_and_wrong_ones_are_explained(framed, started):
    at = framed("compare", c_params="modes=12")
    at.button(key="c_train").click().run()
    assert {run.config.data for run in started} == {"ring(modes=12)"}
    for run in runs.all_runs():
        run.delete()
    at = framed("compare", c_params="mods=12")
    assert not at.exception and at.button(key="c_train").disabled
    assert any("modes" in text.value for text in at.markdown)
