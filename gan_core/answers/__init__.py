"""What the worker process answers to the theory pages: numbers that need torch or much arithmetic.

An answer is (about, bytes): `about` is JSON, its "arrays" the shapes, by name, of the float32
arrays that the bytes hold one after another. `table` has every answer; `wire` loads no torch.
"""

from gan_core.answers.wire import Answer, pack

__all__ = ["Answer", "pack"]
