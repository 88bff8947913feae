"""The mistakes that take seconds of training: wrong and right part at every seed tried."""

import math

import numpy as np
import pytest

from ui.mistakes import lab

SEEDS = (0, 1, 2)


def sides(name, seed):
    return lab.EXPERIMENTS[name](True, seed), lab.EXPERIMENTS[name](False, seed)


@pytest.mark.parametrize("seed", SEEDS)
def test_with_the_wrong_sign_the_generator_runs_away(seed):
    (wrong, _), (right, _) = sides("critic-sign", seed)
    assert abs(wrong["end"]) > 3
    assert abs(right["end"]) < 0.05


@pytest.mark.parametrize("seed", SEEDS)
def test_a_sigmoid_under_a_linear_loss_starves_the_generator(seed):
    (wrong, starved), (right, fed) = sides("sigmoid-linear", seed)
    assert wrong["modes"] <= 1 and wrong["hq"] < 0.02
    assert right["modes"] >= 7 and right["em"] < 0.5 * wrong["em"]
    half = len(starved["gradient"]) // 2
    assert np.median(starved["gradient"][half:]) < 1e-3 * np.median(fed["gradient"][half:])


@pytest.mark.parametrize("seed", SEEDS)
def test_a_sigmoid_in_the_critic_learns_slower(seed):
    (_, wrong), (_, right) = sides("sigmoid-critic", seed)
    assert np.mean(wrong["em"]) > 1.15 * np.mean(right["em"])


@pytest.mark.parametrize("seed", SEEDS)
def test_batchnorm_under_a_penalty_loses_the_modes(seed):
    (wrong, _), (right, _) = sides("penalty-batchnorm", seed)
    assert wrong["modes"] <= 2 and wrong["em"] > 0.7
    assert right["modes"] >= 7 and right["em"] < 0.5


@pytest.mark.parametrize("seed", SEEDS)
def test_one_norm_makes_the_slope_depend_on_the_batch(seed):
    (wrong, _), (right, _) = sides("penalty-one-norm", seed)
    assert wrong["slope"] == pytest.approx(1 / math.sqrt(wrong["most"]), rel=0.35)
    assert wrong["slope_least"] == pytest.approx(1 / math.sqrt(wrong["least"]), rel=0.35)
    assert abs(right["slope"] - 1) < 0.25 and abs(right["slope_least"] - 1) < 0.25
    assert abs(right["reported"] - 1) < 0.25 and wrong["reported"] < 0.2


@pytest.mark.parametrize("seed", SEEDS)
def test_began(seed):
    (wrong, _), (right, _) = sides("began-k", seed)
    assert wrong["low"] < -1 and wrong["high"] > 1.5 and wrong["outside"] > 0.2
    assert right["low"] >= 0 and right["high"] <= 1 and right["outside"] == 0
    assert wrong["real"] > 1.1 * right["real"]
    (wrong, _), (right, _) = sides("began-m", seed)
    assert wrong["m"] > 1.3 * wrong["real"] and right["m"] < 1.25 * right["real"]
    (wrong, _), (right, _) = sides("began-equal", seed)
    assert wrong["late"] < 0.25 and right["late"] > 0.5
    assert abs(right["ratio"] - right["gamma"]) < 0.1 and right["em"] > 1
