"""What each command of the command line does. Imports torch only where a command needs it."""

import argparse
from collections.abc import Callable
from dataclasses import dataclass

from gan_core.commands import (
    bench,
    checkpoints,
    distances,
    films,
    images,
    listing,
    sampling,
    training,
)
from gan_core.commands.shared import Result, plain

__all__ = ["COMMANDS", "Command", "plain"]


@dataclass(frozen=True)
class Command:
    name: str
    summary: str
    arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], Result]


COMMANDS = (
    Command("train", "Train a run.", training.train_arguments, training.train),
    Command(
        "resume", "Go on with a run that was stopped.", training.resume_arguments, training.resume
    ),
    Command(
        "branch",
        "Go on from a step of a run, as a new one under other settings.",
        training.branch_arguments,
        training.branch,
    ),
    Command(
        "step",
        "Ask a paused run for one step of D, G or both.",
        listing.step_arguments,
        listing.step,
    ),
    Command("stop", "Ask a run to stop.", listing.run_argument, listing.stop),
    Command("pause", "Ask a run to pause.", listing.run_argument, listing.pause),
    Command("delete", "Delete a run and its folder.", listing.run_argument, listing.delete),
    Command("list", "List the runs.", listing.list_arguments, listing.list_runs),
    Command("film", "Write a run's film to a file.", films.film_arguments, films.film),
    Command(
        "sample",
        "Draw samples from a checkpoint.",
        sampling.sample_arguments,
        sampling.sample,
    ),
    Command(
        "export",
        "Write samples, a walk or the generator itself to a file.",
        sampling.export_arguments,
        sampling.export,
    ),
    Command(
        "evaluate", "Measure a checkpoint.", checkpoints.evaluate_arguments, checkpoints.evaluate
    ),
    Command(
        "features",
        "Train a feature space.",
        checkpoints.features_arguments,
        checkpoints.train_features,
    ),
    Command(
        "images", "Keep pictures of yours to train on.", images.images_arguments, images.images
    ),
    Command(
        "divergence",
        "Distances of two 1-D distributions.",
        distances.divergence_arguments,
        distances.divergence,
    ),
    Command("bench", "Time what must be quick.", bench.bench_arguments, bench.bench),
)
