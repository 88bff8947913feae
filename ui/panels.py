"""What the two training pages say and show of a run: meters, curves, words."""

import math
from collections.abc import Sequence
from typing import Any

import streamlit as st

from gan_core import runs
from gan_core.catalog import OBJECTIVES
from gan_core.runs import Run
from ui import gallery
from ui.components import canvas
from ui.live import line, measured

Meter = tuple[str, str, str, str]  # label, value, what a perfect sampler scores, help

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


def meters(entries: Sequence[Meter], planned: Sequence[Meter] = ()) -> None:
    """Measurements side by side, each with what other real samples score, or, `planned`, with what
    the best plan of transport costs; nothing for none."""
    if not entries:
        return
    twins = [("real data", one) for one in entries] + [("best plan", one) for one in planned]
    with st.container(horizontal=True, gap="small"):
        for twin, (label, value, perfect, help) in twins:
            st.metric(
                label, value, perfect and f"{twin} {perfect}", delta_color="off",
                delta_arrow="off", help=help, width=118,
            )  # fmt: skip


def plane_meters(m: dict[str, Any]) -> list[Meter]:
    """Mode coverage, distances and likeness of points in the plane, in this order."""
    found: list[Meter] = []
    if "modes" in m:
        found += [
            ("Modes", f"{m['modes']} of {m['modes_total']}", f"{m['modes_real']:.0f}",
             "A mode counts when at least one good sample is nearest to it."),
            ("High quality", f"{100 * m['hq']:.1f} %", f"{100 * m['hq_real']:.1f} %",
             "Samples within 3σ of the nearest mode. Above perfect: the modes are too narrow."),
            ("Reverse KL", f"{m['reverse_kl']:.4f}", f"{m['reverse_kl_real']:.4f}",
             "How unevenly samples are spread over the modes, in nats: 0 is even."),
        ]  # fmt: skip
    for key, label, digits, help in (
        ("em", "EM", 3, "Exact: the mean distance that samples must be carried to become data."),
        ("sliced", "Sliced W₁", 3, "The same for the shadows on random lines, on average."),
        ("js", "JS", 3, "Jensen–Shannon divergence by a kernel density of the samples, in nats:"
         " at most log 2 = 0.693. Kernels blur, so that real data does not read 0 either."),
        ("precision", "Precision", 2, "Share of samples among the data: no farther than some data"
         " point's third neighbour."),
        ("recall", "Recall", 2, "Share of the data among the samples, by the same rule."),
    ):  # fmt: skip
        if key in m:
            found.append((label, f"{m[key]:.{digits}f}", f"{m[f'{key}_real']:.{digits}f}", help))
    return found


def image_meters(m: dict[str, Any]) -> list[Meter]:
    """Distances between sets of pictures."""
    space = m.get("feature_space", "the features named in the run")
    found: list[Meter] = []
    for key, label, form, help in (
        ("frechet", "Fréchet", "{:.1f}", f"Distance of Gaussians fitted to features: {space}."),
        (
            "kernel",
            "Kernel distance",
            "{:.3f}",
            "Squared MMD of the same features, without a bias"
            " in the number of samples: of a perfect sampler it is 0 on average.",
        ),
        ("precision", "Precision", "{:.2f}", "Share of generated pictures that look real."),
        ("recall", "Recall", "{:.2f}", "Share of the real variety that is generated."),
    ):
        if m.get(key) is not None:
            real = m.get(f"{key}_real")
            found.append((label, form.format(m[key]), form.format(real) if real else "", help))
    if m.get("classes_total"):
        present, total = m["classes_present"], str(m["classes_total"])
        help = "Classes that a small classifier recognises among the samples."
        found.append(("Classes", f"{present} of {total}", total, help))
    return found + _inception_meter(m)


def _inception_meter(m: dict[str, Any]) -> list[Meter]:
    """The Fréchet distance that papers print, where it was measured; why not, where it should."""
    label = "Fréchet, Inception"
    if unread := m.get("inception_unread"):
        return [(label, "—", "", str(unread))]
    if m.get("inception_frechet") is None:
        return []
    help = (
        f"In 2,048 features of Inception, from {m['inception_samples']:,} samples. It falls with"
        " their number, and papers take 10,000 to 50,000: read it beside real data here."
    )
    value, real = (f"{m[name]:.1f}" for name in ("inception_frechet", "inception_frechet_real"))
    return [(label, value, real, help)]


def image_panels(run: Run, rows: dict[str, Any]) -> list[dict[str, Any]]:
    """Losses, D's verdict and the Fréchet distance over the steps."""
    head = OBJECTIVES[run.config.objective].head
    head = {"logit": "probability", "score": "critic"}.get(head, head)
    drawn = [_losses(run.config.objective, rows), _verdict(head, rows)]
    if head == "energy":
        drawn += _balance(run.config.gamma, rows)
    frechet = measured(run, "frechet", "Fréchet", "em")
    if len(frechet["x"]) > 1:
        return [*drawn, {"title": "Distance to the data", "series": [frechet], "low": 0}]
    return [*drawn, _gradients(rows)]


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
