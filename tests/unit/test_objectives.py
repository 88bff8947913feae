"""Losses against closed forms, and laws every objective keeps."""

import math

import pytest
import torch
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits, mse_loss

from gan_core import catalog
from gan_core.objectives import BEGAN, GAN, LSGAN, NSGAN, OBJECTIVES, R3GAN, WGAN, WGANGP, Hinge
from gan_core.penalties import Price, slope2

RNG = torch.Generator().manual_seed(0)
REAL, FAKE = torch.randn(64, generator=RNG) * 3, torch.randn(64, generator=RNG) * 3
ONE, ZERO = torch.ones(64), torch.zeros(64)
bce = binary_cross_entropy_with_logits


def test_the_catalog_and_the_code_name_the_same_objectives():
    assert list(catalog.OBJECTIVES) == list(OBJECTIVES)
    for name, info in catalog.OBJECTIVES.items():
        fields = OBJECTIVES[name].__dataclass_fields__
        assert set(info.settings) <= set(fields)


def test_gan_losses_are_binary_cross_entropies():
    expected = bce(REAL, ONE) + bce(FAKE, ZERO)
    torch.testing.assert_close(GAN().d_loss(REAL, FAKE).mean(), expected)
    torch.testing.assert_close(NSGAN().d_loss(REAL, FAKE).mean(), expected)
    torch.testing.assert_close(GAN().g_loss(REAL, FAKE).mean(), -bce(FAKE, ZERO))
    torch.testing.assert_close(NSGAN().g_loss(REAL, FAKE).mean(), bce(FAKE, ONE))


def test_gan_at_equilibrium_costs_two_log_2_and_log_2():
    half = torch.zeros(1)  # D = ½
    assert GAN().d_loss(half, half).item() == pytest.approx(2 * math.log(2))
    assert GAN().g_loss(half, half).item() == pytest.approx(-math.log(2))
    assert NSGAN().g_loss(half, half).item() == pytest.approx(math.log(2))


def test_lsgan_is_half_the_squared_error_to_its_labels():
    loss = LSGAN(a=-1, b=2, c=0.5)
    d = (mse_loss(REAL, 2 * ONE) + mse_loss(FAKE, -ONE)) / 2
    torch.testing.assert_close(loss.d_loss(REAL, FAKE).mean(), d)
    torch.testing.assert_close(loss.g_loss(REAL, FAKE).mean(), mse_loss(FAKE, ONE / 2) / 2)


@pytest.mark.parametrize("loss", [WGAN(), WGANGP()])
def test_wasserstein_players_want_opposite_things(loss):
    """The circulating mistake lets both want the same sign; then the generator runs away."""
    fake = FAKE.clone().requires_grad_()
    (d,) = torch.autograd.grad(loss.d_loss(REAL, fake).mean(), fake)
    (g,) = torch.autograd.grad(loss.g_loss(REAL, fake).mean(), fake)
    torch.testing.assert_close(d, -g)
    assert (d > 0).all()


def test_hinge_is_flat_beyond_its_margin():
    real = torch.tensor([0.0, 1.0, 5.0], requires_grad=True)
    (slope,) = torch.autograd.grad(Hinge().d_loss(real, torch.full((3,), -2.0)).sum(), real)
    assert slope.tolist() == [-1.0, 0.0, 0.0]


def test_r3gan_depends_on_differences_alone():
    torch.testing.assert_close(R3GAN().d_loss(REAL + 7, FAKE + 7), R3GAN().d_loss(REAL, FAKE))
    torch.testing.assert_close(R3GAN().g_loss(REAL, FAKE), R3GAN().d_loss(FAKE, REAL))


def test_began_moves_k_towards_its_balance_and_clamps_it():
    loss = BEGAN(gamma=0.5, lambda_k=0.1, k=torch.tensor(0.2))
    D = nn.Identity()
    moved = loss.after(D, torch.tensor([4.0]), torch.tensor([1.0]))
    assert moved.k.item() == pytest.approx(0.2 + 0.1 * (0.5 * 4 - 1))
    assert loss.after(D, torch.tensor([100.0]), torch.tensor([0.0])).k.item() == 1.0
    assert loss.after(D, torch.tensor([0.0]), torch.tensor([100.0])).k.item() == 0.0


