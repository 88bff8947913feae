"""What a frame of a run in the plane holds, and that making one changes nothing."""

import io
import math

import numpy as np
import pytest
import torch
from PIL import Image

from gan_core import pictures, runs, window
from gan_core.build import build
from gan_core.catalog import OBJECTIVES
from gan_core.data import load
from gan_core.presets import preset
from gan_core.readings import Inputs
from gan_core.runs import tiles
from gan_core.training import generate, train


def made(name, rounds=3, **changes):
    """Players after a few rounds, their data, and fixed latents and real points."""
    small = {"steps": rounds, "batch": 16, "width": 8, "depth": 2, "device": "cpu"}
    config = preset(name, "ring", **{**small, **changes})
    players, data, plan = build(config)
    for _ in train(players, data.sample, plan):
        pass
    rng = torch.Generator().manual_seed(5)
    return players, data, torch.randn(40, config.latent, generator=rng), data.sample(30, rng)


def stated_loss(players, points, real):
    """G's loss summed over points, each paired with every real point: written out one by one."""
    with torch.no_grad():
        on_real = players.D(real)
        total = torch.zeros((), dtype=torch.float64)
        for point in points:
            on_fake = players.D(point[None]).expand(len(real))
            total += players.objective.g_loss(on_real, on_fake).double().mean()
    return total


@pytest.mark.parametrize("name", list(OBJECTIVES))
def test_a_wish_is_the_downhill_slope_of_the_objective_s_own_loss(name):
    """Against central differences of the loss itself, for all objectives, in float64."""
    players, _, latents, real = made(name)
    points = generate(players, latents)[:6].double()
    players.D.double().eval()
    got = pictures.wishes(players, points, real.double())
    step = 1e-6
    for axis in range(2):
        shift = torch.zeros(2, dtype=torch.float64)
        shift[axis] = step
        for i, point in enumerate(points):
            up = stated_loss(players, (point + shift)[None], real.double())
            down = stated_loss(players, (point - shift)[None], real.double())
            # `wishes` takes its scores in float32, as training does
            assert float(got[i, axis]) == pytest.approx(
                float((down - up) / (2 * step)), rel=1e-3, abs=1e-9
            )


def test_only_pairs_look_at_the_real_points():
    for name in ("ns-gan", "began", "r3gan"):
        players, _, latents, real = made(name)
        points = generate(players, latents)
        near, far = (pictures.wishes(players, points, real + shift) for shift in (0.0, 0.7))
        assert torch.equal(near, far) != players.objective.pairs


def test_a_flat_d_leaves_no_wish_and_the_frame_says_so():
    players, _, latents, real = made("ns-gan")
    for weight in players.D.parameters():
        weight.data.zero_()
    wishes = pictures.wishes(players, generate(players, latents), real)
    assert not wishes.any()
    assert np.frombuffer(pictures.to_i16(wishes), "<f4", 2).tolist() == [0, 0]


def test_arrows_keep_their_true_size_from_huge_to_tiny():
    for size in (1e-20, 1.0, 1e20):
        vectors = size * torch.tensor([[3.0, -4.0], [0.0, 0.0], [0.3, 0.4]])
        raw = pictures.to_i16(vectors)
        unit, mean = np.frombuffer(raw, "<f4", 2)
        parts = np.frombuffer(raw, "<i2", offset=8).reshape(-1, 2) / 32767 * unit
        np.testing.assert_allclose(parts, vectors.numpy(), atol=1e-4 * size)
        assert mean == pytest.approx((5 + 0 + 0.5) * size / 3, rel=1e-5)
    broken = torch.tensor([[math.nan, math.inf], [1.0, 1.0]])
    assert np.isfinite(np.frombuffer(pictures.to_i16(broken), "<f4", 2)).all()


@pytest.mark.parametrize("latent", [1, 2, 5])
def test_every_part_of_the_latent_grid_holds_the_same_share_of_z(latent):
    rows, columns = pictures.mesh_shape(latent)
    grid = pictures.mesh_latents(latent).view(rows, columns, latent)
    normal = torch.distributions.Normal(0, 1)
    shares = normal.cdf(grid[0, :, 0].double()).diff()
    torch.testing.assert_close(shares, torch.full_like(shares, 1 / columns), rtol=0, atol=1e-6)
    assert (grid[:, :, 0] == grid[0, :, 0]).all()  # the first coordinate runs along a row
    if latent > 1:
        assert torch.equal(grid[:, :, 1], grid[:, :, 0].T)  # and the second along a column
    assert not grid[:, :, 2:].any()


