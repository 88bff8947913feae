"""What each command of the command line does. Imports torch only where a command needs it."""

import argparse
import json
import math
import signal
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from tqdm import tqdm

from gan_core import runs
from gan_core.catalog import DATA, OBJECTIVES, BadInput
from gan_core.config import Config
from gan_core.presets import preset
from gan_core.runs import LIVE, Run

Result = tuple[Any, int]  # what --json prints, and the exit code


@dataclass(frozen=True)
class Command:
    name: str
    summary: str
    arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], Result]


# train and resume


def train_arguments(parser: argparse.ArgumentParser) -> None:
    names = ", ".join([*OBJECTIVES, "dcgan"])
    parser.add_argument("--objective", default="ns-gan", help=names)
    parser.add_argument("--data", default="ring", help=f"{', '.join(DATA)}, folder:PATH")
    parser.add_argument("--preset", default="recommended", help="recommended or published")
    parser.add_argument("--out", type=Path, default=None, help="folder of the run (default: new)")
    own = parser.add_argument_group("settings (the preset's, unless given)")
    for f in fields(Config):
        if f.name not in ("objective", "data", "preset"):
            flag = "--" + f.name.replace("_", "-")
            choices = f.metadata["choices"]
            text = f.metadata["help"] + (f": {', '.join(choices)}" if choices else "")
            own.add_argument(flag, type=f.type, default=argparse.SUPPRESS, help=text)


def train(args: argparse.Namespace) -> Result:
    changes = {f.name: getattr(args, f.name) for f in fields(Config) if hasattr(args, f.name)}
    for name in ("objective", "data", "preset"):
        changes.pop(name)
    config = preset(args.objective, args.data, args.preset, **changes)
    if "seconds" in changes and "steps" not in changes and config.seconds:
        from gan_core.build import steps_in

        config = config.replace(steps=steps_in(config, config.seconds))
    run = runs.create(config, args.out)
    try:
        return _carry_out(run, resume=False)
    except BadInput:
        if run.status()["step"] == 0:
            run.delete()  # it never began
        raise


def resume_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run", help="id or folder of a run that was stopped or interrupted")
    parser.add_argument("--steps", type=int, default=None, help="a new last step")
    parser.add_argument("--seconds", type=float, default=None, help="a new time limit, in all")


def resume(args: argparse.Namespace) -> Result:
    run = find(args.run)
    status = run.status()
    if status["state"] == "paused":
        run.clear("pause")
        print(f"{run.id}: goes on")
        return {"run": str(run.path), "cleared": "pause"}, 0
    if status["state"] in LIVE:
        raise BadInput(f"{run.id} is {status['state']}: stop it before you resume it.")
    if not run.checkpoint.exists():
        raise BadInput(f"{run.id} has no checkpoint to go on from.")
    given = {"steps": args.steps, "seconds": args.seconds}
    config = runs.change(run, **{k: v for k, v in given.items() if v is not None})
    if status["step"] >= config.steps:
        raise BadInput(f"{run.id} has done all its {config.steps} steps: give more with --steps.")
    if config.seconds and status["seconds"] >= config.seconds:
        raise BadInput(
            f"{run.id} has had all its {config.seconds:g} s: give more with --seconds, or 0."
        )
    return _carry_out(run, resume=True)


def _carry_out(run: Run, resume: bool) -> Result:
    """Train here and now, with a progress bar on a terminal."""
    from gan_core import worker

    status: dict[str, Any] = {}
    interrupted = _stop_on_interrupt(run)
    bar = tqdm(total=run.config.steps, unit="step", desc=run.id, disable=None, file=sys.stderr)
    with bar:
        for status in worker.record(run, resume):
            bar.update(status["step"] - bar.n)
            bar.set_postfix_str(_short(status.get("metrics", {})))
    if status.get("state") == "failed" and status.get("bad_input"):
        raise BadInput(status["error"])
    if not status or not run.exists():
        raise BadInput(f"The run folder {run.path} was deleted while it trained.")
    if interrupted:
        print(f"stopped; go on with: python -m gan_core resume {run.path}", file=sys.stderr)
        raise KeyboardInterrupt
    result = summary(run, status)
    if status["state"] == "failed":
        print(f"failed: {status['error']}", file=sys.stderr)
        return result | {"error": status["error"]}, 1
    print(f"{run.path}: {status['state']} at step {status['step']}, {status['seconds']:.1f} s")
    print(_short(status["metrics"]))
    return result, 0


