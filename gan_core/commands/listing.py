"""`list`, `stop`, `pause`, `step` and `delete`: what is done with runs."""

import argparse
from pathlib import Path

from gan_core import runs
from gan_core.catalog import BadInput
from gan_core.commands.shared import Result, find, short, summary
from gan_core.runs import LIVE


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
            f" {status['seconds']:8.1f} s  {short(status.get('metrics', {}))}"
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


def step_arguments(parser: argparse.ArgumentParser) -> None:
    run_argument(parser)
    parser.add_argument("player", choices=("d", "g", "both"), help="who moves")


def step(args: argparse.Namespace) -> Result:
    return _request(args, f"step-{args.player}", ("paused",))


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
