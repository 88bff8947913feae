"""KL and JS of random pairs against mpmath at 25 digits: 1e-6 relative, poles and tails and all.

pytest tests/slow/test_distances_mpmath.py
"""

import itertools
import math
import random

import pytest

mp = pytest.importorskip("mpmath")

from gan_core.divergences import FAMILIES, Mixture, distances  # noqa: E402

PAIRS = 60


def log_density(part, x, rest):
    """log density at x, where rest = 1 - x; the textbook formula in mpmath."""
    v, inf = [mp.mpf(value) for value in part.values], mp.inf
    match part.name:
        case "normal":
            z = (x - v[0]) / v[1]
            return -z * z / 2 - mp.log(v[1] * mp.sqrt(2 * mp.pi))
        case "laplace":
            return -abs(x - v[0]) / v[1] - mp.log(2 * v[1])
        case "student_t":
            df, z = v[0], (x - v[1]) / v[2]
            norm = mp.loggamma((df + 1) / 2) - mp.loggamma(df / 2) - mp.log(df * mp.pi) / 2
            return norm - mp.log(v[2]) - (df + 1) / 2 * mp.log1p(z * z / df)
        case "uniform":
            return -mp.log(v[1] - v[0]) if v[0] < x < v[1] else -inf
        case "exponential":
            return mp.log(v[0]) - v[0] * x if x > 0 else -inf
        case "gamma":
            a, z = v[0], x / v[1]
            return (a - 1) * mp.log(z) - z - mp.loggamma(a) - mp.log(v[1]) if x > 0 else -inf
        case "beta":
            inside = x > 0 and rest > 0
            log = (v[0] - 1) * mp.log(x) + (v[1] - 1) * mp.log(rest) if inside else -inf
            return log - mp.log(mp.beta(*v))


def density(d, x, rest):
    return mp.fsum(mp.mpf(w) * mp.exp(log_density(part, x, rest)) for w, part in d.dense)


def breaks(p, q):
    """Where the integrands of a pair change their looks."""
    found: set[float] = set()
    for _, part in (*p.parts, *q.parts):
        match part.name:
            case "normal":
                found |= {part.mean + part.std * k for k in (-12, -5, -2, 0, 2, 5, 12)}
            case "laplace":
                found |= {part.mean + part.scale * k for k in (-55, -15, -4, 0, 4, 15, 55)}
            case "student_t":
                powers = [10**j for j in (0, 1, 2, 4, 7, 11, 16, 25, 40)]
                found |= {part.mean + part.scale * k for t in powers for k in (-t, t)}
                found.add(part.mean)
            case "uniform":
                found |= {part.low, part.high}
            case "exponential":
                found |= {k / part.rate for k in (0, 1, 5, 20, 60)}
            case "gamma":
                a, wide = part.shape, part.shape**0.5
                marks = (0, max(a - 4 * wide, a / 20), a, a + 5 * wide, a + 20 + 10 * wide)
                found |= {part.scale * z for z in (*marks, a + 60 + 10 * wide)}
            case "beta":
                wide = part.var**0.5
                inner = {part.mean - 4 * wide, part.mean + 4 * wide}
                found |= {0, 0.5, 1, part.mean} | {x for x in inner if 0 < x < 1}
    kept: list[float] = []
    for x in sorted(found):
        if not kept or x - kept[-1] > 1e-14 * abs(x):
            kept.append(x)
    return [mp.mpf(x) for x in kept]


def integral(of, cuts, from_zero, to_one):
    """∫ of(x, 1 - x) dx, by the logarithm of the distance to a pole or along a long tail."""
    total = mp.mpf(0)
    for low, high in itertools.pairwise(cuts):
        if low == 0 and from_zero:
            top = mp.log(high)
            steps = [top - 1200, top - 200, top - 40, top - 8, top]
            total += mp.quad(lambda s: of(mp.exp(s), 1 - mp.exp(s)) * mp.exp(s), steps)
        elif high == 1 and to_one:
            top = mp.log(1 - low)
            steps = [top - 1200, top - 200, top - 40, top - 8, top]
            total += mp.quad(lambda s: of(1 - mp.exp(s), mp.exp(s)) * mp.exp(s), steps)
        elif low > 0 and high > 50 * low:
            steps = mp.linspace(mp.log(low), mp.log(high), 3)
            total += mp.quad(lambda s: of(mp.exp(s), 1 - mp.exp(s)) * mp.exp(s), steps)
        elif high < 0 and low < 50 * high:
            steps = mp.linspace(mp.log(-high), mp.log(-low), 3)
            total += mp.quad(lambda s: of(-mp.exp(s), 1 + mp.exp(s)) * mp.exp(s), steps)
        else:
            total += mp.quad(lambda x: of(x, 1 - x), [low, (low + high) / 2, high])
    return total


def reference(p, q):
    """KL(p‖q) and JS."""
    names = {part.name for _, part in (*p.parts, *q.parts)}

    def kl(x, rest):
        f = density(p, x, rest)
        return f * mp.log(f / density(q, x, rest)) if f > 0 else mp.mpf(0)

    def js(x, rest):
        pair = density(p, x, rest), density(q, x, rest)
        m = sum(pair) / 2
        return sum(f * mp.log(f / m) for f in pair if f > 0) / 2

    cuts, poles = breaks(p, q), (bool(names & {"gamma", "beta"}), "beta" in names)
    finite = math.isfinite(distances(p, q).kl)
    return (integral(kl, cuts, *poles) if finite else mp.inf), integral(js, cuts, *poles)


def drawn(rng, depth=0):
    """A distribution at random: widths from 1e-4 to 3, poles like x^-0.9, mixtures."""
    names = [name for name in FAMILIES if name != "point"] + ["mixture"] * (depth == 0)
    name = rng.choice(names)
    width, mean = 10 ** rng.uniform(-4, 0.5), rng.uniform(-5, 5)
    if name == "mixture":
        weight = rng.uniform(0.1, 0.9)
        return Mixture(((weight, drawn(rng, 1)), (1 - weight, drawn(rng, 1))))
    arguments = {
        "normal": (mean, width),
        "uniform": (mean, mean + width),
        "laplace": (mean, width),
        "student_t": (rng.uniform(1.2, 12), mean, width),
        "exponential": (1 / width,),
        "gamma": (10 ** rng.uniform(-1, 1.5), width),
        "beta": (10 ** rng.uniform(-1, 1.5), 10 ** rng.uniform(-1, 1.5)),
    }
    return FAMILIES[name](*arguments[name])


@pytest.mark.parametrize("seed", range(PAIRS))
def test_a_random_pair(seed):
    rng = random.Random(seed)
    p, q = drawn(rng), drawn(rng)
    with mp.workdps(25):
        kl, js = reference(p, q)
    ours = distances(p, q)
    assert ours.kl == pytest.approx(float(kl), rel=1e-6), (str(p), str(q))
    assert ours.js == pytest.approx(float(js), rel=1e-6), (str(p), str(q))
