"""Parameters and sweeps: against derivatives that formulas know."""

import math
import time

import numpy as np
import pytest
from scipy import stats

from gan_core.catalog import BadInput
from gan_core.divergences import distances, parse
from gan_core.divergences.parameters import Parameter, find, moved, parameters
from gan_core.divergences.samples import Sample
from gan_core.divergences.sweep import SWEPT, sweep

TWO = "mixture(0.5*normal(-2,0.6)+0.5*normal(2,0.6))"
EVERY = [
    "normal(1,2)",
    "uniform(-1,3)",
    "laplace(1,2)",
    "student_t(3,1,2)",
    "student_t(1.5,1,2)",
    "exponential(2)",
    "gamma(0.5,2)",
    "beta(0.5,3)",
    "point(2)",
    "histogram(-1,3,1,0,4,2)",
    "mixture(0.3*normal(-2,0.5)+0.7*gamma(2,1))",
    "mixture(0.2*point(0)+0.3*uniform(1,2)+0.5*normal(3,1))",
]


def swept(p, q, key, n=81, unit="nats"):
    p, q = parse(p), parse(q)
    return sweep(p, q, key, find(q, key, p).grid(n), unit)


# parameters


@pytest.mark.parametrize("spec", EVERY)
@pytest.mark.parametrize("other", ["normal(0,1)", "point(-3)", "uniform(0,1)"])
def test_every_parameter_can_be_moved_over_its_whole_range(spec, other):
    d = parse(spec)
    found = parameters(d, parse(other))
    assert len({p.key for p in found}) == len(found) > 0
    for p in found:
        assert p.low < p.high and p.low <= p.value <= p.high, p
        assert p.key.replace(".", "").replace("_", "").isalnum()
        for value in p.grid(7):
            assert moved(d, p.key, value) is not d
        back = moved(d, p.key, p.value)
        assert distances(back, d, names=["w1"]).w1 == pytest.approx(0, abs=1e-12)


def test_keys_name_part_and_parameter():
    keys = [p.key for p in parameters(parse("mixture(0.3*normal(-2,0.5)+0.7*uniform(1,2))"))]
    assert keys == ["1.mean", "1.std", "1.weight", "2.low", "2.high", "2.weight", "shift"]
    assert [p.key for p in parameters(parse("gamma(2,1)"))] == ["shape", "scale"]
    assert [p.key for p in parameters(Sample([1, 2, 3, 4, 5]))] == ["shift"]


def test_a_weight_leaves_the_others_in_proportion():
    d = moved(parse("mixture(0.2*point(0)+0.3*point(1)+0.5*point(2))"), "3.weight", 0.75)
    assert [weight for weight, _ in d.parts] == pytest.approx([0.1, 0.15, 0.75])


@pytest.mark.parametrize(
    "spec", ["uniform(-1,3)", "histogram(-1,3,1,0,4,2)", "student_t(1,1,2)", TWO]
)
def test_a_shift_moves_the_whole(spec):
    d, at = parse(spec), np.linspace(-6, 6, 13)
    assert moved(d, "shift", 2.5).cdf(at + 2.5) == pytest.approx(d.cdf(at))
    sample = Sample([1, 2, 3, 4, 5])
    assert moved(sample, "shift", -1).values.tolist() == [0, 1, 2, 3, 4]


def test_grids_meet_round_numbers_and_the_middle_of_the_other():
    p = parse("normal(0.3,1)")
    parameter = find(parse("normal(2,0.5)"), "mean", p)
    assert 0.3 in parameter.grid() and len(parameter.grid(81)) == 81
    ratios = np.diff(np.log(Parameter("std", "std", 9, 0.1, 4, True).grid()))
    assert ratios == pytest.approx(np.full(80, ratios[0]))
    assert Parameter("x", "x", 0, -1, 1).grid(5).tolist() == [-1, -0.5, 0, 0.5, 1]


@pytest.mark.parametrize("log", [False, True])
def test_a_grid_holds_the_present_value_and_stays_even_otherwise(log):
    even = Parameter("x", "x", 9, 0.1, 4, log).grid(11)
    between = Parameter("x", "x", 1.23456, 0.1, 4, log).grid(11)
    assert 1.23456 in between and between[between != 1.23456].tolist() == even.tolist()
    beside = Parameter("x", "x", even[4] * (1 + 1e-12), 0.1, 4, log).grid(11)
    assert len(beside) == 11 and beside[4] == even[4] * (1 + 1e-12)


@pytest.mark.parametrize(
    "spec, key, value",
    [
        ("normal(0,1)", "sdt", 1),
        ("normal(0,1)", "1.mean", 1),
        ("normal(0,1)", "weight", 0.5),
        ("normal(0,1)", "std", -1),
        ("normal(0,1)", "mean", math.nan),
        ("normal(0,1)", "mean", math.inf),
        ("gamma(2,1)", "shift", 1),
        (TWO, "mean", 1),
        (TWO, "3.mean", 1),
        (TWO, "0.mean", 1),
        (TWO, "1.weight", 1),
        (TWO, "1.weight", 0),
        ("uniform(0,1)", "low", 2),
        ("sample", "values", 2),
    ],
)
def test_what_cannot_be_moved_says_why(spec, key, value):
    d = Sample([1, 2, 3, 4, 5]) if spec == "sample" else parse(spec)
    with pytest.raises(BadInput) as error:
        moved(d, key, value)
    assert "\n" not in str(error.value)


