"""Quantiles, the optimal plan and its cost against closed forms and W1."""

import math

import numpy as np
import pytest

from gan_core.answers.wire import pack, unpack
from gan_core.divergences import distances, parse
from gan_core.divergences.coupling import levels, plan, quantiles, unrelated_cost

SPECS = [
    "normal(0,1)", "uniform(-1,3)", "gamma(0.3,2)", "student_t(2.5,1,0.5)",
    "mixture(0.3*normal(-2,0.5)+0.7*laplace(1,1))", "histogram(0,4,1,0,2,1)",
]  # fmt: skip


@pytest.mark.parametrize("spec", SPECS)
def test_quantiles_invert_the_cdf(spec):
    d, u = parse(spec), levels(200)
    np.testing.assert_allclose(d.cdf(quantiles(d, u)), u, atol=1e-6)


def test_quantiles_of_point_masses_are_their_places():
    steps = quantiles(parse("mixture(0.25*point(-1)+0.75*point(2))"), [0.1, 0.2, 0.3, 0.9])
    np.testing.assert_allclose(steps, [-1, -1, 2, 2], atol=1e-6)
    assert (quantiles(parse("point(3)"), levels(5)) == 3).all()


@pytest.mark.parametrize("p", SPECS[:3])
@pytest.mark.parametrize("q", SPECS[3:])
def test_a_plan_has_both_marginals_and_costs_w1(p, q):
    p, q = parse(p), parse(q)
    edges = np.linspace(-40, 40, 4001)
    mass = plan(p, q, edges)
    np.testing.assert_allclose(mass.sum(0), np.diff(p.cdf(edges)), atol=1e-3)
    np.testing.assert_allclose(mass.sum(1), np.diff(q.cdf(edges)), atol=1e-3)
    middle = (edges[1:] + edges[:-1]) / 2
    cost = (mass * np.abs(middle[:, None] - middle)).sum()
    assert cost == pytest.approx(distances(p, q).w1, abs=0.08)


def test_moving_without_looking_costs_more():
    p, q = parse("normal(0,1)"), parse("normal(2,1)")
    spread = math.sqrt(2)  # of the difference of independent x and y: a folded normal's mean
    folded = spread * math.sqrt(2 / math.pi) * math.exp(-1) + 2 * math.erf(1)
    assert unrelated_cost(p, q) == pytest.approx(folded, rel=1e-2)
    assert unrelated_cost(p, q) > distances(p, q).w1


def test_arrays_come_back_as_they_were_sent():
    sent = {"a": np.arange(6.0).reshape(2, 3), "none": np.zeros((0, 4)), "b": np.array([1.5])}
    about, data = pack({"said": "x"}, **sent)
    found = unpack(about, data)
    assert about["said"] == "x" and list(found) == list(sent)
    for name, array in sent.items():
        np.testing.assert_array_equal(found[name], array)
