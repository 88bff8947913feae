"""The pairs of reference.json: every ordered pair of families drawn at random, and hard ones."""

import itertools
import random

FAMILIES = (
    "normal", "uniform", "laplace", "student_t", "exponential", "gamma", "beta", "point",
    "histogram", "mixture", "points",
)  # fmt: skip
MORE = 60  # random pairs beside one of every two families

BELLS = "mixture(0.1*normal(-3,0.2)+0.3*normal(-1,0.5)+0.2*normal(0,0.05)+0.3*normal(1,1)+0.1*normal(4,0.01))"  # noqa: E501
HARD = [
    ("normal(0,1)", "normal(40,1)"),
    ("normal(0,1)", "normal(26,1)"),
    ("normal(0,1)", "normal(10,1)"),
    ("normal(0,1)", "normal(8,0.8)"),
    ("normal(0,0.0001)", "normal(0,1)"),
    ("normal(0,1)", "normal(0,0.0001)"),
    ("normal(0,0.0001)", "normal(3,1)"),
    ("uniform(0,0.0001)", "uniform(0,1)"),
    ("laplace(0,0.0001)", "laplace(0.5,1)"),
    ("beta(0.1,0.3)", "normal(0.5,0.0001)"),
    ("uniform(0,1)", "uniform(1,2)"),
    ("uniform(0,1)", "uniform(3,4)"),
    ("uniform(0,1)", "uniform(0.5,1.5)"),
    ("uniform(-1,1)", "uniform(-2,2)"),
    ("point(0)", "point(3)"),
    ("point(0)", "normal(0,1)"),
    ("normal(0,1)", "point(2)"),
    ("point(0.5)", "beta(0.1,0.1)"),
    ("point(1)", "student_t(1.5,0,1)"),
    ("mixture(0.5*point(0)+0.5*point(1))", "mixture(0.25*point(0)+0.75*point(2))"),
    ("mixture(0.5*point(0)+0.5*point(1))", "mixture(0.25*point(0)+0.75*point(1))"),
    ("mixture(0.5*point(0)+0.5*normal(0,1))", "mixture(0.25*point(0)+0.75*normal(0.5,1))"),
    ("mixture(0.5*point(0)+0.5*uniform(1,2))", "uniform(0,2)"),
    (BELLS, "normal(0,2)"),
    ("normal(0,2)", BELLS),
    (BELLS, "mixture(0.5*normal(-3,0.2)+0.5*normal(4,0.02))"),
    ("mixture(0.5*normal(-2,0.1)+0.5*normal(2,0.1))", "mixture(0.7*normal(-2,0.1)+0.3*normal(2,0.1))"),  # noqa: E501
    ("mixture(0.5*normal(0,1)+0.5*normal(9,1))", "mixture(0.4*normal(0,1)+0.6*normal(9,1.1))"),
    ("gamma(0.1,1)", "gamma(0.15,1)"),
    ("gamma(0.1,1)", "exponential(0.5)"),
    ("gamma(0.1,1)", "uniform(0,2)"),
    ("gamma(0.1,0.001)", "normal(0,1)"),
    ("beta(0.1,0.1)", "beta(0.15,0.12)"),
    ("beta(0.1,0.1)", "uniform(0,1)"),
    ("uniform(0,1)", "beta(0.1,0.1)"),
    ("uniform(0,1)", "beta(1.9,1.5)"),
    ("beta(0.05,3)", "gamma(0.06,1)"),
    ("beta(0.1,30)", "beta(30,0.1)"),
    ("gamma(30,0.01)", "gamma(25,0.012)"),
    ("mixture(0.5*gamma(0.1,1)+0.5*normal(0,0.01))", "laplace(0,0.1)"),
    ("normal(0,1)", "normal(1e-06,1)"),
    ("normal(0,1)", "normal(0,1.000001)"),
    ("normal(0,1)", "student_t(1000,0,1)"),
    ("gamma(2,1)", "gamma(2.00001,1)"),
    ("beta(2,3)", "beta(2.00001,3)"),
    ("laplace(0,1)", "laplace(1e-05,1)"),
    ("mixture(0.5*normal(0,1)+0.5*normal(1,1))", "mixture(0.500001*normal(0,1)+0.499999*normal(1,1))"),  # noqa: E501
    ("exponential(1)", "exponential(1.00001)"),
    ("gamma(1,1)", "exponential(0.6)"),
    ("exponential(1)", "exponential(1.9)"),
    ("exponential(1)", "exponential(2)"),
    ("student_t(1.1,0,1)", "student_t(1.3,1,1)"),
    ("student_t(1,0,1)", "student_t(1,2,1)"),
    ("student_t(1,0,1)", "student_t(1,0,2)"),
    ("student_t(2,0,1)", "student_t(2,1,1)"),
    ("student_t(0.5,0,1)", "student_t(0.5,1,1)"),
    ("student_t(2.1,0,1)", "normal(0,1)"),
    ("student_t(2.2,0,1)", "student_t(2.3,1,0.5)"),
    ("student_t(1.5,0,1)", "laplace(0,1)"),
    ("laplace(0,1)", "student_t(1.5,0,1)"),
    ("student_t(3,0,0.0001)", "student_t(3,0,1)"),
    ("student_t(3,0,1)", "student_t(5,0,1)"),
    ("student_t(3,0,1)", "student_t(6,0,1)"),
    ("mixture(0.5*student_t(1.2,0,1)+0.5*student_t(1.9,0,1))", "mixture(0.5*student_t(1.2,0,1)+0.5*student_t(1.9,0,2))"),  # noqa: E501
    ("mixture(0.5*student_t(1,0,1)+0.5*normal(0,1))", "mixture(0.5*student_t(1,1,1)+0.5*normal(3,1))"),  # noqa: E501
    ("histogram(0,1,1,2,3,4)", "histogram(0,1,4,3,2,1)"),
    ("histogram(0,1,1,0,3,4)", "histogram(0,1,4,3,2,1)"),
    ("histogram(0,1,1,2,3,4)", "uniform(0,1)"),
    ("histogram(-4,4,1,5,20,30,20,5,1)", "normal(0,1)"),
    ("normal(0,1)", "histogram(-4,4,1,5,20,30,20,5,1)"),
    ("histogram(0,2,1,0,0,1)", "beta(0.5,0.5)"),
]  # fmt: skip


