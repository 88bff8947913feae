"""Laws of the metrics: closed forms, independent formulas, and what a perfect sampler scores."""

import math

import numpy as np
import pytest
import torch
from scipy.linalg import sqrtm
from scipy.optimize import linprog
from scipy.stats import wasserstein_distance

from gan_core import features, metrics
from gan_core.catalog import BadInput
from gan_core.data import load


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize("name", ["ring", "ring-lesson", "grid", "grid-lesson"])
def test_a_perfect_sampler_scores_98_9_percent(name):
    data, n = load(name), 2500
    runs = [metrics.evaluate_2d(data.sample(n, g), data, g) for g in map(seeded, range(8))]
    hq = 1 - math.exp(-4.5)
    error = math.sqrt(hq * (1 - hq) / (n * len(runs)))
    assert np.mean([r["hq"] for r in runs]) == pytest.approx(hq, abs=4 * error)
    bins = len(data.modes) - 1
    spread = math.sqrt(bins / 2 / len(runs)) / n  # 2n·KL is about chi-squared with `bins`
    kl = np.mean([r["reverse_kl"] for r in runs])
    assert kl == pytest.approx(bins / (2 * n), abs=4 * spread)
    assert {r["modes"] for r in runs} == {len(data.modes)}
    assert runs[0]["hq_real"] == pytest.approx(0.989, abs=5e-4)
    assert np.mean([r["em"] for r in runs]) == pytest.approx(runs[0]["em_real"], rel=0.25)


def test_one_mode_alone_and_a_point_between_modes():
    ring = load("ring")
    stuck = ring.modes[:1].repeat(100, 1)
    scores = metrics.evaluate_2d(stuck, ring, seeded())
    assert scores["modes"] == 1 and scores["hq"] == 1
    assert scores["reverse_kl"] == pytest.approx(math.log(8))
    lost = metrics.evaluate_2d(torch.zeros(100, 2), ring, seeded())
    assert lost["modes"] == 0 and lost["hq"] == 0
    assert lost["em"] == pytest.approx(1, abs=0.01)  # every point is a radius away


def test_three_sigma_is_the_border_of_high_quality():
    ring = load("ring(std=0.01)")
    for distance, good in ((0.0299, 1.0), (0.0301, 0.0)):
        point = ring.modes[2:3] + torch.tensor([[distance, 0.0]])
        scores = metrics.mode_coverage(point, ring.modes, ring.std, ring.weights)
        assert scores["hq"] == good and scores["modes"] == int(good)


def test_reverse_kl_is_to_the_true_weights():
    data = load("ring(imbalance=9)")
    scores = metrics.evaluate_2d(data.sample(20000, seeded()), data, seeded(1))
    assert scores["reverse_kl"] < 3 * scores["reverse_kl_real"]


@pytest.mark.parametrize("name", ["moons", "swiss-roll", "checkerboard"])
def test_data_without_modes_has_no_mode_coverage(name):
    data = load(name)
    scores = metrics.evaluate_2d(data.sample(500, seeded()), data, seeded(1))
    assert not {"modes", "hq", "reverse_kl"} & set(scores)
    assert all(f"{key}_real" in scores for key in set(scores) if not key.endswith("_real")
               and key != "samples")  # fmt: skip
    assert scores["em"] == pytest.approx(scores["em_real"], rel=0.4)
    far = metrics.evaluate_2d(data.sample(500, seeded()) + 5, data, seeded(1))
    assert far["em"] == pytest.approx(math.hypot(5, 5), rel=0.02)


def test_judging_does_not_depend_on_what_was_judged_before():
    data = load("moons")
    first = metrics.evaluate_2d(data.sample(300, seeded()), data, seeded(1))
    metrics.evaluate_2d(data.sample(200, seeded(5)), data, seeded(6))
    assert metrics.evaluate_2d(data.sample(300, seeded()), data, seeded(1)) == first


def test_earth_mover_of_a_shift_is_its_length():
    x = torch.randn(200, 2, generator=seeded())
    assert metrics.earth_mover(x, x) == pytest.approx(0, abs=1e-6)
    assert metrics.earth_mover(x, x + torch.tensor([3.0, 4.0])) == pytest.approx(5, rel=1e-6)


def test_earth_mover_equals_the_linear_program_and_scipy_on_a_line():
    x, y = torch.randn(9, 2, generator=seeded()), torch.rand(9, 2, generator=seeded(1))
    cost = np.linalg.norm(x.numpy()[:, None] - y.numpy()[None], axis=-1)
    rows, columns = np.kron(np.eye(9), np.ones(9)), np.kron(np.ones(9), np.eye(9))
    plan = linprog(cost.ravel(), A_eq=np.vstack([rows, columns]), b_eq=np.full(18, 1 / 9))
    assert metrics.earth_mover(x, y) == pytest.approx(plan.fun, rel=1e-6)
    line = torch.randn(2, 300, generator=seeded())
    flat = [torch.stack([values, torch.zeros(300)], 1) for values in line]
    assert metrics.earth_mover(*flat) == pytest.approx(wasserstein_distance(*line.numpy()))


def test_frechet_of_gaussians_against_the_closed_form():
    a = np.array([0.0, 1.0]), np.diag([4.0, 9.0])
    b = np.array([3.0, 5.0]), np.diag([1.0, 16.0])
    assert metrics.frechet(a, b) == pytest.approx(9 + 16 + (2 - 1) ** 2 + (3 - 4) ** 2)
    assert metrics.frechet(a, a) == pytest.approx(0, abs=1e-9)
    stuck = np.zeros(2), np.zeros((2, 2))
    assert metrics.frechet(stuck, a) == pytest.approx(1 + 4 + 9)


