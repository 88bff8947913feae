"""Lessons: their settings are usable and fair, and their claims can be right and wrong."""

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from gan_core import lessons, runs
from gan_core.build import build
from gan_core.catalog import OBJECTIVES
from gan_core.lessons import LESSONS
from gan_core.presets import preset
from ui import wall

EACH = pytest.mark.parametrize("lesson", LESSONS.values(), ids=lambda lesson: lesson.name)
SHAPE = ("latent", "width", "depth", "norm_g")


def first_weights(config):
    players, _, _ = build(config)
    return players.G.state_dict()


def same(a, b):
    return a.keys() == b.keys() and all(torch.equal(a[name], b[name]) for name in a)


@EACH
def test_a_lesson_changes_what_it_is_about_and_no_start(lesson):
    configs = lesson.configs(seed=5)
    assert 2 <= len(configs) <= 9 and lesson.see.endswith(".") and "\n" not in lesson.see
    assert len({config.to_json() for config in configs}) == len(configs)
    for name in ("data", "seed", "steps", "batch", *SHAPE):
        assert len({getattr(config, name) for config in configs}) == 1, name
    starts = [first_weights(config) for config in configs]
    assert all(same(starts[0], other) for other in starts[1:])


@EACH
def test_a_lesson_is_known_by_its_runs_whatever_the_seed(lesson):
    configs = lesson.configs(seed=9)
    assert lessons.of(configs) is lesson
    resolved = [config.replace(precision="float32") for config in configs]  # as a worker stores it
    assert lessons.of(resolved) is lesson
    assert lessons.of(configs[::-1]) is not lesson
    assert lessons.of([configs[0].replace(seed=1), *configs[1:]]) is None
    assert lessons.of([config.replace(steps=config.steps + 1) for config in configs]) is None


def test_what_a_lesson_calls_refused_is_refused():
    refused = [lesson for lesson in LESSONS.values() if lesson.refused]
    assert refused
    for lesson in refused:
        assert "BatchNorm" in lesson.refusal()


@pytest.mark.parametrize("seed", [0, 3])
def test_all_objectives_of_a_comparison_start_from_the_same_generator(seed):
    names = list(OBJECTIVES)
    for chosen in ("recommended", "published"):
        configs = wall.configs(names, "ring", chosen, seed=seed, steps=10)
        starts = [first_weights(config) for config in configs]
        assert all(same(starts[0], other) for other in starts[1:])
    other = first_weights(preset(names[0], "ring", **wall.NETWORKS, seed=seed + 1))
    assert not same(starts[0], other)


def finished(folder, name, objective, weights, grads, **metrics):
    """A run as a worker leaves it, with D's weights and G's gradient norms as given."""
    run = runs.create(preset(objective, "ring-lesson", clip=0.1), folder / name)
    for i, norm in enumerate(grads):
        run.append_curves({"step": i, "g_grad": norm})
    save_file({"D.body.weight": torch.tensor(weights), "G.weight": torch.ones(3)}, run.checkpoint)
    run.write_status(state="done", metrics={"modes_total": 8, "em": 1.0} | metrics)
    return run


def test_figures_are_read_from_the_folder(tmp_path):
    clipped = finished(
        tmp_path, "run-a", "wgan", [0.1, -0.1, 0.05, 0.0], [9, 9, 1, 2, 3, 2], modes=5
    )
    found = lessons.figures(clipped)
    assert found["edge"] == 0.5 and found["g_grad"] == 2 and found["modes"] == 5
    free = finished(tmp_path, "run-b", "wgan-gp", [0.5, *np.linspace(-0.4, 0.4, 99)], [1.0])
    assert lessons.figures(free)["edge"] == pytest.approx(0.01)


def test_figures_of_a_run_that_left_nothing_are_missing_and_not_wrong(tmp_path):
    run = runs.create(preset("ns-gan", "ring"), tmp_path / "run-a")
    assert "edge" not in lessons.figures(run)
    assert np.isnan(lessons.figures(run)["g_grad"])


BASE = {
    "modes_total": 8,
    "em": 1.0,
    "em_real": 0.06,
    "edge": 0.0,
    "g_grad": 1.0,
    "hq": 0.5,
    "reverse_kl": 2.0,
}


@EACH
def test_a_claim_holds_for_what_it_names_and_not_for_two_equal_runs(lesson):
    """Two runs that measure the same can show no difference."""
    equal = [BASE | {"modes": 4}] * len(lesson.sides)
    good, words = lesson.claim(equal)
    assert not good and words.endswith(".")
    bad = BASE | {"modes": 1, "g_grad": 1e-9, "edge": 0.6}
    well = BASE | {"modes": 8, "em": 0.2}
    holds = (
        [well] * len(lesson.sides) if lesson.refused else [bad, *[well] * (len(lesson.sides) - 1)]
    )
    assert lesson.claim(holds)[0]
    if not lesson.refused:
        assert not lesson.claim(holds[::-1])[0]
