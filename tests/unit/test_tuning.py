"""What a process is set to while it trains, and that it is given back as it was."""

import pytest
import torch

from gan_core.config import Config
from gan_core.tuning import tuned


def settings():
    cudnn = torch.backends.cudnn
    return (
        torch.backends.cuda.matmul.fp32_precision, cudnn.conv.fp32_precision,
        cudnn.benchmark, cudnn.deterministic, torch.get_num_threads(),
    )  # fmt: skip


@pytest.mark.parametrize("precision", ["tf32", "bfloat16"])
def test_products_are_rounded_and_algorithms_chosen_where_that_is_asked_for(precision):
    with tuned(Config(precision=precision)):
        assert settings() == ("tf32", "tf32", True, False, 1)


def test_float32_is_exact_and_repeatable():
    with tuned(Config(precision="float32")):
        assert settings() == ("ieee", "ieee", False, True, 1)


def test_the_process_is_given_back_also_after_an_error():
    before = settings()
    with pytest.raises(ZeroDivisionError), tuned(Config(precision="tf32")):
        _ = 1 / 0
    assert settings() == before


@pytest.mark.parametrize("data", ["ring", "digits"])
def test_threads_that_are_given_are_kept(data):
    network = "mlp" if data == "ring" else "dcgan"
    with tuned(Config(data=data, network=network, threads=3)):
        assert torch.get_num_threads() == 3
