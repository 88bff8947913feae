"""How far generated images are from real ones, each figure with what a perfect sampler would score.

Every key has a twin ending in `_real`: the same measure with real images that were set aside, as
many, in the place of the generated ones. At its twin, a generator is as good as it can be told.
torch-fidelity carries the mathematics; it takes seconds to import, so a run does so when it judges.
"""

from functools import cached_property
from typing import Any, Protocol

import numpy as np
import torch
from torch import Tensor

from gan_core.catalog import BadInput
from gan_core.metrics.shared import density_coverage, precision_recall, require_finite

REFERENCE = 10000  # real images that generated ones are compared with
MANIFOLD = 2000  # rows in the n² distances of precision, recall, density and coverage
PAIRED = 500  # rows in the mean distance of pairs: 125,000 pairs, one percent of error or less
SUBSETS, SUBSET = 20, 250  # of the kernel distance: draws, and rows in each
PRESENT = 0.1  # a class counts if it is generated this often, relative to the real data


class ImageData(Protocol):
    """What judging needs to know of an image set; `gan_core.data.Images` is one."""

    def __len__(self) -> int: ...
    def take(self, which: Tensor) -> Tensor: ...


class Space(Protocol):
    """What judging needs to know of a feature space; `gan_core.features.FeatureSpace` is one."""

    @property
    def name(self) -> str: ...
    @property
    def classes(self) -> dict[str, list[str]]: ...
    def encode(self, images: Tensor) -> Tensor: ...
    def classify(self, features: Tensor) -> dict[str, Tensor]: ...


