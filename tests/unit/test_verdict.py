"""The verdict table: sorted, with what real data score, and a sentence that fits the figures."""

import pytest

from gan_core import runs
from gan_core.presets import preset
from ui import verdict
from ui.verdict import Entry

PERFECT = {"modes_real": 8, "hq_real": 0.989, "reverse_kl_real": 0.0014, "em_real": 0.064}
WHOLE = {"modes": 8, "modes_total": 8, "hq": 0.97, "reverse_kl": 0.002, "em": 0.08} | PERFECT


@pytest.fixture
def entry(tmp_path):
    def make(name="run-a", state="done", history=(), waits=False, error=None, **metrics):
        run = runs.create(preset("ns-gan", "ring"), tmp_path / name)
        status = run.write_status(state=state, metrics=metrics, seconds=7.0, error=error)
        return Entry(run, name, status, history, waits)

    return make


def test_the_best_comes_first_and_what_failed_last(entry):
    made = [
        entry("run-a", em=0.4, em_real=0.1),
        entry("run-b", "failed", em=0.1, em_real=0.1),
        entry("run-c", em=0.2, em_real=0.1),
        entry("run-d", "queued"),
    ]
    assert [e.label for e in verdict.order(made)] == ["run-c", "run-a", "run-d", "run-b"]
    lines = verdict.table(made).splitlines()
    assert [i for i, line in enumerate(lines) if "run-c" in line] == [2]


def test_each_measure_stands_beside_what_real_data_score(entry):
    head, _, row = verdict.table([entry(**WHOLE)]).splitlines()
    for title in ("Modes (of 8)", "(real 98.9)", "(real 0.0014)", "(real 0.064)"):
        assert title in head
    for value in ("| 8 |", "97.0", "0.080", "7.0", "Finished"):
        assert value in row


def test_data_without_modes_have_no_columns_for_them(entry):
    head = verdict.table([entry(em=0.1, em_real=0.1)]).splitlines()[0]
    assert "Modes" not in head and "EM (real" in head


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "nearly as sharp"),
        ({"hq": 0.3}, "only 30 %"),
        ({"modes": 1}, "Collapsed onto 1 of 8"),
        ({"modes": 0}, "None of its samples"),
        ({"modes": 0, "reverse_kl": 2.07}, "lie together"),
        ({"modes": 6}, "never reached 2 of 8"),
    ],
)
def test_a_sentence_fits_the_figures(changes, words, entry):
    assert words in verdict.happened(entry(**WHOLE | changes))


def test_what_was_held_before_is_remembered(entry):
    lost = entry(history=[{"modes": 8}, {"modes": 5}], **WHOLE | {"modes": 5})
    assert verdict.happened(lost) == "It reached 8 modes and lost 3 again."
    gone = entry("run-b", history=[{"modes": 7}], **WHOLE | {"modes": 2})
    assert "it held 7 before" in verdict.happened(gone)


def test_what_has_not_ended_or_went_wrong_says_so(entry):
    assert "waits" in verdict.happened(entry("run-a", "queued", waits=True))
    assert "waits" not in verdict.happened(entry("run-b", "queued"))
    assert verdict.happened(entry("run-c", "running", **WHOLE)).startswith("So far: all 8")
    broke = entry("run-d", "failed", error="The loss became NaN at step 4. Lower the rates.")
    assert verdict.happened(broke) == "The loss became NaN at step 4."
    assert "before it was measured" in verdict.happened(entry("run-e", "stopped"))


def test_without_modes_the_distance_speaks(entry):
    assert "Hardly" in verdict.happened(entry("run-a", em=0.1, em_real=0.09))
    assert "4.0 times" in verdict.happened(entry("run-b", em=0.4, em_real=0.1))
