"""What sweeps are read to say, and races: against what formulas know."""

import math
import time
from dataclasses import replace

import numpy as np
import pytest

from gan_core.catalog import BadInput
from gan_core.divergences import NAMES, distances, parse
from gan_core.divergences.parameters import find, moved
from gan_core.divergences.race import MOST, race, run
from gan_core.divergences.reading import Track, useful
from gan_core.divergences.sweep import SWEPT, sweep

TWO = "mixture(0.5*normal(-2,0.6)+0.5*normal(2,0.6))"


def swept(p, q, key, n=81, unit="nats"):
    p, q = parse(p), parse(q)
    return sweep(p, q, key, find(q, key, p).grid(n), unit)


# what they say


def verdicts(p, q, key, at):
    return {name: r.verdict for name, r in useful(swept(p, q, key), at).items()}


def test_the_wgan_example_read_out():
    at_one = verdicts("point(0)", "point(1)", "x", 1.0)
    assert at_one["w1"] == at_one["w2"] == "slopes"
    assert at_one["js"] == at_one["tv"] == at_one["hellinger"] == at_one["sqrt_js"] == "flat"
    assert at_one["kl"] == at_one["kl_reverse"] == at_one["chi2"] == "infinite"
    at_zero = verdicts("point(0)", "point(1)", "x", 0.0)
    assert at_zero["js"] == at_zero["tv"] == "jumps"
    assert at_zero["w1"] == at_zero["w2"] == "at its minimum"
    assert at_zero["kl"] == "jumps"  # 0 here and infinite beside


def test_normals_slope_near_and_saturate_far():
    near = verdicts("normal(0,0.5)", "normal(6,0.5)", "mean", 1.0)
    assert set(near.values()) == {"slopes"}
    far = verdicts("normal(0,0.5)", "normal(6,0.5)", "mean", 6.0)
    assert {name for name, verdict in far.items() if verdict == "flat"} == {
        "js", "tv", "hellinger", "sqrt_js",
    }  # fmt: skip
    assert set(verdicts("normal(0,1)", "normal(2,1)", "mean", 0.0).values()) == {"at its minimum"}


def test_the_figures_of_a_reading():
    read = useful(swept("normal(0,1)", "normal(2,1)", "mean"), 2.0)
    assert (read["kl"].value, read["kl"].slope) == (pytest.approx(2), pytest.approx(2))
    assert read["kl"].share == pytest.approx(2) and read["w1"].share == pytest.approx(1)
    assert read["w1"].goal == 0 and read["w1"].least == 0
    between = useful(swept("normal(0,1)", "normal(2,1)", "mean"), 1.2345)
    assert between["kl"].value == pytest.approx(1.2345**2 / 2, rel=1e-6)
    assert between["chi2"].value == pytest.approx(math.expm1(1.2345**2), rel=1e-3)


def test_a_slope_that_leads_away_has_a_negative_share():
    read = useful(swept(TWO, "normal(2,0.6)", "mean"), 0.5)
    assert read["kl_reverse"].share < 0 or read["kl_reverse"].goal > 0


def test_known_distances_win_beside_an_infinite_grid_point():
    p, q = "uniform(0,1)", "uniform(-0.005,1.005)"
    found, known = swept(p, q, "shift", 81), distances(p, q)
    assert useful(found, 0.001)["kl"].verdict == "infinite"
    read = useful(found, 0.001, distances(p, moved(parse(q), "shift", 0.001)))
    assert read["kl"].value == pytest.approx(known.kl) and read["kl"].verdict != "infinite"


@pytest.mark.parametrize("name", ["kl", "js", "tv", "w1", "chi2"])
def test_between_grid_points_values_and_slopes_are_near_the_exact_ones(name):
    p, q = parse("normal(0,1)"), parse("normal(2,1)")
    track = Track(sweep(p, q, "mean", np.linspace(-4, 4, 81)), name)
    for at in (-3.73, -1.01, 0.77, 2.345):
        exact, beside = (getattr(distances(p, moved(q, "mean", t)), name) for t in (at, at + 1e-5))
        assert track.value(at) == pytest.approx(exact, rel=2e-3)
        assert track.slope(at) == pytest.approx((beside - exact) / 1e-5, rel=1e-2)


