"""What the figure below two densities can show of them: for each view a header and its curves."""

import math
from collections.abc import Callable

import numpy as np

from gan_core.divergences import Curves, Distances, Distribution, curves, window
from gan_core.divergences.coupling import levels, plan, quantiles, unrelated_cost
from gan_core.divergences.distances import INFORMATION
from gan_core.equilibrium import optimal_discriminator, potential
from ui import pair_view, words

Lower = tuple[dict, list]  # the figure's header and its curves, all as long as `drawn.x`
INTEGRANDS = {  # view: the distance, its integrand in words
    "KL": ("kl", "p_r log(p_r / p_g): its area is KL(p_r‖p_g)"),
    "reverse KL": ("kl_reverse", "p_g log(p_g / p_r): its area is KL(p_g‖p_r)"),
    "JS": ("js", "½ p_r log(p_r / m) + ½ p_g log(p_g / m), m = ½(p_r + p_g): its area is JS"),
    "TV": ("tv", "½ |p_r − p_g|: its area is TV"),
    "Hellinger": ("hellinger", "½ (√p_r − √p_g)²: its area is the square of Hellinger's distance"),
    "χ²": ("chi2", "(p_r − p_g)² / p_g: its area is χ²"),
}
ARROWS = 32
SIDE = 48  # cells of the joint matrix, each way


def integrand(view: str, drawn: Curves, unit: str) -> Lower:
    """What a distance is the area of."""
    name, title = INTEGRANDS[view]
    by = 1 / math.log(2) if unit == "bits" and name in INFORMATION else 1.0
    f, g = drawn.p, drawn.q
    if name == "hellinger":
        y = (np.sqrt(f) - np.sqrt(g)) ** 2 / 2
    elif name == "chi2":
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            y = np.where(f == g, 0.0, (f - g) ** 2 / g)
    else:
        y = by * getattr(drawn, name)
    stems = pair_view.stems({"kl_reverse": "kl"}.get(name, name), name == "kl_reverse", by)
    return {"mode": "integrand", "title": title, "series": [{"color": "text"}], "stems": stems}, [y]


def cdfs(p: Distribution, q: Distribution, d: Distances, drawn: Curves) -> Lower:
    """Both CDFs and the area between them."""
    figure = {
        "mode": "between", "low": 0, "high": 1, "ticks": [0, 0.5, 1],
        "title": f"F_r and F_g: the area between them is EM = {words.figure(d.w1)}",
        "series": [{"color": "p"}, {"color": "q"}],
    }  # fmt: skip
    return figure, [drawn.p_cdf, drawn.q_cdf]


def transport(p: Distribution, q: Distribution, d: Distances, drawn: Curves) -> Lower:
    """Arrows from equal shares of p_g's mass to where p_r wants them."""
    u = levels(ARROWS)
    ends = [np.pad(quantiles(side, u), (0, len(drawn.x) - ARROWS)) for side in (q, p)]
    title = f"Each arrow carries 1/{ARROWS} of the mass. The mean distance of all of it is EM = "
    figure = {"mode": "transport", "title": title + words.figure(d.w1), "arrows": ARROWS}
    return figure, ends


def joint(p: Distribution, q: Distribution, d: Distances, drawn: Curves) -> Lower:
    """The optimal plan as a matrix: how much goes from each x of p_g to each x of p_r."""
    low, high = float(drawn.x[0]), float(drawn.x[-1])
    mass = plan(p, q, np.linspace(low, high, SIDE + 1)).ravel()
    rows = -(-len(mass) // len(drawn.x))
    figure = {
        "mode": "plan", "side": SIDE, "low": low, "high": high, "share": 0.4,
        "title": f"The optimal plan γ(from, to): Σ γ·|from − to| = EM = {words.figure(d.w1)}",
    }  # fmt: skip
    return figure, list(np.pad(mass, (0, rows * len(drawn.x) - len(mass))).reshape(rows, -1))


def coupling(p: Distribution, q: Distribution, d: Distances, drawn: Curves) -> Lower:
    """Both quantile functions: equal shares of mass go together."""
    u = levels(len(drawn.x))
    title = f"Q_r(u) and Q_g(u), u the share of mass to the left: again EM = {words.figure(d.w1)}"
    return {"mode": "quantiles", "title": title}, [u, quantiles(p, u), quantiles(q, u)]


def critic(p: Distribution, q: Distribution, d: Distances, drawn: Curves) -> Lower:
    """The optimal discriminator beside the optimal critic, as in figure 2 of the WGAN paper."""
    best, f = optimal_discriminator(p, q, drawn.x), potential(p, q, drawn.x)
    low, reach = float(f.min()), float(np.ptp(f)) or 1.0
    figure = {
        "mode": "lines", "low": -0.05, "high": 1.05, "ticks": [0, 0.5, 1],
        "title": "D*, which saturates, beside the best critic, which cannot",
        "series": [
            {"color": "d", "label": "D*(x)"},
            {"color": "em", "label": "critic f(x), scaled to fit", "dash": [7, 4]},
        ],
        "dots": dots(p, q, optimal_discriminator),
    }  # fmt: skip
    return figure, [best, (f - low) / reach]


PICTURES: dict[str, Callable[[Distribution, Distribution, Distances, Curves], Lower]] = {
    "CDFs": cdfs, "Transport": transport, "Plan": joint, "Quantiles": coupling,
    "D* and critic": critic,
}  # fmt: skip
VIEWS = [*PICTURES, *INTEGRANDS]


def lower(view: str, p: Distribution, q: Distribution, d: Distances, drawn: Curves) -> Lower:
    """The figure of a view. `d` are the distances of p and q, `drawn` their curves."""
    if view in INTEGRANDS:
        return integrand(view, drawn, d.unit)
    return PICTURES[view](p, q, d, drawn)


def dots(p: Distribution, q: Distribution, optimum: Callable) -> list[list[float]]:
    """The optimum at point masses, where there is no curve."""
    places = np.array(sorted(p.atoms.keys() | q.atoms.keys()))
    heights = optimum(p, q, places) if len(places) else []
    return [[float(x), float(y)] for x, y in zip(places, heights, strict=True)]


def remark(view: str, p: Distribution, q: Distribution, d: Distances) -> str:
    """A sentence about what a view shows; empty for most."""
    if view == "D* and critic":
        return slopes(p, q)
    if view in ("Transport", "Plan") and math.isfinite(d.w1):
        careless = words.figure(unrelated_cost(p, q))
        return (
            f"The best plan carries mass {words.figure(d.w1)} far on average; one that ignores"
            f" where it comes from would carry it {careless}."
        )
    return ""


def slopes(p: Distribution, q: Distribution) -> str:
    """What a generator gets from either: the mean steepness of log(1 - D*) and of f over p_g's
    density, wherever the figure has been zoomed to."""
    drawn = curves(p, q, window(p, q))
    x, weight = drawn.x, drawn.q * np.gradient(drawn.x)
    if not weight.sum() > 0:
        return ""
    with np.errstate(divide="ignore", invalid="ignore"):
        loss = np.log1p(-optimal_discriminator(p, q, x))
        steep = np.abs(np.gradient(np.maximum(loss, -700), x))
    good = np.isfinite(steep)
    mean = float((steep * weight)[good].sum() / weight[good].sum())
    f = float((np.abs(np.gradient(potential(p, q, x), x)) * weight).sum() / weight.sum())
    return (
        f"Averaged over p_g, log(1 − D*) has a slope of {words.figure(mean)} for G to follow;"
        f" the critic has {words.figure(round(f, 3))}."
    )
