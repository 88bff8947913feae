"""Numbers in print, and what the distances between two densities say, in sentences."""

import math
import re
from collections.abc import Callable, Iterable

from gan_core.catalog import BadInput
from gan_core.divergences import Distances, Distribution
from gan_core.divergences import distances as known_distances
from gan_core.divergences.estimate import Estimate
from gan_core.divergences.parameters import SHIFT, moved
from gan_core.equilibrium import Scores

P, Q = "<i>p</i><sub>r</sub>", "<i>p</i><sub>g</sub>"  # as HTML
LABELS = {  # of the distances, as HTML
    "kl": f"KL({P}‖{Q})",
    "kl_reverse": f"KL({Q}‖{P})",
    "js": "Jensen–Shannon",
    "sqrt_js": "√JS, a metric",
    "tv": "Total variation",
    "hellinger": "Hellinger",
    "chi2": f"χ²({P}‖{Q})",
    "w1": "EM, W<sub>1</sub>",
    "w2": "Wasserstein W<sub>2</sub>",
}
TITLES = {  # and as plain text
    name: re.sub(r"<i>p</i><sub>(.)</sub>", r"p_\1", label).replace("W<sub>1</sub>", "W₁")
    .replace("W<sub>2</sub>", "W₂")
    for name, label in LABELS.items()
}  # fmt: skip
OVERFLOW = "it is finite, but"  # how a reason begins that is none of the mathematics'
ORDER = ("kl", "kl_reverse", "js", "sqrt_js", "tv", "hellinger", "chi2", "w1", "w2")
FLAT = 0.999  # of log 2 or of 1: from there on a distance no longer tells near from far
MINUS = "\N{MINUS SIGN}"


def listed(names: Iterable[str], says: tuple[str, str]) -> str:
    """“JS and TV are flat”: distances with what is said of one, or of several."""
    titles = [TITLES[name].split(",")[0] for name in sorted(names, key=ORDER.index)]
    if len(titles) == 1:
        return f"{titles[0]} {says[0]}"
    return f"{', '.join(titles[:-1])} and {titles[-1]} {says[1]}"


def unit_of(name: str, d: Distances) -> str:
    """The unit of one of the distances."""
    units = {
        "tv": "at most 1", "hellinger": "at most 1", "chi2": "a pure number",
        "w1": "units of x", "w2": "units of x", "sqrt_js": f"√{d.unit}",
    }  # fmt: skip
    return units.get(name, d.unit)


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


def interval(low: float, high: float) -> str:
    """“1.219 to 1.227”: as few decimals as tell the ends apart, and rounded outwards, so that what
    lies between the two lies between their digits."""
    if not math.isfinite(low + high):
        return f"{figure(low, 2)} to {figure(high, 2)}"
    if high - low <= 1e-9 * high:
        return f"{figure(low)} to {figure(high)}"
    place = math.floor(math.log10((high - low) / 4))
    size = math.floor(math.log10(high))
    power = size if not -4 < size < 6 else 0

    def text(value: float, rounded: Callable[[float], int]) -> str:
        digits = rounded(value / 10.0**place)
        if not digits:
            return "0"
        shown = f"{digits * 10.0 ** (place - power):,.{max(0, power - place)}f}"
        return f"{shown}e{power}" if power else shown

    return f"{text(low, math.floor)} to {text(high, math.ceil)}".replace("-", MINUS)


def estimate(name: str, d: Distances) -> Estimate | None:
    """The estimate of a distance, if it is one; that of √JS is the root of JS's, end by end."""
    if name != "sqrt_js" or "js" not in d.estimates:
        return d.estimates.get(name)
    e = d.estimates["js"]
    return Estimate(*map(math.sqrt, (e.value, e.low, e.high, e.floor)), e.n)


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
    return re.sub(r"(?<![/²\w])([pq])(?![²/\w])", lambda found: words[found[1]], reason)


def infinite(name: str, d: Distances) -> str:
    """Why a distance is infinite, or too large for a number; empty for any other."""
    reason = d.why.get("js" if name == "sqrt_js" else name, "")
    if reason.startswith(OVERFLOW):
        return f"{TITLES[name]} is too large for a number here:{reason.removeprefix(OVERFLOW)}."
    return f"{TITLES[name]} is infinite: {named(reason)}." if reason else ""


