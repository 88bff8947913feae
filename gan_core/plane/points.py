"""People's own points: cleaned, named by their content, kept in a store and beside runs.

`points:<id>` names a set; the id is a hash of its float32 numbers, so a name always means the same
points and a damaged file is noticed. A set is a file `<id>.npy` in the folder `points` of the runs
root (GAN_RUNS). A run that trains on it has a copy in its own folder: `find` looks there first,
then in the store, then in the other runs, so a run needs nothing but itself and the store may lose
its oldest sets.
"""

import hashlib
import io
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gan_core import stored
from gan_core.catalog import BadInput, own_points

MOST = 100_000  # points of a set; of more, as many are picked at random
FARTHEST = 1e12  # a coordinate beyond is taken for a mistake, as NaN is
FINEST = 1e-4  # smallest spread relative to the largest coordinate: float32 has seven digits
KEPT, KEPT_BYTES = 1000, 128 * 2**20  # of the store; the sets used longest ago leave first

Points = NDArray[np.float32]


@dataclass(frozen=True)
class Cleaned:
    """Points [n, 2] fit for training, and what was done to get them."""

    points: Points
    rows: int  # that were given
    skipped: int = 0  # without two usable numbers

    @property
    def thinned(self) -> bool:
        """Whether there were more points than a set may have."""
        return self.rows - self.skipped > len(self.points)


def clean(rows: ArrayLike) -> Cleaned:
    """Rows [n, 2] of any numbers as a set of points.

    Rows with NaN, infinity or a coordinate beyond FARTHEST are skipped and counted; of more than
    MOST points, MOST are picked at random (always the same). BadInput if more than half the rows
    are skipped, if fewer than two points differ, or if they lie too close for their distance from
    the origin.
    """
    given = np.asarray(rows, np.float64).reshape(-1, 2)
    with np.errstate(invalid="ignore"):
        good = (np.abs(given) <= FARTHEST).all(1)  # false for NaN
    skipped = int(len(given) - good.sum())
    if len(given) == 0:
        raise BadInput("There are no points. Give at least two that differ.")
    if 2 * skipped > len(given):
        raise BadInput(
            f"{skipped:,} of {len(given):,} rows are not two numbers between -1e12 and 1e12 (the"
            f" first is row {int(np.argmin(good)) + 1:,}): too many to skip. Mend the data."
        )
    kept = given[good]
    if len(kept) > MOST:
        pick = np.random.default_rng(0).choice(len(kept), MOST, replace=False)
        kept = kept[np.sort(pick)]
    _require_spread(kept)
    return Cleaned(np.ascontiguousarray(kept, np.float32), len(given), skipped)


def _require_spread(points: NDArray[np.float64]) -> None:
    if len(points) == 1:
        raise BadInput("There is one point only. A distribution needs at least two that differ.")
    reach, far = float(np.ptp(points, axis=0).max()), float(np.abs(points).max())
    if reach == 0:
        raise BadInput(
            f"All {len(points):,} points are equal, at ({points[0, 0]:g}, {points[0, 1]:g})."
            " Give at least two that differ."
        )
    if reach < FINEST * far or reach < 1e-12:
        raise BadInput(
            f"The points lie within {reach:.3g} of each other, but as far as {far:.3g} from the"
            " origin: 32-bit numbers would blur them. Subtract their mean first, or use larger"
            " units."
        )


def spread(points: ArrayLike) -> tuple[tuple[float, float], float]:
    """(centre, scale) of points [n, 2]: their mean, and the root mean square of what is left, a
    coordinate. (points - centre) / scale has about unit size."""
    values = np.asarray(points, np.float64)
    centre = values.mean(0)
    scale = float(np.sqrt(((values - centre) ** 2).mean()))
    return (float(centre[0]), float(centre[1])), scale


def default_noise(points: ArrayLike) -> float:
    """The standard deviation of the noise around each point if none is asked for: a fiftieth of
    the set's scale, to two digits."""
    return float(f"{spread(points)[1] / 50:.2g}")


def name_of(points: Points) -> str:
    """The id of a set: 12 digits of the hash of its numbers."""
    return hashlib.sha256(np.ascontiguousarray(points, "<f4").tobytes()).hexdigest()[:12]


def store() -> Path:
    """Where sets are kept: `points` below GAN_RUNS, or below `runs` in the current folder."""
    return stored.folder("points")


def put(points: Points, folder: Path | None = None) -> str:
    """Keep a set in `folder` (default: the store, whose oldest sets then leave); its id."""
    where = folder or store()
    where.mkdir(parents=True, exist_ok=True)
    name = name_of(points)
    file = where / f"{name}.npy"
    if not _intact(file, name):
        out = io.BytesIO()
        np.save(out, np.ascontiguousarray(points, "<f4"))
        part = where / f".{name}.{os.getpid()}.part"
        try:
            part.write_bytes(out.getvalue())
            os.replace(part, file)
        finally:
            part.unlink(missing_ok=True)
    if folder is None:
        os.utime(file)
        stored.make_room(where, ".npy", KEPT, KEPT_BYTES)
    return name


def find(name: str, beside: Path | None = None) -> Points:
    """The set of an id: from the run folder `beside`, the store, or any run of the runs root.

    BadInput if there is none, or if every copy is damaged.
    """
    damaged = None
    for file in stored.places(store(), f"{name}.npy", beside):
        points = _read(file)
        if points is not None and name_of(points) == name:
            return points
        damaged = damaged or (file if file.exists() else None)
    if damaged:
        raise BadInput(
            f"The point set {name} is damaged: {damaged.name} does not hold the numbers it is named"
            " after. Draw or upload the points again."
        )
    raise BadInput(
        f"There is no point set {name} here: it was removed, or the link is from elsewhere. Draw or"
        " upload the points again."
    )


def keep_with(spec: str, folder: Path, parent: Path | None = None) -> None:
    """Copy the set that a data spec names, if it names one, into a run's folder; `parent` is the
    folder of the run it continues, if any."""
    if own := own_points(spec):
        put(find(own[0], parent), folder)


def _read(file: Path) -> Points | None:
    """What a file holds, or None if it is not a set of points."""
    try:
        if file.stat().st_size > 8 * MOST + 4096:
            return None
        found = np.load(file, allow_pickle=False)
    except (OSError, ValueError, EOFError):
        return None
    good = isinstance(found, np.ndarray) and found.dtype == np.float32 and found.ndim == 2
    if not good or found.shape[1] != 2 or len(found) < 2 or not np.isfinite(found).all():
        return None
    return found


def _intact(file: Path, name: str) -> bool:
    points = _read(file)
    return points is not None and name_of(points) == name
