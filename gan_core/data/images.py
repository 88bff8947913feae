"""A set of images held as one uint8 tensor, and the two sets that come with the project.

Pixels stay uint8 until a batch is drawn, so 20,000 faces take 15 MB and a batch crosses to a GPU
as bytes; [-1, 1] is reached on the device.
"""

import json
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import torch
from torch import Generator, Tensor
from torch.nn.functional import interpolate

from gan_core.catalog import BadInput, choose

ASSETS = Path(__file__).parent.parent / "assets"
HELD_OUT = 10  # every tenth image is held out: feature spaces are judged on those


@dataclass(frozen=True, eq=False)
class Images:
    """`pixels` uint8 [N, C, H, W]; served enlarged `scale` times, each pixel a square.

    `labels` uint8 [N, A] are the classes of A attributes ("digit", or "hair", "mouth", …) and
    `classes` names them: attribute -> its class names, in the order of the columns. `said` is what
    should be known of how the set was read, files that were left out say.
    """

    name: str
    pixels: Tensor = field(repr=False)
    labels: Tensor | None = field(default=None, repr=False)
    classes: dict[str, list[str]] | None = field(default=None, repr=False)
    scale: int = 1
    said: str = ""
    _copies: dict[str, Tensor] = field(default_factory=dict, repr=False)

    def __len__(self) -> int:
        return len(self.pixels)

    @property
    def size(self) -> int:
        """Side of the square images as served, in pixels."""
        return self.pixels.shape[-1] * self.scale

    @property
    def channels(self) -> int:
        return self.pixels.shape[1]

    @property
    def shape(self) -> tuple[int, int, int]:
        """(C, size, size) of one served image."""
        return (self.channels, self.size, self.size)

    def sample(self, n: int, generator: Generator, device: str | torch.device = "cpu") -> Tensor:
        """float32 [n, C, size, size] in [-1, 1]: n images drawn with replacement."""
        which = torch.randint(len(self), (n,), generator=generator, device=generator.device)
        return self.take(which, device)

    def take(self, which: Tensor, device: str | torch.device = "cpu") -> Tensor:
        """float32 [n, C, size, size] in [-1, 1]: the images at these indices."""
        device = torch.device(device)
        if str(device) not in self._copies:  # once for each device, as bytes
            self._copies[str(device)] = self.pixels.to(device)
        picked = self._copies[str(device)][which.to(device)]
        if self.scale > 1:
            picked = picked.repeat_interleave(self.scale, 2).repeat_interleave(self.scale, 3)
        return picked.float().div_(127.5).sub_(1)

    def part(self, which: str) -> "Images":
        """The set without every tenth image (`"train"`), or those alone (`"test"`)."""
        choose(which, ("train", "test"), "part of the data")
        held = torch.arange(len(self)) % HELD_OUT == HELD_OUT - 1
        if len(self) < HELD_OUT:
            held[-1] = len(self) > 1  # even a tiny folder has one image to judge by
        keep = held if which == "test" else ~held
        if not keep.any():
            raise BadInput(f"{self.name} has one image only: none can be held out. Add images.")
        labels = None if self.labels is None else self.labels[keep]
        return replace(self, pixels=self.pixels[keep], labels=labels, _copies={})


def faces(size: int) -> Images:
    """The 20,000 pixel-art faces, stored at 16x16, with the attributes they were drawn from."""
    with np.load(ASSETS / "faces16.npz") as file:
        pixels = torch.from_numpy(file["images"]).permute(0, 3, 1, 2).contiguous()
        labels = torch.from_numpy(file["attributes"])
        classes = json.loads(str(file["names"]))
    if size % 16 == 0:  # an exact enlargement is left to the batch: a sixteenth of the memory
        return Images("faces", pixels, labels, classes, size // 16)
    return Images("faces", resize(pixels, size), labels, classes)


def digits(size: int) -> Images:
    """1,797 handwritten digits, 8x8 with 17 levels of ink, enlarged smoothly."""
    with np.load(ASSETS / "digits8.npz") as file:
        ink = torch.from_numpy(file["images"]).float().mul(255 / 16).round().byte()
        labels = torch.from_numpy(file["labels"])[:, None]
    return Images("digits", resize(ink[:, None], size), labels, {"digit": list("0123456789")})


def resize(pixels: Tensor, size: int) -> Tensor:
    """uint8 [N, C, H, W] -> uint8 [N, C, size, size], bilinear with antialiasing."""
    if pixels.shape[-2:] == (size, size):
        return pixels
    out = torch.empty(*pixels.shape[:2], size, size, dtype=torch.uint8)
    for start in range(0, len(pixels), 4096):  # in pieces: floats take four times the memory
        piece = pixels[start : start + 4096].float()
        piece = interpolate(piece, (size, size), mode="bilinear", antialias=True)
        out[start : start + 4096] = piece.round_().clamp_(0, 255).byte()
    return out