def distances(p: Distribution, q: Distribution, d: Distances) -> str:
    """What can be learnt from these numbers about teaching a generator."""
    nats = d.to("nats")
    if max(nats.js, nats.tv, 0.0 if math.isinf(d.w1) else d.w1) < 1e-12:
        return "p_g equals p_r: every distance is 0, and there is nothing left to learn."
    said = [_kl(d), _js(nats, d.unit), _em(p, q, d, nats)]
    if not d.why.get("kl"):
        said.append(infinite("chi2", d))
    if not d.why.get("w1"):
        said.append(infinite("w2", d))
    if "js" in d.estimates:
        e = nats.estimates["js"]
        said.append(
            f"All of this is estimated from {e.n:,} numbers: had p_r and p_g been equal, JS would"
            f" have read about {figure(e.floor, 2)}."
        )
    return " ".join(filter(None, said))


def _kl(d: Distances) -> str:
    if d.why.get("kl") and d.why.get("kl_reverse"):
        there, back = named(d.why["kl"]), named(d.why["kl_reverse"])
        return f"Both KL are infinite: {there}; {back}."
    if d.why.get("kl") or d.why.get("kl_reverse"):
        return infinite("kl", d) or infinite("kl_reverse", d)
    if abs(d.kl - d.kl_reverse) <= 1e-9 * max(d.kl, d.kl_reverse):
        return "Both KL are finite and, here, equal."
    if max(d.kl, d.kl_reverse) < 1.1 * min(d.kl, d.kl_reverse):
        return "Both KL are finite and, here, nearly equal."
    first, second = ("p_r‖p_g", "p_g‖p_r") if d.kl > d.kl_reverse else ("p_g‖p_r", "p_r‖p_g")
    ratio = max(d.kl, d.kl_reverse) / min(d.kl, d.kl_reverse)
    blame = (
        "misses places where p_r has mass"
        if d.kl > d.kl_reverse
        else "puts mass where p_r has little"
    )
    times = f"{ratio:.2g} times" if ratio < 1000 else "vastly more than"
    return f"KL({first}) is {times} KL({second}), because p_g {blame}."


def _js(nats: Distances, unit: str) -> str:
    share, most = nats.js / math.log(2), "log 2" if unit == "nats" else "1 bit"
    if share >= FLAT:
        return (
            f"JS is at {_percent(share)} of its ceiling {most}, TV at {_percent(nats.tv)} of 1:"
            " both are flat here, so a generator that follows them gets no gradient."
        )
    if share >= 0.9:
        return (
            f"JS has reached {_percent(share)} of its ceiling {most}:"
            " what slope it still has is fading."
        )
    return f"JS stands at {_percent(share)} of its ceiling {most}."


def _em(p: Distribution, q: Distribution, d: Distances, nats: Distances) -> str:
    if math.isinf(d.w1):
        return f"EM is infinite: {named(d.why['w1'])}."
    saturated = nats.js >= FLAT * math.log(2)
    side = _exactly(p, q, d.w1)
    if side:
        still = "still gives a gradient" if saturated else "slopes as plainly as can be"
        return (
            f"EM = {figure(d.w1)} {still}: a small step of p_g to the {side} lowers it by exactly"
            " that step."
        )
    if saturated:
        return f"EM = {figure(d.w1)} still says how far mass has to travel."
    return f"EM = {figure(d.w1)} is the mean distance that mass has to travel."


def _exactly(p: Distribution, q: Distribution, w1: float) -> str:
    """The side to which any small step of p_g lowers EM by that step; empty if there is none."""
    shift = q.mean - p.mean
    if not abs(abs(shift) - w1) <= 1e-9 * w1:  # one CDF must lie wholly beside the other
        return ""
    step = 1e-3 * w1
    try:
        nearer = moved(q, SHIFT, -math.copysign(step, shift))
    except BadInput:  # a family that begins at 0 cannot be shifted
        return ""
    if abs(known_distances(p, nearer, names=("w1",)).w1 - (w1 - step)) > 1e-6 * w1:
        return ""
    return "left" if shift > 0 else "right"


def _percent(share: float) -> str:
    if share < 0.0995:
        return f"{100 * share:.2g} %"
    return "100 %" if share >= 0.99995 else f"{100 * share:.3g} %"


def equilibrium(s: Scores, sampled: bool = False) -> str:
    """How far this game is from its end; `sampled` if the scores are estimates."""
    value = fixed(s.value)
    same = f"V(D*,G) = {value} by integrating its definition, and 2 JS − 2 log 2 says the same."
    if sampled:
        same = (
            f"V(D*,G) = {value} with the samples' histograms as densities; 2 JS − 2 log 2 ="
            f" {fixed(s.value_from_js)} with JS from bins that both share: two estimates."
        )
    if s.value_from_js <= -2 * math.log(2):
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
