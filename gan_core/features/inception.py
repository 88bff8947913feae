"""The Inception network of published Fréchet distances, where its weights lie on this machine.

2048 features of the network of 2015, as torch-fidelity converted it from TensorFlow: at as many
samples as a paper has, its distances are that paper's FIDs. The file (95 MB) is never downloaded
from here. torch-fidelity would unpickle it, which can run code: here it is read as tensors alone.
"""

import io
import os
import pickle
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from gan_core.catalog import BadInput
from gan_core.features.space import FeatureSpace

NAME = "inception-v3"
VARIABLE = "GAN_INCEPTION"  # of the environment: where the file lies
PIECE = 32  # images at a time: each takes 6 MB at its widest


class Inception(nn.Module):
    """float [n, 1 or 3, H, W] in [-1, 1] -> features [n, 2048], of the images as bytes of RGB."""

    def __init__(self, extractor: nn.Module):
        super().__init__()
        self.extractor = extractor

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat([self.extractor(part)[0] for part in as_bytes(x).split(PIECE)])


def as_bytes(x: Tensor) -> Tensor:
    """uint8 [n, 3, H, W] of images [n, 1 or 3, H, W] in [-1, 1]; grey is repeated."""
    pixels = x.add(1).mul(127.5).round().clamp(0, 255).byte()
    return pixels.expand(-1, 3, -1, -1)


def weights_file() -> Path:
    """Where the weights are looked for: GAN_INCEPTION, or torch-fidelity's own place."""
    if given := os.environ.get(VARIABLE):
        return Path(given)
    from torch_fidelity.feature_extractor_inceptionv3 import URL_INCEPTION_V3

    return Path(torch.hub.get_dir()) / "checkpoints" / URL_INCEPTION_V3.rpartition("/")[2]


def has_inception() -> bool:
    """Whether the weights are here."""
    return weights_file().is_file()


def inception_space() -> FeatureSpace:
    """The space; BadInput says which file is missing, or what is wrong with it."""
    from torch_fidelity import feature_extractor_inceptionv3 as fidelity

    path = weights_file()
    if not path.is_file():
        raise BadInput(
            f"The weights of Inception are not here: {path} is no file. They are not downloaded"
            f" from here. Put {fidelity.URL_INCEPTION_V3} there, or set {VARIABLE} to where it is."
        )
    weights = io.BytesIO()
    torch.save(_read(path), weights)
    weights.seek(0)
    try:
        extractor = fidelity.FeatureExtractorInceptionV3(
            NAME, ["2048"], feature_extractor_weights_path=weights
        )
    except (RuntimeError, TypeError, AttributeError):  # other names, other shapes, no dictionary
        raise BadInput(
            f"{path} holds the weights of another network. Put {fidelity.URL_INCEPTION_V3} there."
        ) from None
    return FeatureSpace(NAME, Inception(extractor), {})


def _read(path: Path) -> Any:
    """What a file of weights holds, if it is tensors and nothing that could run."""
    try:
        return torch.load(path, "cpu", weights_only=True)
    except (pickle.UnpicklingError, RuntimeError, EOFError, OSError, ValueError) as error:
        reason = str(error).strip().splitlines()[0] if str(error).strip() else "it is empty"
        raise BadInput(
            f"{path} cannot be read as weights ({reason[:120]}). Bring the file anew."
        ) from None
