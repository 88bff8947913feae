"""What a generator reads: noise alone, a source sample and noise, or, fixed, a real one and noise.

"The generator takes x + noise" is said of four things. (i) G(z). (ii) G(x, z), which carries a
source onto the data (Mirza & Osindero 2014, Isola et al. 2017). (iii) Instance noise, which is D's
matter (`Plan.noise`). (iv) A fixed generator, a real sample plus noise, against which D alone
learns (Gulrajani et al. 2017, figure 1). On pictures x of (ii) is a picture of the data with a part
hidden, and G fills it in (Pathak et al. 2016). What is read is one tensor, the sample's coordinates
before z; `gan_core.models` has the generators that take it apart.
"""

from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from gan_core.data import Masked, Toy

TINY = 1e-5
REACH = 2.0  # σ of a fixed generator's noise that a view has room for


@dataclass(frozen=True)
class Inputs:
    """What G reads, drawn: [n, latent], or [n, d + latent] where there is a `source` of rows [d].

    With a `sigma` G is fixed: it adds noise of this σ, in the data's units, to its source, which
    then is the data itself.
    """

    latent: int
    source: Toy | Masked | None = None
    sigma: float = 0.0

    @property
    def carries(self) -> bool:
        """Whether G learns to carry its source: an arrow from x to G(x, z) means something."""
        return isinstance(self.source, Toy) and not self.sigma

    @property
    def fills(self) -> Masked | None:
        """The pictures whose hidden part G fills in, if it reads such."""
        return self.source if isinstance(self.source, Masked) else None

    def __call__(self, n: int, rng: Generator) -> Tensor:
        """n rows, on the device of `rng`."""
        return self.several(n, 1, rng)

    def twice(self, n: int, rng: Generator) -> Tensor:
        """n rows, each x under two z, one after the other."""
        return self.several(n, 2, rng)

    def several(self, n: int, each: int, rng: Generator) -> Tensor:
        """n rows in which every x stands under `each` z, one after the other."""
        x = None
        if self.source is not None:
            x = self.source.sample(-(-n // each), rng, rng.device)
            x = x if each == 1 else x.repeat_interleave(each, 0)[:n]
        z = torch.randn(n, self.latent, generator=rng, device=rng.device)
        return z if x is None else torch.cat([x, z], 1)

    def again(self, inputs: Tensor, rng: Generator) -> Tensor:
        """The same rows with another z."""
        x = inputs[:, : inputs.shape[1] - self.latent]
        z = torch.randn(len(x), self.latent, generator=rng, device=rng.device)
        return torch.cat([x, z], 1)

    def view(self, data: Toy) -> tuple[float, float, float, float]:
        """The square that a run is shown in, (x0, x1, y0, y1): the data's extent, widened to hold
        the source, or noise around the data."""
        if not isinstance(self.source, Toy):
            return data.extent
        both = zip(data.extent, self.source.extent, strict=True)
        x0, x1, y0, y1 = (pick(ends) for pick, ends in zip((min, max) * 2, both, strict=True))
        half = max(x1 - x0, y1 - y0) / 2 + REACH * self.sigma
        x, y = (x0 + x1) / 2, (y0 + y1) / 2
        return x - half, x + half, y - half, y + half


def likeness(made: Tensor, z: Tensor) -> Tensor:
    """How little z changes what is made, []: mean |z - z'| over mean |G(x, z) - G(x, z')|, where
    rows 0 and 1, 2 and 3, … of `made` [n, …] and `z` [n, latent] are of one x. To make it small is
    mode seeking (Mao et al. 2019)."""
    pairs = len(made) // 2 * 2
    apart = (made[0:pairs:2] - made[1:pairs:2]).abs().mean()
    return (z[0:pairs:2] - z[1:pairs:2]).abs().mean() / (apart + TINY)
