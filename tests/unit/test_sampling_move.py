"""Move: norms of both ways, maps, closed walks, paths, sums, and directions against algebra."""

from pathlib import Path

import pytest
import torch
from torch import nn

from gan_core import build
from gan_core.catalog import BadInput
from gan_core.models.residual import ResGenerator
from gan_core.presets import preset
from gan_core.readings import Inputs
from gan_core.sampling import directions as sefa
from gan_core.sampling import drawing, move
from gan_core.sampling.opened import Opened

CORNERS = ["0:0", "5:3", "7:1", "2:9"]


def opened(latent=100) -> Opened:
    return Opened(Path("g"), (2,), latent, lambda rows: rows, None)


def z_of(name, latent=100):
    return drawing.tile(Inputs(latent), name)


def a_dcgan() -> Opened:
    config = preset("ns-gan", "digits", size=16, width=4, latent=8)
    players = build.players(config, (1, 16, 16), build.pick_device("cpu"))
    return Opened(Path("g"), (1, 16, 16), 8, players.shown, None, config, players)


# Between


def test_slerp_keeps_the_norm_that_lerp_loses():
    a, b = z_of("0:0"), z_of("1:0")
    a, b = a / a.norm() * 10, b / b.norm() * 10
    t = torch.linspace(0, 1, 21)[:, None]
    round_, straight = drawing.slerp(a, b, t), drawing.lerp(a, b, t)
    assert round_.norm(dim=1).tolist() == pytest.approx([10] * 21, rel=1e-5)
    assert straight.norm(dim=1).min() < 8  # of nearly orthogonal vectors: 10/√2
    angle = torch.arccos((round_[:-1] * round_[1:]).sum(1) / 100)
    assert angle.tolist() == pytest.approx([float(angle[0])] * 20, abs=2e-3)  # even steps
    for i in (0, 7, 20):  # rows are the same as one vector at a time
        assert torch.allclose(drawing.slerp(a, b, i / 20), round_[i], atol=1e-5)


@pytest.mark.parametrize("b", [2.0, -1.0, 0.0])
def test_slerp_without_a_single_circle_is_straight(b):
    a = z_of("0:0")
    assert torch.equal(drawing.slerp(a, b * a, 0.3), drawing.lerp(a, b * a, 0.3))


@pytest.mark.parametrize("mode", ["slerp", "lerp"])
def test_a_way_begins_and_ends_at_its_tiles(mode):
    rows = move.between(opened(), {"a": "4:2", "b": "9:7", "n": 5, "mode": mode})
    assert torch.allclose(rows[0], z_of("4:2")) and torch.allclose(rows[-1], z_of("9:7"))
    seeds = move.between(opened(), {"seed_a": 4, "seed_b": 9, "n": 5, "mode": mode})
    tiles = move.between(opened(), {"a": "4:0", "b": "9:0", "n": 5, "mode": mode})
    assert torch.equal(seeds, tiles)


def test_a_source_stays_where_the_first_tile_is():
    from gan_core.data import load

    class Sourced(Opened):
        reads = Inputs(2, load("ring"))

    rows = move.between(Sourced(Path("g"), (2,), 2, lambda x: x, None), {"a": "0:0", "b": "1:0"})
    assert torch.equal(rows[:, :2], rows[:1, :2].expand(9, -1))
    assert len(rows[:, 2:].unique(dim=0)) == 9


# Map and path


def test_a_map_has_its_corners_exactly_and_great_circles_for_edges():
    rows = move.over_map(opened(), {"corners": CORNERS, "side": 6}).view(6, 6, -1)
    for name, (v, u) in zip(CORNERS, [(0, 0), (0, -1), (-1, 0), (-1, -1)], strict=True):
        assert torch.equal(rows[v, u], z_of(name))
    edge = move.between(opened(), {"a": CORNERS[0], "b": CORNERS[1], "n": 6})
    assert torch.allclose(rows[0], edge, atol=1e-5)
    down = move.between(opened(), {"a": CORNERS[1], "b": CORNERS[3], "n": 6})
    assert torch.allclose(rows[:, -1], down, atol=1e-5)


def test_a_path_goes_evenly_through_the_map():
    points = [[0, 0], [1, 0], [1, 0.5]]
    rows = move.along_path(opened(), {"corners": CORNERS, "points": points, "n": 7})
    wanted = [(0, 0), (0.25, 0), (0.5, 0), (0.75, 0), (1, 0), (1, 0.25), (1, 0.5)]
    u, v = torch.tensor(wanted).float().T
    corners = torch.stack([z_of(name) for name in CORNERS])
    assert torch.allclose(rows, move.at_places(corners, u, v), atol=1e-5)


# Walk


def test_a_walk_closes_smoothly_and_passes_its_stops():
    stops = [f"3:{i}" for i in range(5)]
    rows = move.round_walk(opened(), {"stops": stops, "n": 500})
    for i, name in enumerate(stops):
        assert torch.allclose(rows[100 * i], z_of(name), atol=1e-4)
    steps = (rows.roll(-1, 0) - rows).norm(dim=1)
    assert steps.max() < 2.5 * steps.min()
    assert steps[-1] == pytest.approx(
        float(steps[0]), rel=0.05
    )  # back to the first, like any other
    turns = (rows.roll(-1, 0) - 2 * rows + rows.roll(1, 0)).norm(dim=1)
    assert turns.max() < 0.1 * steps.min()  # smooth at the stops, and where it closes
    norms = rows.norm(dim=1)
    ends = torch.stack([z_of(name) for name in stops]).norm(dim=1)
    assert norms.min() > 0.9 * ends.min() and norms.max() < 1.1 * ends.max()


