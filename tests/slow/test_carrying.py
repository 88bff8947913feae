"""G(x, z) does what its examples promise: it reaches the data, and on a short way."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from gan_core.presets import command
from ui import reading

ROOT = Path(__file__).parents[2]


def metrics_of(title, folder):
    argv = [sys.executable, *command(reading.example(title)).split()[1:], "--json"]
    done = subprocess.run(
        [*argv, "--out", str(folder / "run-a")], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])["metrics"]


def test_the_ring_is_carried_onto_every_mode_of_the_grid(tmp_path):
    found = metrics_of("Ring to grid", tmp_path)
    assert found["modes"] == 25 and found["hq"] >= 0.85
    assert 1 <= found["carry_squared"] / found["carry_squared_plan"] < 1.4


def test_the_moons_are_carried_onto_the_swiss_roll(tmp_path):
    found = metrics_of("Moons to Swiss roll", tmp_path)
    assert found["em"] < 1.3 * found["em_real"]
    assert found["carry_squared"] < 1.4 * found["carry_squared_plan"]


def test_without_z_the_ring_cannot_be_torn_into_a_grid(tmp_path):
    found = metrics_of("Ring to grid without z", tmp_path)
    assert found["hq"] < 0.5 and found["carry_spread"] == 0


@pytest.mark.parametrize("title", ["Critic of data + noise"])
def test_the_critic_s_estimate_never_exceeds_the_exact_distance(title, tmp_path):
    found = metrics_of(title, tmp_path)
    assert 0.3 * found["critic_em"] < found["critic_w1"] <= 1.01 * found["critic_em"]
