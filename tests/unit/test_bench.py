"""The benchmark of the command line: what it draws, what it prints, what it refuses."""

import json

import numpy as np
import pytest

from gan_core.__main__ import main
from gan_core.commands import bench
from gan_core.divergences import FAMILIES, parse


@pytest.fixture
def small(monkeypatch):
    monkeypatch.setattr(bench, "SIZES", (100, 1000))
    monkeypatch.setattr(bench, "_SAMPLED", 2)


def test_it_prints_the_machine_and_both_times(capsys, small):
    assert main(["bench", "divergence", "--pairs", "4", "--json"]) == 0
    out = capsys.readouterr().out
    found = json.loads(out.splitlines()[-1])
    assert 0 < found["median_ms"] <= found["p95_ms"] <= found["max_ms"]
    assert found["machine"]["numpy"] == np.__version__
    assert len(found["scipy"]["errors"]) == 2 and found["scipy"]["extrapolated"] is True
    assert found["ratio"] == pytest.approx(found["scipy"]["ms_needed"] / found["median_ms"])
    assert "extrapolated" in out and "numpy" in out.splitlines()[0]


def test_scipys_error_is_extrapolated_as_that_of_a_mean(monkeypatch):
    monkeypatch.setattr(bench, "SIZES", (100, 10_000))
    found = bench._extrapolated([[(1e-2, 1.0), (1e-3, 100.0)]] * 3)
    assert found["slope"] == pytest.approx(-0.5)
    assert found["n_needed"] == pytest.approx(1e10) and found["ms_needed"] == pytest.approx(1e8)


def test_every_family_is_drawn_and_reads_back():
    rng = np.random.default_rng(1)
    drawn = [bench.drawn(rng) for _ in range(150)]
    names = {part.name for d in drawn for _, part in d.parts}
    assert names >= {*FAMILIES} - {"point", "sample"}
    assert max(len(d.parts) for d in drawn) == 5
    assert all(parse(str(d)) == d for d in drawn)


@pytest.mark.parametrize("argv", [["bench", "divergence", "--pairs", "0"], ["bench", "speed"]])
def test_what_it_refuses(capsys, argv):
    assert main(argv) == 2
    assert len(capsys.readouterr().err.strip().splitlines()) == 1
