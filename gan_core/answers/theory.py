"""Answers about games: the Dirac-GAN, five free bins, a small discriminator.

Each takes a request (JSON) and refuses what it cannot use with BadInput.
"""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special as sc

from gan_core import bins, dirac, dirac_verdict
from gan_core.answers.wire import Answer, pack
from gan_core.catalog import OBJECTIVES, BadInput, choose
from gan_core.divergences import parse
from gan_core.learned import learn

Request = dict[str, Any]
Array = NDArray[np.float64]
GALLERY_STEPS, GALLERY_MOST = 150, 24  # of every walk in a gallery, and walks
# what each setting of an objective may be
RANGES = {
    "r1": (0, 100), "r2": (0, 100), "a": (-100, 100), "b": (-100, 100), "c": (-100, 100),
    "clip": (1e-6, 1e6), "lam": (0, 1000), "gamma": (0, 10), "lambda_k": (0, 10),
}  # fmt: skip


def answer_dirac(request: Request) -> Answer:
    """`field` [grid², 4] of arrows and `path` [steps + 1, 2] of one walk, with the verdict."""
    play = _game(request)
    field, path, found = _walked(play, request, _whole(request, "steps", 300, 1, 5000))
    about = {
        "flow": found.flow, "flow_eigenvalues": _complex(found.flow_eigenvalues),
        "update": found.update, "update_eigenvalues": _complex(found.update_eigenvalues),
        "measured": asdict(found.measured), "why": found.why, "sentence": found.sentence,
        "bound": dirac.BOUND,
    }  # fmt: skip
    return pack(about, field=field, path=path)


def answer_dirac_gallery(request: Request) -> Answer:
    """One walk of every game g of `games` (objective, settings, noise), all with the request's own
    scheme, step, start and up to GALLERY_STEPS steps: `field` [g, grid², 4], `path`
    [g, steps + 1, 2]."""
    games = request.get("games")
    if not isinstance(games, list | tuple) or not 1 <= len(games) <= GALLERY_MOST:
        raise BadInput(f"games must be a list of 1 to {GALLERY_MOST} games.")
    steps = min(_whole(request, "steps", GALLERY_STEPS, 1, 5000), GALLERY_STEPS)
    plays = [_game(_mapping(one, "each of games")) for one in games]
    walked = [_walked(play, request, steps) for play in plays]
    about = {
        "games": [
            {"measured": found.measured.word, "flow": found.flow, "update": found.update}
            for _, _, found in walked
        ],
        "steps": steps, "bound": dirac.BOUND,
    }  # fmt: skip
    fields, paths, _ = zip(*walked, strict=True)
    return pack(about, field=np.array(fields), path=np.array(paths))


def _game(request: Request) -> dirac.Game:
    """The game of the request's objective, settings and noise."""
    name = _objective(request)
    known = ("r1", "r2", *OBJECTIVES[name].settings)
    settings = _mapping(request.get("settings") or {}, "settings")
    values = {}
    for key in settings:
        choose(str(key), known, f"setting of {name}")
        values[key] = _number(settings, key, 0, *RANGES[key])
    return dirac.game(name, _number(request, "noise", 0, 0, 10), **values)


def _walked(
    play: dirac.Game, request: Request, steps: int
) -> tuple[Array, Array, dirac_verdict.Verdict]:
    """The arrows, one walk of so many steps as the request has it, and the verdict on both."""
    scheme = choose(str(request.get("scheme", "simultaneous")), dirac.SCHEMES, "scheme")
    step = _number(request, "step", 0.1, 1e-6, 10)
    start = _numbers(request.get("start", [1.0, 1.0]), "start", 2, 2, -100, 100)
    extent, grid = _number(request, "extent", 2, 1e-3, 100), _whole(request, "grid", 15, 2, 41)
    path = dirac.walk(play, (float(start[0]), float(start[1])), step, steps, scheme)
    return dirac.field(play, extent, grid), path, dirac_verdict.verdict(play, step, scheme, path)


