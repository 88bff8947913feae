"""One run folder: what a worker writes into it, and what pages and the command line read."""

import json
import os
import secrets
import shutil
import time
from pathlib import Path
from typing import Any

import numpy as np

from gan_core.catalog import BadInput
from gan_core.config import Config
from gan_core.runs.files import read_bytes, write_json, write_whole
from gan_core.runs.film import INDEX, Film, Frame
from gan_core.runs.process import alive
from gan_core.runs.snapshots import Snapshots

CURVES = (
    "step", "seconds", "d_loss", "g_loss", "d_real", "d_fake", "d_grad", "g_grad", "penalty", "k",
)  # fmt: skip
LIVE = ("queued", "running", "paused")
BY_HAND = ("step-d", "step-g", "step-both")  # asked of a paused run, done once each
REQUESTS = ("stop", "pause", *BY_HAND)
CHECKPOINT = "checkpoint.safetensors"
START = "start.safetensors"  # of a run that branched: its parent's state at that step


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
        if status["state"] in LIVE and not alive(status):
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

    @property
    def logged(self) -> int:
        """How many rows the curves have, without reading them."""
        try:
            return (self.path / "curves.f4").stat().st_size // (4 * len(CURVES))
        except OSError:
            return 0

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

    def source(self) -> bytes:
        """The source samples that the frames' points came from, laid out as `real`; or nothing."""
        return self._bytes("source.bin")

    def rebuilt(self) -> bytes:
        """What a D that is an auto-encoder makes of real and generated pictures, as they are now:
        a WebP of four rows (`gan_core.pictures.rebuilt`); or nothing."""
        return self._bytes("rebuilt.bin")

    @property
    def film(self) -> Film:
        """The frames that were kept, from first to last."""
        return Film(self.path)

    def frame_count(self) -> int:
        return len(self.film)

    def frame(self, i: int = -1) -> Frame | None:
        """(step, seconds, payload) of frame i, negative from the end; None if there is none."""
        return self.film.frame(i)

    def latest(self) -> Frame | None:
        """The newest (step, seconds, payload), also where the film is too coarse to hold it."""
        raw = self._bytes("latest.bin")
        if len(raw) < INDEX.size:
            return self.frame()
        _, _, step, seconds, _ = INDEX.unpack(raw[: INDEX.size])
        return int(step), seconds, raw[INDEX.size :]

    def show(self, step: int, seconds: float, payload: bytes) -> None:
        """Replace what `latest` returns, without adding to the film."""
        mark = INDEX.pack(0, len(payload), step, seconds, 0.0)
        write_whole(self.path / "latest.bin", mark + payload)

    def append_frame(self, step: int, seconds: float, payload: bytes) -> None:
        """Add a frame to the film, which thins itself when it is full."""
        self.film.append(step, seconds, payload)

    @property
    def snapshots(self) -> Snapshots:
        """The states along the way, from which other runs can branch."""
        return Snapshots(self.path)

    def truncate(self, step: int) -> None:
        """Forget everything shown after `step`: what a resumed run writes again."""
        curves = self.curves()
        write_whole(self.path / "curves.f4", curves[curves[:, 0] <= step].tobytes())
        kept = [m for m in self.metrics() if m["step"] <= step]
        text = "".join(json.dumps(m) + "\n" for m in kept)
        write_whole(self.path / "metrics.jsonl", text.encode())
        self.film.truncate(step)
        self.snapshots.truncate(step)

    def log(self) -> str:
        """The end of what the worker printed on standard error."""
        return self._bytes("log.txt")[-8000:].decode(errors="replace")

    def size_on_disk(self) -> int:
        """Bytes."""
        try:
            return sum(f.stat().st_size for f in self.path.rglob("*") if f.is_file())
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
        return read_bytes(self.path / name)

    def _append(self, name: str, data: bytes) -> None:
        with open(self.path / name, "ab") as file:
            file.write(data)
