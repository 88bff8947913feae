"""Shapes, ranges and the architecture rules the papers state."""

import pytest
import torch
from torch import nn

from gan_core.models import (
    MLP,
    DCAutoencoder,
    DCGenerator,
    DiscriminativeBasis,
    Fourier,
    ResGenerator,
    Residual,
    Scores,
    dc_encoder,
    init,
    res_encoder,
)


def seeded(net, seed=0):
    return init(net, torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("size", [16, 32, 64])
@pytest.mark.parametrize("channels", [1, 3])
def test_dcgan_pair_fits_its_size(size, channels):
    G = seeded(DCGenerator(10, channels, size, 4))
    D = seeded(Scores(dc_encoder(channels, size, 4, 1, "batch")))
    images = G(torch.randn(3, 10))
    assert images.shape == (3, channels, size, size)
    assert images.abs().max() <= 1
    assert D(images).shape == (3,)


def test_dcgan_has_no_batchnorm_at_the_output_of_g_or_the_input_of_d():
    G = list(DCGenerator(10, 3, 32, 4, "batch").body)
    assert isinstance(G[-2], nn.ConvTranspose2d) and isinstance(G[-1], nn.Tanh)
    D = list(dc_encoder(3, 32, 4, 1, "batch"))
    assert isinstance(D[0], nn.Conv2d) and isinstance(D[1], nn.LeakyReLU)
    assert any(isinstance(layer, nn.BatchNorm2d) for layer in D)
    assert not any(isinstance(layer, nn.Linear) for layer in G + D)


@pytest.mark.parametrize("norm", ["none", "layer", "spectral"])
def test_without_batchnorm_a_score_depends_on_its_own_sample_alone(norm):
    D = seeded(Scores(dc_encoder(1, 16, 4, 1, norm))).eval()
    x = torch.randn(6, 1, 16, 16)
    torch.testing.assert_close(D(x)[2:3], D(x[2:3]), rtol=1e-4, atol=1e-5)


def test_with_batchnorm_it_does_not():
    D = seeded(Scores(dc_encoder(1, 16, 4, 1, "batch"))).train()
    x = torch.randn(6, 1, 16, 16)
    assert not torch.allclose(D(x)[:3], D(x[:3]), atol=1e-3)


def test_an_autoencoder_scores_by_its_mean_absolute_error():
    D = seeded(DCAutoencoder(3, 16, 4, 8))
    x = torch.randn(2, 3, 16, 16)
    expected = torch.stack([(a - b).abs().mean() for a, b in zip(x, D.reconstruct(x), strict=True)])
    torch.testing.assert_close(D(x), expected)


def test_equal_seeds_draw_equal_weights_and_others_do_not():
    nets = [seeded(MLP(2, 1, 8, 2), seed) for seed in (0, 0, 1)]
    weights = [torch.cat([p.flatten() for p in net.parameters()]) for net in nets]
    assert torch.equal(weights[0], weights[1])
    assert not torch.equal(weights[0], weights[2])


def test_fourier_features_keep_the_point_itself():
    net = seeded(Fourier(2, 5))
    x = torch.randn(4, 2)
    out = net(x)
    assert out.shape == (4, 12)
    assert torch.equal(out[:, :2], x)
    torch.testing.assert_close(out[:, 2:7].square() + out[:, 7:].square(), torch.ones(4, 5))


def test_a_size_that_is_no_power_of_two_is_refused():
    with pytest.raises(ValueError, match="size=28"):
        DCGenerator(10, 1, 28, 4)
    with pytest.raises(ValueError, match="size=28"):
        ResGenerator(10, 1, 28, 4)


@pytest.mark.parametrize("size", [16, 32, 64, 128])
@pytest.mark.parametrize("channels", [1, 3])
def test_residual_pair_fits_its_size(size, channels):
    G, D = (
        seeded(ResGenerator(10, channels, size, 4)),
        seeded(Scores(res_encoder(channels, size, 4))),
    )
    images = G(torch.randn(3, 10))
    assert images.shape == (3, channels, size, size)
    assert D(images).shape == (3,)


def test_residual_networks_begin_as_their_skips_alone():
    """Each block is 0 at first: both are linear, but for a bias. After a step D is not."""
    G, D = seeded(ResGenerator(10, 3, 16, 16)), seeded(Scores(res_encoder(3, 16, 16)))
    for net in (G, D):
        blocks = [part for part in net.modules() if isinstance(part, Residual)]
        assert len(blocks) == 2
        for block in blocks:
            x = torch.randn(2, block.body[0].in_channels, 5, 5)
            assert torch.equal(block(x), x)
    x, y, z = (torch.randn(4, 10) for _ in range(3))
    torch.testing.assert_close(G(x + y) + G(0 * x), G(x) + G(y), atol=1e-5, rtol=1e-4)
    x, y, z = (torch.randn(4, 3, 16, 16) for _ in range(3))
    torch.testing.assert_close(D(x + y) + D(0 * x), D(x) + D(y), atol=1e-5, rtol=1e-4)
    D(z).sum().backward()
    with torch.no_grad():
        for weight in D.parameters():
            weight.add_(weight.grad)
    assert not torch.allclose(D(x + y) + D(0 * x), D(x) + D(y), atol=0.1)


def test_residual_blocks_begin_with_fix_ups_scale():
    """Of the first two of m = 3 convolutions in each of L blocks: gain/√fan_in · L^(-1/(2m-2))."""
    blocks = [part for part in seeded(res_encoder(3, 128, 16)) if isinstance(part, Residual)]
    assert len(blocks) == 5
    gain, widest = (2 / 1.04) ** 0.5, blocks[-1].body
    for layer, fan_in in ((widest[0], 256), (widest[2], 9 * 16)):
        assert layer.weight[0].numel() == fan_in
        expected = gain * fan_in**-0.5 * 5**-0.25
        assert layer.weight.std().item() == pytest.approx(expected, rel=0.02)


def test_residual_networks_draw_all_from_the_seed_and_none_from_elsewhere():
    def drawn(seed, elsewhere):
        torch.manual_seed(elsewhere)
        nets = seeded(ResGenerator(10, 3, 16, 16), seed), seeded(res_encoder(3, 16, 16), seed)
        return torch.cat([p.flatten() for net in nets for p in net.parameters()])

    assert torch.equal(drawn(0, 1), drawn(0, 2))
    assert not torch.equal(drawn(0, 1), drawn(1, 1))


def test_a_residual_score_depends_on_its_own_sample_alone():
    D = Scores(res_encoder(1, 16, 16))
    with torch.no_grad():
        for weight in D.parameters():  # at the start no block would do anything
            weight.normal_(0, 0.1)
    x = torch.randn(6, 1, 16, 16)
    torch.testing.assert_close(D(x)[2:3], D(x[2:3]), rtol=1e-4, atol=1e-5)


def test_the_discriminative_basis_is_a_depthwise_convolution_and_a_linear_layer():
    basis = seeded(DiscriminativeBasis(6))
    x = torch.randn(3, 6, 4, 4)
    seen = nn.functional.conv2d(x, basis.basis[:, None], groups=6).flatten(1)
    torch.testing.assert_close(basis(x), seen @ basis.share[:, None])
