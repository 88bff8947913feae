"""A checkpoint: all players in one .safetensors file, with the config in its header.

Safetensors holds numbers only, so opening one runs no code; pickles are refused. Names in the
file: `G.*`, `D.*`, `ema.*` for weights and, where training can go on, `opt_g.*`, `opt_d.*`, `rng`.
A generator alone, whose header says `holds: G`, has `G.*` only: the weights that are shown.
"""

import json
import math
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save as packed
from safetensors.torch import save_file
from torch import Tensor, nn

from gan_core import build
from gan_core.catalog import BadInput
from gan_core.config import Config
from gan_core.players import Players

FORMAT = "gan_core 1"
# what a network keeps besides what is trained: BatchNorm's statistics, spectral norm's vectors
STATISTICS = ("running_mean", "running_var", "num_batches_tracked", "._u", "._v")
LARGEST = 512 * 2**20  # bytes a checkpoint may have; ours are below 100 MB
FLOATS = ("F16", "BF16", "F32", "F64")  # kinds that weights may have; read as float32


@dataclass(frozen=True)
class Header:
    """What a checkpoint says of itself before any weight is read."""

    config: Config
    step: int
    shape: tuple[int, ...]  # of one sample
    tensors: dict[str, tuple[int, ...]]
    kinds: dict[str, str]  # of numbers, as safetensors calls them: F32, BF16, …
    alone: bool = False  # a generator without its D

    @property
    def converted(self) -> dict[str, int]:
        """How many weights are floats of another width than float32, by their kind."""
        nets = [kind for n, kind in self.kinds.items() if n.startswith(("G.", "D.", "ema."))]
        others = [kind for kind in nets if kind in FLOATS and kind != "F32"]
        return {kind: others.count(kind) for kind in sorted(set(others))}

    @property
    def resumable(self) -> bool:
        return "rng" in self.tensors

    @property
    def parameters(self) -> dict[str, int]:
        """Trained numbers of each player."""
        place = {f"{p}.{n}" for p in "GD" for n in ("centre", "scale", "shift", "reach", "sigma")}
        sizes = {
            n: math.prod(s) for n, s in self.tensors.items()
            if n not in place and not n.endswith(STATISTICS)
        }  # fmt: skip
        return {p: sum(v for n, v in sizes.items() if n.startswith(f"{p}.")) for p in ("G", "D")}


def save(path: Path, players: Players, config: Config, resumable: bool = True) -> None:
    """Write a checkpoint whole or not at all. `resumable=False` leaves the optimisers out."""
    tensors = _weights(players)
    if resumable:
        for name, optimizer in (("opt_g", players.opt_g), ("opt_d", players.opt_d)):
            for i, state in optimizer.state_dict()["state"].items():
                tensors |= {f"{name}.{i}.{k}": torch.as_tensor(v) for k, v in state.items()}
        tensors["rng"] = players.rng.get_state()
    header = _header(players, config)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        own = {k: v.detach().to("cpu", copy=True).contiguous() for k, v in tensors.items()}
        save_file(own, part, header)  # which refuses tensors that share memory
        os.replace(part, path)
    except SafetensorError as error:  # it wraps the system's own error, a full disk say
        raise OSError(f"cannot write {path.name}: {error}") from None
    finally:
        part.unlink(missing_ok=True)


def generator_alone(players: Players, config: Config) -> bytes:
    """A checkpoint file of nothing but the shown generator."""
    weights = players.shown.state_dict().items()
    own = {f"G.{k}": v.detach().to("cpu", copy=True).contiguous() for k, v in weights}
    return packed(own, {**_header(players, config), "holds": "G"})


def _header(players: Players, config: Config) -> dict[str, str]:
    return {
        "format": FORMAT,
        "config": json.dumps(config.to_dict()),
        "step": str(players.step),
        "shape": json.dumps(players.shape),
    }


def header(path: Path) -> Header:
    """Read and check what a file says of itself; BadInput if it is not a checkpoint of ours."""
    _refuse_foreign(path)
    try:
        with safe_open(path, "pt") as file:
            meta = file.metadata() or {}
            slices = {n: file.get_slice(n) for n in file.keys()}  # noqa: SIM118
            tensors = {n: tuple(part.get_shape()) for n, part in slices.items()}
            kinds = {n: str(part.get_dtype()) for n, part in slices.items()}
    except SafetensorError as error:
        raise BadInput(f"{path.name} is damaged: {error}. Take it from its source again.") from None
    if meta.get("format") != FORMAT:
        some = ", ".join(list(tensors)[:4]) or "nothing"
        raise BadInput(
            f"{path.name} is a safetensors file, but not a checkpoint of this project: its header"
            f" names no config. It holds {some}…"
        )
    try:
        config = Config.from_dict(json.loads(meta["config"]))
        shape = tuple(int(n) for n in json.loads(meta["shape"]))
        if shape[1:] != ((config.size, config.size) if config.kind == "image" else ()):
            raise ValueError(f"samples of shape {shape} do not go with {config.data}")
        if len(shape) == 3 and shape[0] not in (1, 3):
            raise ValueError(f"images of {shape[0]} channels")
        alone = meta.get("holds") == "G"
        found = Header(config, int(meta["step"]), shape, tensors, kinds, alone)
    except (KeyError, ValueError, TypeError) as error:
        raise BadInput(f"{path.name} has a damaged header: {error}") from None
    _check_names(path, found)
    return found


