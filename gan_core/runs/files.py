"""Files that are replaced whole: a reader sees the old or the new, never a part."""

import json
import os
from pathlib import Path
from typing import Any


def write_whole(path: Path, data: bytes) -> None:
    """Replace a file in one step."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        part.write_bytes(data)
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def write_json(path: Path, value: Any) -> None:
    """Replace a file by `value` as JSON, in one step."""
    write_whole(path, json.dumps(value).encode())


def read_bytes(path: Path) -> bytes:
    """What a file holds, or nothing where it is not there."""
    try:
        return path.read_bytes()
    except OSError:
        return b""
