"""Distances against closed forms, scipy's own distributions and quadrature, and their laws."""

import itertools
import json
import math
import random

import numpy as np
import pytest
from scipy import integrate, stats

from gan_core.divergences import (
    NAMES,
    Beta,
    Exponential,
    Gamma,
    Laplace,
    Mixture,
    Normal,
    StudentT,
    Uniform,
    distances,
)

LOG2 = math.log(2)


def drawn(rng: random.Random, depth: int = 0):
    """A distribution at random: widths from 1e-3 to 3, every family, mixtures too."""
    names = ["normal", "uniform", "laplace", "student_t", "exponential", "gamma", "beta"]
    name = rng.choice(names + ["mixture"] * (depth == 0))
    width, mean = 10 ** rng.uniform(-3, 0.5), rng.uniform(-5, 5)
    if name == "mixture":
        weight = rng.uniform(0.1, 0.9)
        return Mixture(((weight, drawn(rng, 1)), (1 - weight, drawn(rng, 1))))
    return {
        "normal": lambda: Normal(mean, width),
        "uniform": lambda: Uniform(mean, mean + width),
        "laplace": lambda: Laplace(mean, width),
        "student_t": lambda: StudentT(rng.uniform(2.2, 12), mean, width),
        "exponential": lambda: Exponential(1 / width),
        "gamma": lambda: Gamma(10 ** rng.uniform(-0.7, 1.5), width),
        "beta": lambda: Beta(10 ** rng.uniform(-0.7, 1.5), 10 ** rng.uniform(-0.7, 1.5)),
    }[name]()


PAIRS = [(drawn(rng), drawn(rng)) for rng in map(random.Random, range(60))]


def test_wgans_example_of_two_points():
    d = distances("point(0)", "point(3)")
    assert (d.w1, d.w2, d.tv) == (3, 3, 1)
    assert d.js == pytest.approx(LOG2, abs=1e-15)
    assert d.kl == d.kl_reverse == math.inf
    assert distances("point(0)", "point(3)", "bits").js == 1
    assert [getattr(distances("point(2)", "point(2)"), name) for name in NAMES] == [0] * 8


@pytest.mark.parametrize(
    "m1, s1, m2, s2", [(0, 1, 2, 1), (0, 1, 0, 2), (0, 1e-4, 0, 1), (0, 1, 40, 1)]
)
def test_normals_have_closed_forms(m1, s1, m2, s2):
    d, gap = distances(Normal(m1, s1), Normal(m2, s2)), m1 - m2
    z = abs(gap) / abs(s1 - s2) if s1 != s2 else math.inf
    folded = (
        abs(gap)
        if s1 == s2
        else abs(s1 - s2)
        * (math.sqrt(2 / math.pi) * math.exp(-z * z / 2) + z * math.erf(z / math.sqrt(2)))
    )
    assert d.kl == pytest.approx(math.log(s2 / s1) + (s1**2 + gap**2) / (2 * s2**2) - 0.5, rel=1e-9)
    assert d.w2 == pytest.approx(math.hypot(gap, s1 - s2), rel=1e-12)
    assert d.w1 == pytest.approx(folded, rel=1e-12)
    if s1 == s2:
        assert d.tv == pytest.approx(2 * stats.norm.cdf(abs(gap) / (2 * s1)) - 1, rel=1e-12)


def test_uniforms_touching_and_apart():
    for low, em in ((1, 1), (3, 3)):
        d = distances("uniform(0,1)", f"uniform({low},{low + 1})")
        assert (d.js, d.tv) == (pytest.approx(LOG2), 1)
        assert (d.w1, d.w2) == (pytest.approx(em), pytest.approx(em))
        assert d.kl == math.inf and "no density" in d.why["kl"]
    half = distances("uniform(0,1)", "uniform(0.5,1.5)")
    assert half.tv == pytest.approx(0.5)
    assert half.js == pytest.approx(LOG2 / 2)
    assert distances("uniform(0,1)", "uniform(-1,3)").kl == pytest.approx(2 * LOG2)


