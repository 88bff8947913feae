"""What exists by name: objectives and data sets, with what a page needs to offer them.

Torch-free, so the web server can list, check and explain everything without loading torch; the
rooms above (objectives, data) hold the code behind each name, and a test keeps the two alike.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches


class BadInput(ValueError):
    """Something the user gave cannot be used: one line that says what, why and what to change."""


@dataclass(frozen=True)
class ObjectiveInfo:
    """One GAN system: its title, its losses as LaTeX (both players minimise) and its source."""

    title: str
    d_loss: str
    g_loss: str
    source: str
    summary: str
    head: str = "logit"  # what D's output means: logit | score | energy
    settings: tuple[str, ...] = ()  # Config fields that belong to this objective alone


@dataclass(frozen=True)
class DataInfo:
    """One data set: its title, kind ("2d" or "image"), the parameters of its spec, its credit."""

    title: str
    kind: str
    params: dict[str, float] = field(default_factory=dict)
    credit: str = ""
    channels: int = 3
    shipped: bool = True


_REAL = r"\mathbb{E}\,\mathrm{softplus}(-D(x))"
_FAKE = r"\mathbb{E}\,\mathrm{softplus}(D(G(z)))"

OBJECTIVES: dict[str, ObjectiveInfo] = {
    "gan": ObjectiveInfo(
        "GAN, minimax",
        f"{_REAL} + {_FAKE}",
        r"-\mathbb{E}\,\mathrm{softplus}(D(G(z)))",
        "Goodfellow et al. 2014",
        "The original two-player game. G's gradient vanishes where D is sure of itself, which on"
        " images it is at once.",
    ),
    "ns-gan": ObjectiveInfo(
        "GAN, non-saturating",
        f"{_REAL} + {_FAKE}",
        r"\mathbb{E}\,\mathrm{softplus}(-D(G(z)))",
        "Goodfellow et al. 2014",
        "G raises log D(G(z)) instead of lowering log(1 − D(G(z))), so a losing G still learns.",
    ),
    "lsgan": ObjectiveInfo(
        "LSGAN",
        r"\tfrac12\mathbb{E}(D(x)-b)^2 + \tfrac12\mathbb{E}(D(G(z))-a)^2",
        r"\tfrac12\mathbb{E}(D(G(z))-c)^2",
        "Mao et al. 2017",
        "Least squares against labels: a sample far on the right side is still pulled in.",
        head="score",
        settings=("a", "b", "c"),
    ),
    "wgan": ObjectiveInfo(
        "WGAN, weight clipping",
        r"\mathbb{E}\,D(G(z)) - \mathbb{E}\,D(x),\quad w \leftarrow \mathrm{clip}(w,-c,c)",
        r"-\mathbb{E}\,D(G(z))",
        "Arjovsky et al. 2017",
        "A critic with bounded weights estimates a multiple of the Wasserstein distance.",
        head="score",
        settings=("clip",),
    ),
    "wgan-gp": ObjectiveInfo(
        "WGAN-GP",
        r"\mathbb{E}\,D(G(z)) - \mathbb{E}\,D(x)"
        r" + \lambda\,\mathbb{E}(\lVert\nabla D(\hat x)\rVert_2-1)^2",
        r"-\mathbb{E}\,D(G(z))",
        "Gulrajani et al. 2017",
        "The critic's slope is pushed to 1 on lines between real and generated samples.",
        head="score",
        settings=("lam",),
    ),
    "began": ObjectiveInfo(
        "BEGAN",
        r"\mathbb{E}\,L(x) - k\,\mathbb{E}\,L(G(z)),\quad L(v)=|v-D(v)|",
        r"\mathbb{E}\,L(G(z)),\quad"
        r" k\leftarrow\mathrm{clamp}(k+\lambda_k(\gamma L(x)-L(G(z))),0,1)",
        "Berthelot et al. 2017",
        "D is an auto-encoder; γ trades variety for sharpness. On points, and on digits in short"
        " runs, it falls onto one mode.",
        head="energy",
        settings=("gamma", "lambda_k"),
    ),
    "hinge": ObjectiveInfo(
        "Hinge",
        r"\mathbb{E}\,\mathrm{relu}(1-D(x)) + \mathbb{E}\,\mathrm{relu}(1+D(G(z)))",
        r"-\mathbb{E}\,D(G(z))",
        "Lim & Ye 2017; Miyato et al. 2018",
        "D stops pushing once a sample is a margin on the right side.",
        head="score",
    ),
    "r3gan": ObjectiveInfo(
        "R3GAN",
        r"\mathbb{E}\,\mathrm{softplus}(D(G(z))-D(x))"
        r" + \tfrac{r_1}2\lVert\nabla D(x)\rVert^2 + \tfrac{r_2}2\lVert\nabla D(G(z))\rVert^2",
        r"\mathbb{E}\,\mathrm{softplus}(D(x)-D(G(z)))",
        "Huang et al. 2024",
        "Each generated sample is judged against a real one; slopes of D are kept small on both.",
        head="score",
    ),
}

_CC0 = "Drawn with DiceBear's “pixel-art” style, CC0 1.0"
DATA: dict[str, DataInfo] = {
    "ring": DataInfo(
        "Ring of Gaussians", "2d", {"modes": 8, "radius": 1, "std": 0.01, "imbalance": 0}
    ),
    "ring-lesson": DataInfo(
        "Ring, lesson variant",
        "2d",
        {"modes": 8, "radius": 2 / 1.414, "std": 0.02 / 1.414, "imbalance": 0},
    ),
    "grid": DataInfo(
        "Grid of Gaussians", "2d", {"side": 5, "spacing": 2, "std": 0.05, "imbalance": 0}
    ),
    "grid-lesson": DataInfo(
        "Grid, lesson variant",
        "2d",
        {"side": 5, "spacing": 2 / 2.828, "std": 0.05 / 2.828, "imbalance": 0},
    ),
    "swiss-roll": DataInfo("Swiss roll", "2d", {"turns": 1.5, "noise": 0.02}),
    "moons": DataInfo("Two moons", "2d", {"noise": 0.05}),
    "checkerboard": DataInfo("Checkerboard", "2d", {"cells": 4}),
    "faces": DataInfo("Pixel-art faces", "image", credit=_CC0),
    "digits": DataInfo(
        "Digits, 8×8", "image", credit="Alpaydin & Kaynak 1998 (UCI), CC BY 4.0", channels=1
    ),
    "mnist": DataInfo(
        "MNIST", "image", credit="LeCun, Cortes and Burges, CC BY-SA 3.0", channels=1, shipped=False
    ),
    "fashion-mnist": DataInfo(
        "Fashion-MNIST", "image", credit="Zalando Research, MIT", channels=1, shipped=False
    ),
    "cifar10": DataInfo("CIFAR-10", "image", credit="Krizhevsky 2009", shipped=False),
}
FOLDER = "folder:"  # `folder:PATH` names a folder of images instead of a set above
POINTS = "points:"  # `points:<id>` names stored points (see gan_core.plane.points)
IMAGES = "images:"  # `images:<id>` names stored pictures (see gan_core.album)

# The numbers a parameter of 2-D data may be: least, most, and what it is.
_BOUNDS = {
    "modes": (1, 256, "whole"), "side": (1, 20, "whole"), "cells": (2, 64, "whole"),
    "radius": (1e-6, 1000, "positive"), "spacing": (1e-6, 1000, "positive"),
    "std": (1e-6, 1000, "positive"), "turns": (1e-6, 20, "positive"),
    "noise": (1e-6, 1000, "or zero"), "imbalance": (1e-6, 1000, "or zero"),
}  # fmt: skip


def choose(name: str, names: Iterable[str], what: str) -> str:
    """`name` if it is one of `names`; otherwise BadInput that gives the nearest valid name."""
    known = list(names)
    if name in known:
        return name
    near = get_close_matches(name.lower(), known, 1, 0.5)
    hint = f" Did you mean “{near[0]}”?" if near else ""
    raise BadInput(f"Unknown {what} “{name}”.{hint} Known: {', '.join(known)}.")


def parse_spec(text: str) -> tuple[str, dict[str, float]]:
    """`"ring(modes=12,std=0.02)"` -> `("ring", {"modes": 12.0, "std": 0.02})`.

    Only the form is checked here; names and parameters are checked by `data_info`.
    """
    match = re.fullmatch(r"\s*([a-z0-9-]+)\s*(?:\((.*)\))?\s*", text, re.IGNORECASE)
    if not match:
        raise BadInput(f"“{text}” is not a data spec. Write a name, or name(parameter=number,…).")
    params: dict[str, float] = {}
    for part in filter(str.strip, (match[2] or "").split(",")):
        key, _, value = (p.strip() for p in part.partition("="))
        try:
            params[key] = float(value)
        except ValueError:
            raise BadInput(
                f"“{part.strip()}” in “{text}” is not parameter=number, as in ring(modes=12)."
            ) from None
    return match[1].lower(), params


def own_points(spec: str) -> tuple[str, float | None] | None:
    """(id, noise) of `points:<id>` or `points:<id>(noise=0.02)`; the noise is None if not given.

    None for any other spec. BadInput for an id that cannot be one, or a noise that cannot be used.
    """
    found = _own(spec, POINTS, "noise", "points that were drawn or uploaded")
    noise = found[1] if found else None
    if noise is not None and noise != 0 and not 1e-12 <= noise <= 1e12:
        raise BadInput(f"points(noise={noise:g}): noise must be 0, or above 0 and at most 1e12.")
    return found


def own_images(spec: str) -> tuple[str, bool | None] | None:
    """(id, grey) of `images:<id>` or `images:<id>(grey=1)`; None if not given, which is grey if
    every picture is.

    None for any other spec. BadInput for an id that cannot be one, or another value of grey.
    """
    found = _own(spec, IMAGES, "grey", "pictures that were uploaded")
    if not found:
        return None
    if found[1] not in (None, 0, 1):
        raise BadInput(f"images(grey={found[1]:g}): grey must be 1, or 0 for colour.")
    return found[0], None if found[1] is None else bool(found[1])


def _own(spec: str, prefix: str, key: str, what: str) -> tuple[str, float | None] | None:
    """(id, value of `key`) of what somebody brought, None for a spec that begins otherwise."""
    if not spec.startswith(prefix):
        return None
    kind = prefix[:-1]
    match = re.fullmatch(r"([0-9a-f]{12})\s*(\(.*\))?\s*", spec[len(prefix) :])
    if not match:
        raise BadInput(
            f"“{spec[:60]}” names no {kind}: after “{prefix}” stands an id of 12 digits 0-9 and"
            f" a-f, as a page shows it for {what}."
        )
    _, params = parse_spec(f"{kind}{match[2] or ''}")
    for name in params:
        choose(name, (key,), f"parameter of {kind}")
    return match[1], params.get(key)


def data_info(spec: str) -> DataInfo:
    """The entry a data spec names, its own parameters filled in; BadInput if it cannot be."""
    if spec.startswith(FOLDER):
        path = spec[len(FOLDER) :]
        if not path:
            raise BadInput("“folder:” needs a path after the colon, as in folder:photos/cats.")
        return DataInfo(f"Images in {path}", "image")
    if own := own_points(spec):
        return DataInfo("Own points", "2d", {} if own[1] is None else {"noise": own[1]})
    if album := own_images(spec):
        return DataInfo("Own images", "image", {} if album[1] is None else {"grey": album[1]})
    name, params = parse_spec(spec)
    info = DATA[choose(name, DATA, "data set")]
    for key, value in params.items():
        if not info.params:
            raise BadInput(f"“{name}” takes no parameters: write just {name}.")
        choose(key, info.params, f"parameter of {name}")
        _require_within(name, key, value)
    return DataInfo(
        info.title, info.kind, {**info.params, **params}, info.credit, info.channels, info.shipped
    )


def _require_within(name: str, key: str, value: float) -> None:
    """BadInput where a parameter's value makes no distribution."""
    low, high, what = _BOUNDS[key]
    where = f"{name}({key}={value:g}): {key} must be"
    if what == "whole" and not (low <= value <= high and value == int(value)):
        raise BadInput(f"{where} a whole number, {low:g} to {high:g}.")
    if not low <= value <= high and not (what == "or zero" and value == 0):
        zero = "0, or " if what == "or zero" else ""
        raise BadInput(f"{where} {zero}above 0 and at most {high:g}.")
