"""How many threads a round takes: all of them, or one while others want the processors.

The threads of a product wait for each other, and wait by asking again and again. On a machine that
has nothing else to do that is what makes them quick; where other programs take a processor from one
of them all the others stand still. Beside four of them a round was seen to take a hundred times as
long on two threads as on one (benchmarks/crowded.py).

Nothing is guessed: where this process gets less of the processors than its threads ask for, a few
rounds are timed on the other number of threads.
"""

import time
from collections.abc import Callable

import torch

WINDOW = 1.0  # seconds between two looks at what the process got
ENOUGH = 0.85  # of its threads' time; 0.99 on an idle machine, 0.8 beside one busy program
TRIED = 3  # rounds that the other number of threads is tried for; the quickest of them counts
LOST = 3.0  # times as slow as usual: a trial is over at once
MUCH = 1.2  # times as quick: else the number of threads stays as it is
HOLD, LONGEST = 5.0, 40.0  # seconds from one trial to the next, twice as long after each in vain


class Pace:
    """Told of every round, it sets the threads of the thread that it is called from.

    The number of threads changes how sums are rounded, so of a run that must repeat itself to the
    bit the threads are given, and its Pace has nothing to choose. `clock`, `spent` (processor
    seconds of this process so far) and `use` (which sets the threads) stand for the machine.
    """

    def __init__(
        self,
        threads: int,  # most; with 1 there is nothing to choose
        clock: Callable[[], float] = time.perf_counter,
        spent: Callable[[], float] = time.process_time,
        use: Callable[[int], None] = torch.set_num_threads,
    ):
        self._all = self.threads = threads
        self._clock, self._spent, self._use = clock, spent, use
        self._hold = HOLD
        self._usual = 0.0  # seconds a round before a trial; 0 while none is made
        self._last = clock()
        self._crowded = False
        self._begin(WINDOW)

    def round(self) -> None:
        """A round is over."""
        if self._all == 1:
            return
        now = self._clock()
        self._times.append(now - self._last)
        self._last = now
        if self._usual:
            self._try()
        elif now - self._since >= self._wait:
            self._look(now - self._since)

    def _look(self, seconds: float) -> None:
        """So many seconds are over; begin a trial where they say so."""
        pace = seconds / len(self._times)
        got = (self._spent() - self._before) / (seconds * self.threads)
        crowded, self._crowded = self._crowded, got < ENOUGH
        self._begin(WINDOW)
        if (crowded and self._crowded) or self.threads == 1:  # twice: a click is soon over
            self._usual = pace
            self._switch()

    def _begin(self, wait: float) -> None:
        """Begin to count anew, for at least `wait` seconds."""
        self._since, self._before, self._wait = self._last, self._spent(), wait
        self._times: list[float] = []

    def _try(self) -> None:
        """A round of a trial is over."""
        best = min(self._times)
        if len(self._times) < TRIED and best < LOST * self._usual:
            return
        if MUCH * best < self._usual:
            self._hold = HOLD
        else:
            self._switch()
            self._hold = min(2 * self._hold, LONGEST)
        self._usual = 0.0
        self._begin(self._hold)

    def _switch(self) -> None:
        self.threads = 1 if self.threads == self._all else self._all
        self._use(self.threads)
