"""A recipe: the request that drew something and the checkpoint it asked, as JSON that draws the
same picture again. The checkpoint is named where it lies and by the SHA-256 of its file.
"""

import hashlib
import json
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from gan_core.catalog import BadInput

FORMAT = "gan_core recipe 1"
LARGEST = 2**20  # bytes of a recipe
SHIPPED = Path(__file__).resolve().parents[2] / "checkpoints"
ABOUT_FILES = ("checkpoint", "format")  # keys of a request that a recipe says in its own way


@dataclass(frozen=True)
class Recipe:
    """What a recipe file says: `checkpoint` as it is named, and the request without it."""

    checkpoint: str
    sha256: str
    request: dict[str, Any]

    def found(self, given: str | None = None) -> str:
        """The name of the checkpoint to open: `given`, or the recipe's own, which may be shipped
        with this project."""
        name = given or self.checkpoint
        shipped = SHIPPED.parent / name
        return str(shipped) if not Path(name).exists() and shipped.exists() else name

    def check(self, path: Path) -> None:
        """BadInput where `path` holds another checkpoint than the recipe was made with."""
        held = sha256(path)
        if held != self.sha256:
            raise BadInput(
                f"{path.name} is not the checkpoint of this recipe: the SHA-256 of its file begins"
                f" with {held[:12]}, the recipe's with {self.sha256[:12]}. Name the file that it"
                " was made with, as in: sample CHECKPOINT --recipe FILE."
            )


def write(checkpoint: str, path: Path, request: dict[str, Any], out: str) -> bytes:
    """The recipe of a request to the checkpoint at `path`, which a command names `checkpoint`, if
    it is not a shipped one."""
    shipped = path.resolve().parent
    recipe = {
        "recipe": FORMAT,
        "checkpoint": f"{SHIPPED.name}/{shipped.name}" if shipped.parent == SHIPPED else checkpoint,
        "sha256": sha256(path),
        "request": {k: v for k, v in request.items() if k not in ABOUT_FILES},
        "command": "python -m gan_core sample --recipe FILE --out " + out,
        "drawn_with": {name: version(name) for name in ("torch", "pillow")},
    }
    return json.dumps(recipe, indent=1).encode()


def read(path: Path) -> Recipe:
    """A recipe from its file; BadInput that says what is wrong with it."""
    if not path.is_file():
        raise BadInput(f"There is no recipe {path}.")
    if path.stat().st_size > LARGEST:
        raise BadInput(f"{path.name} is larger than 1 MB: it is no recipe.")
    try:
        said = json.loads(path.read_bytes())
    except ValueError:
        raise BadInput(f"{path.name} is not JSON: take a recipe that this project wrote.") from None
    if not isinstance(said, dict) or said.get("recipe") != FORMAT:
        raise BadInput(f"{path.name} is no recipe: it does not begin with “recipe”: “{FORMAT}”.")
    kinds = {"checkpoint": str, "sha256": str, "request": dict}
    for key, kind in kinds.items():
        if not isinstance(said.get(key), kind):
            raise BadInput(f"{path.name} is damaged: its “{key}” is missing or of another kind.")
    request = {k: v for k, v in said["request"].items() if k not in ABOUT_FILES}
    return Recipe(said["checkpoint"], said["sha256"], request)


def sha256(path: Path) -> str:
    """Of a file, in hexadecimal digits."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
