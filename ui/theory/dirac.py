"""The Dirac-GAN: one number against one number, played with the objectives that train images."""

from typing import Any

import numpy as np
import streamlit as st

from gan_core.catalog import OBJECTIVES
from ui import words
from ui.components.film import film
from ui.theory import source, worker

KEY = "eq_dirac_film"
EXTENT, GRID = 2.0, 17
START = ("eq_dirac_theta", "eq_dirac_psi")  # where the walk begins
OWN = {  # settings of one objective alone: (label, lowest, highest, value, step)
    "lsgan": {
        "a": ("label a of generated", -1.0, 1.0, -1.0, 0.5),
        "b": ("label b of real", -1.0, 1.0, 1.0, 0.5),
        "c": ("label c that G wants", -1.0, 1.0, 1.0, 0.5),
    },
    "wgan": {"clip": ("clip c", 0.1, 2.0, 1.0, 0.1)},
    "wgan-gp": {"lam": ("λ", 0.0, 5.0, 1.0, 0.25)},
    "began": {
        "gamma": ("γ", 0.1, 1.0, 0.5, 0.1),
        "lambda_k": ("λₖ", 0.001, 0.1, 0.01, 0.001),
    },
}
GALLERY = (  # what stands side by side: title, objective, what is changed
    ("GAN, minimax", "gan", {}),
    ("GAN, non-saturating", "ns-gan", {}),
    ("NS-GAN + R1", "ns-gan", {"r1": 1.0}),
    ("NS-GAN + R2", "ns-gan", {"r2": 1.0}),
    ("NS-GAN + noise", "ns-gan", {"noise": 1.0}),
    ("LSGAN", "lsgan", {}),
    ("WGAN, clipped", "wgan", {}),
    ("WGAN-GP", "wgan-gp", {}),
    ("Hinge", "hinge", {}),
    ("R3GAN", "r3gan", {}),
    ("R3GAN without R1, R2", "r3gan", {"r1": 0.0, "r2": 0.0}),
    ("BEGAN", "began", {}),
)
TONES = {"arrives": "good", "grows": "bad", "farther": "bad", "leaves": "bad", "stays": "bad"}
CIRCLE = np.linspace(0, 2 * np.pi, 121)


@st.fragment(key="eq_dirac")
def part() -> None:
    """The field of arrows, a walk that starts where the reader clicks, and what decides it."""
    st.markdown(
        "Real data sit at 0, the generator at $θ$, and $D(x)=ψx$ has one weight. So all of training"
        " is a walk in a plane, and $(0,0)$ is the equilibrium. Which objectives get there?"
        " Click on the arrows to start from there."
    )
    request = _settings()
    answer = worker.ask(do="dirac", **request, extent=EXTENT, grid=GRID)
    if answer is None:
        return
    about, arrays = answer
    st.markdown(f"**{words.tex(about['sentence'])}**")
    st.caption(_numbers(about))
    path = arrays["path"]
    film(
        [_field(arrays), _distance(about, path), _eigenvalues(about)],
        key=KEY, aria=f"Arrow field and walk of {request['objective']}. {about['sentence']}",
        labels=[f"step {i}" for i in _frames(len(path))], height=400, narrowest=300, most=3,
        first=len(_frames(len(path))) - 1, scene="dirac", on_click=_clicked,
    )  # fmt: skip
    st.markdown("##### Every objective and penalty from the same start")
    st.caption(
        f"All start at a distance of {words.figure(float(np.hypot(*request['start'])), 3)}. Beside"
        " each name: what became of that, and the largest distance in the last quarter of the walk."
    )
    _gallery(request)
    with st.expander("The source of the arrows and of the eigenvalues"):
        left, right = st.columns(2, gap="large")
        with left:
            source.show("gan_core/dirac.py", "v_theta")
            source.show("gan_core/dirac.py", "v_psi")
        with right:
            source.show("gan_core/dirac_verdict.py", "jacobian")
            source.show("gan_core/dirac_verdict.py", "update_word")


def _numbers(about: dict) -> str:
    """The eigenvalues themselves."""
    if not about["flow_eigenvalues"]:
        return f"No eigenvalues: {about['why']}."

    def text(found: list) -> str:
        return ", ".join(f"{re:.4g} {'−' if im < 0 else '+'} {abs(im):.4g} i" for re, im in found)

    sizes = ", ".join(f"{abs(complex(*v)):.5g}" for v in about["update_eigenvalues"])
    return (
        f"Jacobian of the flow at (0, 0): λ = {text(about['flow_eigenvalues'])}. One round of"
        f" updates: λ = {text(about['update_eigenvalues'])}, |λ| = {sizes}."
    )


