"""What to draw of a pair: the stretch of x worth looking at, and curves on a grid of it."""

import math
from dataclasses import dataclass

import numpy as np

from gan_core.divergences.base import Array, Distribution, Family
from gan_core.divergences.histogram import Histogram
from gan_core.divergences.onesided import Exponential, Gamma
from gan_core.divergences.symmetric import Laplace, Normal, StudentT

_REACH = {Normal: 3.6, Laplace: 5.0, StudentT: 6.0}  # widths to show on either side of the centre
_POINTS = 321
_TALLEST = 8.0  # times the lower of the two peaks: a spike above that leaves through the top


def window(p: Distribution, q: Distribution) -> tuple[float, float]:
    """The stretch of x that shows both, with a margin."""
    ends = [_reach(part) for d in (p, q) for _, part in d.parts]
    low, high = min(end[0] for end in ends), max(end[1] for end in ends)
    bare = not p.dense and not q.dense  # points at the very edge are hard to see and to grasp
    margin = (0.25 if bare else 0.06) * (high - low) or 1.0
    return low - margin, high + margin


def _reach(part: Family) -> tuple[float, float]:
    for family, widths in _REACH.items():
        if isinstance(part, family):
            return part.mean - widths * part.width, part.mean + widths * part.width  # type: ignore[attr-defined]
    if isinstance(part, Exponential | Gamma):
        return 0.0, part.mean + 4.5 * math.sqrt(part.var)
    if isinstance(part, Histogram):
        return part.low, part.high
    return part.support


@dataclass(frozen=True)
class Curves:
    """Arrays on one grid x, which has a point on either side of every jump. Densities in 1/x;
    `kl`, `kl_reverse` and `js` are integrands in nats/x, ±inf where the density ratio is."""

    x: Array
    p: Array
    q: Array
    p_cdf: Array
    q_cdf: Array
    kl: Array
    kl_reverse: Array
    js: Array
    tv: Array
    top: float  # how high a density axis should go


def curves(p: Distribution, q: Distribution, window: tuple[float, float]) -> Curves:
    """The curves of a pair over a window of x."""
    x = _grid(p, q, window)
    log_p, log_q = p.logpdf(x), q.logpdf(x)
    f, g = np.exp(log_p), np.exp(log_q)
    with np.errstate(invalid="ignore"):
        ratio = log_p - log_q
        kl = np.where(f > 0, f * ratio, 0.0)
        kl_reverse = np.where(g > 0, -g * ratio, 0.0)
        log_m = np.logaddexp(log_p, log_q) - math.log(2)
        js = np.where(f > 0, f * (log_p - log_m), 0) + np.where(g > 0, g * (log_q - log_m), 0)
    peaks = sorted(peak for peak in (_peak(x, f), _peak(x, g)) if peak > 0) or [1.0]
    return Curves(
        x=x,
        p=f,
        q=g,
        p_cdf=p.cdf(x),
        q_cdf=q.cdf(x),
        kl=kl,
        kl_reverse=kl_reverse,
        js=js / 2,
        tv=np.abs(f - g) / 2,
        top=min(peaks[-1], _TALLEST * peaks[0]),
    )


def _grid(p: Distribution, q: Distribution, window: tuple[float, float]) -> Array:
    low, high = window
    marks = np.concatenate([part.marks for d in (p, q) for _, part in d.parts])
    ends = np.concatenate([part.jumps for d in (p, q) for _, part in d.parts])
    hair = 1e-6 * (high - low)
    x = np.r_[np.linspace(low, high, _POINTS), marks, ends - hair, ends + hair]
    inside = np.unique(x[(x >= low) & (x <= high)])
    return inside[~np.isin(inside, ends)]  # beside a jump, not on it


def _peak(x: Array, density: Array) -> float:
    """The height under which 99.5 % of the drawn area lies: the peak, unless that has no end."""
    if not density.any():
        return 0.0
    width = np.gradient(x)
    order = np.argsort(density)
    heights, widths = density[order], width[order]
    # area under min(density, h), for h at every sorted height
    low = np.cumsum(heights * widths)
    area = low + heights * (widths.sum() - np.cumsum(widths))
    return float(heights[np.searchsorted(area, 0.995 * area[-1])])
