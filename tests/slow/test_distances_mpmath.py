"""Every distance of 250 pairs against mpmath at 30 digits: 1e-6 relative, poles, tails and all.

reference.json holds mpmath's numbers; mpmath_reference.py writes it and says how. Some of them
are computed here again, and some have closed forms, so that the file cannot be wrong unnoticed.

pytest tests/slow/test_distances_mpmath.py
"""

import json
import math

import pytest

mp = pytest.importorskip("mpmath")

from mpmath_pairs import FAMILIES, pairs  # noqa: E402
from mpmath_reference import FILE, NAMES, reference  # noqa: E402

from gan_core import divergences  # noqa: E402

ENTRIES = json.loads(FILE.read_text())
VALUES = {(e["p"], e["q"]): e["values"] for e in ENTRIES}
AGAIN = [  # every family at least once, and a second or two each
    ("normal(0,1)", "normal(10,1)"),
    ("normal(0,0.0001)", "normal(3,1)"),
    ("uniform(0,1)", "uniform(0.5,1.5)"),
    ("laplace(0,0.0001)", "laplace(0.5,1)"),
    ("gamma(30,0.01)", "gamma(25,0.012)"),
    ("exponential(1)", "exponential(1.9)"),
    ("student_t(1,0,1)", "student_t(1,0,2)"),
    ("point(0.5)", "beta(0.1,0.1)"),
    ("histogram(0,1,1,2,3,4)", "uniform(0,1)"),
    ("mixture(0.5*point(0)+0.5*point(1))", "mixture(0.25*point(0)+0.75*point(2))"),
    ("mixture(0.5*point(0)+0.5*normal(0,1))", "mixture(0.25*point(0)+0.75*normal(0.5,1))"),
    ("mixture(0.5*normal(-2,0.1)+0.5*normal(2,0.1))",
     "mixture(0.7*normal(-2,0.1)+0.3*normal(2,0.1))"),
]  # fmt: skip


def named(entry):
    return f"{entry['p']} {entry['q']}"


def test_the_file_holds_every_pair_and_knows_its_own_errors():
    assert list(VALUES) == pairs()
    assert len(ENTRIES) >= 200 + len(FAMILIES)
    for entry in ENTRIES:
        assert set(entry["values"]) == set(NAMES) == set(divergences.NAMES)
        assert max(entry["error"].values()) < 1e-13, named(entry)


@pytest.mark.parametrize("entry", ENTRIES, ids=named)
def test_the_file_keeps_the_laws(entry):
    kl, kl_reverse, js, tv, hellinger, chi2, w1, w2 = (mp.mpf(entry["values"][n]) for n in NAMES)
    p, q = divergences.parse(entry["p"]), divergences.parse(entry["q"])
    ladder = [(0, js), (js, mp.log(2) * tv), (hellinger**2, tv), (tv**2, hellinger**2 * 2)]
    ladder += [(2 * tv**2, min(kl, kl_reverse)), (kl, mp.log1p(chi2))]
    ladder += [(w1, w2), (0 if mp.isinf(w1) else abs(p.mean - q.mean), w1)]
    for least, most in ladder:
        assert least <= most * (1 + 1e-12) + 1e-15


@pytest.mark.parametrize("entry", ENTRIES, ids=named)
def test_every_distance_of_a_pair(entry):
    ours = divergences.distances(entry["p"], entry["q"])
    for name in NAMES:
        expected = float(entry["values"][name])  # inf too where it is too large for a float
        assert getattr(ours, name) == pytest.approx(expected, rel=1e-6, abs=1e-300), name


@pytest.mark.parametrize("pair", AGAIN, ids=" ".join)
def test_the_file_says_what_mpmath_says(pair):
    values, _ = reference(*pair)
    for name in NAMES:
        kept = mp.mpf(VALUES[pair][name])
        assert kept == values[name] or abs(kept - values[name]) <= 1e-12 * kept, name


@mp.workdps(40)
def closed_forms(p, q):
    """What textbooks give for two normals or two exponentials, at mpmath's digits."""
    (kind, a), (_, b) = ((d.name, list(map(mp.mpf, d.values))) for d in (p, q))
    if kind == "normal":
        gap, (s, t) = a[0] - b[0], (a[1], b[1])
        wide, spread = 2 * t * t - s * s, s * s + t * t
        found = {
            "kl": mp.log(t / s) + (s * s + gap * gap) / (2 * t * t) - mp.mpf(1) / 2,
            "kl_reverse": mp.log(s / t) + (t * t + gap * gap) / (2 * s * s) - mp.mpf(1) / 2,
            "hellinger": mp.sqrt(
                1 - mp.sqrt(2 * s * t / spread) * mp.exp(-(gap**2) / (4 * spread))
            ),
            "w2": mp.sqrt(gap**2 + (s - t) ** 2),
        }
        if wide > 0:
            found["chi2"] = t * t / (s * mp.sqrt(wide)) * mp.exp(gap * gap / wide) - 1
        if s == t:
            found |= {"tv": mp.erf(abs(gap) / (s * mp.sqrt(8))), "w1": abs(gap)}
        return found
    (r,), (s,) = a, b
    return {
        "kl": mp.log(r / s) + s / r - 1,
        "hellinger": mp.sqrt(1 - 2 * mp.sqrt(r * s) / (r + s)),
        "chi2": r * r / (s * (2 * r - s)) - 1 if 2 * r > s else mp.inf,
        "w1": abs(1 / r - 1 / s),
        "w2": mp.sqrt(2) * abs(1 / r - 1 / s),
    }


@pytest.mark.parametrize("family", ["normal", "exponential"])
def test_the_file_agrees_with_closed_forms(family):
    alike = [e for e in ENTRIES if all(e[d].startswith(f"{family}(") for d in "pq")]
    assert len(alike) >= 4
    for entry in alike:
        ends = [divergences.parse(entry[d]) for d in "pq"]
        for name, expected in closed_forms(*ends).items():
            kept = mp.mpf(entry["values"][name])
            if math.isfinite(float(expected)):
                assert abs(kept - expected) <= 1e-13 * expected, (named(entry), name)
            else:
                assert math.isinf(float(kept)), (named(entry), name)
