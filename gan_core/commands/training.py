"""`train`, `branch` and `resume`: a run carried out here and now, with its progress shown."""

import argparse
import signal
import sys
import threading
from dataclasses import fields
from pathlib import Path
from typing import Any

from tqdm import tqdm

from gan_core import runs
from gan_core.catalog import DATA, OBJECTIVES, BadInput
from gan_core.commands.shared import Result, diagnosis, find, short, summary
from gan_core.config import Config
from gan_core.presets import preset
from gan_core.runs import LIVE, Run


def train_arguments(parser: argparse.ArgumentParser) -> None:
    names = ", ".join([*OBJECTIVES, "dcgan"])
    parser.add_argument("--objective", default="ns-gan", help=names)
    parser.add_argument(
        "--data", default="ring", help=f"{', '.join(DATA)}, points:ID, images:ID, folder:PATH"
    )
    parser.add_argument("--preset", default="recommended", help="recommended or published")
    parser.add_argument("--out", type=Path, default=None, help="folder of the run (default: new)")
    setting_flags(parser, "settings (the preset's, unless given)", ("objective", "data", "preset"))


def setting_flags(parser: argparse.ArgumentParser, title: str, without: tuple[str, ...]) -> None:
    """A flag for each field of a Config but some; those not given are absent from the result."""
    own = parser.add_argument_group(title)
    for f in fields(Config):
        if f.name not in without:
            flag = "--" + f.name.replace("_", "-")
            choices = f.metadata["choices"]
            text = f.metadata["help"] + (f": {', '.join(choices)}" if choices else "")
            own.add_argument(flag, type=f.type, default=argparse.SUPPRESS, help=text)


def given(args: argparse.Namespace) -> dict[str, Any]:
    """The settings among the arguments."""
    return {f.name: getattr(args, f.name) for f in fields(Config) if hasattr(args, f.name)}


def train(args: argparse.Namespace) -> Result:
    changes = given(args)
    for name in ("objective", "data", "preset"):
        changes.pop(name)
    config = preset(args.objective, args.data, args.preset, **changes)
    run = runs.create(config, args.out)
    try:
        return _carry_out(run, resume=False)
    except BadInput:
        if run.status()["step"] == 0:
            run.delete()  # it never began
        raise


def branch_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run", help="id or folder of the run to branch from")
    parser.add_argument("--step", type=int, default=None, help="where it begins (default: the end)")
    parser.add_argument("--out", type=Path, default=None, help="folder of the run (default: new)")
    title = "settings (the parent's, unless given; --steps is the branch's last step)"
    setting_flags(parser, title, ("preset", *runs.OF_G))


def branch(args: argparse.Namespace) -> Result:
    parent = find(args.run)
    known = runs.origins(parent)
    step = max(known, default=0) if args.step is None else args.step
    run = runs.branch(parent, step, args.out, **given(args))
    at = run.status()["parent_step"]
    print(f"{run.path}: branches from {parent.id} at step {at}", file=sys.stderr)
    result, code = _carry_out(run, resume=False)
    for line in run.status().get("fresh", []):
        print(line, file=sys.stderr)
    return result | {"parent": parent.id, "parent_step": at}, code


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
    if args.steps == 0:
        raise BadInput("--steps 0 is for a new run: a resumed one goes on to a step that is named.")
    longer = {"steps": args.steps, "seconds": args.seconds}
    if args.steps is not None and args.seconds is None:
        longer["seconds"] = 0.0  # who names steps wants these, whatever time they take
    config = runs.change(run, **{k: v for k, v in longer.items() if v is not None})
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
    bar = tqdm(
        total=run.config.steps or None, unit="step", desc=run.id, disable=None, file=sys.stderr
    )
    with bar:
        for status in worker.record(run, resume):
            bar.total = status.get("steps") or None  # the worker may have had to find it out
            bar.update(status["step"] - bar.n)
            bar.set_postfix_str(short(status.get("metrics", {})))
    if said := status.get("said"):
        print(said, file=sys.stderr)
    if status.get("state") == "failed" and status.get("bad_input"):
        raise BadInput(status["error"])
    if not status or not run.exists():
        raise BadInput(f"The run folder {run.path} was deleted while it trained.")
    if interrupted:
        print(f"stopped; go on with: python -m gan_core resume {run.path}", file=sys.stderr)
        raise KeyboardInterrupt
    result = summary(run, status)
    told, result["diagnosis"] = diagnosis(run, status)
    if status["state"] == "failed":
        print(f"failed: {status['error']}\n{told}", file=sys.stderr)
        return result | {"error": status["error"]}, 1
    print(f"{run.path}: {status['state']} at step {status['step']}, {status['seconds']:.1f} s")
    print(short(status["metrics"]))
    print(told)
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
