"""What a process asks of its C library's allocator; other systems' are left as they are."""

import ctypes
from contextlib import suppress

# Of malloc.h: free memory at its end that a heap keeps, bytes it grows by beyond what is asked for,
# and the size from which a block is one of its own, given back as soon as it is freed.
TRIM_THRESHOLD, TOP_PAD, MMAP_THRESHOLD = -1, -2, -3


def set_options(options: dict[int, int]) -> None:
    """Set options, from one of the above to bytes, from now on."""
    with suppress(OSError, AttributeError, TypeError):  # musl, macOS, Windows
        mallopt = ctypes.CDLL(None).mallopt
        for option, size in options.items():
            mallopt(option, size)
