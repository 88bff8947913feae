"""Equilibrium: the best discriminator for two densities, and what both players then score."""

import math

import numpy as np
import streamlit as st

from gan_core import equilibrium as theory
from gan_core.divergences import Curves, Distribution, curves
from ui import nav, pair, pair_view, words
from ui.components.densities import densities
from ui.lower import dots
from ui.theory import bins, dirac, learned, proofs, scores

nav.guard()

VIEWS = ["GAN", "LSGAN", "Hinge", "WGAN", "R3GAN"]
KEY = "eq_pair"
PARTS = {  # title: what draws it, and its fragment, if that follows a release
    "Train a small D": (learned.part, "eq_learned"),
    "Dirac-GAN": (dirac.part, None),
    "Five free bins": (bins.part, None),
    "All objectives": (scores.part, "eq_scores"),
    "Proofs": (lambda: proofs.show(proofs.GAMES), None),
}
BOUNDED = {  # views whose D* lies between two labels: title, ends and what it is at Nash
    "GAN": ("D*(x) = p_r / (p_r + p_g)", (0, 1), "at Nash: D* = ½"),
    "LSGAN": (
        "LSGAN's D*(x) = (1·p_r + 0·p_g) / (p_r + p_g): the same curve, no sigmoid",
        (0, 1), "at Nash: D* = ½",
    ),
    "Hinge": ("The hinge loss's D*(x) = sign(p_r − p_g)", (-1, 1), "at Nash: undecided"),
}  # fmt: skip


def lower(view: str, p: Distribution, q: Distribution, drawn: Curves) -> tuple[dict, list]:
    """The optimal discriminator of an objective as the lower figure, and its curve."""
    figure: dict = {"mode": "lines", "series": [{"color": "d"}]}
    if view in BOUNDED:
        title, (low, high), nash = BOUNDED[view]
        optimum = theory.hinge_discriminator if view == "Hinge" else theory.optimal_discriminator
        room, middle = 0.06 * (high - low), (low + high) / 2
        figure |= {
            "title": title, "low": low - room, "high": high + room,
            "ticks": [low, middle, high], "guides": [{"y": middle, "label": nash}],
            "dots": dots(p, q, optimum),
        }  # fmt: skip
        return figure, [optimum(p, q, drawn.x)]
    if view == "WGAN":
        title = "WGAN's best critic f(x): slope 1 or −1 wherever mass has to move"
        f = theory.potential(p, q, drawn.x)
    else:
        title = "R3GAN's best D(x) = log(p_r / p_g) + any constant; its penalties left out"
        with np.errstate(invalid="ignore"):
            f = np.clip(p.logpdf(drawn.x) - q.logpdf(drawn.x), -scores.SURE, scores.SURE)
    reach = max(1e-9, float(np.abs(f[np.isfinite(f)]).max(initial=0))) * 1.08
    return figure | {"title": title, "low": -reach, "high": reach}, [f]


def cards(rows: list[scores.Row]) -> list[dict]:
    """The scores of one objective, each with what it is at the Nash equilibrium."""
    return [
        {
            "key": key, "label": label, "value": words.fixed(now), "meter": None,
            "note": f"at Nash {words.fixed(nash)}",
            "tone": "fault" if math.isinf(now) else tone,
        }
        for key, label, now, nash, tone in rows
    ]  # fmt: skip


st.title("Equilibrium")
st.markdown(
    "Hold the generator still, let the discriminator become perfect: $D^*=p_r/(p_r+p_g)$, and"
    r" the value of the game is $V(D^*,G)=2\,\mathrm{JS}-2\log 2$. At the Nash equilibrium"
    r" $p_g=p_r$, $D^*=\frac12$: D's loss reads 1.3863 and G's non-saturating loss 0.6931."
)
pair.state()
pair.presets()
view = st.segmented_control(
    "Best discriminator of", VIEWS, default="GAN", required=True, key="eq_view",
    bind="query-params",
)  # fmt: skip
pair.warnings()


@st.fragment(key="eq_live")
def live(followers: list[str]) -> None:
    """What moves: figures, numbers and words."""
    p, q = pair.distributions()
    span = pair.shown_window(p, q)
    drawn = curves(p, q, span)
    s = theory.scores(p, q, pair.measured(names=("kl_reverse", "js", "tv", "w1")))
    figure, series = lower(view, p, q, drawn)
    rows = scores.rows(view, s, p, q)
    said = words.equilibrium(s, pair.sampled()) if view == "GAN" else scores.sentence(view, rows)
    header = pair_view.header(p, q, drawn, span) | {
        "cards": cards(rows), "words": said, "lower": figure,
        "aria": f"{pair.described()}, and D*. {said}",
    }  # fmt: skip
    densities(
        header, [drawn.x, drawn.p, drawn.q, *series],
        lambda: pair.receive(KEY, ["eq_live", *followers]), KEY,
    )  # fmt: skip


figure = st.container()
part = st.segmented_control(
    "Look closer", list(PARTS), default="Train a small D", required=True,
    key="eq_part", bind="query-params",
)  # fmt: skip
draw, follower = PARTS[part]
with figure:
    live([follower] if follower else [])
draw()
