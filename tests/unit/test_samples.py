"""Draws, samples as distributions, and pasted text."""

import math

import numpy as np
import pytest
from every_family import EVERY, numbers
from scipy import integrate, stats

from gan_core.catalog import BadInput
from gan_core.divergences import curves, parse, window
from gan_core.divergences.pasted import parse_sample, read_sample
from gan_core.divergences.samples import MOST, Sample, draw
from gan_core.equilibrium import optimal_discriminator, potential


@pytest.mark.parametrize("spec", EVERY)
def test_draws_follow_the_cdf(spec):
    x = numbers(spec, 4000)
    assert x.shape == (4000,)
    assert stats.kstest(x, parse(spec).cdf).pvalue > 1e-3


def test_points_are_drawn_with_their_weights():
    x = numbers("mixture(0.25*point(0)+0.75*point(2))", 40_000)
    assert set(x) == {0.0, 2.0}
    assert (x == 2).mean() == pytest.approx(0.75, abs=0.01)


def test_a_draw_from_a_sample_is_one_of_its_numbers():
    sample = Sample([1, 2, 4, 8, 16])
    assert set(draw(sample, 500, np.random.default_rng(0))) == {1, 2, 4, 8, 16}


# a Sample as a distribution


@pytest.mark.parametrize("spec", ["normal(5,2)", "student_t(1.5,0,1)", "exponential(1)"])
def test_a_samples_own_functions_agree_with_each_other(spec):
    x = numbers(spec, 500)
    sample = Sample(x)
    at = np.linspace(x.min() - 1, x.max() + 1, 41)
    assert sample.cdf(at) == pytest.approx([(x <= t).mean() for t in at])
    assert sample.sf(at) == pytest.approx(1 - sample.cdf(at))
    scale = np.abs(x).max()
    assert sample.below(at) == pytest.approx(
        [np.maximum(t - x, 0).mean() for t in at], abs=1e-12 * scale
    )
    assert sample.above(at) == pytest.approx(
        [np.maximum(x - t, 0).mean() for t in at], abs=1e-12 * scale
    )
    assert (sample.mean, sample.var) == (pytest.approx(x.mean()), pytest.approx(x.var()))
    middle = (sample.edges[1:] + sample.edges[:-1]) / 2
    mass = np.exp(sample.logpdf(middle)) * np.diff(sample.edges)
    assert mass.sum() == pytest.approx(1)
    assert np.isneginf(sample.logpdf(np.array([x.min() - 1, x.max() + 1]))).all()
    assert len(sample.edges) < 200


def test_the_density_of_many_numbers_is_near_the_one_they_are_from():
    x = np.linspace(-2, 2, 50)
    sample = Sample(numbers("normal(0,1)", 100_000))
    assert np.exp(sample.logpdf(x)) == pytest.approx(stats.norm.pdf(x), abs=0.02)


def test_quantiles_are_numbers_of_the_sample():
    sample = Sample([3, 1, 2, 5, 4])
    assert sample.quantile([0.01, 0.2, 0.21, 0.5, 1]).tolist() == [1, 1, 2, 3, 5]


def test_figures_can_be_drawn_of_a_sample():
    p, q = Sample(numbers("normal(0,1)")), parse("normal(1,1)")
    low, high = window(p, q)
    assert low < p.values[0] < p.values[-1] < high
    drawn = curves(p, q, (low, high))
    assert integrate.trapezoid(drawn.p, drawn.x) == pytest.approx(1, abs=0.02)
    d = optimal_discriminator(p, q, drawn.x)
    assert np.nanmin(d) >= 0 and np.nanmax(d) <= 1
    f = potential(p, q, drawn.x)
    assert (np.abs(np.diff(f)) <= np.diff(drawn.x) * (1 + 1e-9)).all()


def test_samples_are_equal_by_their_numbers():
    assert Sample([1, 2, 3, 4, 5]) == Sample([5, 4, 3, 2, 1]) != Sample([1, 2, 3, 4, 6])
    assert len({Sample([1, 2, 3, 4, 5]), Sample([5, 4, 3, 2, 1])}) == 1


# pasted text


@pytest.mark.parametrize(
    "text",
    [
        "1\n2.5\n-3\n4e1\n5",
        "1 2.5 -3 4e1 5",
        "1,2.5,-3,4e1,5",
        "1; 2,5; -3; 40; 5",
        " 1, 2.5,\n-3,\n\n 40, 5,\n",
        "\ufeffscore\r\n1\r\n2.5\r\n-3\r\n40\r\n5\r\n",
        "name,score\nann,1\nbob,2.5\ncy,-3\ndi,40\ned,5",
        'name;score\n"ann";1\n"bob";2,5\n"cy";-3\n"di";40\n"ed";5',
        "1,9\n2.5,9\n-3,9\n40,9\n5,9",
        "a\t1\nb\t2.5\nc\t-3\nd\t40\ne\t5",
    ],
)
def test_numbers_are_read_in_every_usual_form(text):
    assert read_sample(text).values.tolist() == [-3, 1, 2.5, 5, 40]


def test_a_samples_text_reads_back_as_the_same_sample():
    sample = Sample(numbers("normal(0,1)", 200))
    assert parse_sample(str(sample)) == sample
    assert parse_sample(" SAMPLE( 1, 2 ,3,4,5.5 ) ").values.tolist() == [1, 2, 3, 4, 5.5]


@pytest.mark.parametrize(
    "text, says",
    [
        ("", "empty"),
        (" \n\n ", "empty"),
        ("hello", "“hello” in place 1"),
        ("1 2 x3 4 5", "“x3” in place 3"),
        ("1\n2\n\nthree\n5\n6", "“three” in line 4"),
        ("1,2,nan,4,5", "“nan” in place 3"),
        ("1\n2\ninf\n4\n5", "“inf” in line 3"),
        ("1,2,1e400,4,5", "“1e400” in place 3"),
        ("1 2 3 4 2e12", "between -1e+12"),
        ("1,2,3,4", "4 numbers, but 5"),
        ("2 2 2 2 2 2", "point(2)"),
        ("a,b\nx,y\nz,w", "(a, b)"),
        ("x\ny\nz", "“y” in line 2"),
        ("name,x\na,1\nb,2\nc,\nd,4\ne,5\nf,6", "no number in line 4"),
        ("name,x\na,1\nb,2\nc,oh\nd,4\ne,5\nf,6", "“oh” in line 4"),
    ],
)
def test_bad_text_is_named_with_its_place(text, says):
    with pytest.raises(BadInput) as error:
        read_sample(text)
    assert says in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("n", [MOST + 1, 1_000_000, 10_000_000])
@pytest.mark.parametrize("separator", [" ", ",", "\n"])
def test_too_many_numbers_are_counted_and_refused(n, separator):
    with pytest.raises(BadInput) as error:
        read_sample(separator.join(["7"] * n))
    assert f"{n:,} numbers" in str(error.value)
    assert f"keep one in {math.ceil(n / MOST)}" in str(error.value)


@pytest.mark.parametrize("spec", ["sample", "sample(1,2,3,4,5", "normal(1,2)", "sample()"])
def test_a_bad_spec_says_so(spec):
    with pytest.raises(BadInput):
        parse_sample(spec)