def test_cauchys_have_no_mean_and_yet_a_distance():
    shifted = distances("student_t(1,0,1)", "student_t(1,2,1)")
    assert (shifted.w1, shifted.w2) == (pytest.approx(2), pytest.approx(2))
    assert shifted.tv == pytest.approx(2 / math.pi * math.atan(1))
    assert shifted.kl == pytest.approx(math.log(2))  # log(1 + d²/4)
    wider = distances("student_t(1,0,1)", "student_t(1,0,2)")
    assert wider.w1 == math.inf and "df = 1" in wider.why["w1"]
    assert wider.js < LOG2


def test_tails_decide_whether_kl_is_finite():
    assert distances("student_t(2,0,1)", "normal(0,1)").kl == math.inf
    assert math.isfinite(distances("student_t(2.5,0,1)", "normal(0,1)").kl)
    assert math.isfinite(distances("student_t(2,0,1)", "laplace(0,1)").kl)
    assert distances("student_t(1,0,1)", "laplace(0,1)").kl == math.inf


def test_a_point_against_a_density():
    d = distances("point(0)", "normal(0,1)")
    assert (d.js, d.tv, d.w2) == (pytest.approx(LOG2), 1, 1)
    assert d.w1 == pytest.approx(math.sqrt(2 / math.pi))
    assert d.kl == d.kl_reverse == math.inf and "single point" in d.why["kl"]


def test_shared_points_count_like_any_mass():
    p, q = "mixture(0.5*point(0)+0.5*uniform(0,1))", "mixture(0.25*point(0)+0.75*uniform(0,1))"
    d = distances(p, q)
    assert d.kl == pytest.approx(0.5 * math.log(2) + 0.5 * math.log(2 / 3))
    assert d.tv == pytest.approx(0.25)
    assert d.w1 == pytest.approx(0.125)


def tame(d) -> bool:
    """Whether scipy's quadrature can integrate it: no pole at an end (tests/slow has those)."""
    shapes = [getattr(part, name, 1) for _, part in d.parts for name in ("shape", "a", "b")]
    return min(shapes) >= 1


TAME = [(p, q) for p, q in PAIRS if tame(p) and tame(q)][:16]


@pytest.mark.parametrize("p, q", TAME, ids=lambda d: str(d)[:40])
def test_information_by_scipys_quadrature(p, q):
    """KL, JS and TV by adaptive quadrature over panels that know nothing of our mesh."""
    d = distances(p, q)
    cuts = np.unique(
        [x for part in (*p.parts, *q.parts) for x in quantiles(part[1])] + ends(p) + ends(q)
    )

    def js(x):
        f, g = np.exp(p.logpdf(np.array(x))), np.exp(q.logpdf(np.array(x)))
        m = (f + g) / 2
        return sum(v * math.log(v / m) / 2 if v > 1e-300 else 0.0 for v in (f, g))

    def tv(x):
        return abs(np.exp(p.logpdf(np.array(x))) - np.exp(q.logpdf(np.array(x)))) / 2

    for name, of in (("js", js), ("tv", tv)):
        pieces = [
            integrate.quad(of, a, b, epsabs=1e-10, epsrel=1e-9, limit=80)[0]
            for a, b in itertools.pairwise(cuts)
        ]
        assert getattr(d, name) == pytest.approx(math.fsum(pieces), rel=2e-6, abs=1e-9)


def quantiles(part):
    """Places through the bulk and the tails of one family, by scipy's own distribution."""
    values = dict(zip(part.names(), part.values, strict=True))
    frozen = {
        "normal": lambda v: stats.norm(v["mean"], v["std"]),
        "uniform": lambda v: stats.uniform(v["low"], v["high"] - v["low"]),
        "laplace": lambda v: stats.laplace(v["mean"], v["scale"]),
        "student_t": lambda v: stats.t(v["df"], v["mean"], v["scale"]),
        "exponential": lambda v: stats.expon(0, 1 / v["rate"]),
        "gamma": lambda v: stats.gamma(v["shape"], 0, v["scale"]),
        "beta": lambda v: stats.beta(v["a"], v["b"]),
    }[part.name](values)
    levels = [1e-14, 1e-10, 1e-7, 1e-4, 1e-2, 0.1, 0.3, 0.5, 0.7, 0.9]
    return [*frozen.ppf(levels), *frozen.isf([1e-2, 1e-4, 1e-7, 1e-10, 1e-14])]


def ends(d):
    return [x for _, part in d.parts for x in part.support if math.isfinite(x)]


