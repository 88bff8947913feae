"""Distances estimated from samples: against scipy, definitions, formulas and repetition."""

import math

import numpy as np
import pytest
from every_family import EVERY, numbers
from scipy import integrate, stats

from gan_core.answers.table import ANSWERS
from gan_core.answers.wire import unpack
from gan_core.catalog import BadInput
from gan_core.divergences import NAMES, distances, parse
from gan_core.divergences.bins import divergences, inner_edges, masses
from gan_core.divergences.convergence import convergence
from gan_core.divergences.empirical import Quantiles, wasserstein
from gan_core.divergences.estimators import estimated
from gan_core.divergences.samples import Sample

# W1 and W2


@pytest.mark.parametrize("n, m", [(50, 50), (50, 73), (400, 7)])
def test_wasserstein_between_samples_equals_scipys(n, m):
    p, q = Sample(numbers("gamma(2,1)", n)), Sample(numbers("normal(3,2)", m, 1))
    w1, w2 = wasserstein(p, q)
    assert w1 == pytest.approx(stats.wasserstein_distance(p.values, q.values), rel=1e-12)
    x, y = np.repeat(p.values, m), np.repeat(q.values, n)  # both with n·m equal shares
    assert w2 == pytest.approx(math.sqrt(((x - y) ** 2).mean()), rel=1e-12)
    assert wasserstein(q, p) == (pytest.approx(w1), pytest.approx(w2))


@pytest.mark.parametrize("spec", [*EVERY, "point(1)", "mixture(0.5*point(0)+0.5*normal(3,1))"])
def test_wasserstein_to_a_density_is_the_integral_it_is_defined_by(spec):
    sample, known = Sample(numbers("normal(1,2)", 60)), parse(spec)
    w1, w2 = wasserstein(sample, known)
    x = np.linspace(-60, 90, 1_500_001)
    gap = np.abs(sample.cdf(x) - known.cdf(x))
    beyond = known.below(x[0]) + known.above(x[-1])
    assert w1 == pytest.approx(gap.sum() * (x[1] - x[0]) + beyond, abs=2e-3)
    assert wasserstein(known, sample)[0] == pytest.approx(w1)
    # against a sample of so many quantiles that it stands for the distribution
    u = (np.arange(60_000) + 0.5) / 60_000
    many = x[np.minimum(np.searchsorted(known.cdf(x), u), len(x) - 1)]
    if spec.startswith("point"):
        assert w2 == pytest.approx(math.sqrt(((sample.values - 1) ** 2).mean()))
    else:
        assert w2 == pytest.approx(wasserstein(sample, Sample(many))[1], rel=0.02)


def test_w2_of_a_large_sample_needs_no_more_digits_than_its_table_has():
    x, known = numbers("normal(0,1)", 20_000), parse("normal(100,3)")
    u = (np.arange(2_000_000) + 0.5) / 2_000_000
    many = np.sort(stats.norm.ppf(u, 100, 3))
    brute = math.sqrt(((np.repeat(np.sort(x), 100) - many) ** 2).mean())
    assert wasserstein(Sample(x), known)[1] == pytest.approx(brute, rel=1e-6)


def test_tails_without_moments_are_infinitely_far_and_say_so():
    d = estimated(Sample(numbers("normal(0,1)")), parse("student_t(1,0,1)"))
    assert d.w1 == d.w2 == math.inf
    assert "no mean" in d.why["w1"] and "no variance" in d.why["w2"]


# bins


def test_bins_hold_equal_shares_and_lose_no_mass():
    x, y = np.sort(numbers("normal(0,1)", 1000)), np.sort(numbers("normal(3,1)", 1000, 1))
    edges = inner_edges(x, y, 20)
    p, q = masses(Sample(x), edges), masses(Sample(y), edges)
    assert (p + q) / 2 == pytest.approx(np.full(20, 1 / 20))
    for known in map(parse, EVERY):
        assert masses(known, edges).sum() == pytest.approx(1, abs=1e-12)
    assert masses(parse("normal(0,1)"), np.array([0.0, 30, 31]))[2] == pytest.approx(
        stats.norm.sf(30), rel=1e-9
    )


def test_divergences_of_bins_by_their_definitions():
    p, q = np.array([0.5, 0.5, 0]), np.array([0.25, 0.25, 0.5])
    d = divergences(p, q)
    assert d["kl"] == pytest.approx(math.log(2)) and d["kl_reverse"] == math.inf
    assert d["tv"] == pytest.approx(0.5)
    assert d["hellinger"] ** 2 == pytest.approx(1 - math.sqrt(0.5))
    assert d["chi2"] == pytest.approx(0.25 + 0.25 + 0.5)
    m = (p + q) / 2
    js = (stats.entropy(p, m) + stats.entropy(q, m)) / 2
    assert d["js"] == pytest.approx(js)


