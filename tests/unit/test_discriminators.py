"""Laws of judging D: the optimum scores 100 %, slopes of known networks, Kantorovich-Rubinstein."""

import math

import numpy as np
import pytest
import torch
from torch import nn

from gan_core import bins, metrics
from gan_core.data import load
from gan_core.metrics.density import Kernels, meeting
from gan_core.metrics.discriminators import HAVE_OPTIMUM
from gan_core.models import MLP, Scores
from gan_core.objectives import OBJECTIVES


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def met(name="ring", seed=0):
    """Where the ring meets a generator that draws its modes three times too wide."""
    data = load(name)
    wide = data.sample(600, seeded(seed)) + 0.03 * torch.randn(600, 2, generator=seeded(seed + 1))
    return meeting(data, Kernels(wide), seeded(seed + 2))


def objective(name):
    return OBJECTIVES[name]()


@pytest.mark.parametrize("name", HAVE_OPTIMUM)
def test_d_at_its_optimum_reads_100_percent_and_the_trivial_d_reads_0(name):
    places, system = met(), objective(name)
    best = metrics.optimum(name, system, places.log_ratio)
    at = metrics.against_optimum(name, system, places, best)
    assert at.share == pytest.approx(1) and at.error == pytest.approx(0, abs=1e-9)
    nothing = metrics.optimum(name, system, torch.zeros(len(places.x)))
    blank = metrics.against_optimum(name, system, places, nothing)
    assert blank.share == pytest.approx(0, abs=1e-9)
    assert 0 < blank.error <= 1


@pytest.mark.parametrize("name", HAVE_OPTIMUM)
def test_no_d_is_better_than_the_optimum(name):
    places, system = met(), objective(name)
    best = metrics.optimum(name, system, places.log_ratio)
    for seed in range(6):
        noise = torch.randn(len(best), generator=seeded(seed), dtype=torch.float64)
        for size in (0.01, 0.3, 5.0):
            assert metrics.against_optimum(name, system, places, best + size * noise).share < 1
    flipped = metrics.against_optimum(name, system, places, -3 * best + (name == "lsgan"))
    assert flipped.share < 0


@pytest.mark.parametrize("name", ["gan", "ns-gan"])
def test_what_d_can_attain_is_twice_the_js(name):
    """Goodfellow's theorem: V(D*, G) = 2 JS - 2 log 2, and V of the undecided D is -2 log 2."""
    places = met()
    at = metrics.against_optimum(name, objective(name), places, places.log_ratio)
    assert at.attainable == pytest.approx(2 * places.js, abs=1e-6)
    assert at.trivial == pytest.approx(-2 * math.log(2), rel=1e-9)
    assert at.best == pytest.approx(2 * places.js - 2 * math.log(2), abs=1e-6)


def test_hinge_attains_twice_the_total_variation_and_least_squares_its_own():
    places = met()
    tv = (2 * places.real - 1).abs().mean().item()
    gain = metrics.against_optimum("hinge", objective("hinge"), places, torch.zeros(800)).attainable
    assert gain == pytest.approx(2 * tv, rel=1e-9)
    s = places.real
    least = metrics.against_optimum("lsgan", objective("lsgan"), places, s).attainable
    assert least == pytest.approx(0.25 - (s * (1 - s)).mean().item(), abs=1e-9)


@pytest.mark.parametrize("name", ["gan", "ns-gan", "lsgan", "hinge"])
def test_the_optimum_is_that_of_the_free_bins(name):
    p, q = np.array([0.5, 0.3, 0.2, 1e-30]), np.array([0.1, 0.3, 0.4, 0.2])
    ratio = torch.from_numpy(np.log(p / q))
    expected = bins.optimum(name, objective(name), p, q)
    np.testing.assert_allclose(metrics.optimum(name, objective(name), ratio), expected, atol=1e-8)


def test_a_relativistic_d_may_sit_at_any_level():
    places, system = met(), objective("r3gan")
    best = metrics.optimum("r3gan", system, places.log_ratio)
    lifted = metrics.against_optimum("r3gan", system, places, best + 7)
    assert lifted.share == pytest.approx(1) and lifted.error == pytest.approx(0, abs=1e-6)
    assert lifted.level == pytest.approx(7)
    plain = metrics.against_optimum("gan", objective("gan"), places, best + 7)
    assert plain.share < 1


def test_objectives_without_an_optimum_say_so():
    for name in set(OBJECTIVES) - set(HAVE_OPTIMUM):
        with pytest.raises(ValueError, match="no optimum"):
            metrics.optimum(name, objective(name), torch.zeros(3))