@pytest.mark.parametrize("p, q", PAIRS[14:22], ids=lambda d: str(d)[:40])
def test_transport_by_sorted_samples(p, q):
    """W1 and W2 as in their definition: the mean distance between equal quantiles."""
    d, u = distances(p, q), (np.arange(200_000) + 0.5) / 200_000
    x, y = (np.interp(u, *table(of)) for of in (p, q))
    assert d.w1 == pytest.approx(np.abs(x - y).mean(), rel=3e-3, abs=1e-4)
    if max(p.var, q.var) < 1e3:
        assert d.w2 == pytest.approx(math.sqrt(((x - y) ** 2).mean()), rel=0.05, abs=1e-3)


def table(d):
    """A fine table of a CDF, for its inverse."""
    x = np.unique(np.concatenate([np.r_[part.marks] for _, part in d.parts]))
    x = x[np.abs(x) < 1e6]
    x = np.unique((x[:-1, None] + np.diff(x)[:, None] * np.linspace(0, 1, 200)).ravel())
    cdf, keep = np.unique(d.cdf(x), return_index=True)
    return cdf, x[keep]


@pytest.mark.parametrize("p, q", PAIRS, ids=lambda d: str(d)[:40])
def test_laws(p, q):
    d, back = distances(p, q), distances(q, p)
    for name in ("js", "tv", "w1", "w2"):
        assert getattr(d, name) == pytest.approx(getattr(back, name), rel=1e-6, abs=1e-12), name
    assert d.kl == pytest.approx(back.kl_reverse, rel=1e-6)
    assert 0 <= d.js <= LOG2 and 0 <= d.tv <= 1
    assert d.tv**2 / 2 <= d.js * (1 + 1e-9) and d.js <= LOG2 * d.tv * (1 + 1e-9)
    assert min(d.kl, d.kl_reverse) >= 2 * d.tv**2 * (1 - 1e-9)  # Pinsker
    assert d.js <= (d.kl + d.kl_reverse) / 4 * (1 + 1e-9)
    assert abs(p.mean - q.mean) * (1 - 1e-9) <= d.w1 <= d.w2 * (1 + 1e-6)
    same = distances(p, p)
    assert max(getattr(same, name) for name in NAMES) < 1e-7


@pytest.mark.parametrize("seed", range(12))
def test_triangle_inequalities(seed):
    rng = random.Random(1000 + seed)
    p, q, r = drawn(rng), drawn(rng), drawn(rng)
    pq, qr, pr = distances(p, q), distances(q, r), distances(p, r)
    for name in ("sqrt_js", "tv", "w1", "w2"):
        left, right = getattr(pr, name), getattr(pq, name) + getattr(qr, name)
        assert left <= right * (1 + 1e-6), name


def test_nearly_equal_densities_do_not_cancel():
    d = distances(Normal(0, 1), Normal(1e-6, 1))
    assert d.kl == pytest.approx(5e-13, rel=1e-6)
    assert d.js == pytest.approx(1.25e-13, rel=1e-6)
    assert d.tv == pytest.approx(1e-6 / math.sqrt(math.tau), rel=1e-6)
    assert d.w1 == pytest.approx(1e-6, rel=1e-6)


def test_a_monotone_map_leaves_information_alone():
    """KL, JS and TV do not see x -> 3x + 5; the transport distances scale by 3."""
    d = distances("gamma(2,1)", "exponential(2)")
    scaled = distances("gamma(2,3)", f"exponential({2 / 3!r})")
    for name in ("kl", "kl_reverse", "js", "tv"):
        assert getattr(scaled, name) == pytest.approx(getattr(d, name), rel=1e-9)
    assert (scaled.w1, scaled.w2) == (pytest.approx(3 * d.w1), pytest.approx(3 * d.w2))


def test_bits_and_json():
    d = distances("normal(0,1)", "uniform(0,1)", "bits")
    assert d.js == pytest.approx(distances("normal(0,1)", "uniform(0,1)").js / LOG2)
    again = d.to("nats").to("bits")
    assert (again.unit, again.kl) == (d.unit, d.kl) and again.js == pytest.approx(d.js, rel=1e-15)
    read = json.loads(d.as_json())
    assert read["kl"] == "inf" and read["unit"] == "bits"
    assert list(read) == [*NAMES, "sqrt_js", "unit"]
    assert read["sqrt_js"] == pytest.approx(math.sqrt(read["js"]))


