"""The mistakes page's experiments: each wrong side does what is said of it, each right side not.

Those that train for seconds are in tests/slow/test_mistakes_train.py.
"""

import math
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from gan_core.answers.wire import unpack
from gan_core.catalog import BadInput
from gan_core.divergences import distances, parse
from ui.mistakes import claims, lab, lab_began, lab_meters, readings
from ui.mistakes.catalog import MISTAKES
from ui.mistakes.item import FITS
from ui.mistakes.twin import percent, short, times
from ui.theory.source import source

ROOT = Path(__file__).parents[2]
PAIRS = [pair for mistake in MISTAKES for pair in mistake.pairs]
SEEDS = (0, 1, 7)


def numbers(name, seed):
    """What both sides of one experiment came to."""
    experiment = {**lab.EXPERIMENTS, **claims.EXPERIMENTS}[name]
    return experiment(True, seed)[0], experiment(False, seed)[0]


def test_every_pair_has_one_experiment_and_every_experiment_a_pair():
    names = [pair.name for pair in PAIRS]
    assert sorted(names) == sorted([*lab.EXPERIMENTS, *claims.EXPERIMENTS])
    assert len(MISTAKES) == 9 and len({m.name for m in MISTAKES}) == 9


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.name)
def test_the_lines_shown_exist_and_differ(pair):
    wrong, right = (
        "\n".join(source(*line.split(":"))[0] for line in lines)
        for lines in (pair.wrong, pair.right)
    )
    assert wrong and right and wrong != right
    for lines in (pair.wrong, pair.right):
        assert len({line.split(":")[0] for line in lines}) == 1  # the caption names one file


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.name)
def test_what_a_line_is_about_stands_where_it_is_seen(pair):
    """No comment of the lab's own code begins or ends beyond the right edge."""
    for line in (*pair.wrong, *pair.right):
        if line.startswith("ui/"):
            shown = source(*line.split(":"))[0].split("\n")
            assert all(len(text) <= FITS for text in shown if "#" in text)


def test_points_outside_the_window_are_counted():
    x = np.array([0.0, 5.0, -1.0, 0.5])
    assert readings.outside(x, 0 * x) == "1 of 4 points lie outside"
    assert readings.outside(0 * x, x[::-1] / 5) == ""


@pytest.mark.parametrize("seed", SEEDS)
def test_one_mix_is_unbiased_but_scatters(seed):
    wrong, right = numbers("penalty-one-mix", seed)
    assert wrong["std"] > 2.5 * right["std"]
    assert abs(wrong["mean"] - right["mean"]) < 4 * wrong["std"] / math.sqrt(200)


@pytest.mark.parametrize("seed", SEEDS)
def test_an_attached_fake_leaves_g_where_it_is(seed):
    wrong, right = numbers("batch-attached", seed)
    assert abs(wrong["end"] - wrong["start"]) < 0.2
    assert abs(right["end"]) < 0.3
    assert wrong["gradient"] < 0.3 * right["gradient"]


@pytest.mark.parametrize("seed", SEEDS)
def test_a_reused_batch_is_learnt_by_heart(seed):
    wrong, right = numbers("batch-reused", seed)
    assert wrong["reported"] > 0.3
    assert abs(right["reported"]) < 0.15 and abs(wrong["fresh"]) < 0.15


@pytest.mark.parametrize("seed", SEEDS)
def test_a_forgotten_seed_does_not_repeat(seed):
    wrong, right = numbers("seeds", seed)
    assert wrong["apart"] > 0.01 and wrong["same"] < wrong["steps"] / 10
    assert right["apart"] == 0 and right["same"] == right["steps"]


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_said_of_js_and_kl(seed):
    wrong, right = numbers("js-asymmetric", seed)
    assert wrong["apart"] > 0.05 and right["apart"] < 1e-12
    wrong, right = numbers("js-limit", seed)
    assert wrong["fires"] == 0 and wrong["most"] < math.log(2) < right["most"] < 1
    assert right["fires"] > 0
    wrong, right = numbers("kl-denominator", seed)
    assert wrong["meeting"] == pytest.approx(-math.log(2), abs=1e-6) and wrong["most"] < 0
    assert right["meeting"] == 0 and right["least"] == 0
    wrong, right = numbers("js-undefined", seed)
    assert wrong["nan_touching"] > 0 and right["nan"] == 0
    assert right["last"] == pytest.approx(math.log(2)) and right["bend"] < 1e-12


