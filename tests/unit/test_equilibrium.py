"""The optimal discriminator, the value of the game, and what other objectives make of them."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, stats

from gan_core.divergences import distances, parse
from gan_core.equilibrium import (
    NASH,
    RIDGE,
    climb,
    hinge_discriminator,
    lsgan_discriminator,
    optimal_discriminator,
    potential,
    relativistic_discriminator,
    relativistic_loss,
    scores,
)

PAIRS = [
    ("normal(0,1)", "normal(2,1)"),
    ("normal(0,1)", "laplace(1,2)"),
    ("uniform(0,1)", "uniform(0.5,1.5)"),
    ("mixture(0.5*normal(-2,0.6)+0.5*normal(2,0.6))", "normal(2,0.6)"),
    ("gamma(2,1)", "exponential(1)"),
    ("point(0)", "normal(0,1)"),
    ("mixture(0.5*point(0)+0.5*uniform(0,1))", "mixture(0.1*point(0)+0.9*uniform(0,2))"),
]


def test_nash_is_half_and_log_four():
    assert NASH.value == pytest.approx(-math.log(4)) and NASH.d_loss == pytest.approx(
        1.3863, abs=1e-4
    )
    assert NASH.g_loss == pytest.approx(0.6931, abs=1e-4)
    p = parse("gamma(3,0.5)")
    s = scores(p, p)
    assert s.value == pytest.approx(NASH.value) and s.g_loss == pytest.approx(NASH.g_loss)
    assert s.g_loss_minimax == pytest.approx(NASH.g_loss_minimax)
    assert (s.lsgan, s.hinge, s.critic) == (pytest.approx(0.25), pytest.approx(2), 0)
    np.testing.assert_allclose(optimal_discriminator(p, p, np.linspace(0.1, 5, 9)), NASH.d)


@pytest.mark.parametrize("p, q", PAIRS)
def test_the_value_is_the_js(p, q):
    s = scores(parse(p), parse(q))
    assert s.value == pytest.approx(s.value_from_js, abs=1e-9)
    assert -2 * math.log(2) <= s.value <= 1e-12
    assert s.d_loss == -s.value


def test_scores_by_scipys_quadrature():
    p, q = stats.norm(0, 1), stats.norm(2, 1)
    s = scores(parse("normal(0,1)"), parse("normal(2,1)"))

    def mean(of, under):
        return integrate.quad(lambda x: under.pdf(x) * of(x), -12, 14, epsabs=1e-12)[0]

    def log_d(x):
        return -np.log1p(np.exp(q.logpdf(x) - p.logpdf(x)))

    def log_not_d(x):
        return -np.log1p(np.exp(p.logpdf(x) - q.logpdf(x)))

    assert s.value == pytest.approx(mean(log_d, p) + mean(log_not_d, q), rel=1e-9)
    assert s.g_loss == pytest.approx(-mean(log_d, q), rel=1e-9)
    assert s.g_loss_minimax == pytest.approx(mean(log_not_d, q), rel=1e-9)
    least = 0.5 * mean(lambda x: (np.exp(log_d(x)) - 1) ** 2, p)
    least += 0.5 * mean(lambda x: np.exp(2 * log_d(x)), q)
    assert s.lsgan == pytest.approx(least, rel=1e-9)


def test_no_other_discriminator_does_better():
    """D* is a maximum of V: every shift and stretch of its logit scores less."""
    x = np.linspace(-12, 14, 20001)
    p, q = stats.norm(0, 1).pdf(x), stats.laplace(1, 1).pdf(x)
    best = optimal_discriminator(parse("normal(0,1)"), parse("laplace(1,1)"), x)
    logit = np.log(p) - np.log(q)

    def value(d):
        return np.trapezoid(p * np.log(d) + q * np.log1p(-d), x)

    np.testing.assert_allclose(best, p / (p + q), rtol=1e-9)
    for shift, stretch in ((0.1, 1), (-0.1, 1), (0, 0.9), (0, 1.1)):
        assert value(1 / (1 + np.exp(-stretch * logit - shift))) < value(best)


def test_a_saturated_game():
    s = scores(parse("uniform(0,1)"), parse("uniform(2,3)"))
    assert (s.value, s.d_loss, s.g_loss_minimax) == (pytest.approx(0), pytest.approx(0), 0)
    assert s.g_loss == math.inf
    assert s.critic == pytest.approx(2)
    d = optimal_discriminator(parse("uniform(0,1)"), parse("uniform(2,3)"), [0.5, 1.5, 2.5])
    assert d[0] == 1 and np.isnan(d[1]) and d[2] == 0


def test_points_have_a_discriminator_too():
    p, q = (
        parse("mixture(0.25*point(0)+0.75*point(1))"),
        parse("mixture(0.75*point(0)+0.25*point(2))"),
    )
    np.testing.assert_allclose(optimal_discriminator(p, q, [0.0, 1.0, 2.0]), [0.25, 1, 0])


def test_the_other_discriminators():
    p, q, x = parse("normal(0,1)"), parse("normal(2,1)"), np.linspace(-3, 5, 17)
    f, g = stats.norm(0, 1).pdf(x), stats.norm(2, 1).pdf(x)
    np.testing.assert_allclose(lsgan_discriminator(p, q, x, a=-1, b=1), (f - g) / (f + g))
    np.testing.assert_array_equal(hinge_discriminator(p, q, x), np.sign(np.round(1 - x, 9)))
    s = scores(p, q)
    real = integrate.quad(lambda t: stats.norm(0, 1).pdf(t) * 2 * (t > 1), -9, 11, points=[1])[0]
    fake = integrate.quad(lambda t: stats.norm(2, 1).pdf(t) * 2 * (t < 1), -9, 11, points=[1])[0]
    assert s.hinge == pytest.approx(real + fake, rel=1e-7)


@pytest.mark.parametrize("p, q", PAIRS[:5])
def test_the_critic_attains_the_wasserstein_distance(p, q):
    """Kantorovich: f has slope at most 1, and E_p f - E_q f is all of W1."""
    p, q = parse(p), parse(q)
    x = np.linspace(-30, 40, 140001)
    f = potential(p, q, x)
    assert np.abs(np.diff(f) / np.diff(x)).max() <= 1 + 1e-9
    gap = np.sum((f[1:] + f[:-1]) / 2 * (np.diff(p.cdf(x)) - np.diff(q.cdf(x))))
    assert gap == pytest.approx(distances(p, q).w1, rel=1e-3)


WEIGHTS = st.lists(st.floats(0, 1), min_size=3, max_size=12).filter(lambda w: sum(w) > 0.1)


@given(WEIGHTS, st.integers(0, 99))
def test_the_relativistic_discriminator_is_stationary_and_best(weights, seed):
    rng = np.random.default_rng(seed)
    p = np.array(weights) / sum(weights)
    q = rng.dirichlet(np.ones(len(p)))
    d = relativistic_discriminator(p, q)

    def cost(at):
        return relativistic_loss(p, q, at) + RIDGE / 2 * (at @ at)

    slopes = [(cost(d + h) - cost(d - h)) / 2e-4 for h in 1e-4 * np.eye(len(p))]
    np.testing.assert_allclose(slopes, 0, atol=1e-8)
    others = [d + rng.standard_normal(len(p)) for _ in range(20)]
    assert cost(d) <= min(cost(other) for other in others)
    assert d.sum() == pytest.approx(0, abs=1e-3)


def test_the_relativistic_discriminator_of_two_places():
    """p = (a, 1-a), q = (b, 1-b): only the two mixed pairs count, so D_1 - D_2 is the logit of
    a(1-b) against (1-a)b."""
    a, b = 0.7, 0.4
    d = relativistic_discriminator(np.array([a, 1 - a]), np.array([b, 1 - b]))
    assert d[0] - d[1] == pytest.approx(math.log(a * (1 - b) / ((1 - a) * b)), abs=1e-4)


def test_a_penalty_flattens_the_relativistic_discriminator():
    p, q = np.array([0.6, 0.3, 0.1]), np.array([0.1, 0.3, 0.6])
    rise = np.diff(np.eye(3), axis=0)
    spans = [np.ptp(relativistic_discriminator(p, q, g * rise.T @ rise)) for g in (0, 0.1, 1, 10)]
    assert spans[0] > spans[1] > spans[2] > spans[3] > 0


def test_climb_follows_the_signs():
    x = np.array([0.0, 1.0, 3.0, 4.0])
    np.testing.assert_allclose(climb(x, np.array([0.2, -5.0, 0.0]), 1.0), [-1, 0, -2, -2])
