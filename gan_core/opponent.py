"""How good is the D of a run of points? Against its optimum or, a Wasserstein critic, against exact
transport. Of pictures only a critic is measured, as neither is known for them.

It plays against G, not against G's running average, so that is what it is judged on.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any

import torch
from torch import Tensor, nn

from gan_core import metrics
from gan_core.config import Config
from gan_core.data import Images, Toy
from gan_core.metrics import Kernels, Meeting, Optimum
from gan_core.models import Packed, core
from gan_core.players import Players

SAMPLES = 2500  # the published protocol's
PICTURES = 256  # real ones, and as many generated: of the estimate and the slope of a critic
SIDE = 48  # cells on a side of the fields in `fields`
FIELD_EVERY = 4  # judgements, and at the last


class Opponent:
    """Judges the D of a 2-D run."""

    def __init__(self, config: Config, toy: Toy):
        self.name, self.toy, self.seed = config.objective, toy, config.seed
        self.count = 0
        self.gain: float | None = None  # see `_floor`

    def __call__(
        self, players: Players, fake: Tensor, full: bool, rng: torch.Generator
    ) -> tuple[dict[str, Any], bytes | None]:
        """The figures, and the fields where they were drawn."""
        if not fake.isfinite().all():
            return {}, None
        if isinstance(core(players.D), Packed):
            return {}, None  # D* and the distance are of single points, and it knows only packs
        with at_rest(players.D) as D:
            if self.name in metrics.CRITICS:
                return self._critic(players, D, fake, rng), None
            known = self.toy.log_density(fake[:1]) is not None
            if self.name not in metrics.HAVE_OPTIMUM or not known:
                return {}, None
            return self._optimum(players, D, fake, full, rng)

    def _critic(
        self, players: Players, D: metrics.Scorer, fake: Tensor, rng: torch.Generator
    ) -> dict[str, Any]:
        some = fake[: metrics.EM_POINTS]
        real = self.toy.sample(len(some), rng)
        found = metrics.critic(D, real, some, self.grid)
        on_device = torch.Generator(players.device).manual_seed(self.seed + 3)
        places = [players.at_scale(x.to(players.device)) for x in (real, some)]
        penalty = players.objective.penalty(core(players.D), places[0], places[1], on_device)
        found["critic_penalty"] = 0.0 if penalty is None else penalty.mean().item()
        found["critic_loss"] = found["critic_penalty"] - found["critic_estimate"]
        found["critic_em_real"] = metrics.em_floor(self.toy, len(some))
        return found

    def _optimum(
        self, players: Players, D: metrics.Scorer, fake: Tensor, full: bool, rng: torch.Generator
    ) -> tuple[dict[str, Any], bytes | None]:
        q = Kernels(fake)
        met = metrics.meeting(self.toy, q, rng)
        with torch.no_grad():
            scores = D(met.x)
        at = metrics.against_optimum(self.name, players.objective, met, scores)
        found = {
            "d_value": at.value, "d_best": at.best, "d_trivial": at.trivial,
            "d_error": at.error, "d_attainable": at.attainable,
            "d_attainable_real": self._floor(players.objective, len(fake)),
        }  # fmt: skip
        if at.share == at.share:
            found["d_share"] = at.share
        self.count += 1
        if not (full or self.count % FIELD_EVERY == 1):
            return found, None
        about = {"step": players.step, "extent": list(self.toy.extent), "objective": self.name}
        return found, fields(about | found, self._drawn(players.objective, D, met, scores, q, at))

    def _drawn(
        self,
        objective: Any,
        D: metrics.Scorer,
        met: Meeting,
        scores: Tensor,
        q: Kernels,
        at: Optimum,
    ) -> dict[str, Tensor]:
        """What `fields` stores, in units of 1."""
        log_q = q.log_density(self.grid)
        ratio = (self._log_p - log_q).nan_to_num(0.0)
        x0, x1, y0, y1 = self.toy.extent
        cell = (x1 - x0) * (y1 - y0) / (SIDE - 1) ** 2
        expected = (self._log_p.exp() + log_q.exp()) / 2 * cell * SAMPLES  # points in a cell
        with torch.no_grad():
            on_grid = D(self.grid)

        def said(raw: Tensor) -> Tensor:
            return metrics.opinion(self.name, objective, raw)

        corner, span = torch.tensor([x0, y0]), torch.tensor([x1 - x0, y1 - y0])
        return {
            "d": said(on_grid - at.level),
            "best": said(metrics.optimum(self.name, objective, ratio)),
            "mass": (expected.clamp(min=1e-9).log10() + 2) / 2,  # from 0.01 points to 1
            "x": (met.x[:, 0] - corner[0]) / span[0],
            "y": (met.x[:, 1] - corner[1]) / span[1],
            "d_at": said(scores - at.level),
            "best_at": said(metrics.optimum(self.name, objective, met.log_ratio)),
        }

    @cached_property
    def grid(self) -> Tensor:
        """SIDE² places over the extent, row 0 at the bottom."""
        x0, x1, y0, y1 = self.toy.extent
        xs, ys = torch.linspace(x0, x1, SIDE), torch.linspace(y0, y1, SIDE)
        return torch.cartesian_prod(ys, xs).flip(1)

    @cached_property
    def _log_p(self) -> Tensor:
        log_p = self.toy.log_density(self.grid)
        assert log_p is not None
        return log_p.double()

    def _floor(self, objective: Any, n: int) -> float:
        """What D* could gain if fresh real samples stood in for the generated ones."""
        if self.gain is None:
            rng = torch.Generator().manual_seed(0)
            gains = []
            for _ in range(2):
                met = metrics.meeting(self.toy, Kernels(self.toy.sample(n, rng)), rng)
                nothing = torch.zeros(len(met.x))
                gains.append(metrics.against_optimum(self.name, objective, met, nothing).attainable)
            self.gain = sum(gains) / len(gains)
        return self.gain


def fields(about: dict[str, Any], drawn: dict[str, Tensor]) -> bytes:
    """`optimum.bin`: one line of JSON, then blobs of u16 in the order of its `blobs`.

    `d`, `best` and `mass` are fields [SIDE, SIDE] with row 0 at the bottom: what D and D* say (1
    real, 0 generated), and how much there is that they could be wrong about (0 nothing). `x`, `y`,
    `d_at` and `best_at` are the same at single places [m]. All are mapped from 0..1 to 0..65535,
    the extent to x and y.
    """
    header = {**about, "side": SIDE, "blobs": {name: len(t) for name, t in drawn.items()}}
    line = json.dumps(header).encode() + b"\n"
    flat = torch.cat([t.double() for t in drawn.values()]).nan_to_num(0.5).clamp(0, 1)
    return line + (flat * 65535).round().numpy().astype("<u2").tobytes()


def of_pictures(
    players: Players, images: Images, fake: Tensor, rng: torch.Generator
) -> dict[str, float]:
    """A Wasserstein critic of pictures in numbers (see `metrics.critic_of_images`), against what G
    itself makes, `fake`; nothing of one that knows only packs."""
    if isinstance(core(players.D), Packed) or not fake.isfinite().all():
        return {}
    with at_rest(players.D) as D:
        return metrics.critic_of_images(D, images.sample(len(fake), rng), fake, rng)


@contextmanager
def at_rest(D: nn.Module) -> Iterator[metrics.Scorer]:
    """D as a function of points on the CPU, in evaluation mode meanwhile."""
    device = next(D.parameters()).device
    was = D.training
    D.eval()
    try:
        yield lambda x: D(x.float().to(device)).float().cpu()
    finally:
        D.train(was)
