"""A small D against its analytic optimum, and the three answers that the worker gives of games."""

import json

import numpy as np
import pytest
import torch
from scipy import stats

from gan_core import learned
from gan_core.answers.table import ANSWERS
from gan_core.answers.wire import unpack
from gan_core.catalog import BadInput
from gan_core.divergences import distances, parse, window
from gan_core.divergences.samples import Sample
from gan_core.equilibrium import optimal_discriminator, potential, scores
from gan_core.learned import learn
from gan_core.objectives import OBJECTIVES
from gan_core.population import CRITICS, Measure, Population, barred

P, Q = parse("normal(0,1)"), parse("normal(2,1)")
X = np.linspace(*window(P, Q), 161)
NAMES = [name for name in OBJECTIVES if name != "began"]
PAIRS = [
    ("normal(0,1)", "normal(2,1)"),
    ("uniform(0,1)", "uniform(0.5,2)"),
    ("point(0)", "normal(0,1)"),
    ("gamma(2,1)", "exponential(1)"),
    ("normal(0,0.001)", "normal(0,1)"),
]


def population(name, p=P, q=Q):
    return Population(p, q, name, learned._objective(name), X)


@pytest.mark.parametrize("pair", PAIRS)
def test_the_top_is_what_the_theorems_say(pair):
    p, q = map(parse, pair)
    exact = scores(p, q)
    for name, expected in (
        ("gan", exact.value), ("lsgan", -exact.lsgan), ("hinge", -exact.hinge),
        ("wgan", exact.critic),
    ):  # fmt: skip
        found = population(name, p, q)
        assert found.top == pytest.approx(expected, abs=3e-3)
        assert found.constant <= found.top


@pytest.mark.parametrize("name", ["gan", "lsgan", "hinge", "r3gan"])
def test_no_other_scores_are_worth_more(name):
    found, rng = population(name), np.random.default_rng(0)
    x = found.measure.x
    for size in (0.01, 0.3):
        for wave in rng.uniform(0.2, 3, 20):
            assert found.value(found.best + size * np.sin(wave * x)) <= found.top + 1e-9
    levels = [found.value(np.full(len(x), level)) for level in np.linspace(-2, 2, 41)]
    assert max(levels) == pytest.approx(found.constant, abs=1e-9)


def test_a_critic_is_judged_by_its_shape_alone():
    """D and 7D + 3 are one critic; V is the Wasserstein distance for a Kantorovich potential."""
    found = population("wgan")
    d = potential(P, Q, np.sort(found.places))
    d = np.interp(found.places, np.sort(found.places), d)
    curve, value = found.seen(d)
    again, same = found.seen(7 * d + 3)
    np.testing.assert_allclose(again, curve, atol=1e-9)
    assert value == pytest.approx(same) == pytest.approx(distances(P, Q).w1, rel=1e-2)


@pytest.mark.parametrize("pair, em", [
    (("student_t(0.5,0,1)", "student_t(0.5,3,1)"), 3.0),
    (("student_t(1,0,1)", "student_t(1,3,1)"), 3.0),
    (("normal(0,1)", "normal(0,3)"), 2 * np.sqrt(2 / np.pi)),
])  # fmt: skip
def test_a_critics_top_is_em_whatever_the_tails(pair, em):
    """And no D gets above it, be it as steep as it likes where there is next to no sample."""
    found = population("wgan", *map(parse, pair))
    assert found.top == pytest.approx(em, rel=1e-9)
    assert found.value(found.best) == pytest.approx(em, rel=1e-2)
    assert found.value(found.best) <= em * (1 + 1e-5)
    steep = np.where(np.abs(found.places) > 1e3, 100.0, 1.0) * found.places
    for d in (steep, -steep):
        assert found.seen(d)[1] <= em * (1 + 1e-5)


