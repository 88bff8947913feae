"""How far generated samples are from the data, each figure with what a perfect sampler would score.

A distance between two finite samples is never zero, so a figure alone cannot be read. Every key
here has a twin ending in `_real`: the same measure with fresh real samples, as many, in the place
of the generated ones. At its twin, a generator is as good as the measure can tell.
"""

import math
from functools import cached_property, lru_cache
from typing import Any, Protocol

import numpy as np
import torch
from torch import Generator, Tensor

from gan_core.catalog import BadInput

EM_POINTS = 1000  # an exact transport plan costs about n³: 0.1 s here
REFERENCE = 10000  # real images that generated ones are compared with
MANIFOLD = 2000  # rows in the n² distances of precision and recall
PRESENT = 0.1  # a class or mode counts if it is generated this often, relative to the real data


class PlaneData(Protocol):
    """What judging needs to know of a 2-D distribution; `gan_core.data.Toy` is one."""

    @property
    def modes(self) -> Tensor | None: ...
    @property
    def weights(self) -> Tensor | None: ...
    @property
    def std(self) -> float: ...
    def sample(self, n: int, generator: Generator) -> Tensor: ...
    def __hash__(self) -> int: ...


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


def evaluate_2d(fake: Tensor, toy: PlaneData, generator: Generator) -> dict[str, Any]:
    """Scores of points [n, 2] against the data: `em` always, mode coverage where it has modes."""
    _require_finite(fake)
    fake = fake.detach().float().cpu()
    some = min(len(fake), EM_POINTS)
    real = toy.sample(some, generator).cpu()
    scores: dict[str, Any] = {"samples": len(fake)}
    if toy.modes is not None and toy.weights is not None:
        scores |= mode_coverage(fake, toy.modes, toy.std, toy.weights)
        scores |= perfect(len(fake), toy.weights)
    drawn = fake[torch.randperm(len(fake), generator=generator, device=generator.device).cpu()]
    scores["em"] = earth_mover(drawn[:some], real)
    scores["em_real"] = _em_floor(toy, some)
    return scores


@lru_cache(maxsize=16)
def _em_floor(toy: PlaneData, n: int, pairs: int = 4) -> float:
    """Mean distance of two real samples of n: one pair alone strays by a fifth."""
    real = toy.sample(2 * pairs * n, torch.Generator().manual_seed(0)).split(n)
    return sum(map(earth_mover, real[:pairs], real[pairs:])) / pairs


def mode_coverage(points: Tensor, modes: Tensor, std: float, weights: Tensor) -> dict[str, Any]:
    """The protocol of published tables: a point is of high quality within 3 std of its nearest
    mode; a mode is found when a high-quality point is nearest to it. `reverse_kl` is that of the
    histogram of nearest modes, all points counted, to the true weights, in nats; that histogram
    is `mode_share`, and `lost` are the rows of modes that get less than a tenth of their weight."""
    distance, nearest = torch.cdist(points.double(), modes.double()).min(1)  # float32 cancels
    good = distance <= 3 * std
    share = torch.bincount(nearest, minlength=len(modes)) / len(points)
    filled = share > 0
    kl = (share[filled] * (share[filled] / weights[filled]).log()).sum()
    return {
        "modes": len(nearest[good].unique()),
        "modes_total": len(modes),
        "hq": good.float().mean().item(),
        "reverse_kl": max(0.0, kl.item()),  # float rounding can leave -1e-8
        "mode_share": [round(s, 4) for s in share.tolist()],
        "lost": (share < PRESENT * weights).nonzero().flatten().tolist(),
    }


def perfect(n: int, weights: Tensor) -> dict[str, float]:
    """What n points of the mixture itself score on average, its modes well apart (6 std): within
    3 std lie 1 - exp(-9/2) of a plane Gaussian; a histogram of m bins has KL (m - 1)/2n."""
    seen = (1 - (1 - weights.double() * (1 - math.exp(-4.5))) ** n).sum().item()
    kl = (len(weights) - 1) / (2 * n)
    return {"modes_real": seen, "hq_real": 1 - math.exp(-4.5), "reverse_kl_real": kl}