# sweeps: values and slopes


def slopes_are(found, name, expected, abs_=None):
    there = np.isfinite(found.slope[name])
    assert there.sum() >= len(there) - 2, name
    want = np.broadcast_to(expected, there.shape)[there]
    scale = np.abs(want).max() if abs_ is None else abs_ / 1e-4
    assert np.abs(found.slope[name][there] - want).max() <= 1e-4 * scale, name


def test_slopes_of_two_normals_are_those_of_the_closed_forms():
    found, at = swept("normal(0,1)", "normal(2,1)", "mean"), None
    at = found.values
    far = np.abs(at)
    slopes_are(found, "kl", at)
    slopes_are(found, "kl_reverse", at)
    slopes_are(found, "w1", np.sign(at))
    slopes_are(found, "w2", np.sign(at))
    slopes_are(found, "tv", np.sign(at) * stats.norm.pdf(far / 2))
    overlap = np.exp(-(at**2) / 8)
    with np.errstate(invalid="ignore"):
        slopes_are(found, "hellinger", at / 4 * overlap / (2 * np.sqrt(1 - overlap)))
    near = far < 2
    assert found.slope["chi2"][near] == pytest.approx((2 * at * np.exp(at**2))[near], rel=1e-4)
    middle = len(at) // 2
    assert at[middle] == 0
    for name in ("tv", "hellinger", "w1", "w2", "sqrt_js"):  # a kink
        assert math.isnan(found.slope[name][middle])
        assert found.left[name][middle] == pytest.approx(-found.right[name][middle])
    assert (found.left["w1"][middle], found.right["w1"][middle]) == (-1, 1)


def test_slopes_along_a_scale():
    found = swept("normal(0,1)", "normal(2,0.5)", "std")
    s = found.values
    exact_kl = 1 / s - (1 + 4) / s**3
    assert found.slope["kl"] == pytest.approx(exact_kl, rel=1e-4, abs=1e-4)
    assert found.slope["w2"] == pytest.approx(
        (s - 1) / np.sqrt(4 + (s - 1) ** 2), rel=1e-4, abs=1e-5
    )


@pytest.mark.parametrize(
    "p, q, key",
    [
        (TWO, "normal(0,2.088)", "mean"),
        (TWO, "mixture(0.5*normal(-1,0.6)+0.5*normal(3,0.1))", "2.mean"),
        (TWO, "mixture(0.5*normal(-1,0.6)+0.5*normal(3,0.6))", "1.weight"),
        ("student_t(3,0,1)", "laplace(1,1)", "scale"),
        ("beta(2,3)", "beta(3,2)", "a"),
        ("histogram(0,5,1,2,4,2,1)", "histogram(0,5,3,1,1,1,4)", "shift"),
        ("gamma(2,1)", "uniform(0,3)", "high"),
    ],
)
def test_values_are_the_distances_and_slopes_add_up_to_their_differences(p, q, key):
    """The integral of the slopes, by the trapezoid rule and its correction, is the difference."""
    found = swept(p, q, key, 161)
    for i in (0, 40, 97, 160):
        exact = distances(p, moved(parse(q), key, found.values[i]))
        for name in SWEPT:
            assert found.value[name][i] == pytest.approx(getattr(exact, name), rel=1e-12)
    for name in set(SWEPT) - {"chi2"}:
        value, step = found.value[name], np.diff(found.values)
        if not np.isfinite(value).all():
            continue
        right, left = found.right[name][:-1], found.left[name][1:]
        off = np.abs(np.diff(value) - (right + left) / 2 * step)
        bend = np.abs(left - right) * step  # of a smooth or once broken curve, no more is off
        span = np.ptp(value)
        assert np.nanmax(off - 0.51 * bend) < 2e-3 * span, name
        assert np.nansum(off) < 0.1 * span, name
        assert np.isnan(found.slope[name]).sum() <= 3, name


def test_two_points_jump_and_no_slope_tells_of_it():
    p, q = parse("point(0)"), parse("point(1)")
    found = sweep(p, q, "x", np.linspace(-1.5, 1.5, 81))
    middle = 40
    assert found.values[middle] == 0
    for name, top in (("js", math.log(2)), ("tv", 1), ("hellinger", 1)):
        assert found.value[name][middle] == 0
        others = np.delete(found.slope[name], middle)
        assert math.isnan(found.slope[name][middle]) and (others == 0).all()
        assert np.delete(found.value[name], middle) == pytest.approx(np.full(80, top))
    assert np.isinf(np.delete(found.value["kl"], middle)).all()
    assert np.isnan(found.slope["kl"]).all()
    assert "no" in found.why["kl"][0] or "none" in found.why["kl"][0]
    assert np.delete(found.slope["w1"], middle) == pytest.approx(np.r_[-np.ones(40), np.ones(40)])


