"""Judging samples: each measure against brute force, and against sets whose answer is known."""

import math

import numpy as np
import pytest
import torch
from scipy.stats import mannwhitneyu

from gan_core import build, checkpoint
from gan_core.catalog import BadInput
from gan_core.data import load, require_here
from gan_core.metrics.birthday import PER, alike, count_alike, support
from gan_core.metrics.copying import USUAL, c_t, cell_of, cells, closeness, z_u
from gan_core.metrics.neighbours import PIECE, closest, nearest, pairs
from gan_core.metrics.shared import density_coverage
from gan_core.presets import preset
from gan_core.sampling import ANSWERS, Shelf, drawn, evidence, judging
from gan_core.sampling.opened import Opened


def rows(n, d=8, seed=0, scale=1.0):
    return torch.randn(n, d, generator=torch.Generator().manual_seed(seed)) * scale


# Neighbours


@pytest.mark.parametrize("count", [1, 3, PIECE, 2 * PIECE + 7])
def test_nearest_is_what_all_distances_say(count):
    queries, among = rows(50), rows(count, seed=1)
    far, which = nearest(queries, lambda i: among[i], count, 3)
    every = (queries[:, None].double() - among[None].double()).norm(dim=2)
    exact, at = every.sort(1)
    k = min(3, count)
    assert far.shape == which.shape == (50, k)
    assert torch.allclose(far.double(), exact[:, :k], atol=1e-5)
    assert torch.equal(which, at[:, :k])


def test_a_copy_far_from_the_origin_is_at_distance_nought():
    among = rows(500, 300, scale=0.1) + 1000
    far, which = nearest(among[:20].clone(), lambda i: among[i], 500)
    assert far.max() == 0
    assert which[:, 0].tolist() == list(range(20))


@pytest.mark.parametrize("n", [2, 60, PIECE + 50])
def test_closest_pairs_are_what_all_distances_say(n):
    x = rows(n, 5)
    far, where = closest(x, 10)
    exact = torch.pdist(x.double()).sort().values[:10]
    assert torch.allclose(far.double(), exact, atol=1e-5)
    assert torch.allclose((x[where[:, 0]] - x[where[:, 1]]).norm(dim=1), far)
    assert (where[:, 0] < where[:, 1]).all()
    assert sum(int(block.isfinite().sum()) for block, _, _ in pairs(x)) == n * (n - 1) // 2


# Density and coverage


def slow_density_coverage(fake, real, k):
    """As the definition reads, one ball at a time."""
    inside, covered = 0, 0
    for i in range(len(real)):
        others = np.delete(real, i, 0)
        radius = np.sort(np.linalg.norm(others - real[i], axis=1))[k - 1]
        within = np.linalg.norm(fake - real[i], axis=1) < radius
        inside += within.sum()
        covered += within.any()
    return inside / (k * len(fake)), covered / len(real)


@pytest.mark.parametrize("k", [1, 5])
@pytest.mark.parametrize(("n", "m", "shift"), [(40, 60, 0.0), (60, 30, 0.7), (30, 40, 30.0)])
def test_density_and_coverage_are_their_definition(n, m, shift, k):
    fake, real = rows(n, 3) + shift, rows(m, 3, seed=1)
    found = density_coverage(fake, real, k)
    assert found == pytest.approx(slow_density_coverage(fake.numpy(), real.numpy(), k))


def test_density_and_coverage_of_known_cases():
    real = rows(2000, 4)
    density, coverage = density_coverage(rows(2000, 4, seed=1), real)
    assert density == pytest.approx(1, abs=0.05)
    assert coverage == pytest.approx(1 - 2**-5, abs=0.02)
    assert density_coverage(rows(200, 4) + 100, real) == (0, 0)
    middle = rows(2000, 4, seed=1, scale=0.5)  # typical ones alone: dense, and not everywhere
    density, coverage = density_coverage(middle, real)
    assert density > 1 and coverage < 0.8
    assert density_coverage(torch.zeros(500, 4), real)[1] < 0.01
    assert density_coverage(real, real[:5]) == (0, 0)


# Copies


