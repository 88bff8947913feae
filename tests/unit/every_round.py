"""A small config for every kind of round: objectives, networks, what D sees and what G reads."""

from gan_core.catalog import OBJECTIVES
from gan_core.presets import preset

BASE = {"device": "cpu", "precision": "float32", "steps": 9}
PLANE = {**BASE, "batch": 12, "width": 8, "depth": 2}
PICTURES = {**BASE, "batch": 6, "width": 4, "size": 16}
POINTS = {
    "noise that ends": preset("r3gan", "ring", **PLANE, noise=1.0, noise_steps=6),
    "noise to the end": preset("ns-gan", "ring", **PLANE, noise=1.0, noise_steps=0),
    "by autograd": preset("r3gan", "ring", **PLANE, norm_d="layer", norm_g="layer"),
    "n_critic and n_gen": preset("wgan-gp", "grid", **PLANE, n_critic=3, n_gen=2),
    "packs": preset("ns-gan", "ring", **PLANE, pack=2),
    "Fourier features": preset("hinge", "ring", **PLANE, fourier=4),
    "unequal modes": preset("ns-gan", "ring(imbalance=1)", **PLANE),
    "a board": preset("ns-gan", "checkerboard", **PLANE),
    "a curve": preset("lsgan", "swiss-roll", **PLANE),
    "a source carried": preset("r3gan", "grid", **PLANE, reads="x+z", source="moons"),
    "a fixed G": preset("wgan-gp", "ring", **PLANE, reads="x+noise"),
    "no average": preset("ns-gan", "ring", **PLANE, ema=0.0),
}
IMAGES = {
    "spectral norm": preset("hinge", "digits", **PICTURES, norm_d="spectral"),
    "noise": preset("r3gan", "digits", **PICTURES, noise=0.5, noise_steps=6),
    "fast forms": preset("dcgan", "digits", **PICTURES, forms="fast"),
    "fresh samples for G": preset("dcgan", "digits", **PICTURES, fakes="fresh"),
    "enlarged faces": preset("dcgan", "faces", **{**PICTURES, "size": 32}),
    "bfloat16": preset("dcgan", "digits", **{**PICTURES, "precision": "bfloat16"}),
    "bfloat16 and slopes": preset("r3gan", "digits", **{**PICTURES, "precision": "bfloat16"}),
}
EVERY = (
    {f"{name} on points": preset(name, "ring", **PLANE) for name in OBJECTIVES}
    | {f"{name}, images": preset(name, "digits", **PICTURES) for name in [*OBJECTIVES, "dcgan"]}
    | {f"{name} on points": config for name, config in POINTS.items()}
    | {f"{name}, images": config for name, config in IMAGES.items()}
)