def load(path: Path, device: str = "cpu", resume: bool = False) -> tuple[Config, Players]:
    """The config and the players of a checkpoint, ready to sample or, with `resume`, to go on.
    BadInput also where a weight is NaN, or where a run of other than float32 should go on."""
    about = header(path)
    if resume and about.converted:
        raise BadInput(
            f"{path.name} holds {', '.join(about.converted)} weights, not those of its training: it"
            " can be sampled, but not resumed."
        )
    where = build.pick_device(device)
    players = build.players(about.config, about.shape, where)
    with safe_open(path, "pt", device="cpu") as file:
        tensors = {name: file.get_tensor(name) for name in about.tensors}
    for name, net in _nets(players).items():
        if about.alone and name == "D":
            continue  # it stays as it was drawn: nobody may ask it
        weights = under(tensors, "G" if about.alone else name)
        bad = next((k for k, v in weights.items() if not v.isfinite().all()), None)
        if bad is not None:
            raise BadInput(
                f"{path.name}: {name}.{bad} holds NaN or infinite numbers: the training had"
                " diverged. Open a checkpoint from before."
            )
        net.load_state_dict(weights)
    state = under(tensors, "objective")
    players.objective = players.objective.with_state({k: v.to(where) for k, v in state.items()})
    players.step = about.step
    if resume:
        _take_up(path, players, tensors)
    return about.config, players


def _take_up(path: Path, players: Players, tensors: dict[str, Tensor]) -> None:
    """Put the optimisers and the generator of random numbers where they were."""
    if "rng" not in tensors:
        raise BadInput(f"{path.name} was saved for sampling: training cannot go on from it.")
    if tensors["rng"].shape != players.rng.get_state().shape:
        raise BadInput(
            f"{path.name} was trained on another kind of device, whose random numbers cannot be"
            f" continued on {players.device}: resume it there."
        )
    restore(players.opt_g, under(tensors, "opt_g"))
    restore(players.opt_d, under(tensors, "opt_d"))
    players.rng.set_state(tensors["rng"])


def finite(players: Players) -> bool:
    """Whether every weight is a finite number."""
    sums = [p.detach().sum() for net in _nets(players).values() for p in net.parameters()]
    return bool(torch.stack(sums).isfinite().all())


def _nets(players: Players) -> dict[str, nn.Module]:
    nets = {"G": players.G, "D": players.D}
    return nets if players.ema is None else {**nets, "ema": players.ema}


def _weights(players: Players) -> dict[str, Tensor]:
    named = {
        f"{name}.{key}": value
        for name, net in _nets(players).items()
        for key, value in net.state_dict().items()
    }
    return named | {f"objective.{k}": v for k, v in players.objective.state().items()}


def under(tensors: dict[str, Tensor], name: str) -> dict[str, Tensor]:
    """The tensors of one part, `G` say, by their names within it."""
    return {k[len(name) + 1 :]: v for k, v in tensors.items() if k.startswith(f"{name}.")}


def restore(optimizer: torch.optim.Optimizer, tensors: dict[str, Tensor]) -> None:
    """Give an optimiser the state that a checkpoint holds of it; its rates stay its own."""
    state: dict[int, dict[str, Any]] = {}
    for name, value in tensors.items():
        i, key = name.split(".", 1)
        state.setdefault(int(i), {})[key] = value
    groups = optimizer.state_dict()["param_groups"]
    optimizer.load_state_dict({"state": state, "param_groups": groups})
    for weight, kept in optimizer.state.items():
        for key, value in kept.items():  # fused Adam walks memory: it must lie as the weights do
            if value.dim() and value.shape == weight.shape:
                kept[key] = torch.empty_like(weight).copy_(value).detach()


def _refuse_foreign(path: Path) -> None:
    if not path.is_file():
        raise BadInput(f"There is no file {path}.")
    if path.stat().st_size > LARGEST:
        raise BadInput(f"{path.name} is larger than {LARGEST >> 20} MB: not a checkpoint of ours.")
    with open(path, "rb") as file:
        start = file.read(9)
    if start[8:] != b"{" and (start[:1] == b"\x80" or start[:2] == b"PK"):  # pickle, zip
        raise BadInput(
            f"{path.name} is a pickle, which can run code when it is opened, so it is refused."
            " Only safetensors files are read."
        )


def _check_names(path: Path, found: Header) -> None:
    """Compare names and shapes with the networks of the config, before any memory is taken."""
    with torch.device("meta"):
        G = build.generator(found.config, found.shape)
        D = build.discriminator(found.config, found.shape)
    averaged = build.averages(found.config)
    nets = {"G": G, "D": D, "ema": G} if averaged else {"G": G, "D": D}
    if found.alone:
        nets = {"G": G}
    known = {f"{player}.{name}" for player, net in nets.items() for name in net.state_dict()}
    changing = build.objective(found.config).state()
    state = ("opt_g.", "opt_d.", *(f"objective.{name}" for name in changing))
    for name in found.tensors:
        if name not in known and name != "rng" and not name.startswith(state):
            raise BadInput(f"{path.name} does not fit its own config: {name} has no place in it.")
    for player, net in nets.items():
        for name, value in net.state_dict().items():
            stored = found.tensors.get(f"{player}.{name}")
            if stored != tuple(value.shape):
                what = "is missing" if stored is None else f"has shape {list(stored)}"
                raise BadInput(
                    f"{path.name} does not fit its own config: {player}.{name} {what},"
                    f" where {list(value.shape)} is needed."
                )
            kind = found.kinds[f"{player}.{name}"]
            if (kind in FLOATS) != value.is_floating_point():
                raise BadInput(
                    f"{path.name} does not fit its own config: {player}.{name} holds {kind}"
                    f" numbers, where {str(value.dtype).removeprefix('torch.')} is needed."
                )
