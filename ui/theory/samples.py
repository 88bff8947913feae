"""From samples: the distances as estimates from n numbers of each side, beside the exact ones."""

import math

import numpy as np
import streamlit as st

from ui import pair, words
from ui.components.film import film
from ui.theory import worker
from ui.theory.palette import COLOURS

SIZES = [30, 100, 300, 1000, 3000, 10000]


@st.fragment(key="dv_samples")
def part(unit: str) -> None:
    """How each estimate comes to the exact value as n grows, and what bias is left."""
    st.markdown(
        "Nobody who trains a GAN knows $p_r$ and $p_g$; there are only samples. Draw $n$ of each,"
        " many times over: how far off are the estimates, and what do they read where all is equal?"
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        n = st.select_slider(
            "Samples of each side, n", SIZES, 1000, key="dv_samples_n", bind="query-params",
            width=260,
        )  # fmt: skip
        seed = st.number_input(
            "Seed", 0, 10**6, 0, key="dv_samples_seed", bind="query-params", width=120
        )
    p, q = pair.distributions()
    with st.spinner("Drawing samples…"):
        answer = worker.ask(
            do="estimates", p=str(p), q=str(q), unit=unit, n=int(n), repeats=100, seed=int(seed)
        )
    if answer is None:
        return
    about, arrays = answer
    said = sentence(about)
    st.markdown(words.tex(said))
    film(
        [_panel(i, name, arrays, about) for i, name in enumerate(about["names"])],
        key="dv_samples_film", aria=f"Estimates over n. {said}", height=230, narrowest=250, most=4,
        scene=f"{p}{q}{unit}",
    )  # fmt: skip
    st.markdown(words.table([_row(row) for row in about["rows"]]))
    st.caption(
        f"Mean and 90 % band of {about['repeats']} repetitions. W₁ and W₂ are those of the"
        " empirical measures; the others come from bins that both samples share. The floor is the"
        " mean estimate from two samples of $p_r$ itself, where the truth is 0."
    )


def sentence(about: dict) -> str:
    """The worst biases at this n, and what is never seen."""
    rows = {row["name"]: row for row in about["rows"]}
    parts = []
    lost = [n for n, r in rows.items() if r["exact"] is not None and (r["infinite"] or 0) >= 0.5]
    if lost:
        says = "finite, yet infinite in most draws: some bin holds no sample of one side"
        parts.append(words.listed(lost, (f"is {says}", f"are {says}")) + ".")
    known = [r for r in rows.values() if r["bias"] is not None and r["exact"]]
    worst = max(known, key=lambda r: abs(r["bias"] / r["exact"]), default=None)
    off = worst["bias"] / worst["exact"] if worst else 0.0
    if worst and abs(off) < 1e-9:  # as of point masses, of which every sample says all
        parts.append(f"With n = {about['n']:,}, every finite distance is read without any bias.")
    elif worst:
        side = "too high" if off > 0 else "too low"
        others = "the others" if lost else "the finite ones"
        parts.append(
            f"With n = {about['n']:,}, the most biased of {others} is"
            f" {words.TITLES[worst['name']]}: {words.figure(100 * abs(off), 2)} % {side}."
        )
    hidden = [n for n, r in rows.items() if r["exact"] is None and (r["infinite"] or 0) < 0.5]
    if hidden:
        says = "infinite, and samples mostly do not show it"
        parts.append(words.listed(hidden, (f"is {says}", f"are {says}")) + ".")
    floor = rows["js"]["floor"]
    if floor:
        parts.append(f"Equal densities would read JS = {words.figure(floor, 2)}, not 0.")
    return " ".join(parts)


def _panel(i: int, name: str, arrays: dict[str, np.ndarray], about: dict) -> dict:
    sizes = np.log10(arrays["sizes"])
    mean, low, high, floor = (arrays[key][i] for key in ("mean", "low", "high", "floor"))
    exact = float(arrays["exact"][i])
    shown = np.concatenate([v[np.isfinite(v)] for v in (mean, high, floor)])
    top = max([*shown, exact if math.isfinite(exact) else 0.0])
    scale = {} if top > 1e-9 else {"ticks": [0] if (shown == 0).any() else []}
    row = about["rows"][i]
    badge = "exact: ∞" if row["exact"] is None else f"exact: {words.figure(exact)}"
    if row["infinite"]:
        badge = f"∞ in {100 * row['infinite']:.0f} % of draws"
    many = [(v, f"{v:,}") for v in SIZES if sizes[0] <= math.log10(v) <= sizes[-1] + 1e-9]
    return {
        "title": words.TITLES[name], "color": COLOURS[name], "badge": badge,
        "x": (float(sizes[0]), float(sizes[-1])), "name": "n", "log": True,
        "across": [[math.log10(v), label] for v, label in many[:: 1 if len(many) < 4 else 2]],
        "rows": [{
            "y": (0.0, 1.1 * float(top) if top > 1e-9 else 1.0), **scale,
            "guides": [{"y": exact, "label": "exact"}] if math.isfinite(exact) else [],
            "series": [
                {"kind": "band", "color": COLOURS[name], "x": sizes, "y": low, "y2": high},
                {"kind": "line", "color": COLOURS[name], "label": "mean", "x": sizes, "y": mean},
                {"kind": "line", "color": "faint", "label": "floor", "dash": [3, 3], "width": 1.5,
                 "x": sizes, "y": floor},
            ],
        }],
    }  # fmt: skip


def _row(row: dict) -> dict[str, str]:
    def text(value: float | None, digits: int = 4) -> str:
        return "∞" if value is None else words.figure(value, digits)

    return {
        "distance": words.TITLES[row["name"]],
        "exact": text(row["exact"]),
        "mean estimate": text(row["estimate"]),
        "bias": words.figure(row["bias"], 2) if row["bias"] is not None else "",
        "90 % band": f"{text(row['low'], 3)} to {text(row['high'], 3)}",
        "floor": text(row["floor"], 2),
    }