def answer_bins(request: Request) -> Answer:
    """For every objective o asked for: `q`, `d` [o, steps + 1, n] and `tv`, `js` [o, steps + 1].

    `d` is a probability where D is a logit, D's raw score otherwise.
    """
    p = _weights(request, "p")
    q = _weights(request, "q")
    if len(p) != len(q):
        raise BadInput(f"p has {len(p)} bins and q has {len(q)}: give both the same number.")
    names = request.get("objectives") or list(OBJECTIVES)
    if not isinstance(names, list | tuple):
        raise BadInput(f"objectives must be a list of names, such as {list(OBJECTIVES)[:2]}.")
    names = [choose(str(name), OBJECTIVES, "objective") for name in names]
    steps, rate = _whole(request, "steps", 300, 1, 2000), _number(request, "rate", 0.05, 1e-6, 10)
    found = [bins.descend(p, q, name, steps, rate, bool(request.get("decay"))) for name in names]
    logits = [OBJECTIVES[name].head == "logit" for name in names]
    about = {
        "objectives": [
            {"name": name, "title": OBJECTIVES[name].title, "word": one.word,
             "verdict": one.verdict, "sentence": f"{OBJECTIVES[name].title} {one.verdict}.",
             "probability": logit}
            for name, one, logit in zip(names, found, logits, strict=True)
        ]
    }  # fmt: skip
    d = [sc.expit(one.d) if logit else one.d for one, logit in zip(found, logits, strict=True)]
    arrays = {key: np.array([getattr(one, key) for one in found]) for key in ("q", "tv", "js")}
    return pack(about, d=np.array(d), **arrays)


def answer_discriminator(request: Request) -> Answer:
    """A D trained on samples: curves `d` [f, m] at x [m] and `optimum` [m], and for each of the
    f frames its step `at`, its `value` and, unless p = q, its `share`."""
    p, q = (parse(str(request.get(key, ""))) for key in ("p", "q"))
    x = _grid(request)
    found = learn(
        p, q, _objective(request), _whole(request, "n", 1000, 1, 100_000),
        _whole(request, "steps", 600, 1, 5000), _whole(request, "seed", 0, 0, 2**31 - 1), x,
    )  # fmt: skip
    about = {
        "sentence": found.sentence, "constant": found.constant, "best": found.best,
        "nothing": found.share is None,
    }  # fmt: skip
    share = np.zeros(0) if found.share is None else found.share
    return pack(
        about, x=x, d=found.d, optimum=found.optimum, at=found.at, value=found.value, share=share
    )


ANSWERS: dict[str, Callable[[Request], Answer]] = {
    "dirac": answer_dirac,
    "dirac-gallery": answer_dirac_gallery,
    "bins": answer_bins,
    "discriminator": answer_discriminator,
}


def _objective(request: Request) -> str:
    return choose(str(request.get("objective", "gan")), OBJECTIVES, "objective")


def _mapping(value: Any, name: str) -> Request:
    if not isinstance(value, dict):
        raise BadInput(f"{name} must be an object of names and values, such as {{}}.")
    return value


def _complex(found: Any) -> list[list[float]] | None:
    """[[real, imaginary], …]"""
    return None if found is None else [[float(v.real), float(v.imag)] for v in found]


def _number(given: Request, name: str, default: float, low: float, high: float) -> float:
    value = given.get(name, default)
    real = isinstance(value, int | float) and not isinstance(value, bool)
    if not real or not low <= value <= high:  # as NaN is not, nor an integer beyond all floats
        raise BadInput(f"{name}={value!r} must be a number from {low:g} to {high:g}.")
    return float(value)


def _whole(given: Request, name: str, default: int, low: int, high: int) -> int:
    value = _number(given, name, default, low, high)
    if value != int(value):
        raise BadInput(f"{name}={value!r} must be a whole number from {low} to {high}.")
    return int(value)


def _numbers(values: Any, name: str, least: int, most: int, low: float, high: float) -> Array:
    if not isinstance(values, list | tuple) or not least <= len(values) <= most:
        many = f"{least}" if least == most else f"{least} to {most}"
        raise BadInput(f"{name} must be a list of {many} numbers.")
    return np.array([_number({name: value}, name, 0, low, high) for value in values])


def _weights(request: Request, name: str) -> Array:
    """Bars of a histogram as probabilities."""
    bars = _numbers(request.get(name), name, 2, 12, 0, 1e9)
    if not bars.sum() > 0:
        raise BadInput(f"All bins of {name} are 0: raise at least one.")
    return bars / bars.sum()


def _grid(request: Request) -> Array:
    """`x` as it is, or `points` places from `low` to `high`."""
    if request.get("x") is not None:
        x = _numbers(request["x"], "x", 2, 4000, -1e12, 1e12)
        if not (np.diff(x) > 0).all():
            raise BadInput("x must ascend: sort it, and leave out repeated numbers.")
        return x
    low = _number(request, "low", -5, -1e12, 1e12)
    high = _number(request, "high", 5, -1e12, 1e12)
    if not low < high:
        raise BadInput(f"low={low:g} must be below high={high:g}.")
    return np.linspace(low, high, _whole(request, "points", 321, 2, 4000))
