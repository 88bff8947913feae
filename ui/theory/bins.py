"""Fix one, move the other: p_g as five free bins, with D at its optimum at every step."""

from typing import Any

import numpy as np
import streamlit as st

from gan_core.catalog import OBJECTIVES
from ui import words
from ui.components.film import film
from ui.theory import source, worker

BINS = 5
STARTS = {  # weights of the five bins at the start
    "Even": (1, 1, 1, 1, 1),
    "In the last one": (0, 0, 0, 0, 1),
    "In the last two": (0, 0, 0, 1, 1),
    "Upside down": (4, 2, 1, 2, 4),
}
REAL = {"Hill": (1, 2, 4, 2, 1), "First two bins": (1, 1, 0, 0, 0), "Two modes": (4, 1, 0, 1, 4)}
TONES = {"converges": "good", "chatters": "good", "approaches": "", "stays away": "bad"}
FRAMES = 81


@st.fragment(key="eq_bins")
def part() -> None:
    """Every objective's descent from one start, played together."""
    st.markdown(
        "Let the generator be free: five bins, whose probabilities may be anything. At every step D"
        " is put at its optimum, held still, and $p_g$ goes down its own loss. Goodfellow et al."
        " (Proposition 2) prove that this converges for their game. Does it for the others?"
    )
    request = _settings()
    answer = worker.ask(do="bins", objectives=list(OBJECTIVES), **request)
    if answer is None:
        return
    about, arrays = answer
    found = about["objectives"]
    steps = arrays["q"].shape[1]
    frames = np.unique(np.linspace(0, steps - 1, min(steps, FRAMES)).round().astype(int))
    top = 1.12 * max(0.4, max(request["p"]) / sum(request["p"]), float(arrays["q"].max()))
    film(
        [_panel(o, request["p"], arrays["q"][i][frames], arrays["tv"][i], frames, top)
         for i, o in enumerate(found)],
        key="eq_bins_film", aria="Five bins under every objective. " + " ".join(
            f"{o['sentence']}" for o in found
        ),
        labels=[f"step {i}" for i in frames], height=270, narrowest=250, most=4,
        scene=str(request),
    )  # fmt: skip
    st.markdown("\n".join(f"- **{o['title']}** {words.tex(o['verdict'])}" for o in found))
    with st.expander("The source of one step"):
        left, right = st.columns(2, gap="large")
        with left:
            source.show("gan_core/bins.py", "g_slopes")
            source.show("gan_core/bins.py", "onto_simplex")
        with right:
            source.show("gan_core/bins.py", "descend")


def _settings() -> dict[str, Any]:
    """The controls, as a request."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        real = st.segmented_control(
            "$p_r$", list(REAL), default="Hill", required=True, key="eq_bins_real",
            bind="query-params",
        )  # fmt: skip
        start = st.segmented_control(
            "$p_g$ starts", list(STARTS), default="In the last two", required=True,
            key="eq_bins_start", bind="query-params",
        )  # fmt: skip
        rate = st.select_slider(
            "Step size", [0.002, 0.005, 0.01, 0.02, 0.05], 0.01, key="eq_bins_rate",
            bind="query-params", width=190,
        )  # fmt: skip
        decay = st.toggle(
            "Steps get smaller", False, key="eq_bins_decay", bind="query-params",
            help="As 1/√step. Losses with a corner at the optimum cannot rest without it.",
        )  # fmt: skip
    with st.popover("Own bins", icon=":material/tune:"):
        p = _bars("p_r", "p", REAL[real])
        q = _bars("p_g at the start", "q", STARTS[start])
    return {"p": p, "q": q, "steps": 400, "rate": float(rate), "decay": decay}


def _bars(title: str, side: str, defaults: tuple[int, ...]) -> list[float]:
    st.markdown(words.tex(f"**{title}**, relative heights"))
    with st.container(horizontal=True):
        return [
            st.number_input(
                f"{side} {i + 1}", 0.0, 100.0, float(v), 1.0, width=110, format="%.3g",
                bind="query-params",
                key=f"eq_bins_{side}{i}_{'_'.join(map(str, defaults))}",
            )
            for i, v in enumerate(defaults)
        ]  # fmt: skip


def _panel(
    about: dict, p: list, q: np.ndarray, tv: np.ndarray, frames: np.ndarray, top: float
) -> dict:
    """TV over the steps above the bars of p_r and p_g, up to `top` under every objective."""
    x = np.arange(BINS, dtype=float) + 1
    real = np.array(p) / sum(p)
    last = max(1, int(frames[-1]))

    def at(step: Any) -> Any:  # the steps' place on the axis of the bins
        return 0.5 + BINS * step / last

    return {
        "title": about["title"], "x": (0.4, BINS + 0.6),
        "badge": about["word"], "tone": TONES.get(about["word"], ""),
        "across": [[i, str(i)] for i in range(1, BINS + 1)],
        "rows": [
            {"y": (0, 1.05), "title": "TV to p_r over the steps", "ticks": [0, 1],
             "across": [[at(step), f"{step}"] for step in range(0, last + 1, 100)], "series": [
                {"kind": "path", "color": "text", "says": False, "y": tv[frames],
                 "x": at(frames)},
            ]},
            {"y": (0, top), "share": 1.6, "series": [
                {"kind": "bars", "color": "p", "x": x, "y": real, "thick": 0.19, "shift": -0.2},
                {"kind": "bars", "color": "q", "x": x, "y": q, "thick": 0.19, "shift": 0.2},
            ]},
        ],
    }  # fmt: skip
