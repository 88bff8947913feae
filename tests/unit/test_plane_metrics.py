"""Laws of the meters of points: shifts, closed forms, bounds, a perfect sampler and its floor."""

import math

import numpy as np
import pytest
import torch

from gan_core import metrics
from gan_core.data import load
from gan_core.metrics.density import Kernels, log_ratio, meeting


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def normal(n, seed=0, std=1.0, at=(0.0, 0.0)):
    return torch.tensor(at) + std * torch.randn(n, 2, generator=seeded(seed))


LINE = torch.linspace(-8, 8, 161, dtype=torch.float64)
PLANE = torch.cartesian_prod(LINE, LINE)


def integral(values):
    """Of values at PLANE, by the midpoint rule: what is integrated has died away at the edge."""
    return values.sum().item() * (LINE[1] - LINE[0]).item() ** 2


class Gaussian:
    """N(at, std² I) as data with a known density."""

    def __init__(self, std=1.0, at=(0.0, 0.0)):
        self.std, self.at = std, torch.tensor(at)

    def sample(self, n, generator):
        return self.at + self.std * torch.randn(n, 2, generator=generator)

    def log_density(self, x):
        squared = ((x - self.at) ** 2).sum(1)
        return -squared / (2 * self.std**2) - math.log(2 * math.pi * self.std**2)


@pytest.mark.parametrize("shift", [(0.3, 0.0), (3.0, -4.0)])
def test_a_shift_costs_its_length_and_two_over_pi_of_it_when_sliced(shift):
    x = normal(400)
    y = x[torch.randperm(400, generator=seeded(1))] + torch.tensor(shift)
    length = math.hypot(*shift)
    assert metrics.earth_mover(x, y) == pytest.approx(length, rel=1e-5)
    some = [metrics.sliced(x, y, seed) for seed in range(12)]
    assert np.mean(some) == pytest.approx(2 / math.pi * length, rel=0.05)
    assert metrics.sliced(x, y, 3) == metrics.sliced(x, y, 3) != metrics.sliced(x, y, 4)


def test_transport_between_gaussians_is_the_closed_form_within_the_floor():
    """N(0, 1) is carried onto N(m, s²) by x -> m + s x, which moves x by |m + (s - 1) x|; of
    isotropic Gaussians with one mean, W1 is |s - 1| times E‖x‖ = √(π/2)."""
    n = 1000
    floor = metrics.earth_mover(normal(n, 1), normal(n, 2))
    far = metrics.earth_mover(normal(n, 1), normal(n, 2, at=(4.0, 0.0)))
    assert abs(far - 4) < floor
    wide = metrics.earth_mover(normal(n, 1), normal(n, 2, std=3))
    assert abs(wide - 2 * math.sqrt(math.pi / 2)) < 2 * floor


def test_sliced_is_never_above_exact_and_both_are_symmetric():
    for seed in range(4):
        x, y = normal(200, seed), torch.rand(200, 2, generator=seeded(seed + 9)) * 3
        exact, shadow = metrics.earth_mover(x, y), metrics.sliced(x, y)
        assert shadow <= exact + 1e-9
        assert metrics.earth_mover(y, x) == pytest.approx(exact)
        assert metrics.sliced(y, x) == pytest.approx(shadow)


def test_exact_transport_survives_points_that_coincide():
    same = torch.zeros(300, 2)
    assert metrics.earth_mover(same, same) == 0
    assert metrics.earth_mover(same, same + 1) == pytest.approx(math.sqrt(2))


def test_kernels_are_a_density_that_integrates_to_one():
    q = Kernels(normal(60))

    assert integral(q.log_density(PLANE).exp()) == pytest.approx(1, abs=0.01)


