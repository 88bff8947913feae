"""A race: gradient descent on one parameter θ of q = p_g, under every distance, from one start.

θ ← θ - rate · dD/dθ, each distance a runner of its own. All runners read one exact sweep, so a
race of many steps costs what a sweep costs. No step is longer than STRIDE of the range.
"""

import math
from dataclasses import dataclass, replace

import numpy as np

from gan_core.catalog import BadInput
from gan_core.divergences.base import Array, Distribution, number
from gan_core.divergences.parameters import find
from gan_core.divergences.reading import FLATTEST, Track
from gan_core.divergences.sweep import Sweep, sweep

STRIDE = 0.05  # of the range, the longest step
GRID = 121  # places of the sweep that a race makes for itself
MOST = 5000  # steps
_NEAR = 0.01  # of the way from start to goal: that near is arrived, that little is standing still
ARRIVED, STILL, ON_THE_WAY, INFINITE, HELD = (
    "arrived", "stands still", "on the way", "infinite", "held elsewhere",
)  # fmt: skip


@dataclass(frozen=True)
class Finish:
    """How a runner did. `goal` is where its distance is smallest over the range; `step` when it
    got there to stay (arrived), else None; `why` says what stopped it, if something did."""

    verdict: str
    goal: float
    step: int | None = None
    why: str = ""


@dataclass(frozen=True)
class Race:
    """Runners by name; thetas, values and slopes [runner, steps + 1], NaN where there is none."""

    key: str
    names: tuple[str, ...]
    thetas: Array
    values: Array
    slopes: Array
    finish: dict[str, Finish]


def race(
    p: Distribution,
    q: Distribution,
    key: str,
    start: float | None = None,
    rate: float = 0.1,
    steps: int = 120,
    unit: str = "nats",
) -> Race:
    """The race on q's parameter `key`, from its present value unless `start` says another."""
    parameter = find(q, key, p)
    start = parameter.value if start is None else start
    if not parameter.low <= start <= parameter.high:
        raise BadInput(
            f"The start {key} = {number(start)} is outside the range from"
            f" {number(parameter.low)} to {number(parameter.high)}. Start inside it."
        )
    grid = replace(parameter, value=start).grid(GRID)  # a kink just at the start is seen
    return run(sweep(p, q, key, grid, unit), start, rate, steps)


def run(swept: Sweep, start: float, rate: float = 0.1, steps: int = 120) -> Race:
    """The race over a sweep that is there already, which should be dense."""
    if not (math.isfinite(rate) and rate > 0):
        raise BadInput(f"The rate is {number(rate)}, but must be greater than 0. Try 0.1.")
    if not 1 <= steps <= MOST:
        raise BadInput(f"A race of {steps} steps cannot be run: take 1 to {MOST}.")
    low, high = float(swept.values[0]), float(swept.values[-1])
    if not low <= start <= high:
        raise BadInput(
            f"The start {number(start)} is outside the sweep from {number(low)} to"
            f" {number(high)}. Start inside it."
        )
    shape = (len(swept.names), steps + 1)
    thetas, values, slopes = (np.empty(shape) for _ in range(3))
    finish = {}
    for i, name in enumerate(swept.names):
        track = Track(swept, name)
        thetas[i], values[i], slopes[i] = _runner(track, start, rate, steps)
        why = swept.why[name][int(np.argmin(np.abs(swept.values - thetas[i, -1])))]
        finish[name] = _finish(track, thetas[i], values[i], why)
    return Race(swept.key, swept.names, thetas, values, slopes, finish)


def _runner(track: Track, start: float, rate: float, steps: int) -> tuple[Array, Array, Array]:
    theta, longest = float(start), STRIDE * track.range
    low, high = float(track.theta[0]), float(track.theta[-1])
    path = np.empty((3, steps + 1))
    for i in range(steps + 1):
        slope = track.slope(theta)
        path[:, i] = theta, track.value(theta), slope
        if math.isnan(slope) or slope == 0:  # it will stand here for good
            path[:, i:] = path[:, i : i + 1]
            break
        theta = min(high, max(low, theta - min(longest, max(-longest, rate * slope))))
    return path[0], path[1], path[2]


def _finish(track: Track, theta: Array, value: Array, why: str) -> Finish:
    goal, way = track.goal, abs(theta[0] - track.goal)
    if math.isinf(value[-1]):
        return Finish(INFINITE, goal, why=why)
    # near the goal, or so near that one step passes it: constant slopes end in a shuttle
    stride = np.abs(np.diff(theta))
    stride = np.append(stride, stride[-1])
    near = np.abs(theta - goal) <= np.maximum(max(_NEAR * way, track.cell / 2), 1.01 * stride)
    near = (near | track.lowest(value)) & (not track.constant)  # anywhere on a plateau will do
    if near[-1]:
        away = np.flatnonzero(~near)
        first = int(away[-1]) + 1 if len(away) else 0
        return Finish(ARRIVED, goal, min(first, len(theta) - 1))
    fall = float(value[0]) - track.least
    # a slope that leads somewhere (see reading.py) and yet moves θ little has met a kink
    flat = not abs(track.slope(float(theta[0])) * (theta[0] - goal)) >= FLATTEST * fall
    if abs(theta[-1] - theta[0]) <= _NEAR * way and (flat or theta[-1] == theta[0]):
        return Finish(STILL, goal, why="its slope is next to nothing here")
    end = theta[-20:]  # a kink that is a smallest value near by ends in a shuttle too
    shuttles = len(end) == 20 and abs(end[-1] - end[0]) <= np.abs(np.diff(end)).sum() / 4
    if stride[-1] <= 1e-3 * way / len(theta) or shuttles:
        return Finish(HELD, goal, why="its slope ends before its smallest value")
    return Finish(ON_THE_WAY, goal)
