"""Lessons: small comparisons that show one thing each, and check it on the figures of their runs.

A lesson is a few ordinary runs that differ in what it is about and in nothing else, and a claim
about what they measured. Nothing here is drawn or trained. Torch-free: weights are read from
checkpoints as numpy arrays.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gan_core.catalog import BadInput
from gan_core.config import Config
from gan_core.presets import preset
from gan_core.runs import Run

Figures = dict[str, Any]  # what `figures` reads from one run
Verdict = tuple[bool, str]  # whether a lesson showed what it promises, and the figures in words
FREE = ("seed", "device", "threads", "precision", "graphs")  # which do not make another lesson

MOST_COLLAPSED = 2  # modes of eight that a collapsed generator holds at most
UNEVEN = 0.5  # reverse KL from which samples are in one place, as a share of log(number of modes)
FEWEST_WHOLE = 7  # modes of eight that a healthy one holds at least
EDGE = 0.01  # a weight within this share of the largest allowed one lies at the edge


@dataclass(frozen=True)
class Side:
    """One run of a lesson: how its panel is called, its objective, and what it changes."""

    label: str
    objective: str
    changes: dict[str, Any]


@dataclass(frozen=True)
class Lesson:
    """`see` says in one line what to look for; `claim` checks it on the figures of each side, in
    their order. `shared` are settings of every side. `refused` names settings that `validate`
    must refuse, where the lesson is that they cannot be used at all."""

    name: str
    title: str
    see: str
    sides: tuple[Side, ...]
    claim: Callable[[Sequence[Figures]], Verdict]
    shared: dict[str, Any]
    data: str = "ring-lesson"
    refused: Side | None = None

    def config(self, side: Side, seed: int = 0) -> Config:
        """The checked settings of one side."""
        changes = {**self.shared, **side.changes, "seed": seed}
        return preset(side.objective, self.data, **changes)

    def configs(self, seed: int = 0) -> list[Config]:
        """The settings of all sides, in their order."""
        return [self.config(side, seed) for side in self.sides]

    def refusal(self) -> str:
        """Why the refused side cannot be run; empty where the lesson has none, or it could."""
        if self.refused is None:
            return ""
        try:
            self.config(self.refused)
        except BadInput as error:
            return str(error)
        return ""


def of(configs: Sequence[Config]) -> Lesson | None:
    """The lesson that these runs carry out, side by side and with one seed; None for none."""
    if len({config.seed for config in configs}) != 1:
        return None
    plain = [_plain(config) for config in configs]
    for lesson in LESSONS.values():
        if plain == [_plain(config) for config in lesson.configs()]:
            return lesson
    return None


def _plain(config: Config) -> dict[str, Any]:
    return {name: value for name, value in config.to_dict().items() if name not in FREE}


def figures(run: Run) -> Figures:
    """What claims are about: the last measurement of a run (see `gan_core.metrics`), and

    `g_grad`: the median norm of G's gradient over the second half of its steps;
    `edge`: the share of D's weights within 1 % of the largest magnitude (of ±c for WGAN).
    """
    found: Figures = dict(run.status().get("metrics") or {})
    rows = run.curves()
    late = rows[len(rows) // 2 :, 7]
    found["g_grad"] = float(np.nanmedian(late)) if len(late) else math.nan
    weights = critic_weights(run)
    config = run.config
    if len(weights):
        most = config.clip if config.objective == "wgan" else float(weights.max())
        found["edge"] = float((weights >= (1 - EDGE) * most).mean())
    return found


def critic_weights(run: Run) -> np.ndarray:
    """Magnitudes [n] of all trained numbers of D; empty where there is no checkpoint."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(run.checkpoint, "np") as file:
            names = [n for n in file.keys() if n.startswith("D.")]  # noqa: SIM118
            kept = [n for n in names if n.endswith(("weight", "bias"))]
            parts = [np.abs(file.get_tensor(n)).ravel() for n in kept]
    except (OSError, SafetensorError):
        return np.zeros(0)
    return np.concatenate(parts) if parts else np.zeros(0)


def _collapse(found: Sequence[Figures]) -> Verdict:
    words = f"{_of(found[0])} under the minimax loss, {found[1]['modes']} under WGAN-GP."
    return _collapsed(found[0]) and found[1]["modes"] >= FEWEST_WHOLE, words


def _collapsed(f: Figures, most: int = MOST_COLLAPSED) -> bool:
    """Few modes, and the samples not spread but nearest to a few of them (see UNEVEN)."""
    return f["modes"] <= most and f["reverse_kl"] >= UNEVEN * math.log(f["modes_total"])


def _gradient(found: Sequence[Figures]) -> Verdict:
    dead, alive = (f["g_grad"] for f in found)
    words = (
        f"G's gradient is {_power(dead)} under the minimax loss and {_power(alive)} under WGAN-GP;"
        f" EM is {found[0]['em']:.2f} and {found[1]['em']:.2f}."
    )
    return dead < 1e-3 * alive and found[1]["em"] < 0.7 * found[0]["em"], words


def _clipping(found: Sequence[Figures]) -> Verdict:
    clipped, free = (f["edge"] for f in found)
    words = (
        f"{100 * clipped:.0f} % of the clipped critic's weights lie at ±c; under the penalty"
        f" {100 * free:.1f} % are as large as the largest."
    )
    return clipped > 0.25 and free < 0.02, words


