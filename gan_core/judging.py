"""Judgements of a run in progress: in a thread of their own, one at a time.

Nearly all of a judgement is arithmetic that lets other threads run, so training goes on meanwhile
where it leaves a processor free: points are trained on one, and a GPU leaves them all. Pictures on
a CPU take every one. There rounds beside a judgement took four times as long, which cost more than
to wait for it.
"""

import copy
import time
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import torch

from gan_core.judge import Judge
from gan_core.players import Players
from gan_core.vitals import vitals

FIRST = {"2d": 0.5, "image": 15.0}  # seconds; that of images begins with a slow encoding
LONGEST_PAUSE = {"2d": 3.0, "image": 15.0}  # seconds between judgements, which take a tenth of it

Verdict = tuple[dict[str, Any], bytes | None]  # one line of metrics, and `Judge.field`


class Judging:
    """When to judge, and what came of it; `seconds` are those that the run has trained so far.

    `beside` says whether training goes on meanwhile.
    """

    def __init__(self, judge: Judge, kind: str, seconds: float, beside: bool):
        self._judge, self._beside = judge, beside
        self._longest = LONGEST_PAUSE[kind]
        self._next = seconds + FIRST[kind]
        self._threads = 1 if kind == "2d" else torch.get_num_threads()
        self._pool = ThreadPoolExecutor(1, "judge", self._begin)
        self._running: Future[tuple[Verdict, float]] | None = None

    def due(self, seconds: float) -> bool:
        """Whether it is time, and nothing is being judged."""
        return seconds >= self._next and self._running is None

    def begin(self, players: Players, seconds: float) -> None:
        """Judge the players as they are now, while they go on changing if that is `beside`."""
        if self._beside:
            nets = {name: copy.deepcopy(getattr(players, name)) for name in ("G", "D", "ema")}
            players = replace(players, **nets)
        self._running = self._pool.submit(self._timed, players, seconds)
        if not self._beside:
            self._running.result()

    def end(self, seconds: float) -> Verdict | None:
        """What was judged since the last call; None where nothing is ready."""
        if self._running is None or not self._running.done():
            return None
        verdict, took = self._running.result()
        self._running = None
        self._next = seconds + min(max(1.0, 10 * took), self._longest)
        return verdict

    def now(self, players: Players, seconds: float) -> Verdict:
        """The last judgement, waited for; one under way is given up."""
        verdict, _ = self._pool.submit(self._timed, players, seconds, True).result()
        return verdict

    def close(self) -> None:
        """No more judgements; does not wait for one under way."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _begin(self) -> None:
        """What is set thread by thread."""
        torch.set_num_threads(self._threads)
        torch.set_flush_denormal(True)

    def _timed(self, players: Players, seconds: float, full: bool = False) -> tuple[Verdict, float]:
        begin = time.perf_counter()
        found = self._judge(players, full) | {"vitals": vitals(players)}
        entry = {"step": players.step, "seconds": seconds, **found}
        return (entry, self._judge.field), time.perf_counter() - begin