def test_z_u_is_scipys_statistic_in_standard_deviations():
    held, made = rows(60, 1)[:, 0].abs(), rows(45, 1, seed=1)[:, 0].abs() * 1.2
    u = mannwhitneyu(made.numpy(), held.numpy()).statistic
    expected = (u - 60 * 45 / 2) / math.sqrt(60 * 45 * (60 + 45 + 1) / 12)
    assert z_u(held, made) == pytest.approx(expected)
    assert z_u(held, made) == pytest.approx(-z_u(made, held))
    assert z_u(held, held) == pytest.approx(0)


def judged(made, train, held):
    def far(x):
        return nearest(x, lambda i: train[i], len(train))[0][:, 0]

    centres = cells(train, 5)
    sides = [(x, cell_of(x, centres)) for x in (held, made)]
    score = c_t(*sides, lambda i: train[i], cell_of(train, centres))
    return closeness(far(held), far(made)) | {"c_t": score}


def test_copies_are_found_and_held_out_rows_are_the_floor():
    train, held = rows(3000), rows(1000, seed=1)
    fresh = judged(rows(1000, seed=2), train, held)
    assert fresh["close"] == pytest.approx(USUAL, abs=0.025)
    assert fresh["ratio"] == pytest.approx(1, abs=0.05)
    assert abs(fresh["z_u"]) < 3 and abs(fresh["c_t"]) < 3
    copied = judged(train[:1000] + rows(1000, seed=3, scale=0.01), train, held)
    assert copied["close"] == 1 and copied["ratio"] < 0.05
    assert copied["z_u"] < -20 and copied["c_t"] < -8
    far = judged(rows(1000, seed=4, scale=2.0), train, held)
    assert far["close"] < USUAL / 2 and far["ratio"] > 1.2 and far["c_t"] > 3


def test_a_few_copies_among_many_show_in_the_share():
    train, held = rows(3000), rows(1000, seed=1)
    made = torch.cat([rows(800, seed=2), train[:200]])
    assert judged(made, train, held)["close"] == pytest.approx(0.2 + 0.8 * USUAL, abs=0.03)


def test_copies_in_one_cell_are_found_where_another_is_underfitted():
    """What C_T is for: over all, the two cancel."""
    left, right = torch.zeros(8), torch.zeros(8)
    left[0], right[0] = -30, 30

    def both(n, seed, a=1.0, b=1.0):
        return torch.cat([rows(n, seed=seed) * a + left, rows(n, seed=seed + 50) * b + right])

    train, held = both(1000, 0), both(400, 1)
    made = torch.cat([train[:400], rows(400, seed=9) * 2 + right])
    of = [(x, (x[:, 0] > 0).long()) for x in (held, made)]
    cell = (train[:, 0] > 0).long()
    one = [
        c_t(of[0], (made[of[1][1] == side], of[1][1][of[1][1] == side]), lambda i: train[i], cell)
        for side in (0, 1)
    ]
    assert one[0] < -10 and one[1] > 10
    assert math.isnan(c_t(of[0], (made[:5], of[1][1][:5]), lambda i: train[i], cell))


def test_copies_cannot_be_told_without_held_out_images():
    with pytest.raises(BadInput, match="held-out"):
        closeness(torch.ones(1), torch.ones(5))


# The birthday paradox


@pytest.mark.parametrize("size", [100, 1000, 10_000])
def test_the_size_of_a_finite_support_is_found(size):
    pictures = rows(size, 16)
    which = torch.randint(size, (1000,), generator=torch.Generator().manual_seed(1))
    found = support(count_alike(pictures[which], 0.03), 1000)
    assert found["low"] < size < found["high"]
    assert found["support"] == pytest.approx(size, rel=0.5)
    assert found["half"] == pytest.approx(1.177 * math.sqrt(found["support"]), rel=0.01)


def test_no_pair_alike_gives_a_lower_end_alone():
    found = support(0, 500)
    assert found["support"] is None and found["high"] is None and found["chance"] == 0
    assert found["low"] == pytest.approx(500 * 499 / 2 / 3.69, rel=0.01)


