"""The Dirac-GAN against the closed forms of Mescheder, Geiger & Nowozin 2018."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit

from gan_core.catalog import BadInput
from gan_core.dirac import BOUND, SCHEMES, arrows, field, game, walk
from gan_core.dirac_verdict import (
    corner,
    eigenvalues,
    flow_word,
    measure,
    update_eigenvalues,
    update_word,
    verdict,
)
from gan_core.objectives import OBJECTIVES

# f'(0) and f''(0), where D's loss on generated samples is -f(-D), D being high on real ones here
FIRST = {"gan": 0.5, "ns-gan": 0.5, "lsgan": 1.0, "wgan": 1.0, "hinge": 1.0, "r3gan": 0.5}
SECOND = {"gan": -0.25, "ns-gan": -0.25, "lsgan": -1.0, "wgan": 0.0, "hinge": 0.0}
PLAIN = {"r3gan": {"r1": 0.0, "r2": 0.0}}
POINTS = np.random.default_rng(0).uniform(-2, 2, (2, 40))


def plain(name, **more):
    """The game with no cure."""
    return game(name, **{**PLAIN.get(name, {}), **more})


def close(found, expected, rtol=1e-6):
    np.testing.assert_allclose(np.sort_complex(found), np.sort_complex(expected), rtol, 1e-7)


def pair(centre, square):
    """centre ± √square"""
    root = np.emath.sqrt(square)
    return np.array([centre + root, centre - root], complex)


FIELDS = {
    "gan": lambda t, s: (s * expit(t * s), -t * expit(t * s)),
    "ns-gan": lambda t, s: (s * expit(-t * s), -t * expit(t * s)),
    "lsgan": lambda t, s: (s * (1 - t * s), -t * (1 + t * s)),
    "wgan": lambda t, s: (s, -t),
    "wgan-gp": lambda t, s: (s, -t - 2 * np.sign(s) * (abs(s) - 1)),
    "hinge": lambda t, s: (s, -t * (t * s > -1)),
    "r3gan": lambda t, s: (s * expit(-t * s), -t * expit(t * s) - 2 * s),
    "began": lambda t, s: (-np.sign(t - s), -np.sign(s)),
}


@pytest.mark.parametrize("name", OBJECTIVES)
def test_the_arrows_are_the_papers(name):
    expected = FIELDS[name](*POINTS)
    for found, want in zip(arrows(game(name), *POINTS), expected, strict=True):
        np.testing.assert_allclose(found, want, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", OBJECTIVES)
def test_a_field_holds_its_own_points_and_arrows(name):
    found = field(game(name), 2.0, 7)
    assert found.shape == (49, 4) and abs(found[:, :2]).max() == 2
    np.testing.assert_array_equal(found[:, 2:].T, arrows(game(name), *found[:, :2].T))


def test_noise_in_the_arrows_is_the_mean_over_noise():
    """E over N(θ, σ²) and N(0, σ²), against many draws."""
    rng, sigma = np.random.default_rng(1), 0.7
    (t,), (s,) = np.array([0.8]), np.array([-1.1])
    x, fake = sigma * rng.standard_normal((2, 10**6))
    found = arrows(game("gan", noise=sigma), np.array([t]), np.array([s]))
    want_theta = (s * expit(s * (t + fake))).mean()
    want_psi = (x * expit(-s * x) - (t + fake) * expit(s * (t + fake))).mean()
    np.testing.assert_allclose([f[0] for f in found], [want_theta, want_psi], atol=4e-3)


@pytest.mark.parametrize("name", FIRST)
def test_without_a_cure_the_eigenvalues_are_imaginary(name):
    """Lemma of Section 2: ±f'(0)i, so every one of them circles."""
    found = eigenvalues(plain(name))
    close(found, pair(0, -(FIRST[name] ** 2)))
    assert flow_word(found) == "circles"


@pytest.mark.parametrize("name", FIRST)
@given(step=st.floats(1e-3, 3))
def test_simultaneous_updates_spiral_out_at_every_step_size(name, step):
    """Eigenvalues 1 ± ihf'(0), outside the unit circle for every h > 0."""
    found = update_eigenvalues(plain(name), step, "simultaneous")
    close(found, 1 + step * pair(0, -(FIRST[name] ** 2)))
    assert update_word(found) == "spirals out"


