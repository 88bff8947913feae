"""How a run fails: the exceptions, the watch for numbers that are none, and the words for it."""

import errno
from typing import Any

import torch
from torch import Tensor

from gan_core import checkpoint
from gan_core.catalog import BadInput
from gan_core.players import Players
from gan_core.runs import Run
from gan_core.training import Step


class Diverged(ArithmeticError):
    """A loss stopped being a finite number."""

    def __init__(self, step: int):
        super().__init__(
            f"The loss became infinite or undefined (NaN) at step {step}. Lower the learning rates"
            " or add a gradient penalty; the checkpoint from before it is kept."
        )


class Gone(Exception):
    """The run folder was deleted while it was written."""


class Watch:
    """Collects D's scores of every round, and checks them together when asked: no round waits."""

    def __init__(self) -> None:
        self._unchecked: list[tuple[Tensor, Tensor]] = []

    def see(self, step: Step) -> None:
        self._unchecked.append((step.real, step.fake))

    def check(self, players: Players) -> None:
        """Raise at the first score since the last check that is no finite number."""
        if not self._unchecked:
            return
        scores = torch.stack([torch.stack(both).flatten() for both in self._unchecked])
        fine = scores.isfinite().all(1).tolist()
        first = players.step - len(fine) + 1
        self._unchecked.clear()
        if not all(fine):
            raise Diverged(first + fine.index(False))

    def check_weights(self, players: Players) -> None:
        """The scores, and no weight may be infinite or undefined."""
        self.check(players)
        if not checkpoint.finite(players):
            raise Diverged(players.step)


def failed(run: Run, error: Exception) -> dict[str, Any]:
    """Write down that a run failed, and why; the status as it then is."""
    end = {"state": "failed", "error": explain(error), "bad_input": isinstance(error, BadInput)}
    try:
        return run.write_status(**end, doing=None)
    except OSError:  # a full disk may not even take the status
        return run.status() | end


def explain(error: BaseException) -> str:
    """One line that says what went wrong and what to do."""
    if (isinstance(error, OSError) and error.errno == errno.ENOSPC) or "os error 28" in str(error):
        return "The disk is full. Free some space, then resume: the last checkpoint is kept."
    if isinstance(error, torch.OutOfMemoryError):
        return "The GPU's memory is full: choose a smaller batch, width or size."
    if isinstance(error, BadInput | Diverged):
        return str(error)
    return f"{type(error).__name__}: {error}"
