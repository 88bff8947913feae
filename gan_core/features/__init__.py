"""Feature spaces in which generated images are compared with real ones.

A Fréchet distance means something only together with the space it was measured in, so every space
has a name that is printed beside the number:

- `mnist-cnn`, `faces-cnn`, `digits-cnn`: the penultimate layer of a small classifier of that very
  data, shipped in `assets/`, which also tells the classes of what was generated;
- `pixels-pca64`, for every other set: the first 64 principal components of the real pixels,
  shrunk to 16x16. It knows no classes and is blind to sharpness, but collapse and wrong colours
  show;
- `inception-v3`, beside either, where its weights lie on the machine (see `inception`).

Distances in two different spaces cannot be compared.
"""

import torch

from gan_core.data import Images
from gan_core.features.classifier import ASSETS, shipped
from gan_core.features.components import Components
from gan_core.features.inception import has_inception, inception_space
from gan_core.features.making import EPOCHS, train_features
from gan_core.features.space import FeatureSpace, resized

__all__ = [
    "ASSETS", "FeatureSpace", "has_inception", "inception_space", "resized", "space_for",
    "train_features",
]  # fmt: skip


def space_for(images: Images) -> FeatureSpace:
    """The feature space this data is judged in: its own classifier, or its principal pixels."""
    if images.name in EPOCHS and (space := shipped(images.name)):
        return space
    step = max(1, len(images) // 2000)
    some = images.take(torch.arange(0, len(images), step)[:2000])
    return FeatureSpace("pixels-pca64", Components(some), {})
