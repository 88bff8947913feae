"""The networks: MLPs for the plane, DCGANs and residual networks for images, auto-encoders for
BEGAN's D, and a generator that fills pictures in.

Generators map z [n, latent] to samples; every D maps samples to one raw number each [n]. Sizes
come with each class; all weights are drawn from the generator that `init` is handed.
"""

from gan_core.models.conv import DCAutoencoder, DCGenerator, dc_encoder
from gan_core.models.fill import Filler
from gan_core.models.layers import MLP, Fourier
from gan_core.models.placed import (
    AtScale,
    Blur,
    Carrier,
    DiscriminatorAtScale,
    GeneratorAtScale,
    beside_others,
    core,
)
from gan_core.models.residual import DiscriminativeBasis, ResGenerator, Residual, res_encoder
from gan_core.models.scores import Errors, Packed, Scores
from gan_core.models.weights import init

__all__ = [
    "MLP",
    "AtScale",
    "Blur",
    "Carrier",
    "DCAutoencoder",
    "DCGenerator",
    "DiscriminativeBasis",
    "DiscriminatorAtScale",
    "Errors",
    "Filler",
    "Fourier",
    "GeneratorAtScale",
    "Packed",
    "ResGenerator",
    "Residual",
    "Scores",
    "beside_others",
    "core",
    "dc_encoder",
    "init",
    "res_encoder",
]