def _settings() -> dict[str, Any]:
    """The controls, as a request."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        objective = st.selectbox(
            "Objective", list(OBJECTIVES), index=1, key="eq_dirac_objective",
            bind="query-params", width=170,
        )  # fmt: skip
        scheme = st.segmented_control(
            "Updates", ["simultaneous", "alternating"], default="simultaneous", required=True,
            key="eq_dirac_scheme", bind="query-params",
        )  # fmt: skip
        step = st.select_slider(
            "Step size", [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0], 0.1, key="eq_dirac_step",
            bind="query-params", width=190,
        )  # fmt: skip
        steps = st.select_slider(
            "Steps", [100, 200, 500, 1000], 500, key="eq_dirac_steps", bind="query-params",
            width=150,
        )  # fmt: skip
        start = [
            st.number_input(
                f"Start, {sign}", -EXTENT, EXTENT, 1.0, 0.1, key=key, bind="query-params",
                width=120,
            )
            for sign, key in zip("θψ", START, strict=True)
        ]  # fmt: skip
    return {
        "objective": objective, "scheme": scheme, "step": float(step), "steps": int(steps),
        "start": start, **_cures(objective),
    }  # fmt: skip


def _cures(objective: str) -> dict[str, Any]:
    """Penalties, noise and the objective's own settings."""
    settings = {}
    with st.container(horizontal=True):
        for name, label in (("r1", "R1, γ"), ("r2", "R2, γ")):
            default = 1.0 if objective == "r3gan" else 0.0
            settings[name] = st.slider(
                label, 0.0, 3.0, default, 0.1, key=f"eq_dirac_{objective}_{name}",
                bind="query-params", width=150,
            )  # fmt: skip
        noise = st.slider(
            "Instance noise σ", 0.0, 2.0, 0.0, 0.1, key="eq_dirac_noise", bind="query-params",
            width=150,
        )  # fmt: skip
        for name, (label, low, high, value, by) in OWN.get(objective, {}).items():
            settings[name] = st.slider(
                label, low, high, value, by, key=f"eq_dirac_{objective}_{name}",
                bind="query-params", width=150, format="%.3g",
            )  # fmt: skip
    return {"settings": settings, "noise": noise}


def _clicked() -> None:
    click = st.session_state[KEY].click
    if click and click["panel"] == 0:
        for key, axis in zip(START, "xy", strict=True):
            st.session_state[key] = round(min(EXTENT, max(-EXTENT, float(click[axis]))), 2)


def _frames(n: int) -> np.ndarray:
    """The steps that are shown as frames: at most 101 of a walk of n points."""
    return np.unique(np.linspace(0, n - 1, min(n, 101)).round().astype(int))


def _field(arrays: dict[str, np.ndarray]) -> dict:
    x, y, u, v = arrays["field"].T
    path = arrays["path"][_frames(len(arrays["path"]))]
    reach = EXTENT * 1.08
    return {
        "title": "Where both players push", "x": (-reach, reach), "name": "θ", "square": True,
        "rows": [{
            "title": "ψ", "y": (-reach, reach),
            "series": [
                {"kind": "arrows", "color": "text", "x": x, "y": y, "u": u, "v": v},
                {"kind": "path", "color": "q", "x": path[:, 0], "y": path[:, 1]},
                {"kind": "points", "color": "p", "width": 5, "x": [0.0], "y": [0.0]},
            ],
        }],
    }  # fmt: skip


def _badge(word: str, path: np.ndarray) -> dict:
    """What a walk did, with the largest distance of its last quarter; half the start is good."""
    far = np.hypot(*path.T)
    left = float(far[-max(1, len(far) // 4) :].max())
    good = word in ("shrinks", "nearer") and left < far[0] / 2
    return {
        "badge": f"{word}: {left:.2g}" if word != "rests" else word,
        "tone": "good" if good else TONES.get(word, ""),
    }


def _distance(about: dict, path: np.ndarray) -> dict:
    far = np.hypot(*path.T)
    top = min(float(far.max()), 4 * float(far[0]) + 1) or 1.0
    shown = _frames(len(path))
    badge = _badge(about["measured"]["word"], path)
    if about["measured"]["word"] != "rests":
        badge["badge"] += " at most in the last quarter"
    return {
        "title": "Distance to the equilibrium", "x": (0, len(path) - 1), "name": "step", **badge,
        "rows": [{
            "y": (0, 1.08 * top), "guides": [{"y": float(far[0]), "label": "start"}],
            "series": [{"kind": "path", "color": "q", "x": shown, "y": far[shown]}],
        }],
    }  # fmt: skip


def _eigenvalues(about: dict) -> dict:
    """Of one round of updates: inside the circle they pull in, outside they push out."""
    found = np.array(about["update_eigenvalues"] or np.empty((0, 2)))
    reach = max(1.25, 1.15 * float(np.abs(found).max()) if len(found) else 0)
    series: list[dict] = [
        {"kind": "line", "color": "faint", "says": False, "width": 1.5, "x": np.cos(CIRCLE),
         "y": np.sin(CIRCLE)},
    ]  # fmt: skip
    if len(found):
        series.append(
            {"kind": "points", "color": "d", "width": 5, "x": found[:, 0], "y": found[:, 1]}
        )
    return {
        "title": "Eigenvalues of one round", "x": (-reach, reach), "name": "Re", "square": True,
        "badge": about["update"] if len(found) else "none: a corner",
        "rows": [{"title": "Im", "y": (-reach, reach), "series": series}],
    }  # fmt: skip


def _gallery(request: dict[str, Any]) -> None:
    games = [
        {
            "objective": objective, "noise": changed.get("noise", 0.0),
            "settings": {k: v for k, v in changed.items() if k != "noise"},
        }
        for _, objective, changed in GALLERY
    ]  # fmt: skip
    shared = {key: request[key] for key in ("scheme", "step", "steps", "start")}
    answer = worker.ask(do="dirac-gallery", games=games, extent=EXTENT, grid=9, **shared)
    if answer is None:
        return
    about, arrays = answer
    panels = []
    for i, (title, _, _) in enumerate(GALLERY):
        word = about["games"][i]["measured"]
        panel = _field({name: arrays[name][i] for name in ("field", "path")})
        panel["rows"][0]["series"][0]["long"] = 9
        panels.append(panel | {"title": title, **_badge(word, arrays["path"][i])})
    labels = [f"step {i}" for i in _frames(arrays["path"].shape[1])]
    film(
        panels, key="eq_dirac_gallery", aria="The same walk under every objective and penalty",
        labels=labels, height=240, narrowest=190, most=6, first=len(labels) - 1,
        scene="dirac gallery",
    )  # fmt: skip
