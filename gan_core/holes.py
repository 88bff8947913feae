"""Holes: which part of a picture is hidden, told in words. Torch-free.

A hole is a set of cells of a grid of GRID x GRID over the whole picture, and is written as
`left`, `right`, `top` or `bottom`, that half; `rect:x0,y0,x1,y1`, the cells from column x0 and row
y0 up to, not including, x1 and y1; or `cells:` and 64 hexadecimal digits, four for each row from
the top, the leftmost cell being the highest bit.
"""

import re

import numpy as np
from numpy.typing import NDArray

from gan_core.catalog import BadInput

GRID = 16  # cells on a side; sizes of pictures are multiples of it
HALVES: dict[str, tuple[int, int, int, int]] = {  # as x0, y0, x1, y1
    "left": (0, 0, GRID // 2, GRID),
    "right": (GRID // 2, 0, GRID, GRID),
    "top": (0, 0, GRID, GRID // 2),
    "bottom": (0, GRID // 2, GRID, GRID),
}
_RECT = re.compile(r"rect:(\d{1,2}),(\d{1,2}),(\d{1,2}),(\d{1,2})")
_CELLS = re.compile(rf"cells:([0-9a-fA-F]{{{GRID * GRID // 4}}})")


def parse(spec: str) -> NDArray[np.bool_]:
    """The hidden cells [GRID, GRID], row 0 at the top; BadInput where the words name none."""
    if spec in HALVES:
        return _rect(*HALVES[spec])
    if found := _RECT.fullmatch(spec):
        x0, y0, x1, y1 = map(int, found.groups())
        if x0 < x1 <= GRID and y0 < y1 <= GRID:
            return _rect(x0, y0, x1, y1)
        raise BadInput(
            f"“{spec}” is no rectangle of the {GRID} x {GRID} cells: x0 must be below x1, y0 below"
            f" y1, and both ends at most {GRID}."
        )
    if found := _CELLS.fullmatch(spec):
        bits = np.unpackbits(np.frombuffer(bytes.fromhex(found[1]), np.uint8))
        if not bits.any():
            raise BadInput("Nothing is hidden: paint one cell at least.")
        return bits.reshape(GRID, GRID).astype(bool)
    raise BadInput(
        f"“{spec}” names no part of a picture: use {', '.join(HALVES)}, rect:x0,y0,x1,y1 with cells"
        f" from 0 to {GRID}, or cells: and {GRID * GRID // 4} hexadecimal digits."
    )


def spell(hidden: NDArray[np.bool_]) -> str:
    """The words for any hidden cells [GRID, GRID]."""
    return f"cells:{np.packbits(hidden).tobytes().hex()}"


def _rect(x0: int, y0: int, x1: int, y1: int) -> NDArray[np.bool_]:
    hidden = np.zeros((GRID, GRID), bool)
    hidden[y0:y1, x0:x1] = True
    return hidden