HALVES = "mixture(0.5*point(0)+0.5*point(1))"
LEAST = [  # p, q, θ, where θ is, and what is smallest there
    (HALVES, "point(0)", "x", 0.0, ["w1"]),
    (HALVES, "point(0)", "x", 0.25, ["w1"]),
    ("normal(0,1)", "exponential(1)", "rate", 1.0, ["tv"]),
    ("beta(0.1,0.1)", "uniform(0,1)", "low", 0.0, ["js", "tv", "kl", "kl_reverse"]),
]


@pytest.mark.parametrize("p, q, key, at, names", LEAST)
def test_on_a_plateau_of_smallest_values_and_at_a_lone_one_it_is_at_its_minimum(
    p, q, key, at, names
):
    q = str(moved(parse(q), key, at))
    read, found = useful(swept(p, q, key), at), race(parse(p), parse(q), key)
    for name in names:
        assert read[name].verdict == "at its minimum", name
        assert (found.finish[name].verdict, found.finish[name].step) == ("arrived", 0), name


@pytest.mark.parametrize("p, q, key", [
    ("point(0)", "uniform(1,2)", "low"), ("uniform(0,1)", "uniform(70,71)", "1"),
    (HALVES, "point(0.3)", "x"),
])  # fmt: skip
def test_a_distance_that_is_the_same_everywhere_is_flat_and_not_smallest(p, q, key):
    p, q = parse(p), parse(q)
    if key == "1":  # the range does not reach p
        found, at = sweep(p, q, "shift", np.linspace(-1, 1, 41)), 0.0
    else:
        found, at = sweep(p, q, key, find(q, key, p).grid(81)), find(q, key, p).value
    read, raced = useful(found, at), run(found, at)
    for name in ("js", "tv", "hellinger"):
        assert read[name].verdict == "flat" and raced.finish[name].verdict == "stands still", name


def test_a_lone_finite_value_jumps():
    read = useful(swept("student_t(1,0,1)", "student_t(1,3,1)", "df"), 1.0)
    assert read["w1"].verdict == read["w2"].verdict == "jumps"
    assert read["w1"].value == pytest.approx(3)


def test_the_least_place_of_the_grid_is_no_minimum_where_the_slope_goes_on():
    """EM of two points is least at the kink 0.03, between the grid's 0 and 0.1."""
    found = sweep(parse("point(0.03)"), parse("point(1)"), "x", np.linspace(-1, 1, 21))
    assert useful(found, 0.0)["w1"].verdict == "slopes"


BARS = "histogram(0,5,1,0,4,0,1)", "histogram(1,6,0,3,1,0,4)", "shift"


@pytest.mark.parametrize("start", [0.0, 1.0, -1.0, 0.5, 0.97])
def test_a_race_stands_still_where_the_sweep_reads_no_slope_and_only_there(start):
    p, q, key = parse(BARS[0]), parse(BARS[1]), BARS[2]
    found = race(p, q, key, start=start)
    grid = replace(find(q, key, p), value=start).grid(81)
    for name, read in useful(sweep(p, q, key, grid), start).items():
        stands = found.finish[name].verdict == "stands still"
        assert stands == (read.verdict == "flat"), (name, read, found.finish[name])


def test_a_kink_that_both_sides_climb_from_holds_a_runner():
    """TV of the bars is least near 0 among its neighbours, but not over the range."""
    p, q, key = parse(BARS[0]), parse(BARS[1]), BARS[2]
    at_it, above = (race(p, q, key, start=start).finish["tv"] for start in (0.0, 0.97))
    assert (at_it.verdict, above.verdict) == ("stands still", "held elsewhere")


# races


def run_of(p, q, key, **more):
    return race(parse(p), parse(q), key, **more)


def verdicts_of(found):
    return {name: finish.verdict for name, finish in found.finish.items()}


def test_wgans_example_only_em_arrives():
    found = run_of("point(0)", "point(1)", "x", rate=0.1, steps=60)
    got = verdicts_of(found)
    assert {name for name, verdict in got.items() if verdict == "arrived"} == {"w1", "w2"}
    assert got["js"] == got["tv"] == got["hellinger"] == got["sqrt_js"] == "stands still"
    assert got["kl"] == got["kl_reverse"] == got["chi2"] == "infinite"
    assert "none" in found.finish["kl"].why
    assert found.thetas.shape == found.values.shape == found.slopes.shape == (len(SWEPT), 61)
    w1, js = (found.thetas[found.names.index(name)] for name in ("w1", "js"))
    cap = 0.05 * 3
    assert w1[:8] == pytest.approx(1 - min(0.1, cap) * np.arange(8))
    assert (js == 1).all()
    assert found.finish["w1"].step == pytest.approx(9, abs=1)


