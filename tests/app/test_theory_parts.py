"""The parts below the theory pages' figures: every control, odd pairs, refusals."""

import math
import re

import numpy as np
import pytest

from gan_core.catalog import OBJECTIVES, BadInput
from gan_core.divergences import distances, parse
from gan_core.executors import Local
from ui import pair
from ui.theory import bins, dirac, learned, samples, sweep, worker

DIVERGENCES = ["Sweep", "Race", "From samples", "All figures", "Formulas"]
EQUILIBRIUM = ["Train a small D", "Dirac-GAN", "Five free bins", "All objectives", "Proofs"]
SAMPLE = f"sample({','.join(f'{v:.3f}' for v in np.random.default_rng(0).normal(1, 1, 60))})"
PAIRS = [
    ("point(0)", "point(1)"),
    ("mixture(0.5*point(0)+0.5*normal(0,1))", "uniform(-1,1)"),
    ("histogram(0,5,1,0,4,2,1)", "histogram(0,5,3,1,1,1,4)"),
    ("student_t(1,0,1)", "gamma(2,1)"),
    ("normal(0,1)", SAMPLE),
    (SAMPLE, "beta(0.5,2)"),
]


def text(at):
    """All Markdown of a page."""
    return "\n".join(m.value for m in at.markdown)


@pytest.mark.parametrize("part", DIVERGENCES)
@pytest.mark.parametrize(("p", "q"), PAIRS, ids=lambda spec: spec[:12])
def test_every_part_of_divergences(part, p, q, alone):
    at = alone("divergences", p=p, q=q, dv_part=part)
    assert not at.exception
    assert at.button_group(key="dv_part").value == part


@pytest.mark.parametrize("part", EQUILIBRIUM)
@pytest.mark.parametrize(("p", "q"), PAIRS[1:5], ids=lambda spec: spec[:12])
def test_every_part_of_equilibrium(part, p, q, alone):
    at = alone("equilibrium", p=p, q=q, eq_part=part)
    assert not at.exception
    assert at.button_group(key="eq_part").value == part


def test_the_sweep_of_wgans_example_is_one_click(alone):
    at = alone("divergences", dv_part="Sweep")
    at.button(key="dv_sweep_0").click().run()
    assert not at.exception
    said = text(at)
    assert re.search(r"Jensen–Shannon, √JS, Total variation and Hellinger are flat", said)
    assert re.search(r"EM and Wasserstein W₂ give a slope to follow", said)
    assert "are infinite, and so give none" in said


def test_every_sweep_example_and_parameter(alone):
    at = alone("divergences", q="mixture(0.3*normal(0,1)+0.7*laplace(2,1))", dv_part="Sweep")
    for key in at.selectbox(key="dv_theta").options:
        at.selectbox(key="dv_theta").set_value(key).run()
        assert not at.exception
        assert "At θ = " in text(at)
    for i, (p, q, key) in enumerate(sweep.EXAMPLES.values()):
        at.button(key=f"dv_sweep_{i}").click().run()
        assert not at.exception
        assert (at.session_state["pair"]["specs"], at.selectbox(key="dv_theta").value) == (
            {"p": p, "q": q},
            key,
        )


def test_the_race_says_who_stands_still(alone):
    at = alone("divergences", p="point(0)", q="point(1)", dv_part="Race")
    said = text(at)
    assert "EM and Wasserstein W₂ arrive at their smallest value" in said
    assert "Total variation and Hellinger stand still" in said
    assert "have no gradient" in said
    at.select_slider(key="dv_race_rate").set_value(0.5).run()
    at.selectbox(key="dv_race_theta").set_value("shift").run()
    assert not at.exception and "arrive" in text(at)


def test_estimates_beside_the_exact_values(alone):
    at = alone("divergences", p="normal(0,1)", q="normal(1,1)", dv_part="From samples")
    (table,) = [m.value for m in at.markdown if m.value.startswith("| distance | exact")]
    cells = [c.strip() for c in next(r for r in table.split("\n") if "EM" in r).split("|")[1:]]
    assert float(cells[1]) == 1.0 and abs(float(cells[2]) - 1) < 0.1
    for n in (samples.SIZES[0], samples.SIZES[-1]):
        at.select_slider(key="dv_samples_n").set_value(n).run()
        assert not at.exception
    at.number_input(key="dv_samples_seed").set_value(7).run()
    assert not at.exception


def test_a_sample_is_read_with_its_interval_and_floor(alone):
    at = alone("divergences", p="normal(0,1)", q=SAMPLE, dv_part="All figures")
    (table,) = [m.value for m in at.markdown if m.value.startswith("| distance")]
    assert "estimated from n = 60 samples" in table and "floor" in table
    d = distances(parse("normal(0,1)"), parse(SAMPLE))
    assert f"{d.w1:.10g}" in table


