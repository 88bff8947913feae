"""A click that is reported twice acts once; other clicks, and later ones, act again."""

import pytest
import streamlit as st

from ui import clicks


@pytest.fixture
def done(monkeypatch):
    """What a wrapped callback did, under a clock that stands at `now[0]`."""
    did, now = [], [100.0]
    monkeypatch.setattr(clicks.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(st, "session_state", {})

    @clicks.once
    def act(*args):
        now[0] += 5  # it takes longer than a repeated click is waited for
        did.append(args)

    return did, now, act


def test_the_same_click_acts_once_even_if_it_took_long(done):
    did, now, act = done
    act("a", 1)
    now[0] += clicks.AGAIN / 2
    act("a", 1)
    assert did == [("a", 1)]


def test_a_later_click_and_another_one_act(done):
    did, now, act = done
    act("a")
    now[0] += clicks.AGAIN / 2
    act("b")
    now[0] += clicks.AGAIN + 0.01
    act("b")
    assert did == [("a",), ("b",), ("b",)]