def _stop_on_interrupt(run: Run) -> list[int]:
    """Let Ctrl-C end the run between two rounds, saved; a second one ends it at once.

    The list that is returned holds the signals that came.
    """
    came: list[int] = []

    def ask(number: int, _: Any) -> None:
        came.append(number)
        run.request("stop")
        signal.signal(signal.SIGINT, signal.default_int_handler)

    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, ask)
    return came


def summary(run: Run, status: dict[str, Any]) -> dict[str, Any]:
    """What `train --json` prints of a run."""
    result = {
        "run": str(run.path),
        "state": status["state"],
        "steps": status.get("step", 0),
        "seconds": round(status.get("seconds", 0.0), 3),
        "metrics": status.get("metrics", {}),
        "steps_per_second": round(status.get("steps_per_second", 0.0), 2),
    }
    config = run.config
    if config.kind == "image":
        per_step = config.batch * config.n_critic  # real images D has seen
        result["images_per_second"] = round(result["steps_per_second"] * per_step, 1)
    return result


def _short(metrics: dict[str, Any]) -> str:
    shown = {k: v for k, v in metrics.items() if isinstance(v, int | float)}
    return "  ".join(f"{k} {v:.4g}" for k, v in list(shown.items())[:6])


# sample and evaluate


def sample_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("checkpoint", help="a .safetensors file, or a run folder or id")
    parser.add_argument("--n", type=int, default=64, help="how many")
    parser.add_argument("--seed", type=int, default=0, help="seed of the latents")
    parser.add_argument("--to-seed", type=int, default=None, help="walk to this seed instead")
    parser.add_argument("--path", default="slerp", help="the walk's way: slerp or lerp")
    parser.add_argument("--scale", type=int, default=1, help="pixels for each pixel")
    parser.add_argument("--out", type=Path, default=Path("samples.png"), help="PNG; CSV for 2-D")


def sample(args: argparse.Namespace) -> Result:
    from gan_core import serve

    request = {
        "checkpoint": str(checkpoint_of(args.checkpoint)), "n": args.n, "seed": args.seed,
        "scale": args.scale, "format": "png",
    }  # fmt: skip
    shelf = serve.Shelf()
    if args.to_seed is None:
        about, data = serve.sample(shelf, request)
    else:
        ends = {"seed_a": args.seed, "seed_b": args.to_seed, "mode": args.path}
        about, data = serve.interpolate(shelf, request | ends)
    try:
        _write_samples(args.out, about, data)
    except OSError as error:
        raise BadInput(
            f"Cannot write {args.out}: {error.strerror}. Choose another --out."
        ) from None
    print(f"{args.out}: {args.n} samples")
    return {"out": str(args.out), "n": args.n, "seed": args.seed, **about}, 0


def _write_samples(out: Path, about: dict[str, Any], data: bytes) -> None:
    import numpy as np

    from gan_core import pictures

    if about["kind"] == "image":
        out.write_bytes(data)
        return
    points = np.frombuffer(data, "<f4").reshape(-1, 2)
    if out.suffix == ".csv":
        np.savetxt(out, points, delimiter=",", fmt="%.6g")
    else:
        out.write_bytes(pictures.scatter(points, about["extent"]))


def evaluate_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("checkpoint", help="a .safetensors file, or a run folder or id")
    parser.add_argument("--device", default="auto", help="auto, cpu or cuda")


def evaluate(args: argparse.Namespace) -> Result:
    from gan_core import build, checkpoint, data, judge

    path = checkpoint_of(args.checkpoint)
    config, players = checkpoint.load(path, str(build.pick_device(args.device)))
    metrics = judge.Judge(config, data.load(config.data, config.size))(players, full=True)
    for name, value in metrics.items():
        print(f"{name}: {value}")
    return {"checkpoint": str(path), "step": players.step, "metrics": metrics}, 0


# divergence


def divergence_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("p", help='a distribution, as "normal(0,1)"')
    parser.add_argument("q", help='another, as "mixture(0.3*normal(0,1)+0.7*normal(4,0.5))"')
    parser.add_argument("--unit", default="nats", choices=("nats", "bits"), help="of KL and JS")