def test_the_wrong_kl_is_what_the_page_says_it_is():
    """KL with p + q below is KL(p‖m) − log 2."""
    p, q = "normal(0,1)", "normal(1.5,1.2)"
    to_middle = distances(p, f"mixture(0.5*{p}+0.5*{q})", names=("kl",)).kl
    assert claims.wrong_kl(parse(p), parse(q)) == pytest.approx(to_middle - math.log(2), abs=1e-6)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_sparse_histogram_never_reads_0_and_lost_mass_reads_below(seed):
    wrong, right = numbers("meter-floor", seed)
    assert wrong["reading"] > 0.3 and wrong["floor"] == 0 and wrong["last"] > 0.005
    assert right["reading"] < 4 * right["floor"] < 0.02
    wrong, right = numbers("meter-mass", seed)
    assert -0.4 < wrong["least"] < -0.3 and 0.4 < wrong["lost"] < 0.8
    assert right["least"] >= 0 and right["lost"] < 0.1 and right["last"] > 1


def test_normalised_cells_sum_to_one_with_the_rest():
    cells = lab_meters.normalised(np.array([0.2, 0.0, 0.3]))
    assert len(cells) == 4 and cells.sum() == pytest.approx(1) and cells.min() > 0
    assert cells[-1] == pytest.approx(0.5, abs=1e-4)


def test_balance_and_measure_of_began_at_its_equilibrium():
    real, gamma = 0.4, 0.5
    fake = gamma * real
    assert lab_began.right_m(real, fake, gamma) == real < lab_began.wrong_m(real, fake, gamma)
    assert lab_began.right_balance(real, fake, gamma)
    assert not lab_began.wrong_balance(real, fake, gamma)


def test_the_worker_answers_with_both_sides():
    about, data = lab.ANSWERS["mistake"]({"do": "mistake", "name": "meter-mass", "seed": 3})
    arrays = unpack(about, data)
    assert set(arrays) == {f"{s}.{n}" for s in ("wrong", "right") for n in ("lost", "readings")}
    assert arrays["wrong.readings"].min() == pytest.approx(about["wrong"]["least"], rel=1e-5)
    assert about["seed"] == 3 and about["seconds"] > 0


@pytest.mark.parametrize("seed", [-1, 2**31, 1.5, "0", True, None])
def test_a_bad_seed_is_refused(seed):
    with pytest.raises(BadInput, match="seed="):
        lab.mistake({"name": "meter-mass", "seed": seed})


def test_an_unknown_mistake_is_refused_with_the_nearest():
    with pytest.raises(BadInput, match="began-k"):
        lab.mistake({"name": "began-kk", "seed": 0})


def test_the_lab_needs_no_streamlit():
    code = "import sys; sys.modules['streamlit'] = None; import ui.mistakes.lab"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


def test_the_texts_of_the_page_need_no_torch():
    code = "import sys, ui.mistakes.catalog; assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


def test_numbers_in_sentences():
    assert [short(v) for v in (0, 6.555, -0.039, 1e-7)] == ["0", "6.55", "−0.04", "1.00e−7"]
    assert times(229582, 1) == "230,000 times" and times(3, 2) == "1.5 times"
    shares = (0, 0.001, 0.36, 0.999, 1)
    assert [percent(v) for v in shares] == ["0 %", "0.1 %", "36 %", "99.9 %", "100 %"]
