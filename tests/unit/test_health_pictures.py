"""What a diagnosis says of runs on pictures."""

from pathlib import Path

import pytest
import torch
from some_runs import curves, names

from gan_core import features, metrics
from gan_core.alarms import LITTLE, STEEP
from gan_core.data import Images, load
from gan_core.health import findings, soonest
from gan_core.presets import preset
from gan_core.runs import Run

ROOT = Path(__file__).parents[2]


def pictures(distances, missing=(), total=10):
    """Measurements of pictures, one for each Fréchet distance."""
    part = {"present": total - len(missing), "total": total, "missing": list(missing),
            "counts": [10.0] * total}  # fmt: skip
    return [
        {"step": i, "frechet": d, "frechet_real": 0.3, "classes_total": total,
         "classes_present": total - len(missing), "classes": {"digit": part}}
        for i, d in enumerate(distances)
    ]  # fmt: skip


FALLING, FLAT = [20.0 * 0.8**i for i in range(10)], [20.0] * 10


@pytest.mark.parametrize("steps", [40, 120, 199])
@pytest.mark.parametrize("state", ["running", "done"])
def test_pictures_are_not_judged_before_there_can_be_any(steps, state):
    mush = pictures([80.0] * 3, missing=list("abcdefghi"))
    for seconds in (0.0, 60.0):
        config = preset("dcgan", "digits", steps=steps, seconds=seconds)
        (only,) = findings(config, curves(config), mush, {"state": state})
        assert only.name == "early"
    if state == "done":  # and the run that is offered can be
        cured = config.replace(**only.remedy)
        assert cured.steps > soonest(cured) and not cured.seconds
    config = preset("dcgan", "digits", steps=2000)
    assert "collapse" in names(config, curves(config), mush, {"state": "done"})


@pytest.mark.parametrize(("measured", "told"), [(FALLING, False), (FLAT, True)])
def test_a_sharp_d_is_no_alarm_while_pictures_get_better(measured, told):
    config = preset("dcgan", "digits", steps=2000)
    sure = curves(config, d_loss=0.01, g_grad=5.0)
    for state in ("running", "done"):
        found = names(config, sure, pictures(measured), {"state": state})
        assert ("d-won" in found) == told
    dead = curves(config, d_loss=0.01, g_grad=1e-8)  # nothing comes of that, whatever came before
    assert names(config, dead, pictures(measured))[0] == "d-won"


def test_few_of_many_classes_are_left_to_the_classifiers_own_errors():
    config = preset("dcgan", "faces", steps=2000)
    few = pictures(FLAT, missing=["a", "b", "c"], total=164)
    assert "collapse" not in names(config, curves(config), few)
    assert "collapse" in names(config, curves(config), pictures(FLAT, missing=["7"]))


def judged(judge, fake, looks=5):
    """Measurements of pictures that no longer change, as a run would write them."""
    return [{"step": 100 * i, **judge(fake)} for i in range(1, looks + 1)]


@pytest.fixture(scope="module")
def unnamed():
    """Pictures that no classifier knows, and their judge."""
    pixels = load("digits", 16).pixels[:400]
    images = Images("folder:mine", pixels)
    return images, metrics.ImageJudge(images, features.space_for(images))


def test_one_picture_over_and_over_is_a_collapse_and_real_ones_are_not(unnamed):
    images, judge = unnamed
    config = preset("dcgan", "folder:mine", steps=2000)
    stuck = judged(judge, images.take(torch.zeros(100, dtype=torch.long)))
    assert stuck[-1]["diversity"] == 0 < stuck[-1]["diversity_real"]
    for state in ("running", "done"):
        found = {f.name: f for f in findings(config, curves(config), stuck, {"state": state})}
        assert found["collapse"].number == 0 and found["collapse"].tone == "bad"
        assert found["collapse"].remedy and "0 % of what two real" in found["collapse"].sentence
    few = images.take(torch.arange(100) % 3)  # three pictures, a third of all pairs equal
    assert 0.5 < judge(few)["diversity"] / judge(few)["diversity_real"] < 1
    real = judged(judge, images.take(torch.arange(100)))
    for state in ("running", "done"):
        assert "collapse" not in names(config, curves(config), real, {"state": state})


