"""p_g as free bins: each D* minimises its objective's own loss, and who then reaches p_r."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linprog, minimize

from gan_core.bins import CONVERGED, OPTIMA, SURE, descend, g_slopes, onto_simplex, optimum
from gan_core.catalog import BadInput
from gan_core.objectives import OBJECTIVES

P = np.array([0.1, 0.3, 0.2, 0.27, 0.13])
Q = np.array([0.33, 0.11, 0.26, 0.05, 0.25])
EVEN = np.full(5, 0.2)
FREE = ["gan", "ns-gan", "lsgan", "hinge", "r3gan"]  # no bound on D's slope, and scores of its own
APART = np.array([0, 0, 0, 0.4, 0.6]), np.array([0.7, 0.3, 0, 0, 0])


def d_loss(name, d, p=P, q=Q):
    """E over independent real and generated bins of the objective's own elementwise loss."""
    scores = torch.as_tensor(d, dtype=torch.float64)
    grid = OBJECTIVES[name]().d_loss(scores[:, None].expand(5, 5), scores.expand(5, 5))
    return float(torch.from_numpy(np.outer(p, q)).mul(grid).sum())


def test_every_objective_has_an_optimum():
    assert list(OPTIMA) == list(OBJECTIVES)


@pytest.mark.parametrize("name", FREE)
def test_d_star_minimises_the_objectives_own_loss(name):
    best = optimum(name, OBJECTIVES[name](), P, Q)
    rng, least = np.random.default_rng(0), d_loss(name, best)
    for size in (1e-3, 0.1, 1.0):
        for _ in range(20):
            assert d_loss(name, best + size * rng.standard_normal(5)) >= least - 1e-9
    found = minimize(lambda d: d_loss(name, d), rng.standard_normal(5), method="Powell")
    assert least <= found.fun + 1e-6
    if name != "hinge":  # its corners are flat for Powell
        assert found.fun == pytest.approx(least, abs=1e-4)


@pytest.mark.parametrize("name", ["wgan", "wgan-gp"])
def test_the_critic_is_the_best_of_slope_one(name):
    """Against linear programming over all f with |f_i - f_i+1| ≤ 1."""
    steps = np.eye(5)[1:] - np.eye(5)[:-1]
    bounds = [(None, None)] * 5
    found = linprog(Q - P, A_ub=np.r_[steps, -steps], b_ub=np.ones(8), bounds=bounds)
    best = optimum(name, OBJECTIVES[name](), P, Q)
    assert np.abs(np.diff(best)).max() <= 1 + 1e-12
    assert d_loss(name, best) == pytest.approx(found.fun)


@given(k=st.floats(0, 1))
def test_begans_constant_is_the_best_there_is(k):
    objective, x = OBJECTIVES["began"](k=k), np.arange(5.0)
    best = optimum("began", objective, P, Q)

    def loss(errors):
        return P @ errors - k * Q @ errors

    assert loss(best) <= min(loss(np.abs(x - psi)) for psi in np.linspace(-3, 8, 400)) + 1e-9


@pytest.mark.parametrize("name", OBJECTIVES)
def test_slopes_are_those_of_the_mean_g_loss(name):
    """∂/∂q of E g_loss with D held, by finite differences of the whole mean."""
    objective = OBJECTIVES[name]()
    d = optimum(name, objective, P, Q)
    scores = torch.from_numpy(d)

    def loss(q):
        return P @ objective.g_loss(scores[:, None].expand(5, 5), scores.expand(5, 5)).numpy() @ q

    slopes = [(loss(Q + h) - loss(Q - h)) / 2e-4 for h in 1e-4 * np.eye(5)]
    np.testing.assert_allclose(g_slopes(objective, P, d), slopes, rtol=1e-9, atol=1e-9)


@given(st.lists(st.floats(-5, 5), min_size=2, max_size=7))
def test_the_projection_is_the_nearest_of_the_simplex(values):
    v = np.array(values)
    found = onto_simplex(v)
    assert found.min() >= 0 and found.sum() == pytest.approx(1)
    others = np.random.default_rng(0).dirichlet(np.ones(len(v)), 50)
    assert np.linalg.norm(v - found) <= np.linalg.norm(v - others, axis=1).min() + 1e-9


@pytest.mark.parametrize("start", [(P, EVEN), APART, (P, np.eye(5)[0])])
@pytest.mark.parametrize("name", ["gan", "ns-gan", "lsgan", "r3gan"])
def test_smooth_ones_converge_from_anywhere(name, start):
    """Goodfellow's Proposition 2: disjoint supports too, as mass may jump between bins."""
    found = descend(*start, name, 400, 0.05)
    assert found.word == "converges" and found.tv[-1] < CONVERGED
    assert found.js[-1] < 1e-4 and found.js[0] > 100 * found.js[-1]
    np.testing.assert_allclose(found.q.sum(1), 1)
    assert found.q.shape == found.d.shape == (401, 5)


@pytest.mark.parametrize("name", ["wgan", "wgan-gp", "hinge"])
def test_cornered_ones_chatter_at_a_fixed_rate_and_settle_with_a_falling_one(name):
    """In steps in proportion to the rate."""
    spread = []
    for rate in (0.04, 0.02):
        found = descend(P, EVEN, name, 400, rate)
        assert found.word == "chatters" and "steps of" in found.verdict
        spread.append(found.tv[-100:].max())
    assert spread[1] < 0.8 * spread[0]
    assert descend(P, EVEN, name, 800, 0.04, decay=True).tv[-1] < spread[1] / 2


@pytest.mark.parametrize("name", ["wgan", "hinge"])
def test_cornered_ones_come_from_disjoint_supports(name):
    assert descend(*APART, name, 400, 0.05, decay=True).tv[-1] < 0.02


def test_began_collapses_on_one_bin():
    found = descend(P, EVEN, "began", 400, 0.05)
    assert found.word == "stays away" and found.q[-1].max() > 0.9


def test_too_few_steps_are_said_to_be_too_few():
    assert descend(P, np.eye(5)[0], "lsgan", 60, 0.01).word == "approaches"


def test_p_g_that_starts_at_p_r_stays_there():
    for name in set(OBJECTIVES) - {"began"}:
        assert descend(P, P, name, 20, 0.05).tv.max() < 1e-9


def test_scores_are_finite_where_only_one_has_mass():
    found = optimum("gan", OBJECTIVES["gan"](), *APART)
    np.testing.assert_array_equal(found, [-SURE, -SURE, 0, SURE, SURE])


def test_an_unknown_objective_is_refused():
    with pytest.raises(BadInput, match="hinge"):
        descend(P, Q, "hing", 3, 0.1)
