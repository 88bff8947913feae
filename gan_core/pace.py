"""How many threads a round takes: all of them, or one while others want the processors.

The threads of a product wait for each other. On a machine that has nothing else to do that is what
makes them quick; where another program takes a processor from one of them all the others stand
still, and rounds on two threads were seen to take ten times as long as on one.

Nothing is guessed: the kernel counts how often it took a processor away, and where it goes on doing
so, a few rounds are timed on the other number of threads.
"""

import time
from collections.abc import Callable

import torch

from gan_core.runs import taken_away

WINDOW = 1.0  # seconds between two looks at what the kernel counted
TAKEN = 15.0  # times a second that a processor was taken away; see benchmarks/crowded.py
TRIED = 3  # rounds that the other number of threads is tried for; the quickest of them counts
LOST = 3.0  # times as slow as usual: a trial is over at once
MUCH = 1.2  # times as quick: else the number of threads stays as it is
HOLD, LONGEST = 5.0, 40.0  # seconds from one trial to the next, twice as long after each in vain


class Pace:
    """Told of every round, it sets the threads of the thread that it is called from.

    The number of threads changes how sums are rounded, so of a run that must repeat itself to the
    bit the threads are given, and its Pace has nothing to choose. `clock`, `taken` (how often a
    processor was taken away so far) and `use` (which sets the threads) stand for the machine.
    """

    def __init__(
        self,
        threads: int,  # most; with 1 there is nothing to choose
        clock: Callable[[], float] = time.perf_counter,
        taken: Callable[[], int] = taken_away,
        use: Callable[[int], None] = torch.set_num_threads,
    ):
        self._all = self.threads = threads
        self._clock, self._taken, self._use = clock, taken, use
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
            rate = (self._taken() - self._seen) / (now - self._since)
            pace = (now - self._since) / len(self._times)
            self._begin(WINDOW)
            crowded, self._crowded = self._crowded, rate > TAKEN
            if (crowded and rate > TAKEN) or self.threads == 1:  # twice: a click is soon over
                self._usual = pace
                self._switch()

    def _begin(self, wait: float) -> None:
        """Begin to count anew, for at least `wait` seconds."""
        self._since, self._seen, self._wait = self._last, self._taken(), wait
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
