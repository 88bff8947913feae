"""The numbers that a diagnosis reads off a run: typical late values, lost modes, moves, periods.

Everything is taken from the end of the run so far; a median over many rows is not moved by a spike.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np

from gan_core.catalog import OBJECTIVES
from gan_core.config import Config
from gan_core.runs import CURVES, LIVE

LOG2 = math.log(2)
# What D's loss is where it is undecided everywhere; of the critics' own losses the level is free.
BALANCE = {"gan": 2 * LOG2, "ns-gan": 2 * LOG2, "r3gan": LOG2, "lsgan": 0.25, "hinge": 2.0}
TAIL = 0.15  # of the rows count as “now”, at least 10
LOOKS_BACK = 4  # measurements that an oscillation is read from
JITTER = 4  # rows; faster turns are the optimisers' own, and healthy pairs have them too
TURNS = 4  # turns at least must be seen, or a slow drift would look like one
STRAY = 0.6  # of a distance's floor: how far apart three measurements of one distribution lie


@dataclass(frozen=True)
class Signs:
    """A run as its folder has it; see `gan_core.health.findings`."""

    config: Config
    curves: np.ndarray
    metrics: Sequence[Mapping[str, Any]]
    status: Mapping[str, Any]
    scene: Mapping[str, Any]

    def column(self, name: str) -> np.ndarray:
        return self.curves[:, CURVES.index(name)]

    def tail(self, name: str) -> float:
        """The median of a curve's newest rows."""
        values = self.column(name)
        return float(np.median(values[-max(10, int(TAIL * len(values))) :]))

    def head(self, name: str) -> float:
        """The median of a curve in the first eighth of the run."""
        return float(np.median(np.array_split(self.column(name), 8)[0]))

    def steepest(self, name: str) -> float:
        """The greatest median of a curve among eight stretches of the run."""
        return max(float(np.median(part)) for part in np.array_split(self.column(name), 8))

    @property
    def balance(self) -> float:
        """What an undecided D loses; 0 where the level of its loss is free."""
        return BALANCE.get(self.config.objective, 0.0)

    @property
    def step(self) -> float:
        return float(self.column("step")[-1]) if len(self.curves) else 0.0

    @property
    def over(self) -> bool:
        """Whether no further step will come."""
        return self.status.get("state", "done") not in LIVE

    @property
    def stopped(self) -> bool:
        """Whether it was ended by hand, so that Resume goes on."""
        return self.status.get("state") == "stopped"

    @cached_property
    def undefined(self) -> float | None:
        """The first step known to have a loss that is no finite number."""
        broken = ~np.isfinite(self.column("d_loss") + self.column("g_loss"))
        if broken.any():
            return float(self.column("step")[broken.argmax()])
        said = str(self.status.get("error") or "")
        if self.status.get("state") == "failed" and "infinite or undefined" in said:
            return float(self.status.get("step") or self.step)
        return None

    # Modes of points, or classes of pictures

    @cached_property
    def shares(self) -> list[np.ndarray]:
        """For each measurement that has them, what share of the samples each mode or class got."""
        found = []
        for entry in self.metrics:
            if "mode_share" in entry:
                found.append(np.asarray(entry["mode_share"], float))
            elif entry.get("classes"):
                counts = [np.asarray(p["counts"], float) for p in entry["classes"].values()]
                found.append(np.concatenate([c / max(c.sum(), 1) for c in counts]) / len(counts))
        return found

    @property
    def total(self) -> int:
        """Modes or classes there are; 0 for data without any."""
        last = self.metrics[-1] if self.metrics else {}
        return int(last.get("modes_total") or last.get("classes_total") or 0)

    @cached_property
    def variety(self) -> list[float]:
        """For each measurement that has it, how much pictures differ, against real ones."""
        return [
            float(entry["diversity"] / entry["diversity_real"])
            for entry in self.metrics
            if entry.get("diversity_real")
        ]

    @property
    def kind_of_mode(self) -> str:
        return "modes" if self.config.kind == "2d" else "classes"

    @property
    def told_modes(self) -> str:
        """`8 of 8 modes are found; `, or nothing where no modes were counted."""
        if not self.total:
            return ""
        last = self.metrics[-1]
        found = last.get("modes", last.get("classes_present", 0))
        told = f"{found} of {self.total} {self.kind_of_mode} are found"
        if "hq" in last:
            told += f", {100 * last['hq']:.0f} % of the samples lie on one"
        return f"{told}; "

    @property
    def sharp(self) -> float:
        """The share of samples that lie on a mode, against that of real ones; 1 without modes."""
        last = self.metrics[-1] if self.metrics else {}
        return float(last["hq"] / last["hq_real"]) if last.get("hq_real") else 1.0

    @property
    def lost(self) -> list[Any]:
        """Modes (by number) or classes (by name) that are as good as never generated."""
        return self._lost(-1) if self.metrics else []

    @property
    def lost_before(self) -> list[Any]:
        """What was lost at the last but one measurement already: one look alone may deceive."""
        return self._lost(-2) if len(self.metrics) > 1 else []

    def _lost(self, i: int) -> list[Any]:
        entry = self.metrics[i]
        if "lost" in entry:
            return list(entry["lost"])
        return [name for part in entry.get("classes", {}).values() for name in part["missing"]]

    @property
    def missed(self) -> list[int]:
        """Modes (by number) that samples come near, but on which not one lies."""
        last = self.metrics[-1] if self.metrics else {}
        lost = set(self.lost)
        return [mode for mode in last.get("missed", ()) if mode not in lost]

    @property
    def most_found(self) -> int:
        return max((self.total - len(self._lost(i)) for i in range(len(self.metrics))), default=0)

    def named(self, lost: Sequence[Any], most: int = 3) -> str:
        """“those at (1.0, 0.0), (0.7, 0.7) and 2 more”."""
        places = self.scene.get("modes") or []
        if lost and isinstance(lost[0], str):
            names = list(lost)
        elif len(places) == self.total:
            names = [f"({_place(places[i][0])}, {_place(places[i][1])})" for i in lost]
        else:
            names = [f"mode {i + 1}" for i in lost]
        shown = ", ".join(names[:most]) + (f" and {len(names) - most} more" if names[most:] else "")
        if self.kind_of_mode == "classes" or not places:
            return shown
        return f"{'those' if len(names) > 1 else 'the one'} at {shown}"

    # Motion

    def moved(self) -> list[float]:
        """Between the newest measurements, the share of samples that would have to change their
        mode (total variation of the mode shares)."""
        newest = self.shares[-LOOKS_BACK:]
        return [float(np.abs(b - a).sum() / 2) for a, b in pairwise(newest)]

    @property
    def come_and_go(self) -> int:
        """Modes that were lost and found again, or found and lost again, since the start."""
        lost = [set(self._lost(i)) for i in range(len(self.metrics))]
        return sum(
            sum((m in a) != (m in b) for a, b in pairwise(lost)) > 1 for m in set().union(*lost)
        )

    def improving(self, newest: int) -> bool:
        """Whether the distance fell by a fifth within the `newest` measurements, or there are too
        few to tell: whoever still learns is allowed to move."""
        values = [entry.get("em", entry.get("frechet")) for entry in self.metrics]
        known = [value for value in values if value is not None]
        if len(known) < len(values) or len(known) < newest + 2:
            return True
        return bool(min(known[-newest:]) < 0.8 * min(known[:-newest]))

    def settled(self, calm: float) -> bool:
        """Whether the newest measurements agree: modes within `calm`, distances within what the
        measure itself strays by, which near its floor is about half of that."""
        if len(self.metrics) < 3 or any(move > calm for move in self.moved()[-2:]):
            return False
        last = [entry.get("em", entry.get("frechet")) for entry in self.metrics[-3:]]
        if any(value is None for value in last):
            return False
        floor = self.distance[2] if self.distance else 0.0
        return bool(max(last) - min(last) <= max(0.15 * max(last), STRAY * floor))

    def period(self) -> tuple[str, float, float]:
        """The curve that repeats itself most in the later half of the run: its name, the rounds
        of one turn, and its autocorrelation there."""
        half = self.curves[len(self.curves) // 2 :]
        best = ("", 0.0, 0.0)
        if len(half) < 30:
            return best
        rounds = float(half[-1, 0] - half[0, 0]) / (len(half) - 1)
        columns = {name: half[:, CURVES.index(name)] for name in ("d_loss", "g_grad", "d_fake")}
        curves = {"D's loss": columns["d_loss"], "G's gradient": columns["g_grad"]}
        if OBJECTIVES[self.config.objective].head == "logit":  # a critic's level is free to drift
            curves["D(G(z))"] = columns["d_fake"]
        for name, values in curves.items():
            lag, strength = _turn(values)
            if strength > best[2]:
                best = (name, lag * rounds, strength)
        return best

    # BEGAN, clipping, distances

    def share_of_k(self, end: float) -> float:
        """Share of the newest rows in which k stands exactly at one end."""
        k = self.column("k")
        k = k[-max(10, int(TAIL * len(k))) :]
        return float((np.abs(k - end) < 1e-6).mean())

    def vital(self, name: str) -> Any:
        """One of the newest vitals, or None."""
        return ((self.metrics[-1] if self.metrics else {}).get("vitals") or {}).get(name)

    @property
    def distance(self) -> tuple[str, float, float] | None:
        """Name, newest value and floor of the distance to the data."""
        for entry in reversed(self.metrics):
            for key, name in (("em", "EM"), ("frechet", "The Fréchet distance")):
                if entry.get(key) is not None and entry.get(f"{key}_real"):
                    return name, float(entry[key]), float(entry[f"{key}_real"])
        return None


def _turn(values: np.ndarray) -> tuple[int, float]:
    """After how many rows a curve comes back to itself, and its autocorrelation there.

    A slow bend is taken off first. What never swings to the other side, to at least half the
    strength of its return, does not circle.
    """
    n = len(values)
    at = np.linspace(-1, 1, n)
    rest = values - np.polyval(np.polyfit(at, values, 2), at)
    spread = float(rest.std())
    if not np.isfinite(spread) or spread < 1e-6 * (1e-3 + float(np.abs(values).max())):
        return 0, 0.0
    power = np.abs(np.fft.rfft(rest, 2 * n)) ** 2
    most = n // TURNS
    auto = np.fft.irfft(power)[:most] / np.arange(n, n - most, -1)
    auto /= auto[0]
    below = np.flatnonzero(auto < 0)
    if not len(below):
        return 0, 0.0
    first = max(JITTER, int(below[0]))
    if first >= most:
        return 0, 0.0
    lag = int(first + auto[first:].argmax())
    strength = float(auto[lag])
    return (lag, strength) if auto[:lag].min(initial=0) < -strength / 2 else (0, 0.0)


def _place(value: float) -> str:
    return f"{round(value, 1) + 0.0:.1f}".replace("-", "\N{MINUS SIGN}")  # no -0.0


def short(value: float) -> str:
    """Three significant digits, with 0 for what is as good as nothing."""
    if abs(value) < 1e-6:
        return "0"
    return (
        f"{value:.2g}"
        if abs(value) < 0.01
        else f"{value:,.3g}"
        if abs(value) < 1e4
        else f"{value:.1e}"
    )


def counted(n: int, things: str) -> str:
    """`1 mode`, `3 modes`."""
    return f"{n} {things if n != 1 else {'modes': 'mode', 'classes': 'class'}[things]}"
