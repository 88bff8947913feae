"""Runs judged side by side: one row each, best first, and a plain sentence of what happened."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from gan_core.runs import LIVE, Run
from ui import gallery, words

GOOD_SHARE = 0.85  # of a perfect sampler's high quality, from where samples count as sharp
FEW = 0.3  # share of the modes up to which a generator counts as collapsed
ONE_PLACE = 0.8  # of log(modes): reverse KL from which nearly all samples are nearest to one mode
CLOSE = 1.5  # times EM's floor, up to which samples count as data
READING = (
    "Sorted by EM, the mean distance that samples must be carried to become data. Beside each"
    " measure stands what other real samples score: no generator does better, only luckier."
)


@dataclass(frozen=True)
class Entry:
    """One run of a comparison, as its folder tells it."""

    run: Run
    label: str
    status: dict[str, Any]
    history: Sequence[dict[str, Any]]  # its measurements, oldest first
    waits: bool = False  # for a place

    @property
    def metrics(self) -> dict[str, Any]:
        return self.status.get("metrics") or {}


def state_words(status: dict[str, Any], waits: bool) -> str:
    """A run's state, as its panel says it; `waits`: it stands in the line."""
    if status["state"] == "queued":
        return "waiting" if waits else "starting"
    return gallery.BADGE.get(status["state"], gallery.BADGE["missing"])[0].lower()


def order(entries: Sequence[Entry]) -> list[Entry]:
    """Best first: by EM; what failed or was not measured comes last, as it came."""

    def place(entry: Entry) -> tuple[bool, float]:
        return entry.status["state"] == "failed", entry.metrics.get("em", math.inf)

    return sorted(entries, key=place)


def table(entries: Sequence[Entry]) -> str:
    """The entries as a Markdown table, each measure beside the value of a perfect sampler."""
    some = next((e.metrics for e in entries if e.metrics), {})
    rows = [_row(entry, some) for entry in order(entries)]
    return words.table(rows)


def _row(entry: Entry, perfect: dict[str, Any]) -> dict[str, str]:
    m, status = entry.metrics, entry.status

    def measure(name: str, form: str, scale: float = 1) -> str:
        return format(scale * m[name], form) if name in m else "–"

    def head(title: str, name: str, form: str, scale: float = 1) -> str:
        known = perfect.get(f"{name}_real")
        return title if known is None else f"{title} (real {format(scale * known, form)})"

    row = {"Run": f"[{gallery.plain(entry.label)}](/train_2d?run={entry.run.id})"}
    row["What happened"] = happened(entry)  # first, for a narrow screen cuts off what is last
    if not perfect or "modes_total" in perfect:
        total = perfect.get("modes_total", "")
        row["Modes" + (f" (of {total:g})" if total else "")] = measure("modes", "g")
        row[head("High quality, %", "hq", ".1f", 100)] = measure("hq", ".1f", 100)
        row[head("Reverse KL", "reverse_kl", ".4f")] = measure("reverse_kl", ".3f")
    row[head("EM", "em", ".3f")] = measure("em", ".3f")
    row["Seconds"] = f"{status.get('seconds') or 0:.1f}"
    row["State"] = state_words(status, entry.waits).capitalize()
    return row


def happened(entry: Entry) -> str:
    """One plain sentence on what became of a run."""
    state, m = entry.status["state"], entry.metrics
    if state == "queued":
        return "It waits for a place." if entry.waits else "A worker is getting ready."
    if state == "failed":
        first = (entry.status.get("error") or "It gave no reason.").split(". ")[0]
        return gallery.plain(first.rstrip(".")) + "."
    if state == "missing":
        return "Its folder was deleted."
    if not m:
        return "It has only begun." if state in LIVE else "It ended before it was measured."
    now = "So far: " if state in LIVE else ""
    said = _modes(m, entry.history) if m.get("modes_total") else _distance(m)
    return now + (said[0].lower() + said[1:] if now else said)


def _modes(m: dict[str, Any], history: Sequence[dict[str, Any]]) -> str:
    """What mode coverage says, and whether it was better before."""
    modes, total = m["modes"], m["modes_total"]
    sharp = m["hq"] / m["hq_real"]
    best = max((h.get("modes", 0) for h in history), default=0)
    if modes == total and sharp >= GOOD_SHARE:
        return f"All {total} modes, nearly as sharp as the data."
    if modes == total:
        return f"All {total} modes, but only {100 * m['hq']:.0f} % of its samples are on one."
    if modes == 0 and m["reverse_kl"] >= ONE_PLACE * math.log(total):
        return "Collapsed: all of its samples lie together, off the data."
    if modes == 0:
        return "None of its samples is on a mode."
    if modes <= FEW * total:
        before = f"; it held {best} before" if best > modes else ""
        return f"Collapsed onto {modes} of {total} modes{before}."
    if best > modes:
        return f"It reached {best} modes and lost {best - modes} again."
    return f"It never reached {total - modes} of {total} modes."


def _distance(m: dict[str, Any]) -> str:
    """What EM says where there are no modes to count."""
    times = m["em"] / m["em_real"]
    if times <= CLOSE:
        return "Hardly to be told from the data by EM."
    return f"Its samples are {times:.1f} times as far from the data as other data are."
