"""Below the arena: D against its optimum, or what a Wasserstein critic has measured, in words."""

import json
import math
from typing import Any

import streamlit as st

from gan_core.config import Config
from gan_core.runs import Run
from ui import words
from ui.components.canvas import component, pack

TELLS = 1.5  # times its floor: what is below this is what two samples of the data give too
PACKED = (
    "D judges packs of {} points. What is drawn of it is the diagonal, packs of one and the same"
    " point, so it also shows how far D distrusts repetition. D* and the exact distance are of"
    " single points, so it is not measured against them."
)
_UNMOVED = "D is as it was drawn: its learning rate is 0."
PENALISED = (
    "R1 and R2 are no part of V, which D* alone makes as large as it can be: they hold D's slopes"
    " down, and D gives up some of V for that. A low share under them is no sign of a weak D."
)
_fields = component(
    "fields",
    """<figure class="fields">
  <canvas role="img" tabindex="0"></canvas>
  <div class="tip" hidden></div>
</figure>""",
    ["fields.js"],
    ["canvas.css", "fields.css"],
)


def part(run: Run, metrics: dict[str, Any]) -> None:
    """One sentence on D, and an expander with what stands behind it; nothing for BEGAN."""
    config = run.config
    if config.pack > 1:
        st.caption(PACKED.format(config.pack))
    if "critic_estimate" in metrics:
        st.markdown(f"**{critic_words(metrics)}**")
        with st.expander("What the critic's loss means"):
            _critic(metrics, config)
    elif "d_best" in metrics:
        st.markdown(
            f"**{_UNMOVED if config.lr_d == 0 else optimum_words(metrics, _held(config))}**"
        )
        with st.expander("D against its optimum"):
            _optimum(run, metrics, config)


def _held(config: Config) -> bool:
    """Whether D pays a price for its slopes, which V does not count."""
    return config.r1 > 0 or config.r2 > 0


def optimum_words(m: dict[str, float], held: bool = False) -> str:
    """How far D has come, from the figures `d_*` of a judgement; `held`: R1 or R2 is on.

    V is not what a D under R1 or R2 optimises, so its share of V is then no measure of progress.
    """
    if "d_share" not in m or m["d_attainable"] < TELLS * m["d_attainable_real"]:
        return (
            "Nothing is left for D to learn: no D could tell these points from data better than"
            " it could tell fresh data."
        )
    share = m["d_share"]
    if share < 0:
        return "D is worse than one that cannot tell: it is wrong about what it was last sure of."
    if held:
        return (
            f"D is at {_percent(share)} of its optimum, which is no fault: R1 and R2 hold it"
            " flatter than the optimum, and that is their purpose."
        )
    return f"D is at {_percent(share)} of its optimum."


def critic_words(m: dict[str, float]) -> str:
    """What a critic's loss says of the distance, from the figures `critic_*` of a judgement."""
    estimate, slope = m["critic_estimate"], m["critic_slope"]
    exact, floor = m["critic_em"], m["critic_em_real"]
    near = exact < TELLS * floor
    if estimate <= 0:
        found = (
            f"The critic scores generated points above real ones, by {words.figure(-estimate, 3)}"
            " on average: at this step its loss measures no distance"
        )
    else:
        found = (
            f"The critic scores real points {words.figure(estimate, 3)} above generated ones."
            f" Divided by its steepest slope, {words.figure(slope, 3)}, that is"
            f" {words.figure(m['critic_w1'], 3)}. The exact distance of the same points, which are"
            f" G's own before any averaging, is {words.figure(exact, 3)}: the critic has found"
            f" {_percent(m['critic_w1'] / max(exact, 1e-12))} of it"
        )
    if near:
        found += f". Two samples of the data are {words.figure(floor, 3)} apart, so little is left"
    return found + "."


def _percent(share: float) -> str:
    digits = 1 if abs(share) < 0.1 else 0
    return f"{100 * share:.{digits}f} %".replace("-", words.MINUS)


def _critic(m: dict[str, float], config: Config) -> None:
    slope = m["critic_pair_slope"]
    rows = [
        ("Loss of the critic, as it is minimised", m["critic_loss"]),
        ("of which gradient penalty", m["critic_penalty"]),
        ("Estimate, −L_D without the penalty: mean D(x) less mean D(G(z))", m["critic_estimate"]),
        ("Steepest slope found, over a grid, the samples and between them", m["critic_slope"]),
        ("Estimate over that slope", m["critic_w1"]),
        ("Steepest slope between a real and a generated point", slope),
        ("Estimate over that one", m["critic_estimate"] / max(slope, 1e-12)),
        ("Exact EM of the same points", m["critic_em"]),
        ("Exact EM of two samples of the data", m["critic_em_real"]),
    ]
    text = "".join(f"| {label} | {words.figure(value, 3)} |\n" for label, value in rows)
    st.markdown(f"| Measured on the same points | |\n| :-- | --: |\n{text}")
    if config.objective == "wgan":
        why = (
            "Clipping the weights allows some steepest slope, but nobody knows which: the loss is"
            " the distance times that unknown number, so losses of two runs cannot be compared."
        )
    else:
        why = (
            "The penalty pulls the slope to 1 on lines between real and generated points, so the"
            " estimate is nearly a distance there; elsewhere the critic may be steeper."
        )
    st.caption(
        f"{why} A falling loss means progress only while the slope stays. No slope between points"
        " is steeper than the steepest, so the quotient can never exceed the exact distance."
    )


def _optimum(run: Run, m: dict[str, float], config: Config) -> None:
    best, trivial = words.figure(m["d_best"], 3), words.figure(m["d_trivial"], 3)
    st.markdown(
        f"V(D) = {words.figure(m['d_value'], 3)}. A D that cannot tell has {trivial}, the optimum"
        f" D* has {best}. D is off by {_percent(m['d_error'])} on average. With fresh data in the"
        f" place of generated points, D* would gain {words.figure(m['d_attainable_real'], 2)}; now"
        f" it gains {words.figure(m['d_attainable'], 2)}."
    )
    if drawn := load(run):
        header, blobs = drawn
        said = optimum_words(header, _held(config))
        header["aria"] = f"D, its optimum and their difference at step {header['step']}. {said}"
        _fields(data=pack(header, **blobs), key="p_fields", height="content")
        st.caption(
            f"At step {header['step']:,}. Dots are real and generated points; the stronger the"
            " violet, the likelier real. In the last picture violet is where D believes too"
            " readily, teal where too little. Where there are no points nothing determines D, and"
            " nothing is drawn."
        )
    penalised = PENALISED if _held(config) else ""
    st.caption(
        "D* is computed from the data's own density and a kernel density of"
        f" points of G, before any averaging of its weights. {penalised}"
    )


def load(run: Run) -> tuple[dict[str, Any], dict[str, bytes]] | None:
    """What `optimum.bin` of a run says and holds (see `opponent.fields`); None without it."""
    try:
        line, _, body = (run.path / "optimum.bin").read_bytes().partition(b"\n")
        header = json.loads(line)
    except (OSError, ValueError):
        return None
    blobs, at = {}, 0
    for name, count in header.pop("blobs").items():
        blobs[name] = body[at : at + 2 * count]
        at += 2 * count
    whole = at == len(body) and all(math.isfinite(v) for v in header["extent"])
    return (header, blobs) if whole else None
