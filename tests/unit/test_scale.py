"""Players of the plane at the data's own scale: settings mean the same wherever the data lie."""

import pytest
import torch

from gan_core import inherit
from gan_core.build import build
from gan_core.catalog import OBJECTIVES, BadInput
from gan_core.checkpoint import save
from gan_core.models import AtScale
from gan_core.presets import preset
from gan_core.training import generate, train

FEW = {"steps": 12, "width": 16, "batch": 64, "device": "cpu"}


def trained(objective, data, **changes):
    config = preset(objective, data, **FEW | changes)
    players, dataset, plan = build(config)
    for _ in train(players, dataset.sample, plan):
        pass
    return config, players, dataset


def samples(players):
    return generate(players, torch.randn(200, 2, generator=torch.Generator().manual_seed(1)))


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_data_64_times_as_large_train_alike(objective):
    # a power of two, which changes no digit of a float
    near, far = "ring(radius=1,std=0.015625)", "ring(radius=64,std=1)"
    small, large = (samples(trained(objective, data)[1]) for data in (near, far))
    assert torch.allclose(64 * small, large, rtol=1e-4, atol=1e-3)
    as_they_are = samples(trained(objective, far, scaling="none")[1])
    assert not torch.allclose(as_they_are, large, rtol=0.1)


def test_an_untrained_generator_covers_the_place_and_size_of_its_data():
    for data in ("ring(radius=300,std=3)", "ring(modes=1,radius=50,std=0.1)"):
        _, players, dataset = trained("r3gan", data, steps=1, lr_g=0.0)
        away = (samples(players) - torch.tensor(dataset.centre)).norm(dim=1)
        assert 0 < away.mean() < 3 * dataset.scale


def test_a_branch_moves_to_its_own_data(tmp_path):
    config, parent, _ = trained("ns-gan", "ring")
    save(tmp_path / "start.safetensors", parent, config)
    other = config.replace(data="ring(radius=10,std=0.1)")
    players, dataset, _ = build(other)
    inherit.take_over(tmp_path / "start.safetensors", players, other)
    for net in (players.G, players.D, players.ema):
        assert isinstance(net, AtScale) and net.scale.item() == pytest.approx(dataset.scale)
    assert torch.allclose(samples(players), 10 * samples(parent), rtol=1e-4, atol=1e-4)


def test_images_have_their_scale_already():
    with pytest.raises(BadInput, match="scaling=unit is for 2-D"):
        preset("r3gan", "digits", scaling="unit")
