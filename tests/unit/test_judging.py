"""When a run is judged, and whether it trains meanwhile."""

import threading

import pytest

from gan_core.build import build
from gan_core.config import Config
from gan_core.judging import FIRST, Judging


class Slow:
    """A judge that answers when it is let."""

    field = None

    def __init__(self):
        self.may = threading.Event()

    def __call__(self, players, full):
        assert self.may.wait(10)
        return {"em": 1.0, "step_seen": players.step}


@pytest.fixture(scope="module")
def players():
    made, _, _ = build(Config(steps=1, batch=8, width=4, depth=1))
    return made


def test_beside_training_nobody_waits_and_what_is_judged_is_a_copy(players):
    judge = Slow()
    judging = Judging(judge, "2d", 0.0, beside=True)
    assert not judging.due(FIRST["2d"] / 2) and judging.due(FIRST["2d"])
    players.step = 3
    judging.begin(players, 1.0)
    assert judging.end(1.1) is None and not judging.due(100.0)
    players.step = 4
    judge.may.set()
    judging._running.result()
    (entry, field), players.step = judging.end(1.2), 0
    assert entry["step"] == entry["step_seen"] == 3 and entry["seconds"] == 1.0 and field is None
    judging.close()


def test_where_training_takes_every_processor_it_is_waited_for(players):
    judge = Slow()
    judge.may.set()
    judging = Judging(judge, "image", 0.0, beside=False)
    judging.begin(players, 20.0)
    (entry, _) = judging.end(20.0)
    assert entry["seconds"] == 20.0
    assert not judging.due(20.5) and judging.due(22.0)
    judging.close()
