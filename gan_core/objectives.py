"""Every GAN system as two functions of two numbers, side by side.

Contract, once for all: `real` and `fake` are D's raw outputs [n] (no sigmoid in D), losses come
back elementwise [n] and the trainer takes means; both players minimise. `d_grad` and `g_grad` are
the losses' derivatives in D's outputs, written out: autograd finds the same, but takes as long as a
small network's pass. `penalty(D, x, x_fake)` is what D's loss adds at each sample, [n]. `after`
sees D and the scores of its step and returns the objective of the next one, so whatever changes
during training (BEGAN's k) is data.
"""

from dataclasses import dataclass, replace
from typing import Any, ClassVar

import torch
from torch import Tensor, nn
from torch.nn.functional import relu, softplus

from gan_core.penalties import Price, Scorer, slope2


@dataclass(frozen=True)
class Objective:
    """What all systems share: zero-centred penalties, off unless asked (Mescheder 2018)."""

    r1: float = 0.0
    r2: float = 0.0
    pairs: ClassVar[bool] = False  # True: G's loss needs D at real samples too
    autoencodes: ClassVar[bool] = False  # True: D(x) must be a reconstruction error

    def d_loss(self, real: Tensor, fake: Tensor) -> Tensor:
        raise TypeError(f"{type(self).__name__} has no d_loss: use one of OBJECTIVES.")

    def g_loss(self, real: Tensor, fake: Tensor) -> Tensor:
        raise TypeError(f"{type(self).__name__} has no g_loss: use one of OBJECTIVES.")

    def d_grad(self, real: Tensor, fake: Tensor) -> tuple[Tensor, Tensor]:
        """The derivatives of `d_loss` in D's output at each real and each generated sample."""
        raise TypeError(f"{type(self).__name__} has no d_grad: use one of OBJECTIVES.")

    def g_grad(self, real: Tensor, fake: Tensor) -> Tensor:
        """The derivative of `g_loss` in D's output at each generated sample."""
        raise TypeError(f"{type(self).__name__} has no g_grad: use one of OBJECTIVES.")

    def prices(self, x: Tensor, x_fake: Tensor, rng: torch.Generator) -> list[Price]:
        """What D's slopes cost, and where."""
        return [Price(at, w / 2) for w, at in ((self.r1, x), (self.r2, x_fake)) if w]

    def penalty(self, D: Scorer, x: Tensor, x_fake: Tensor, rng: torch.Generator) -> Tensor | None:
        """The sum of all prices, [n], differentiable in D's weights."""
        prices = self.prices(x, x_fake, rng)
        if not prices:
            return None
        slopes = slope2(D, *(price.at for price in prices))
        return torch.stack([p.of(slope) for p, slope in zip(prices, slopes, strict=True)]).sum(0)

    def after(self, D: nn.Module, real: Tensor, fake: Tensor) -> "Objective":
        return self

    def state(self) -> dict[str, Tensor]:
        """What `after` has changed, for the checkpoint."""
        return {}

    def with_state(self, state: dict[str, Any]) -> "Objective":
        return replace(self, **state)


@dataclass(frozen=True)
class GAN(Objective):
    """Goodfellow 2014, the minimax game: G minimises E log(1 - σ(D(G)))."""

    def d_loss(self, real: Tensor, fake: Tensor) -> Tensor:
        return softplus(-real) + softplus(fake)

    def g_loss(self, real: Tensor, fake: Tensor) -> Tensor:
        return -softplus(fake)

    def d_grad(self, real: Tensor, fake: Tensor) -> tuple[Tensor, Tensor]:
        return -torch.sigmoid(-real), torch.sigmoid(fake)

    def g_grad(self, real: Tensor, fake: Tensor) -> Tensor:
        return -torch.sigmoid(fake)


@dataclass(frozen=True)
class NSGAN(Objective):
    """Goodfellow 2014, non-saturating: G maximises E log σ(D(G))."""

    def d_loss(self, real: Tensor, fake: Tensor) -> Tensor:
        return softplus(-real) + softplus(fake)

    def g_loss(self, real: Tensor, fake: Tensor) -> Tensor:
        return softplus(-fake)

    def d_grad(self, real: Tensor, fake: Tensor) -> tuple[Tensor, Tensor]:
        return -torch.sigmoid(-real), torch.sigmoid(fake)

    def g_grad(self, real: Tensor, fake: Tensor) -> Tensor:
        return -torch.sigmoid(-fake)


@dataclass(frozen=True)
class LSGAN(Objective):
    """Mao 2017: least squares against the labels a (fake), b (real) and c (G's wish)."""

    a: float = 0.0
    b: float = 1.0
    c: float = 1.0

    def d_loss(self, real: Tensor, fake: Tensor) -> Tensor:
        return ((real - self.b) ** 2 + (fake - self.a) ** 2) / 2

    def g_loss(self, real: Tensor, fake: Tensor) -> Tensor:
        return (fake - self.c) ** 2 / 2

    def d_grad(self, real: Tensor, fake: Tensor) -> tuple[Tensor, Tensor]:
        return real - self.b, fake - self.a

    def g_grad(self, real: Tensor, fake: Tensor) -> Tensor:
        return fake - self.c


