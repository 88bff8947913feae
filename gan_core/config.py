"""A run's settings: one flat frozen dataclass, its checks, and its JSON.

Torch-free: pages and the command line build, check and store a Config without loading torch;
`gan_core.build` turns it into networks and data.
"""

import json
import math
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any

from gan_core.agreement import NETWORKS_OF_IMAGES, USUAL_SOURCE, require_agreement
from gan_core.catalog import DATA, OBJECTIVES, BadInput, DataInfo, choose, data_info

Number = int | float


def _setting(
    default: Any,
    group: str,
    help: str,
    low: Number | None = None,
    high: Number | None = None,
    choices: tuple[str, ...] | None = None,
) -> Any:
    """A dataclass field with what a form needs: its group, one line of help, its bounds."""
    meta = {"group": group, "help": help, "min": low, "max": high, "choices": choices}
    return field(default=default, metadata=meta)


WHY = {  # why a number beyond its bounds is of no use; pages refuse these in words too
    "lr_g": "A step of more than the weights' own size forgets all that G has learnt",
    "lr_d": "A step of more than the weights' own size forgets all that D has learnt",
    "batch": "D compares distributions, which takes two samples at least, and memory is bounded",
    "n_critic": "While D takes so many steps nothing moves on the page, and G learns next to"
    " nothing",
    "n_gen": "Within so many steps G runs far ahead of D",
}
READS = ("z", "x+z", "x+noise")  # what G reads: see gan_core.readings
NORMS = ("none", "batch", "layer", "spectral")


