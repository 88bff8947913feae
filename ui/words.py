"""Numbers in print, and what the distances between two densities say, in sentences."""

import math
import re

from gan_core.divergences import Distances, Distribution
from gan_core.equilibrium import Scores

P, Q = "<i>p</i><sub>r</sub>", "<i>p</i><sub>g</sub>"  # as HTML
FLAT = 0.999  # of log 2 or of 1: from there on a distance no longer tells near from far
MINUS = "\N{MINUS SIGN}"


def figure(value: float, digits: int = 4) -> str:
    """A number for people: four significant digits, a real minus sign, ∞."""
    if math.isinf(value):
        return "∞" if value > 0 else f"{MINUS}∞"
    if abs(value) < 1e-12:
        return "0"
    if abs(value) >= 10**6 or abs(value) < 1e-3:
        mantissa, exponent = f"{value:.2e}".split("e")
        text = f"{mantissa}e{int(exponent)}"
    else:
        text = f"{value:,.{max(0, digits - 1 - math.floor(math.log10(abs(value))))}f}"
    return text.replace("-", MINUS)


def fixed(value: float) -> str:
    """Four decimals, as losses are read off a log: 1.3863, −0.6931, ∞."""
    return figure(value) if math.isinf(value) else f"{value + 0.0:.4f}".replace("-", MINUS)


def tex(text: str) -> str:
    """The same text as Markdown, with p_r and p_g as formulas; what is a formula already stays."""
    return text if "$" in text else re.sub(r"\bp_([rg])\b", r"$p_\1$", text)


def table(rows: list[dict[str, str]]) -> str:
    """Rows as a Markdown table. (`st.table` loads pandas and Arrow: 60 MB of a server's memory.)"""
    lines = [list(rows[0]), ["---"] * len(rows[0]), *(list(row.values()) for row in rows)]
    return "\n".join("| " + " | ".join(map(tex, line)) + " |" for line in lines)


def named(reason: str) -> str:
    """A reason of gan_core's, in the names of this page."""
    words = {"p": "p_r", "q": "p_g"}
    return " ".join(words.get(word, word) for word in reason.split(" "))


def distances(p: Distribution, q: Distribution, d: Distances) -> str:
    """What can be learnt from these numbers about teaching a generator."""
    nats = d.to("nats")
    if max(nats.js, nats.tv, 0.0 if math.isinf(d.w1) else d.w1) < 1e-12:
        return "p_g equals p_r: every distance is 0, and there is nothing left to learn."
    return " ".join([_kl(d), _js(nats), _em(p, q, d, nats)])


def _kl(d: Distances) -> str:
    if d.why.get("kl") and d.why.get("kl_reverse"):
        return f"Both KL are infinite: {named(d.why['kl'])}."
    if d.why.get("kl"):
        return f"KL(p_r‖p_g) is infinite: {named(d.why['kl'])}."
    if d.why.get("kl_reverse"):
        return f"KL(p_g‖p_r) is infinite: {named(d.why['kl_reverse'])}."
    if abs(d.kl - d.kl_reverse) <= 1e-9 * max(d.kl, d.kl_reverse):
        return "Both KL are finite and, here, equal."
    first, second = ("p_r‖p_g", "p_g‖p_r") if d.kl > d.kl_reverse else ("p_g‖p_r", "p_r‖p_g")
    ratio = max(d.kl, d.kl_reverse) / min(d.kl, d.kl_reverse)
    blame = (
        "misses places where p_r has mass"
        if d.kl > d.kl_reverse
        else "puts mass where p_r has little"
    )
    times = f"{ratio:.2g} times" if ratio < 1000 else "vastly more than"
    return f"KL({first}) is {times} KL({second}), because p_g {blame}."


def _js(nats: Distances) -> str:
    share = nats.js / math.log(2)
    if share >= FLAT:
        return (
            f"JS is at {_percent(share)} of its ceiling log 2, TV at {_percent(nats.tv)} of 1: both"
            " are flat here, so a generator that follows them gets no gradient."
        )
    if share >= 0.9:
        return (
            f"JS has reached {_percent(share)} of its ceiling log 2:"
            " what slope it still has is fading."
        )
    return f"JS stands at {_percent(share)} of its ceiling log 2 and still slopes."


def _em(p: Distribution, q: Distribution, d: Distances, nats: Distances) -> str:
    if math.isinf(d.w1):
        return f"EM is infinite: {named(d.why['w1'])}."
    shift = q.mean - p.mean
    saturated = nats.js >= FLAT * math.log(2)
    if abs(abs(shift) - d.w1) <= 1e-9 * d.w1:
        # one CDF lies wholly beside the other, so EM is the distance between the means
        side = "left" if shift > 0 else "right"
        still = "still gives a gradient" if saturated else "slopes as plainly as can be"
        return (
            f"EM = {figure(d.w1)} {still}: a small step of p_g to the {side} lowers it by exactly"
            " that step."
        )
    if saturated:
        return f"EM = {figure(d.w1)} still says how far mass has to travel, and falls as it does."
    return f"EM = {figure(d.w1)} is the mean distance that mass has to travel."


def _percent(share: float) -> str:
    if share < 0.0995:
        return f"{100 * share:.2g} %"
    return "100 %" if share >= 0.99995 else f"{100 * share:.3g} %"


def equilibrium(s: Scores) -> str:
    """How far this game is from its end."""
    value = fixed(s.value)
    same = f"V(D*,G) = {value} by integrating its definition, and 2 JS − 2 log 2 says the same."
    if s.value_from_js < -2 * math.log(2) + 1e-9:
        return (
            f"{same} This is the Nash equilibrium: p_g = p_r, D* = ½ everywhere, nobody can gain."
        )
    if s.value > -0.001 * 2 * math.log(2):
        return (
            f"{same} D* tells real from generated without error, so D's loss is 0, and the minimax"
            " loss of G lies flat at 0: its gradient has vanished. The critic's slope has not."
        )
    best = "infinite" if math.isinf(s.g_loss) else fixed(s.g_loss)
    return (
        f"{same} The best D loses {fixed(s.d_loss)} where a perfect generator would hold it at"
        f" {fixed(2 * math.log(2))}; G's non-saturating loss is {best} and would fall to"
        f" {fixed(math.log(2))}."
    )
