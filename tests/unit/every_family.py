"""A distribution of every family, and numbers drawn from one, for tests that run over all."""

import numpy as np

from gan_core.divergences import parse
from gan_core.divergences.samples import draw

EVERY = [
    "normal(1,2)",
    "uniform(-1,3)",
    "laplace(1,2)",
    "student_t(6,1,2)",
    "exponential(2)",
    "gamma(0.5,2)",
    "beta(0.5,3)",
    "histogram(-1,3,1,0,4,2)",
    "mixture(0.3*normal(-2,0.5)+0.7*gamma(2,1))",
]


def numbers(spec, n=1000, seed=0):
    return draw(parse(spec), n, np.random.default_rng(seed))