def test_the_limit_is_one_in_so_many_pairs_of_the_data():
    real = rows(2000, 4)
    every = torch.pdist(real.double()).sort().values
    rank = round(len(every) / PER)
    assert alike(real) == pytest.approx(every[rank - 1].item(), rel=1e-4)
    assert count_alike(real, alike(real) * 1.0001) == pytest.approx(rank, abs=1)
    with pytest.raises(BadInput):
        alike(real[:1])


def test_fresh_data_looks_as_large_as_the_rule_says_and_a_collapsed_g_small():
    real, limit = rows(3000, 6), alike(rows(3000, 6))
    fresh = support(count_alike(rows(2000, 6, seed=1), limit), 2000)
    assert fresh["low"] / 2 < PER < fresh["high"] * 2
    few = real[torch.randint(50, (2000,), generator=torch.Generator().manual_seed(2))]
    collapsed = support(count_alike(few + rows(2000, 6, seed=3, scale=1e-3), limit), 2000)
    assert collapsed["support"] == pytest.approx(50, rel=0.2)


# The answers, of generators whose samples are known


@pytest.fixture
def shelf(monkeypatch, tmp_path):
    """`shelf(make)`: a shelf with a G of digits at 16 pixels that makes what `make` says."""
    monkeypatch.setattr(evidence, "_kept", type(evidence._kept)())
    monkeypatch.setattr(drawn, "_last", [])

    def build_one(make, channels=1, config="digits"):
        path = tmp_path / "g.safetensors"
        path.write_bytes(b"")
        own = None if config is None else preset("ns-gan", config, size=16)
        opened = Opened(path, (channels, 16, 16), 16, make, None, own)
        found = Shelf()
        monkeypatch.setattr(found, "get", lambda where: opened)
        return found

    return build_one


def ask(shelf, do, **request):
    return ANSWERS[f"judge_{do}"](shelf, {"do": f"judge_{do}", "checkpoint": "g", **request})


def copier(z):
    """A G that shows training images."""
    images = load("digits", 16)
    return images.take((z[:, 0].abs() * 1e4).long() % len(images))


def honest(z):
    """A G that shows the images that were held out."""
    images = load("digits", 16, part="test")
    return images.take((z[:, 0].abs() * 1e4).long() % len(images))


def test_a_g_that_copies_is_told_in_both_spaces(shelf):
    for space in ("features", "pixels"):
        about, sheet = ask(shelf(copier), "copies", n=300, space=space)
        assert about["close"] == 1 and about["ratio"] == 0 and about["z_u"] < -15
        assert about["close_real"] < 0.2 and abs(about["z_u_real"]) < 3
        assert about["times"] == [0] * judging.SHOWN and sheet[1:4] == b"PNG"


def test_a_g_of_held_out_images_is_at_the_floor(shelf):
    about, _ = ask(shelf(honest), "copies", n=300)
    assert about["close"] == pytest.approx(USUAL, abs=0.05)
    assert about["ratio"] == pytest.approx(1, abs=0.1)
    assert abs(about["z_u"]) < 3
    figures, _ = ask(shelf(honest), "figures", n=300)
    assert figures["classes_present"] == 10
    assert figures["frechet"] < 12 and figures["coverage"] > 0.15
    assert sum(figures["shares"]["digit"]) == pytest.approx(1)


def test_a_g_of_two_pictures_is_told_by_every_answer(shelf):
    images = load("digits", 16)
    two = shelf(lambda z: images.take((z[:, 0] > 0).long()))
    figures, _ = ask(two, "figures", n=200)
    assert figures["classes_present"] <= 2 and len(figures["classes"]["digit"]["missing"]) >= 8
    assert figures["coverage"] < 0.1 < figures["coverage_real"]
    for space in ("features", "pixels"):
        twins, _ = ask(two, "twins", n=200, space=space)
        assert twins["support"] == pytest.approx(2, rel=0.1)
        assert twins["real"]["support"] is None or twins["real"]["support"] > 1000
        assert max(twins["times"]) < 1e-3


