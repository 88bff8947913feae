"""Four claims about KL and JS, computed by the project's own distances: no torch, in the server.

The same form as the lab's experiments: (wrong, seed) -> (numbers, arrays). The seed draws the pair
of densities, so that no picture was picked.
"""

import math

import numpy as np

from gan_core.divergences import Distribution, Mixture, Normal, Uniform, distances
from ui.mistakes.experiment import Result

GRID = np.linspace(-12, 12, 4001)
LIMIT = 0.9  # above it, two densities shall count as apart


def kl(p: Distribution, q: Distribution) -> float:
    return distances(p, q, names=("kl",)).kl


def middle(p: Distribution, q: Distribution) -> Mixture:
    return Mixture(((0.5, p), (0.5, q)))


def density(p: Distribution) -> np.ndarray:
    return np.exp(p.logpdf(GRID))


def integral(values: np.ndarray) -> float:
    return float(values.sum() * (GRID[1] - GRID[0]))


def wrong_js(p: Distribution, q: Distribution) -> float:
    return kl(p, middle(p, q))  # half of it: not symmetric


def right_js(p: Distribution, q: Distribution) -> float:
    # ½ KL(p‖m) + ½ KL(q‖m), m = (p + q) / 2
    return distances(p, q, names=("js",)).js


def wrong_share(p: Distribution, q: Distribution) -> float:
    # read as if 1 were its ceiling
    return distances(p, q, "nats", names=("js",)).js


def right_share(p: Distribution, q: Distribution) -> float:
    # in bits its ceiling is 1
    return distances(p, q, "bits", names=("js",)).js


def wrong_kl(p: Distribution, q: Distribution) -> float:
    a, b = density(p), density(q)
    return integral(a * np.log(a / (a + b)))


def right_kl(p: Distribution, q: Distribution) -> float:
    return distances(p, q, names=("kl",)).kl  # ∫ p log(p / q)


def wrong_apart(p: Distribution, q: Distribution) -> float:
    a, b = density(p), density(q)
    # 0 · log 0 is 0 in the formula and nan in numpy
    m = (a + b) / 2
    return integral(a * np.log(a / m) + b * np.log(b / m)) / 2


def right_apart(p: Distribution, q: Distribution) -> float:
    return distances(p, q, names=("js",)).js


def symmetry(wrong: bool, seed: int) -> Result:
    """Both orders of one pair, while q moves past p; the seed draws the width of q."""
    js, p = wrong_js if wrong else right_js, Normal(0, 1)
    width = float(np.random.default_rng(seed).uniform(1.8, 3.5))
    theta = np.linspace(-6, 6, 25)
    pairs = [Normal(at, width) for at in theta]
    forward, backward = ([js(p, q) for q in pairs], [js(q, p) for q in pairs])
    apart = float(np.abs(np.subtract(forward, backward)).max())
    numbers = {"width": width, "apart": apart, "most": max(max(forward), max(backward))}
    return numbers, {"theta": theta, "forward": forward, "backward": backward}


def threshold(wrong: bool, seed: int) -> Result:
    """Two normals that part, against a limit of 0.9; the seed draws their width."""
    js = wrong_share if wrong else right_share
    width = float(np.random.default_rng(seed).uniform(0.5, 2))
    theta = np.linspace(0, 8, 33)
    values = [js(Normal(0, width), Normal(at, width)) for at in theta]
    found = [at for at, value in zip(theta, values, strict=True) if value > LIMIT]
    numbers = {"most": max(values), "fires": len(found), "of": len(theta), "limit": LIMIT}
    numbers["first"] = float(found[0]) if found else math.nan
    return numbers, {"theta": theta, "js": values}


def denominator(wrong: bool, seed: int) -> Result:
    """KL of two normals of one width, which is 0 where they meet; the seed draws the width."""
    meter = wrong_kl if wrong else right_kl
    width = float(np.random.default_rng(seed).uniform(0.8, 1.4))
    theta = np.linspace(-4, 4, 33)
    values = [meter(Normal(0, width), Normal(at, width)) for at in theta]
    numbers = {"meeting": values[16], "least": min(values), "most": max(values)}
    return numbers, {"theta": theta, "kl": values}


def overlap(wrong: bool, seed: int) -> Result:
    """Two uniforms that part; the seed draws their width."""
    meter = wrong_apart if wrong else right_apart
    width = float(np.random.default_rng(seed).uniform(0.8, 1.6))
    theta = np.linspace(0, 3, 31)
    with np.errstate(divide="ignore", invalid="ignore"):
        values = [meter(Uniform(0, width), Uniform(at, at + width)) for at in theta]
    known = np.isfinite(values)
    numbers = {
        "width": width, "of": len(theta), "nan": int((~known).sum()),
        "nan_touching": int((~known & (theta < width)).sum()), "last": values[-1],
        "bend": float(np.ptp(np.array(values)[theta > width])),
    }  # fmt: skip
    return numbers, {"theta": theta, "js": values}


EXPERIMENTS = {
    "js-asymmetric": symmetry,
    "js-limit": threshold,
    "kl-denominator": denominator,
    "js-undefined": overlap,
}
