"""The eight distances of a pair in mpmath, and reference.json, which holds them for many pairs.

python tests/slow/mpmath_reference.py [--jobs 2]

The file is a list of {p, q, values, error}: values have 25 digits, or are "inf" if infinite or
too large for a float; errors are estimates of relative ones. Stopped and started again, it goes on.
"""

import argparse
import json
import multiprocessing
import os
import sys
import time
from pathlib import Path
from typing import Any

import mpmath as mp

sys.path.insert(0, str(Path(__file__).parents[2]))

from mpmath_families import DIGITS, Law, Real, law
from mpmath_infinite import first_difference, infinite
from mpmath_mesh import Mesh
from mpmath_pairs import pairs
from mpmath_transport import tv, w1, w2

FILE = Path(__file__).with_name("reference.json")
NAMES = ("kl", "kl_reverse", "js", "tv", "hellinger", "chi2", "w1", "w2")
OVERFLOW = 715  # nats of KL from which on χ² > exp(KL) - 1 is no float any more


def kl(f: Real, g: Real) -> Real:
    """p log(p/q) - p + q, whose integral is KL(p‖q)."""
    return f * mp.log(f / g) - f + g if f and g else g - f


def js(f: Real, g: Real) -> Real:
    return mp.fsum(h * mp.log(2 * h / (f + g)) for h in (f, g) if h) / 2


def hellinger(f: Real, g: Real) -> Real:
    return (mp.sqrt(f) - mp.sqrt(g)) ** 2 / 2


def chi2(f: Real, g: Real) -> Real:
    return (f - g) ** 2 / g if g else mp.mpf(0)


SUMS = {"kl": kl, "kl_reverse": lambda f, g: kl(g, f), "js": js, "hellinger": hellinger,
        "chi2": chi2}  # fmt: skip


def _moment(p: Law, q: Law, endless: set[str]) -> Real:
    """The power of x, up to 2, that the tails of W2, or of W1, go with."""
    df, first = min([*p.heavy, *q.heavy, mp.inf]), first_difference(p, q)
    if df > 2:
        return 2
    if "w2" not in endless:  # equal tails
        return max(0, 2 * (1 + df - first)) if first else 0
    return 1 if df > 1 else 0


def reference(p_spec: str, q_spec: str) -> tuple[dict[str, Real], dict[str, Real]]:
    """The distances from p to q by name, and estimates of their relative errors."""
    with mp.workdps(DIGITS):
        p, q = law(p_spec), law(q_spec)
        endless = infinite(p, q)
        sums = [name for name in SUMS if name not in endless]
        if "chi2" in sums and _far(p, q):
            endless.add("chi2")
            sums.remove("chi2")
        centre, moment = p.parts[0].marks[0], _moment(p, q, endless)

        def integrands(f: Real, g: Real, x: Real) -> list[Real]:
            rest = [f - g, (f + g) * abs(x - centre) ** moment]
            shift = [] if "w1" in endless else [(f - g) * (x - centre)]
            return [*(SUMS[name](f, g) for name in sums), *rest, *shift]

        mesh = Mesh(p, q, integrands)
        if mesh.check > 1e-16:
            raise ArithmeticError(f"densities and CDFs differ by {mesh.check}: {p_spec} {q_spec}")
        return _collect(mesh, p, q, sums, endless)


def _far(p: Law, q: Law) -> bool:
    """Whether χ² is too large for a float, as KL ≤ log(1 + χ²) tells."""
    mesh = Mesh(p, q, lambda f, g, x: [kl(f, g)])
    atoms = [(p.atoms.get(x, 0), q.atoms.get(x, 0)) for x in {**p.atoms, **q.atoms}]
    return mesh.integrals[2] + mp.fsum(kl(mp.mpf(f), mp.mpf(g)) for f, g in atoms) > OVERFLOW


def _shift(p: Law, q: Law) -> Real | None:
    """By how much a Student's t is moved: no digits would be left of it far out in its tails."""
    ours, theirs = p.parts[0], q.parts[0]
    if len(p.parts) == len(q.parts) == 1 and ours.name == theirs.name == "student_t":
        (df, a, s), (other, b, t) = ours.v, theirs.v
        return abs(a - b) if df == other and s == t else None
    return None


def _collect(
    mesh: Mesh, p: Law, q: Law, sums: list[str], endless: set[str]
) -> tuple[dict[str, Real], dict[str, Real]]:
    values, errors = dict.fromkeys(endless, mp.inf), dict.fromkeys(endless, mp.mpf(0))
    places = {**p.atoms, **q.atoms}
    atoms = [(p.atoms.get(x, mp.mpf(0)), q.atoms.get(x, mp.mpf(0))) for x in places]
    for i, name in enumerate(sums, 2):
        values[name] = mesh.integrals[i] + mp.fsum(SUMS[name](f, g) for f, g in atoms)
        errors[name] = mesh.errors[i] / values[name] if values[name] else mp.mpf(0)
    values["hellinger"] = mp.sqrt(values["hellinger"])
    values["tv"] = tv(mesh) + mp.fsum(abs(f - g) for f, g in atoms) / 2
    errors["tv"] = mesh.errors[2 + len(sums)] / values["tv"] if values["tv"] else mp.mpf(0)
    shift = _shift(p, q)
    for name, of in (("w1", w1), ("w2", w2)):
        if name not in endless:
            values[name], errors[name] = of(mesh) if shift is None else (shift, mp.mpf(0))
    return values, errors


def text(value: Real) -> str:
    return "inf" if mp.isinf(value) else mp.nstr(value, 25)


def entry(pair: tuple[str, str]) -> dict[str, Any]:
    """A pair's line of reference.json."""
    try:
        values, errors = reference(*pair)
    except (ArithmeticError, ValueError, TypeError) as error:  # and on with the next pair
        print(f"{pair[0]}  {pair[1]}: {type(error).__name__} {error}", flush=True)
        return {}
    return {
        "p": pair[0],
        "q": pair[1],
        "values": {name: text(values[name]) for name in NAMES},
        "error": {name: float(mp.nstr(errors[name], 2)) for name in NAMES},
    }


def save(entries: list[dict[str, Any]]) -> None:
    """One line a pair, replaced whole."""
    lines = ",\n".join(json.dumps(e) for e in entries)
    draft = FILE.with_suffix(".part")
    draft.write_text(f"[\n{lines}\n]\n")
    draft.replace(FILE)


def main(jobs: int) -> None:
    """Adds the pairs that the file lacks, and drops those that are no longer asked for."""
    started, order = time.monotonic(), pairs()
    known = {(e["p"], e["q"]): e for e in json.loads(FILE.read_text())} if FILE.exists() else {}
    missing = [pair for pair in order if pair not in known]
    with multiprocessing.Pool(jobs, initializer=os.nice, initargs=(10,)) as pool:
        for done, found in enumerate(pool.imap_unordered(entry, missing), 1):
            if not found:
                continue
            known[found["p"], found["q"]] = found
            print(f"{done}/{len(missing)} {found['p']}  {found['q']}", flush=True)
            save([known[pair] for pair in order if pair in known])
    worst = max(error for e in known.values() for error in e["error"].values())
    took = time.monotonic() - started
    print(f"{len(known)} pairs, {took:.0f} s; largest estimated relative error {worst:.1e}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--jobs", type=int, default=2)
    main(parser.parse_args().jobs)
