"""A ZIP as it comes from a stranger: looked at before anything of it is unpacked.

Nothing is written anywhere, so a member's name can do no harm; one that tries to (an absolute
path, `..`, a link) is still left out, and so are encrypted members and archives within archives.
What the headers say of sizes is checked first, and not believed: reading stops at the same bounds.
"""

import io
import re
import stat
import zipfile
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import PurePosixPath

from gan_core.album.decode import SUFFIXES
from gan_core.catalog import BadInput

MEMBERS = 200_000  # names in one archive
MEMBER_BYTES = 64 * 2**20  # of one image, unpacked
UNPACKED = 2**30  # bytes of all images of an archive
ARCHIVES = (".zip", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".7z", ".rar", ".zst")
SIGNATURES = (b"PK\x03\x04", b"PK\x05\x06")  # of an archive, and of an empty one


def is_zip(name: str, head: bytes) -> bool:
    """Whether a file is a ZIP by its first bytes; BadInput where it only says so."""
    if head.startswith(SIGNATURES):
        return True
    if name.lower().endswith(".zip"):
        raise BadInput(f"{name} is no ZIP file, or its beginning is lost. Pack the pictures anew.")
    return False


def images(
    name: str, raw: bytes, skipped: Counter[str]
) -> list[tuple[str, Callable[[], bytes | None]]]:
    """(path within, how to read it) of every image of an archive, sorted by path, without the
    folders that all are in. Reading gives None where the member is damaged.

    What is left out is counted in `skipped` by its reason; what is no image at all (folders, notes,
    files that a system hides) is not mentioned. BadInput for a damaged archive, or one that would
    unpack to more than UNPACKED.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(raw))
        members = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, MemoryError, NotImplementedError) as error:
        raise BadInput(
            f"{name} is a damaged ZIP file, or none at all ({error or 'too large'}). Pack the"
            " pictures anew."
        ) from None
    if len(members) > MEMBERS:
        raise BadInput(f"{name} holds {len(members):,} files; at most {MEMBERS:,} are looked at.")
    wanted = sorted(
        (m for m in members if _is_wanted(m, skipped)), key=lambda member: member.filename
    )
    total = sum(member.file_size for member in wanted)
    if total > UNPACKED:
        raise BadInput(
            f"{name} would unpack to {total / 2**30:,.1f} GiB of images from"
            f" {len(raw) / 2**20:,.1f} MiB: at most {UNPACKED / 2**30:g} GiB. Pack fewer pictures,"
            " or smaller ones."
        )
    paths = [PurePosixPath(member.filename) for member in wanted]
    depth = common_depth(paths)
    within = (str(PurePosixPath(*path.parts[depth:])) for path in paths)
    return [(path, partial(_read, archive, m)) for path, m in zip(within, wanted, strict=True)]


def common_depth(paths: list[PurePosixPath]) -> int:
    """How many folders all paths begin with."""
    if not paths:
        return 0
    parents = [path.parent.parts for path in paths]
    first, last = min(parents), max(parents)
    same = (i for i, pair in enumerate(zip(first, last, strict=False)) if pair[0] != pair[1])
    return next(same, min(len(first), len(last)))


def is_hidden(path: PurePosixPath) -> bool:
    """Whether a system put a file there: `.DS_Store`, `__MACOSX/…`."""
    return any(part.startswith(".") or part == "__MACOSX" for part in path.parts)


def _is_wanted(member: zipfile.ZipInfo, skipped: Counter[str]) -> bool:
    """Whether to read a member; a reason not to is counted."""
    name = member.filename
    parts = re.split(r"[/\\]", name)
    kind = stat.S_IFMT(member.external_attr >> 16)
    reason = ""
    if name.startswith(("/", "\\")) or ".." in parts or re.match(r"[A-Za-z]:", name):
        reason = "path that leads elsewhere"
    elif not name or name.endswith("/") or is_hidden(PurePosixPath(name)):
        return False
    elif kind not in (0, stat.S_IFREG):
        reason = "link"
    elif name.lower().endswith(ARCHIVES):
        reason = "archive within the archive"
    elif not name.lower().endswith(SUFFIXES):
        return False
    elif member.flag_bits & 1:
        reason = "encrypted"
    elif member.file_size > MEMBER_BYTES:
        reason = f"larger than {MEMBER_BYTES >> 20} MiB"
    if reason:
        skipped[reason] += 1
    return not reason


def _read(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes | None:
    """A member's bytes; None if it is damaged, or larger than it says."""
    try:
        with archive.open(member) as file:
            data = file.read(MEMBER_BYTES + 1)
    except Exception:  # what a damaged stream raises depends on how it was packed
        return None
    return data if len(data) <= MEMBER_BYTES else None
