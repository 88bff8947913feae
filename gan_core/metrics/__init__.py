"""How far generated samples are from the data, and how far D is from what it could be.

A distance between two finite samples is never zero, so a figure alone cannot be read: each stands
beside its floor, what fresh real samples score in the place of the generated ones.
`plane` judges points, `images` pictures, `discriminators` the opponent of both.
"""

from gan_core.metrics.density import Kernels, Meeting, log_ratio, meeting
from gan_core.metrics.discriminators import (
    CRITICS,
    HAVE_OPTIMUM,
    Optimum,
    Scorer,
    against_optimum,
    critic,
    critic_of_images,
    lipschitz,
    opinion,
    optimum,
    pair_slope,
)
from gan_core.metrics.fills import alike, apart, fills
from gan_core.metrics.images import (
    ImageData,
    ImageJudge,
    Space,
    diversity,
    frechet,
    kernel,
    moments,
)
from gan_core.metrics.plane import (
    EM_POINTS,
    PlaneData,
    em_floor,
    evaluate_2d,
    jensen_shannon,
    mode_coverage,
    perfect,
)
from gan_core.metrics.shared import density_coverage, precision_recall
from gan_core.metrics.transport import carried, earth_mover, sliced

__all__ = [
    "CRITICS", "EM_POINTS", "HAVE_OPTIMUM", "ImageData", "ImageJudge", "Kernels", "Meeting",
    "Optimum", "PlaneData", "Scorer", "Space", "against_optimum", "alike", "apart", "carried",
    "critic", "critic_of_images", "density_coverage", "diversity", "earth_mover", "em_floor",
    "evaluate_2d", "fills", "frechet", "jensen_shannon", "kernel", "lipschitz",
    "log_ratio", "meeting", "mode_coverage", "moments", "opinion",
    "optimum", "pair_slope", "perfect", "precision_recall", "sliced",
]  # fmt: skip