@pytest.mark.parametrize("name", FIRST)
@given(share=st.floats(1e-3, 0.999))
def test_alternating_updates_stay_on_the_unit_circle_up_to_two(name, share):
    """For h f'(0) < 2, and outside it beyond."""
    found = update_eigenvalues(plain(name), share * 2 / FIRST[name], "alternating")
    np.testing.assert_allclose(np.abs(found), 1, atol=1e-12)
    assert update_word(found) == "circles"
    beyond = update_eigenvalues(plain(name), (2 + share) / FIRST[name], "alternating")
    assert np.abs(beyond).max() > 1 and update_word(beyond) == "jumps to and fro outwards"


@pytest.mark.parametrize("name", FIRST)
@given(r1=st.floats(0, 5), r2=st.floats(0, 5))
def test_zero_centred_penalties_cure(name, r1, r2):
    """-γ/2 ± √(γ²/4 - f'(0)²): with γ/2 ‖∇D‖², J = [[0, f'], [-f', -γ]], γ = r1 + r2."""
    gamma = r1 + r2
    found = eigenvalues(game(name, r1=r1, r2=r2))
    close(found, pair(-gamma / 2, gamma**2 / 4 - FIRST[name] ** 2), rtol=1e-3)
    if gamma > 1e-3:
        assert flow_word(found) in ("spirals in", "goes straight in")


@pytest.mark.parametrize("name", SECOND)
@given(sigma=st.floats(0.01, 2))
def test_instance_noise_cures_where_the_loss_is_curved(name, sigma):
    """f''σ² ± √(f''²σ⁴ - f'²): so it does nothing for WGAN and hinge, whose f'' is 0."""
    first, centre = FIRST[name], SECOND[name] * sigma**2
    found = eigenvalues(plain(name, noise=sigma))
    close(found, pair(centre, centre**2 - first**2), rtol=1e-5)
    assert (flow_word(found) == "circles") == (SECOND[name] == 0)


@pytest.mark.parametrize("name", FIRST)
@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_eigenvalues_are_those_of_the_real_walk(name, scheme):
    """Close to the equilibrium a round of the walk is the linear map they belong to."""
    play, step, tiny = game(name, noise=0.3, r1=0.2), 0.3, 1e-5
    columns = [walk(play, at, step, 1, scheme)[1] / tiny for at in ((tiny, 0.0), (0.0, tiny))]
    close(np.linalg.eigvals(np.array(columns).T), update_eigenvalues(play, step, scheme), 1e-4)


@pytest.mark.parametrize("lam", [0.1, 1.0, 10.0])
@pytest.mark.parametrize("scheme", SCHEMES)
def test_wgan_gp_never_arrives(lam, scheme):
    play, step = game("wgan-gp", lam=lam), 0.05
    path = walk(play, (0.5, 0.5), step, 500, scheme)
    found = verdict(play, step, scheme, path)
    assert found.flow_eigenvalues is None and "corner" in found.sentence
    assert found.measured.last > 0.1


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_clipped_wgan_never_arrives_and_keeps_its_clip(scheme):
    path = walk(game("wgan", clip=0.5), (1.0, 0.0), 0.1, 600, scheme)
    assert np.abs(path[:, 1]).max() == 0.5
    assert measure(path).last > 0.4


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("name", ["gan", "ns-gan", "wgan", "hinge", "r3gan"])
def test_walks_with_r1_and_r2_arrive(name, scheme):
    path = walk(game(name, r1=1.0, r2=0.5), (1.0, 1.0), 0.2, 400, scheme)
    assert measure(path).word == "arrives"


def test_a_saturated_minimax_generator_stands_still():
    """Far out, where σ(ψθ) is near 0, the minimax loss moves nobody and the other one does."""
    paths = [walk(game(name), (4.0, -4.0), 0.1, 100) for name in ("gan", "ns-gan")]
    assert measure(paths[0]).word == "stays" and measure(paths[1]).word == "shrinks"


def test_words_from_walks():
    assert measure(walk(game("gan"), (1.0, 0.5), 0.1, 400, "alternating")).word == "stays"
    assert measure(walk(game("gan"), (1.0, 0.5), 0.3, 100)).word == "grows"
    out = walk(game("wgan", clip=1e9), (1.0, 1.0), 2.0, 60)
    assert measure(out).word == "leaves" and np.abs(out).max() == BOUND == np.abs(out[-1]).max()


