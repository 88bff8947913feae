"""What the samples page tells of a checkpoint."""

import pytest

from gan_core.executors import Local
from gan_core.sampling import ANSWERS, Shelf
from ui import checkpoints


@pytest.fixture(autouse=True)
def answered(monkeypatch):
    checkpoints._ask.clear()
    shelf = Shelf()
    monkeypatch.setattr(Local, "ask", lambda _, asked, *more: ANSWERS[asked["do"]](shelf, asked))


def test_the_curves_of_a_shipped_checkpoint_are_drawn_when_they_are_asked_for(framed):
    at = framed("samples", run="dcgan-mnist")
    assert not at.exception and not at.error
    closed = [e for e in at.expander if "Curves" in e.label]
    assert len(closed) == 1 and not closed[0].children
    at.session_state["s_curves_open"] = True
    at.run()
    opened = next(e for e in at.expander if "Curves" in e.label)
    assert not at.exception and opened.children
    assert [c.key for c in opened.children.values()] == ["s_curves"]
