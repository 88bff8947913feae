"""A distance estimated from samples, beside how far the estimate can be trusted."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Estimate:
    """`value` from n samples of each side, in the unit of its distance; `low` to `high` is a
    bootstrap interval, `floor` what n samples of equal distributions would read on average."""

    value: float
    low: float
    high: float
    floor: float
    n: int