def test_normals_all_arrive():
    found = run_of("normal(0,1)", "normal(1.5,1)", "mean", rate=0.5, steps=200)
    assert set(verdicts_of(found).values()) == {"arrived"}
    for finish in found.finish.values():
        assert finish.goal == 0 and 0 < finish.step < 200


def test_disjoint_uniforms_leave_js_and_tv_standing():
    found = run_of("uniform(0,1)", "uniform(2,3)", "shift", rate=0.1, steps=100)
    got = verdicts_of(found)
    assert got["js"] == got["tv"] == got["hellinger"] == "stands still"
    assert got["w1"] == got["w2"] == "arrived" and found.finish["w1"].goal == -2
    assert got["kl"] == got["kl_reverse"] == "infinite"


def test_saturated_normals_stand_still_and_reverse_kl_keeps_its_mode():
    got = verdicts_of(run_of("normal(0,0.5)", "normal(6,0.5)", "mean", rate=0.1, steps=150))
    assert got["js"] == got["tv"] == "stands still"
    assert got["kl"] == got["w1"] == "arrived"
    modes = run_of(
        "mixture(0.7*normal(-4,0.6)+0.3*normal(4,0.6))", "normal(5,0.6)", "mean", steps=400
    )
    assert modes.finish["kl_reverse"].verdict == "held elsewhere"
    assert modes.finish["kl_reverse"].goal == pytest.approx(-4, abs=0.2)
    assert modes.thetas[modes.names.index("kl_reverse"), -1] == pytest.approx(4, abs=0.2)


def test_a_race_is_plain_gradient_descent_within_the_cap():
    found = run_of("normal(0,1)", "normal(2,1)", "mean", rate=0.05, steps=80)
    kl = found.thetas[found.names.index("kl")]
    assert kl == pytest.approx(2 * 0.95 ** np.arange(81), rel=1e-3)
    stride = np.abs(np.diff(found.thetas, axis=1))
    assert stride.max() <= 0.05 * 8 + 1e-12
    assert verdicts_of(run_of("normal(0,1)", "normal(2,1)", "mean", rate=1e-3, steps=30))["js"] in (
        "stands still",
        "on the way",
    )


def test_slow_runners_are_on_the_way():
    got = verdicts_of(run_of("normal(0,1)", "normal(2,1)", "mean", rate=0.02, steps=20))
    assert got["w1"] == "on the way"


def test_a_start_at_the_goal_has_arrived():
    found = run_of("normal(0,1)", "normal(2,1)", "mean", start=0.0, steps=5)
    assert {f.step for f in found.finish.values()} == {0}
    points = run_of("point(0)", "point(1)", "x", start=0.0, steps=5)
    assert verdicts_of(points)["w1"] == "arrived"


def test_a_race_costs_about_one_sweep():
    pair = parse("normal(0,1)"), parse("normal(2,0.5)")
    race(*pair, "mean")
    start = time.process_time()
    race(*pair, "mean", steps=120)
    assert time.process_time() - start < 1.0


@pytest.mark.parametrize(
    "more",
    [
        {"start": 99.0},
        {"start": math.nan},
        {"rate": 0.0},
        {"rate": -1.0},
        {"rate": math.nan},
        {"steps": 0},
        {"steps": MOST + 1},
    ],
)
def test_a_race_that_cannot_be_run_says_so(more):
    found = swept("normal(0,1)", "normal(2,1)", "mean")
    with pytest.raises(BadInput):
        run(found, **{"start": 1.0, **more})
    if "start" in more:
        with pytest.raises(BadInput, match="range"):
            run_of("normal(0,1)", "normal(2,1)", "mean", **more)
    with pytest.raises(BadInput, match="std"):
        run_of("normal(0,1)", "normal(2,1)", "sdt")
    assert set(NAMES) < set(found.names)
