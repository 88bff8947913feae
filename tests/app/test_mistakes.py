"""The mistakes page in Streamlit's harness, with the worker's lab called in this process."""

import re

import pytest

from gan_core.catalog import BadInput
from gan_core.executors import Local
from gan_core.presets import preset
from ui.mistakes import lab, lab_began, lab_heads, lab_penalty
from ui.mistakes.catalog import MISTAKES

PAIRS = [(mistake, pair) for mistake in MISTAKES for pair in mistake.pairs]


@pytest.fixture
def asked(monkeypatch):
    """What the worker was asked; it answers from the lab itself, with its longest runs cut."""
    found = []

    def ask(self, request, patience=0.0):
        found.append((request["name"], request["seed"]))
        return lab.ANSWERS[request["do"]](request)

    def short(*names, **changes):
        return preset(*names, **changes | {"steps": 20})

    monkeypatch.setattr(Local, "ask", ask)
    monkeypatch.setattr(lab_heads, "preset", short)
    monkeypatch.setattr(lab_penalty, "preset", short)
    monkeypatch.setattr(lab_began, "ROUNDS", 20)
    lab_began.play.cache_clear()
    yield found
    lab_began.play.cache_clear()


def ran(at):
    """(seed of the run, paper) below each item that was run."""
    return [m[1] for c in at.caption if (m := re.match(r"Seed (\d+), [\d.]+ s\. ", c.value))]


def choose(at, mistake, pair):
    if len(mistake.pairs) > 1:
        at.button_group(key=f"ms_pick_{mistake.name}").set_value(pair.label).run()
    return at


def test_nothing_runs_before_a_click(alone, framed, asked):
    for at in (alone("mistakes"), framed("mistakes")):
        assert not at.exception and not asked and not ran(at)
        assert at.title[0].value == "Mistakes that circulate"
        assert [s.value.split(".")[0] for s in at.subheader] == [str(n) for n in range(1, 10)]
        assert len(at.code) == 18
    assert "return real - fake" in at.code[0].value
    assert "return fake - real" in at.code[1].value


@pytest.mark.parametrize(("mistake", "pair"), PAIRS, ids=lambda v: v.name)
def test_each_pair_runs_and_says_what_came_of_it(mistake, pair, alone, asked):
    at = choose(alone("mistakes"), mistake, pair)
    assert pair.about.split(".")[0][:20] in " ".join(m.value for m in at.markdown)
    before = {m.value for m in at.markdown}
    at.button(key=f"ms_run_{mistake.name}").click().run()
    assert not at.exception and not at.error
    assert ran(at) == ["0"]
    (said,) = {m.value for m in at.markdown} - before
    assert len(re.findall(r"\d", said)) >= 3 and "nan" not in said.replace("is nan", "")
    assert len(asked) == (mistake.name != "claims")


def test_the_seed_of_the_field_is_run_and_stays_in_the_address(alone, asked):
    at = alone("mistakes")
    at.number_input(key="ms_seed_meters").set_value(12).run()
    at.button(key="ms_run_meters").click().run()
    assert asked == [("meter-floor", 12)] and ran(at) == ["12"]
    at.number_input(key="ms_seed_meters").set_value(13).run()
    assert ran(at) == ["12"] and len(asked) == 1  # an outcome keeps the seed it came from
    at = alone("mistakes", ms_seed_meters="14", ms_pick_meters="Below 0")
    at.button(key="ms_run_meters").click().run()
    assert asked[-1] == ("meter-mass", 14)


@pytest.mark.parametrize("bad", ["-1", "abc", "99999999999", "1.5", ""])
def test_a_bad_seed_in_a_link_does_no_harm(bad, alone, asked):
    at = alone("mistakes", ms_seed_meters=bad)
    assert not at.exception
    at.button(key="ms_run_meters").click().run()
    assert not at.exception and len(ran(at)) == 1


def test_an_outcome_survives_other_runs_and_another_variant(alone, asked):
    at = alone("mistakes")
    at.button(key="ms_run_meters").click().run()
    at.button(key="ms_run_claims").click().run()
    assert len(ran(at)) == 2
    choose(at, MISTAKES[-1], MISTAKES[-1].pairs[1])
    assert len(ran(at)) == 1
    choose(at, MISTAKES[-1], MISTAKES[-1].pairs[0])
    assert len(ran(at)) == 2


@pytest.mark.parametrize(
    "error", [BadInput("no such <b>thing</b>"), RuntimeError("gave no answer")]
)
def test_an_error_of_the_worker_is_shown_and_leaves_the_outcome(error, alone, asked, monkeypatch):
    at = alone("mistakes")
    at.button(key="ms_run_meters").click().run()
    working = Local.ask

    def refuse(self, request, patience=0.0):
        raise error

    monkeypatch.setattr(Local, "ask", refuse)
    at.button(key="ms_run_meters").click().run()
    assert not at.exception and len(at.error) == 1 and len(ran(at)) == 1
    assert "<b>" not in at.error[0].value and "try again" in at.error[0].value
    monkeypatch.setattr(Local, "ask", working)
    at.button(key="ms_run_meters").click().run()
    assert not at.error


def test_run_all_runs_every_pair(alone, asked):
    at = alone("mistakes")
    at.button(key="ms_all").click().run(timeout=120)
    assert not at.exception and not at.error
    assert [name for name, _ in asked] == [p.name for m, p in PAIRS if m.name != "claims"]
    assert len(ran(at)) == len(MISTAKES)
    assert set(at.session_state["ms_outcomes"]) == {pair.name for _, pair in PAIRS}
