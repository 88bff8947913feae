"""Record the home page's moving pictures from real runs and gan_core's own mathematics.

    python scripts/record_home.py --ring RUN --race RUN RUN RUN --images RUN --walk CHECKPOINT \\
        --lesson collapse

Each argument may be left out: then that picture stays as it is. RUN is a run folder (train it with
`python -m gan_core train`), CHECKPOINT a shipped or own checkpoint; the runs of a lesson are
trained here, in some seconds. The distances, the equilibrium and the mistake need no run and are
always recorded.
"""

import argparse
import io
import json
import struct
import sys
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

HERE = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(HERE))
from gan_core.runs import Run  # noqa: E402

OUT = HERE / "ui" / "components" / "recorded"
KINDS = {"uint8": "u1", "uint16": "u2", "float32": "f4"}


def write_scene(name: str, header: dict, **arrays: np.ndarray | bytes) -> None:
    """One .scene file: u32 header length, JSON header, then each array at a multiple of 8."""
    index, body = {}, b""
    for key, value in arrays.items():
        raw = value if isinstance(value, bytes) else np.ascontiguousarray(value).tobytes()
        kind = "webp" if isinstance(value, bytes) else KINDS[value.dtype.name]
        count = len(raw) if isinstance(value, bytes) else value.size
        index[key] = {"kind": kind, "offset": len(body), "count": count}
        body += raw + bytes(-len(raw) % 8)
    text = json.dumps(header | {"arrays": index}).encode()
    OUT.mkdir(exist_ok=True)
    (OUT / f"{name}.scene").write_bytes(struct.pack("<I", len(text)) + text + body)
    print(f"{name}: {(OUT / f'{name}.scene').stat().st_size / 1000:.1f} kB")


def divergences(sigma: float = 0.6, reach: float = 4.0, rows: int = 161) -> None:
    """KL, JS and EM between two normals as they slide apart."""
    from gan_core.divergences import Normal, distances

    table = []
    for gap in np.linspace(0, reach, rows):
        d = distances(Normal(0, sigma), Normal(gap, sigma))
        table.append((gap, d.kl, d.js, d.w1))
    write_scene(
        "divergences",
        {"draw": "densities", "sigma": sigma,
         "label": "Two bell curves slide apart: KL and EM keep growing, JS stops at log 2."},
        table=np.float32(table),
    )  # fmt: skip


def equilibrium(reach: float = 3.6, rows: int = 73, cells: int = 121) -> None:
    """D* and V(D*, G) while the generated density slides onto the real one."""
    from gan_core.divergences import Normal
    from gan_core.equilibrium import optimal_discriminator, scores

    p, low, high = Normal(0, 0.8), -2.6, reach + 2.6
    x = np.linspace(low, high, cells)
    pairs = [(p, Normal(gap, 0.8)) for gap in np.linspace(0, reach, rows)]
    write_scene(
        "equilibrium",
        {"draw": "equilibrium", "sigma": 0.8, "low": low, "high": high, "reach": reach,
         "label": "As the generated density slides onto the real one, the best D flattens to one"
         " half and the value of the game falls to -2 log 2."},
        best=np.float32([optimal_discriminator(p, q, x) for p, q in pairs]),
        value=np.float32([scores(p, q).value for p, q in pairs]),
    )  # fmt: skip


