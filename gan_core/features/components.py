"""Principal components of pixels: the feature space of data that no classifier is shipped for."""

import torch
from torch import Tensor, nn

from gan_core.features.space import resized


class Components(nn.Module):
    """Principal components of pixels at 16x16, [n, C, H, W] -> [n, at most 64]."""

    mean: Tensor
    axes: Tensor

    def __init__(self, images: Tensor, most: int = 64):
        super().__init__()
        flat = resized(images, 16).flatten(1).double()
        self.register_buffer("mean", flat.mean(0).float())
        centred = flat - flat.mean(0)
        _, vectors = torch.linalg.eigh(centred.T @ centred)  # ascending
        self.register_buffer("axes", vectors.flip(1)[:, :most].float().contiguous())

    def forward(self, x: Tensor) -> Tensor:
        return (resized(x, 16).flatten(1) - self.mean) @ self.axes
