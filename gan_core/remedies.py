"""What to change when a run goes wrong: sets of Config changes, with their words. Torch-free.

Each remedy mends what is unusual in the very config it is asked about, because the same symptom has
several causes; where nothing is unusual, it turns to the recipe that holds up best.
"""

from typing import Any

from gan_core.catalog import OBJECTIVES, BadInput
from gan_core.config import Config, validate
from gan_core.presets import preset

Changes = dict[str, Any]

NARROW = 32  # units of a hidden layer; on the ring, narrower ones hold one mode and hop
HIGH = 4  # times the recommended rate; twice it still trains
STABLE = "r3gan"  # the pair with a convergence proof (Huang 2024), and the best measured here
PENALTY = {"2d": 0.1, "image": 1.0}  # R1 and R2 of the recommended presets
UNLIMITED = ("wgan", "wgan-gp", "began")  # their critics are bounded in a way of their own
# No part of a recipe.
KEPT = (
    "seed", "steps", "seconds", "device", "threads", "precision", "graphs", "size", "data", "reads",
    "source", "carry", "sigma",
)  # fmt: skip
_NAMES = {
    "lr_g": "G's rate", "lr_d": "D's rate", "n_critic": "D steps a round",
    "n_gen": "G steps a round", "r1": "R1", "r2": "R2", "norm_d": "norm in D",
    "ema": "average of G", "lr_end": "final rate", "gamma": "γ", "noise": "instance noise",
    "noise_steps": "rounds of noise", "pack": "packing", "latent": "latent size",
}  # fmt: skip


def imbalance(config: Config) -> Changes:
    """What in a config lets G outrun D: one mode after another is what comes of it."""
    changes = excess(config)
    if config.lr_g > 2 * config.lr_d:
        changes["lr_g"] = changes.get("lr_d", config.lr_d)
    if config.n_gen > 1:
        changes["n_gen"] = 1
    if config.kind == "2d" and config.width < NARROW:
        changes["width"] = 64
    if config.latent == 0:  # one x reaches one place: G cannot tear a source apart
        changes["latent"] = 2
    return changes | penalised(config)


def penalised(config: Config) -> Changes:
    """Zero-centred penalties where D has none: they keep a pair that circles from circling."""
    if config.objective in UNLIMITED or config.r1 or config.r2:
        return {}
    weight = PENALTY[config.kind]
    changes: Changes = {"r1": weight, "r2": weight}
    if config.norm_d == "batch":  # no penalty goes with it
        changes["norm_d"] = "none"
    return changes


def calmed(config: Config) -> Changes:
    """What lets players settle that go round: penalties, decaying rates and an average of G."""
    changes = imbalance(config)
    if config.lr_end > 0.2:
        changes["lr_end"] = 0.02
    if config.ema == 0:
        changes["ema"] = 0.995 if config.kind == "2d" else 0.99
    return changes


def weakened(config: Config) -> Changes:
    """What stops D from winning outright: G as fast as D, one step each, a slope that is held."""
    changes: Changes = {}
    if config.lr_d > config.lr_g:
        usual = preset(config.objective, config.data).lr_d
        changes = {"lr_g": min(config.lr_d, usual), "lr_d": min(config.lr_d, usual)}
    if config.n_critic > 1 and config.objective not in UNLIMITED:
        changes["n_critic"] = 1
    if config.objective == "gan":
        changes["objective"] = "ns-gan"
    return changes | penalised(config)


def excess(config: Config) -> Changes:
    """The recommended rates where a config's are several times as high."""
    usual = preset(config.objective, config.data)
    rates = {name: getattr(usual, name) for name in ("lr_g", "lr_d")}
    return {name: most for name, most in rates.items() if getattr(config, name) > HIGH * most}


def slowed(config: Config) -> Changes:
    """Rates no higher than the recommended ones, and a tenth where they already are that low."""
    changes = excess(config) or {"lr_g": config.lr_g / 10, "lr_d": config.lr_d / 10}
    return changes | penalised(config)


def switched(config: Config, objective: str = STABLE) -> Changes:
    """All that turns a config into the recommended one of another objective; {} if it is that."""
    kept = {name: getattr(config, name) for name in KEPT if name != "data"}
    other = preset(objective, config.data, **kept)
    mine = config.to_dict()
    changes = {name: new for name, new in other.to_dict().items() if new != mine[name]}
    if not changes or not config.steps:  # as many as fit stay as many as fit
        return changes
    usual = preset(objective, config.data, reads=config.reads).steps
    return changes | {"steps": max(usual, config.steps)}


def shorter_rounds(config: Config) -> Changes:
    """The recommended number of D steps a round where a config has several times as many."""
    usual = preset(config.objective, config.data).n_critic
    return {"n_critic": usual} if config.n_critic > HIGH * usual else {}


def longer(config: Config) -> Changes:
    """Twice as many steps, in whatever time; of a run that was never told how many, twice its
    time."""
    if not config.steps:
        return {"seconds": min(2 * config.seconds, 1e6)}
    return {"steps": min(2 * config.steps, 10**7), "seconds": 0.0}


def usable(config: Config, *choices: Changes) -> Changes:
    """The first of several sets of changes that changes something and gives a valid config."""
    for changes in choices:
        wanted = {name: new for name, new in changes.items() if new != getattr(config, name)}
        if not wanted:
            continue
        try:
            validate(config.replace(**wanted))
        except BadInput:
            continue
        return wanted
    return {}


def label(config: Config, changes: Changes) -> str:
    """What a set of changes does, in a few words: `R1 0 → 0.1, R2 0 → 0.1`."""
    new = config.replace(**changes)
    title = OBJECTIVES[new.objective].title
    if new == config.replace(**switched(config, new.objective)):
        return f"{title} as recommended"
    if set(changes) <= {"steps", "seconds"}:
        if not new.steps:
            return f"{new.seconds:g} s instead of {config.seconds:g}"
        return f"{new.steps:,} steps instead of {config.steps:,}"
    words = [title] if "objective" in changes else []
    for name, value in changes.items():
        if name not in ("objective", "seconds"):
            old = _short(getattr(config, name))
            words.append(f"{_NAMES.get(name, name)} {old} → {_short(value)}")
    return ", ".join(words)


def _short(value: Any) -> str:
    return f"{value:g}" if isinstance(value, int | float) else str(value)
