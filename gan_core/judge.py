"""How good are the samples now? One object per run, holding what every judgement compares with."""

from typing import Any

import torch

from gan_core import features, metrics
from gan_core.config import Config
from gan_core.data import Images, Toy
from gan_core.training import Players, generate

SAMPLES_2D = 2500  # the published protocol's
SAMPLES_FAST, SAMPLES_FULL = 1000, 5000  # images: while training, and at its end


class Judge:
    """Measures players against their data, from its own seed: judging never changes a run."""

    def __init__(self, config: Config, dataset: Toy | Images):
        self.config, self.data = config, dataset
        self.images = None
        if isinstance(dataset, Images):
            self.images = metrics.ImageJudge(dataset, features.space_for(dataset))

    def __call__(self, players: Players, full: bool) -> dict[str, Any]:
        rng = torch.Generator().manual_seed(self.config.seed + 3)
        n = SAMPLES_2D if self.images is None else SAMPLES_FULL if full else SAMPLES_FAST
        fake = generate(players, torch.randn(n, self.config.latent, generator=rng))
        if self.images is not None:
            return self.images(fake)
        assert isinstance(self.data, Toy)
        return metrics.evaluate_2d(fake, self.data, rng)
