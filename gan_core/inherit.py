"""What a branch takes over from its parent: networks, averages, optimisers, randomness.

G and its average always; D where the new objective wants the same network; the state of an
optimiser where its kind stays. What cannot be taken over is fresh, and said in a sentence.
"""

from pathlib import Path

import torch
from safetensors import safe_open
from torch import Tensor, nn

from gan_core import checkpoint
from gan_core.catalog import OBJECTIVES, BadInput
from gan_core.config import Config
from gan_core.players import Players


def take_over(path: Path, players: Players, config: Config) -> list[str]:
    """Put fresh `players` of `config` where a parent's checkpoint stood; says what did not fit.

    With an unchanged config nothing is said, and training goes on exactly as the parent's did.
    BadInput where not even G fits.
    """
    about = checkpoint.header(path)
    with safe_open(path, "pt", device="cpu") as file:
        tensors = {name: file.get_tensor(name) for name in about.tensors}
    if not _fits(players.G, checkpoint.under(tensors, "G")):
        raise BadInput(
            "The parent's G has another shape than these settings give it: keep its width, depth,"
            " latent, scaling and norm_g, and data of the same number of channels."
        )
    _load(players.G, checkpoint.under(tensors, "G"))
    if players.ema is not None:
        average = checkpoint.under(tensors, "ema") or checkpoint.under(tensors, "G")
        _load(players.ema, average)
    players.step = about.step
    said = _take_over_d(players, tensors, about.config, config)
    if about.config.objective == config.objective:
        state = checkpoint.under(tensors, "objective")
        players.objective = players.objective.with_state(
            {k: v.to(players.device) for k, v in state.items()}
        )
    if "rng" in tensors and tensors["rng"].shape == players.rng.get_state().shape:
        players.rng.set_state(tensors["rng"])
    return said


def _take_over_d(
    players: Players, tensors: dict[str, Tensor], parent: Config, child: Config
) -> list[str]:
    """D and both optimisers, as far as they fit."""
    old, new = OBJECTIVES[parent.objective], OBJECTIVES[child.objective]
    energies = "energy" in (old.head, new.head) and old.head != new.head
    keeps_d = not energies and _fits(players.D, checkpoint.under(tensors, "D"))
    said = []
    if keeps_d:
        _load(players.D, checkpoint.under(tensors, "D"))
    else:
        why = (
            f"{new.title} wants a {_role(new.head)}, {old.title} had a {_role(old.head)}"
            if energies
            else "the new settings give it another shape"
        )
        said.append(f"D is fresh: {why}.")
    if child.objective == "wgan" and parent.objective != "wgan" and keeps_d:
        said.append(f"D's weights were cut to ±{child.clip:g} at the first step.")
    if parent.optimizer != child.optimizer:
        return [*said, f"The optimisers are fresh: {child.optimizer} after {parent.optimizer}."]
    _restore(players.opt_g, checkpoint.under(tensors, "opt_g"))
    if keeps_d:
        _restore(players.opt_d, checkpoint.under(tensors, "opt_d"))
    return said


def _load(net: nn.Module, tensors: dict[str, Tensor]) -> None:
    """Take stored weights; where the data and a source lie is the branch's own matter."""
    place = {name: getattr(net, name).clone() for name in getattr(net, "PLACE", ())}
    net.load_state_dict(tensors | place)


def _restore(optimizer: torch.optim.Optimizer, state: dict[str, Tensor]) -> None:
    if state:  # a parent saved for sampling kept none
        checkpoint.restore(optimizer, state)


def _role(head: str) -> str:
    return {"logit": "classifier", "score": "critic", "energy": "auto-encoder"}[head]


def _fits(net: nn.Module, tensors: dict[str, Tensor]) -> bool:
    """Whether stored weights have a network's own names and shapes."""
    own = {name: value.shape for name, value in net.state_dict().items()}
    return own == {name: value.shape for name, value in tensors.items()}
