"""KL, JS, TV and EM between two one-dimensional distributions, each with where it came from."""

import json
import math
from dataclasses import dataclass, field, replace

from gan_core.catalog import choose
from gan_core.divergences import exact
from gan_core.divergences.base import Distribution
from gan_core.divergences.measure import Pair
from gan_core.divergences.spec import parse

CLOSED, QUADRATURE = "closed form", "quadrature"
NAMES = ("kl", "kl_reverse", "js", "tv", "w1", "w2")
INFORMATION = ("kl", "kl_reverse", "js")  # the ones with a unit of information


@dataclass(frozen=True)
class Distances:
    """All distances from p to q. `kl`, `kl_reverse` and `js` are in `unit`; w1 and w2 in x's own.

    `how` says for each name “closed form” or “quadrature”; `why` says, for each infinite one,
    what makes it so.
    """

    kl: float
    kl_reverse: float
    js: float
    tv: float
    w1: float
    w2: float
    unit: str = "nats"
    how: dict[str, str] = field(default_factory=dict)
    why: dict[str, str] = field(default_factory=dict)

    @property
    def sqrt_js(self) -> float:
        """√JS, which is a metric."""
        return math.sqrt(self.js)

    def to(self, unit: str) -> "Distances":
        """The same in nats or in bits."""
        choose(unit, ("nats", "bits"), "unit")
        scale = {("nats", "bits"): 1 / math.log(2), ("bits", "nats"): math.log(2)}
        by = scale.get((self.unit, unit), 1.0)
        return replace(
            self, unit=unit, kl=self.kl * by, kl_reverse=self.kl_reverse * by, js=self.js * by
        )

    def as_dict(self) -> dict[str, float | str]:
        """{"kl", …, "unit"}, with infinity as the string "inf", so that it is valid JSON."""
        values = {name: getattr(self, name) for name in NAMES}
        return {n: v if math.isfinite(v) else "inf" for n, v in values.items()} | {
            "unit": self.unit
        }

    def as_json(self) -> str:
        return json.dumps(self.as_dict())


def distances(p: Distribution | str, q: Distribution | str, unit: str = "nats") -> Distances:
    """All distances between p and q, given as distributions or as specs."""
    p, q = (parse(d) if isinstance(d, str) else d for d in (p, q))
    why = exact.infinite(p, q)
    known = exact.closed_forms(p, q) | dict.fromkeys(why, math.inf)
    equal = exact.equal_tails(p, q)
    pair = Pair(p, q, capped=equal)
    values: dict[str, float] = {}
    how: dict[str, str] = {}
    for name in NAMES:
        if name in known:
            values[name], how[name] = known[name], CLOSED
        else:
            # differences of closed forms, between crossings: no quadrature in TV and W1
            values[name] = getattr(pair, name)()
            how[name] = CLOSED if name in ("tv", "w1") else QUADRATURE
    return Distances(
        values["kl"],
        values["kl_reverse"],
        values["js"],
        values["tv"],
        values["w1"],
        values["w2"],
        how=how,
        why=why,
    ).to(unit)