def test_numbers_are_judged_by_the_bars_that_are_drawn():
    """V(D*) of the drawn D* is its own: an integral over both histograms."""
    rng = np.random.default_rng(0)
    p, q = Sample(rng.normal(0, 1, 500)), Sample(rng.normal(1, 1, 300))
    found = population("gan", p, q)
    edges = np.unique(np.r_[p.edges, q.edges])
    middle, width = (edges[1:] + edges[:-1]) / 2, np.diff(edges)
    f, g = (np.exp(d.logpdf(middle)) for d in (p, q))
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.nan_to_num(f * np.log(f / (f + g))) + np.nan_to_num(g * np.log(g / (f + g)))
    assert found.top == pytest.approx(float((logs * width).sum()), abs=2e-3)
    m = Measure.of(p, q)
    at = np.linspace(-1, 1, 9)
    np.testing.assert_allclose(np.interp(at, m.x, np.cumsum(m.p)), barred(p).cdf(at), atol=2e-3)
    share = learn(p, q, "gan", 500, 150, 0, X).share
    assert 0.8 < share[-1] < 1 and share[0] > -2


def test_slopes_of_the_lumps_are_those_of_the_penalty():
    """½ dᵀKd against r1/2 E_p D'² + r2/2 E_q D'² of D = tanh."""
    found = Population(P, Q, "r3gan", OBJECTIVES["r3gan"](r1=1.0, r2=0.5), X)
    d = np.tanh(found.measure.x)
    slopes = [stats.norm(at, 1).expect(lambda x: (1 - np.tanh(x) ** 2) ** 2) for at in (0, 2)]
    expected = slopes[0] / 2 + 0.5 * slopes[1] / 2
    assert 0.5 * d @ found.stiffness @ d == pytest.approx(expected, rel=5e-3)


@pytest.mark.parametrize("name", NAMES)
def test_a_small_net_comes_near_its_optimum(name):
    found = learn(P, Q, name, 2000, 250, 0, X)
    assert found.at[0] == 0 and found.at[-1] == 250 and found.d.shape == (len(found.at), len(X))
    least = {"wgan": 0.6, "wgan-gp": 0.7, "hinge": 0.85}.get(name, 0.95)
    assert least < found.share[-1] <= 1.001 and found.share[0] < 0.5
    assert f"{100 * found.share[-1]:.1f} %" in found.sentence


def test_what_is_drawn_is_a_probability_near_the_optimum():
    found = learn(P, Q, "gan", 2000, 250, 0, X)
    np.testing.assert_allclose(found.optimum, optimal_discriminator(P, Q, X))
    middle = np.abs(X - 1) < 2
    assert 0 < found.d.min() < found.d.max() < 1
    assert np.abs(found.d[-1] - found.optimum)[middle].max() < 0.1


def test_few_samples_make_a_poorer_discriminator():
    few, many = (learn(P, Q, "gan", n, 250, 0, X).share[-1] for n in (5, 2000))
    assert few < many - 0.1


def test_equal_densities_leave_nothing_to_learn():
    found = learn(P, P, "gan", 200, 20, 0, X)
    assert found.share is None and "nothing to learn" in found.sentence
    assert "p_r and p_g are so nearly equal" in found.sentence


@pytest.mark.parametrize("name", CRITICS)
@pytest.mark.parametrize("unit", [1e-9, 1.0, 1e6])
def test_what_a_critic_can_learn_does_not_depend_on_the_unit(name, unit):
    p, near, far = (parse(f"normal({m * unit!r},{unit!r})") for m in (0.0, 1e-8, 1.0))
    x = np.linspace(*window(p, far), 33)
    assert learn(p, near, name, 50, 5, 0, x).share is None
    assert learn(p, far, name, 50, 5, 0, x).share is not None


@pytest.mark.parametrize("name", ["gan", "wgan-gp"])
def test_far_from_zero_it_learns_as_well(name):
    p, q = parse("normal(1e9,1)"), parse("normal(1000000002,1)")
    there = learn(p, q, name, 500, 100, 0, X + 1e9).share[-1]
    assert there == pytest.approx(learn(P, Q, name, 500, 100, 0, X).share[-1], abs=0.02)