def test_wgan_clips_every_weight_and_nothing_else_does():
    for name, kind in OBJECTIVES.items():
        D = nn.Linear(2, 1)
        nn.init.constant_(D.weight, 5.0)
        kind().after(D, torch.zeros(2), torch.zeros(2))
        assert (D.weight.abs().max().item() <= 0.01 + 1e-9) == (name == "wgan")


@pytest.mark.parametrize("batch", [1, 8, 512])
def test_a_penalty_does_not_depend_on_the_batch_size(batch):
    D = nn.Linear(2, 1)
    rng = torch.Generator().manual_seed(batch)
    x, fake = torch.randn(batch, 2), torch.randn(batch, 2)
    slope = D.weight.norm().item()
    got = WGANGP(lam=10.0).penalty(D, x, fake, rng)
    torch.testing.assert_close(got, torch.full((batch,), 10 * (slope - 1) ** 2))
    got = R3GAN(r1=0.3, r2=0.5).penalty(D, x, fake, rng)
    torch.testing.assert_close(got, torch.full((batch,), (0.3 + 0.5) / 2 * slope**2))


def test_slopes_equal_finite_differences():
    D = nn.Sequential(nn.Linear(3, 16), nn.Tanh(), nn.Linear(16, 1)).double()
    x = torch.randn(5, 3, dtype=torch.float64)
    h = 1e-6
    steps = torch.eye(3, dtype=torch.float64) * h
    slopes = torch.stack([(D(x + s) - D(x - s)).squeeze() / (2 * h) for s in steps], 1)
    torch.testing.assert_close(slope2(D, x)[0], slopes.square().sum(1), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", OBJECTIVES)
def test_penalties_are_off_unless_asked(name):
    D = nn.Linear(2, 1)
    penalty = OBJECTIVES[name]().penalty(D, torch.randn(4, 2), torch.randn(4, 2), RNG)
    assert (penalty is not None) == (name in ("wgan-gp", "r3gan"))


@pytest.mark.parametrize("name", OBJECTIVES)
def test_any_objective_takes_r1_as_a_cure(name):
    D = nn.Linear(2, 1)
    x, fake = torch.randn(4, 2), torch.randn(4, 2)
    without = OBJECTIVES[name](r1=0.0, r2=0.0)
    cured = OBJECTIVES[name](r1=2.0, r2=0.0)
    seeds = [torch.Generator().manual_seed(1) for _ in range(2)]
    base = without.penalty(D, x, fake, seeds[0])
    extra = cured.penalty(D, x, fake, seeds[1]) - (0 if base is None else base)
    torch.testing.assert_close(extra, D.weight.square().sum().expand(4))


@pytest.mark.parametrize("name", OBJECTIVES)
def test_the_written_derivatives_are_those_of_the_losses(name):
    loss = OBJECTIVES[name](k=0.3) if name == "began" else OBJECTIVES[name]()
    real, fake = torch.randn(2, 50, generator=RNG, dtype=torch.float64).mul(2).requires_grad_()
    expected = torch.autograd.grad(loss.d_loss(real, fake).sum(), (real, fake))
    torch.testing.assert_close(loss.d_grad(real, fake), expected)
    (expected,) = torch.autograd.grad(loss.g_loss(real.detach(), fake).sum(), fake)
    torch.testing.assert_close(loss.g_grad(real, fake), expected)


def test_a_price_knows_its_derivative():
    slopes = torch.randn(6, 2, generator=RNG, dtype=torch.float64).requires_grad_()
    for price in (Price(slopes, 0.7), Price(slopes, 2.0, centre=1.0)):
        (expected,) = torch.autograd.grad(price.of(slopes.square().sum(1)).sum(), slopes)
        torch.testing.assert_close(price.grad(slopes.detach()), expected)


@pytest.mark.parametrize("name", OBJECTIVES)
def test_losses_are_elementwise(name):
    loss = OBJECTIVES[name]()
    for method in (loss.d_loss, loss.g_loss):
        whole = method(REAL, FAKE)
        assert whole.shape == REAL.shape
        torch.testing.assert_close(whole[5:6], method(REAL[5:6], FAKE[5:6]))