@dataclass(frozen=True)
class Config:
    """Everything that decides a run; two equal Configs on one machine give equal numbers."""

    objective: str = _setting("ns-gan", "what", "the GAN system", choices=tuple(OBJECTIVES))
    data: str = _setting(
        "ring", "what", "data set: ring(modes=12), points:ID, images:ID, folder:PATH"
    )
    preset: str = _setting(
        "recommended", "what", "where the defaults came from", choices=("recommended", "published")
    )
    network: str = _setting(
        "mlp",
        "networks",
        "architecture of both players: resnet has residual blocks, and no normalisation",
        choices=("mlp", *NETWORKS_OF_IMAGES),
    )
    reads: str = _setting(
        "z", "reading", "what G reads; x+noise is a fixed G, a real sample plus noise",
        choices=READS,
    )  # fmt: skip
    source: str = _setting(
        USUAL_SOURCE, "reading", "x+z of points: the 2-D data that G carries onto the data"
    )
    carry: float = _setting(
        0.1, "reading", "x+z: first weight of E|G(x, z) - x|², in units of scale; it fades", 0, 100
    )
    sigma: float = _setting(
        0.5, "reading", "x+noise: σ of the fixed G's noise, the data's scale being 1", 1e-6, 100
    )
    spread: float = _setting(
        0.0,
        "reading",
        "x+z of images: first weight of mode seeking, so that z counts; it fades",
        0,
        100,
    )
    seed: int = _setting(0, "what", "seed of every random draw", 0, 2**31 - 1)
    steps: int = _setting(
        4000, "length", "rounds: n-critic D steps and one G step (0: what fits into the time)",
        0, 10**7,
    )  # fmt: skip
    seconds: float = _setting(0.0, "length", "stop after this many seconds (0: no limit)", 0, 1e6)
    batch: int = _setting(256, "length", "samples in one batch", 2, 4096)
    size: int = _setting(32, "networks", "side of the images in pixels (images only)", 16, 128)
    latent: int = _setting(2, "networks", "numbers in one latent z (0 with x+z: no z)", 0, 1024)
    width: int = _setting(64, "networks", "units of a hidden layer, or base channels", 4, 1024)
    depth: int = _setting(3, "networks", "hidden layers of an MLP", 1, 8)
    norm_g: str = _setting("none", "networks", "normalisation in G", choices=NORMS[:3])
    norm_d: str = _setting("none", "networks", "normalisation in D", choices=NORMS)
    scaling: str = _setting(
        "none",
        "networks",
        "2-D: players work on the data as they are, or at the data's own scale",
        choices=("none", "unit"),
    )
    fourier: int = _setting(0, "networks", "random Fourier features D sees (2-D only)", 0, 256)
    bottleneck: int = _setting(0, "networks", "BEGAN: numbers in D's code (0: latent)", 0, 1024)
    optimizer: str = _setting("adam", "optimiser", "for both players", choices=("adam", "rmsprop"))
    lr_g: float = _setting(2e-3, "optimiser", "learning rate of G", 0, 1)
    lr_d: float = _setting(2e-3, "optimiser", "learning rate of D", 0, 1)
    beta1: float = _setting(0.0, "optimiser", "Adam's first-moment decay", 0, 0.9999)
    beta2: float = _setting(0.99, "optimiser", "Adam's or RMSProp's second-moment decay", 0, 0.9999)
    lr_end: float = _setting(0.02, "optimiser", "final share of both rates, by cosine", 0, 1)
    n_critic: int = _setting(1, "optimiser", "D steps for each G step", 1, 50)
    n_gen: int = _setting(1, "optimiser", "G steps for each round", 1, 50)
    ema: float = _setting(0.995, "optimiser", "decay of G's running average (0: off)", 0, 0.99999)
    r1: float = _setting(0.1, "cures", "weight of ½‖∇D‖² at real samples (R1)", 0, 1000)
    r2: float = _setting(0.1, "cures", "weight of ½‖∇D‖² at generated samples (R2)", 0, 1000)
    pack: int = _setting(1, "cures", "samples that D judges together (PacGAN)", 1, 16)
    noise: float = _setting(
        0.0, "cures", "σ of noise on all that D sees, fading to 0 (at its scale)", 0, 10
    )
    noise_steps: int = _setting(
        0, "cures", "rounds after which that noise is gone (0: at the run's end)", 0, 10**7
    )
    lam: float = _setting(10.0, "objective", "WGAN-GP: weight λ of the penalty", 0, 1000)
    clip: float = _setting(0.01, "objective", "WGAN: weights stay within ±c", 1e-6, 10)
    gamma: float = _setting(0.5, "objective", "BEGAN: γ = E L(G(z)) / E L(x)", 0, 1)
    lambda_k: float = _setting(0.001, "objective", "BEGAN: step size of k", 0, 1)
    a: float = _setting(0.0, "objective", "LSGAN: D's target for generated samples", -10, 10)
    b: float = _setting(1.0, "objective", "LSGAN: D's target for real samples", -10, 10)
    c: float = _setting(1.0, "objective", "LSGAN: what G wants D to say", -10, 10)
    device: str = _setting("auto", "machine", "auto, cpu, cuda or cuda:N")
    threads: int = _setting(
        0, "machine", "processor threads (0: all cores, or one while others want them)", 0, 256
    )
    precision: str = _setting(
        "auto",
        "machine",
        "arithmetic of networks; weights stay float32. tf32 is float32 with the rounded products"
        " that a GPU has",
        choices=("auto", "float32", "tf32", "bfloat16"),
    )
    graphs: str = _setting(
        "auto",
        "machine",
        "on a GPU a round is launched as one CUDA graph, or (off) operation by operation",
        choices=("auto", "off"),
    )
    forms: str = _setting(
        "auto",
        "machine",
        "layers as they are written, or as fewer and larger products: the same mathematics",
        choices=("auto", "plain", "fast"),
    )
    layout: str = _setting(
        "channels-last",
        "machine",
        "order of a picture's numbers in memory",
        choices=("channels-last", "channels-first"),
    )
    fakes: str = _setting(
        "fresh",
        "machine",
        "samples for G's step: drawn anew, or those D has just judged, as DCGAN's code has it",
        choices=("fresh", "shared"),
    )

    @property
    def info(self) -> DataInfo:
        """What the catalog says of this run's data."""
        return data_info(self.data)

    @property
    def kind(self) -> str:
        """`"2d"` or `"image"`."""
        return self.info.kind

    def replace(self, **changes: Any) -> "Config":
        """A copy with some fields changed, unchecked: call `validate` before use."""
        return replace(self, **changes)

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)

    def to_json(self) -> str:
        return json.dumps(self.to_dict(), indent=1)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "Config":
        """The Config of a stored dict, checked; fields it lacks take their defaults."""
        if not isinstance(values, dict):
            raise BadInput("A config must be a JSON object of settings.")
        names = [f.name for f in fields(cls)]
        for name in values:
            choose(name, names, "setting")
        return validate(cls(**values))


def validate(config: Config) -> Config:
    """The same Config with its numbers in their declared types, or BadInput saying what to mend."""
    checked: dict[str, Any] = {}
    for f in fields(config):
        checked[f.name] = _checked(f.name, getattr(config, f.name), f.type, f.metadata)
    config = Config(**checked)
    require_agreement(config)
    return config


def _checked(name: str, value: Any, kind: Any, meta: Any) -> Any:
    """`value` as the field's type and within its bounds."""
    if kind is str:
        if not isinstance(value, str):
            raise BadInput(f"{name} must be text, not {value!r}.")
        return choose(value, meta["choices"], name) if meta["choices"] else value
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BadInput(f"{name} must be a number, not {value!r}.")
    if not math.isfinite(value) or (kind is int and value != int(value)):
        raise BadInput(f"{name} must be a finite {'whole ' * (kind is int)}number, not {value}.")
    low, high = meta["min"], meta["max"]
    if (low is not None and value < low) or (high is not None and value > high):
        why = f" {WHY[name]}." if name in WHY else ""
        raise BadInput(
            f"{name}={value:g} is outside {low:g} to {high:g}: choose a value between.{why}"
        )
    return kind(value)


def kind_of(spec: str) -> str:
    """`"2d"` or `"image"` for a data spec; BadInput if there is no such data."""
    return data_info(spec).kind


def data_names(kind: str) -> list[str]:
    """The names of all data sets of one kind."""
    return [name for name, info in DATA.items() if info.kind == kind]