def linear(*weights):
    net = nn.Linear(2, 1)
    with torch.no_grad():
        net.weight[:] = torch.tensor([weights])
    return Scores(net)


def test_the_lipschitz_constant_of_a_linear_net_is_its_weight():
    D, x = linear(3.0, -4.0), torch.randn(50, 2, generator=seeded())
    assert metrics.lipschitz(D, x) == pytest.approx(5)
    along = torch.tensor([[0.6, -0.8]])
    assert metrics.pair_slope(D, torch.zeros(1, 2), along) == pytest.approx(5)
    assert metrics.pair_slope(D, x, x + torch.tensor([[0.8, 0.6]])) <= 5 + 1e-5


def test_no_slope_between_samples_is_steeper_than_the_product_of_norms():
    D = Scores(MLP(2, 1, 16, 2))
    most = math.prod(
        torch.linalg.matrix_norm(m.weight, 2).item() for m in D.modules() if hasattr(m, "weight")
    )
    x, y = torch.randn(2, 200, 2, generator=seeded())
    assert metrics.lipschitz(D, x) <= most * (1 + 1e-5)
    assert metrics.pair_slope(D, x, y) <= most * (1 + 1e-5)


@pytest.mark.parametrize("scale", [0.01, 1.0, 100.0])
def test_a_critic_over_its_slope_never_exceeds_exact_transport(scale):
    """Kantorovich-Rubinstein; and a D that is c times as steep says the same."""
    x, y = torch.randn(2, 300, 2, generator=seeded())
    y = y * 0.3 + 1
    places = torch.cartesian_prod(torch.linspace(-3, 3, 9), torch.linspace(-3, 3, 9))
    torch.manual_seed(0)
    for body in (MLP(2, 1, 16, 2), MLP(2, 1, 64, 1)):
        D = Scores(body)
        found = metrics.critic(lambda v, D=D: scale * D(v), x, y, places)
        assert abs(found["critic_w1"]) <= found["critic_em"] * (1 + 1e-3)
        plain = metrics.critic(D, x, y, places)
        assert found["critic_w1"] == pytest.approx(plain["critic_w1"], rel=1e-4)
        assert found["critic_estimate"] == pytest.approx(scale * plain["critic_estimate"], rel=1e-3)


def test_the_best_critic_of_a_shift_finds_the_whole_distance():
    x = torch.randn(200, 2, generator=seeded())
    found = metrics.critic(linear(-30.0, -40.0), x, x + torch.tensor([[0.3, 0.4]]), x)
    assert found["critic_w1"] == pytest.approx(found["critic_em"], rel=1e-4)
    assert found["critic_slope"] == pytest.approx(50)
    backwards = metrics.critic(linear(30.0, 40.0), x, x + torch.tensor([[0.3, 0.4]]), x)
    assert backwards["critic_w1"] == pytest.approx(-found["critic_em"], rel=1e-4)


def test_a_constant_critic_has_found_nothing():
    x = torch.randn(20, 2, generator=seeded())
    found = metrics.critic(linear(0.0, 0.0), x, x + 1, x)
    assert found["critic_w1"] == found["critic_slope"] == 0


def test_a_linear_critic_of_images_is_measured_exactly():
    """D(x) = w·x: its slope is |w| everywhere, and the estimate over it the shift along w."""
    w = torch.randn(3 * 8 * 8, generator=seeded())
    real = torch.randn(64, 3, 8, 8, generator=seeded(1))
    fake = real - 2 * (w / w.norm()).view(3, 8, 8)
    for scale in (0.01, 1.0, 50.0):  # what clipping would leave, or none
        found = metrics.critic_of_images(
            lambda x, k=scale: x.flatten(1) @ (k * w), real, fake, seeded()
        )
        steep = scale * w.norm().item()
        assert found["critic_slope"] == pytest.approx(steep, rel=1e-5)
        assert found["critic_slope_99"] == pytest.approx(steep, rel=1e-5)
        assert found["critic_estimate"] == pytest.approx(2 * steep, rel=1e-4)
        assert found["critic_w1"] == pytest.approx(2, rel=1e-4)


def test_the_slope_of_a_critic_is_taken_between_the_two():
    """D steep only beyond both samples: between them it is as flat as it is there."""
    real, fake = torch.full((50, 1, 4, 4), 1.0), torch.full((50, 1, 4, 4), -1.0)
    found = metrics.critic_of_images(
        lambda x: x.mean((1, 2, 3)) + 9 * torch.relu(x - 1.01).sum((1, 2, 3)), real, fake, seeded()
    )
    assert found["critic_slope_99"] == pytest.approx(0.25)  # 16 pixels of 1/16 each
    assert found["critic_w1"] == pytest.approx((real - fake)[0].norm().item())