def _batchnorm(found: Sequence[Figures]) -> Verdict:
    modes = [f["modes"] for f in found]
    words = (
        f"Refused with BatchNorm; {modes[0]} of 8 modes without it and {modes[1]} with LayerNorm."
    )
    return bool(LESSONS["batchnorm"].refusal()) and min(modes) >= FEWEST_WHOLE, words


def _cure(name: str, most: int = MOST_COLLAPSED) -> Callable[[Sequence[Figures]], Verdict]:
    """The claim that one change makes a generator healthy that holds at most `most` modes."""

    def claim(found: Sequence[Figures]) -> Verdict:
        words = f"{_of(found[0])} before, {found[1]['modes']} with {name}."
        return _collapsed(found[0], most) and found[1]["modes"] >= FEWEST_WHOLE, words

    return claim


def _of(f: Figures) -> str:
    return f"{f['modes']} of {f['modes_total']} modes"


def _power(value: float) -> str:
    return f"{value:.2g}" if value >= 0.01 else f"{value:.0e}"


# What a lesson shows must not move with the recommended settings: these are its own. No cures.
_BARE = {
    "r1": 0.0, "r2": 0.0, "lr_g": 2e-3, "lr_d": 4e-3, "beta1": 0.5, "beta2": 0.99, "fourier": 16,
    "ema": 0.995, "steps": 400,
}  # fmt: skip
_GP = {"n_critic": 2, "lam": 0.1}
_BEFORE = Side("Without a cure", "gan", {})
_FREE_HAND = {"lr_d": 2e-3, "lr_g": 1e-3, "n_critic": 5, "fourier": 0, "width": 64, "steps": 200}

LESSONS: dict[str, Lesson] = {
    lesson.name: lesson
    for lesson in (
        Lesson(
            "collapse", "Minimax collapses",
            "One seed, one data set, no cures: under the minimax loss all points of G end in one"
            " place, under WGAN-GP they spread over the eight modes. High quality alone deceives: a"
            " collapsed G is sharp on the mode that it kept.",
            (Side("GAN, minimax", "gan", {}), Side("WGAN-GP", "wgan-gp", _GP)),
            _collapse, _BARE | {"lr_g": 1e-3},
        ),
        Lesson(
            "gradient", "D too strong",
            "D takes ten steps for each of G's. The minimax loss goes flat where D is sure, so G"
            " stands still; the same lead makes WGAN's critic only more exact.",
            (Side("GAN, minimax", "gan", {}), Side("WGAN-GP", "wgan-gp", {"lam": 0.1})),
            _gradient, _BARE | {"n_critic": 10, "lr_g": 5e-4, "steps": 150},
        ),
        Lesson(
            "clipping", "Clipping's edge",
            "Clipping drives a good part of the critic's weights to the two ends of ±c; the"
            " gradient penalty leaves them free: see the histograms below. D's shading shows how"
            " much simpler the clipped critic is. The runs are too short to fit the data.",
            (Side("WGAN, clipped to ±0.1", "wgan", {"optimizer": "rmsprop", "clip": 0.1}),
             Side("WGAN-GP", "wgan-gp", {"lam": 0.1})),
            _clipping, _BARE | _FREE_HAND,
        ),
        Lesson(
            "batchnorm", "BatchNorm under GP",
            "A penalty on each sample's own slope means nothing where BatchNorm mixes the samples"
            " of a batch: such settings are refused here. Without a norm, or with LayerNorm, the"
            " same critic finds the modes.",
            (Side("No norm in D", "wgan-gp", {}),
             Side("LayerNorm in D", "wgan-gp", {"norm_d": "layer"})),
            _batchnorm, _BARE | _GP,
            refused=Side("BatchNorm in D", "wgan-gp", {"norm_d": "batch"}),
        ),
        Lesson(
            "cure-penalty", "Cure: R1 and R2",
            "The minimax GAN that collapsed, before and after: nothing is added but a small penalty"
            " on D's slope at real and at generated points.",
            (_BEFORE, Side("R1 and R2 of 0.2", "gan", {"r1": 0.2, "r2": 0.2})),
            _cure("R1 and R2"), _BARE | {"steps": 600},
        ),
        Lesson(
            "cure-noise", "Cure: instance noise",
            "The minimax GAN that collapsed, before and after: noise on all that D sees makes the"
            " two clouds overlap, and fades as training goes on.",
            (_BEFORE, Side("Instance noise, σ 0.4", "gan", {"noise": 0.4})),
            _cure("instance noise"), _BARE | {"steps": 1000},
        ),
        Lesson(
            "cure-rates", "Cure: two time scales",
            "The same two learning rates, exchanged. Where G has the larger one it runs on before D"
            " has learnt what is wrong, and its points stay together; where D has it, D answers in"
            " time and all modes are found (Heusel 2017). No penalty in either.",
            (Side("G four times as fast", "ns-gan", {"lr_g": 4e-3, "lr_d": 1e-3}),
             Side("D four times as fast", "ns-gan", {"lr_g": 1e-3, "lr_d": 4e-3})),
            _cure("D as the faster one"), _BARE | {"fourier": 0, "steps": 1000},
        ),
        Lesson(
            "cure-packing", "Cure: packing",
            "Nothing changes but what D is shown: the same 256 points a round, one by one or in"
            " packs of four (PacGAN, Lin 2018). Four points of one mode give themselves away, so G"
            " spreads over all modes; it takes longer to become sharp.",
            (Side("D sees single points", "ns-gan", {}),
             Side("D sees packs of four", "ns-gan", {"pack": 4})),
            _cure("packing", most=3), _BARE | {"lr_d": 2e-3, "fourier": 8, "steps": 2500},
        ),
    )
}  # fmt: skip
