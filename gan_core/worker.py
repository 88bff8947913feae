"""A run being carried out: trains, and writes everything that others read into its folder.

`record` is a generator of statuses, so the same code serves the command line (which draws a
progress bar) and the worker process (which only exhausts it). A run ends as `done`, `stopped` or
`failed`; its last good checkpoint stays in any case.
"""

import math
import os
import time
import traceback
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import torch
from torch import Tensor

from gan_core import checkpoint, inherit, runs
from gan_core.build import build, inputs, pick_device
from gan_core.catalog import OBJECTIVES, BadInput
from gan_core.config import Config
from gan_core.failures import Diverged, Gone, Watch, failed
from gan_core.judge import Judge
from gan_core.judging import Judging, Verdict
from gan_core.keeper import Keeper
from gan_core.pace import Pace
from gan_core.ready import resolved, time_limit
from gan_core.runs import Run
from gan_core.training import Step, half_round, train
from gan_core.tuning import tuned
from gan_core.window import Window

SAVE_EVERY = 10.0  # seconds between checkpoints
LOOK_EVERY = 0.1  # seconds between looks: newest frame, status, requests
LOOK_REST = 9.0  # times what a look at images took, at most LOOK_LATEST s: a tenth of all time
LOOK_LATEST = 1.0


def record(run: Run, resume: bool = False) -> Iterator[dict[str, Any]]:
    """Carry out a run; yields its status about ten times a second and at the end.

    Never raises for what goes wrong inside the run: that is in the status, as `failed` with
    `error` (and `bad_input` where the config cannot be used). The folder may vanish at any moment.
    """
    try:
        with tuned(run.config):
            recorder = _Recorder(run, resume)
            with closing(recorder.judging):
                yield from recorder.go()
    except Gone:
        return
    except Exception as error:
        if not run.exists():
            return
        if not isinstance(error, BadInput | Diverged | OSError):
            traceback.print_exc()
        yield failed(run, error)


def _machine(config: Config) -> str:
    """What trains a run, in words: a GPU if it is on one, processor, torch."""
    words = [runs.machine(), f"torch {torch.__version__.split('+')[0]}"]
    device = pick_device(config.device)
    if device.type == "cuda":
        words.insert(0, torch.cuda.get_device_name(device))
    return ", ".join(words)


