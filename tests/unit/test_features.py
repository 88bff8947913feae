"""The feature spaces: the shipped classifiers recognise images they never saw, each set is judged
in its own space, and training one again works."""

import pytest
import torch

from gan_core import features
from gan_core.catalog import BadInput
from gan_core.data import Images, load


@pytest.mark.parametrize(("name", "least"), [("digits", 0.97), ("faces", 0.9)])
def test_a_shipped_classifier_recognises_held_out_images(name, least):
    held = load(name, part="test")
    space = features.space_for(held)
    assert space.name == f"{name}-cnn"
    found = space.classify(space.encode(held.take(torch.arange(len(held)))))
    assert list(found) == list(space.classes)
    for attribute, classes in found.items():
        truth = held.labels[:, list(held.classes).index(attribute)]
        assert (classes == truth).float().mean() > least, attribute


@pytest.mark.parametrize(("name", "width"), [("digits", 64), ("faces", 128)])
def test_features_are_standardised_on_the_real_data(name, width):
    data = load(name)
    found = features.space_for(data).encode(
        data.take(torch.arange(0, len(data), 1 + len(data) // 4000))
    )
    assert found.shape[1] == width
    assert found.mean(0).abs().max() < 0.1
    assert found.var(0).sum().item() == pytest.approx(width, rel=0.1)


def test_mnist_is_judged_by_its_own_classifier():
    images = Images("mnist", torch.zeros(4, 1, 32, 32, dtype=torch.uint8))
    space = features.space_for(images)
    assert space.name == "mnist-cnn" and space.classes == {"digit": list("0123456789")}
    assert space.encode(images.take(torch.arange(4))).shape == (4, 64)


def test_other_data_gets_principal_pixels_that_keep_most_of_the_variance():
    pixels = load("faces").pixels[:3000]
    data = Images("folder:faces", pixels, scale=2)  # by another name: no shipped space
    space = features.space_for(data)
    assert space.name == "pixels-pca64" and space.classes == {}
    batch = data.take(torch.arange(1000))
    found = space.encode(batch)
    assert found.shape == (1000, 64) and space.classify(found) == {}
    small = features.resized(batch, 16).flatten(1)
    share = found.var(0).sum() / small.var(0).sum()
    assert 0.8 < share < 1
    spread = torch.cov(found.T).fill_diagonal_(0)  # components are uncorrelated
    assert spread.abs().max() < 0.1 * found.var(0).max()


def test_batches_do_not_change_features_and_other_sizes_are_read():
    data = load("faces", 64)
    space = features.space_for(data)
    x = data.take(torch.arange(20))
    torch.testing.assert_close(space.encode(x, batch=7), space.encode(x), atol=1e-4, rtol=1e-4)
    wide = space.encode(load("faces", 32).take(torch.arange(20)))
    assert torch.nn.functional.cosine_similarity(space.encode(x), wide).min() > 0.9


def test_training_again_gives_a_space_with_its_card(tmp_path, monkeypatch):
    lines: list[str] = []
    before = torch.random.get_rng_state()
    card = features.train_features("digits", out=tmp_path, epochs=6, report=lines.append)
    assert torch.equal(before, torch.random.get_rng_state())  # its seed is its own
    assert len(lines) == 6 and card["accuracy"]["digit"] > 0.85
    assert "digits-cnn" in (tmp_path / "features-digits.md").read_text()
    monkeypatch.setattr(features.classifier, "ASSETS", tmp_path)
    space = features.space_for(load("digits"))
    assert space.name == "digits-cnn"
    with pytest.raises(BadInput, match="digits"):
        features.train_features("digit")
