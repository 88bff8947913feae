"""What can be done with a trained generator, as answers to requests: a request names a checkpoint,
an answer is JSON and bytes. Each module of this package gives its `ANSWERS`.
"""

from collections.abc import Callable
from typing import Any

from gan_core.answers import Answer
from gan_core.sampling import exporting, fill, judging, look, move
from gan_core.sampling.drawing import draw, latents, lerp, slerp
from gan_core.sampling.look import sample
from gan_core.sampling.move import interpolate
from gan_core.sampling.opened import Opened, Shelf, locate

__all__ = [
    "ANSWERS", "ROWS", "Opened", "Shelf", "draw", "interpolate", "latents", "lerp", "locate",
    "sample", "slerp",
]  # fmt: skip

ROWS = {**look.ROWS, **move.ROWS, **fill.ROWS}
ANSWERS: dict[str, Callable[[Shelf, dict[str, Any]], Answer]] = {
    **look.ANSWERS,
    **move.ANSWERS,
    **fill.ANSWERS,
    **judging.ANSWERS,
    **exporting.ANSWERS,
}