def test_a_small_discriminator_comes_near_its_optimum(alone):
    at = alone("equilibrium", p="normal(0,1)", q="normal(1,1)")
    assert "of its optimum" not in text(at)
    at.select_slider(key="eq_learned_steps").set_value(300).run()
    at.button(key="eq_learned_train").click().run()
    assert not at.exception
    share = float(re.search(r"D is at ([\d.]+) % of its optimum", text(at))[1])
    assert 80 < share <= 100
    at.selectbox(key="eq_learned_objective").set_value("lsgan").run()
    assert any("press Train D again" in m.value for m in at.info)
    assert "began" not in learned.ABLE


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_the_dirac_gan_of_every_objective(objective, alone):
    at = alone("equilibrium", eq_part="Dirac-GAN", eq_dirac_objective=objective)
    assert not at.exception and "walk" in text(at)
    at.button_group(key="eq_dirac_scheme").set_value("alternating").run()
    at.slider(key=f"eq_dirac_{objective}_r1").set_value(2.0).run()
    at.slider(key="eq_dirac_noise").set_value(0.5).run()
    at.select_slider(key="eq_dirac_steps").set_value(100).run()
    assert not at.exception
    for name in dirac.OWN.get(objective, {}):
        slider = at.slider(key=f"eq_dirac_{objective}_{name}")
        slider.set_value(slider.max).run()
        assert not at.exception


def test_words_about_the_dirac_gan_follow_its_eigenvalues(alone):
    def said(**query):
        return text(alone("equilibrium", eq_part="Dirac-GAN", **query))

    assert "spirals out (|λ| = 1.00" in said(eq_dirac_objective="gan")
    assert "circles" in said(eq_dirac_objective="gan", eq_dirac_scheme="alternating")
    assert re.search(r"(spirals|goes straight) in", said(eq_dirac_objective="r3gan"))
    assert "There are no eigenvalues" in said(eq_dirac_objective="wgan-gp")


def test_five_bins_converge_or_do_not(alone):
    at = alone("equilibrium", eq_part="Five free bins", eq_bins_start="Even")
    said = text(at)
    assert "**GAN, minimax** converges" in said and "**BEGAN** stays away" in said
    for real in bins.REAL:
        at.button_group(key="eq_bins_real").set_value(real).run()
        assert not at.exception
    at.select_slider(key="eq_bins_rate").set_value(0.05).run()
    at.toggle(key="eq_bins_decay").set_value(True).run()
    assert not at.exception


def test_bins_of_zeros_are_explained_and_nothing_is_lost(alone):
    at = alone("equilibrium", eq_part="Five free bins", eq_bins_real="First two bins")
    weights = "_".join(map(str, bins.REAL["First two bins"]))
    for i in (0, 1):
        at.number_input(key=f"eq_bins_p{i}_{weights}").set_value(0.0).run()
    assert not at.exception
    (warning,) = at.warning
    assert "raise at least one" in warning.value
    at.number_input(key=f"eq_bins_p0_{weights}").set_value(1.0).run()
    assert not at.warning and "**GAN, minimax**" in text(at)


@pytest.mark.parametrize(
    ("page", "query"),
    [
        ("divergences", {"dv_part": "From samples"}),
        ("equilibrium", {"eq_part": "Dirac-GAN"}),
        ("equilibrium", {"eq_part": "Five free bins"}),
    ],
)
@pytest.mark.parametrize("error", [BadInput("n is 5: take 20."), RuntimeError("It ended.")])
def test_a_worker_that_refuses_or_ends_is_explained(page, query, error, alone, monkeypatch):
    def refuse(self, request, patience=0.0):
        raise error

    monkeypatch.setattr(Local, "ask", refuse)
    worker._answer.clear()  # an answer that is kept needs no worker
    at = alone(page, p="normal(0.123,1)", **query)
    assert not at.exception
    assert any(str(error)[:5] in w.value for w in at.warning)


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        ({"spec": "normal(0,-1)"}, "greater than 0"),
        ({"spec": "normal(0,inf)"}, "number"),
        ({"spec": "histogram(0,1,0,0)"}, "every bar has height 0"),
        ({"sample": ""}, "empty"),
        ({"sample": "1\n2\nthree\n4"}, "three"),
        ({"sample": "1 2 nan 4 5 6"}, "finite"),
        ({"sample": "1 2 inf 4 5 6"}, "finite"),
        ({"sample": "1\n" * 10_000_000}, "keep one in 100"),
    ],
)
def test_bad_input_says_what_to_change_and_the_figure_stays(sent, reason, alone, monkeypatch):
    at = alone("divergences", p="normal(0,1)", q="normal(3,1)", dv_part="All figures")
    found = at.session_state["pair"]
    pair._take(found, "q", *(sent.get("sample", sent.get("spec")), "sample" in sent))
    assert reason in found["bad"]["q"][1]
    assert str(found["read"]["q"]) == found["specs"]["q"] == "normal(3,1)"
    at.run()
    assert not at.exception
    assert any("| EM, W₁ | 3 |" in m.value for m in at.markdown)


def test_a_long_sample_stays_out_of_the_address(alone):
    numbers = f"sample({','.join(str(i / 7) for i in range(2000))})"
    at = alone("divergences")
    found = at.session_state["pair"]
    pair._take(found, "q", numbers[7:-1], True)
    at.query_params.pop("q", None)  # so that the page writes the address anew
    at.run()
    assert not at.exception and at.query_params["q"] == "sample-of-2000"
    assert any("too long for a link" in i.value for i in at.info)
    assert "sample" in pair.short(found, "q") and len(pair.short(found, "q")) < 40
    assert math.isfinite(distances(found["read"]["p"], found["read"]["q"]).w1)


def test_whoever_opens_the_link_of_a_long_sample_is_told(alone):
    at = alone("divergences", q="sample-of-2000")
    assert any("sample of 2,000 numbers" in w.value for w in at.warning)
    assert at.query_params["q"] == "sample-of-2000"
