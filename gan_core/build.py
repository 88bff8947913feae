"""From a Config to what trains: networks, optimisers, data and plan, all from one seed."""

import copy
import random
import time
from dataclasses import fields
from functools import cache
from pathlib import Path

import numpy as np
import torch
from torch import nn

from gan_core.catalog import BadInput
from gan_core.config import Config, validate
from gan_core.data import Images, Masked, Toy, load
from gan_core.data.images import HELD_OUT
from gan_core.models import (
    MLP,
    AtScale,
    Blur,
    Carrier,
    DCAutoencoder,
    DCGenerator,
    DiscriminatorAtScale,
    Errors,
    Filler,
    Fourier,
    GeneratorAtScale,
    Packed,
    ResGenerator,
    Scores,
    dc_encoder,
    res_encoder,
)
from gan_core.models import init as draw
from gan_core.objectives import OBJECTIVES, Objective
from gan_core.players import Plan, Players, Sampler
from gan_core.readings import Inputs

PAYS, TILES = 1.4, 2.8  # bfloat16_gain from which bfloat16 is used, and layers' fast forms


def build(config: Config, beside: Path | None = None) -> tuple[Players, Toy | Images, Plan]:
    """The players, the data set and the plan of a checked config; `beside` is the run's folder,
    where its own points lie.

    Every random number, here and in training, comes from one seed: equal configs on one machine
    give equal runs. numpy's and Python's own generators are seeded from it too.
    """
    config = validate(config)
    device = pick_device(config.device)
    dataset = load(config.data, config.size, beside=beside)
    made, reads = players(config, shape_of(dataset), device), inputs(config, dataset, beside)
    for net in filter(None, (made.G, made.D, made.ema)):
        _place(net, dataset, reads)
    plain = config.scaling == "none" and isinstance(dataset, Toy)
    scale = dataset.scale if plain else 1.0
    return made, dataset, plan(config, device, reads, scale)


def inputs(
    config: Config, dataset: Toy | Images, beside: Path | None = None, held_out: bool = False
) -> Inputs:
    """What the generator of a config reads; `beside` is the run's folder, where own points lie.

    Pictures that are filled in are the data's own; with `held_out` those that G never saw in
    training, as it is to be judged and shown.
    """
    if config.reads == "z":
        return Inputs(config.latent)
    if isinstance(dataset, Images):
        if held_out:
            dataset = set_aside(config, dataset, beside)
        return Inputs(config.latent, Masked(dataset))
    if config.reads == "x+noise":
        return Inputs(dataset.dim, dataset, config.sigma * dataset.scale)
    source = load(config.source, beside=beside)
    assert isinstance(source, Toy)  # as the config was checked
    return Inputs(config.latent, source)


def set_aside(config: Config, dataset: Images, beside: Path | None = None) -> Images:
    """The data's pictures that are not trained on; of a set too small for that, `dataset`."""
    if len(dataset) < HELD_OUT:
        return dataset
    found = load(config.data, config.size, beside=beside, part="test")
    assert isinstance(found, Images)
    return found


def _place(net: nn.Module, dataset: Toy | Images, reads: Inputs) -> None:
    """Tell a player where the data lie, and a source, and how large they are."""
    if isinstance(dataset, Images):
        return
    if isinstance(net, AtScale):
        net.place(dataset.centre, dataset.scale)
    elif isinstance(net, Blur):
        net.sigma.fill_(reads.sigma)
    elif isinstance(net, Carrier) and isinstance(reads.source, Toy):
        source = reads.source
        net.place((source.centre, source.scale), (dataset.centre, dataset.scale))


def players(config: Config, shape: tuple[int, ...], device: torch.device) -> Players:
    """Fresh players for samples of `shape`, drawn from the config's seed."""
    first = seed_all(config.seed)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(config.seed)  # spectral norm draws its start when it is made
        G = draw(generator(config, shape), first)
        D = draw(discriminator(config, shape), first)
    for net in (G, D):
        net.to(device)
        if len(shape) == 3 and config.layout == "channels-last":
            net.to(memory_format=torch.channels_last)
    ema = copy.deepcopy(G).requires_grad_(False) if averages(config) else None
    rng = torch.Generator(device).manual_seed(config.seed)
    return Players(
        G, D, ema, optimizer(config, G, config.lr_g), optimizer(config, D, config.lr_d),
        objective(config), rng, shape,
    )  # fmt: skip


def averages(config: Config) -> bool:
    """Whether a running average of G is kept; a fixed G is its own."""
    return config.ema > 0 and config.reads != "x+noise"


def seed_all(seed: int) -> torch.Generator:
    """One CPU generator from the seed; torch's, numpy's and Python's global ones follow it."""
    first = torch.Generator().manual_seed(seed)
    draws = torch.randint(2**31, (3,), generator=first).tolist()
    torch.manual_seed(draws[0])
    np.random.seed(draws[1])
    random.seed(draws[2])
    return first


def objective(config: Config) -> Objective:
    """The objective a config names, with the config's values for its fields."""
    kind = OBJECTIVES[config.objective]
    names = {f.name for f in fields(kind)} & {f.name for f in fields(config)}
    return kind(**{name: getattr(config, name) for name in names})


