"""Whatever was drawn, and the generator that drew it, as a file.

The request: `as`, one of FORMS; `draw`, the request that drew what is shown; `name`, by which a
command finds the checkpoint; `scale` and a film's `fps`, `ends` and `between`. The answer: about
the file, and its bytes.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from gan_core import pictures
from gan_core.answers import Answer
from gan_core.catalog import BadInput, choose
from gan_core.sampling import exchange, recipes, taken
from gan_core.sampling.cards import card
from gan_core.sampling.drawing import whole
from gan_core.sampling.opened import Opened, Shelf

Request = dict[str, Any]


def export(shelf: Shelf, request: Request) -> Answer:
    """A file of what was drawn, or of the generator; BadInput that says why there is none."""
    form = choose(str(request.get("as", "")), FORMS, "kind of export")
    opened = shelf.get(request["checkpoint"])
    about, data = FORMS[form](shelf, opened, request)
    return {"as": form, **about}, data


def _scale(request: Request) -> int:
    return whole(request, "scale", 1, 1, 16)


def _drawn(request: Request) -> Request:
    drawn = request.get("draw")
    if not isinstance(drawn, dict):
        raise BadInput("Nothing was drawn yet that could be written to a file.")
    return drawn


def _png(shelf: Shelf, opened: Opened, request: Request) -> Answer:
    about, data = taken.picture(shelf, opened, _drawn(request), _scale(request))
    if about["kind"] == "2d":
        data = pictures.scatter(np.frombuffer(data, "<f4").reshape(-1, 2), about["extent"])
    return about, data


def _csv(shelf: Shelf, opened: Opened, request: Request) -> Answer:
    about, data = taken.picture(shelf, opened, _drawn(request))
    if about["kind"] != "2d":
        raise BadInput("These samples are pictures: take them as PNG or ZIP.")
    return about, taken.csv(data)


def _recipe(shelf: Shelf, opened: Opened, request: Request) -> Answer:
    """Of the very PNG that `_png` gives: it is written only of what can be drawn."""
    drawn = {**_drawn(request), "scale": _scale(request)}
    taken.picture(shelf, opened, drawn, drawn["scale"])
    name = str(request.get("name", opened.path.name))
    out = "samples.csv" if opened.kind == "2d" else "samples.png"
    return {}, recipes.write(name, opened.path, drawn, out)


def _zip(shelf: Shelf, opened: Opened, request: Request) -> Answer:
    _, recipe = _recipe(shelf, opened, {**request, "scale": 1})
    return taken.zipped(opened, _drawn(request), _scale(request), recipe)


def _film(form: str) -> Callable[[Shelf, Opened, Request], Answer]:
    return lambda _, opened, request: taken.film(
        opened, _drawn(request), _scale(request), form, request
    )


def _card(_: Shelf, opened: Opened, request: Request) -> Answer:
    return {}, card(opened, str(request.get("name", opened.path.name))).encode()


FORMS: dict[str, Callable[[Shelf, Opened, Request], Answer]] = {
    "png": _png,
    "csv": _csv,
    "zip": _zip,
    "gif": _film("gif"),
    "mp4": _film("mp4"),
    "webm": _film("webm"),
    "recipe": _recipe,
    "onnx": lambda _, opened, __: exchange.onnx(opened),
    "safetensors": lambda _, opened, __: exchange.safetensors(opened),
    "card": _card,
}
ANSWERS: dict[str, Callable[[Shelf, Request], Answer]] = {"export": export}