# estimates


def pair_of(p, q, n, seed=0):
    return Sample(numbers(p, n, seed)), Sample(numbers(q, n, seed + 10_000))


def test_estimates_near_the_exact_values_and_where_they_come_from():
    p, q = pair_of("normal(0,1)", "normal(1,1)", 20_000)
    exact = distances("normal(0,1)", "normal(1,1)", "bits")
    for one, other in ((p, q), (p, parse("normal(1,1)")), (parse("normal(0,1)"), q)):
        found = estimated(one, other, "bits")
        for name in NAMES:
            assert getattr(found, name) == pytest.approx(getattr(exact, name), rel=0.15), name
            estimate = found.estimates[name]
            assert estimate.value == getattr(found, name)
            assert estimate.low <= estimate.high and estimate.n == 20_000
            assert 0 < estimate.floor < estimate.value
    assert found.how["js"] == "estimated from n = 20,000 samples"
    both = estimated(p, Sample(q.values[::2]), interval=False)
    assert both.how["w1"] == "estimated from n = 20,000 and m = 10,000 samples"
    assert both.estimates == {}


def test_estimates_repeat_and_the_seed_changes_the_interval_alone():
    p, q = pair_of("normal(0,1)", "normal(1,1)", 300)
    assert estimated(p, q) == estimated(p, q)
    other = estimated(p, q, seed=1)
    assert other.js == estimated(p, q).js
    assert other.estimates["js"] != estimated(p, q).estimates["js"]


def test_a_sample_against_itself_reads_zero():
    p = Sample(numbers("gamma(2,1)", 300))
    found = estimated(p, p)
    assert [getattr(found, name) for name in NAMES] == [0] * len(NAMES)


def test_an_empty_bin_makes_kl_infinite_with_its_reason():
    p, q = pair_of("normal(0,1)", "normal(20,1)", 300)
    found = estimated(p, q)
    assert found.kl == found.kl_reverse == found.chi2 == math.inf
    assert "none of q's 300 numbers" in found.why["kl"]
    assert "none of p's 300 numbers" in found.why["kl_reverse"]
    assert found.js == pytest.approx(math.log(2)) and found.tv == 1
    assert (found.estimates["kl"].low, found.estimates["kl"].high) == (0, math.inf)


@pytest.mark.parametrize("known", [False, True])
def test_the_interval_covers_the_exact_value_about_as_often_as_it_says(known):
    exact, hits = distances("normal(0,1)", "normal(1,1)"), dict.fromkeys(NAMES, 0)
    for seed in range(60):
        p, q = pair_of("normal(0,1)", "normal(1,1)", 500, seed)
        found = estimated(p, parse("normal(1,1)") if known else q, level=0.9, seed=seed)
        for name, estimate in found.estimates.items():
            hits[name] += estimate.low <= getattr(exact, name) <= estimate.high
    for name in set(NAMES) - {"chi2"}:  # whose heavy tail no resampling of 500 shows
        assert 44 <= hits[name] <= 60, (name, hits)


@pytest.mark.parametrize("known", [False, True])
def test_the_floor_is_what_equal_distributions_read(known):
    floors, values = ({name: [] for name in NAMES} for _ in range(2))
    for seed in range(60):
        p, q = pair_of("gamma(2,1)", "gamma(2,1)", 400, seed)
        found = estimated(p, parse("gamma(2,1)") if known else q, seed=seed, interval=seed < 5)
        for name in NAMES:
            values[name].append(getattr(found, name))
            if seed < 5:
                floors[name].append(found.estimates[name].floor)
    for name in NAMES:
        assert np.mean(floors[name]) == pytest.approx(np.mean(values[name]), rel=0.2), name


def test_drawn_quantile_functions_have_the_law_of_ordered_samples():
    """Means and deviations of order statistics: of uniform ones a formula knows both."""
    drawn = Quantiles(parse("uniform(0,1)")).drawn(512, 4000, np.random.default_rng(0))
    rank = np.arange(1, 513)
    mean, var = rank / 513, rank * (513 - rank) / (513**2 * 514)
    assert np.abs(drawn.mean(0) - mean).max() < 5 * math.sqrt(var.max() / 4000)
    assert drawn.var(0) == pytest.approx(var, rel=0.15)
    assert (np.diff(drawn, axis=1) >= 0).all()