def test_the_steps_towards_a_judgement_end_and_change_nothing(shelf):
    stepped = shelf(honest)
    shares = [ask(stepped, "ready", n=2500)[0]["done"] for _ in range(4)]
    assert shares == sorted(shares) and shares[-1] == 1 and shares[0] < 1
    assert ask(stepped, "figures", n=2500) == ask(shelf(honest), "figures", n=2500)


def test_samples_are_tiles_by_name(shelf, monkeypatch):
    monkeypatch.setattr(drawn, "BLOCK", 150)
    made = shelf(lambda z: z[:, :1, None, None].expand(-1, 1, 16, 16).tanh())
    about, _ = ask(made, "twins", n=300, seed=5, space="pixels")
    names = {name for pair in about["names"] for name in pair}
    assert all(int(name.split(":")[0]) in (5, 6) for name in names)
    opened = made.get("")
    first = about["names"][0]
    from gan_core.sampling.drawing import tile

    two = opened.make(torch.stack([tile(opened.reads, name) for name in first]))
    assert (two[0] - two[1]).abs().max() <= 2 / 127.5


def test_neighbours_of_tiles_are_training_images(shelf):
    about, _ = ask(shelf(copier), "near", tiles=["0:0", "3:4"])
    assert about["columns"] == 7 and about["tiles"] == ["0:0", "3:4"]
    for space in ("features", "pixels"):
        assert max(times[0] for times in about["times"][space]) < 1e-5
        assert all(times == sorted(times) for times in about["times"][space])


@pytest.mark.parametrize("channels", [1, 3])
def test_a_foreign_g_is_judged_against_data_that_is_chosen(shelf, channels):
    foreign = shelf(lambda z: honest(z).expand(-1, channels, -1, -1), channels, config=None)
    with pytest.raises(BadInput, match="choose the data"):
        ask(foreign, "figures", n=200)
    about, _ = ask(foreign, "ready", n=200, data="digits")
    assert ("grey" in about["said"]) == (channels == 3)
    assert ask(foreign, "figures", n=200, data="digits")[0]["data"] == "digits"


@pytest.mark.parametrize(
    ("do", "request_", "says"),
    [
        ("figures", {"n": 10}, "n=10"),
        ("figures", {"n": 10**6}, "n=1000000"),
        ("copies", {"space": "dreams"}, "dreams"),
        ("near", {"tiles": []}, "1 to 24"),
        ("near", {"tiles": "0:0"}, "1 to 24"),
        ("near", {"tiles": ["x"]}, "SEED:INDEX"),
        ("figures", {"data": "ring"}, "Points"),
        ("figures", {"seed": -1}, "seed=-1"),
    ],
)
def test_bad_requests_say_what_is_wrong(shelf, do, request_, says):
    with pytest.raises(BadInput, match=says):
        ask(shelf(honest), do, **request_)


def test_a_g_that_diverged_is_refused(shelf):
    with pytest.raises(BadInput, match="diverged"):
        ask(shelf(lambda z: torch.full((len(z), 1, 16, 16), torch.nan)), "figures", n=200)


def test_absent_data_says_where_it_belongs(monkeypatch, tmp_path):
    monkeypatch.setenv("GAN_DATA", str(tmp_path))
    with pytest.raises(BadInput, match="MNIST/raw"):
        require_here("mnist")
    require_here("faces")
    (tmp_path / "cifar10" / "train").mkdir(parents=True)
    require_here("cifar10")


def test_a_real_checkpoint_is_judged(tmp_path, monkeypatch):
    monkeypatch.setattr(evidence, "_kept", type(evidence._kept)())
    config = preset("ns-gan", "digits", size=16, width=4, latent=8)
    players = build.players(config, (1, 16, 16), build.pick_device("cpu"))
    path = tmp_path / "g.safetensors"
    checkpoint.save(path, players, config, resumable=False)
    shelf = Shelf()
    for do in ("ready", "figures", "copies", "twins"):
        ANSWERS[f"judge_{do}"](shelf, {"checkpoint": str(path), "n": 200})
    untrained, _ = ANSWERS["judge_figures"](shelf, {"checkpoint": str(path), "n": 200})
    assert untrained["frechet"] > 5 * untrained["frechet_real"]
    assert untrained["coverage"] < untrained["coverage_real"] / 3