def earth_mover(x: Tensor, y: Tensor) -> float:
    """Exact Wasserstein-1 distance between two samples of equal size, in the data's own units.

    With as many points on each side, an optimal plan is a matching (Birkhoff), so the assignment
    problem solves it.
    """
    if len(x) != len(y):
        raise ValueError(f"equal sample sizes are needed, not {len(x)} and {len(y)}")
    from scipy.optimize import linear_sum_assignment  # 0.3 s to import: only when asked for

    cost = torch.cdist(x.double(), y.double()).numpy()
    return float(cost[linear_sum_assignment(cost)].mean())


class ImageJudge:
    """Compares generated images with one real set in one feature space, again and again.

    The real set is the one that trained the generator, as Fréchet distances are customarily taken:
    a generator that only memorised would score well, so this is no test against copying.
    Half of the real images at most (5,000) are set aside as the perfect sampler behind the `_real`
    figures; of the rest, up to 10,000 are the reference. Both are encoded at the first judgement.
    """

    def __init__(self, images: ImageData, space: Space, seed: int = 0):
        if len(images) < 4:
            raise BadInput(f"{len(images)} images are too few to judge by: at least 4 are needed.")
        self.images, self.space = images, space
        order = torch.randperm(len(images), generator=torch.Generator().manual_seed(seed))
        aside = min(len(images) // 2, REFERENCE // 2)
        self._rows = order[aside : aside + REFERENCE], order[:aside]
        self._floors: dict[int, dict[str, float]] = {}

    def __call__(self, fake: Tensor) -> dict[str, Any]:
        """Scores of images [n, C, H, W] in [-1, 1]. More than can be matched by as many real ones
        are left out, so that `frechet` and `frechet_real` are of equal samples."""
        _require_finite(fake)
        fake = fake.detach()[: len(self._aside)]
        n = len(fake)
        features = self.space.encode(fake)
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
        parts = rows.split(1000)  # floats of all images at once would not fit
        return torch.cat([self.space.encode(self.images.take(part)) for part in parts])

    def _compare(self, features: Tensor) -> dict[str, float]:
        precision, recall = precision_recall(features[:MANIFOLD], self._reference[:MANIFOLD])
        return {
            "frechet": frechet(moments(features), self._moments),
            "precision": precision,
            "recall": recall,
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


def moments(features: Tensor) -> tuple[np.ndarray, np.ndarray]:
    """Mean [d] and covariance [d, d] of features [n, d], in float64."""
    rows = features.double().numpy()
    if len(rows) < 2:
        raise BadInput("One image has no covariance: judge at least 2.")
    return rows.mean(0), np.atleast_2d(np.cov(rows, rowvar=False))


def frechet(a: tuple[np.ndarray, np.ndarray], b: tuple[np.ndarray, np.ndarray]) -> float:
    """Squared 2-Wasserstein distance between two Gaussians given by (mean, covariance):
    |m₁-m₂|² + tr(C₁ + C₂ - 2(C₁^½ C₂ C₁^½)^½) (Dowson & Landau 1982; Heusel et al. 2017).

    The symmetric form needs eigenvalues only, which stay real where a general matrix root does not.
    """
    values, vectors = np.linalg.eigh(a[1])
    root = (vectors * np.sqrt(values.clip(0))) @ vectors.T
    cross = np.sqrt(np.linalg.eigvalsh(root @ b[1] @ root).clip(0)).sum()
    gap = a[0] - b[0]
    return max(0.0, float(gap @ gap + np.trace(a[1]) + np.trace(b[1]) - 2 * cross))


def precision_recall(fake: Tensor, real: Tensor, k: int = 3) -> tuple[float, float]:
    """Share of fakes on the real manifold, and of reals on the fake one (Kynkäänniemi et al.
    2019): within the distance of some other-side point to its own k-th neighbour."""

    def covered(points: Tensor, others: Tensor) -> float:
        if len(others) <= k:
            return 0.0
        radius = torch.cdist(others, others).kthvalue(k + 1, 1).values  # the first is itself
        return (torch.cdist(points, others) <= radius).any(1).float().mean().item()

    return covered(fake, real), covered(real, fake)


def _require_finite(samples: Tensor) -> None:
    if not samples.isfinite().all():
        raise BadInput("The generator made NaN or infinite values: it has diverged.")
