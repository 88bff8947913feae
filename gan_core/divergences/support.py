"""Where two distributions have mass: what one leaves uncovered of the other, and in what words."""

import math

from gan_core.divergences.base import LIGHT, Distribution, Tail


def uncovered_reason(p: Distribution, q: Distribution, p_name: str, q_name: str) -> str:
    """Where p has mass and q has none, in words; empty if nowhere."""
    for place, mass in p.atoms.items():
        if not q.atoms.get(place):
            return (
                f"{p_name} puts probability {mass:.3g} on the single point x = {place:.4g},"
                f" where {q_name} has none"
            )
    for low, high in _uncovered(p, q):
        return f"{p_name} has mass where {q_name} has no density: {_stretch(low, high)}"
    return ""


def _stretch(low: float, high: float) -> str:
    if math.isinf(low) and math.isinf(high):
        return "everywhere"
    if math.isinf(low):
        return f"at every x below {high:.4g}"
    if math.isinf(high):
        return f"at every x above {low:.4g}"
    return f"from x = {low:.4g} to {high:.4g}"


def _uncovered(p: Distribution, q: Distribution) -> list[tuple[float, float]]:
    """The first stretch where p has density and q has none, if there is one."""
    covers = sorted(stretch for _, part in q.dense for stretch in part.stretches)
    for low, high in sorted(stretch for _, part in p.dense for stretch in part.stretches):
        reached = low
        for start, end in covers:
            if start <= reached + _hair(reached) and reached < end:
                reached = end
        if reached < high - _hair(high):
            later = [start for start, _ in covers if start > reached]
            return [(reached, min([high, *later]))]
    return []


def _hair(x: float) -> float:
    """What rounding may put between two ends that should be equal."""
    return 8 * math.ulp(x) if math.isfinite(x) else 0.0


def disjoint(p: Distribution, q: Distribution) -> bool:
    """Whether the two share no point that either gives probability to."""
    if p.atoms.keys() & q.atoms.keys():
        return False
    ours, theirs = ([stretch for _, part in d.dense for stretch in part.stretches] for d in (p, q))
    return not any(
        max(a[0], b[0]) + _hair(max(a[0], b[0])) < min(a[1], b[1]) for a in ours for b in theirs
    )


def heaviest(d: Distribution, side: int) -> Tail:
    """The tail of its heaviest part; point masses have none."""
    return min((part.tail(side) for _, part in d.dense), default=LIGHT)
