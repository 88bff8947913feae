"""D as matrix products is D: the same scores, slopes and gradients as by double backward."""

import pytest
import torch
from torch import nn

from gan_core import dense_rounds, rounds
from gan_core.build import build, discriminator, generator
from gan_core.config import Config
from gan_core.dense import Look, dense, dense_map
from gan_core.dense_rounds import Bill
from gan_core.flat import stepper
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


def stored(net):
    return torch.cat([p.grad.flatten() for p in net.parameters()])


@pytest.mark.parametrize("depth", [1, 2, 4])
@pytest.mark.parametrize("fourier", [0, 5])
def test_scores_and_slopes_are_those_of_the_module(depth, fourier):
    D = a_discriminator(depth, fourier)
    x, more = points(7, 1).requires_grad_(), points(3, 2)
    (expected,) = torch.autograd.grad(D(x).sum(), x)
    look = Look(dense(D), x, more)
    torch.testing.assert_close(torch.cat(look.scores), D(torch.cat([x, more])))
    torch.testing.assert_close(look.slopes[0], expected)
    c = points(7, 3)[:, 0]
    torch.testing.assert_close(Look(dense(D), more, x).towards(c), c[:, None] * expected)


@pytest.mark.parametrize("depth", [1, 3])
@pytest.mark.parametrize("fourier", [0, 5])
@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("ns-gan", {"r1": 0.3}), ("ns-gan", {"r2": 0.2}), ("r3gan", {"r1": 0.3, "r2": 0.5}),
        ("wgan-gp", {"lam": 2.0}), ("wgan-gp", {"lam": 2.0, "r1": 0.4, "r2": 0.1}),
        ("hinge", {}), ("lsgan", {"r1": 0.2, "r2": 0.2}),
    ],
)  # fmt: skip
def test_the_gradient_of_loss_and_penalty_is_the_double_backwards(name, settings, depth, fourier):
    D = a_discriminator(depth, fourier)
    objective = OBJECTIVES[name](**{"r1": 0.0, "r2": 0.0} | settings)
    x, x_fake = points(6, 2), points(6, 3)
    loss = objective.d_loss(D(x), D(x_fake)).mean()
    extra = objective.penalty(D, x, x_fake, torch.Generator().manual_seed(4))
    expected = gradients(loss + (0 if extra is None else extra.mean()), D)

    fast = dense(D)
    for p in D.parameters():
        p.grad.fill_(torch.nan)  # what stood there does not count
    look = Look(fast, x, x_fake)
    prices = objective.prices(x, x_fake, torch.Generator().manual_seed(4))
    bill = Bill(fast, look, (x, x_fake), prices)
    bill.pull(torch.cat(objective.d_grad(*look.scores)) / len(x))
    torch.testing.assert_close(stored(D), expected)
    total = torch.zeros(()).double() if extra is None else extra.mean().detach()
    torch.testing.assert_close(bill.total(), total)


def test_a_generator_as_matrix_products_has_the_same_gradient():
    G = double(MLP(3, 2, 16, 3))
    z = torch.randn(9, 3, generator=torch.Generator().manual_seed(5)).double()
    expected = gradients(G(z).sin().sum(), G)
    fast = dense_map(G)
    made = fast(z)
    torch.testing.assert_close(made, G(z))
    fast.pull(made.detach().cos())
    torch.testing.assert_close(stored(G), expected)


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


@pytest.mark.parametrize(
    "changes",
    [{"objective": name} for name in ("gan", "wgan", "wgan-gp", "lsgan", "hinge", "r3gan")]
    + [{"objective": "r3gan", "noise": 0.3}, {"objective": "ns-gan", "pack": 2},
       {"objective": "r3gan", "reads": "x+z", "carry": 0.1}, {"objective": "began"},
       {"objective": "r3gan", "reads": "x+noise"}, {"objective": "ns-gan", "norm_g": "batch"},
       {"objective": "r3gan", "n_gen": 2, "n_critic": 2, "scaling": "none"}],
    ids=lambda changes: "-".join(map(str, changes.values())),
)  # fmt: skip
def test_training_is_the_same_either_way(changes, monkeypatch):
    config = preset(**changes, data="ring", steps=5, batch=16, width=8, precision="float32")

    def trained():
        made, data, how = build(config)
        # Adam would blow up the rounding of a gradient next to nothing
        made.opt_g = torch.optim.SGD(made.opt_g.param_groups[0]["params"] or [unused], 0.05)
        made.opt_d = torch.optim.SGD(made.D.parameters(), 0.05)
        steps = list(train(made, data.sample, how))
        weights = [p.detach().flatten() for net in (made.G, made.D) for p in net.parameters()]
        said = [step.row(probabilities=True) for step in steps]
        return torch.cat(weights), torch.tensor([list(row.values()) for row in said])

    unused = nn.Parameter(torch.zeros(1))
    fast, said = trained()
    monkeypatch.setattr(dense_rounds, "dense", lambda D: None)
    monkeypatch.setattr(rounds, "dense_map", lambda G: None)
    slow, expected = trained()
    torch.testing.assert_close(fast, slow, rtol=1e-4, atol=1e-6)
    torch.testing.assert_close(said, expected, rtol=1e-3, atol=1e-5)


def test_weights_end_to_end_move_as_adam_moves_them():
    nets, optimizers = [], []
    for flat in (True, False):
        net = init(MLP(2, 1, 8, 2), torch.Generator().manual_seed(0))
        optimizer = torch.optim.Adam(net.parameters(), 1e-2, (0.5, 0.9), fused=True)
        net(points(5, 1).float()).sum().backward()
        optimizer.step()  # a state to take over
        slopes = [p.grad.clone() for p in net.parameters()]
        step = stepper(optimizer) if flat else optimizer.step
        for _ in range(3):
            for p, slope in zip(net.parameters(), slopes, strict=True):
                p.grad.copy_(slope)
            optimizer.param_groups[0]["lr"] *= 0.5
            step()
        nets.append(torch.cat([p.detach().flatten() for p in net.parameters()]))
        optimizers.append(optimizer.state_dict()["state"])
    torch.testing.assert_close(nets[0], nets[1], rtol=1e-6, atol=0)
    torch.testing.assert_close(optimizers[0], optimizers[1])
