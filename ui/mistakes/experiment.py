"""An experiment: one side of a mistake, run from a seed; `both` runs the two and packs them.

It is called twice with one seed, and what differs between the sides is the lines that the page
shows, nothing else.
"""

import time
from collections.abc import Callable
from typing import Any

from gan_core.answers.wire import Answer, pack

Result = tuple[dict[str, float], dict[str, Any]]  # numbers and arrays, by name
Experiment = Callable[[bool, int], Result]  # (wrong, seed) -> what came of it


def both(experiment: Experiment, seed: int) -> Answer:
    """Numbers of the sides under "wrong" and "right", their arrays as "wrong.x", "right.x", …"""
    start = time.perf_counter()
    sides = {"wrong": experiment(True, seed), "right": experiment(False, seed)}
    numbers = {side: found for side, (found, _) in sides.items()}
    arrays = {
        f"{side}.{name}": a for side, (_, found) in sides.items() for name, a in found.items()
    }
    return pack({**numbers, "seed": seed, "seconds": time.perf_counter() - start}, **arrays)