def test_a_seed_repeats_and_the_process_keeps_its_state():
    before = torch.get_num_threads(), torch.get_rng_state()
    a, b, c = (learn(P, Q, "wgan-gp", 100, 20, seed, X) for seed in (1, 1, 2))
    np.testing.assert_array_equal(a.d, b.d)
    assert not np.allclose(a.d, c.d)
    assert torch.get_num_threads() == before[0]
    assert torch.equal(torch.get_rng_state(), before[1])


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "pair",
    [
        ("point(0)", "point(0)"),
        ("point(0)", "point(1)"),
        ("student_t(0.5,0,1)", "normal(0,1)"),
        ("normal(0,0.0001)", "normal(1e6,1)"),
        ("beta(0.2,0.2)", "mixture(0.5*point(0)+0.5*uniform(0,1))"),
    ],
)
def test_odd_pairs_give_finite_numbers(name, pair):
    p, q = map(parse, pair)
    x = np.linspace(*window(p, q), 33)
    if name in CRITICS and "student_t" in pair[0]:
        with pytest.raises(BadInput, match="lighter tails"):
            learn(p, q, name, 50, 5, 0, x)
        return
    found = learn(p, q, name, 50, 5, 0, x)
    assert np.isfinite(found.d).all() and np.isfinite(found.value).all()
    assert found.share is None or np.isfinite(found.share).all()
    assert (found.share is None) == (pair[0] == pair[1])


def test_began_has_no_optimum_to_learn():
    with pytest.raises(BadInput, match="auto-encoder"):
        learn(P, Q, "began", 100, 10, 0, X)


# the worker's answers


def ask(do, **request):
    about, data = ANSWERS[do]({"do": do, **request})
    json.dumps(about, allow_nan=False)
    return about, unpack(about, data)


def test_dirac_answers():
    about, found = ask(
        "dirac", objective="gan", settings={"r1": 1.0}, scheme="alternating", steps=40, grid=5,
        start=[1, 0.5], extent=3,
    )  # fmt: skip
    assert found["field"].shape == (25, 4) and found["path"].shape == (41, 2)
    assert found["field"][:, 0].max() == 3 and found["path"][0].tolist() == [1, 0.5]
    np.testing.assert_allclose(about["flow_eigenvalues"], [[-0.5, 0]] * 2, atol=1e-3)
    assert about["measured"]["word"] in ("arrives", "shrinks")
    about, _ = ask("dirac", objective="wgan-gp", steps=10)
    assert about["flow_eigenvalues"] is None and "corner" in about["why"]


def test_a_gallery_is_the_walks_one_by_one():
    shared = {"scheme": "alternating", "step": 0.2, "steps": 40, "start": [1, 0.5], "grid": 5}
    games = [
        {"objective": "gan", "settings": {"r1": 1.0}},
        {"objective": "wgan", "noise": 0.5},
        {"objective": "began"},
    ]
    about, found = ask("dirac-gallery", games=games, **shared)
    assert found["field"].shape == (3, 25, 4) and found["path"].shape == (3, 41, 2)
    for i, one in enumerate(games):
        alone, arrays = ask("dirac", **one, **shared)
        for name in ("field", "path"):
            np.testing.assert_array_equal(found[name][i], arrays[name])
        words = {"measured": alone["measured"]["word"], **{k: alone[k] for k in ("flow", "update")}}
        assert about["games"][i] == words
    about, found = ask("dirac-gallery", games=games[:1], **{**shared, "steps": 5000})
    assert about["steps"] == 150 and found["path"].shape == (1, 151, 2)


def test_bins_answers():
    about, found = ask("bins", p=[1, 3, 2, 2, 2], q=[1, 0, 0, 0, 0], steps=30)
    assert found["q"].shape == found["d"].shape == (len(OBJECTIVES), 31, 5)
    assert found["tv"].shape == found["js"].shape == (len(OBJECTIVES), 31)
    assert [one["name"] for one in about["objectives"]] == list(OBJECTIVES)
    gan = found["d"][0]
    assert gan.min() >= 0 and gan.max() <= 1
    np.testing.assert_allclose(found["q"].sum(-1), 1, rtol=1e-5)


