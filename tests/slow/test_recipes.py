"""The recommended presets do what they are recommended for. Run with `pytest tests/slow`."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def metrics_of(objective, data, folder):
    argv = ["train", "--objective", objective, "--data", data, "--seed", "0", "--json"]
    done = subprocess.run(
        [sys.executable, "-m", "gan_core", *argv, "--out", str(folder / "run-a")],
        cwd=ROOT, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])["metrics"]


@pytest.mark.parametrize("objective", ["r3gan", "ns-gan", "wgan-gp", "gan", "lsgan", "hinge"])
def test_the_recommended_preset_finds_every_mode_of_the_ring(objective, tmp_path):
    metrics = metrics_of(objective, "ring", tmp_path)
    assert (metrics["modes"], metrics["modes_total"]) == (8, 8)
    assert metrics["hq"] > 0.9


@pytest.mark.parametrize("data", ["grid", "grid-lesson"])
def test_r3gan_finds_every_mode_of_the_grid(data, tmp_path):
    metrics = metrics_of("r3gan", data, tmp_path)
    assert (metrics["modes"], metrics["modes_total"]) == (25, 25)