def test_uniforms_slope_while_they_touch_and_are_flat_apart():
    found = swept("uniform(0,1)", "uniform(2,3)", "shift")
    gap = np.abs(found.values + 2)  # 0 where they coincide
    for name, slope in (("tv", 1.0), ("js", math.log(2))):
        inside, outside = (gap > 0.01) & (gap < 0.99), gap > 1.01
        assert np.abs(found.slope[name][inside]) == pytest.approx(np.full(inside.sum(), slope))
        assert found.slope[name][outside] == pytest.approx(np.zeros(outside.sum()), abs=1e-9)
    assert np.abs(found.slope["w1"][gap > 0.01]) == pytest.approx(np.ones((gap > 0.01).sum()))
    middle = int(np.argmin(gap))
    assert math.isnan(found.left["hellinger"][middle])  # √|θ|: vertical on both sides


def test_a_kink_between_grid_points_spoils_no_slope():
    """Two uniforms that begin to touch where the grid has no point."""
    p, q = parse("uniform(0,1)"), parse("uniform(2,3)")
    found = sweep(p, q, "shift", np.linspace(-3, 1, 60))
    gap = np.abs(found.values + 2)
    assert found.slope["tv"][gap > 1] == pytest.approx(np.zeros((gap > 1).sum()), abs=1e-9)
    assert np.abs(found.slope["tv"][gap < 1]) == pytest.approx(np.ones((gap < 1).sum()))


@pytest.mark.parametrize("key, value", [("mean", 1.234567), ("std", 0.777), ("mean", 2.0000001)])
def test_one_value_more_spoils_no_slope_around_it(key, value):
    """On an even grid with the present value between two points, slopes stay the smooth ones."""
    p, q = parse("normal(0,1)"), moved(parse("normal(2,0.5)"), key, value)
    parameter = find(q, key, p)
    found = sweep(p, q, key, parameter.grid(81))
    even = sweep(p, q, key, np.delete(found.values, np.flatnonzero(found.values == value)))
    assert len(found.values) == 82
    rest = found.values != value
    for name in SWEPT:
        np.testing.assert_array_equal(found.slope[name][rest], even.slope[name])
    mean, std = (value, 0.5) if key == "mean" else (2, value)
    exact = mean / std**2 if key == "mean" else 1 / std - (1 + mean**2) / std**3
    assert found.slope["kl"][~rest] == pytest.approx([exact], rel=1e-4)


def test_a_staircase_keeps_its_trend_beside_the_present_value():
    x = np.random.default_rng(0).normal(0, 1, 400)
    theta = np.sort(np.r_[np.linspace(-6, 2, 41), 0.001])
    found = sweep(parse("normal(0,1)"), Sample(x + 3), "shift", theta)
    assert found.slope["w1"][theta > -2] == pytest.approx(np.ones((theta > -2).sum()), abs=0.02)
    assert np.abs(found.slope["js"]).max() < 1


def test_uneven_grids_and_units():
    p, q = parse("normal(0,1)"), parse("normal(2,1)")
    at = np.array([-1.0, -0.2, 0.1, 0.7, 2.0, 2.1])
    found = sweep(p, q, "mean", at, "bits")
    assert found.slope["kl"] == pytest.approx(at / math.log(2), rel=1e-4)
    assert found.slope["w1"] == pytest.approx(np.sign(at))
    with pytest.raises(ValueError, match="ascending"):
        sweep(p, q, "mean", [3, 2, 1, 0, -1])


def test_the_edge_of_what_a_parameter_allows_has_a_slope_on_one_side():
    found = sweep(parse("beta(2,2)"), parse("beta(2,2)"), "a", [0.05, 0.3, 1, 1.5, 2.5, 3])
    assert math.isnan(found.left["w1"][0]) and math.isfinite(found.right["w1"][0])


def test_a_sample_can_be_swept():
    x = np.random.default_rng(0).normal(0, 1, 400)
    q = Sample(x + 3)
    found = sweep(parse("normal(0,1)"), q, "shift", find(q, "shift", parse("normal(0,1)")).grid(41))
    assert found.values[found.lowest("w1")] == pytest.approx(-3, abs=0.3)
    away = found.values > -2
    assert found.slope["w1"][away] == pytest.approx(np.ones(away.sum()), abs=0.02)


def test_a_sweep_is_quick():
    def seconds(*pair):
        start = time.process_time()
        swept(*pair)
        return time.process_time() - start

    swept("normal(0,1)", "normal(2,1)", "mean")
    assert min(seconds("normal(0,1)", "normal(2,0.5)", "mean") for _ in range(3)) < 0.6
    assert min(seconds(TWO, "normal(0,2.088)", "mean") for _ in range(2)) < 1.8