@pytest.mark.parametrize("name", OBJECTIVES)
@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("start", [(1.0, 1.0), (0.1, 0.2), (-2.0, 0.5)])
def test_no_word_forgets_where_the_walk_began(name, scheme, start):
    for step in (0.02, 0.1, 0.5):
        m = measure(walk(game(name), start, step, 150, scheme))
        assert m.start == pytest.approx(np.hypot(*start))
        if m.word in ("arrives", "shrinks", "nearer"):
            assert m.last < m.start
        if m.word in ("grows", "farther", "leaves"):
            assert m.last >= m.start
        if m.word == "stays":
            assert m.last == pytest.approx(m.start, rel=0.1)
        if m.word in ("shrinks", "grows"):
            assert (m.last < m.third) == (m.word == "shrinks")


def test_a_word_that_seems_to_contradict_the_eigenvalues_is_explained():
    """At (1, 1) NS-GAN comes in though its eigenvalues lead out; with R1 they agree."""
    for more, explained in (({}, True), ({"r1": 1.0}, False)):
        play = game("ns-gan", **more)
        found = verdict(play, 0.1, "simultaneous", walk(play, (1.0, 1.0), 0.1, 300))
        assert found.measured.word == "shrinks" or not explained
        assert ("out" in found.update) == explained
        assert ("Both are true" in found.sentence) == explained


@pytest.mark.parametrize("name", ["gan", "wgan", "r3gan"])
def test_a_walk_from_the_equilibrium_rests(name):
    play = game(name)
    path = walk(play, (0.0, 0.0), 0.1, 20)
    assert measure(path).word == "rests"
    said = verdict(play, 0.1, "simultaneous", path).sentence
    assert said.endswith("The walk starts at the equilibrium and stays there.")


def test_minimax_conserves_the_distance_and_non_saturating_creeps_in():
    """d(θ² + ψ²)/dt is 0 for the one and -2θψ tanh(θψ/2) for the other."""
    for name, expected in (("gan", 0 * POINTS[0]), ("ns-gan", None)):
        t, s = POINTS
        v_t, v_s = arrows(game(name), t, s)
        if expected is None:
            expected = -2 * t * s * np.tanh(t * s / 2)
        np.testing.assert_allclose(2 * (t * v_t + s * v_s), expected, atol=1e-12)


def test_began_falls_to_within_its_steps_and_carries_k():
    step = 0.05
    path = walk(game("began", lambda_k=0.5), (1.0, 0.7), step, 300)
    assert np.abs(path[-50:]).max() <= 4 * step
    assert corner(game("began")) and eigenvalues(game("began")) is None
    # with k at 0 ψ moves by ±step; a k that training has moved makes other steps
    moves = np.abs(np.diff(path[:, 1]))
    assert not np.allclose(moves, step, atol=1e-6)
    fixed = np.abs(np.diff(walk(game("began", lambda_k=0.0), (1.0, 0.7), step, 10)[:, 1]))
    np.testing.assert_allclose(fixed, step)


def test_labels_that_miss_the_middle_leave_the_linear_terms_undecided():
    """With a=0, b=1 the point ψx = 0 is not half way: v_ψ = -θ²ψ has no linear term."""
    found = eigenvalues(game("lsgan", a=0.0))
    np.testing.assert_allclose(found, 0, atol=1e-12)
    assert flow_word(found) == "undecided"


def test_words_of_real_eigenvalues():
    def words(*values):
        return update_word(np.array(values, complex))

    assert words(0.5, 0.9) == "goes straight in" and words(-0.5, 0.9) == "jumps to and fro inwards"
    assert words(1.1, 0.9) == "goes straight out" and words(1.0, 1.0) == "undecided"
    assert flow_word(np.array([1.0, -1.0], complex)) == "goes straight out"


def test_a_sentence_holds_the_numbers():
    play = game("gan", r1=1.0)
    said = verdict(play, 0.1, "simultaneous", walk(play, (1.0, 1.0), 0.1, 50)).sentence
    size = math.sqrt((1 - 0.05) ** 2)  # a double eigenvalue -γ/2 at γ = 2f'(0)
    assert f"{size:.4g}" in said


def test_unknown_names_are_refused():
    with pytest.raises(BadInput, match="ns-gan"):
        game("nsgan")
    with pytest.raises(BadInput, match="alternating"):
        walk(game("gan"), (1, 1), 0.1, 2, "alternate")
