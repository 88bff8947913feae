"""The outcome of one mistake, wrong and right, and the two panels that show it on the same axes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ui.words import MINUS, figure


@dataclass(frozen=True)
class Side:
    """What one side's run gave: numbers and arrays by name."""

    numbers: dict[str, float]
    arrays: dict[str, np.ndarray]

    def __getitem__(self, name: str) -> float:
        return self.numbers[name]


Panel = dict[str, Any]
Reading = tuple[list[Panel], str]  # what is drawn, and what the numbers say
Read = Callable[[Side, Side], Reading]


def panels(
    wrong: Side,
    right: Side,
    draw: Callable[[Side], list[dict[str, Any]]],
    x: Sequence[float],
    y: Sequence[float],
    badges: Sequence[str] = ("", ""),
    **more: Any,
) -> list[Panel]:
    """One panel for each side. `more` goes to both: "title" of y, "guides", "name", "across"."""
    row = {"y": _ends(y), "title": more.pop("title", ""), "guides": more.pop("guides", [])}
    heads = (("As it circulates", "fault", "bad", wrong), ("Corrected", "em", "good", right))
    return [
        {
            "title": head, "color": color, "badge": badge, "tone": tone, "x": _ends(x), **more,
            "rows": [{**row, "series": draw(side)}],
        }
        for (head, color, tone, side), badge in zip(heads, badges, strict=True)
    ]  # fmt: skip


def _ends(pair: Sequence[float]) -> tuple[float, float]:
    """Python's own numbers, which JSON can write."""
    return float(pair[0]), float(pair[1])


def line(x: Any, y: Any, color: str, label: str = "", **more: Any) -> dict[str, Any]:
    return {"kind": "line", "color": color, "x": x, "y": y, "label": label, **more}


def span(*values: Any, low: float | None = None, room: float = 0.08) -> tuple[float, float]:
    """From the least to the greatest finite value, with some room; `low` holds the lower end."""
    flat = np.concatenate([np.ravel(v) for v in values])
    flat = flat[np.isfinite(flat)]
    least, most = float(flat.min()), float(flat.max())
    edge = room * max(most - least, 1e-9)
    return (least - edge if low is None else low), most + edge


def times(a: float, b: float) -> str:
    """How often b goes into a, to two digits."""
    ratio = a / b
    if ratio < 10:
        return f"{ratio:.1f} times"
    return f"{float(f'{ratio:.1e}'):,.0f} times"


def percent(share: float) -> str:
    """Whole per cent, but nothing small is called 0 and nothing short of it 100."""
    whole = round(100 * share)
    if 0 < whole < 100 or share in (0, 1):
        return f"{whole} %"
    return f"{100 * share:.1f} %"


def short(value: float, digits: int = 2) -> str:
    """A number in a sentence, to so many decimals; smaller ones with their power of ten."""
    if value == 0 or abs(value) >= 0.5 * 10**-digits:
        return f"{value:,.{digits}f}".replace("-", MINUS) if value else "0"
    return figure(value, 2)
