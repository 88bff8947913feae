"""A D that judges packs: whole packs in training, the diagonal wherever single points are asked."""

import pytest
import torch

from gan_core import judge, pictures
from gan_core.build import build, players
from gan_core.catalog import OBJECTIVES, BadInput
from gan_core.config import Config, validate
from gan_core.dense import Look, dense
from gan_core.dense_rounds import Bill
from gan_core.models import Packed, beside_others, core
from gan_core.presets import preset
from gan_core.training import train

CPU = torch.device("cpu")
SMALL = {"steps": 4, "batch": 24, "width": 8, "depth": 2, "precision": "float32", "device": "cpu"}


def packed(objective="ns-gan", data="ring", **changes):
    return preset(objective, data, **{**SMALL, "pack": 3, **changes})


def points(n, seed=1):
    return torch.randn(n, 2, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("shape", [(2,), (3, 16, 16)])
def test_a_pack_holds_its_samples_in_their_order(shape):
    D = Packed(torch.nn.Identity(), 3, shape[0])
    x = torch.randn(12, *shape)
    held = D.packs(x)
    assert held.shape == (4, 3 * shape[0], *shape[1:])
    for i in range(12):
        torch.testing.assert_close(held[i // 3].chunk(3)[i % 3], x[i])


def test_single_points_are_scored_on_the_diagonal():
    D = core(players(packed(), (2,), CPU).D)
    x = points(5)
    torch.testing.assert_close(D(x), D(torch.cat([x, x, x], 1)))
    assert D(D.packs(points(12))).shape == (4,)


def test_beside_others_only_the_point_itself_has_a_slope():
    D = core(players(packed(), (2,), CPU).D)
    x = points(5).requires_grad_()
    (slope,) = torch.autograd.grad(D(D.beside(x)).sum(), x)
    whole = D.beside(x).detach().requires_grad_()
    (every,) = torch.autograd.grad(D(whole).sum(), whole)
    torch.testing.assert_close(slope, every[:, :2])


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_every_objective_trains_on_packs_and_can_be_shown(objective):
    config = packed(objective)
    made, data, how = build(config)
    *_, last = train(made, data.sample, how)
    assert last.real.shape == last.fake.shape == (config.batch // config.pack,)
    assert all(bool(torch.isfinite(p).all()) for p in made.D.parameters())
    rng = torch.Generator().manual_seed(0)
    drawn = pictures.plane_frame(
        made, data.extent, OBJECTIVES[objective].head, torch.randn(50, 2), data.sample(50, rng)
    )
    assert drawn
    measured = [judge.Judge(config, data)(made, full) for full in (False, True)]
    assert "em" in measured[1] and "d_share" not in measured[1]


def test_pictures_are_packed_by_their_channels():
    config = packed("ns-gan", "digits", size=16, width=4, pack=2, batch=4, steps=1)
    made, data, how = build(config)
    (step,) = train(made, data.sample, how)
    assert step.real.shape == (2,) and made.D(data.sample(3, made.rng)).shape == (3,)


def test_the_penalty_is_on_the_slope_of_the_whole_pack():
    made, data, _ = build(packed(r1=1.0, r2=0.0))
    D = core(made.D)
    x = D.packs(data.sample(24, made.rng))
    fast = dense(D)
    bill = Bill(fast, Look(fast, x), (x,), made.objective.prices(x, x, made.rng))
    slow = made.objective.penalty(D, x, x, made.rng)
    assert slow.shape == (8,)
    torch.testing.assert_close(bill.total(), slow.mean())


def test_a_batch_that_cannot_be_split_is_refused():
    with pytest.raises(BadInput, match="multiple of pack"):
        validate(Config(batch=10, pack=4))


def test_packs_of_one_are_no_packs():
    assert not isinstance(core(players(Config(pack=1), (2,), CPU).D), Packed)


def test_arrows_are_drawn_at_the_datas_own_scale():
    """A point beside others is scored as its place inside the player says."""
    D = players(packed(scaling="unit"), (2,), CPU).D
    D.place((3.0, -1.0), 5.0)
    x = points(6)
    there = x * 5 + torch.tensor([3.0, -1.0])
    torch.testing.assert_close(beside_others(D)(there), core(D)(core(D).beside(x)))
    torch.testing.assert_close(D(there), core(D)(x))