@pytest.mark.parametrize("latent", [1, 2, 5])
def test_a_frame_is_as_long_as_its_scene_says_and_its_layers_lie_where_it_says(latent):
    players, data, latents, real = made("wgan-gp", latent=latent)
    scene = pictures.scene_of(data, "score", latent=latent)
    raw = pictures.plane_frame(players, data.extent, "score", latents, real)
    n, cells, (rows, columns) = len(latents), scene["field"], scene["mesh"]
    at = 4 * n + cells**2 + 8
    arrows = min(n, scene["arrows"])
    assert len(raw) == at + 4 * rows * columns + 8 + 4 * arrows
    x0, x1, _, _ = data.extent
    wide = (x1 - x0) * (1 + 2 * scene["margin"])
    shares = np.frombuffer(raw, "<u2", 2 * rows * columns, at).reshape(-1, 2) / 65535
    nodes = shares * wide + x0 - scene["margin"] * (x1 - x0)  # the extent is a square about 0
    expected = generate(players, pictures.mesh_latents(latent)).numpy()
    np.testing.assert_allclose(nodes, expected, atol=wide / 65535)
    mean = np.frombuffer(raw, "<f4", 1, at + 4 * rows * columns + 4)[0]
    points = generate(players, latents)[: scene["arrows"]]
    wishes = pictures.wishes(players, points, real)
    assert mean == pytest.approx(float(wishes.norm(dim=1).mean()), rel=1e-4)


@pytest.mark.parametrize("changes", [{}, {"norm_g": "batch", "norm_d": "spectral"}])
def test_a_frame_changes_nothing_in_the_players(changes):
    players, data, latents, real = made("r3gan", **changes)
    before = {
        f"{name}.{key}": value.clone()
        for name, net in (("G", players.G), ("D", players.D))
        for key, value in net.state_dict().items()
    }
    slopes = [p.grad.clone() for p in players.D.parameters()]
    drawn, elsewhere = players.rng.get_state(), torch.get_rng_state()
    pictures.plane_frame(players, data.extent, "score", latents, real)
    for name, net in (("G", players.G), ("D", players.D)):
        assert net.training
        for key, value in net.state_dict().items():
            assert torch.equal(value, before[f"{name}.{key}"]), f"{name}.{key}"
    assert all(torch.equal(p.grad, s) for p, s in zip(players.D.parameters(), slopes, strict=True))
    assert torch.equal(players.rng.get_state(), drawn)
    assert torch.equal(torch.get_rng_state(), elsewhere)


def test_a_frame_of_a_real_run_is_small():
    """Ten viewers of one run, ten frames a second: less than a megabyte a second in all."""
    players, data, _, _ = made("ns-gan")
    rng = torch.Generator().manual_seed(0)
    latents = torch.randn(pictures.POINTS, 2, generator=rng)
    raw = pictures.plane_frame(players, data.extent, "logit", latents, data.sample(300, rng))
    assert 10 * 10 * len(raw) < 1_000_000


def test_images_have_neither_grid_nor_arrows():
    assert not {"mesh", "arrows"} & set(pictures.scene_of(load("digits", 16), "logit"))


# Frames of images


def drawn(objective, **changes):
    """A run's window on small digits, and its players."""
    small = {"steps": 2, "batch": 8, "width": 4, "size": 16, "device": "cpu"}
    config = preset(objective, "digits", **{**small, **changes})
    players, data, plan = build(config)
    for _ in train(players, data.sample, plan):
        pass
    return players, data, config


@pytest.mark.parametrize("name", ["dcgan", "wgan-gp", "began"])
@pytest.mark.parametrize("pack", [1, 4])
def test_a_frame_carries_what_d_says_of_each_tile(name, pack, tmp_path):
    players, data, config = drawn(name, pack=pack)
    run = runs.create(config, tmp_path / "run")
    shown = window.Window(run, config, data, Inputs(config.latent))
    shown.open()
    before = players.rng.get_state()
    payload = shown.frame(players)
    assert torch.equal(players.rng.get_state(), before)
    picture, scores = tiles.split(payload)
    assert tiles.split(picture)[0] == picture and not len(tiles.split(picture)[1])
    made = generate(players, window.fixed_latents(config))
    players.D.eval()
    with torch.no_grad():
        packs = made if pack == 1 else made.repeat(1, pack, 1, 1)
        said = (players.D if pack == 1 else players.D.body)(packs)
    wanted = said.sigmoid() if name == "dcgan" else said
    torch.testing.assert_close(torch.from_numpy(scores.copy()), wanted)
    word = {"dcgan": "probability", "wgan-gp": "critic", "began": "energy"}[name]
    assert run.scene()["scores"] == word
    for raw in (payload, picture):  # readers of pictures do not mind what follows
        assert Image.open(io.BytesIO(raw)).size == (128, 128)
    assert bool(run.rebuilt()) == (name == "began")


def test_reconstructions_stand_below_what_they_are_of():
    players, data, _ = drawn("began")
    real = data.sample(3, torch.Generator().manual_seed(1))
    fake = real.flip(0) * 0.5
    rows = pictures.rebuilt(players, real, fake).view(4, 3, *real.shape[1:])
    assert torch.equal(rows[0], real) and torch.equal(rows[2], fake)
    players.D.eval()
    with torch.no_grad():  # the error that D reports is that of the pictures shown
        for shown, made in ((0, 1), (2, 3)):
            error = (rows[shown] - rows[made]).abs().flatten(1).mean(1)
            torch.testing.assert_close(error, players.D(rows[shown]))


def test_what_is_no_tiled_frame_is_left_as_it_is():
    for payload in (b"", b"RIFF", bytes(4000)):
        picture, scores = tiles.split(payload)
        assert picture == payload and not len(scores)
