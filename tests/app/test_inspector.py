"""The inspector below the arena, in the page: what it says of a run, and when it is silent."""

import json

import pytest

from gan_core import runs
from tests.app.test_train_pages import ended
from tests.unit.test_inspector import critic, seen


def measured(**more):
    """A finished run whose last judgement holds these figures too."""
    run = ended("2d")
    run.write_status(metrics=run.status()["metrics"] | more)
    return run


def texts(at):
    return " ".join(element.value for element in [*at.markdown, *at.caption])


def test_d_is_shown_against_its_optimum(framed):
    run = measured(**seen())
    side, points = 4, 3
    blobs = {"d": 16, "best": 16, "mass": 16, "x": 3, "y": 3, "d_at": 3, "best_at": 3}
    header = {"step": 40, "side": side, "extent": [-1, 1, -1, 1], "blobs": blobs} | seen()
    size = 2 * (3 * side**2 + 4 * points)
    runs.write_whole(run.path / "optimum.bin", json.dumps(header).encode() + b"\n" + bytes(size))
    at = framed("train_2d", run=run.id)
    assert not at.exception
    assert "D is at 50 % of its optimum" in texts(at) and "At step 40" in texts(at)


def test_a_critic_is_shown_in_words_and_numbers(framed):
    at = framed("train_2d", run=measured(**critic()).id)
    assert not at.exception
    assert "has found 80 % of it" in texts(at) and "Exact EM of the same points" in texts(at)


def test_a_run_that_was_not_measured_so_says_nothing_of_d(framed):
    at = framed("train_2d", run=ended("2d").id)
    assert not at.exception and not any("optimum" in e.label for e in at.expander)
    assert "its optimum" not in texts(at)


@pytest.mark.parametrize("key", ["sliced", "js", "precision", "recall"])
def test_every_meter_stands_beside_what_real_data_scores(key, framed):
    at = framed("train_2d", run=measured(**{key: 0.25, f"{key}_real": 0.125}).id)
    shown = [metric for metric in at.metric if metric.value.startswith("0.25")]
    assert len(shown) == 1 and shown[0].delta.startswith("real data 0.12")