def test_only_what_is_asked_for_is_computed():
    d = distances("normal(0,1)", "laplace(1,2)", names=("hellinger", "w1"))
    whole = distances("normal(0,1)", "laplace(1,2)")
    assert (d.hellinger, d.w1) == (whole.hellinger, whole.w1)
    assert math.isnan(d.kl) and set(d.how) == {"hellinger", "w1"}
    assert list(d.as_dict()) == ["hellinger", "w1", "unit"]


@pytest.mark.parametrize("m, s, t", [(0, 1, 2), (2, 1, 1), (1, 1e-3, 1), (0.5, 1, 0.75)])
def test_hellinger_and_chi2_of_normals(m, s, t):
    d = distances(Normal(0, s), Normal(m, t))
    overlap = math.sqrt(2 * s * t / (s * s + t * t)) * math.exp(-m * m / 4 / (s * s + t * t))
    assert d.hellinger == pytest.approx(math.sqrt(1 - overlap), rel=1e-9)
    left = 2 * t * t - s * s
    more = t * t / (s * math.sqrt(left)) * math.exp(m * m / left)
    assert d.chi2 == pytest.approx(more - 1, rel=1e-9)
    assert d.how["chi2"] == d.how["hellinger"] == "closed form"
    # the same pair as mixtures has no closed form, and goes by quadrature
    halves = [Mixture(((0.5, n), (0.5, n))) for n in (Normal(0, s), Normal(m, t))]
    again = distances(*halves)
    assert again.how["chi2"] == "quadrature"
    assert again.chi2 == pytest.approx(d.chi2, rel=1e-8)
    assert again.hellinger == pytest.approx(d.hellinger, rel=1e-8)


def test_chi2_where_calculus_gives_it():
    """∫p²/q by hand."""
    assert distances("uniform(0,1)", "uniform(-1,3)").chi2 == pytest.approx(3)
    assert distances("exponential(1)", "exponential(1.5)").chi2 == pytest.approx(1 / 3)
    square = math.gamma(0.02) * math.gamma(3) / math.gamma(3.02)
    pole = distances("beta(0.51,2)", "uniform(0,1)").chi2  # ∫x^-0.98 (1-x)² / B²
    assert pole == pytest.approx(square * (0.51 * 1.51) ** 2 - 1, rel=1e-8)
    slow = sum(1 / math.factorial(k) / (k + 0.01) for k in range(30)) * math.gamma(1.99)
    assert distances("uniform(0,1)", "gamma(1.99,1)").chi2 == pytest.approx(slow - 1, rel=1e-8)
    for m, b in ((1, 1.5), (1, 0.51), (3, 1)):  # b/2 ∫exp(-2|x| + |x - m|/b), in three pieces
        r, e = 1 / b, math.exp(-2 * m)
        left, inner, right = math.exp(m * r) / (2 - r), math.exp(m * r), e / (2 - r)
        inner *= (1 - math.exp(-(2 + r) * m)) / (2 + r)
        whole = b / 2 * (left + inner + right)
        assert distances(Laplace(0, 1), Laplace(m, b)).chi2 == pytest.approx(whole - 1, rel=1e-8)


def test_chi2_far_from_both_densities():
    """The bump of p²/q at -10 lies 10 widths of p to the left; a second bump stops its growth."""
    d = distances("normal(0,1)", "mixture(0.999*normal(10,1)+0.001*normal(-1000,1))")
    assert d.chi2 == pytest.approx(math.exp(100) / 0.999 - 1, rel=1e-9)


INFINITE = [  # p, q, and a part of the reason
    ("normal(0,1)", "normal(0,0.7)", "tail"),
    ("normal(0,2)", "normal(1,1.41)", "tail"),
    ("laplace(0,1)", "laplace(0,0.5)", "tail"),
    ("student_t(3,0,1)", "student_t(6,0,1)", "tail"),
    ("student_t(30,0,1)", "normal(0,9)", "tail"),
    ("exponential(1)", "exponential(2)", "right tail"),
    ("mixture(0.5*normal(0,1)+0.5*normal(0,3))", "normal(0,2)", "both tails"),
    ("uniform(0,1)", "gamma(2,1)", "x = 0"),
    ("uniform(0,1)", "beta(1,2)", "x = 1"),
    ("beta(0.5,1)", "uniform(0,1)", "p grows too fast"),
    ("uniform(0,2)", "histogram(0,3,1,0,1)", "from x = 1 to 2"),
    ("point(0)", "normal(0,1)", "single point"),
]


