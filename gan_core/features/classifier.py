"""Small classifiers of one data set each, whose penultimate layer is its feature space."""

import json
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import torch
from safetensors import safe_open
from torch import Tensor, nn

from gan_core.features.space import FeatureSpace, resized

ASSETS = Path(__file__).parent.parent / "assets"
SIDE = 32  # classifiers see 32x32 pixels
NARROW = (16, 32, 64, 64)  # channels of the four layers


class FeatureNet(nn.Module):
    """float [n, C, H, W] in [-1, 1] -> features [n, d], each about mean 0 and variance 1 on the
    data it was trained on, so that d is the Fréchet distance of a generator stuck at the mean."""

    mean: Tensor
    std: Tensor

    def __init__(
        self,
        channels: int,
        features: int,
        classes: dict[str, list[str]],
        widths: Sequence[int] = NARROW,
    ):
        super().__init__()
        self.classes = classes
        blocks = [_block(i, o) for i, o in pairwise([channels, *widths])]
        self.trunk = nn.Sequential(*blocks, nn.Flatten(), nn.Linear(widths[-1] * 4, features))
        self.heads = nn.Linear(features, sum(map(len, classes.values())))
        self.register_buffer("mean", torch.zeros(features))
        self.register_buffer("std", torch.ones(features))

    def forward(self, x: Tensor) -> Tensor:
        return (self.trunk(resized(x, SIDE)) - self.mean) / self.std  # [n, d]

    def logits(self, features: Tensor) -> list[Tensor]:
        """One [n, classes] for each attribute."""
        every = self.heads(features * self.std + self.mean)
        return list(every.split([len(names) for names in self.classes.values()], 1))


def _block(n_in: int, n_out: int) -> nn.Sequential:
    """Convolution, normalisation, ReLU; half the side."""
    conv = nn.Conv2d(n_in, n_out, 3, padding=1, bias=False)
    return nn.Sequential(conv, nn.BatchNorm2d(n_out), nn.ReLU(), nn.MaxPool2d(2))


class ClassifierSpace(FeatureSpace):
    """The space of a FeatureNet, which also tells classes."""

    net: FeatureNet

    @torch.no_grad()
    def classify(self, features: Tensor) -> dict[str, Tensor]:
        logits = self.net.logits(features.to(self.net.mean.device))
        found = {a: x.argmax(1).cpu() for a, x in zip(self.net.classes, logits, strict=True)}
        return {attribute: found[attribute] for attribute in self.classes}


def shipped(name: str) -> FeatureSpace | None:
    """The space of a data set that comes with the project; None where there is none."""
    path = ASSETS / f"features-{name}.safetensors"
    if not path.exists():
        return None
    with safe_open(path, "pt") as file:
        card = json.loads(file.metadata()["card"])
        weights = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118
    widths = card.get("widths", NARROW)
    net = FeatureNet(card["channels"], card["features"], card["classes"], widths)
    net.load_state_dict(weights)
    reliable = {name: card["classes"][name] for name in card["reliable"]}
    net.eval().to(memory_format=torch.channels_last)
    return ClassifierSpace(card["space"], net, reliable)