def test_discriminator_answers():
    request = {"p": "normal(0,1)", "q": "normal(2,1)", "objective": "hinge", "n": 50, "steps": 20}
    about, found = ask("discriminator", **request, low=-4, high=6, points=11)
    assert found["d"].shape == (len(found["at"]), 11) and not about["nothing"]
    np.testing.assert_allclose(found["x"], np.linspace(-4, 6, 11))
    _, found = ask("discriminator", **request, x=[0, 1, 2.5])
    assert found["x"].tolist() == [0, 1, 2.5] and len(found["optimum"]) == 3
    about, found = ask("discriminator", **{**request, "q": "normal(0,1)"})
    assert about["nothing"] and found["share"].shape == (0,)


@pytest.mark.parametrize(
    "do, request_, says",
    [
        ("dirac", {"objective": "nsgan"}, "ns-gan"),
        ("dirac", {"settings": {"lam": 1}}, "setting of gan"),
        ("dirac", {"settings": {"r1": -1}}, "r1"),
        ("dirac", {"settings": [1]}, "settings must be an object"),
        ("dirac", {"settings": "r1"}, "settings must be an object"),
        ("dirac", {"settings": 3}, "settings must be an object"),
        ("dirac", {"settings": {"r1": [1]}}, "r1"),
        ("dirac", {"step": 10**400}, "step"),
        ("dirac", {"objective": ["gan"]}, "objective"),
        ("dirac", {"scheme": 5}, "scheme"),
        ("dirac", {"start": 1}, "start"),
        ("dirac-gallery", {}, "games must be a list"),
        ("dirac-gallery", {"games": {"objective": "gan"}}, "games must be a list"),
        ("dirac-gallery", {"games": ["gan"]}, "each of games"),
        ("dirac-gallery", {"games": [{"settings": [1]}]}, "settings must be an object"),
        ("dirac-gallery", {"games": [{"objective": "nsgan"}]}, "ns-gan"),
        ("bins", {"p": [1, 1], "q": [1, 1], "objectives": 5}, "objectives must be a list"),
        ("bins", {"p": [1, 1], "q": [1, 1], "objectives": "gan"}, "objectives must be a list"),
        ("bins", {"p": 1, "q": [1, 1]}, "p must be a list"),
        ("dirac", {"scheme": "both"}, "scheme"),
        ("dirac", {"step": float("nan")}, "step"),
        ("dirac", {"steps": 10**9}, "steps"),
        ("dirac", {"steps": 1.5}, "whole"),
        ("dirac", {"start": [1]}, "start"),
        ("dirac", {"start": [1, "x"]}, "start"),
        ("dirac", {"noise": True}, "noise"),
        ("bins", {"p": [1, 1], "q": [0, 0]}, "raise"),
        ("bins", {"p": [1, 1], "q": [1, 1, 1]}, "same number"),
        ("bins", {"p": [1, -1], "q": [1, 1]}, "p="),
        ("bins", {"p": [1, 1], "q": [1, 1], "objectives": ["hing"]}, "hinge"),
        ("discriminator", {"p": "normal(0,1)", "q": "normal(0,0)"}, "greater"),
        ("discriminator", {"p": "normal(0,1)"}, "not a distribution"),
        ("discriminator", {"p": "point(0)", "q": "point(1)", "x": [1, 0]}, "ascend"),
        ("discriminator", {"p": "point(0)", "q": "point(1)", "low": 1, "high": 1}, "below"),
        ("discriminator", {"p": "point(0)", "q": "point(1)", "objective": "began"}, "copies"),
    ],
)
def test_bad_requests_are_refused_with_a_reason(do, request_, says):
    with pytest.raises(BadInput, match=says):
        ANSWERS[do](request_)
