"""A checkpoint that lies at a web address: fetched once, at most so large, kept below the data."""

import hashlib
import os
import re
import time
import urllib.error
import urllib.request
from http.client import HTTPException
from pathlib import Path
from typing import IO, Any
from urllib.parse import unquote, urlsplit

from gan_core.catalog import BadInput

LARGEST = 512 * 2**20  # bytes
PATIENCE = 30.0  # seconds without a byte
LONGEST = 900.0  # seconds for all
SCHEMES = ("http", "https")


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Redirects within the web alone."""

    def redirect_request(self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str):  # type: ignore[no-untyped-def]
        if urlsplit(newurl).scheme not in SCHEMES:
            raise BadInput(f"{req.full_url} leads to {newurl}, which is no http or https address.")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def is_link(name: str) -> bool:
    """Whether a name is an address; BadInput for one that cannot be fetched."""
    scheme, separator, _ = name.partition("://")
    if not separator:
        return False
    if scheme.lower() not in SCHEMES:
        raise BadInput(f"{name}: only http and https addresses are fetched. Give a file's path.")
    try:
        host = urlsplit(name).hostname
    except ValueError:
        host = None
    if not host:
        raise BadInput(f"{name} is no web address: it names no host. Give it whole.")
    return True


def fetch(url: str) -> Path:
    """The file at an address, from the cache if it was fetched before; BadInput says what failed,
    or that there lies no checkpoint."""
    from gan_core import foreign

    name = re.sub(r"[^A-Za-z0-9._-]+", "_", unquote(urlsplit(url).path).rpartition("/")[2])[-60:]
    folder = Path(os.environ.get("GAN_DATA") or "data") / "checkpoints"
    kept = folder / f"{hashlib.sha256(url.encode()).hexdigest()[:12]}-{name or 'file'}"
    if kept.is_file():
        return kept
    folder.mkdir(parents=True, exist_ok=True)
    part = kept.with_name(f".{kept.name}.{os.getpid()}.part")
    try:
        _download(url, part)
        os.replace(part, kept)
        foreign.kind(kept)
    except BadInput:
        kept.unlink(missing_ok=True)
        raise
    finally:
        part.unlink(missing_ok=True)
    return kept


def _download(url: str, to: Path) -> None:
    opener = urllib.request.build_opener(_Redirects)
    asked = urllib.request.Request(url, headers={"User-Agent": "gan_core"})
    try:
        with opener.open(asked, timeout=PATIENCE) as answer, open(to, "wb") as file:
            _copy(url, answer, int(answer.headers.get("Content-Length") or 0), file)
    except urllib.error.HTTPError as error:
        raise BadInput(f"{url} answers {error.code} {error.reason}. Check the address.") from None
    except (urllib.error.URLError, HTTPException, TimeoutError, ValueError) as error:
        if isinstance(error, BadInput):
            raise
        why = getattr(error, "reason", None) or str(error) or type(error).__name__
        raise BadInput(f"{url} cannot be fetched: {why}. Check the address.") from None


def _copy(url: str, answer: IO[bytes], length: int, file: IO[bytes]) -> None:
    """Copy at most LARGEST bytes; BadInput for more, for fewer than announced, or too slow ones."""
    began, had = time.monotonic(), 0
    while had <= LARGEST and length <= LARGEST:
        part = answer.read(2**20)
        had += len(part)
        if not part:
            if had < length:
                raise BadInput(f"{url} ended after {had:,} of {length:,} bytes. Try again.")
            return
        file.write(part)
        if time.monotonic() - began > LONGEST:
            raise BadInput(f"{url} took more than {LONGEST / 60:.0f} minutes. Fetch it by hand.")
    raise BadInput(
        f"{url} is larger than {LARGEST >> 20} MB. Fetch it by hand, and save the generator alone."
    )