class ImageJudge:
    """Compares generated images with one real set in one feature space, again and again.

    The real set is the one that trained the generator, as Fréchet distances are customarily taken:
    a generator that only memorised would score well, so this is no test against copying.
    Of the rest, up to `reference` are compared with; half as many, and half of all at most, are set
    aside first as the perfect sampler behind the `_real` figures. Both are encoded at the first
    judgement, unless `encoded`, the features [n, d] of all images, are at hand.
    """

    def __init__(
        self,
        images: ImageData,
        space: Space,
        seed: int = 0,
        reference: int = REFERENCE,
        encoded: Tensor | None = None,
    ):
        if len(images) < 4:
            raise BadInput(f"{len(images)} images are too few to judge by: at least 4 are needed.")
        self.images, self.space, self._encoded = images, space, encoded
        order = torch.randperm(len(images), generator=torch.Generator().manual_seed(seed))
        aside = min(len(images) // 2, reference // 2)
        self._rows = order[aside : aside + reference], order[:aside]
        self._floors: dict[int, dict[str, float]] = {}

    def __call__(self, fake: Tensor) -> dict[str, Any]:
        """Scores of images [n, C, H, W] in [-1, 1]. More than can be matched by as many real ones
        are left out, so that `frechet` and `frechet_real` are of equal samples."""
        require_finite(fake)
        return self.of_features(self.space.encode(fake.detach()[: len(self._aside)]))

    def of_features(self, features: Tensor) -> dict[str, Any]:
        """Scores of images by their features [n, d]."""
        features = features[: len(self._aside)]
        n = len(features)
        if n not in self._floors:
            self._floors[n] = self._compare(self._aside[:n])
        scores: dict[str, Any] = {"samples": n, "feature_space": self.space.name}
        scores |= self._compare(features)
        scores |= {f"{key}_real": value for key, value in self._floors[n].items()}
        return scores | self._classes(features)

    @cached_property
    def _reference(self) -> Tensor:
        return self._encode(self._rows[0])

    @cached_property
    def _aside(self) -> Tensor:
        return self._encode(self._rows[1])

    @cached_property
    def _moments(self) -> tuple[np.ndarray, np.ndarray]:
        return moments(self._reference)

    def _encode(self, rows: Tensor) -> Tensor:
        if self._encoded is not None:
            return self._encoded[rows]
        parts = rows.split(1000)  # floats of all images at once would not fit
        return torch.cat([self.space.encode(self.images.take(part)) for part in parts])

    def _compare(self, features: Tensor) -> dict[str, float]:
        both = features[:MANIFOLD], self._reference[:MANIFOLD]
        (precision, recall), (density, coverage) = precision_recall(*both), density_coverage(*both)
        return {
            "frechet": frechet(moments(features), self._moments),
            "kernel": kernel(features, self._reference),
            "precision": precision,
            "recall": recall,
            "density": density,
            "coverage": coverage,
            "diversity": diversity(features[:PAIRED]),
        }

    def shares(self) -> dict[str, list[float]]:
        """How often each class is recognised in the real set, by attribute; shares of one."""
        found = self.space.classify(self._reference)
        return {
            attribute: (
                torch.bincount(found[attribute], minlength=len(names)) / len(self._reference)
            ).tolist()
            for attribute, names in self.space.classes.items()
        }

    def _classes(self, features: Tensor) -> dict[str, Any]:
        """How often each class was recognised, and which are as good as absent."""
        found, expected = self.space.classify(features), self.space.classify(self._reference)
        if not found:
            return {}
        report: dict[str, Any] = {}
        for attribute, names in self.space.classes.items():
            counts = torch.bincount(found[attribute], minlength=len(names))
            real = torch.bincount(expected[attribute], minlength=len(names)) / len(self._reference)
            present = (counts > 0) & (counts >= PRESENT * real * len(features)) | (real == 0)
            report[attribute] = {
                "present": int(present.sum()),
                "total": len(names),
                "missing": [name for name, yes in zip(names, present, strict=True) if not yes],
                "counts": counts.tolist(),
            }
        return {
            "classes_present": sum(part["present"] for part in report.values()),
            "classes_total": sum(part["total"] for part in report.values()),
            "classes": report,
        }


def diversity(features: Tensor) -> float:
    """How much samples differ: the mean distance between two different rows of features [n, d]; 0
    where all are equal."""
    if len(features) < 2:
        raise BadInput("One image differs from none: judge at least 2.")
    return torch.pdist(features.double()).mean().item()


def moments(features: Tensor) -> tuple[np.ndarray, np.ndarray]:
    """Mean [d] and covariance [d, d] of features [n, d], in float64."""
    rows = features.double().numpy()
    if len(rows) < 2:
        raise BadInput("One image has no covariance: judge at least 2.")
    return rows.mean(0), np.atleast_2d(np.cov(rows, rowvar=False))


def frechet(a: tuple[np.ndarray, np.ndarray], b: tuple[np.ndarray, np.ndarray]) -> float:
    """Squared 2-Wasserstein distance between two Gaussians given by (mean, covariance):
    |m₁-m₂|² + tr(C₁ + C₂ - 2(C₁C₂)^½) (Dowson & Landau 1982; Heusel et al. 2017)."""
    from torch_fidelity.metric_fid import KEY_METRIC_FID, fid_statistics_to_metric

    one, two = ({"mu": mean, "sigma": covariance} for mean, covariance in (a, b))
    return max(0.0, fid_statistics_to_metric(one, two, verbose=False)[KEY_METRIC_FID])


def kernel(features: Tensor, reference: Tensor) -> float:
    """Kernel distance of features [n, d] to [m, d]: the unbiased squared MMD of the kernel
    (xᵀy/d + 1)³, a mean over SUBSETS draws of at most SUBSET rows (Bińkowski et al. 2018). It has
    no bias in n, so it is 0 on average for a perfect sampler, and below 0 for every other draw."""
    from torch_fidelity.metric_kid import KEY_METRIC_KID_MEAN, kid_features_to_metric

    rows = min(SUBSET, len(features), len(reference))
    found = kid_features_to_metric(
        features.double(), reference.double(), kid_subsets=SUBSETS, kid_subset_size=rows,
        rng_seed=0, verbose=False,
    )  # fmt: skip
    return float(found[KEY_METRIC_KID_MEAN])
