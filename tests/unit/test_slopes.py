"""∇D by transposed layers is ∇D, and so are its derivatives in the weights."""

import pytest
import torch
from torch import nn

from gan_core import rounds
from gan_core.build import build
from gan_core.models import MLP, Scores, dc_encoder, init
from gan_core.penalties import slope2
from gan_core.presets import preset
from gan_core.slopes import slopes_of
from gan_core.training import train


def rng(seed):
    return torch.Generator().manual_seed(seed)


NETS = {
    "dcgan": (lambda: dc_encoder(3, 16, 8, 1, "none"), (5, 3, 16, 16)),
    "odd": (
        lambda: nn.Sequential(
            nn.Conv2d(2, 4, 3, 2, 1), nn.ReLU(), nn.Conv2d(4, 6, 3, 2, 0, groups=2),
            nn.LeakyReLU(0.1), nn.Flatten(), nn.Linear(24, 1),
        ),
        (5, 2, 10, 11),
    ),
    "mlp": (lambda: nn.Sequential(nn.Flatten(), MLP(64, 1, 12, 2, leak=0.2)), (5, 1, 8, 8)),
}  # fmt: skip


@pytest.mark.parametrize("name", NETS)
def test_slopes_and_their_derivatives_are_those_of_a_double_backward(name):
    make, shape = NETS[name]
    D = init(Scores(make()), rng(0)).double()
    x = torch.randn(shape, generator=rng(1), dtype=torch.double)
    slopes = slopes_of(D)(x)
    found = slopes.flatten(1).square().sum(1)
    (expected,) = slope2(D, x)
    torch.testing.assert_close(found, expected)
    weights = [p for p in D.parameters() if p.dim() > 1]
    a = torch.autograd.grad(((found.sqrt() - 1) ** 2).sum(), weights)
    b = torch.autograd.grad(((expected.sqrt() - 1) ** 2).sum(), weights)
    for one, other in zip(a, b, strict=True):
        torch.testing.assert_close(one, other)


@pytest.mark.parametrize("norm", ["batch", "layer", "spectral"])
def test_what_is_not_linear_between_its_kinks_is_left_to_autograd(norm):
    assert slopes_of(Scores(dc_encoder(3, 16, 8, 1, norm))) is None
    assert slopes_of(Scores(nn.Sequential(nn.Linear(4, 4), nn.Tanh(), nn.Linear(4, 1)))) is None


@pytest.mark.parametrize("name", ["r3gan", "wgan-gp"])
def test_a_round_of_images_with_slopes_is_one_without(name, monkeypatch):
    """One round by slopes, and by differentiating twice: Adam's first step would make much of what
    rounding leaves of a gradient of 0, so more rounds cannot be compared."""
    bare = {"norm_d": "none", "norm_g": "none", "n_critic": 1, "precision": "float32"}
    found, asked = [], []
    for known in (slopes_of, lambda D: None):
        monkeypatch.setattr(rounds, "slopes_of", lambda D, known=known: asked.append(D) or known(D))
        small = {"size": 16, "width": 8, "batch": 16, "steps": 1, "device": "cpu"}
        players, data, plan = build(preset(name, "digits", **bare, **small))
        (step,) = train(players, data.sample, plan)
        found.append(step.row(False))
    assert len(asked) == 2 and slopes_of(asked[0]) is not None
    assert found[0]["penalty"] > 0 and found[0]["d_grad"] > 0
    assert found[0] == pytest.approx(found[1], rel=1e-3, abs=1e-5)