def test_half_as_many_frames_are_every_other_one():
    stops = ["0:0", "1:0", "2:0"]
    whole, half = (move.round_walk(opened(), {"stops": stops, "n": n}) for n in (60, 30))
    assert torch.allclose(whole[::2], half, atol=1e-5)


# Sums


def test_a_sum_is_the_papers_formula():
    ask = {"plus": ["0:0", "1:4"], "minus": ["2:2"], "to": ["3:1", "3:2", "3:3"]}
    rows = move.summed(opened(), ask)
    means = [torch.stack([z_of(n) for n in ask[k]]).mean(0) for k in ("plus", "minus", "to")]
    assert torch.allclose(rows[:3], torch.stack(means), atol=1e-6)
    assert torch.allclose(rows[3], means[0] - means[1] + means[2], atol=1e-6)
    near = (rows[4:] - rows[3]).abs()
    assert len(near) == 8 and near.max() <= 0.25 + 1e-6 and near.mean() > 0.1
    assert torch.equal(rows, move.summed(opened(), ask))


def test_psi_is_of_every_tile_of_a_sum():
    ask = {"plus": ["0:0"], "minus": ["2:2"], "to": ["3:1"]}
    whole, half = move.summed(opened(), ask), move.summed(opened(), ask | {"psi": 0.5})
    assert torch.allclose(half[:4], whole[:4] / 2, atol=1e-6)


# Directions


def told_by(layer, wide: int) -> torch.Tensor:
    """The matrix [outputs, wide] of a linear layer, from what it says of unit vectors."""
    with torch.no_grad():
        return torch.stack([layer(one[None]).flatten() for one in torch.eye(wide)], 1).double()


def test_directions_are_orthonormal_eigenvectors_of_the_first_layer():
    found = a_dcgan()
    vectors, values = (t.double() for t in sefa.directions(found))
    A = told_by(lambda z: found.players.shown.body[0](z[:, :, None, None]), 8)
    assert torch.allclose(vectors @ vectors.T, torch.eye(8).double(), atol=1e-5)
    for vector, value in zip(vectors, values, strict=True):
        assert torch.allclose(A.T @ A @ vector, value * vector, atol=1e-5)
    assert (values.diff() <= 0).all()
    others = torch.randn(8, 2000, dtype=torch.float64)
    furthest = (A @ (others / others.norm(dim=0))).norm(dim=0).max()
    assert furthest <= (A @ vectors[0]).norm() * (1 + 1e-6)


@torch.no_grad()
def test_a_learned_basis_is_part_of_the_first_layer():
    G = ResGenerator(8, 1, 16, 16)
    G.body[0].start(torch.Generator().manual_seed(0))
    A, B = sefa.first_layer(G, 8).double(), told_by(G.body[0], 8)
    assert torch.allclose(A.T @ A, B.T @ B, rtol=1e-4, atol=1e-4)


def test_the_first_layer_of_points_leaves_the_sources_columns_out():
    layer = nn.Linear(5, 7)
    assert torch.equal(sefa.first_layer(nn.Sequential(layer, nn.ReLU()), 3), layer.weight[:, 2:])


def test_steps_along_directions_add_up():
    found = a_dcgan()
    vectors = sefa.directions(found)[0]
    start = z_of("1:2", 8)
    row = move.along_directions(found, {"tile": "1:2", "by": [1.5, 0, -2]})
    assert torch.allclose(row, start + 1.5 * vectors[0] - 2 * vectors[2], atol=1e-6)
    ask = {"tile": "1:2", "by": [1.0, 9.0], "along": 1, "n": 5, "reach": 2}
    line = move.along_directions(found, ask)
    steps = torch.linspace(-2, 2, 5)[:, None]
    assert torch.allclose(line, start + vectors[0] + steps * vectors[1], atol=1e-6)
    everything = move.along_directions(found, {"tile": "1:2", "along": "all", "n": 3, "k": 4})
    assert everything.shape == (12, 8)
    assert torch.allclose(everything[1::3], start.expand(4, -1), atol=1e-6)


# Refusals


@pytest.mark.parametrize(
    ("rows", "ask"),
    [
        (move.between, {"a": "zero", "b": "1:0"}),
        (move.between, {"n": 1}),
        (move.between, {"mode": "arc"}),
        (move.over_map, {"corners": CORNERS[:3]}),
        (move.over_map, {"corners": CORNERS, "side": 99}),
        (move.along_path, {"corners": CORNERS, "points": [[0, 0]]}),
        (move.along_path, {"corners": CORNERS, "points": [[0, 0], [2, 0]]}),
        (move.along_path, {"corners": CORNERS, "points": "here"}),
        (move.along_path, {"corners": CORNERS, "points": [[0, 0], [0, float("nan")]]}),
        (move.round_walk, {"stops": ["0:0", "0:1"]}),
        (move.round_walk, {"stops": ["0:0"] * 3, "n": 10**6}),
        (move.summed, {"plus": ["0:0"], "minus": [], "to": ["0:1"]}),
        (move.along_directions, {"by": [1]}),
    ],
)
def test_a_bad_request_is_refused(rows, ask):
    with pytest.raises(BadInput):
        rows(opened(), ask)


@pytest.mark.parametrize("ask", [{"by": [11]}, {"by": ["x"]}, {"by": [0] * 11}, {"along": 8}])
def test_a_step_beyond_reach_is_refused(ask):
    with pytest.raises(BadInput):
        move.along_directions(a_dcgan(), ask)


def test_a_generator_that_begins_with_a_convolution_has_no_directions():
    with pytest.raises(BadInput, match="no linear map"):
        sefa.first_layer(nn.Sequential(nn.Conv2d(3, 3, 3)), 3)
