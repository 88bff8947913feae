"""Laws that hold between the distances whatever the distributions, on examples by hypothesis.

Sources: Cover & Thomas 2006 (Pinsker, data processing), Gibbs & Su 2002 (bounds between metrics),
Endres & Schindelin 2003 (√JS is a metric), Villani 2009 (transport, duality).
"""

import itertools
import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from gan_core.divergences import (
    Beta,
    Exponential,
    Gamma,
    Histogram,
    Laplace,
    Mixture,
    Normal,
    Point,
    StudentT,
    Uniform,
    distances,
)
from gan_core.equilibrium import potential

LOG2 = math.log(2)
REL, ABS = 1e-6, 1e-9  # what the distances promise, and how close two of them may come
INFORMATION = ("kl", "kl_reverse", "js", "tv", "hellinger", "chi2")
METRICS = ("tv", "hellinger", "w1", "w2", "sqrt_js")

many = settings(max_examples=120, deadline=None, derandomize=True)
few = settings(many, max_examples=30)
places = st.floats(-3, 3).map(lambda x: round(x, 3))
widths = st.floats(-3, 0.5).map(lambda k: round(10**k, 4))
shapes = st.floats(-1, 1.3).map(lambda k: round(10**k, 3))
heights = st.lists(st.sampled_from([0, 1, 2, 3, 5, 8]), min_size=1, max_size=6).filter(any)

normals = st.builds(Normal, places, widths)
laplaces = st.builds(Laplace, places, widths)
heavy = st.builds(StudentT, st.floats(1.2, 10).map(lambda df: round(df, 2)), places, widths)
uniforms = st.builds(lambda low, width: Uniform(low, low + width), places, widths)
bars = st.builds(
    lambda low, width, h: Histogram(low, low + width, tuple(h)), places, widths, heights
)
points = st.builds(Point, st.integers(-4, 4).map(lambda i: i / 2))
scaled = st.builds(Exponential, widths.map(lambda w: 1 / w)) | st.builds(Gamma, shapes, widths)
betas = st.builds(Beta, shapes, shapes)
movable = normals | laplaces | heavy | uniforms | bars | points
light = normals | laplaces | uniforms | bars | points | scaled | betas


def mixed(parts):
    """Mixtures of one to three of the `parts`; one alone comes as itself."""

    def mixture(drawn):
        whole = sum(weight for weight, _ in drawn)
        return Mixture(tuple((weight / whole, part) for weight, part in drawn))

    weighted = st.tuples(st.integers(1, 9), parts)
    return parts | st.lists(weighted, min_size=2, max_size=3).map(mixture)


every = mixed(light | heavy)


def at_most(left, right):
    assert left <= right * (1 + REL) + ABS


def same(left, right):
    assert left == pytest.approx(right, rel=2 * REL, abs=ABS)


@many
@given(every, every)
def test_most_distances_do_not_care_which_comes_first(p, q):
    there, back = distances(p, q), distances(q, p)
    for name in METRICS:
        same(getattr(there, name), getattr(back, name))
    same(there.kl, back.kl_reverse)


@few
@given(every)
def test_nothing_lies_between_a_distribution_and_itself(p):
    twin = Mixture(((0.25, p), (0.75, p))) if len(p.parts) == 1 else p
    d = distances(p, twin)
    for name in INFORMATION:
        assert getattr(d, name) == pytest.approx(0, abs=1e-7), name
    # rounding of CDFs is all that is left of W2, which tails without a variance weigh up
    allowed = 1e-6 * (1 + math.sqrt(p.var)) if math.isfinite(p.var) else 1e-4
    assert max(d.w1, d.w2) <= allowed


@many
@given(every, every)
def test_the_distances_bound_each_other(p, q):
    d = distances(p, q)
    assert 0 <= d.js <= LOG2 and 0 <= d.tv <= 1 and 0 <= d.hellinger <= 1
    at_most(d.js, LOG2 * d.tv)
    for kl in (d.kl, d.kl_reverse):
        at_most(2 * d.tv**2, kl)  # Pinsker
        at_most(2 * d.hellinger**2, kl)
    at_most(d.hellinger**2, d.tv)
    at_most(d.tv, d.hellinger * math.sqrt(2 - d.hellinger**2))
    at_most(d.kl, math.log1p(d.chi2))
    at_most(d.w1, d.w2)
    at_most(abs(p.mean - q.mean), d.w1)


@many
@given(every, every, every)
def test_triangle_inequalities(p, q, r):
    pq, qr, pr = distances(p, q), distances(q, r), distances(p, r)
    for name in METRICS:
        at_most(getattr(pr, name), getattr(pq, name) + getattr(qr, name))


def cells(d, edges):
    """The probabilities between edges, and beyond them."""
    below, above = np.r_[0, d.cdf(edges), 1], np.r_[1, d.sf(edges), 0]
    return np.where(below[1:] < 0.5, np.diff(below), -np.diff(above))


@many
@given(every, every, st.lists(places, min_size=1, max_size=7, unique=True))
def test_coarse_graining_never_tells_two_apart(p, q, edges):
    edges = np.sort(edges)
    while True:
        masses = np.array([cells(d, edges) for d in (p, q)])
        # of so little mass, differences of CDFs keep too few digits for a ratio: merge that cell
        scarce = np.flatnonzero((masses.min(axis=0) < 1e-9) & (masses.max(axis=0) > 0))
        if not len(scarce) or not len(edges):
            break
        edges = np.delete(edges, min(scarce[0], len(edges) - 1))
    coarse = distances(*(Histogram(0, len(mass), tuple(mass)) for mass in masses))
    fine = distances(p, q)
    for name in INFORMATION:
        at_most(getattr(coarse, name), getattr(fine, name))


