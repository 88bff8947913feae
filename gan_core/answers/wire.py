"""Named arrays as one block of bytes, for the way from a worker to the server."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Answer = tuple[dict[str, Any], bytes]


def pack(about: dict[str, Any], **arrays: ArrayLike) -> Answer:
    """`about` with the shapes of the arrays, and the arrays as float32."""
    found = {name: np.asarray(a, "<f4") for name, a in arrays.items()}
    shapes = {name: list(a.shape) for name, a in found.items()}
    return {**about, "arrays": shapes}, b"".join(a.tobytes() for a in found.values())


def unpack(about: Mapping[str, Any], data: bytes) -> dict[str, NDArray[np.float32]]:
    """The arrays of an answer, by name."""
    found, at = {}, 0
    for name, shape in about["arrays"].items():
        n = int(np.prod(shape))
        found[name] = np.frombuffer(data, "<f4", n, at).reshape(shape)
        at += 4 * n
    return found
