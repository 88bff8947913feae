"""A sigmoid where the loss wants a raw score: on the ring, beside the head that belongs there."""

from torch import Tensor

from gan_core.models import Scores
from gan_core.objectives import Objective
from gan_core.players import Players
from gan_core.presets import preset
from ui.mistakes.experiment import Result
from ui.mistakes.lab_ring import SETTINGS, WGAN_GP, on_ring


class CalledGAN(Objective):
    """Probabilities in a loss that is linear in them."""

    def d_loss(self, real: Tensor, fake: Tensor) -> Tensor:
        return fake.sigmoid() - real.sigmoid()

    def g_loss(self, real: Tensor, fake: Tensor) -> Tensor:
        return -fake.sigmoid()


class SigmoidScores(Scores):
    """A critic whose scores are squeezed into (0, 1)."""

    def forward(self, x: Tensor) -> Tensor:
        return self.body(x).flatten().sigmoid()


def sigmoid_linear(wrong: bool, seed: int) -> Result:
    config = preset(
        "ns-gan", seed=seed, steps=600, r1=0.0, r2=0.0, fourier=0, ema=0.98, **SETTINGS
    )  # fmt: skip

    def swap(players: Players) -> None:
        players.objective = CalledGAN()

    return on_ring(config, swap if wrong else None)


def sigmoid_critic(wrong: bool, seed: int) -> Result:
    def swap(players: Players) -> None:  # the weights stay: only the head is another
        assert isinstance(players.D, Scores)
        players.D = SigmoidScores(players.D.body)

    config = preset(seed=seed, **WGAN_GP, **SETTINGS)
    return on_ring(config, swap if wrong else None)
