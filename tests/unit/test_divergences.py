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
    assert [getattr(distances("point(2)", "point(2)"), name) for name in NAMES] == [0] * 6


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
    assert list(read) == ["kl", "kl_reverse", "js", "tv", "w1", "w2", "unit"]
