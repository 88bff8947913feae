"""Which network a file's tensors are, by their names and shapes alone."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from gan_core.catalog import BadInput
from gan_core.foreign import convolutional, perceptrons, residual
from gan_core.foreign.layers import Found, Reader, Shapes

READERS: tuple[Reader, ...] = (
    convolutional.examples, convolutional.wasserstein, convolutional.pytorch_gan,
    residual.mimicry, perceptrons.pytorch_gan, perceptrons.tutorial, perceptrons.wasserstein,
)  # fmt: skip
WRAPPERS = re.compile(r"^(?:module\.|_orig_mod\.)+")
COUNTERS = ("num_batches_tracked", "n_averaged")  # whole numbers that no picture depends on
WOULD_FIT = (
    "What would fit: main.0.weight, main.1.weight, … (pytorch/examples dcgan);"
    " main.initial:…:convt.weight, … (WassersteinGAN); l1.0.weight and conv_blocks.0.weight, … or"
    " model.0.weight, … (PyTorch-GAN); 0.weight, 2.weight, … (yunjey's tutorial); l1.weight,"
    " block2.c1.weight, … (mimicry); or a checkpoint of this project. Save the generator's"
    " state_dict() alone."
)
Parts = Mapping[str, Mapping[str, Tensor]]  # state dicts by their name in the file, "" if bare


@dataclass(frozen=True)
class Chosen:
    """A generator with its numbers, and the D that lay beside it, if that is known."""

    found: Found
    critic: Found | None
    part: str
    notes: tuple[str, ...]


def choose_parts(name: str, parts: Parts) -> Chosen:
    """The generator among a file's state dicts; BadInput says what was seen and what would fit."""
    generators: dict[str, Found] = {}
    critics: dict[str, Found] = {}
    wrong: list[str] = []
    for part, state in _candidates(parts):
        try:
            found = _recognised(state)
        except BadInput as error:
            wrong.append(f"{part}: {error}" if part else str(error))
            continue
        if found is not None:
            (generators if found.generator else critics)[part] = _filled(found, state)
    if not generators:
        raise BadInput(f"{name} cannot be opened. {_why(parts, critics, wrong)}")
    part = next((p for p in generators if "ema" in p.lower()), next(iter(generators)))
    chosen = generators[part]
    usable = [d for d in critics.values() if not isinstance(d.net, nn.Identity)]
    critic = next((d for d in usable if d.shape == chosen.shape), None)
    notes = [f"Read from “{part}” of the file."] if part else []
    if len(generators) > 1:
        notes.append(f"Its generators: {', '.join(generators)}; {part} is shown.")
    return Chosen(chosen, critic, part, tuple(notes))


def _candidates(parts: Parts) -> Iterator[tuple[str, dict[str, Tensor]]]:
    """Each state dict without wrappers, and, where it is no network as it is, what its names' first
    words divide it into."""
    for part, raw in parts.items():
        state = bare(raw)
        if any(reader_of(shapes_of(state))):
            yield part, state
            continue
        groups: dict[str, dict[str, Tensor]] = {}
        for key, value in state.items():
            first, dot, rest = key.partition(".")
            if dot:
                groups.setdefault(first, {})[rest] = value
        for first, inner in groups.items():
            yield ".".join(filter(None, (part, first))), bare(inner)


def bare(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """A state dict without `module.` and `_orig_mod.` before its names, and without counters."""
    cut = {WRAPPERS.sub("", name): value for name, value in state.items()}
    return {n: v for n, v in cut.items() if n.rsplit(".", 1)[-1] not in COUNTERS}


def shapes_of(state: Mapping[str, Tensor]) -> dict[str, tuple[int, ...]]:
    return {name: tuple(value.shape) for name, value in state.items()}


def reader_of(shapes: Shapes) -> Iterator[bool]:
    """For each family whether these names are of it, sound or not."""
    for read in READERS:
        try:
            with torch.device("meta"):
                yield read(shapes) is not None
        except BadInput:
            yield True


def _recognised(state: Mapping[str, Tensor]) -> Found | None:
    """The first family that fits; BadInput where one would, but for some of the tensors."""
    shapes = shapes_of(state)
    with torch.device("meta"):
        for read in READERS:
            found = read(shapes)
            if found is not None:
                _compare(found, shapes)
                return found
    return None


def _compare(found: Found, shapes: Shapes) -> None:
    if isinstance(found.net, nn.Identity):  # a D that is only named
        return
    wanted = {n: tuple(v.shape) for n, v in found.net.state_dict().items()}
    wanted = {n: s for n, s in wanted.items() if n.rsplit(".", 1)[-1] not in COUNTERS}
    kind = f"It looks like {found.family}"
    for name, shape in wanted.items():
        if name not in shapes:
            raise BadInput(f"{kind}, but {name} is missing: save the whole state_dict().")
        if shapes[name] != shape:
            raise BadInput(
                f"{kind}, but {name} has shape {list(shapes[name])}, where {list(shape)} is needed."
            )
    for name in shapes:
        if name not in wanted:
            raise BadInput(
                f"{kind}, but {name} has no place in it: a network that was changed, or that needs"
                " a class beside its noise, cannot be opened."
            )


def _filled(found: Found, state: Mapping[str, Tensor]) -> Found:
    if not isinstance(found.net, nn.Identity):
        found.net.load_state_dict(dict(state), strict=False, assign=True)
        for module in found.net.modules():  # counters stayed on meta
            if isinstance(getattr(module, "num_batches_tracked", None), Tensor):
                module.register_buffer("num_batches_tracked", None)
        found.net.eval().requires_grad_(False)
    return found


def _why(parts: Parts, critics: Mapping[str, Found], wrong: list[str]) -> str:
    if critics:
        part, found = next(iter(critics.items()))
        where = f"“{part}” " if part else "It "
        return (
            f"{where}is a discriminator ({found.family}), which draws no pictures. Open its"
            " generator: netG, generator or G beside it."
        )
    if wrong:
        return wrong[0]
    seen = [
        f"{'.'.join(filter(None, (part, name)))} {list(value.shape)}"
        for part, state in parts.items()
        for name, value in state.items()
    ]
    more = f" and {len(seen) - 5:,} more" if len(seen) > 5 else ""
    return f"Its tensors are of no network known here: {', '.join(seen[:5])}{more}. {WOULD_FIT}"
