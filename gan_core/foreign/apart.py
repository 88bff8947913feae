"""Pickles read in a process of their own: whoever holds runs or answers never opens one."""

import json
import subprocess
import sys
import threading
from pathlib import Path

from safetensors.torch import load
from torch import Tensor

from gan_core.catalog import BadInput
from gan_core.children import FEW_THREADS, environment
from gan_core.foreign.kinds import LARGEST

PATIENCE = 60.0  # seconds, a cold start of torch included; a page waits twice as long
LONGEST_LINE = 8 * 2**20  # bytes that the names of a file may take


def read(path: Path, kind: str) -> tuple[dict[str, dict[str, Tensor]], list[str]]:
    """The state dicts of a `"zip"` or `"pickle"` by their place, float32; notes. BadInput says why
    there are none."""
    process = subprocess.Popen(
        [sys.executable, "-m", "gan_core.foreign", str(path.resolve()), kind],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        env=environment(**FEW_THREADS),
    )  # fmt: skip
    late = threading.Timer(PATIENCE, process.kill)
    late.start()
    try:
        return _heard(process)
    except BadInput:
        raise
    except (OSError, ValueError, KeyError, TypeError):
        why = "it took too long" if late.finished.is_set() else "the reading ended at it"
        raise BadInput(
            f"{path.name} could not be read: {why}. Save the generator's state_dict() alone."
        ) from None
    finally:
        late.cancel()
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


def _heard(process: subprocess.Popen[bytes]) -> tuple[dict[str, dict[str, Tensor]], list[str]]:
    assert process.stdout is not None
    answer = json.loads(process.stdout.readline(LONGEST_LINE))
    if "error" in answer:
        raise BadInput(str(answer["error"]))
    if not 0 <= answer["bytes"] <= 2 * LARGEST:
        raise ValueError("more than was allowed")
    raw = process.stdout.read(answer["bytes"])
    if len(raw) != answer["bytes"]:
        raise ValueError("less than was said")
    tensors = load(raw)
    parts: dict[str, dict[str, Tensor]] = {}
    for i, (place, name) in enumerate(answer["parts"]):
        parts.setdefault(str(place), {})[str(name)] = tensors[str(i)]
    return parts, [str(note) for note in answer["notes"]]
