"""Settings that are known to work, and settings as the papers printed them.

A preset is a Config: `preset("wgan-gp", "ring")` is the recipe this project measured, and
`preset("wgan-gp", "ring", "published")` is the paper's. A page or flag then changes single fields.
"""

import shlex
from dataclasses import fields
from typing import Any

from gan_core.catalog import OBJECTIVES, BadInput, choose, data_info
from gan_core.config import Config, kind_of, validate

STEPS = 2000  # rounds on images, where they are counted
SECONDS = 60.0  # of a recommended run on images, which trains as many rounds as fit

_IMAGE: dict[str, Any] = {
    "network": "dcgan",
    "batch": 64,
    "latent": 64,
    "width": 32,
    "steps": STEPS,
    "norm_g": "batch",
    "norm_d": "batch",
    "lr_g": 1e-3,
    "lr_d": 1e-3,
    "beta1": 0.5,
    "beta2": 0.99,
    "ema": 0.99,
    "lr_end": 0.05,
    "r1": 0.0,
    "r2": 0.0,
    "fakes": "shared",
}

_GREY: dict[str, Any] = {"width": 16}  # of digits more rounds make more than wider networks

_PLANE: dict[str, Any] = {
    "fourier": 16, "lr_g": 8e-3, "lr_d": 8e-3, "beta1": 0.0, "beta2": 0.95, "steps": 2500,
    "r1": 0.05, "r2": 0.05,
}  # fmt: skip
_MANY = 8  # modes; for more of them _PLANE trains longer
_LONG: dict[str, Any] = {"steps": 5000, "batch": 256}
# D sees noise at first, or G may leave one of three to five modes out for good.
_NOISY_START: dict[str, Any] = {"noise": 0.5, "noise_steps": 500}
_HALF_RATE: dict[str, Any] = {"lr_g": 4e-3, "lr_d": 4e-3}
_SLOWER = _HALF_RATE | {"beta1": 0.5, "beta2": 0.99}

# What reaches every mode of a toy, or a legible picture, soonest on two CPU cores.
RECOMMENDED: dict[str, dict[str, dict[str, Any]]] = {
    "2d": {
        "gan": _PLANE | _HALF_RATE,
        "ns-gan": _PLANE | _HALF_RATE,
        "lsgan": _PLANE | {"r1": 1.0, "r2": 1.0},
        "wgan": {"r1": 0.0, "r2": 0.0, "optimizer": "rmsprop", "clip": 0.1, "n_critic": 5,
                 "lr_g": 5e-4, "lr_d": 5e-4, "width": 128},
        "wgan-gp": _PLANE | _SLOWER | {"r1": 0.0, "r2": 0.0, "lam": 0.1, "n_critic": 2},
        "began": {"r1": 0.0, "r2": 0.0, "lr_g": 1e-3, "lr_d": 1e-3, "beta1": 0.5, "gamma": 0.9,
                  "lambda_k": 0.01, "bottleneck": 16},
        "hinge": _PLANE | {"r1": 0.1, "r2": 0.1},
        "r3gan": _PLANE | _NOISY_START | {"r1": 0.03, "r2": 0.03, "batch": 128, "steps": 3000},
    },
    "image": {
        "gan": {},
        "ns-gan": {},
        "lsgan": {},
        "wgan": {"optimizer": "rmsprop", "clip": 0.05},
        "wgan-gp": {"norm_d": "layer", "beta1": 0.0},
        # without normalisation its auto-encoder learns too late, and G falls onto one picture
        "began": {"norm_d": "layer", "gamma": 0.7, "lambda_k": 0.02, "width": 16},
        "hinge": {"norm_d": "spectral", "beta1": 0.0, "width": 32},  # narrower, it loses classes
        # On the paper's residual networks, which have no normalisation, pictures come later: see
        # docs/benchmarks.md. `published` has them.
        "r3gan": {"norm_d": "none", "r1": 1.0, "r2": 1.0, "beta1": 0.0},
    },
}  # fmt: skip

# What G reads changes how long it takes. To carry a source, rates are lower: at 4e-3 some seeds end
# with a mode lost; and D flatter, or the ways get longer. Against a fixed G, D has one target.
CARRY_RATE, CARRY_PENALTY = 3e-3, 0.1
READING: dict[str, dict[str, Any]] = {
    "x+z": {"steps": 3000, "batch": 256, "noise": 0.0, "noise_steps": 0},
    "x+noise": {"steps": 1500, "batch": 256, "noise": 0.0, "noise_steps": 0},
}

_DCGAN_ADAM = {"lr_g": 2e-4, "lr_d": 2e-4, "beta1": 0.5, "beta2": 0.999}
_PLAIN = {"r1": 0.0, "r2": 0.0, "ema": 0.0, "lr_end": 1.0}  # none of the cures

