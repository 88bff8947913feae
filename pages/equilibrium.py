"""Equilibrium: the best discriminator for two densities, and what both players then score."""

import math

import numpy as np
import streamlit as st

from gan_core import equilibrium as theory
from gan_core.divergences import curves, distances
from ui import nav, pair, words
from ui.components.densities import densities

nav.guard()

VIEWS = ["GAN", "LSGAN", "Hinge", "WGAN"]
WHY = r"""
**Why.** The discriminator maximises

$$V(D,G)=\int p_r(x)\log D(x)+p_g(x)\log(1-D(x))\,dx.$$

Nothing ties $D$ at one $x$ to another, so each $x$ is a problem of its own, and
$a\log y+b\log(1-y)$ is largest at $y=a/(a+b)$: that is $D^*$. Put it back, write
$m=\tfrac12(p_r+p_g)$, and every logarithm gives up a $\log 2$:

$$V(D^*,G)=\int p_r\log\frac{p_r}{2m}+p_g\log\frac{p_g}{2m}\,dx=2\,\mathrm{JS}-2\log 2.$$

JS is never negative and is 0 only at $p_g=p_r$, so that is where the generator ends.

*Goodfellow et al. 2014, Theorem 1; LSGAN: Mao et al. 2017; hinge: Lim & Ye 2017; critic:
Arjovsky et al. 2017.*
"""
KEY = "eq_pair"
NASH = theory.NASH


def lower(view: str, p, q, x: np.ndarray) -> tuple[dict, list]:
    """The optimal discriminator of an objective as the lower figure, and its curve."""
    optimum = theory.optimal_discriminator
    if view == "WGAN":
        optimum = None
        f = theory.potential(p, q, x)
        reach = max(1e-9, float(np.abs(f).max())) * 1.08
        figure = {
            "title": "WGAN's best critic f(x): slope 1 or −1 wherever mass has to move",
            "low": -reach, "high": reach, "guides": [],
        }  # fmt: skip
    elif view == "Hinge":
        optimum = theory.hinge_discriminator
        f = optimum(p, q, x)
        figure = {
            "title": "The hinge loss's D*(x) = sign(p_r − p_g)", "low": -1.25, "high": 1.25,
            "ticks": [-1, 0, 1], "guides": [{"y": 0, "label": "at Nash: undecided"}],
        }  # fmt: skip
    else:
        f = optimum(p, q, x)
        titles = {
            "GAN": "D*(x) = p_r / (p_r + p_g)",
            "LSGAN": "LSGAN's D*(x) = (1·p_r + 0·p_g) / (p_r + p_g): the same curve, no sigmoid",
        }
        figure = {
            "title": titles[view], "low": -0.05, "high": 1.05, "ticks": [0, 0.25, 0.5, 0.75, 1],
            "guides": [{"y": 0.5, "label": "at Nash: D* = ½"}],
        }  # fmt: skip
    places = np.array(sorted(p.atoms.keys() | q.atoms.keys()))
    heights = optimum(p, q, places) if len(places) and optimum else []
    dots = [[float(x), float(y)] for x, y in zip(places, heights, strict=False)]
    return figure | {"mode": "lines", "series": [{"color": "d"}], "dots": dots}, [f]


def cards(s: theory.Scores) -> list[dict]:
    """Both players' scores, each with what it is at the Nash equilibrium."""
    rows = [
        ("value", "V(D*, G), integrated", s.value, NASH.value, "d"),
        ("value_from_js", "2 JS − 2 log 2", s.value_from_js, NASH.value, "d"),
        ("d_loss", "D's loss, −V", s.d_loss, NASH.d_loss, ""),
        ("g_loss", "G's loss, −E log D*", s.g_loss, NASH.g_loss, ""),
        ("g_loss_minimax", "G's, E log(1−D*)", s.g_loss_minimax, NASH.g_loss_minimax, ""),
        ("critic", "WGAN's critic, EM", s.critic, 0.0, "em"),
    ]
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
    r" the value of the game is $V(D^*,G)=2\,\mathrm{JS}-2\log 2$."
)
pair.state()
with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
    pair.presets()
    st.space("stretch")
    view = st.segmented_control(
        "Best discriminator of", VIEWS, default="GAN", required=True, key="eq_view",
        bind="query-params",
    )  # fmt: skip
pair.warnings()


@st.fragment(key="eq_live")
def live() -> None:
    """What moves: figures, numbers and words."""
    p, q = pair.distributions()
    span = pair.shown_window(p, q)
    drawn = curves(p, q, span)
    scores = theory.scores(p, q, distances(p, q))
    figure, series = lower(view, p, q, drawn.x)
    said = words.equilibrium(scores)
    header = pair.header(p, q, drawn, span) | {
        "cards": cards(scores), "words": said, "lower": figure,
        "aria": f"Densities p_r = {p} and p_g = {q}, and D*. {said}",
    }  # fmt: skip
    densities(header, [drawn.x, drawn.p, drawn.q, *series], lambda: pair.receive(KEY, "eq"), KEY)


@st.fragment(key="eq_figures")
def figures() -> None:
    """Every objective's score at its own optimum, as a table."""
    s = theory.scores(*pair.distributions())
    rows = [
        ("GAN, minimax", r"$V(D^*,G)=2\,\mathrm{JS}-2\log 2$", s.value, NASH.value),
        ("GAN, D's loss", "$-V(D^*,G)$", s.d_loss, NASH.d_loss),
        ("GAN, non-saturating G", r"$-\mathbb{E}\log D^*(G(z))$", s.g_loss, NASH.g_loss),
        ("LSGAN, D's loss", r"$\frac12\int p_r\,p_g/(p_r+p_g)$", s.lsgan, 0.25),
        ("Hinge, D's loss", r"$2-2\,\mathrm{TV}$", s.hinge, 2.0),
        ("WGAN, critic's gap", r"$\mathbb{E}f(x)-\mathbb{E}f(G(z))=\mathrm{EM}$", s.critic, 0.0),
    ]
    columns = ("player", "formula", "here", "at Nash")
    cells = [(who, what, words.fixed(now), words.fixed(nash)) for who, what, now, nash in rows]
    with st.expander("Every objective with its discriminator at its best", expanded=True):
        left, right = st.columns(2, gap="large")
        left.markdown(words.table([dict(zip(columns, row, strict=True)) for row in cells]))
        gap = max(abs(s.value - s.value_from_js), 1e-16)
        left.caption(f"V by integration and V by JS agree here to within {gap:.0e}.")
        right.markdown(WHY)


live()
figures()
