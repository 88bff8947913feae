"""Everything a GAN can be trained on, by name: `load("ring(modes=12)")`, `load("faces")`.

Two kinds come back. A `Toy` is a distribution in the plane that can be sampled for ever; `Images`
is a set held as one uint8 tensor. Both have `.sample(n, generator, device)`, and what it returns
depends on the torch.Generator alone: equal states, equal samples, whatever the device.
"""

from pathlib import Path

from gan_core.catalog import FOLDER, data_info, own_images, own_points, parse_spec
from gan_core.data.brought import own_set, part_of
from gan_core.data.external import folder, require_here, torchvision_set
from gan_core.data.images import Images, digits, faces
from gan_core.data.masked import Masked
from gan_core.data.own import kernels
from gan_core.data.toys import Toy, toy
from gan_core.plane.points import find

__all__ = ["Images", "Masked", "Toy", "load", "require_here"]


def load(
    spec: str,
    size: int = 32,
    root: Path | None = None,
    part: str = "train",
    beside: Path | None = None,
) -> Toy | Images:
    """The data a spec names; `size` (pixels), `root` and `part` concern image sets only.

    `root` is where downloaded sets lie: the environment's GAN_DATA or ./data if not given. `part`
    is `"train"` or `"test"`: what is held out is never in the other, but of fewer than ten images
    that somebody brings all are trained on. `beside` is a run's folder,
    whose own copy of `points:<id>` or `images:<id>` comes before the store's. A data set that is
    unknown, absent or damaged is a BadInput that says what to do.
    """
    info = data_info(spec)
    if spec.startswith(FOLDER):
        return part_of(folder(Path(spec[len(FOLDER) :]), size, root), part)
    if own := own_points(spec):
        return kernels(spec, find(own[0], beside), own[1])
    if album := own_images(spec):
        return part_of(own_set(spec, *album, size, beside), part)
    name, _ = parse_spec(spec)
    if info.kind == "2d":
        return toy(name, info.params)
    if name == "faces":
        return faces(size).part(part)
    if name == "digits":
        return digits(size).part(part)
    return torchvision_set(name, size, root, part)
