"""Run folders: one folder is one run, and whoever holds the folder holds the run.

A worker writes it, pages and the command line read it, and the only things that flow back are
empty request files. Every file is replaced whole or appended in fixed records, so a reader never
sees half of anything. Torch-free.
"""

import json
import os
import platform
import re
import secrets
import shutil
import struct
import time
from pathlib import Path
from typing import Any

import numpy as np

from gan_core.catalog import BadInput
from gan_core.config import Config, validate
from gan_core.plane import points

CURVES = (
    "step", "seconds", "d_loss", "g_loss", "d_real", "d_fake", "d_grad", "g_grad", "penalty", "k",
)  # fmt: skip
LIVE = ("queued", "running", "paused")
REQUESTS = ("stop", "pause")
CHECKPOINT = "checkpoint.safetensors"
SHIPPED = Path(__file__).resolve().parents[1] / "checkpoints"
_INDEX = struct.Struct("<QIfff")  # offset, length, step, seconds, reserved
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_STALE = 30.0  # seconds a starting run may take to show its process


def root() -> Path:
    """Where runs live: the environment variable GAN_RUNS, or `runs` in the current folder."""
    return Path(os.environ.get("GAN_RUNS", "runs"))


class Run:
    """One run folder. Reading never raises on a run that is still being written."""

    def __init__(self, path: Path):
        self.path = Path(path)
        self.id = self.path.name

    def __repr__(self) -> str:
        return f"Run({str(self.path)!r})"

    # What the run is

    @property
    def config(self) -> Config:
        try:
            return Config.from_dict(json.loads((self.path / "config.json").read_text()))
        except FileNotFoundError:
            raise BadInput(f"The run {self.id} is gone: its folder has no config.json.") from None
        except json.JSONDecodeError as error:
            raise BadInput(f"The run {self.id} has a damaged config.json ({error}).") from None

    @property
    def checkpoint(self) -> Path:
        return self.path / CHECKPOINT

    def exists(self) -> bool:
        return all((self.path / name).is_file() for name in ("config.json", "status.json"))

    def status(self) -> dict[str, Any]:
        """The worker's last word; a live state whose process is gone reads `interrupted`."""
        try:
            status: dict[str, Any] = json.loads((self.path / "status.json").read_text())
        except (OSError, json.JSONDecodeError):
            return {"id": self.id, "state": "missing", "step": 0, "seconds": 0.0, "metrics": {}}
        if status["state"] in LIVE and not _alive(status):
            status["state"] = "interrupted"
        return status

    def write_status(self, **changes: Any) -> dict[str, Any]:
        """Merge `changes` into status.json, whole or not at all."""
        try:
            status = json.loads((self.path / "status.json").read_text())
        except (OSError, json.JSONDecodeError):
            status = {"id": self.id}
        status |= changes | {"updated": time.time()}
        write_json(self.path / "status.json", status)
        return status

    # What the run has shown

    def curves(self) -> np.ndarray:
        """float32 [rows, len(CURVES)], one row for each logged step."""
        raw = self._bytes("curves.f4")
        rows = len(raw) // (4 * len(CURVES))
        return np.frombuffer(raw, "<f4", rows * len(CURVES)).reshape(rows, len(CURVES))

    def append_curves(self, row: dict[str, float]) -> None:
        values = np.array([row.get(name, np.nan) for name in CURVES], "<f4")
        self._append("curves.f4", values.tobytes())

    def metrics(self) -> list[dict[str, Any]]:
        """Each measurement the worker made, oldest first."""
        whole, _, _ = self._bytes("metrics.jsonl").rpartition(b"\n")  # the rest is half a line
        return [json.loads(line) for line in whole.splitlines()]

    def append_metrics(self, values: dict[str, Any]) -> None:
        self._append("metrics.jsonl", (json.dumps(values) + "\n").encode())

    def scene(self) -> dict[str, Any] | None:
        """How to read the frames, or None before the worker has said so."""
        raw = self._bytes("scene.json")
        return json.loads(raw) if raw else None

    def real(self) -> bytes:
        """The real samples that stand beside the frames (see `worker`)."""
        return self._bytes("real.bin")

    def frame_count(self) -> int:
        try:
            return (self.path / "frames.idx").stat().st_size // _INDEX.size
        except OSError:
            return 0

    def frame(self, i: int = -1) -> tuple[int, float, bytes] | None:
        """(step, seconds, payload) of frame i, negative from the end; None if there is none."""
        count = self.frame_count()
        i = i + count if i < 0 else i
        if not 0 <= i < count:
            return None
        try:
            with open(self.path / "frames.idx", "rb") as index:
                index.seek(i * _INDEX.size)
                offset, length, step, seconds, _ = _INDEX.unpack(index.read(_INDEX.size))
            with open(self.path / "frames.bin", "rb") as frames:
                frames.seek(offset)
                return int(step), seconds, frames.read(length)
        except (OSError, struct.error):  # deleted while it was read
            return None

    def latest(self) -> tuple[int, float, bytes] | None:
        """The newest (step, seconds, payload), also where the film is too coarse to hold it."""
        raw = self._bytes("latest.bin")
        if len(raw) < _INDEX.size:
            return self.frame()
        _, _, step, seconds, _ = _INDEX.unpack(raw[: _INDEX.size])
        return int(step), seconds, raw[_INDEX.size :]

    def show(self, step: int, seconds: float, payload: bytes) -> None:
        """Replace what `latest` returns, without adding to the film."""
        mark = _INDEX.pack(0, len(payload), step, seconds, 0.0)
        write_whole(self.path / "latest.bin", mark + payload)

    def append_frame(self, step: int, seconds: float, payload: bytes) -> None:
        """The payload first, then its index row: a reader of the index finds it complete."""
        with open(self.path / "frames.bin", "ab") as frames:
            offset = frames.tell()
            frames.write(payload)
        self._append("frames.idx", _INDEX.pack(offset, len(payload), step, seconds, 0.0))

    def truncate(self, step: int) -> None:
        """Forget everything shown after `step`: what a resumed run writes again."""
        curves = self.curves()
        write_whole(self.path / "curves.f4", curves[curves[:, 0] <= step].tobytes())
        kept = [m for m in self.metrics() if m["step"] <= step]
        text = "".join(json.dumps(m) + "\n" for m in kept)
        write_whole(self.path / "metrics.jsonl", text.encode())
        raw = self._bytes("frames.idx")
        whole = _INDEX.iter_unpack(raw[: len(raw) // _INDEX.size * _INDEX.size])
        rows = [row for row in whole if row[2] <= step]
        write_whole(self.path / "frames.idx", b"".join(_INDEX.pack(*row) for row in rows))

    def log(self) -> str:
        """The end of what the worker printed on standard error."""
        return self._bytes("log.txt")[-8000:].decode(errors="replace")

    def size_on_disk(self) -> int:
        """Bytes."""
        try:
            return sum(f.stat().st_size for f in self.path.iterdir() if f.is_file())
        except OSError:
            return 0

    # What others may ask of it

    def request(self, name: str) -> None:
        if not self.exists():
            raise BadInput(f"The run {self.id} is gone; there is nothing to {name}.")
        (self.path / name).touch()

    def requested(self, name: str) -> bool:
        return (self.path / name).exists()

    def clear(self, name: str) -> None:
        (self.path / name).unlink(missing_ok=True)

    def delete(self) -> None:
        """Remove the folder; the worker of a live run notices, and ends."""
        trash = self.path.with_name(f".{self.id}.{secrets.token_hex(4)}")
        try:  # gone in one step for whoever reads or writes it
            os.replace(self.path, trash)
        except OSError:
            trash = self.path
        shutil.rmtree(trash, ignore_errors=True)

    def _bytes(self, name: str) -> bytes:
        try:
            return (self.path / name).read_bytes()
        except OSError:
            return b""

    def _append(self, name: str, data: bytes) -> None:
        with open(self.path / name, "ab") as file:
            file.write(data)


def write_whole(path: Path, data: bytes) -> None:
    """Replace a file in one step: a reader sees the old or the new, never a part."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        part.write_bytes(data)
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def write_json(path: Path, value: Any) -> None:
    write_whole(path, json.dumps(value).encode())


def create(config: Config, folder: Path | None = None, parent: str | None = None) -> Run:
    """A new, queued run: in `folder` itself, or under `root()` with a new id. Points of one's own
    are copied into it, from the store or from the run it continues, its `parent`."""
    if folder is None:
        folder = root() / new_id(config)
    if (folder / "config.json").exists():
        raise BadInput(f"{folder} already holds a run: choose another folder, or resume it.")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise BadInput(f"{folder} exists and is not an empty folder: choose another for the run.")
    if not _ID.fullmatch(folder.resolve().name):
        raise BadInput(
            f"“{folder.name}” cannot name a run: use letters, digits, dots, dashes and underscores,"
            " the first a letter or digit, 64 at most."
        )
    points.keep_with(config.data, folder, root() / parent if parent else None)
    folder.mkdir(parents=True, exist_ok=True)
    run = Run(folder)
    write_whole(folder / "config.json", config.to_json().encode())
    now = time.time()
    run.write_status(
        state="queued", step=0, steps=config.steps, seconds=0.0, started=now, pid=None,
        error=None, metrics={}, parent=parent,
    )  # fmt: skip
    return run


def change(run: Run, **settings: Any) -> Config:
    """Give a run other settings, another last step say; checked and stored."""
    config = validate(run.config.replace(**settings))
    write_whole(run.path / "config.json", config.to_json().encode())
    return config


def new_id(config: Config) -> str:
    """Readable and unguessable: `wgan-gp-ring-x7k2m9q4`."""
    data = re.sub(r"[^a-z0-9]+", "-", re.split(r"[(:]", config.data)[0].lower()).strip("-")
    return f"{config.objective}-{data}-{secrets.token_hex(4)}"


def open_run(name: str, folder: Path | None = None) -> Run:
    """The run called `name` under `folder` (default `root()`), or shipped in `checkpoints`."""
    for parent in [folder] if folder else [root(), SHIPPED]:
        if _ID.fullmatch(name) and Run(parent / name).exists():
            return Run(parent / name)
    raise BadInput(f"There is no run “{name}”: it was deleted, or the link is from elsewhere.")


def all_runs(folder: Path | None = None) -> list[Run]:
    """Every run under `folder` (default `root()`), newest first."""
    try:
        found = [Run(p) for p in (folder or root()).iterdir() if _ID.fullmatch(p.name)]
    except OSError:
        return []
    found = [run for run in found if run.exists()]
    return sorted(found, key=lambda run: run.status().get("started", 0), reverse=True)


def _alive(status: dict[str, Any]) -> bool:
    """Whether the process that wrote a live status still runs (or has had no time to start)."""
    pid = status.get("pid")
    if pid is None:
        return time.time() - status.get("updated", 0) < _STALE
    return born(pid) is not None and born(pid) == status.get("born")


def born(pid: int) -> str | None:
    """When a process started, as a mark that tells it from a later one with its number.

    None if there is no such process or it has ended and only waits to be collected.
    """
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return None if fields[0] in "ZX" else fields[19]
    except FileNotFoundError:
        if Path("/proc/self/stat").exists():
            return None
    try:  # no /proc on this system: all that can be asked is whether the number is in use
        os.kill(pid, 0)
    except ProcessLookupError:
        return None
    except PermissionError:
        pass
    return "unknown"


def machine() -> str:
    """This machine in words: processor and cores."""
    name = platform.processor() or platform.machine()
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        name = next(line.split(":")[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        pass
    return f"{name}, {os.cpu_count()} cores"
