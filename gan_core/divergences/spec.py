"""Distributions as text: `parse("mixture(0.3*normal(0,1)+0.7*point(4))")`, and `str()` back."""

import math
import re
from dataclasses import dataclass

from gan_core.catalog import BadInput, choose
from gan_core.divergences.base import Distribution, Family, number
from gan_core.divergences.bounded import Beta, Point, Uniform
from gan_core.divergences.histogram import Histogram
from gan_core.divergences.onesided import Exponential, Gamma
from gan_core.divergences.pasted import parse_sample
from gan_core.divergences.samples import Sample
from gan_core.divergences.symmetric import Laplace, Normal, StudentT

FAMILIES: dict[str, type[Family]] = {
    family.name: family
    for family in (Normal, Uniform, Laplace, StudentT, Exponential, Gamma, Beta, Point, Histogram)
}
MOST_PARTS = 12  # in one mixture


@dataclass(frozen=True)
class Mixture(Distribution):
    """Weighted families; the weights add up to 1."""

    components: tuple[tuple[float, Family], ...]

    def __post_init__(self) -> None:
        for weight, part in self.components:
            if not 0 < weight <= 1:
                raise BadInput(
                    f"mixture: the weight of {part} is {number(weight)}, but must be greater"
                    " than 0 and at most 1."
                )
        total = math.fsum(weight for weight, _ in self.components)
        if abs(total - 1) > 1e-9:
            raise BadInput(
                f"mixture: the weights add up to {total:.6g}, but must add up to 1."
                f" Divide each by {total:.6g}, or leave all of them out for equal parts."
            )

    @property
    def parts(self) -> tuple[tuple[float, Family], ...]:
        return self.components

    @property
    def mean(self) -> float:  # type: ignore[override]
        return math.fsum(weight * part.mean for weight, part in self.components)

    @property
    def var(self) -> float:  # type: ignore[override]
        centre = self.mean
        return math.fsum(w * (part.var + (part.mean - centre) ** 2) for w, part in self.components)

    def __str__(self) -> str:
        return f"mixture({'+'.join(f'{number(w)}*{part}' for w, part in self.components)})"


def parse(text: str) -> Distribution:
    """The distribution that a spec names; BadInput says what to change in a bad one."""
    if re.match(r"\s*sample\s*\(", str(text), re.IGNORECASE):
        return parse_sample(str(text))
    spec = re.sub(r"\s+", "", str(text))
    if len(spec) > 2000:
        raise BadInput(f"A distribution of {len(spec)} characters is too long: 2000 at most.")
    match = re.fullmatch(r"([A-Za-z_-][\w-]*)(?:\((.*)\))?", spec)
    if not match:
        raise BadInput(
            f"“{_short(text)}” is not a distribution."
            " Write a family and its parameters, as in normal(0,1)."
        )
    name = match[1].lower().replace("-", "_")
    if name == "mixture":
        return _mixture(match[2] or "", text)
    family = FAMILIES[choose(name, [*FAMILIES, "mixture"], "family")]
    if family is Histogram:
        return _histogram(match[2] or "")
    return family(**_parameters(family, match[2] or ""))


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "…"


def _parameters(family: type[Family], inside: str) -> dict[str, float]:
    names, given = family.names(), {}
    signature = f"{family.name}({', '.join(names)})"
    for i, argument in enumerate(inside.split(",") if inside else []):
        key, equals, value = argument.rpartition("=")
        if not equals:
            if i >= len(names):
                raise BadInput(f"{signature} takes {len(names)} numbers, but {i + 1} were given.")
            key = names[i]
        key = choose(key.lower(), names, f"parameter of {family.name}")
        if key in given:
            raise BadInput(f"{signature}: {key} is given twice.")
        given[key] = _float(value, f"{signature}: {key}")
    return given


def _histogram(inside: str) -> Histogram:
    given = inside.split(",") if inside else []
    if len(given) < 3:
        raise BadInput(
            "histogram needs its ends and a height for every bar, as in histogram(0,3,1,2,1)."
        )
    names = ["low", "high", *(f"bar{i + 1}" for i in range(len(given) - 2))]
    low, high, *bars = (
        _float(text.removeprefix(f"{name}="), f"histogram: {name}")
        for name, text in zip(names, given, strict=True)
    )
    return Histogram(low, high, tuple(bars))


def _float(text: str, what: str) -> float:
    top, slash, bottom = text.partition("/")
    try:
        return float(top) / (float(bottom) if slash else 1.0)
    except (ValueError, ZeroDivisionError):
        raise BadInput(f"{what} is “{_short(text)}”, but must be a number.") from None


def _mixture(inside: str, text: str) -> Mixture:
    terms = [term for term in _split(inside, text) if term]
    if not terms:
        raise BadInput("mixture() needs parts, as in mixture(0.3*normal(0,1)+0.7*normal(4,0.5)).")
    if len(terms) > MOST_PARTS:
        raise BadInput(f"A mixture of {len(terms)} parts is too long: {MOST_PARTS} at most.")
    parsed: list[tuple[float | None, Distribution]] = []
    for term in terms:
        weight, star, rest = term.partition("*")
        if star and "(" not in weight:
            parsed.append((_float(weight, f"mixture: the weight of {rest}"), parse(rest)))
        else:
            parsed.append((None, parse(term)))
    if any(isinstance(part, Sample) for _, part in parsed):
        raise BadInput("mixture: a sample cannot be a part of one. Give the sample alone.")
    if any(weight is None for weight, _ in parsed):
        if any(weight is not None for weight, _ in parsed):
            raise BadInput("mixture: give every part a weight, as in 0.3*normal(0,1), or none.")
        parsed = [(1 / len(parsed), part) for _, part in parsed]
    return Mixture(tuple((w * v, part) for w, whole in parsed for v, part in whole.parts))  # type: ignore[operator]


def _split(inside: str, text: str) -> list[str]:
    """The terms between the plus signs that are outside every bracket."""
    terms, depth, start = [], 0, 0
    for i, letter in enumerate(inside):
        depth += (letter == "(") - (letter == ")")
        if depth < 0:
            break
        if letter == "+" and depth == 0:
            terms.append(inside[start:i])
            start = i + 1
    if depth:
        raise BadInput(f"“{_short(text)}”: the brackets do not match.")
    return [*terms, inside[start:]]
