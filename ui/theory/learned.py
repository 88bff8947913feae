"""A small discriminator trained on the spot, drawn over its analytic optimum."""

import numpy as np
import streamlit as st

from gan_core.catalog import OBJECTIVES
from gan_core.divergences import Curves, curves
from ui import pair, words
from ui.components.film import film
from ui.theory import source, worker

ABLE = [name for name in OBJECTIVES if name != "began"]  # whose D scores points
POINTS = 241
ASKED = "eq_learned_asked"
DRAWN = {  # what the curve is
    "gan": "σ(D(x)), a probability", "ns-gan": "σ(D(x)), a probability",
    "wgan": "the critic f(x), over its Lipschitz constant",
    "wgan-gp": "the critic f(x), over its Lipschitz constant",
}  # fmt: skip


@st.fragment(key="eq_learned")
def part() -> None:
    """Controls, and the trained discriminator once it was asked for."""
    st.markdown(
        "The theory above lets D be any function. A real one is a small network that sees a few"
        " thousand samples. Train one here, on samples of the two densities, with the same"
        " objective that trains images, and see how near to $D^*$ it comes."
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        objective = st.selectbox(
            "Objective", ABLE, key="eq_learned_objective", bind="query-params", width=170
        )
        n = st.select_slider(
            "Samples of each", [100, 300, 1000, 3000, 10000], 3000, key="eq_learned_n",
            bind="query-params", width=210,
        )  # fmt: skip
        steps = st.select_slider(
            "Steps", [100, 300, 600, 1000], 600, key="eq_learned_steps", bind="query-params",
            width=170,
        )  # fmt: skip
        seed = st.number_input(
            "Seed", 0, 10**6, 0, key="eq_learned_seed", bind="query-params", width=120
        )
        pressed = st.button(
            "Train D", type="primary", icon=":material/play_arrow:", key="eq_learned_train"
        )
    p, q = pair.distributions()
    low, high = pair.shown_window(p, q)
    request = {
        "p": str(p), "q": str(q), "objective": objective, "n": int(n), "steps": int(steps),
        "seed": int(seed), "low": low, "high": high, "points": POINTS,
    }  # fmt: skip
    if pressed:
        st.session_state[ASKED] = request
    asked = st.session_state.get(ASKED)
    if asked is None:
        st.caption("About a second of training: 64 × 64 hidden units, Adam.")
        return
    with st.spinner("Training D…", show_time=True):
        answer = worker.ask(do="discriminator", **asked)
    if answer is None:
        return
    if asked != request:
        st.info("The densities or settings have changed since: press Train D again.")
    _show(asked, *answer)


def _gap(about: dict, arrays: dict[str, np.ndarray]) -> str:
    """V of the learnt D beside V of the best one and of the best constant."""
    if about["nothing"]:
        return ""
    value, best = float(arrays["value"][-1]), about["best"]
    return (
        f"V(D) = {words.fixed(value)}, V(D*) = {words.fixed(best)}: a gap of"
        f" {words.figure(best - value, 2)}. The best constant has {words.fixed(about['constant'])}."
    )


def behind_d(drawn: Curves, low: float, high: float) -> tuple[np.ndarray, np.ndarray]:
    """Both densities from `low` up to `high`, with their peaks whole; a peak many times higher than
    what else there is, or one without an end, leaves the figure through its top."""
    peak = max(float(drawn.p.max()), float(drawn.q.max()))
    most = peak if peak <= 2 * drawn.top else drawn.top
    scale = (high - low or 1.0) / max(most, 1e-9)
    p, q = (low + scale * np.minimum(d, 10 * most) for d in (drawn.p, drawn.q))
    return p, q


def _show(asked: dict, about: dict, arrays: dict[str, np.ndarray]) -> None:
    steps = arrays["at"].astype(int)
    st.markdown(f"**{words.tex(about['sentence'])}** {_gap(about, arrays)}")
    x, d, best = arrays["x"], arrays["d"], arrays["optimum"]
    drawn = curves(*map(pair.parse, (asked["p"], asked["q"])), (asked["low"], asked["high"]))
    ends = np.r_[d[-1], best[np.isfinite(best)]]
    low, high = float(ends.min()), float(ends.max())
    room = 0.12 * max(high - low, 1e-6)
    behind = [
        {"kind": "line", "color": side, "width": 1, "says": False, "x": drawn.x, "y": y}
        for side, y in zip("pq", behind_d(drawn, low, high), strict=True)
    ]
    share = 100 * arrays["share"] if len(arrays["share"]) else np.zeros(len(steps))
    film(
        [
            {
                "title": DRAWN.get(asked["objective"], "D(x)"), "name": "x",
                "x": (asked["low"], asked["high"]),
                "badge": "" if about["nothing"] else [f"{s:.1f} % of its optimum" for s in share],
                "rows": [{"y": (low - room, high + room), "series": [
                    *behind,
                    {"kind": "line", "color": "faint", "label": "D*", "dash": [7, 4], "x": x,
                     "y": best, "width": 2.25},
                    {"kind": "line", "color": "d", "label": "learnt", "x": x, "y": d,
                     "width": 2.5},
                ]}],
            },
            {
                "title": "How much of the optimum D has reached", "x": (0, int(steps[-1])),
                "name": "step",
                "rows": [{"y": (min(0.0, float(share.min())), 105), "title": "%",
                          "guides": [{"y": 100, "label": "D*"}], "series": [
                    {"kind": "path", "color": "d", "x": steps, "y": share},
                ]}],
            },
        ],
        key="eq_learned_film", aria=about["sentence"], labels=[f"step {s}" for s in steps],
        height=330, narrowest=420, most=2, first=len(steps) - 1, scene=str(asked),
    )  # fmt: skip
    with st.expander("The source of the training and of the share"):
        source.show("gan_core/learned.py", "learn")
