"""From a file of torch.save to plain tensors: what the process that may be lost does.

`weights_only=True` lets a pickle build tensors and plain containers, nothing else. What comes out
are state dicts as float32, all else is left behind.
"""

import re
import warnings
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from gan_core.catalog import BadInput
from gan_core.foreign.kinds import LARGEST, SAVE

MOST_TENSORS = 10_000
WIDER = (torch.float16, torch.bfloat16, torch.float64)  # made float32, and said so
COUNTERS = ("num_batches_tracked", "n_averaged")  # whole numbers that may be there
DEEP = 2  # a state dict may lie in a dict, and that in one

State = dict[str, Tensor]


def read(path: Path, zipped: bool) -> tuple[dict[str, State], list[str]]:
    """The state dicts of a file by their place in it ("" where it is one itself), and notes."""
    if zipped:
        check_zip(path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            whole = torch.load(path, map_location="cpu", weights_only=True, mmap=zipped)
    except MemoryError:
        raise
    except Exception as error:
        raise BadInput(_why(path, error)) from None
    parts = dict(_parts(whole, "", DEEP))
    if not parts:
        raise BadInput(f"{path.name} holds {_what(whole)}, no state dict. {SAVE}")
    return parts, checked(path.name, parts)


def check_zip(path: Path) -> None:
    """BadInput unless a zip is one that torch.save writes, stored as it is."""
    try:
        with zipfile.ZipFile(path) as file:
            entries = file.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise BadInput(
            f"{path.name} begins as a zip, but ends before its list of contents: it is truncated or"
            " damaged. Take it from its source again."
        ) from None
    names = {entry.filename.rsplit("/", 1)[-1] for entry in entries}
    if "constants.pkl" in names or any("/code/" in entry.filename for entry in entries):
        raise BadInput(f"{path.name} is a TorchScript archive, which holds code. {SAVE}")
    if "data.pkl" not in names:
        some = ", ".join([entry.filename for entry in entries][:3]) or "nothing"
        raise BadInput(
            f"{path.name} is a zip that torch.save did not write: it holds {some}. Unpack it, and"
            " open the checkpoint in it."
        )
    if any(entry.compress_type != zipfile.ZIP_STORED for entry in entries):
        raise BadInput(
            f"{path.name} is a compressed zip; torch.save writes none. Load it with torch and save"
            " it again."
        )
    if sum(entry.file_size for entry in entries) > LARGEST:
        raise BadInput(f"{path.name} claims more than {LARGEST >> 20} MB of contents. {SAVE}")


def _parts(value: Any, place: str, deep: int) -> Any:
    """Each dict of tensors with its place; optimisers and whatever else lies there are left out."""
    if not isinstance(value, Mapping):
        return
    tensors = {k: v for k, v in value.items() if isinstance(k, str) and isinstance(v, Tensor)}
    if tensors:
        yield place, tensors
    for key, inner in value.items():
        if deep and isinstance(key, str) and "optim" not in key.lower():
            yield from _parts(inner, f"{place}.{key}" if place else key, deep - 1)


def checked(name: str, parts: dict[str, State]) -> list[str]:
    """Make every tensor a plain float32 one, in place; what was converted. BadInput for any other
    kind, and before memory is taken for what a few bytes claim to be."""
    every = [(part, key, value) for part, state in parts.items() for key, value in state.items()]
    total = 4 * sum(value.numel() for _, _, value in every)
    if len(every) > MOST_TENSORS or total > LARGEST:
        raise BadInput(
            f"{name} claims {total >> 20:,} MB of numbers in {len(every):,} of its tensors; at most"
            f" {MOST_TENSORS:,} tensors of {LARGEST >> 20} MB are opened. {SAVE}"
        )
    converted: dict[str, int] = {}
    for part, key, value in every:
        if key.rsplit(".", 1)[-1] in COUNTERS:
            del parts[part][key]
            continue
        kind = str(value.dtype).removeprefix("torch.")
        plain = value.layout == torch.strided and not value.is_nested
        if not plain or value.is_quantized or value.is_meta:
            raise BadInput(f"{name}: {key} is sparse, quantized or without numbers. {SAVE}")
        if value.dtype != torch.float32:
            if value.dtype not in WIDER:
                raise BadInput(f"{name}: {key} holds {kind} numbers; weights are float. {SAVE}")
            converted[kind] = converted.get(kind, 0) + 1
        parts[part][key] = finite(name, key, value.detach().float().contiguous())
    return [f"{n} of its tensors were {kind}, read as float32." for kind, n in converted.items()]


def finite(name: str, key: str, value: Tensor) -> Tensor:
    """The tensor itself; BadInput if a number of it is infinite or none."""
    if not value.isfinite().all():
        bad = int((~value.isfinite()).sum())
        raise BadInput(
            f"{name}: {bad:,} of {value.numel():,} numbers of {key} are NaN or infinite: the"
            " training had diverged. Open a checkpoint from before."
        )
    return value


def _why(path: Path, error: Exception) -> str:
    text = " ".join(str(error).split())
    wanted = _wanted(path, text)
    if wanted:
        whole = any("torch.nn" in w or w.startswith("__main__") for w in wanted)
        how = ", as a whole module saved by torch.save(netG) does" if whole else ""
        return (
            f"{path.name} wants to run code when it is opened: {', '.join(wanted[:3])}{how}. That"
            f" is refused. {SAVE}"
        )
    if re.search(r"allocate|memory", text, re.I):
        raise MemoryError
    return (
        f"{path.name} is truncated or damaged: {text[:160] or type(error).__name__}."
        " Take it from its source again."
    )


def _wanted(path: Path, text: str) -> list[str]:
    """The names that a pickle calls and may not."""
    try:
        found = torch.serialization.get_unsafe_globals_in_checkpoint(path)
    except Exception:  # a pickle that is damaged behind what it called
        found = []
    said = re.findall(r"GLOBAL (\S+)", text) + re.findall(
        r"Unsupported (?:class|global):? (\S+)", text
    )
    return sorted(found) or [word.rstrip(".,") for word in said]


def _what(whole: Any) -> str:
    if isinstance(whole, Tensor):
        return "one tensor"
    if isinstance(whole, Mapping):
        return f"a dict of {', '.join(map(str, list(whole)[:5])) or 'nothing'}"
    return f"a {type(whole).__name__}"