def generator(config: Config, shape: tuple[int, ...]) -> nn.Module:
    if config.reads == "x+noise":
        return Blur(shape[0])
    if config.network == "mlp":
        before = shape[0] if config.reads == "x+z" else 0  # coordinates that stand before z
        wide = config.width, config.depth, config.norm_g
        body = MLP(before + config.latent, shape[0], *wide)
        if before:
            return Carrier(body, before)
        return GeneratorAtScale(body, shape[0]) if config.scaling == "unit" else body
    if config.network == "resnet":
        return ResGenerator(config.latent, shape[0], config.size, config.width)
    if config.reads == "x+z":
        return Filler(config.latent, shape[0], config.size, config.width, config.norm_g)
    return DCGenerator(config.latent, shape[0], config.size, config.width, config.norm_g)


def discriminator(config: Config, shape: tuple[int, ...]) -> nn.Module:
    body = _judging(config, shape)
    return DiscriminatorAtScale(body, shape[0]) if config.scaling == "unit" else body


def _judging(config: Config, shape: tuple[int, ...]) -> nn.Module:
    """D for samples of `shape`, or for packs of them."""
    if config.pack > 1:
        of_pack = shape[0] * config.pack, *shape[1:]
        return Packed(_judging(config.replace(pack=1), of_pack), config.pack, shape[0])
    energy = OBJECTIVES[config.objective].autoencodes
    code = config.bottleneck or config.latent
    if config.network == "resnet":
        return Scores(res_encoder(shape[0], config.size, config.width))
    if config.network == "dcgan":
        if energy:
            return DCAutoencoder(shape[0], config.size, config.width, code, config.norm_d)
        return Scores(dc_encoder(shape[0], config.size, config.width, 1, config.norm_d))
    if energy:
        wide = config.width, config.depth, config.norm_d
        return Errors(MLP(shape[0], code, *wide), MLP(code, shape[0], *wide))
    inputs = shape[0] + 2 * config.fourier
    body: nn.Module = MLP(inputs, 1, config.width, config.depth, config.norm_d)
    if config.fourier:
        body = nn.Sequential(Fourier(shape[0], config.fourier), body)
    return Scores(body)


def optimizer(config: Config, net: nn.Module, lr: float) -> torch.optim.Optimizer:
    groups = [{"params": list(net.parameters())}]  # which may be empty, where a bare list may not
    if config.optimizer == "rmsprop":
        return torch.optim.RMSprop(groups, lr, alpha=config.beta2, foreach=True)
    betas = (config.beta1, config.beta2)
    return torch.optim.Adam(groups, lr, betas, fused=True)


def plan(
    config: Config, device: torch.device, reads: Inputs | None = None, scale: float = 1.0
) -> Plan:
    """How to train. G reads z, or `reads`; `scale` is the data's, whose units a cost is in."""
    drawn: Sampler | None = None
    if reads is not None and reads.source is not None:
        drawn = reads.twice if config.spread else reads
    carry = config.carry / scale**2 if reads is not None and reads.carries else 0.0
    return Plan(
        config.steps, config.batch, config.latent, config.n_critic, config.n_gen, config.ema,
        config.lr_end, config.noise, config.noise_steps, pick_precision(config) == "bfloat16",
        pick_forms(config) == "fast", config.graphs == "auto" and device.type == "cuda",
        config.fakes == "shared", drawn, carry, config.spread,
    )  # fmt: skip


def pick_precision(config: Config) -> str:
    """What `auto` means here: bfloat16 for images where it is faster, otherwise float32."""
    if config.precision != "auto":
        return config.precision
    pays = config.kind == "image" and bfloat16_pays(pick_device(config.device).type)
    return "bfloat16" if pays else "float32"


def pick_forms(config: Config) -> str:
    """What `auto` means here: fast forms for images where a processor has products of bfloat16 in
    tiles (AMX), which convolutions of small maps do not reach; otherwise plain ones."""
    if config.forms != "auto":
        return config.forms
    images = config.kind == "image" and pick_device(config.device).type == "cpu"
    tiles = images and pick_precision(config) == "bfloat16" and bfloat16_gain("cpu") > TILES
    return "fast" if tiles else "plain"


def shape_of(dataset: Toy | Images) -> tuple[int, ...]:
    """(2,) for points, (channels, size, size) for images."""
    return dataset.shape if isinstance(dataset, Images) else (dataset.dim,)


def pick_device(name: str) -> torch.device:
    """The device a config asks for; `auto` takes a GPU where there is one."""
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.device(name)
    except RuntimeError:
        raise BadInput(f"device={name} is unknown: use auto, cpu, cuda or cuda:N.") from None
    if device.type == "cuda" and not torch.cuda.is_available():
        raise BadInput(f"device={name}, but torch finds no GPU here: use auto or cpu.")
    if device.type not in ("cpu", "cuda"):
        raise BadInput(f"device={name} is not supported: use auto, cpu, cuda or cuda:N.")
    return device


def bfloat16_pays(device: str) -> bool:
    """Whether bfloat16 products are really faster here."""
    return torch.cuda.is_bf16_supported() if device == "cuda" else bfloat16_gain(device) > PAYS


@cache
def bfloat16_gain(device: str) -> float:
    """How many times as quick as float32 products those of bfloat16 are: timed once, 20 ms, not
    read off a name."""
    best = {}
    for dtype in (torch.float32, torch.bfloat16):
        x = torch.ones(384, 384, dtype=dtype, device=device)
        times = []
        for _ in range(9):
            start = time.perf_counter()
            x @ x
            times.append(time.perf_counter() - start)
        best[dtype] = min(times)  # a busy machine makes some slow, none fast
    return best[torch.float32] / best[torch.bfloat16]
