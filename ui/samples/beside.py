"""The figures of several checkpoints beside each other."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from ui import gallery
from ui.checkpoints import Choice

FIGURES = {  # what stands beside each other: (label, form, better when larger)
    "frechet": ("Fréchet", "{:.2f}", False), "kernel": ("Kernel distance", "{:.4f}", False),
    "precision": ("Precision", "{:.2f}", True), "recall": ("Recall", "{:.2f}", True),
    "density": ("Density", "{:.2f}", None), "coverage": ("Coverage", "{:.2f}", True),
}  # fmt: skip


def table(chosen: Sequence[Choice]) -> None:
    """As a Markdown table; the better of those that can be compared in bold."""
    known = [figures(one) for one in chosen]
    spaces = [one.get("feature_space") for one in known]
    names = [gallery.plain(one.label) for one in chosen]
    lines = [["", *names], ["---", *["--:"] * len(names)]]
    lines.append(["Measured in", *(gallery.plain(space or "–") for space in spaces)])
    for key, (label, form, larger) in FIGURES.items():
        if any(key in one for one in known):
            same = len(set(spaces)) == 1 and larger is not None
            lines.append([label, *_cells([one.get(key) for one in known], form, larger, same)])
            lines.append(_floor(key, form, known))
    lines += [
        ["Classes", *(_of(one, "classes_present", "classes_total") for one in known)],
        ["Steps", *(f"{one['steps']:,}" if one.get("steps") else "–" for one in known)],
        ["Trained for", *(gallery.duration(one["seconds"]) if one.get("seconds") else "–"
                          for one in known)],
    ]  # fmt: skip
    st.markdown("\n".join(f"| {' | '.join(line)} |" for line in lines if line))
    if len(set(spaces)) > 1:
        st.caption("Their figures are of different feature spaces: they cannot be compared.")


def _cells(values: list[float | None], form: str, larger: bool | None, same: bool) -> list[str]:
    there = [value for value in values if value is not None]
    best = form.format((max if larger else min)(there)) if same and len(there) > 1 else None
    words = ["–" if value is None else form.format(value) for value in values]
    return [f"**{word}**" if word == best else word for word in words]


def _floor(key: str, form: str, known: list[dict[str, Any]]) -> list[str]:
    """The row of what real images score; [] where nobody measured it."""
    real = [one.get(f"{key}_real") for one in known]
    if all(value is None for value in real):
        return []
    return [":gray[of real data]",
            *("–" if v is None else f":gray[{form.format(v)}]" for v in real)]  # fmt: skip


def _of(known: dict[str, Any], part: str, whole: str) -> str:
    return f"{known[part]} of {known[whole]}" if known.get(whole) else "–"


def figures(choice: Choice) -> dict[str, Any]:
    """What was measured of a checkpoint: by its run, and by its card."""
    run = gallery.run_at(choice.path)
    if run is None:
        return {}
    status = run.status()
    counted = {"steps": status.get("step"), "seconds": status.get("seconds")}
    return counted | (status.get("metrics") or {}) | gallery.card(run)
