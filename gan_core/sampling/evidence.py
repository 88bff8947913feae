"""What samples are judged against: real images, those that were held out, and their features.

Encoding a large set takes seconds, so it is done a part at a time, and the sets judged last are
kept: other visitors are answered between two parts.
"""

from collections import OrderedDict
from functools import cached_property
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from gan_core import features, metrics
from gan_core.catalog import BadInput
from gan_core.data import Images, load, require_here
from gan_core.features import FeatureSpace
from gan_core.metrics.birthday import MANY, alike
from gan_core.metrics.neighbours import nearest
from gan_core.sampling.opened import Opened

KEPT = 2  # data sets kept with their features
AT_ONCE = 8000  # images encoded in one answer: about a second of one core
# held-out images that samples are held against, at most: rows of pixels are long
HELD = {"features": 2000, "pixels": 1000}
SPACES = tuple(HELD)
_kept: OrderedDict[tuple[Any, ...], "Evidence"] = OrderedDict()


class Evidence:
    """Real images of one set, `train` and `held` (None where none were held out), in a feature
    space that is named; rows of either are given in both spaces."""

    def __init__(self, spec: str, size: int, beside: Path | None):
        require_here(spec)
        train = load(spec, size, beside=beside)
        if not isinstance(train, Images):
            raise BadInput("Points in the plane are judged on their training page, not here.")
        held = load(spec, size, part="test", beside=beside)
        assert isinstance(held, Images)
        few = len(train) < 10  # then what is held out is trained on too
        self.spec, self.train, self.held = spec, train, None if few else held
        self.space: FeatureSpace = features.space_for(train)
        self._parts: list[Tensor] = []

    @property
    def encoded(self) -> int:
        """Training images encoded so far."""
        return sum(map(len, self._parts))

    def encode_more(self, most: int = AT_ONCE) -> None:
        rows = torch.arange(self.encoded, min(self.encoded + most, len(self.train)))
        if len(rows):
            pieces = [self.space.encode(self.train.take(some)) for some in rows.split(1000)]
            self._parts.append(torch.cat(pieces))

    @property
    def features(self) -> Tensor:
        """Of all training images, [n, d]; what is missing is encoded now."""
        while self.encoded < len(self.train):
            self.encode_more()
        if len(self._parts) > 1:
            self._parts = [torch.cat(self._parts)]
        return self._parts[0]

    @cached_property
    def judge(self) -> metrics.ImageJudge:
        return metrics.ImageJudge(self.train, self.space, encoded=self.features)

    def train_rows(self, space: str, which: Tensor) -> Tensor:
        """Training images at these indices as rows [n, d] of a space."""
        return self.features[which] if space == "features" else pixels_of(self.train, which)

    @cached_property
    def held_index(self) -> Tensor:
        """Indices of held-out images, in an order of chance; BadInput where there are none."""
        if self.held is None:
            raise BadInput(
                f"{self.spec} has fewer than ten images, all of which were trained on: whether"
                " samples are copies cannot be told. Train on ten or more."
            )
        rng = torch.Generator().manual_seed(0)
        return torch.randperm(len(self.held), generator=rng)[: max(HELD.values())]

    @cached_property
    def _held_features(self) -> Tensor:
        index = self.held_index
        assert self.held is not None
        return torch.cat([self.space.encode(self.held.take(i)) for i in index.split(1000)])

    def held_rows(self, space: str) -> Tensor:
        """Held-out images as rows [n, d] of a space."""
        index = self.held_index[: HELD[space]]
        assert self.held is not None
        return self._held_features if space == "features" else pixels_of(self.held, index)

    @cached_property
    def _memo(self) -> dict[tuple[str, str], Any]:
        return {}

    def held_far(self, space: str) -> Tensor:
        """Distances [n] of the held-out images to their nearest training images."""
        if (key := ("far", space)) not in self._memo:
            self._memo[key] = self.far(self.held_rows(space), space, 1)[0][:, 0]
        return self._memo[key]

    def far(self, rows: Tensor, space: str, k: int) -> tuple[Tensor, Tensor]:
        """Distances and indices [n, k] of the training images nearest to rows [n, d]."""
        return nearest(rows, lambda i: self.train_rows(space, i), len(self.train), k)

    def alike(self, space: str) -> float:
        """The distance below which two images count as alike (see `metrics.birthday`)."""
        if (key := ("alike", space)) not in self._memo:
            some = torch.linspace(0, len(self.train) - 1, min(MANY, len(self.train))).long()
            self._memo[key] = alike(self.train_rows(space, some))
        return self._memo[key]


def evidence(opened: Opened, request: dict[str, Any]) -> Evidence:
    """What this checkpoint is judged against: the data it was trained on, or `data` where the
    request names it. BadInput where that is not known, not here, or points."""
    if opened.kind == "2d":
        raise BadInput("Points in the plane are judged on their training page, not here.")
    spec = request.get("data")
    if spec is None and opened.config is None:
        raise BadInput(
            f"{opened.path.name} does not say what it was trained on: choose the data to judge"
            " it against."
        )
    own = spec is None or (opened.config is not None and spec == opened.config.data)
    if own:
        assert opened.config is not None
        spec = opened.config.data
    key = (spec, opened.shape[-1], opened.path.parent if own else None)
    if key not in _kept:
        _kept[key] = Evidence(str(spec), opened.shape[-1], key[2])
        while len(_kept) > KEPT:
            _kept.popitem(last=False)
    _kept.move_to_end(key)
    return _kept[key]


def pixels_of(images: Images, which: Tensor) -> Tensor:
    """Rows [n, C size size] of images, in [-1, 1]."""
    return images.take(which).flatten(1)


def in_channels(samples: Tensor, channels: int) -> Tensor:
    """Samples [n, C, H, W] with as many channels as the data: grey is repeated, colour becomes its
    luma (Rec. 601)."""
    if samples.shape[1] == channels:
        return samples
    if channels == 3:
        return samples.expand(-1, 3, -1, -1)
    weights = torch.tensor([0.299, 0.587, 0.114])[:, None, None]
    return (samples * weights).sum(1, keepdim=True)
