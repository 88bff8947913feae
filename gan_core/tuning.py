"""The process as training wants it: threads, tiny numbers, and what a GPU may round or choose."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch

from gan_core.allocator import MMAP_THRESHOLD, TOP_PAD, TRIM_THRESHOLD, set_options
from gan_core.config import Config

# What a round of pictures frees is kept for the next one: a page that the system hands out anew is
# first filled with zeros, which takes longer than a layer.
KEPT = {MMAP_THRESHOLD: 32 * 2**20, TRIM_THRESHOLD: 2**30, TOP_PAD: 64 * 2**20}  # bytes


@contextmanager
def tuned(config: Config) -> Iterator[None]:
    """Within it a config trains fastest; afterwards the process is as its owner had it, but that
    one that trained on pictures keeps free memory.

    With precision=float32 a GPU keeps every digit, and cuDNN takes the same algorithms each time;
    otherwise products of float32 are rounded to 10 bits going in (TF32), and cuDNN tries what is
    fastest for shapes that never change.
    """
    exact = config.precision == "float32"
    products = "ieee" if exact else "tf32"
    cudnn: Any = torch.backends.cudnn
    before = (
        torch.backends.cuda.matmul.fp32_precision,
        cudnn.conv.fp32_precision, cudnn.benchmark, cudnn.deterministic,
    )  # fmt: skip
    threads = torch.get_num_threads()
    if config.threads:
        torch.set_num_threads(config.threads)
    elif config.kind == "2d":
        torch.set_num_threads(1)  # so small a network is slower on two
    if config.kind == "image":
        set_options(KEPT)
    torch.set_flush_denormal(True)
    _let_gpu(products, products, not exact, exact)
    try:
        yield
    finally:
        _let_gpu(*before)
        torch.set_flush_denormal(False)
        torch.set_num_threads(threads)


def _let_gpu(products: str, convolutions: str, benchmark: bool, deterministic: bool) -> None:
    cudnn: Any = torch.backends.cudnn
    torch.backends.cuda.matmul.fp32_precision = products
    cudnn.conv.fp32_precision = convolutions
    cudnn.benchmark, cudnn.deterministic = benchmark, deterministic
