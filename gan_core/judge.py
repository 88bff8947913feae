"""How good are the samples now, and how good is D? One object per run, holding what every judgement
compares with. D is judged by `gan_core.opponent`.
"""

from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from gan_core import features, metrics
from gan_core.catalog import BadInput
from gan_core.config import Config
from gan_core.data import Images, Toy
from gan_core.opponent import PICTURES, SAMPLES, Opponent, of_pictures
from gan_core.players import Players
from gan_core.readings import Inputs
from gan_core.training import generate

SAMPLES_FAST, SAMPLES_FULL = 1000, 5000  # images: while training, and at its end
SAMPLES_INCEPTION = {"cpu": 200}  # at its end; two cores read 10 images a second. Elsewhere: FULL
FILLED, FILLS = 200, 8  # pictures that are filled in at its end, and how often each
OF_INCEPTION = ("frechet", "frechet_real", "kernel", "kernel_real", "samples")
OF_FIXED = ("samples", "em", "sliced")  # what is measured of a G that is not trained


class Judge:
    """Measures players against their data, from its own seed: judging never changes a run.

    The first judgement of points is a quick one: it comes half a second into the run, and whoever
    watches waits for points that move. `field` is, after some of the later ones, a file that shows
    D beside D* (see `opponent.fields`), else None.
    """

    def __init__(self, config: Config, dataset: Toy | Images, reads: Inputs | None = None):
        """`reads` is what G reads, z if not given."""
        self.config, self.data, self.reads = config, dataset, reads or Inputs(config.latent)
        self.field: bytes | None = None
        self._quick = True
        self._plane = None
        self.images = None
        if isinstance(dataset, Images):
            self.images = metrics.ImageJudge(dataset, features.space_for(dataset))
        else:
            self._plane = Opponent(config, dataset)

    def __call__(self, players: Players, full: bool) -> dict[str, Any]:
        rng = torch.Generator().manual_seed(self.config.seed + 3)
        n = SAMPLES if self.images is None else SAMPLES_FULL if full else SAMPLES_FAST
        latents = self.reads(n, rng)
        fake = generate(players, latents)
        if self.images is not None:
            found = self.images(fake) | self._critic(players, latents, rng)
            found |= self._filled(players, full, rng)
            return found | self._inception(fake, players.device) if full else found
        assert isinstance(self.data, Toy) and self._plane is not None
        quick, self._quick, self.field = self._quick and not full, False, None
        scores = metrics.evaluate_2d(fake, self.data, rng, quick)
        if self.reads.sigma:  # a fixed G does not look for modes
            scores = {name: scores[name] for name in scores if name.startswith(OF_FIXED)}
        if quick:
            return scores
        raw = fake if players.ema is None else generate(replace(players, ema=None), latents)
        found, self.field = self._plane(players, raw, full, rng)
        return scores | found | self._transport(players, latents, fake, rng)

    def _critic(self, players: Players, latents: Tensor, rng: torch.Generator) -> dict[str, float]:
        """A Wasserstein critic of pictures in numbers; nothing of any other D."""
        assert isinstance(self.data, Images)
        if self.config.objective not in metrics.CRITICS:
            return {}
        fake = generate(replace(players, ema=None), latents[:PICTURES])
        return of_pictures(players, self.data, fake, rng)

    def _filled(self, players: Players, full: bool, rng: torch.Generator) -> dict[str, float]:
        """What z changes of pictures that are filled in, as `metrics.fills` has it; at the end also
        `fill_spread_real`, of real pictures that look the same in the known part."""
        if not self.reads.fills:
            return {}
        assert self.images is not None
        count = FILLED if full else FILLED // 8
        inputs = self.reads.several(count * FILLS, FILLS, rng)
        known, hidden = self.reads.fills.split(inputs[::FILLS])
        made = generate(players, inputs).unflatten(0, (count, FILLS))
        found = metrics.fills(made, hidden, self.images.space)
        if full and len(self.images.images) >= FILLS:
            real = metrics.alike(self.images.images, known, hidden, FILLS)
            found["fill_spread_real"] = metrics.apart(real, hidden)
        return found

    def _inception(self, fake: Tensor, device: torch.device) -> dict[str, Any]:
        """`inception_frechet` and the like, where the weights are here: of `inception_samples`."""
        if not features.has_inception():
            return {}
        assert isinstance(self.data, Images)
        n = SAMPLES_INCEPTION.get(device.type, SAMPLES_FULL)
        try:
            space = features.inception_space().to(device)
        except BadInput as error:  # a run does not fail for it
            return {"inception_unread": str(error)}
        found = metrics.ImageJudge(self.data, space, reference=2 * n)(fake[:n])
        return {f"inception_{name}": found[name] for name in OF_INCEPTION}

    def _transport(
        self, players: Players, inputs: Tensor, fake: Tensor, rng: torch.Generator
    ) -> dict[str, float]:
        """How far G carries its source (see `metrics.carried`), and `carry_spread`, how far apart
        it sends the same x under two z on average; nothing where it carries none."""
        if not self.reads.carries or not fake.isfinite().all():
            return {}
        some = inputs[: metrics.EM_POINTS]
        other = generate(players, self.reads.again(some, rng))
        spread = (other - fake[: len(some)]).norm(dim=1).mean().item()
        return metrics.carried(some[:, :2], fake[: len(some)]) | {"carry_spread": spread}


def in_inception(
    players: Players, dataset: Toy | Images, reads: Inputs, seed: int, n: int
) -> dict[str, Any]:
    """The scores of n generated images in Inception's space, beside 2n of the data at most; n
    beyond half the data is cut. BadInput for points, for too few, and where its weights are not."""
    if not isinstance(dataset, Images):
        raise BadInput("Inception is for images, and this run is of points: leave --space out.")
    if n < 2:
        raise BadInput(f"{n} samples have no covariance: give --samples 2 or more.")
    space = features.inception_space().to(players.device)
    judge = metrics.ImageJudge(dataset, space, reference=2 * n)
    return judge(generate(players, reads(n, torch.Generator().manual_seed(seed + 3))))
