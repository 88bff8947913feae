"""D as matrix products is D: the same scores, slopes and gradients as by double backward."""

import pytest
import torch
from torch import nn

from gan_core import training
from gan_core.build import build, discriminator, generator
from gan_core.config import Config
from gan_core.dense import Seen, dense, dense_map
from gan_core.models import MLP, Fourier, Scores, init
from gan_core.objectives import OBJECTIVES
from gan_core.presets import preset
from gan_core.training import train


def double(net, seed=0):
    return init(net, torch.Generator().manual_seed(seed)).double()


def a_discriminator(depth, fourier):
    body = MLP(2 + 2 * fourier, 1, 16, depth)
    return double(Scores(nn.Sequential(Fourier(2, fourier), body) if fourier else body))


def points(n, seed):
    return torch.randn(n, 2, generator=torch.Generator().manual_seed(seed)).double()


def gradients(loss, net):
    return torch.cat([g.flatten() for g in torch.autograd.grad(loss, list(net.parameters()))])


@pytest.mark.parametrize("depth", [1, 2, 4])
@pytest.mark.parametrize("fourier", [0, 5])
def test_scores_and_slopes_are_those_of_the_module(depth, fourier):
    D = a_discriminator(depth, fourier)
    x = points(7, 1).requires_grad_()
    scores, slopes = dense(D).both(x)
    (expected,) = torch.autograd.grad(D(x).sum(), x)
    torch.testing.assert_close(scores, D(x))
    torch.testing.assert_close(slopes, expected)
    (through,) = torch.autograd.grad((scores**2).sum(), x)
    torch.testing.assert_close(through, 2 * D(x).detach()[:, None] * expected)


@pytest.mark.parametrize("depth", [1, 3])
@pytest.mark.parametrize("fourier", [0, 5])
@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("ns-gan", {"r1": 0.3}), ("ns-gan", {"r2": 0.2}), ("r3gan", {"r1": 0.3, "r2": 0.5}),
        ("wgan-gp", {"lam": 2.0}), ("wgan-gp", {"lam": 2.0, "r1": 0.4, "r2": 0.1}),
        ("hinge", {}),
    ],
)  # fmt: skip
def test_the_gradient_of_loss_and_penalty_is_the_double_backwards(name, settings, depth, fourier):
    D = a_discriminator(depth, fourier)
    objective = OBJECTIVES[name](**{"r1": 0.0, "r2": 0.0} | settings)
    x, x_fake = points(6, 2), points(6, 3)

    def loss(scorer, on_real, on_fake):
        extra = objective.penalty(scorer, x, x_fake, torch.Generator().manual_seed(4))
        return objective.d_loss(on_real, on_fake).mean() + (0 if extra is None else extra.mean())

    expected = gradients(loss(D, D(x), D(x_fake)), D)
    fast = dense(D)
    scores, slopes = fast.both(torch.cat([x, x_fake]))
    scorer = Seen(fast, (x, x_fake), slopes.chunk(2))
    torch.testing.assert_close(gradients(loss(scorer, *scores.chunk(2)), D), expected)


def test_a_generator_as_matrix_products_has_the_same_gradient():
    G = double(MLP(3, 2, 16, 3))
    z = torch.randn(9, 3, generator=torch.Generator().manual_seed(5)).double()
    made = dense_map(G)(z)
    torch.testing.assert_close(made, G(z))
    torch.testing.assert_close(gradients(made.sin().sum(), G), gradients(G(z).sin().sum(), G))


@pytest.mark.parametrize(
    "changes",
    [{"norm_d": "spectral", "r1": 0.0, "r2": 0.0}, {"norm_d": "layer"},
     {"norm_d": "batch", "r1": 0.0, "r2": 0.0}, {"objective": "began", "r1": 0.0, "r2": 0.0}],
)  # fmt: skip
def test_other_networks_are_left_to_autograd(changes):
    assert dense(discriminator(Config(**changes), (2,))) is None
    assert dense_map(generator(Config(norm_g="batch"), (2,))) is None
    assert dense(Scores(MLP(2, 1, 8, 2, leak=0.2))) is None
    more = type(
        "Squeezed", (Scores,), {"forward": lambda self, x: self.body(x).flatten().sigmoid()}
    )
    assert dense(more(MLP(2, 1, 8, 2))) is None and dense(Scores(MLP(2, 1, 8, 2))) is not None


@pytest.mark.parametrize("objective", ["gan", "wgan", "wgan-gp", "lsgan", "hinge", "r3gan"])
def test_training_is_the_same_either_way(objective, monkeypatch):
    config = preset(objective, "ring", steps=5, batch=16, width=8, precision="float32")

    def weights():
        made, data, how = build(config)
        # Adam would blow up the rounding of a gradient next to nothing
        made.opt_g = torch.optim.SGD(made.G.parameters(), 0.05)
        made.opt_d = torch.optim.SGD(made.D.parameters(), 0.05)
        list(train(made, data.sample, how))
        return torch.cat(
            [p.detach().flatten() for net in (made.G, made.D) for p in net.parameters()]
        )

    fast = weights()
    monkeypatch.setattr(training, "dense", lambda D: None)
    monkeypatch.setattr(training, "dense_map", lambda G: None)
    torch.testing.assert_close(fast, weights(), rtol=1e-4, atol=1e-6)