class _Recorder:
    """What a run in progress holds: players, clocks and what it has yet to write."""

    def __init__(self, run: Run, resume: bool):
        run.write_status(
            state="running", pid=os.getpid(), born=runs.born(os.getpid()), error=None,
            started=time.time(), steps=run.config.steps, doing=None,
            bad_input=False, machine=_machine(run.config),
        )  # fmt: skip
        self.run, self.config = run, resolved(run)
        self.players, self.data, self.plan = build(self.config, run.path)
        if said := getattr(self.data, "said", ""):
            run.write_status(said=said)
        self.before = 0.0  # seconds of training in earlier sittings
        if resume:
            self._take_up()
        elif (run.path / runs.START).is_file():
            self._branch_off()
        reads = inputs(self.config, self.data, run.path, held_out=True)
        self.window = Window(run, self.config, self.data, reads)
        judge = Judge(self.config, self.data, reads)
        everywhere = self.config.kind == "image" and self.players.device.type == "cpu"
        self.judging = Judging(judge, self.config.kind, self.before, beside=not everywhere)
        self.log_every = max(1, self.config.steps // 500)
        self.watch = Watch()
        chosen = self.config.threads or not everywhere  # a GPU's rounds ask for no processor
        self.pace = Pace(1 if chosen else torch.get_num_threads())
        self.limit = time_limit(self.config)
        self.waited = 0.0  # seconds of this sitting that the last judgement took
        self.keeper = Keeper(run, self.before)
        self.last: Step | None = None  # the round that no one has logged yet
        self.moved = False  # a player moved by hand, and training has to begin anew
        self.start = time.perf_counter()
        self.first_step = self.players.step

    def go(self) -> Iterator[dict[str, Any]]:
        self.window.open()
        yield self._look("running")
        next_look = next_save = 0.0
        # the start too is kept, once its frame is on the page
        self.keeper.snapshot(self.players, self.config, self.seconds)
        for step in self._rounds():
            self.last = step
            self.watch.see(step)
            self.pace.round()
            if step.number % self.log_every == 0:
                self._log(step)
            now = self.seconds
            if now >= next_look:
                self.watch.check(self.players)
                self._note(self.judging.end(now))
                yield self._look("running")
                next_look = now + max(LOOK_EVERY, self.rest)
                if self._asked():
                    break
            if now >= next_save:
                self._save()
                next_save = self.seconds + SAVE_EVERY
            if now >= self.keeper.next_snapshot:
                self.watch.check(self.players)
                self.keeper.snapshot(self.players, self.config, now)
            if self.judging.due(now):
                self.watch.check_weights(self.players)
                self.judging.begin(self.players, now)
            if self.seconds >= self.limit:
                break
        yield self._end("stopped" if self.run.requested("stop") else "done")

    def _rounds(self) -> Iterator[Step]:
        """The rounds of training, begun anew after players were moved by hand."""
        while self.players.step < self.plan.steps:
            self.moved = False
            for step in train(self.players, self._real, self.plan):
                yield step
                if self.moved:
                    break

    @property
    def seconds(self) -> float:
        return self.before + time.perf_counter() - self.start

    def _real(self, n: int, rng: torch.Generator) -> Tensor:
        return self.data.sample(n, rng, self.players.device)

    def _end(self, state: str) -> dict[str, Any]:
        if self.last is not None and self.last.number % self.log_every:
            self._log(self.last)
        self.watch.check(self.players)
        self._save()
        if state == "done":  # who stops a run wants it to end now
            self._measure()
        self.run.clear("stop")
        return self._look(state)

    def _log(self, step: Step) -> None:
        row = step.row(probabilities=OBJECTIVES[self.config.objective].head == "logit")
        self._alive()
        self.run.append_curves(row | {"seconds": self.seconds})

    def _save(self) -> None:
        self.watch.check(self.players)
        self._alive()
        if checkpoint.finite(self.players):
            checkpoint.save(self.run.checkpoint, self.players, self.config)

    def _measure(self) -> None:
        """The last judgement, which is waited for."""
        self.watch.check_weights(self.players)
        self.run.write_status(doing="measuring")
        begin = self.seconds
        self._note(self.judging.now(self.players, begin))
        self.waited = self.seconds - begin
        self.run.write_status(doing=None)

    def _note(self, verdict: Verdict | None) -> None:
        """Write down a judgement, if there is one."""
        if verdict is None:
            return
        entry, field = verdict
        self._alive()
        self.run.append_metrics(entry)
        if field:
            runs.write_whole(self.run.path / "optimum.bin", field)
        values = {name: entry[name] for name in entry if name not in ("step", "seconds")}
        self.run.write_status(metrics=values)

    def _look(self, state: str) -> dict[str, Any]:
        """Write the newest frame and the status."""
        self._alive()
        begin = time.perf_counter()
        payload = self.window.frame(self.players)
        took = time.perf_counter() - begin
        self.rest = min(LOOK_REST * took, LOOK_LATEST) if self.config.kind == "image" else 0.0
        now = self.seconds
        self.run.show(self.players.step, now, payload)
        self.keeper.frame(self.players.step, now, payload, wanted=state != "running")
        done = self.players.step - self.first_step
        rate = done / max(self.seconds - self.before - self.waited, 1e-9)
        return self.run.write_status(
            state=state, step=self.players.step, seconds=self.seconds, steps_per_second=rate,
            device=str(self.players.device), limit=None if math.isinf(self.limit) else self.limit,
        )  # fmt: skip

    def _asked(self) -> bool:
        """Whether to stop; a pause is waited out here, and players are moved by hand in it."""
        if self._held():
            for name in runs.BY_HAND:  # asked for in no pause
                self.run.clear(name)
            self._look("paused")
            self._save()
            begin = time.perf_counter()
            while self._held():
                time.sleep(0.05)
                self._note(self.judging.end(self.seconds))
                self._alive()
                self.start += time.perf_counter() - begin  # a pause is no training
                self._by_hand()
                begin = time.perf_counter()
        return self.run.requested("stop")

    def _held(self) -> bool:
        return self.run.requested("pause") and not self.run.requested("stop")

    def _by_hand(self) -> None:
        """Carry out the half-rounds and rounds that were asked for, and show what they did."""
        for name in filter(self.run.requested, runs.BY_HAND):
            if self.players.step < self.plan.steps:
                self._move(name)
                self._save()
                moves = self.run.status().get("by_hand", 0) + 1
                self.run.write_status(by_hand=moves)
                self._look("paused")
            self.run.clear(name)  # when all of it is written: who asked may wait for this

    def _move(self, name: str) -> None:
        """One half-round, or one round, which is logged."""
        if name == "step-both":
            step = next(train(self.players, self._real, self.plan))
            loss = step.d_loss() + step.g_loss()
            self._log(step)
        else:
            loss = half_round(self.players, self._real, self.plan, name[-1].upper())
        if not bool(loss.isfinite()):
            raise Diverged(self.players.step)
        self.last, self.moved = None, True

    def _alive(self) -> None:
        if not self.run.exists():
            raise Gone

    def _branch_off(self) -> None:
        """Begin where the parent stood, as far as its state fits."""
        start = self.run.path / runs.START
        said = inherit.take_over(start, self.players, self.config)
        self.run.write_status(step=self.players.step, fresh=said)

    def _take_up(self) -> None:
        """Go on from the checkpoint, and forget what was shown after it."""
        where = self.run.checkpoint
        saved, self.players = checkpoint.load(where, self.config.device, resume=True)
        free: dict[str, Any] = {"steps": 1, "seconds": 0.0, "threads": 0}
        if saved.replace(**free) != self.config.replace(**free):
            raise BadInput(f"{self.run.id}: the checkpoint was made by another config.")
        self.run.truncate(self.players.step)
        curves = self.run.curves()
        self.before = float(curves[-1, 1]) if len(curves) else 0.0
        for name in runs.REQUESTS:
            self.run.clear(name)