# convergence


def test_bias_shrinks_with_n_and_the_floor_falls():
    found = convergence(parse("normal(0,1)"), parse("normal(0.5,1)"), [50, 500, 5000], 60)
    for name in NAMES:
        bias = np.abs(found.mean[name] - found.exact[name])
        assert bias[2] < bias[0], name
        assert (np.diff(found.floor[name]) < 0).all()
        assert (found.low[name] <= found.mean[name]).all()
        assert (found.mean[name] <= found.high[name]).all()
    assert found.mean["js"][0] > found.exact["js"]  # plug-in JS is too large
    # two-sample W1 floor of a normal: E∫|F_n - G_n| = ∫√(2F(1-F)/n)·√(2/π) dx
    width = integrate.quad(lambda x: math.sqrt(stats.norm.cdf(x) * stats.norm.sf(x)), -8, 8)[0]
    expected = 2 / math.sqrt(math.pi * 5000) * width
    assert found.floor["w1"][2] == pytest.approx(expected, rel=0.1)


def test_convergence_shows_the_estimator_that_samples_get():
    p, q = parse("gamma(2,1)"), parse("normal(2,1)")
    found = convergence(p, q, [300], 200, seed=3)
    once = [
        estimated(*pair_of("gamma(2,1)", "normal(2,1)", 300, s), interval=False).js
        for s in range(60)
    ]
    assert found.mean["js"][0] == pytest.approx(np.mean(once), rel=0.05)


def test_infinite_estimates_are_counted_not_averaged():
    found = convergence(parse("normal(0,1)"), parse("normal(9,1)"), [100], 20)
    assert found.infinite["kl"][0] == 1 and found.mean["kl"][0] == math.inf
    assert found.infinite["w1"][0] == 0 and found.mean["w1"][0] == pytest.approx(9, abs=0.2)


# the answer


def ask(**request):
    return ANSWERS["estimates"]({"p": "normal(0,1)", "q": "normal(1,1)", "repeats": 10, **request})


def test_the_answer_has_the_table_the_curves_and_two_rugs():
    about, data = ask(n=500, unit="bits", seed=4)
    found, exact = unpack(about, data), distances("normal(0,1)", "normal(1,1)", "bits")
    assert about["names"] == list(NAMES) and len(found["p"]) == len(found["q"]) == 500
    assert found["sizes"][0] == 20 and found["sizes"][-1] == 500 and len(found["sizes"]) == 9
    for i, row in enumerate(about["rows"]):
        assert row["exact"] == pytest.approx(getattr(exact, row["name"]))
        assert row["estimate"] == pytest.approx(found["mean"][i, -1], rel=1e-6)
        assert row["bias"] == pytest.approx(row["estimate"] - row["exact"])
        assert row["low"] <= row["estimate"] <= row["high"]
    assert ask(n=500, unit="bits", seed=4)[1] == data != ask(n=500, unit="bits", seed=5)[1]
    assert len(unpack(*ask(n=3000, repeats=2))["p"]) == 2000


def test_infinity_is_null_in_the_answers_rows():
    rows = {row["name"]: row for row in ask(p="point(0)", q="point(1)", n=50)[0]["rows"]}
    assert rows["kl"]["exact"] is rows["kl"]["estimate"] is rows["kl"]["bias"] is None
    assert rows["w1"]["estimate"] == 1 and rows["js"]["bias"] == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize(
    "request_, says",
    [
        ({"p": "nonsense("}, "nonsense"),
        ({"q": ""}, "not a distribution"),
        ({"unit": "bytes"}, "unit"),
        ({"n": 0}, "from 20"),
        ({"n": 10**7}, "from 20"),
        ({"n": "many"}, "whole number"),
        ({"n": 20.5}, "whole number"),
        ({"n": math.nan}, "whole number"),
        ({"n": True}, "whole number"),
        ({"repeats": 1}, "repeats"),
        ({"n": 100_000, "repeats": 400}, "too many"),
        ({"seed": -1}, "seed"),
    ],
)
def test_a_bad_request_is_refused_with_what_to_change(request_, says):
    with pytest.raises(BadInput) as error:
        ask(**request_)
    assert says in str(error.value)


def test_estimates_of_a_sample_have_no_exact_value_to_be_held_against():
    with pytest.raises(BadInput, match="sample already"):
        convergence(Sample([1, 2, 3, 4, 5]), parse("normal(0,1)"), [50])