@pytest.mark.parametrize("p, q, reason", INFINITE)
def test_an_infinite_chi2_says_why(p, q, reason):
    d = distances(p, q, names=("chi2",))
    assert d.chi2 == math.inf and reason in d.why["chi2"]


@pytest.mark.parametrize(
    "p, q",
    [
        ("normal(0,1)", "normal(0,0.71)"),
        ("laplace(0,1)", "laplace(0,0.501)"),
        ("student_t(3,0,1)", "student_t(5.9,0,1)"),
        ("exponential(1)", "exponential(1.99)"),
        ("uniform(0,1)", "gamma(1.99,1)"),
        ("uniform(0.5,1)", "gamma(9,1)"),
        ("uniform(0,1)", "mixture(0.5*gamma(9,1)+0.5*uniform(0,2))"),
        ("normal(0,1)", "mixture(0.5*normal(0,0.1)+0.5*normal(0,1))"),
    ],
)
def test_a_chi2_just_inside_is_finite(p, q):
    d = distances(p, q, names=("chi2",))
    assert 0 < d.chi2 < math.inf and not d.why


def test_a_chi2_beyond_floats_names_its_size():
    d = distances("normal(0,1)", "normal(40,1)")  # e^1600
    assert d.chi2 == math.inf and "10^694.87" in d.why["chi2"]
    near = distances("normal(0,1)", "normal(26,1)")
    assert near.chi2 == pytest.approx(math.exp(676)) and not near.why


@pytest.mark.parametrize(
    "q", ["normal(1,1)", "uniform(0,3)", "gamma(2,1)", "point(1.5)", "histogram(0,3,1,2,1)"]
)
def test_a_histogram_is_a_mixture_of_uniforms(q):
    bars = "histogram(0,3,1,0,2)"
    uniforms = "mixture(1/3*uniform(0,1)+2/3*uniform(2,3))"
    for pair, other in (((bars, q), (uniforms, q)), ((q, bars), (q, uniforms))):
        d, same = distances(*pair), distances(*other)
        for name in NAMES:
            assert getattr(d, name) == pytest.approx(getattr(same, name), rel=1e-9), name
        assert d.why == same.why


def test_heavy_tails_that_agree_first_and_differ_later():
    """Equal tails with df = 1.2 cancel; those with df = 1.9 differ, and still W2 is finite."""
    first, second = "0.5*student_t(1.2,0,1)", "0.5*student_t(1.9,0,{})"
    p, q = (f"mixture({first}+{second.format(s)})" for s in (1, 2))
    d = distances(p, q)
    at_zero = stats.t(1.9).pdf(0) * 1.9 / 0.9  # W1 is the difference of two mean tails
    assert d.w1 == pytest.approx(at_zero, rel=1e-9)
    assert d.w1 < d.w2 < math.inf
    assert distances(p, q.replace("1.9,", "1.5,")).w2 == math.inf


def test_a_pole_hidden_behind_another_part_is_seen():
    """χ² where q's normal part, about e^-198000 at 0, stands beside the gamma that decides."""
    p = Gamma(1.1917302359638862, 0.028248405255828987)
    far, near = Normal(-3.389508740970407, 0.005384906921239642), Gamma(2.33823707, 0.01599435535)
    q = Mixture(((0.18, far), (0.82, near)))

    def excess(t: float) -> float:  # p²/q over the logarithm of x
        x = np.array(math.exp(t))
        return math.exp(2 * float(p.logpdf(x)) - float(q.logpdf(x)) + t)

    cuts = [-400, -100, -30, -10, -5, -3, -2, -1, 0, 1]
    pieces = [integrate.quad(excess, a, b, epsrel=1e-11)[0] for a, b in itertools.pairwise(cuts)]
    assert distances(p, q).chi2 == pytest.approx(math.fsum(pieces) - 1, rel=1e-6)
