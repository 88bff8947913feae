"""How many threads a round takes, on a machine that is only two clocks."""

import pytest

from gan_core.pace import HOLD, LONGEST, Pace


class Machine:
    """Two processors. Rounds take `quick` seconds on both; while it is `crowded`, `stuck` seconds
    on both, of which the process gets three quarters, and 1.5 `quick` on one."""

    def __init__(self, quick: float = 0.05, stuck: float = 0.5):
        self.quick, self.stuck, self.crowded = quick, stuck, False
        self.now, self.spent, self.changes = 0.0, 0.0, []
        self.rounds = 0
        self.pace = Pace(2, lambda: self.now, lambda: self.spent, self.changes.append)

    def run(self, seconds: float) -> int:
        """How many rounds are made in so many seconds."""
        end, before = self.now + seconds, self.rounds
        while self.now < end:
            both = self.stuck if self.crowded else self.quick
            took = both if self.pace.threads == 2 else 1.5 * self.quick
            self.now += took
            self.spent += self.pace.threads * took * (0.75 if self.crowded else 0.98)
            self.rounds += 1
            self.pace.round()
        return self.rounds - before


def test_an_idle_machine_is_never_tried():
    machine = Machine()
    machine.run(300)
    assert machine.changes == []


def test_a_crowded_machine_gets_one_thread_within_seconds():
    machine = Machine()
    machine.run(10)
    machine.crowded = True
    machine.run(5)
    assert machine.pace.threads == 1
    assert machine.run(60) > 0.8 * 60 / (1.5 * machine.quick)  # trials cost little


def test_all_threads_come_back_when_the_others_are_gone():
    machine = Machine()
    machine.crowded = True
    machine.run(30)
    machine.crowded = False
    machine.run(LONGEST + HOLD)
    assert machine.pace.threads == 2
    changes = len(machine.changes)
    machine.run(100)
    assert len(machine.changes) == changes


def test_where_all_threads_are_quicker_all_the_same_they_stay():
    machine = Machine(stuck=0.06)
    machine.crowded = True
    rounds = machine.run(400)
    assert machine.pace.threads == 2
    assert rounds > 0.95 * 400 / machine.stuck


@pytest.mark.parametrize("stuck", [5.0, 20.0])
def test_a_trial_that_loses_is_over_after_one_round(stuck):
    machine = Machine(stuck=stuck)
    machine.crowded = True
    machine.run(6 * stuck)
    assert machine.pace.threads == 1
    tried = len(machine.changes)
    machine.run(LONGEST + 2 * stuck)
    assert machine.pace.threads == 1
    assert len(machine.changes) - tried <= 2 * (LONGEST + 2 * stuck) / HOLD


def test_one_thread_is_all_there_is():
    changes = []
    pace = Pace(1, lambda: 0.0, lambda: 0.0, changes.append)
    for _ in range(1000):
        pace.round()
    assert changes == []