def moved(d, a, b):
    """The distribution of a x + b; gamma and exponential only by b = 0, beta by 1 - x."""
    match d:
        case Mixture():
            return Mixture(tuple((weight, moved(part, a, b)) for weight, part in d.parts))
        case Normal() | Laplace():
            return type(d)(a * d.mean + b, abs(a) * d.width)
        case StudentT():
            return StudentT(d.df, a * d.mean + b, abs(a) * d.scale)
        case Uniform():
            return Uniform(*sorted((a * d.low + b, a * d.high + b)))
        case Histogram():
            ends = sorted((a * d.low + b, a * d.high + b))
            return Histogram(*ends, d.heights if a > 0 else d.heights[::-1])
        case Point():
            return Point(a * d.x + b)
        case Exponential():
            return Exponential(d.rate / a)
        case Gamma():
            return Gamma(d.shape, a * d.scale)
        case Beta():
            return Beta(d.b, d.a)
    raise TypeError(d)


def check_move(p, q, a, b):
    before, after = distances(p, q), distances(moved(p, a, b), moved(q, a, b))
    for name in INFORMATION:
        same(getattr(after, name), getattr(before, name))
    for name in ("w1", "w2"):
        same(getattr(after, name) / abs(a), getattr(before, name))


@many
@given(mixed(movable), mixed(movable), st.sampled_from([-8, -1, -0.5, 0.25, 2]), st.integers(-9, 9))
def test_affine_maps_leave_information_alone_and_stretch_transport(p, q, a, b):
    # powers of two and integers, that ends of supports which coincide still do
    check_move(p, q, a, b)


@many
@given(mixed(scaled), mixed(scaled), st.sampled_from([1e-3, 0.5, 7.0, 1e4]))
def test_a_change_of_scale_leaves_information_alone(p, q, a):
    check_move(p, q, a, 0)


@many
@given(mixed(betas | normals), mixed(betas | normals))
def test_a_mirror_leaves_everything_alone(p, q):
    check_move(p, q, -1, 1)


@few
@given(st.tuples(shapes, shapes), widths)
def test_maps_that_bend_the_line_leave_information_alone(pair, width):
    (a, b), ends = pair, (1 / width, 3.0)
    images = [
        # x² of a normal is a gamma: that forgets the sign, of which both know nothing
        ((Normal(0, a), Normal(0, b)), (Gamma(0.5, 2 * a * a), Gamma(0.5, 2 * b * b))),
        ((Laplace(0, a), Laplace(0, b)), (Exponential(1 / a), Exponential(1 / b))),  # |x|
        ((Beta(a, 1), Beta(b, 1)), (Exponential(a), Exponential(b))),  # -log x
        ((Beta(1, ends[1]), Uniform(0, 1)), (Exponential(ends[1]), Exponential(1))),  # -log(1-x)
    ]
    for before, after in images:
        one, other = (distances(*d, names=INFORMATION) for d in (before, after))
        for name in INFORMATION:
            same(getattr(one, name), getattr(other, name))


@few
@given(st.lists(st.tuples(*[st.integers(0, 5)] * 2, widths), min_size=2, max_size=6))
def test_bars_of_other_widths_are_as_far_apart(bars_of_both):
    """The map that makes equal bars unequal is bent at every edge."""
    ours, theirs, wide = zip(*bars_of_both, strict=True)
    assume(any(ours) and any(theirs))
    edges = np.r_[0.0, np.cumsum(wide)].tolist()
    stretched = []
    for bars_of_one in (ours, theirs):
        weights, parts = [h / sum(bars_of_one) for h in bars_of_one], itertools.pairwise(edges)
        pieces = [(w, Uniform(*ends)) for w, ends in zip(weights, parts, strict=True) if w]
        stretched.append(Mixture(tuple(pieces)))
    equal = [Histogram(-1, 1, h) for h in (ours, theirs)]
    one, other = (distances(*pair, names=INFORMATION) for pair in (stretched, equal))
    for name in INFORMATION:
        same(getattr(one, name), getattr(other, name))


@many
@given(mixed(light), mixed(light))
def test_the_best_critic_earns_the_earth_movers_distance(p, q):
    steps = np.linspace(-40, 40, 8001)
    parts = [part for d in (p, q) for _, part in d.parts]
    x = np.unique(
        np.concatenate([part.mean + (math.sqrt(part.var) or 1) * steps for part in parts])
    )
    f = potential(p, q, x)
    width = np.diff(x)
    assert (np.abs(np.diff(f)) <= width + 1e-9).all()  # 1-Lipschitz
    masses = [np.diff(d.cdf(x)) for d in (p, q)]
    middle = (f[1:] + f[:-1]) / 2
    earned = float(((masses[0] - masses[1]) * middle).sum())
    unsure = float(((masses[0] + masses[1]) * width).sum())  # where in its cell the mass lies
    assert earned == pytest.approx(distances(p, q).w1, abs=unsure + 1e-6)
