"""Generators that others trained: opened by the names and shapes of their tensors alone.

No code of a file is run: pickles are read by a process of their own (`apart`), which may build
tensors and nothing else; what arrives here is numbers, and the networks are this package's own.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from gan_core.catalog import BadInput
from gan_core.foreign import apart, report
from gan_core.foreign.kinds import kind, metadata
from gan_core.foreign.layers import at_once
from gan_core.foreign.reading import checked
from gan_core.foreign.recognise import choose_parts

__all__ = ["Foreign", "kind", "metadata", "open_foreign", "report"]


@dataclass(frozen=True, eq=False)
class Foreign:
    """A generator of others, ready to draw: `net` takes rows [n, latent] to pictures [n, *shape],
    `critic` pictures to scores [n], before any sigmoid; `at_once` samples of either a time."""

    origin: str
    net: nn.Module
    critic: nn.Module | None
    shape: tuple[int, ...]
    latent: int
    at_once: int
    report: dict[str, Any]


def open_foreign(path: Path) -> Foreign:
    """The generator in a file of torch.save or of safetensors; BadInput says why there is none."""
    what = kind(path)
    parts, notes = _safetensors(path) if what == "safetensors" else apart.read(path, what)
    chosen = choose_parts(path.name, parts)
    found = chosen.found
    critic = None if chosen.critic is None else chosen.critic.net
    about = report.of(
        found.net, guessed=list(found.guessed), notes=[*chosen.notes, *notes],
        critic=0 if critic is None else sum(p.numel() for p in critic.parameters()),
    )  # fmt: skip
    try:
        most = at_once(found.net, (found.latent,))
        if critic is not None:
            most = min(most, at_once(critic, found.shape))
    except BadInput as error:
        raise BadInput(f"{path.name} cannot be opened. {error}") from None
    return Foreign(found.family, found.net, critic, found.shape, found.latent, most, about)


def _safetensors(path: Path) -> tuple[dict[str, dict[str, Tensor]], list[str]]:
    try:
        parts = {"": load_file(path)}
    except (SafetensorError, KeyError, ValueError, OSError) as error:
        raise BadInput(f"{path.name} is damaged: {error}. Take it from its source again.") from None
    if not parts[""]:
        raise BadInput(f"{path.name} holds no tensors. Save the generator's state_dict().")
    return parts, checked(path.name, parts)
