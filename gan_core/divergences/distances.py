"""Eight distances of two one-dimensional distributions, each with where it came from."""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from gan_core.catalog import choose
from gan_core.divergences import exact
from gan_core.divergences.base import Distribution, Family
from gan_core.divergences.chi2 import LARGEST_LOG, log_chi2
from gan_core.divergences.estimate import Estimate
from gan_core.divergences.measure import INTEGRALS, Pair
from gan_core.divergences.samples import Sample
from gan_core.divergences.spec import parse

CLOSED, QUADRATURE = "closed form", "quadrature"
NAMES = ("kl", "kl_reverse", "js", "tv", "hellinger", "chi2", "w1", "w2")
INFORMATION = ("kl", "kl_reverse", "js")  # the ones with a unit of information


@dataclass(frozen=True)
class Distances:
    """Distances from p to q: those of `NAMES` that were asked for, nan for the others.

    `kl`, `kl_reverse` and `js` are in `unit`, w1 and w2 in x's own; `hellinger` is
    √(½∫(√p-√q)²), in [0, 1]; `chi2` is Pearson's ∫(p-q)²/q. `how` says for each name
    “closed form” or “quadrature”; `why` says, for each infinite one, what makes it so.
    """

    kl: float = math.nan
    kl_reverse: float = math.nan
    js: float = math.nan
    tv: float = math.nan
    hellinger: float = math.nan
    chi2: float = math.nan
    w1: float = math.nan
    w2: float = math.nan
    unit: str = "nats"
    how: dict[str, str] = field(default_factory=dict)
    why: dict[str, str] = field(default_factory=dict)
    estimates: dict[str, Estimate] = field(default_factory=dict)

    @property
    def sqrt_js(self) -> float:
        """√JS, which is a metric."""
        return math.sqrt(self.js)

    def to(self, unit: str) -> "Distances":
        """The same in nats or in bits, estimates too."""
        choose(unit, ("nats", "bits"), "unit")
        scale = {("nats", "bits"): 1 / math.log(2), ("bits", "nats"): math.log(2)}
        by = scale.get((self.unit, unit), 1.0)
        return replace(
            self,
            unit=unit,
            kl=self.kl * by,
            kl_reverse=self.kl_reverse * by,
            js=self.js * by,
            estimates={
                name: _scaled(of, by if name in INFORMATION else 1.0)
                for name, of in self.estimates.items()
            },
        )

    def as_dict(self) -> dict[str, float | str]:
        """{"kl", …, "sqrt_js", "unit"} of what was computed, infinity as the string "inf", so
        that it is valid JSON."""
        values = {name: getattr(self, name) for name in (*NAMES, "sqrt_js")}
        known = {name: v for name, v in values.items() if not math.isnan(v)}
        return {n: v if math.isfinite(v) else "inf" for n, v in known.items()} | {"unit": self.unit}

    def as_json(self) -> str:
        return json.dumps(self.as_dict())


def _scaled(of: Estimate, by: float) -> Estimate:
    return Estimate(of.value * by, of.low * by, of.high * by, of.floor * by, of.n)


def distances(
    p: Distribution | str,
    q: Distribution | str,
    unit: str = "nats",
    names: Sequence[str] = NAMES,
) -> Distances:
    """The distances `names` between p and q, given as distributions or as specs; estimates, with
    their intervals and floors, where one of them is a sample."""
    p, q = (parse(d) if isinstance(d, str) else d for d in (p, q))
    if isinstance(p, Sample) or isinstance(q, Sample):
        from gan_core.divergences.estimators import estimated  # which imports this module

        return estimated(p, q, unit, names=names)
    why = exact.infinite(p, q, names)
    known = exact.closed_forms(p, q, names) | dict.fromkeys(why, math.inf)
    pair, bare = Pair(p, q), not p.dense and not q.dense
    needed = {*names, "hellinger"} if "tv" in names else {*names}
    pair.integrate([name for name in INTEGRALS if name in needed and name not in known])
    values: dict[str, Any] = {}
    how: dict[str, str] = {}
    for name in names:
        if name in known:
            values[name], how[name] = known[name], CLOSED
        elif name == "chi2":
            values[name], how[name], reason = _chi2(pair)
            why |= {name: reason} if reason else {}
        else:
            # differences of closed forms, between crossings: no quadrature in TV and W1
            values[name] = getattr(pair, name)()
            how[name] = CLOSED if name in ("tv", "w1") or bare else QUADRATURE
    return Distances(**values, how=how, why=why).to(unit)


def _chi2(pair: Pair) -> tuple[float, str, str]:
    """χ², where it is from, and why it is infinite, if only because no float holds it."""
    p, q = pair.p, pair.q
    log = log_chi2(p, q) if isinstance(p, Family) and isinstance(q, Family) else None
    how = CLOSED if log is not None or not (p.dense or q.dense) else QUADRATURE
    log = pair.log_chi2() if log is None else log
    if log <= LARGEST_LOG:
        return math.exp(log), how, ""
    size = f"10^{log / math.log(10):.6g}"
    return math.inf, how, f"it is finite, but about {size}: more than a number here can hold"
