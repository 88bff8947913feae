"""What can be varied in a distribution, and the distribution with one such value changed.

A key is the parameter's own name; in a mixture the number of the part comes first ("2.std"), and
"2.weight" is that part's share. "shift" moves the whole distribution from where it is.
"""

import math
from dataclasses import dataclass, replace

import numpy as np

from gan_core.catalog import BadInput, choose
from gan_core.divergences.base import Array, Distribution, Family, number
from gan_core.divergences.histogram import Histogram
from gan_core.divergences.samples import Sample
from gan_core.divergences.spec import Mixture

_PLACES = {  # the parameters that are places on the line
    "normal": ("mean",), "laplace": ("mean",), "student_t": ("mean",), "point": ("x",),
    "uniform": ("low", "high"), "histogram": ("low", "high"), "sample": ("values",),
}  # fmt: skip
_SCALES = {"std", "scale", "rate", "shape", "a", "b", "df"}
SHIFT = "shift"
_SAME = 1e-7  # of a step: nearer than that, the value takes the grid point's place


@dataclass(frozen=True)
class Parameter:
    """One parameter: what it is now, and the range worth looking at; `log` if ratios count."""

    key: str
    label: str
    value: float
    low: float
    high: float
    log: bool = False

    def grid(self, n: int = 81) -> Array:
        """n even values over the range, rounded so that 0.3 is met as 0.3, and the present value.

        Between two of them that makes n + 1: a kink, or a lone finite value, is often just there.
        """
        if self.log:
            even = np.geomspace(self.low, self.high, n)
        else:
            digits = 12 - math.ceil(math.log10(max(self.high - self.low, 1e-12)))
            even = np.linspace(self.low, self.high, n).round(digits) + 0.0
        if not self.low <= self.value <= self.high:
            return even
        gap = np.abs(even - self.value)
        nearest = int(gap.argmin())
        if gap[nearest] > _SAME * np.diff(even)[min(nearest, n - 2)]:
            return np.insert(even, np.searchsorted(even, self.value), self.value)
        even[nearest] = self.value
        return even


def parameters(d: Distribution, other: Distribution | None = None) -> list[Parameter]:
    """Everything that can be varied in d, with ranges that show it against `other`.

    Places range over at least 4 widths around where `other` is, scales from a tenth to four times
    of both; the bars of a histogram are not among them.
    """
    other = other or d
    mixed = len(d.parts) > 1
    found: list[Parameter] = []
    for i, (weight, part) in enumerate(d.parts, 1):
        prefix, of = (f"{i}.", f" of part {i}") if mixed else ("", "")
        found += [_parameter(part, name, d, other, prefix, of) for name in _varied(part)]
        if mixed:
            found.append(Parameter(f"{i}.weight", f"weight{of}", weight, 0.01, 0.99))
    if all(part.name in _PLACES for _, part in d.parts):
        low, high = _around(d.mean, d, other)
        low, high = _tidy(low - d.mean), _tidy(high - d.mean)
        found.append(Parameter(SHIFT, "shift of the whole", 0.0, low, high))
    return found


def find(d: Distribution, key: str, other: Distribution | None = None) -> Parameter:
    """The parameter of this key; BadInput that names the nearest one if there is none."""
    known = {parameter.key: parameter for parameter in parameters(d, other)}
    return known[choose(key, known, f"parameter of {_short(d)}")]


def moved(d: Distribution, key: str, value: float) -> Distribution:
    """d with this parameter at this value; a part's weight leaves the others in proportion."""
    if not math.isfinite(value):
        raise BadInput(f"{key} is {value}, but must be a finite number.")
    value = float(value)
    if key == SHIFT and all(part.name in _PLACES for _, part in d.parts):
        if isinstance(d, Mixture):
            return Mixture(tuple((weight, _shifted(part, value)) for weight, part in d.parts))
        return _shifted(d.parts[0][1], value)
    index, dot, name = key.rpartition(".")
    parts = list(d.parts)
    if bool(dot) != (len(parts) > 1) or (dot and index not in map(str, range(1, len(parts) + 1))):
        find(d, key)  # says what there is
    i = int(index) - 1 if dot else 0
    if name == "weight" and dot:
        return _weighted(d, i, value)
    if name not in _varied(parts[i][1]):
        find(d, key)
    part: Family = replace(parts[i][1], **{name: value})  # type: ignore[type-var]
    if isinstance(d, Mixture):
        return Mixture((*parts[:i], (parts[i][0], part), *parts[i + 1 :]))
    return part


def _varied(part: Family) -> tuple[str, ...]:
    if isinstance(part, Sample):
        return ()
    return part.names()[:2] if isinstance(part, Histogram) else part.names()


def _shifted(part: Family, by: float) -> Family:
    if isinstance(part, Sample):
        return Sample(part.values + by)
    there = {name: getattr(part, name) + by for name in _PLACES[part.name]}
    return replace(part, **there)  # type: ignore[type-var]


def _weighted(d: Distribution, i: int, weight: float) -> Mixture:
    if not 0 < weight < 1:
        raise BadInput(f"{i + 1}.weight is {number(weight)}, but must lie between 0 and 1.")
    rest = (1 - weight) / math.fsum(w for j, (w, _) in enumerate(d.parts) if j != i)
    return Mixture(
        tuple((weight if j == i else w * rest, part) for j, (w, part) in enumerate(d.parts))
    )


def spread(d: Distribution) -> float:
    """A width: the standard deviation, or the scale where that is infinite; 0 for a point."""
    if math.isfinite(d.var):
        return math.sqrt(d.var)
    widths = [getattr(part, "scale", None) or math.sqrt(part.var) for _, part in d.parts]
    places = [part.mean for _, part in d.parts]
    return max([*widths, max(places) - min(places)])


def _around(value: float, d: Distribution, other: Distribution) -> tuple[float, float]:
    """A range with the middle of `other` in its middle, which holds `value` well inside."""
    middle = other.mean
    reach = max(4 * max(spread(d), spread(other)), 1.5 * abs(value - middle)) or 1.0
    unit = 10.0 ** (math.floor(math.log10(reach)) - 1)
    reach = math.ceil(reach / unit - 1e-9) * unit  # two digits
    return _tidy(middle - reach), _tidy(middle + reach)


def _tidy(x: float) -> float:
    """x without what rounding left at its end."""
    return float(f"{x:.12g}")


def _parameter(
    part: Family, name: str, d: Distribution, other: Distribution, prefix: str, of: str
) -> Parameter:
    value = float(getattr(part, name))
    label = ("place" if name == "x" else name) + of
    if name in _SCALES:
        like = [float(getattr(o, name)) for _, o in other.parts if name in _varied(o)] + [value]
        least = part.least.get(name, 0.0)
        low, high = max(0.1 * min(like), least), 4 * max(like)
        return Parameter(prefix + name, label, value, low, high, log=True)
    low, high = _around(value, d, other)
    if name in ("low", "high"):  # an end cannot pass the other one
        least_width = 0.02 * (part.high - part.low)  # type: ignore[attr-defined]
        if name == "low":
            high = min(high, part.high - least_width)  # type: ignore[attr-defined]
            low = min(low, value)
        else:
            low = max(low, part.low + least_width)  # type: ignore[attr-defined]
            high = max(high, value)
    return Parameter(prefix + name, label, value, low, high)


def _short(d: Distribution) -> str:
    text = repr(d) if isinstance(d, Sample) else str(d)
    return text if len(text) <= 60 else text[:57] + "…"
