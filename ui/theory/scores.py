"""What both players score with D at its optimum, objective by objective, beside Nash."""

from functools import lru_cache

import numpy as np
import streamlit as st

from gan_core import equilibrium as theory
from gan_core.divergences import Distribution, window
from gan_core.divergences.samples import Sample
from ui import pair, words

NASH = theory.NASH
CELLS = 400  # of x, for the one loss that is a sum over pairs of places
SURE = 30.0  # the largest |D| shown where D* is infinite
Row = tuple[str, str, float, float, str]  # key, label, here, at Nash, tone


def rows(view: str, s: theory.Scores, p: Distribution, q: Distribution) -> list[Row]:
    """The cards of one objective."""
    value = ("value", "V(D*, G), integrated", s.value, NASH.value, "d")
    from_js = ("value_from_js", "2 JS − 2 log 2", s.value_from_js, NASH.value, "d")
    if view == "GAN":
        return [
            value,
            from_js,
            ("d_loss", "D's loss, −V", s.d_loss, NASH.d_loss, ""),
            ("g_loss", "G's loss, −E log D*", s.g_loss, NASH.g_loss, ""),
            ("g_loss_minimax", "G's, E log(1−D*)", s.g_loss_minimax, NASH.g_loss_minimax, ""),
        ]
    if view == "LSGAN":
        return [
            ("lsgan", "D's loss at D*", s.lsgan, 0.25, "d"),
            ("lsgan_g", "G's loss, ½E(D*−1)²", s.lsgan_g, 0.125, ""),
            from_js,
        ]
    if view == "Hinge":
        tv = 1 - s.hinge / 2
        return [
            ("hinge", "D's loss, 2 − 2 TV", s.hinge, 2.0, "d"),
            ("hinge_g", "G's loss, −E D*", s.hinge_g, 0.0, ""),
            ("tv", "Total variation", tv, 0.0, ""),
        ]
    if view == "WGAN":
        return [
            ("critic", "E f(x) − E f(G) = EM", s.critic, 0.0, "em"),
            ("critic_d", "D's loss, −EM", -s.critic, 0.0, ""),
            from_js,
        ]
    return [
        ("relativistic", "D's loss at D*", relativistic(p, q), theory.LOG2, "d"),
        ("d_loss", "GAN's D loss", s.d_loss, NASH.d_loss, ""),
        from_js,
    ]


def sentence(view: str, cards: list[Row]) -> str:
    """How far the first score of an objective is from what it is at Nash."""
    _, label, here, nash, _ = cards[0]
    far = (
        f"{view}: {label} = {words.fixed(here)}, and {words.fixed(nash)} at Nash, where p_g = p_r."
    )
    if abs(here - nash) < 1e-9:
        return f"{far} This is the equilibrium: D can tell nothing apart."
    return f"{far} While they differ, the best D still gains by telling them apart."


@lru_cache(maxsize=64)
def relativistic(p: Distribution, q: Distribution) -> float:
    """R3GAN's D loss, without its penalties, at D* = log(p/q): a sum over cells of x."""
    edges = np.linspace(*window(p, q), CELLS + 1)
    real, fake = (mass / mass.sum() for mass in (np.diff(d.cdf(edges)) for d in (p, q)))
    with np.errstate(divide="ignore", invalid="ignore"):
        best = np.clip(np.nan_to_num(np.log(real / fake)), -SURE, SURE)
    return theory.relativistic_loss(real, fake, best)


@st.fragment(key="eq_scores")
def part() -> None:
    """Every objective's score at its own optimum, as a table."""
    s = theory.scores(*pair.distributions())
    table = [
        ("GAN, minimax", r"$V(D^*,G)=2\,\mathrm{JS}-2\log 2$", s.value, NASH.value),
        ("GAN, D's loss", "$-V(D^*,G)$", s.d_loss, NASH.d_loss),
        ("GAN, non-saturating G", r"$-\mathbb{E}\log D^*(G(z))$", s.g_loss, NASH.g_loss),
        ("LSGAN, D's loss", r"$\frac12\int p_r\,p_g/(p_r+p_g)$", s.lsgan, 0.25),
        ("Hinge, D's loss", r"$2-2\,\mathrm{TV}$", s.hinge, 2.0),
        (
            "R3GAN, D's loss",
            r"$\mathbb{E}\,\mathrm{softplus}(D(G)-D(x))$, no penalty",
            relativistic(*pair.distributions()),
            theory.LOG2,
        ),
        ("WGAN, critic's gap", r"$\mathbb{E}f(x)-\mathbb{E}f(G(z))=\mathrm{EM}$", s.critic, 0.0),
    ]
    columns = ("player", "formula", "here", "at Nash")
    cells = [(who, what, words.fixed(now), words.fixed(nash)) for who, what, now, nash in table]
    st.markdown(words.table([dict(zip(columns, row, strict=True)) for row in cells]))
    gap = max(abs(s.value - s.value_from_js), 1e-16)
    agree = (
        "V is integrated over the samples' histograms and JS estimated from bins that both share:"
        f" two estimates, {words.figure(gap, 2)} apart."
        if any(isinstance(d, Sample) for d in pair.distributions())
        else f"V by integration and V by JS agree here to within {gap:.0e}."
    )
    st.caption(
        f"{agree} WGAN-GP has the critic of WGAN, as its penalty pulls slopes to 1; the minimax and"
        " the non-saturating GAN and DCGAN share D*. BEGAN's D is an auto-encoder, which has no"
        " such optimum at a point."
    )
