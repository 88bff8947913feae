"""Image sets that do not come with the project: torchvision's downloads, and folders of files.

torchvision takes two seconds to import, so it is imported only here and only when asked for.
"""

import hashlib
import json
import os
import socket
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from gan_core.album.bring import LEAST
from gan_core.album.decode import SUFFIXES, Unreadable, square
from gan_core.catalog import BadInput, choose
from gan_core.data.images import Images, resize
from gan_core.data.memory import require_room

# name -> (torchvision's class, where its files lie under the root)
SETS = {
    "mnist": ("MNIST", "MNIST/raw/*-ubyte"),
    "fashion-mnist": ("FashionMNIST", "FashionMNIST/raw/*-ubyte"),
    "cifar10": ("CIFAR10", "cifar-10-batches-py/*_batch*"),
}
MOST_BYTES = 8 * 2**30
DECODED = 2  # how files are decoded: a cache of another way is not read


def data_root(root: Path | None = None) -> Path:
    """Where downloads lie: `root`, or the environment's GAN_DATA, or ./data."""
    return Path(root or os.environ.get("GAN_DATA") or "data")


def require_here(name: str, root: Path | None = None) -> None:
    """BadInput, with where its files belong, if a set that is downloaded is not on this machine:
    for those who would rather not wait for a download."""
    where = data_root(root)
    if name not in SETS or any(where.glob(SETS[name][1])) or (where / name / "train").is_dir():
        return
    raise BadInput(
        f"{SETS[name][0]} is not on this machine. Put its files at {where}/{SETS[name][1]}, or set"
        f" GAN_DATA to the folder that has them; training on {name} downloads them there."
    )


def torchvision_set(name: str, size: int, root: Path | None, part: str) -> Images:
    """MNIST, Fashion-MNIST or CIFAR-10, downloaded once; 28x28 is padded to 32x32 with black.

    Where torchvision's own files are not, image files at ROOT/NAME/train and ROOT/NAME/test, a
    folder for each class, are taken.
    """
    choose(part, ("train", "test"), "part of the data")
    where = data_root(root)
    lossy = where / name / part
    if lossy.is_dir() and not any(where.glob(SETS[name][1])):
        return _as_files(name, lossy, size, root)
    source = _open(name, where, part == "train")
    pixels = torch.as_tensor(source.data)
    if pixels.ndim == 3:  # grey [N, 28, 28]
        pixels = torch.nn.functional.pad(pixels, (2, 2, 2, 2))[:, None]
    else:
        pixels = pixels.permute(0, 3, 1, 2).contiguous()
    labels = torch.as_tensor(source.targets).byte()[:, None]
    classes = {"class": list(map(str, source.classes))}
    if name == "mnist":
        classes = {"digit": list("0123456789")}  # torchvision calls them "0 - zero", …
    return Images(name, resize(pixels, size), labels, classes)


def _as_files(name: str, path: Path, size: int, root: Path | None) -> Images:
    """A set that lies there as image files in a folder for each class, in torchvision's order."""
    found = folder(path, size, root)
    said = f"{name} is read from image files, which may be lossy: figures are theirs."
    return replace(found, name=name, said=" ".join(filter(None, (said, found.said))))


def _open(name: str, root: Path, train: bool) -> Any:
    """The torchvision data set, from disk if it is there, otherwise from the network."""
    from torchvision import datasets

    title, files = SETS[name]
    make = getattr(datasets, title)
    try:
        return make(str(root), train=train, download=False)
    except RuntimeError:  # torchvision's word for "not there, or not whole"
        pass
    patience = socket.getdefaulttimeout()
    socket.setdefaulttimeout(30)  # or a silent network would hold the run for ever
    try:
        return make(str(root), train=train, download=True)  # draws its own progress bar
    except PermissionError as error:
        raise BadInput(
            f"{title} cannot be downloaded into {root}: {error.strerror}. Set GAN_DATA to a folder"
            " that can be written."
        ) from error
    except (RuntimeError, OSError) as error:  # URLError and timeouts are OSErrors
        reason = (str(error).strip() or type(error).__name__).splitlines()[-1]
        raise BadInput(
            f"{title} is not in {root} and could not be downloaded: no network, or its server does"
            f" not answer ({reason}). Put its files at {root}/{files}, or set GAN_DATA to the"
            " folder that has them; faces and digits need no download."
        ) from error
    finally:
        socket.setdefaulttimeout(patience)


