"""All runs side by side: their order, and a Markdown table of what was measured."""

import math
from typing import Any

from gan_core.runs import Run
from ui.gallery import BADGE, PAGE, config_of, duration, megabytes, plain, state_of


def order(found: list[Run], by: str) -> list[Run]:
    """The runs by one of ORDERS; what was not measured comes last."""
    return found if ORDERS[by] is None else sorted(found, key=lambda run: ORDERS[by](run.status()))


def _measured(status: dict[str, Any], name: str, sign: int) -> float:
    value = (status.get("metrics") or {}).get(name)
    return sign * value if value is not None else math.inf


ORDERS: dict[str, Any] = {
    "Newest": None,
    "Most samples on a mode": lambda status: _measured(status, "hq", -1),
    "Smallest EM": lambda status: _measured(status, "em", 1),
    "Smallest Fréchet": lambda status: _measured(status, "frechet", 1),
    "Most steps": lambda status: -status.get("step", 0),
}
TABLE = ("Run", "State", "Data", "Steps", "Time", "Steps/s", "Modes", "On a mode", "EM", "Fréchet",
         "Disk")  # fmt: skip


def table(found: list[Run]) -> str:
    """Runs as a Markdown table: light, where a data frame would bring pandas into the server."""
    lines = [TABLE, ("---", "---", "---", *["--:"] * 8), *map(row, found)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def row(run: Run) -> tuple[str, ...]:
    """One run as a row of the table; what was not measured is a dash."""
    config, status = config_of(run), run.status()
    found = status.get("metrics") or {}
    kind = config.kind if config else "2d"

    def number(value: float | None, form: str) -> str:
        return "–" if value is None else format(value, form)

    return (
        f"[{run.id}](/{PAGE[kind] if run.frame_count() else 'samples'}?run={run.id})",
        BADGE.get(state_of(run, status), BADGE["missing"])[0],
        plain(config.data) if config else "–",
        f"{status.get('step', 0):,}",
        duration(status.get("seconds") or 0),
        number(status.get("steps_per_second"), ".0f"),
        f"{found['modes']:g}/{found['modes_total']:g}" if "modes_total" in found else "–",
        number(found.get("hq"), ".1%"),
        number(found.get("em"), ".3f"),
        number(found.get("frechet"), ".1f"),
        megabytes(run.size_on_disk()),
    )
