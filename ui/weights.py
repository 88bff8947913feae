"""Histograms of D's weights: where clipping piles them up, and where a penalty leaves them."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from ui.components.film import film


def show(critics: Sequence[tuple[str, dict[str, Any]]], key: str, scene: str) -> None:
    """One histogram for each pair of a title and a run's newest vitals (`gan_core.vitals`), from
    one limit of clipping to the other, or as far as the weights go."""
    panels, said = [], []
    for title, vitals in critics:
        span, shares = vitals["span"], 100 * np.asarray(vitals["bins"])
        half = span / len(shares)
        centres = np.linspace(-span + half, span - half, len(shares))
        bars = {"kind": "bars", "color": "d", "x": centres, "y": shares, "thick": 0.8 * half}
        at = vitals.get("at_limit")
        told = f"up to ±{span:.2g}" if at is None else f"{100 * at:.0f} % exactly at ±{span:g}"
        said.append(f"{title}: {told}")
        panels.append({
            "title": title, "badge": told, "x": (-1.05 * span, 1.05 * span), "name": "weight",
            "rows": [{"y": (0, 1.1 * float(shares.max())), "series": [bars]}],
        })  # fmt: skip
    film(
        panels, key=key, height=165, narrowest=300, most=len(panels), scene=scene,
        aria=f"Histograms of weights. {'; '.join(said)}.",
    )  # fmt: skip