def divergence(args: argparse.Namespace) -> Result:
    from gan_core import divergences

    found = divergences.distances(divergences.parse(args.p), divergences.parse(args.q), args.unit)
    result = found.as_dict()
    for name, value in result.items():
        print(f"{name}: {value}")
    return result, 0


# list, stop, delete


def list_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--root", type=Path, default=None, help="folder of runs (default: runs)")


def list_runs(args: argparse.Namespace) -> Result:
    rows = []
    for run in runs.all_runs(args.root):
        try:
            status, config = run.status(), run.config
        except BadInput as error:
            print(f"{run.id:40} unreadable: {error}")
            continue
        rows.append(summary(run, status) | {"objective": config.objective, "data": config.data})
        print(
            f"{run.id:40} {status['state']:12} {status['step']:>8} steps"
            f" {status['seconds']:8.1f} s  {_short(status.get('metrics', {}))}"
        )
    if not rows:
        print(f"no runs in {args.root or runs.root()}")
    return {"runs": rows}, 0


def run_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run", help="id or folder of a run")


def stop(args: argparse.Namespace) -> Result:
    return _request(args, "stop", LIVE)


def pause(args: argparse.Namespace) -> Result:
    return _request(args, "pause", ("running",))


def _request(args: argparse.Namespace, what: str, states: tuple[str, ...]) -> Result:
    """Ask a run for something that it can do in some states alone."""
    run = find(args.run)
    state = run.status()["state"]
    if state not in states:
        raise BadInput(f"{run.id} is {state}: there is nothing to {what}.")
    run.request(what)
    print(f"{run.id}: asked to {what}")
    return {"run": str(run.path), "requested": what}, 0


def delete(args: argparse.Namespace) -> Result:
    run = find(args.run)
    if run.path.parent == runs.SHIPPED:
        raise BadInput(f"{run.id} came with the project and is not a run of yours: not deleted.")
    run.delete()
    print(f"{run.id}: deleted")
    return {"run": str(run.path), "deleted": True}, 0


# features


def features_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("data", help="mnist, faces or digits")
    parser.add_argument("--epochs", type=int, default=None, help="(default: the card's)")
    parser.add_argument("--seed", type=int, default=0, help="seed of weights and batches")
    parser.add_argument("--out", type=Path, default=None, help="(default: gan_core/assets)")


def train_features(args: argparse.Namespace) -> Result:
    from gan_core import features

    out = args.out or features.ASSETS
    card = features.train_features(args.data, out=out, epochs=args.epochs, seed=args.seed)
    shown = ("space", "accuracy", "trained_on", "held_out", "epochs", "seed", "seconds")
    return {name: card[name] for name in shown}, 0


# What they share


def find(name: str) -> Run:
    """A run by its folder or its id."""
    if Run(Path(name)).exists():
        return Run(Path(name).resolve())
    return runs.open_run(name)


def checkpoint_of(name: str) -> Path:
    """A checkpoint by its file, or by the folder or id of its run."""
    path = Path(name)
    if path.is_file() or path.suffix:
        return path
    return find(name).checkpoint


def plain(value: Any) -> Any:
    """The value as strict JSON: infinities as "inf", undefined numbers as null."""
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [plain(v) for v in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None if math.isnan(value) else "inf" if value > 0 else "-inf"
    try:
        json.dumps(value)
        return value
    except TypeError:
        return value.item() if hasattr(value, "item") else str(value)


COMMANDS = (
    Command("train", "Train a run.", train_arguments, train),
    Command("resume", "Go on with a run that was stopped.", resume_arguments, resume),
    Command("stop", "Ask a run to stop.", run_argument, stop),
    Command("pause", "Ask a run to pause.", run_argument, pause),
    Command("delete", "Delete a run and its folder.", run_argument, delete),
    Command("list", "List the runs.", list_arguments, list_runs),
    Command("sample", "Draw samples from a checkpoint.", sample_arguments, sample),
    Command("evaluate", "Measure a checkpoint.", evaluate_arguments, evaluate),
    Command("features", "Train a feature space.", features_arguments, train_features),
    Command("divergence", "Distances of two 1-D distributions.", divergence_arguments, divergence),
)
