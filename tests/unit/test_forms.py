"""Every fast form is the layer it stands for: the same output, gradients and second derivatives."""

import pytest
import torch
from torch import nn

from gan_core import products
from gan_core.forms import Doubling, FromPixel, Halving, UpConv, Whole, fast
from gan_core.models import DCAutoencoder, DCGenerator, Scores, dc_encoder, init


def rng(seed):
    return torch.Generator().manual_seed(seed)


LAYERS = {
    "whole": (lambda: nn.Conv2d(6, 3, 4), Whole, (5, 6, 4, 4)),
    "whole-elsewhere": (lambda: nn.Conv2d(6, 3, 4), Whole, (5, 6, 7, 7)),
    "from-pixel": (lambda: nn.ConvTranspose2d(6, 3, 4, bias=False), FromPixel, (5, 6, 1, 1)),
    "from-pixel-bias": (lambda: nn.ConvTranspose2d(6, 3, 4), FromPixel, (5, 6, 1, 1)),
    "from-pixel-elsewhere": (lambda: nn.ConvTranspose2d(6, 3, 4), FromPixel, (5, 6, 2, 2)),
    "halving": (lambda: nn.Conv2d(2, 3, 4, 2, 1), Halving, (5, 2, 8, 12)),
    "halving-bare": (lambda: nn.Conv2d(2, 3, 4, 2, 1, bias=False), Halving, (5, 2, 8, 12)),
    "doubling": (lambda: nn.ConvTranspose2d(3, 2, 4, 2, 1), Doubling, (5, 3, 4, 6)),
    "up-conv": (
        lambda: nn.Sequential(nn.Upsample(scale_factor=2), nn.Conv2d(3, 4, 3, 1, 1)),
        UpConv,
        (5, 3, 4, 6),
    ),
}


# which of a halving, its transpose and its weights' gradient are products
WAYS = {
    "none": {"FEW_OF_WEIGHTS": 0, "FEW": 0},
    "weights": {"FEW_OF_WEIGHTS": 99, "FEW": 0, "LEAST": 1},
    "all": {"FEW_OF_WEIGHTS": 99, "FEW": 99, "LEAST": 1, "MANY_WEIGHTS": 1},
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", LAYERS)
def test_a_form_equals_its_layer_up_to_second_derivatives(name, way, monkeypatch):
    for bound, value in WAYS[way].items():
        monkeypatch.setattr(products, bound, value)
    make, kind, shape = LAYERS[name]
    layer = init(make(), rng(0)).double()
    twin = fast(layer)
    assert any(isinstance(part, kind) for part in twin.modules())
    x = torch.randn(shape, generator=rng(1), dtype=torch.double)

    def found(net):
        at = x.clone().requires_grad_()
        out = net(at).pow(3)
        parts = [at, *layer.parameters()]
        first = torch.autograd.grad(out.sum(), parts, create_graph=True)
        second = torch.autograd.grad(first[0].pow(2).sum(), parts)
        return [out, *first, *second]

    for a, b in zip(found(layer), found(twin), strict=True):
        torch.testing.assert_close(a, b)


NETS = {
    "dcgan-d": (lambda: Scores(dc_encoder(1, 32, 8, 1, "batch")), (4, 1, 32, 32)),
    "dcgan-d-colour": (lambda: Scores(dc_encoder(3, 32, 8, 1, "layer")), (4, 3, 32, 32)),
    "spectral": (lambda: Scores(dc_encoder(1, 16, 8, 1, "spectral")), (4, 1, 16, 16)),
    "dcgan-g": (lambda: DCGenerator(10, 1, 32, 8), (4, 10)),
    "auto-encoder": (lambda: DCAutoencoder(1, 16, 8, 6), (4, 1, 16, 16)),
}


@pytest.mark.parametrize("name", NETS)
def test_a_twin_shares_everything_and_computes_the_same(name):
    make, shape = NETS[name]
    torch.manual_seed(0)
    net = init(make(), rng(0)).double()
    torch.manual_seed(0)
    other = init(make(), rng(0)).double()
    twin = fast(net)
    assert {id(p) for p in twin.parameters()} == {id(p) for p in net.parameters()}
    x = torch.randn(shape, generator=rng(1), dtype=torch.double)
    a, b = twin(x), other(x)  # both change their statistics
    torch.testing.assert_close(a, b)
    for (key, found), expected in zip(
        net.state_dict().items(), other.state_dict().values(), strict=True
    ):
        torch.testing.assert_close(found, expected, msg=key)
    a.sum().backward()
    b.sum().backward()
    for p, q in zip(net.parameters(), other.parameters(), strict=True):
        torch.testing.assert_close(p.grad, q.grad)


def test_what_has_no_faster_form_stays_as_it_is():
    for layer in (
        nn.Conv2d(1, 4, 4, 2, 1, dilation=2),
        nn.Conv2d(2, 4, 4, 2, 1, groups=2),
        nn.Conv2d(1, 4, 4, 2, 1, padding_mode="reflect"),
        nn.ConvTranspose2d(4, 1, 4, 2, 1, output_padding=1),
        nn.Sequential(nn.Upsample(scale_factor=2, mode="bilinear"), nn.Conv2d(2, 2, 3, 1, 1)),
        nn.Sequential(nn.Upsample(scale_factor=3), nn.Conv2d(2, 2, 3, 1, 1)),
    ):
        kinds = [type(part) for part in fast(layer).modules()]
        assert kinds == [type(part) for part in layer.modules()]


def test_autocast_reaches_the_forms():
    layer = init(nn.Conv2d(products.LEAST, 8, 4, 2, 1), rng(0))
    x = torch.randn(2, products.LEAST, 8, 8, generator=rng(1))
    with torch.autocast("cpu", dtype=torch.bfloat16):
        found, expected = fast(layer)(x), layer(x)
    assert found.dtype == expected.dtype == torch.bfloat16
    torch.testing.assert_close(found, expected, rtol=0.05, atol=0.05)