def drawn(rng: random.Random, family: str, inner: bool = False) -> str:
    """A spec at random: widths from 1e-4 to 3, poles like x^-0.9, means that differ by a few."""
    width, mean = 10 ** rng.uniform(-4, 0.5), rng.uniform(-1, 2)
    shape, other = 10 ** rng.uniform(-1, 1.5), 10 ** rng.uniform(-1, 1.5)
    if family == "mixture":
        count = rng.choice([2, 2, 3, 5])
        names = [rng.choice(FAMILIES[:9]) for _ in range(count)] if count < 5 else ["normal"] * 5
        cuts = sorted(rng.sample(range(1, 20), count - 1))
        weights = [(b - a) / 20 for a, b in itertools.pairwise([0, *cuts, 20])]
        return _mixture(weights, [drawn(rng, name, True) for name in names])
    if family == "points":
        return _mixture([0.5, 0.3, 0.2], [f"point({rng.randint(-4, 8) / 4})" for _ in range(3)])
    if family == "histogram":
        heights = [rng.choice([0, 1, 2, 5, 10]) for _ in range(rng.choice([4, 8]))] + [3]
        low, high = round(mean, 3), round(mean + max(width, 0.01), 3)
        return f"histogram({low},{high},{','.join(map(str, heights))})"
    arguments = {
        "normal": (mean, width),
        "uniform": (mean, mean + width),
        "laplace": (mean, width),
        "student_t": (rng.uniform(1.2, 12), mean, width),
        "exponential": (1 / width,),
        "gamma": (shape, width),
        "beta": (shape, other),
        "point": (mean,),
    }
    return f"{family}({','.join(f'{value:.6g}' for value in arguments[family])})"


def _mixture(weights: list[float], parts: list[str]) -> str:
    terms = zip(weights, parts, strict=True)
    return f"mixture({'+'.join(f'{weight}*{part}' for weight, part in terms)})"


def pairs() -> list[tuple[str, str]]:
    """All pairs, the hard ones first; always the same."""
    found = list(HARD)
    for names in itertools.product(FAMILIES, FAMILIES):
        rng = random.Random("-".join(names))
        found.append((drawn(rng, names[0]), drawn(rng, names[1])))
    dense = [name for name in FAMILIES if name not in ("point", "points")]
    for seed in range(MORE):
        rng = random.Random(seed)
        found.append((drawn(rng, rng.choice(dense)), drawn(rng, rng.choice(dense))))
    return found