# As each paper printed them; the networks are this project's.
PUBLISHED: dict[str, dict[str, Any]] = {
    "gan": _DCGAN_ADAM,
    "ns-gan": _DCGAN_ADAM,
    "lsgan": _DCGAN_ADAM,
    "wgan": {"optimizer": "rmsprop", "lr_g": 5e-5, "lr_d": 5e-5, "beta2": 0.99, "n_critic": 5,
             "clip": 0.01},
    "wgan-gp": {"lr_g": 1e-4, "lr_d": 1e-4, "beta1": 0.0, "beta2": 0.9, "n_critic": 5},
    "began": {"lr_g": 1e-4, "lr_d": 1e-4, "beta1": 0.5, "beta2": 0.999, "gamma": 0.5},
    "hinge": {"lr_g": 2e-4, "lr_d": 2e-4, "beta1": 0.0, "beta2": 0.9, "n_critic": 5,
              "norm_d": "spectral"},
    "r3gan": {"lr_g": 2e-4, "lr_d": 2e-4, "beta1": 0.0, "beta2": 0.99, "ema": 0.999,
              "r1": 1.0, "r2": 1.0},
}  # fmt: skip


# To fill pictures in, D must not be so steep that G's hidden part goes grey, and z must count.
FILLING: dict[str, Any] = {"spread": 0.1}


def preset(objective: str, data: str, kind: str = "recommended", **changes: Any) -> Config:
    """The checked Config of one objective on one data set, with single fields changed.

    `objective` may also be `"dcgan"`: the non-saturating pair on the DCGAN networks. `kind` is
    `"recommended"` (measured here) or `"published"` (the paper's settings).
    """
    if objective == "dcgan":
        if kind_of(data) != "image":
            raise BadInput(f"dcgan is an image preset, but “{data}” is 2-D: use ns-gan.")
        objective = "ns-gan"
    choose(objective, [*OBJECTIVES, "dcgan"], "objective")
    choose(kind, ("recommended", "published"), "preset")
    room = kind_of(data)
    values: dict[str, Any] = dict(_IMAGE) if room == "image" else {}
    if kind == "recommended":
        timed = {"steps": 0, "seconds": SECONDS}
        values |= timed if room == "image" else {"scaling": "unit"}
        if room == "image" and data_info(data).channels == 1:
            values |= _GREY
        values |= RECOMMENDED[room][objective]
        if room == "2d" and "steps" in values and modes_of(data) > _MANY:
            values |= _LONG | ({"noise_steps": 300} if values.get("noise") else {})
    else:
        values |= _PLAIN | PUBLISHED[objective]
        if room == "image":
            values |= {"width": 64, "latent": 100}
            if values.get("n_critic", 1) > 1:
                values["fakes"] = "fresh"
            if objective in ("wgan-gp", "began"):
                values["norm_d"] = "layer" if objective == "wgan-gp" else "none"
            if objective == "r3gan":
                values |= {"network": "resnet", "norm_g": "none", "norm_d": "none"}
        elif objective == "wgan-gp":
            values["lam"] = 0.1  # the official 2-D toy; images use 10
    reads = changes.get("reads", "z")
    if room == "image":
        values |= FILLING if reads == "x+z" and changes.get("latent") != 0 else {}
    else:
        values |= READING.get(reads, {})
    if reads == "x+z" and kind == "recommended" and room == "2d":
        values |= _SLOWER | {
            name: min(values.get(name, CARRY_RATE), CARRY_RATE) for name in ("lr_g", "lr_d")
        }
        values |= {r: max(values[r], CARRY_PENALTY) for r in ("r1", "r2") if values.get(r)}
    values |= {"objective": objective, "data": data, "preset": kind} | _length(changes) | changes
    return validate(Config(**values))


def _length(changes: dict[str, Any]) -> dict[str, Any]:
    """What one wish says of the other: who names steps wants these, whatever time they take; who
    names a time wants as many steps as fit into it."""
    if changes.get("steps") and "seconds" not in changes:
        return {"seconds": 0.0}
    if changes.get("seconds") and "steps" not in changes:
        return {"steps": 0}
    return {}


def name_of(config: Config) -> str:
    """The name by which `preset` knows a config's objective: on images `dcgan` for `ns-gan`."""
    return "dcgan" if (config.objective, config.kind) == ("ns-gan", "image") else config.objective


def modes_of(data: str) -> int:
    """How many modes a data spec has; 0 where it has none, or where they are not known."""
    params = data_info(data).params
    return int(params.get("modes", 0) or params.get("side", 0) ** 2)


def command(config: Config) -> str:
    """The command line that trains this very config: its preset, and what differs from it."""
    length = {"steps": config.steps} if config.steps else {"seconds": config.seconds}
    plain = preset(config.objective, config.data, config.preset, reads=config.reads, **length)
    words = ["python -m gan_core train", "--objective", name_of(config)]
    words += ["--data", shlex.quote(config.data)]
    if config.preset != "recommended":
        words += ["--preset", config.preset]
    if config.reads != "z":
        words += ["--reads", config.reads]
    for f in fields(Config):
        value = getattr(config, f.name)
        if f.name in ("seed", *length) or value != getattr(plain, f.name):
            words += ["--" + f.name.replace("_", "-"), shlex.quote(str(value))]
    return " ".join(words)