@pytest.mark.parametrize("n", [60, 2500])
def test_kernels_come_near_the_density_they_are_drawn_from(n):
    gaussian = Gaussian(0.3, (1.0, 2.0))
    q = Kernels(gaussian.sample(n, seeded()))
    x = gaussian.sample(400, seeded(1))
    off = (gaussian.log_density(x) - q.log_density(x)).abs().mean()
    assert off < (1.0 if n == 60 else 0.25)


def test_kernels_follow_scale_and_shift_of_their_points():
    points, x = normal(500), normal(50, 1)
    for scale in (1e-3, 1e3):
        moved = Kernels(points * scale + 5).log_density((x * scale + 5).double())
        expected = Kernels(points).log_density(x) - 2 * math.log(scale)
        torch.testing.assert_close(moved, expected, rtol=0, atol=0.05)


def test_js_of_two_gaussians_is_the_integral_within_the_floor():
    p, q = Gaussian(), Gaussian(1.0, (2.0, 0.0))

    a, b = p.log_density(PLANE).exp(), q.log_density(PLANE).exp()
    m = (a + b) / 2
    exact = integral((torch.special.xlogy(a, a / m) + torch.special.xlogy(b, b / m)) / 2)
    floor = meeting(p, Kernels(p.sample(2500, seeded())), seeded(1)).js
    found = np.mean([
        meeting(p, Kernels(q.sample(2500, seeded(i))), seeded(i)).js for i in range(4)
    ])  # fmt: skip
    assert abs(found - exact) < 2 * floor


def test_js_lies_between_its_floor_and_log_two():
    ring = load("ring")
    apart = metrics.jensen_shannon(torch.full((200, 2), 40.0) + normal(200), ring, seeded())
    assert apart == pytest.approx(math.log(2), abs=1e-6)
    for fake in (ring.sample(200, seeded(1)), torch.zeros(200, 2), normal(200)):
        assert 0 < metrics.jensen_shannon(fake, ring, seeded()) <= math.log(2)


def test_js_knows_data_without_a_density_by_its_samples():
    data = load("moons(noise=0)")
    assert data.log_density(torch.zeros(1, 2)) is None
    scores = metrics.evaluate_2d(data.sample(1000, seeded()), data, seeded(1))
    assert 0 < scores["js"] < 2 * scores["js_real"] < 0.2


def test_where_neither_has_mass_d_is_undecided():
    board = load("checkerboard")
    q = Kernels(board.sample(100, seeded()))
    far = torch.tensor([[1e30, 1e30]], dtype=torch.float64)
    assert log_ratio(board, q, far).item() == 0


@pytest.mark.parametrize("name", ["ring", "grid", "moons", "checkerboard"])
def test_every_meter_of_a_perfect_sampler_reads_its_floor(name):
    data, n, times = load(name), 500, 6
    runs = [metrics.evaluate_2d(data.sample(n, g), data, g) for g in map(seeded, range(1, 7))]
    for key in ("em", "sliced", "js", "precision", "recall"):
        found = np.array([r[key] for r in runs])
        floor = runs[0][f"{key}_real"]
        error = found.std(ddof=1) * math.sqrt(1 / times + 1 / 2)  # the floor is a mean of 2 or more
        assert found.mean() == pytest.approx(floor, abs=4 * error), key
        assert floor > 0 and (found > 0).all()


def test_a_collapse_reads_far_above_every_floor():
    ring = load("ring")
    stuck = ring.modes[0] + ring.std * normal(1500)
    scores = metrics.evaluate_2d(stuck, ring, seeded())
    for key in ("em", "sliced", "js"):
        assert scores[key] > 5 * scores[f"{key}_real"]
    assert scores["precision"] > 0.9 > 0.3 > scores["recall"]


def test_a_quick_look_has_the_same_figures_and_fewer():
    data = load("ring")
    fake = data.sample(600, seeded())
    whole = metrics.evaluate_2d(fake, data, seeded(1))
    quick = metrics.evaluate_2d(fake, data, seeded(1), quick=True)
    assert quick.items() < whole.items()
    assert "em" in quick and "js" not in quick
