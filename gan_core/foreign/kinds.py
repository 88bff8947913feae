"""What kind of file lies there, by its first bytes; whatever holds no tensors is refused."""

import json
from pathlib import Path

from gan_core.catalog import BadInput

LARGEST = 512 * 2**20  # bytes of a file, and of its tensors as float32
LONGEST_HEADER = 16 * 2**20  # bytes; one of ours has some thousands
SAVE = "Save the weights alone: torch.save(netG.state_dict(), 'netG.pth')."
_PACKED = "Unpack it, and open what is in it."
OTHERS = (
    (b"\x89HDF", "an HDF5 file, as Keras writes them", ""),
    (b"\x89PNG", "a picture", ""), (b"\xff\xd8\xff", "a picture", ""), (b"GIF8", "a picture", ""),
    (b"RIFF", "a picture or a film", ""), (b"\x93NUMPY", "a NumPy array", ""),
    (b"\x1f\x8b", "compressed by gzip", _PACKED), (b"BZh", "compressed by bzip2", _PACKED),
    (b"\xfd7zXZ", "compressed by xz", _PACKED), (b"7z\xbc\xaf", "a 7z archive", _PACKED),
    (b"Rar!", "a RAR archive", _PACKED), (b"%PDF", "a PDF", ""), (b"\x7fELF", "a program", ""),
    (b"GGUF", "a GGUF file of a language model", ""),
    (b"version https://git-lfs", "a pointer of Git LFS", "Fetch the file that it points to."),
    (b"<!doctype", "a web page", "Take the file itself: on a page of code, its “raw” link."),
    (b"<html", "a web page", "Take the file itself: on a page of code, its “raw” link."),
)  # fmt: skip


def kind(path: Path) -> str:
    """`"safetensors"`, `"zip"` or `"pickle"`; BadInput for any other file."""
    name, size = path.name, _size(path)
    with open(path, "rb") as file:
        start = file.read(512)
    if start[8:9] == b"{":
        _header_fits(name, size, start)
        return "safetensors"
    if start[:2] == b"PK":
        return "zip"
    if start[:1] == b"\x80" and start[1:2] in (b"\x02", b"\x03", b"\x04", b"\x05"):
        return "pickle"
    for magic, what, do in OTHERS:
        if start.startswith(magic) or start.lstrip().lower().startswith(magic):
            raise BadInput(f"{name} is {what}, not a checkpoint. {do or SAVE}")
    raise BadInput(
        f"{name} is neither a file of torch.save nor a safetensors file: it begins with"
        f" {start[:8]!r}. {SAVE}"
    )


def _size(path: Path) -> int:
    if path.is_dir():
        raise BadInput(f"{path.name} is a folder: give the file in it.")
    if not path.exists():
        raise BadInput(f"There is no file {path}.")
    if not path.is_file():
        raise BadInput(f"{path.name} is no plain file: give a file that torch.save wrote.")
    size = path.stat().st_size
    if not size:
        raise BadInput(f"{path.name} is empty: take it from its source again.")
    if size > LARGEST:
        raise BadInput(
            f"{path.name} has {size >> 20:,} MB; at most {LARGEST >> 20} MB are opened. Leave"
            f" optimisers out. {SAVE}"
        )
    return size


def _header_fits(name: str, size: int, start: bytes) -> None:
    """Hold the length that a header claims against the file, before anything is read."""
    claimed = int.from_bytes(start[:8], "little")
    if not 2 <= claimed <= min(LONGEST_HEADER, size - 8):
        raise BadInput(
            f"{name} is damaged: it claims a header of {claimed:,} bytes and has {size:,} in all."
            " Take it from its source again."
        )


def metadata(path: Path) -> dict[str, str]:
    """What a safetensors header says beside its tensors; nothing where it is damaged."""
    with open(path, "rb") as file:
        length = int.from_bytes(file.read(8), "little")
        try:
            found = json.loads(file.read(length)).get("__metadata__")
        except (ValueError, AttributeError, RecursionError):
            return {}
    return found if isinstance(found, dict) else {}