@dataclass(frozen=True)
class WGAN(Objective):
    """Arjovsky 2017: a critic whose weights are clipped to ±clip after each of its steps."""

    clip: float = 0.01

    def d_loss(self, real: Tensor, fake: Tensor) -> Tensor:
        return fake - real

    def g_loss(self, real: Tensor, fake: Tensor) -> Tensor:
        return -fake

    def d_grad(self, real: Tensor, fake: Tensor) -> tuple[Tensor, Tensor]:
        return -torch.ones_like(real), torch.ones_like(fake)

    def g_grad(self, real: Tensor, fake: Tensor) -> Tensor:
        return -torch.ones_like(fake)

    @torch.no_grad()
    def after(self, D: nn.Module, real: Tensor, fake: Tensor) -> "WGAN":
        for weight in D.parameters():
            weight.clamp_(-self.clip, self.clip)
        return self


@dataclass(frozen=True)
class WGANGP(Objective):
    """Gulrajani 2017: the critic's slope is pulled to 1 between real and generated samples."""

    lam: float = 10.0

    def d_loss(self, real: Tensor, fake: Tensor) -> Tensor:
        return fake - real

    def g_loss(self, real: Tensor, fake: Tensor) -> Tensor:
        return -fake

    def d_grad(self, real: Tensor, fake: Tensor) -> tuple[Tensor, Tensor]:
        return -torch.ones_like(real), torch.ones_like(fake)

    def g_grad(self, real: Tensor, fake: Tensor) -> Tensor:
        return -torch.ones_like(fake)

    def prices(self, x: Tensor, x_fake: Tensor, rng: torch.Generator) -> list[Price]:
        one_each = (len(x),) + (1,) * (x.dim() - 1)
        mix = torch.rand(one_each, generator=rng, device=x.device, dtype=x.dtype)
        between = Price(torch.lerp(x_fake, x, mix), self.lam, centre=1.0)
        return [between, *super().prices(x, x_fake, rng)]


@dataclass(frozen=True)
class BEGAN(Objective):
    """Berthelot 2017: D(v) is the auto-encoder's error L(v); k holds L(G)/L(x) at γ."""

    gamma: float = 0.5
    lambda_k: float = 0.001
    k: Any = 0.0  # a 0-dim tensor once training has begun
    autoencodes: ClassVar[bool] = True

    def d_loss(self, real: Tensor, fake: Tensor) -> Tensor:
        return real - self.k * fake

    def g_loss(self, real: Tensor, fake: Tensor) -> Tensor:
        return fake

    def d_grad(self, real: Tensor, fake: Tensor) -> tuple[Tensor, Tensor]:
        return torch.ones_like(real), -self.k * torch.ones_like(fake)

    def g_grad(self, real: Tensor, fake: Tensor) -> Tensor:
        return torch.ones_like(fake)

    @torch.no_grad()
    def after(self, D: nn.Module, real: Tensor, fake: Tensor) -> "BEGAN":
        balance = self.gamma * real.mean() - fake.mean()
        return replace(self, k=(self.k + self.lambda_k * balance.float()).clamp(0, 1))

    def state(self) -> dict[str, Tensor]:
        return {"k": torch.as_tensor(self.k, dtype=torch.float32)}


@dataclass(frozen=True)
class Hinge(Objective):
    """Lim & Ye 2017, Miyato 2018: D stops pushing beyond a margin of 1."""

    def d_loss(self, real: Tensor, fake: Tensor) -> Tensor:
        return relu(1 - real) + relu(1 + fake)

    def g_loss(self, real: Tensor, fake: Tensor) -> Tensor:
        return -fake

    def d_grad(self, real: Tensor, fake: Tensor) -> tuple[Tensor, Tensor]:
        return -(real < 1).to(real.dtype), (fake > -1).to(fake.dtype)

    def g_grad(self, real: Tensor, fake: Tensor) -> Tensor:
        return -torch.ones_like(fake)


@dataclass(frozen=True)
class R3GAN(Objective):
    """Huang 2024: relativistic pairing, made to converge by R1 and R2."""

    r1: float = 1.0
    r2: float = 1.0
    pairs: ClassVar[bool] = True

    def d_loss(self, real: Tensor, fake: Tensor) -> Tensor:
        return softplus(fake - real)  # -log σ(D(x) - D(x̃))

    def g_loss(self, real: Tensor, fake: Tensor) -> Tensor:
        return softplus(real - fake)  # -log σ(D(x̃) - D(x))

    def d_grad(self, real: Tensor, fake: Tensor) -> tuple[Tensor, Tensor]:
        grad = torch.sigmoid(fake - real)
        return -grad, grad

    def g_grad(self, real: Tensor, fake: Tensor) -> Tensor:
        return -torch.sigmoid(real - fake)


OBJECTIVES: dict[str, type[Objective]] = {
    "gan": GAN,
    "ns-gan": NSGAN,
    "lsgan": LSGAN,
    "wgan": WGAN,
    "wgan-gp": WGANGP,
    "began": BEGAN,
    "hinge": Hinge,
    "r3gan": R3GAN,
}
