"""The one-dimensional families against scipy's own, their specs as text, and what is drawn."""

import math

import numpy as np
import pytest
from scipy import integrate, stats

from gan_core.catalog import BadInput
from gan_core.divergences import FAMILIES, Normal, StudentT, curves, parse, window

EXAMPLES = {  # every family beside the same distribution of scipy
    "normal(1,2)": stats.norm(1, 2),
    "uniform(-1,3)": stats.uniform(-1, 4),
    "laplace(1,0.5)": stats.laplace(1, 0.5),
    "student_t(2.5,1,2)": stats.t(2.5, 1, 2),
    "student_t(1,0,1)": stats.cauchy(),
    "exponential(3)": stats.expon(0, 1 / 3),
    "gamma(0.4,2)": stats.gamma(0.4, 0, 2),
    "gamma(30,0.1)": stats.gamma(30, 0, 0.1),
    "beta(0.5,0.3)": stats.beta(0.5, 0.3),
    "beta(4,9)": stats.beta(4, 9),
    "histogram(-1,2,3,0,1)": stats.rv_histogram((np.array([3, 0, 1]), np.arange(-1, 3))),
}


@pytest.mark.parametrize("spec", EXAMPLES)
def test_a_family_is_scipys(spec):
    ours, theirs = parse(spec), EXAMPLES[spec]
    x = np.r_[theirs.ppf(np.linspace(0.01, 0.99, 25)), -3.0, 7.0]
    np.testing.assert_allclose(np.exp(ours.logpdf(x)), theirs.pdf(x), rtol=1e-9)
    np.testing.assert_allclose(ours.cdf(x), theirs.cdf(x), rtol=1e-9, atol=1e-15)
    np.testing.assert_allclose(ours.sf(x), theirs.sf(x), rtol=1e-9, atol=1e-15)
    if math.isfinite(theirs.mean()):
        assert ours.mean == pytest.approx(theirs.mean())
    if math.isfinite(theirs.var()):
        assert ours.var == pytest.approx(theirs.var())
    between = integrate.quad(theirs.cdf, x[3], x[20], epsabs=1e-12)[0]
    assert ours.below(x[20]) - ours.below(x[3]) == pytest.approx(between, rel=1e-8)
    assert ours.above(x[3]) - ours.above(x[20]) == pytest.approx(x[20] - x[3] - between, rel=1e-8)


@pytest.mark.parametrize(
    "spec",
    [*EXAMPLES, "point(-2)", "mixture(0.3*normal(0,1)+0.7*normal(4,0.5))",
     "mixture(0.5*point(0)+0.5*point(1))", "normal(1e-05,0.001)"],
)  # fmt: skip
def test_text_there_and_back(spec):
    d = parse(spec)
    assert str(parse(str(d))) == str(d)
    assert parse(str(d)) == d


def test_ways_to_write_it():
    assert parse(" Normal( mean = 1, std=2 ) ") == Normal(1, 2)
    assert parse("student-t(df=4)") == StudentT(4, 0, 1)
    assert parse("normal") == parse("normal()") == Normal(0, 1)
    assert parse("mixture(normal(0,1)+point(3))").parts[1][0] == 0.5
    thirds = parse("mixture(1/3*point(0)+2/3*mixture(0.5*point(1)+0.5*point(2)))")
    assert [round(w, 6) for w, _ in thirds.parts] == [0.333333] * 3


@pytest.mark.parametrize(
    "spec, says",
    [
        ("nromal(0,1)", "normal"),
        ("normal(0,-1)", "std is -1, but must be greater than 0"),
        ("normal(0,1,2)", "takes 2 numbers"),
        ("normal(0,sigma=1)", "parameter of normal"),
        ("normal(0,nan)", "must be a number"),
        ("normal(0,inf)", "must be a number between 1e-12 and 1e+12"),
        ("normal(0,one)", "must be a number"),
        ("normal(mean=0,mean=1)", "given twice"),
        ("uniform(2,1)", "Swap them"),
        ("student_t(0)", "df is 0"),
        ("beta(0.01,1)", "at least 0.05"),
        ("mixture()", "needs parts"),
        ("mixture(0.5*normal(0,1)+0.6*point(1))", "add up to 1.1"),
        ("mixture(-1*point(0)+2*point(1))", "greater than 0 and at most 1"),
        ("mixture(0.5*normal(0,1)+point(1))", "every part a weight"),
        ("mixture(0.5*normal(0,1", "is not a distribution"),
        ("mixture(normal(0,1)))+point(1)", "brackets"),
        ("histogram(0,1)", "a height for every bar"),
        ("histogram(0,1,0,0)", "Raise at least one"),
        ("histogram(0,1,1,-2)", "bar2 is -2"),
        ("histogram(0,1,1,nan)", "bar2 is nan"),
        ("histogram(0,1,inf)", "bar1 is inf"),
        ("histogram(1,0,1)", "Swap them"),
        ("histogram(1,1,1)", "Swap them"),
        ("histogram(0,1,one)", "must be a number"),
        (f"histogram(0,1,{','.join('1' * 41)})", "41 bars"),
        ("", "is not a distribution"),
        ("<script>", "is not a distribution"),
    ],
)
def test_a_bad_spec_says_what_to_change(spec, says):
    with pytest.raises(BadInput, match=None) as caught:
        parse(spec)
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_histogram_keeps_the_heights_it_was_given():
    bars = parse("histogram(0, 4, 10, 0, 30, 1/2)")
    assert str(bars) == "histogram(0,4,10,0,30,0.5)"
    assert bars.names() == ("low", "high", "bar1", "bar2", "bar3", "bar4")
    assert len(bars.values) == len(bars.names())
    assert bars.stretches == ((0, 1), (2, 4))  # the hole is no support
    mixed = parse("mixture(0.5*histogram(0,1,1,2)+0.5*normal(2,4))")
    assert str(mixed.parts[0][1]) == "histogram(0,1,1,2)" and parse(str(mixed)) == mixed


def test_every_family_stands_in_the_window_and_integrates_to_one():
    for spec in [*EXAMPLES, "mixture(0.3*normal(0,1)+0.7*uniform(3,4))"]:
        d = parse(spec)
        drawn_curves = curves(d, d, window(d, d))
        x, p = drawn_curves.x, drawn_curves.p
        middles = np.exp(d.logpdf((x[1:] + x[:-1]) / 2))  # trapezoids overrate a pole's first step
        area = (np.diff(x) * np.minimum(middles, (p[1:] + p[:-1]) / 2)).sum()
        assert 0.8 < area < 1.02, spec
        assert drawn_curves.top > 0
    assert set(FAMILIES) >= {spec.partition("(")[0] for spec in EXAMPLES}