def folder(path: Path, size: int, root: Path | None) -> Images:
    """Every image under `path` as RGB, its middle square scaled to `size`.

    Subfolders are classes, as torchvision's ImageFolder reads them; images that lie in `path`
    itself have no class. The decoded tensor is kept under the data root, so that the next start
    does not decode again. A file that cannot be read is left out, and `said` says so; BadInput if
    fewer than LEAST can be.
    """
    files, labels, classes = _listing(path)
    require_room(len(files), 3, size, MOST_BYTES)
    pixels, good = _cached(files, size, data_root(root) / "cache")
    bad = int((~good).sum())
    if bad == len(files):
        raise BadInput(
            f"folder:{path}: none of its {bad:,} image files can be read ({files[0].name} is the"
            " first). Give a folder with whole PNG, JPEG or WebP files."
        )
    if len(pixels) < LEAST:
        have = "one image" if len(pixels) == 1 else f"{len(pixels)} images"
        also = f" that can be read, of {len(files):,} files" if bad else ""
        raise BadInput(
            f"folder:{path} holds {have}{also}: at least {LEAST} are needed to train on. Half of"
            " them are compared with what G makes, the others tell how close a perfect G would"
            f" come. Add {LEAST - len(pixels)} or more."
        )
    kept = torch.from_numpy(good)
    label_rows = torch.tensor(labels, dtype=torch.uint8)[kept][:, None] if classes else None
    said = ""
    if bad:
        first = files[int((~good).argmax())].name
        said = f"{bad:,} of {len(files):,} image files could not be read and were left out"
        said += f" ({first}{' is the first' if bad > 1 else ''})."
    named = {"class": classes} if classes else None
    return Images(f"folder:{path}", pixels, label_rows, named, said=said)


def _listing(path: Path) -> tuple[list[Path], list[int], list[str]]:
    """(image files, class of each, class names) of a folder; no class names if it is flat."""
    from torchvision.datasets.folder import ImageFolder

    if not path.is_dir():
        what = "is a file, not a folder" if path.exists() else "does not exist"
        raise BadInput(f"folder:{path} {what}. Give a folder that holds image files.")
    flat = sorted(p for p in path.iterdir() if p.suffix.lower() in SUFFIXES and p.is_file())
    if flat:
        return flat, [], []
    if any(p.is_dir() for p in path.iterdir()):
        found = ImageFolder(str(path), is_valid_file=_is_image, allow_empty=True)
        if found.samples:
            some = len(found.classes) <= 256  # labels are bytes
            labels = [label for _, label in found.samples] if some else []
            return [Path(p) for p, _ in found.samples], labels, found.classes if some else []
    kinds = " ".join(SUFFIXES)
    raise BadInput(f"folder:{path} holds no images ({kinds}). Put some into it or its subfolders.")


def _is_image(name: str) -> bool:
    return name.lower().endswith(SUFFIXES)


def _cached(files: Sequence[Path], size: int, cache: Path) -> tuple[Tensor, NDArray[np.bool_]]:
    """uint8 [n, 3, size, size] of the files that can be read, and which these are: decoded, or read
    back if the same files were decoded before."""
    stats = [(str(f.resolve()), s.st_size, s.st_mtime_ns) for f in files for s in [f.stat()]]
    key = hashlib.sha256(repr((DECODED, size, stats)).encode()).hexdigest()[:24]
    kept, bad = cache / f"{key}.npy", cache / f"{key}.bad"
    good = np.ones(len(files), bool)
    try:
        if bad.exists():
            good[json.loads(bad.read_text())] = False
        pixels = torch.from_numpy(np.load(kept))
        if len(pixels) == good.sum():
            return pixels, good
    except (OSError, ValueError, IndexError):
        pass
    pixels, good = _decode(files, size)
    part = kept.with_suffix(f".{os.getpid()}.npy")
    try:  # a cache that cannot be written only costs time
        cache.mkdir(parents=True, exist_ok=True)
        if not good.all():
            bad.write_text(json.dumps(np.flatnonzero(~good).tolist()))
        np.save(part, pixels.numpy())
        os.replace(part, kept)
    except OSError:
        part.unlink(missing_ok=True)
    return pixels, good


def _decode(files: Sequence[Path], size: int) -> tuple[Tensor, NDArray[np.bool_]]:
    """As `_cached`, from the files themselves."""
    from tqdm import tqdm

    out = torch.empty(len(files), 3, size, size, dtype=torch.uint8)
    good = np.ones(len(files), bool)
    bar = tqdm(files, desc="Reading images", unit=" images", delay=1, disable=None)
    for row, path in enumerate(bar):
        try:
            pixels, _ = square(path, size)
        except Unreadable:
            good[row] = False
        else:
            out[row] = torch.from_numpy(pixels.copy()).permute(2, 0, 1)
    return out[torch.from_numpy(good)], good