def ring(run: Run, frames: int = 48, points: int = 300, side: int = 24) -> None:
    """The points and D's field of a 2-D run, thinned in time and space."""
    scene = run.scene() or {}
    total, grid = scene["points"], scene["field"]
    chosen = sorted({round((run.frame_count() - 1) * (i / (frames - 1)) ** 2)
                     for i in range(frames)})  # fmt: skip
    clouds, fields, steps = [], [], []
    for i in chosen:
        step, _, raw = run.frame(i) or (0, 0.0, b"")
        clouds.append(_points(raw, points))
        field = np.frombuffer(raw, "u1", grid * grid, total * 4).reshape(grid, grid)
        fields.append(field[:: grid // side, :: grid // side][:side, :side])
        steps.append(step)
    write_scene(
        "train_2d",
        {"draw": "training", "points": points, "field": side,
         "label": f"A recorded training: {run.config.objective} learns {run.config.data}."},
        points=np.array(clouds, "uint16"),
        real=_points(run.real(), points),
        field=np.array(fields),
        steps=np.array(steps, "float32"),
    )  # fmt: skip


def _points(raw: bytes, n: int) -> np.ndarray:
    """The first n points [n, 2] of a frame, or of the real ones, as they are stored."""
    return np.frombuffer(raw, "<u2", 2 * n).reshape(n, 2)


def race(*contestants: Run) -> None:
    """How soon each of several runs puts its points on the modes of the same data."""
    curves = {f"curve{k}": _quality(run) for k, run in enumerate(contestants)}
    end = max(curve[-1, 0] for curve in curves.values())
    write_scene(
        "runs",
        {"draw": "race", "measure": "share of points on a mode, by seconds of training",
         "names": [run.config.objective for run in contestants], "end": f"{end:.0f} s",
         "label": "Recorded runs compared: the share of points that lie on a mode, by second."},
        **{name: (curve / [end, 1]).astype("float32") for name, curve in curves.items()},
    )  # fmt: skip


def _quality(run: Run) -> np.ndarray:
    """[frames, 2]: seconds, and the share of a frame's points within 3 sigma of a mode."""
    scene = run.scene() or {}
    low, high = scene["extent"][::2], scene["extent"][1::2]
    reach = 3 * run.config.info.params["std"]
    rows = []
    for i in range(run.frame_count()):
        _, seconds, raw = run.frame(i) or (0, 0.0, b"")
        shares = _points(raw, scene["points"]) / 65535
        points = np.array(low) + shares * (np.array(high) - low)
        gaps = np.linalg.norm(points[:, None] - np.array(scene["modes"])[None], axis=2).min(1)
        rows.append((seconds, (gaps <= reach).mean()))
    return np.array(rows)


def compare(lesson: str, frames: int = 36, points: int = 160) -> None:
    """The points of a lesson's runs, each at the same shares of its training."""
    from gan_core import runs
    from gan_core.lessons import LESSONS
    from gan_core.worker import record

    clouds, names = [], []
    with tempfile.TemporaryDirectory() as folder:
        for side, config in zip(LESSONS[lesson].sides, LESSONS[lesson].configs(), strict=True):
            run = runs.create(config, Path(folder) / runs.new_id(config))
            list(record(run))
            for i in np.linspace(0, run.frame_count() - 1, frames).round().astype(int):
                _, _, raw = run.frame(int(i)) or (0, 0.0, b"")
                clouds.append(_points(raw, points))
            names.append(side.label)
        real = _points(run.real(), points)
    write_scene(
        "compare",
        {"draw": "compare", "points": points, "names": names,
         "label": f"Recorded trainings side by side, from one start: {' and '.join(names)}."},
        points=np.array(clouds, "uint16"),
        real=real,
    )  # fmt: skip


def mistake() -> None:
    """Where a generator that can only shift goes under the wrong sign of the critic's loss."""
    from ui.mistakes.lab_critic import critic_sign

    wrong, right = (critic_sign(is_wrong, 0)[1]["shift"] for is_wrong in (True, False))
    both = np.concatenate([wrong, right])
    write_scene(
        "mistakes",
        {"draw": "fix", "goal": "the data", "wrong": "real − fake", "right": "fake − real",
         "low": float(both.min()) - 0.4, "high": float(both.max()) + 0.3,
         "label": "A generator under the critic's loss with the wrong sign runs away from the data;"
         " with the right one it comes to them."},
        wrong=np.float32(wrong), right=np.float32(right),
    )  # fmt: skip


def images(run: Run, columns: int = 8, rows: int = 4, frames: int = 10) -> None:
    """The fixed-noise grid of an image run, at steps that are close together early on."""
    size = (run.scene() or {})["size"]
    chosen = sorted({round((run.frame_count() - 1) * (i / (frames - 1)) ** 2)
                     for i in range(frames)})  # fmt: skip
    shots = [run.frame(i) or (0, 0.0, b"") for i in chosen]
    tiles = [Image.open(io.BytesIO(shot[2])).convert("RGB") for shot in shots]
    crops = [tile.crop((0, 0, columns * size, rows * size)) for tile in tiles]
    write_scene(
        "train_images",
        {"draw": "film", "frames": len(crops), "speed": 1.4,
         "label": f"Sample grids of a recorded training on {run.config.data}, step by step."},
        sheet=_sheet(crops),
        steps=np.array([shot[0] for shot in shots], "float32"),
    )  # fmt: skip


def walk(
    checkpoint: str, columns: int = 6, rows: int = 3, stops: int = 3, between: int = 5
) -> None:
    """A round trip through latent space: every tile passes `stops` samples by slerp."""
    from gan_core.executors import Local

    worker, strips = Local(), {}
    for tile in range(columns * rows):
        for stop in range(stops):
            answer, raw = worker.ask({
                "do": "interpolate", "checkpoint": checkpoint, "seed_a": 100 * tile + stop,
                "seed_b": 100 * tile + (stop + 1) % stops, "n": between + 1, "mode": "slerp",
                "format": "png", "scale": 1,
            })  # fmt: skip
            strips[tile, stop] = Image.open(io.BytesIO(raw)).convert("RGB")
    size = answer["tile"]
    crops = []
    for stop in range(stops):
        for i in range(between):
            picture = Image.new("RGB", (columns * size, rows * size))
            for tile in range(columns * rows):
                shot = strips[tile, stop].crop((i * size, 0, (i + 1) * size, size))
                picture.paste(shot, (tile % columns * size, tile // columns * size))
            crops.append(picture)
    write_scene(
        "samples",
        {"draw": "film", "frames": len(crops), "speed": 2.5, "loop": True,
         "label": "Samples of a trained generator, each turning into the next."},
        sheet=_sheet(crops),
    )  # fmt: skip


def _sheet(crops: list[Image.Image]) -> bytes:
    """All pictures under one another as one WebP."""
    width, height = crops[0].size
    sheet = Image.new("RGB", (width, height * len(crops)))
    for i, crop in enumerate(crops):
        sheet.paste(crop, (0, i * height))
    out = io.BytesIO()
    sheet.save(out, "WEBP", quality=72, method=6)
    return out.getvalue()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--ring", type=Path, help="a 2-D run folder")
    parser.add_argument("--race", type=Path, nargs="+", help="2-D run folders on the same data")
    parser.add_argument("--images", type=Path, help="an image run folder with its frames")
    parser.add_argument("--walk", type=Path, help="an image checkpoint")
    parser.add_argument("--lesson", help="name of a lesson that the Compare card shows")
    given = parser.parse_args()
    divergences()
    equilibrium()
    mistake()
    if given.ring:
        ring(Run(given.ring))
    if given.race:
        race(*map(Run, given.race))
    if given.images:
        images(Run(given.images))
    if given.lesson:
        compare(given.lesson)
    if given.walk:
        walk(str(given.walk))


if __name__ == "__main__":
    main()
