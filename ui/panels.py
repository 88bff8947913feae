"""What the two training pages say and show of a run: curves and words."""

import math
from typing import Any

import streamlit as st

from gan_core import runs
from gan_core.catalog import OBJECTIVES
from gan_core.runs import Run
from ui import gallery
from ui.components import canvas
from ui.live import line, measured

_FIELD = {
    "probability": "Violet is D's opinion: the stronger, the likelier real; on the thick line it is"
    " undecided. Where G has won, the shading is even.",
    "critic": "Violet is the critic's score: G moves its points uphill, towards the strong violet."
    " Only differences count, not the level.",
    "energy": "Violet is D's reconstruction error: data should lie in the faint valleys, and G"
    " moves its points into them.",
}
_GRADIENT = (
    "show where G's gradient moves its points: short where it is weak, none where it has vanished."
)
_CAMERA = " Double-click to zoom, drag to move."
CRITICS = ("wgan", "wgan-gp")  # whose loss estimates the earth mover's distance
LOG2 = math.log(2)
# Losses of D and G where nothing is left to learn: D undecided everywhere.
BALANCE = {"gan": (2 * LOG2, -LOG2), "ns-gan": (2 * LOG2, LOG2), "r3gan": (LOG2, LOG2)}
_OPINION = {
    "probability": "D's verdict",
    "critic": "The critic's score",
    "energy": "Reconstruction error",
}


def reading(scene: dict[str, Any]) -> str:
    """How to read a scene, from what `gan_core.pictures.scene_of` says of it."""
    if scene.get("source"):
        layers = " Teal arrows lead from samples of the source to where G carries them; the layer"
        layers += f" Gradient has others, which {_GRADIENT}"
    elif scene.get("fixed"):
        layers = " Orange points are real ones plus noise, and stay; arrows show where a G would be"
        layers += " sent from there."
    else:
        layers = f" Arrows {_GRADIENT} The latent grid shows how G bends z."
    return _FIELD[scene["head"]] + layers + _CAMERA


def image_panels(run: Run, rows: dict[str, Any]) -> list[dict[str, Any]]:
    """Losses, D's verdict and the Fréchet distance over the steps."""
    head = OBJECTIVES[run.config.objective].head
    head = {"logit": "probability", "score": "critic"}.get(head, head)
    drawn = [_losses(run.config.objective, rows), _verdict(head, rows)]
    if head == "energy":
        drawn += _balance(run.config.gamma, rows)
    if run.config.objective in CRITICS:
        drawn.append(_estimate(rows))
    frechet = measured(run, "frechet", "Fréchet", "em")
    if len(frechet["x"]) > 1:
        return [*drawn, {"title": "Distance to the data", "series": [frechet], "low": 0}]
    return [*drawn, _gradients(rows)]


def _estimate(rows: dict[str, Any]) -> dict[str, Any]:
    """−L_D without the penalty, E D(x) − E D(G(z)) on the batches of training."""
    found = {"step": rows["step"], "EM": rows["d_real"] - rows["d_fake"]}
    return {
        "title": "EM estimate: −L(D), no penalty", "smooth": True,
        "guides": [{"y": 0, "label": "no difference"}],
        "series": [line("D(x) − D(G(z))", "em", found, "EM")],
    }  # fmt: skip


def estimate_words(objective: str) -> str:
    """What the EM estimate of a critic is, and is not; nothing for any other objective."""
    if objective not in CRITICS:
        return ""
    held = (
        "which the penalty holds near 1 between the two"
        if objective == "wgan-gp"
        else "which clipping bounds and nobody knows: the curve compares this run with itself alone"
    )
    return (
        "**EM estimate**: E D(x) − E D(G(z)), D's loss with its sign turned and no penalty. It"
        " estimates the earth mover's distance between pictures as vectors of pixels, times the"
        f" critic's Lipschitz constant, {held}. A critic that is not at its best finds less."
    )


def _balance(gamma: float, rows: dict[str, Any]) -> list[dict[str, Any]]:
    """BEGAN's two numbers: how much D minds generated samples, and its measure of convergence."""
    real, fake = rows["d_real"], rows["d_fake"]
    measure = {"step": rows["step"], "M": real + abs(gamma * real - fake)}
    return [
        {"title": "k, D's weight on generated", "low": 0, "series": [line("k", "d", rows, "k")]},
        {"title": "M = L(x) + |γL(x) − L(G(z))|", "low": 0, "smooth": True,
         "series": [line("M", "em", measure, "M")]},
    ]  # fmt: skip


def rebuilt(run: Run, scene: dict[str, Any], status: dict[str, Any], moving: bool) -> None:
    """What a D that is an auto-encoder makes of pictures now; nothing for any other D."""
    picture = run.rebuilt()
    if not picture:
        return
    st.markdown("**D's reconstructions**, below what they are of")
    layout = {**scene, "columns": 8, "rows": 4, "scores": ""}
    label = "8 real pictures, D's reconstructions of them, 8 generated ones, and theirs"
    shown = [(status["step"], 0.0, picture)]
    canvas.grid(run.id, layout, shown, moving, label, key="i_rebuilt")
    st.caption("Rows: real, rebuilt, generated, rebuilt. D's error is the difference.")


def plane_panels(run: Run, scene: dict[str, Any], rows: dict[str, Any]) -> list[dict[str, Any]]:
    """Losses, D's verdict, gradients and quality over the steps."""
    drawn = [_losses(run.config.objective, rows), _verdict(scene["head"], rows), _gradients(rows)]
    quality = measured(run, "hq", "on a mode, %", "em", 100)
    if len(quality["x"]) > 1:
        drawn.append({"title": "Quality", "series": [quality], "low": 0, "high": 100})
    return drawn


def _losses(objective: str, rows: dict[str, Any]) -> dict[str, Any]:
    guides = []
    if objective in BALANCE:
        d, g = BALANCE[objective]
        guides = [{"y": d, "label": "D at balance" if d != g else "both at balance"}]
        if d != g:
            guides.append({"y": g, "label": "G at balance"})
    return {
        "title": "Losses", "smooth": True, "guides": guides,
        "series": [line("D", "d", rows, "d_loss"), line("G", "fake", rows, "g_loss")],
    }  # fmt: skip


def _verdict(head: str, rows: dict[str, Any]) -> dict[str, Any]:
    panel: dict[str, Any] = {
        "title": _OPINION[head], "smooth": True,
        "series": [
            line("on real", "real", rows, "d_real"), line("on generated", "fake", rows, "d_fake"),
        ],
    }  # fmt: skip
    if head == "probability":
        panel |= {"low": 0, "high": 1, "guides": [{"y": 0.5, "label": "undecided"}]}
    return panel


def _gradients(rows: dict[str, Any]) -> dict[str, Any]:
    return {
        "title": "Gradient size", "smooth": True, "low": 0,
        "series": [line("D", "d", rows, "d_grad"), line("G", "fake", rows, "g_grad")],
    }  # fmt: skip


def empty(kind: str, words: str) -> None:
    """What a page shows before anything was trained: what to do, if it can be done, and what was
    done lately."""
    if words:
        with st.container(border=True):
            st.markdown(words)
    recent = [r for r in runs.all_runs()[:30] if (c := gallery.config_of(r)) and c.kind == kind]
    if recent:
        st.markdown("##### Or open a recent run")
        with st.grid(2, min_column_width=340, gap="small"):
            for run in recent[:4]:
                gallery.strip(run)
