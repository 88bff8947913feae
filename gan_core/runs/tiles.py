"""One frame of a run on images: a picture of tiles, and what D says of each of them.

A WebP file says its own length, and readers of pictures ignore what follows it. So D's opinions
stand behind the picture as little-endian f4, one for each tile; older frames have none. Torch-free.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_HEAD = 12  # bytes: "RIFF", u32 length of what follows it, "WEBP"


def join(picture: bytes, scores: Sequence[float] | NDArray[np.float32]) -> bytes:
    """A WebP picture with the numbers of its tiles behind it."""
    return picture + np.asarray(scores, "<f4").tobytes()


def split(payload: bytes) -> tuple[bytes, NDArray[np.float32]]:
    """The picture of a frame, and the numbers of its tiles: none in older frames."""
    none = np.zeros(0, "<f4")
    if len(payload) < _HEAD or payload[:4] != b"RIFF":
        return payload, none
    length = 8 + int.from_bytes(payload[4:8], "little")
    rest = payload[length:]
    return payload[:length], np.frombuffer(rest, "<f4") if len(rest) % 4 == 0 else none
