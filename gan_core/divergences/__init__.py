"""One-dimensional distributions and the distances between them, exact to many digits.

>>> distances("normal(0,1)", "normal(2,1)").kl
2.0
"""

from gan_core.divergences.base import Distribution, Family
from gan_core.divergences.bounded import Beta, Point, Uniform
from gan_core.divergences.curves import Curves, curves, window
from gan_core.divergences.distances import NAMES, Distances, distances
from gan_core.divergences.estimate import Estimate
from gan_core.divergences.histogram import Histogram
from gan_core.divergences.integrands import js_density, kl_density
from gan_core.divergences.measure import Pair
from gan_core.divergences.onesided import Exponential, Gamma
from gan_core.divergences.spec import FAMILIES, Mixture, parse
from gan_core.divergences.symmetric import Laplace, Normal, StudentT

__all__ = [
    "FAMILIES",
    "NAMES",
    "Beta",
    "Curves",
    "Distances",
    "Distribution",
    "Estimate",
    "Exponential",
    "Family",
    "Gamma",
    "Histogram",
    "Laplace",
    "Mixture",
    "Normal",
    "Pair",
    "Point",
    "StudentT",
    "Uniform",
    "curves",
    "distances",
    "js_density",
    "kl_density",
    "parse",
    "window",
]
