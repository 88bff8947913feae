"""Which distances are infinite: the textbook's conditions on supports, tails, poles and moments."""

import itertools
from collections.abc import Iterable

import mpmath as mp
from mpmath_families import Law, Real


def infinite(p: Law, q: Law) -> set[str]:
    """The names of the distances from p to q that are infinite."""
    found = set()
    if _kl(p, q):
        found.add("kl")
    if _kl(q, p):
        found.add("kl_reverse")
    if _chi2(p, q):
        found.add("chi2")
    first = first_difference(p, q)
    if first is not None and first <= 1:
        found.add("w1")
    # A shift of mass x^-d between tails x^-d1 moves the quantiles by x^(1 + d1 - d)
    if first is not None and 2 * first - min([*p.heavy, *q.heavy]) <= 2:
        found.add("w2")
    return found


def first_difference(p: Law, q: Law) -> Real | None:
    """The smallest df at which the power tails of the two differ in strength."""
    for df in sorted({*p.heavy, *q.heavy}):
        ours, theirs = p.heavy.get(df, mp.mpf(0)), q.heavy.get(df, mp.mpf(0))
        if abs(ours - theirs) > mp.mpf("1e-13") * max(ours, theirs):
            return df
    return None


def _uncovered(p: Law, q: Law) -> bool:
    """Whether p has mass where q has none."""
    if any(place not in q.atoms for place in p.atoms):
        return True
    ends = sorted({end for part in (*p.parts, *q.parts) for end in part.support})
    return any(p.on(a, b) and not q.on(a, b) for a, b in itertools.pairwise(ends))


def _kl(p: Law, q: Law) -> bool:
    if _uncovered(p, q):
        return True
    for side in (-1, 1):
        ours, theirs = p.tail(side), q.tail(side)
        if ours is None or theirs is None or ours[0] > 0 or ours[1] < 0:
            continue  # p has every moment there
        moment = 2 if theirs[0] > 0 else 1 if theirs[1] < 0 else 0  # of what log(p/q) grows like
        if moment and ours[2] + moment >= -1:
            return True
    return False


def _chi2(p: Law, q: Law) -> bool:
    """Whether ∫ p²/q diverges: at an end of the line, or at 0 or 1."""
    if _uncovered(p, q):
        return True
    for side in (-1, 1):
        ours, theirs = p.tail(side), q.tail(side)
        if ours is None or theirs is None:
            continue
        square, linear, power = (2 * a - b for a, b in zip(ours, theirs, strict=True))
        if square < 0 or (square == 0 and (linear > 0 or (linear == 0 and power >= -1))):
            return True
    for place, inner in ((0, mp.mpf("1e-30")), (1, 1 - mp.mpf("1e-30"))):
        beside = sorted([mp.mpf(place), inner])
        powers = [_least(part.power(place) for part in d.on(*beside)) for d in (p, q)]
        if None not in powers and 2 * powers[0] - powers[1] <= -1:
            return True
    return False


def _least(powers: Iterable[Real]) -> Real | None:
    return min(powers, default=None)