def test_lost_variety_is_told_from_two_looks_on_and_what_it_was_before(unnamed):
    images, judge = unnamed
    config, running = preset("dcgan", "folder:mine", steps=2000), {"state": "running"}
    good = judged(judge, images.take(torch.arange(100)))
    faint = images.take(torch.arange(100)) * (LITTLE - 0.1)  # all nearer to grey, and each other
    lost = judged(judge, faint)
    assert "collapse" not in names(config, curves(config), [*good, lost[0]], running)
    (first, *_) = findings(config, curves(config), [*good, *lost[:2]], running)
    assert first.name == "collapse" and "lost its variety" in first.sentence
    assert first.number == pytest.approx(LITTLE - 0.1, abs=0.05)
    fuller = judged(judge, images.take(torch.arange(100)) * (LITTLE + 0.15))
    assert "collapse" not in names(config, curves(config), [*good, *fuller], {"state": "done"})


def test_variety_that_still_grows_is_no_collapse(unnamed):
    """A run that ended early: its pictures were all alike at first, as they always are."""
    images, judge = unnamed
    config, some = preset("dcgan", "folder:mine", steps=2000), images.take(torch.arange(100))
    young = [judge(some * part) | {"step": 100 * part} for part in (0.05, 0.1, 0.2, 0.3)]
    assert young[-1]["diversity"] < LITTLE * young[-1]["diversity_real"]
    for state in ("running", "done"):
        assert "collapse" not in names(config, curves(config), young, {"state": state})
        assert "collapse" in names(config, curves(config), [*young, *young[-1:] * 3],
                                   {"state": state})  # fmt: skip


def test_where_classes_are_counted_they_tell_a_collapse():
    config = preset("dcgan", "digits", steps=2000)
    narrow = [entry | {"diversity": 1.0, "diversity_real": 9.0} for entry in pictures(FLAT)]
    assert "collapse" not in names(config, curves(config), narrow)


@pytest.mark.parametrize(("measured", "told"), [(FALLING, False), (FLAT, True)])
def test_k_at_0_is_no_alarm_while_pictures_get_better(measured, told):
    config = preset("began", "faces", steps=2000)
    found = names(config, curves(config, k=0.0), pictures(measured))
    assert ("pinned" in found) == told


def test_a_critic_of_pictures_may_have_any_level_and_gradients_of_hundreds():
    config = preset("wgan-gp", "faces", steps=2000)
    drifted = curves(config, d_loss=-8.0, g_loss=400.0, d_grad=900.0)
    (only,) = findings(config, drifted, pictures(FLAT), {"state": "done"})
    assert only.tone == "good"
    assert names(config, curves(config, d_grad=1.1 * STEEP["image"]), pictures(FLAT)) == [
        "exploding"
    ]


@pytest.mark.parametrize("name", ["wgan-faces", "wgan-gp-faces", "wgan-gp-mnist", "wgan-mnist"])
def test_the_shipped_generators_of_critics_were_trained_without_an_alarm(name):
    run = Run(ROOT / "checkpoints" / name)
    rows, measured = run.curves(), run.metrics()
    for looks_until in range(5, len(measured) + 1, 7):
        until = rows[rows[:, 0] <= measured[looks_until - 1]["step"]]
        found = findings(run.config, until, measured[:looks_until], {"state": "running"})
        assert {one.tone for one in found} <= {"good", "wait"}, (looks_until, found)


def test_the_shipped_dcgan_on_faces_ended_with_a_d_that_has_won():
    """Its D says 1.00 and 0.00, and its distance stays far above that of WGAN-GP."""
    run, critics = Run(ROOT / "checkpoints/dcgan-faces"), Run(ROOT / "checkpoints/wgan-gp-faces")
    (first, *_) = findings(run.config, run.curves(), run.metrics(), run.status())
    assert first.name == "d-won" and first.remedy
    assert run.metrics()[-1]["frechet"] > 1.5 * critics.metrics()[-1]["frechet"]