@pytest.mark.parametrize("rank", [12, 5])
def test_frechet_equals_the_matrix_square_root_formula(rank):
    rng = np.random.default_rng(0)
    one, two = rng.normal(size=(2, 12, rank))
    (m1, c1), (m2, c2) = [(m[:, 0], m @ m.T) for m in (one, two)]
    ridge = 1e-9 * np.eye(12)  # scipy's root wants full rank
    expected = np.sum((m1 - m2) ** 2) + np.trace(
        c1 + c2 - 2 * sqrtm((c1 + ridge) @ (c2 + ridge)).real
    )
    assert metrics.frechet((m1, c1), (m2, c2)) == pytest.approx(expected, rel=1e-3)
    assert metrics.frechet((m2, c2), (m1, c1)) == pytest.approx(
        metrics.frechet((m1, c1), (m2, c2)), rel=1e-6
    )


def test_precision_falls_with_bad_samples_and_recall_with_few_kinds():
    real = torch.randn(400, 3, generator=seeded())
    good = torch.randn(400, 3, generator=seeded(1))
    precision, recall = metrics.precision_recall(good, real)
    assert precision > 0.8 and recall > 0.8
    narrow = metrics.precision_recall(0.1 * good, real)
    assert narrow[0] > 0.95 and narrow[1] < 0.2
    assert metrics.precision_recall(good + 50, real) == (0, 0)


@pytest.fixture(scope="module")
def digits():
    return load("digits")


@pytest.fixture(scope="module")
def judge(digits):
    return metrics.ImageJudge(digits, features.space_for(digits))


def test_real_images_score_near_the_floor_and_a_collapse_far_from_it(digits, judge):
    real = judge(load("digits", part="test").take(torch.arange(179)))
    assert real["feature_space"] == "digits-cnn" and real["samples"] == 179
    assert real["frechet"] < 2 * real["frechet_real"] < 20
    stuck = judge(digits.take(torch.zeros(179, dtype=torch.long)))
    assert stuck["frechet"] > 60 and stuck["recall"] < 0.05
    assert stuck["classes_present"] == 1 and stuck["classes"]["digit"]["counts"][0] == 179
    noise = judge(torch.rand(179, 1, 32, 32, generator=seeded()) * 2 - 1)
    assert noise["frechet"] > 60 and noise["precision"] < 0.2


def test_a_missing_class_is_named(digits, judge):
    without = digits.take((digits.labels[:, 0] != 7).nonzero()[:400, 0])
    assert judge(without)["classes"]["digit"]["missing"] == ["7"]


def test_the_same_samples_are_judged_the_same_by_another_judge(digits, judge):
    batch = digits.sample(100, seeded())
    assert metrics.ImageJudge(digits, features.space_for(digits))(batch) == judge(batch)


def test_a_diverged_generator_and_too_few_images_are_told(digits, judge):
    with pytest.raises(BadInput, match="diverged"):
        judge(torch.full((4, 1, 32, 32), math.nan))
    with pytest.raises(BadInput, match="diverged"):
        metrics.evaluate_2d(torch.full((4, 2), math.inf), load("ring"), seeded())
    with pytest.raises(BadInput, match="too few"):
        metrics.ImageJudge(digits.take(torch.arange(3)), features.space_for(digits))


def test_the_kernel_distance_is_the_mmd_of_a_cubic_kernel():
    """Of all rows at once, against its definition; without a bias, so near 0 for equal laws."""
    x, y = torch.randn(200, 5, generator=seeded()), torch.randn(200, 5, generator=seeded(1)) + 0.5
    xx, yy, xy = ((a.double() @ b.double().T / 5 + 1) ** 3 for a, b in ((x, x), (y, y), (x, y)))
    off = [(k.sum() - k.trace()) / (200 * 199) for k in (xx, yy)]
    assert metrics.kernel(x, y) == pytest.approx((sum(off) - 2 * xy.mean()).item(), rel=1e-6)
    assert abs(metrics.kernel(x, torch.randn(4000, 5, generator=seeded(2)))) < 0.1


def test_variety_is_the_mean_distance_of_two_samples():
    """Two Gaussians of 64 dimensions are √2 times a χ with 64 degrees of freedom apart."""
    x = torch.randn(500, 64, generator=seeded())
    chi = math.sqrt(2) * math.exp(math.lgamma(65 / 2) - math.lgamma(64 / 2))
    assert metrics.diversity(x) == pytest.approx(math.sqrt(2) * chi, rel=0.01)
    assert metrics.diversity(3 * x + 7) == pytest.approx(3 * metrics.diversity(x), rel=1e-5)
    twice = torch.cat([x, x])  # as much variety, but that each now has a twin
    assert metrics.diversity(twice) == pytest.approx(metrics.diversity(x) * 998 / 999, rel=1e-6)


def test_variety_of_real_pictures_is_its_own_floor_and_of_one_picture_none(digits, judge):
    real = judge(load("digits", part="test").take(torch.arange(179)))
    assert real["diversity"] == pytest.approx(real["diversity_real"], rel=0.05)
    assert judge(digits.take(torch.zeros(50, dtype=torch.long)))["diversity"] < 1e-3
