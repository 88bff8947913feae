"""∇D by transposed layers is ∇D, and so are its derivatives in the weights."""

import pytest
import torch
from torch import nn

from gan_core import rounds
from gan_core.build import build
from gan_core.models import MLP, Scores, dc_encoder, init, res_encoder
from gan_core.penalties import slope2
from gan_core.presets import preset
from gan_core.slopes import slopes_of
from gan_core.training import train


def rng(seed):
    return torch.Generator().manual_seed(seed)


def moved(D):
    """D after a step: no block of a residual network is 0 any more."""
    draw = rng(2)
    with torch.no_grad():
        for weight in D.parameters():
            weight.add_(0.05 * torch.randn(weight.shape, generator=draw, dtype=weight.dtype))
    return D


NETS = {
    "dcgan": (lambda: dc_encoder(3, 16, 8, 1, "none"), (5, 3, 16, 16)),
    "odd": (
        lambda: nn.Sequential(
            nn.Conv2d(2, 4, 3, 2, 1), nn.ReLU(), nn.Conv2d(4, 6, 3, 2, 0, groups=2),
            nn.LeakyReLU(0.1), nn.Flatten(), nn.Linear(24, 1),
        ),
        (5, 2, 10, 11),
    ),
    "pooled": (
        lambda: nn.Sequential(
            nn.Conv2d(2, 4, 3, 1, 1, groups=2), nn.LeakyReLU(0.2), nn.AvgPool2d(2),
            nn.AvgPool2d((3, 2), stride=2, padding=1), nn.Flatten(), nn.Linear(36, 1),
        ),
        (5, 2, 10, 11),
    ),
    "residual": (lambda: res_encoder(3, 32, 16), (5, 3, 32, 32)),
    "mlp": (lambda: nn.Sequential(nn.Flatten(), MLP(64, 1, 12, 2, leak=0.2)), (5, 1, 8, 8)),
}  # fmt: skip


@pytest.mark.parametrize("name", NETS)
def test_slopes_and_their_derivatives_are_those_of_a_double_backward(name):
    make, shape = NETS[name]
    D = moved(init(Scores(make()), rng(0)).double())
    x = torch.randn(shape, generator=rng(1), dtype=torch.double)
    slopes = slopes_of(D)(x)
    found = slopes.flatten(1).square().sum(1)
    (expected,) = slope2(D, x)
    torch.testing.assert_close(found, expected)
    weights = [p for name, p in D.named_parameters() if not name.endswith("bias")]
    a = torch.autograd.grad(((found.sqrt() - 1) ** 2).sum(), weights)
    b = torch.autograd.grad(((expected.sqrt() - 1) ** 2).sum(), weights)
    for one, other in zip(a, b, strict=True):
        torch.testing.assert_close(one, other)


@pytest.mark.parametrize("norm", ["batch", "layer", "spectral"])
def test_what_is_not_linear_between_its_kinks_is_left_to_autograd(norm):
    assert slopes_of(Scores(dc_encoder(3, 16, 8, 1, norm))) is None
    assert slopes_of(Scores(nn.Sequential(nn.Linear(4, 4), nn.Tanh(), nn.Linear(4, 1)))) is None


@pytest.mark.parametrize("network", ["dcgan", "resnet"])
@pytest.mark.parametrize("name", ["r3gan", "wgan-gp"])
def test_a_round_of_images_with_slopes_is_one_without(name, network, monkeypatch):
    """One round by slopes, and by differentiating twice: Adam's first step would make much of what
    rounding leaves of a gradient of 0, so more rounds cannot be compared."""
    own = {"network": network, "width": 8 if network == "dcgan" else 16}
    bare = {"norm_d": "none", "norm_g": "none", "n_critic": 1, "precision": "float32"}
    found, asked = [], []
    for known in (slopes_of, lambda D: None):
        monkeypatch.setattr(rounds, "slopes_of", lambda D, known=known: asked.append(D) or known(D))
        small = {"size": 16, "batch": 16, "steps": 1, "device": "cpu"}
        players, data, plan = build(preset(name, "digits", **bare | small | own))
        (step,) = train(players, data.sample, plan)
        found.append(step.row(False))
    assert len(asked) == 2 and slopes_of(asked[0]) is not None
    assert found[0]["penalty"] > 0 and found[0]["d_grad"] > 0
    assert found[0] == pytest.approx(found[1], rel=1e-3, abs=1e-5)
