"""Comparison figures hold the numbers of the runs they name."""

import pytest

from gan_core import runs
from gan_core.presets import preset
from ui import figures


@pytest.fixture
def pair(tmp_path):
    made = [runs.create(preset("ns-gan", "ring"), tmp_path / name) for name in ("run-a", "run-b")]
    for i, run in enumerate(made):
        for step in range(1, 1001):
            run.append_curves({"step": step, "seconds": step / 10, "d_loss": step + i})
    made[0].append_metrics({"step": 5, "seconds": 0.5, "hq": 0.25})
    made[0].append_metrics({"step": 9, "seconds": 0.9, "hq": 0.75})
    return made


def test_measured_values_are_drawn_where_they_were_taken(pair):
    figure = figures.compare(pair, ["A", "B"], "hq", "seconds")
    (line,) = figure.data  # the other run measured nothing
    assert line.name == "A" and list(line.x) == [0.5, 0.9] and list(line.y) == [0.25, 0.75]


def test_long_curves_are_thinned_and_keep_both_ends(pair):
    first, second = figures.compare(pair, ["A", "B"], "d_loss").data
    assert len(first.x) <= figures.POINTS
    assert (first.x[0], first.x[-1], second.y[-1]) == (1, 1000, 1001)
    assert first.line.color != second.line.color


def test_only_what_was_measured_is_offered(pair):
    offered = figures.available(pair)
    assert "hq" in offered and "frechet" not in offered and "g_loss" in offered
