"""What a diagnosis says of curves and measurements made up to show one thing each."""

from pathlib import Path

import numpy as np
import pytest
from some_runs import ROWS, curves, names

from gan_core import remedies
from gan_core.alarms import HOPS, PILED, STEEP, STEEPER, TONES, WON
from gan_core.config import validate
from gan_core.health import findings
from gan_core.presets import preset
from gan_core.signs import BALANCE

ROOT = Path(__file__).parents[2]
EVEN = [0.125] * 8


def looks(*shares, em=0.06, em_real=0.05, **more):
    """Measurements, one for each list of mode shares."""
    return [
        {
            "step": 100 * i, "mode_share": share, "modes_total": len(share), "em": em,
            "em_real": em_real, "lost": [m for m, s in enumerate(share) if s < 0.1 / len(share)],
            **more,
        }
        for i, share in enumerate(shares)
    ]  # fmt: skip


def ring(objective="r3gan", **changes):
    return preset(objective, "ring", **changes)


def test_a_pair_at_its_goal_is_converged_and_nothing_else():
    config = ring()
    assert names(config, curves(config), looks(EVEN, EVEN, EVEN)) == ["converged"]


def test_a_gradient_as_steep_as_ever_is_no_convergence():
    config = ring()
    assert names(config, curves(config, g_grad=0.4), looks(EVEN, EVEN, EVEN)) == ["arrived"]


def test_blurred_modes_are_no_convergence():
    config = ring()
    for hq, name in ((0.95, "converged"), (0.8, "unfinished")):
        measured = looks(EVEN, EVEN, EVEN, hq=hq, hq_real=0.989)
        assert names(config, curves(config), measured) == [name]


@pytest.mark.parametrize(("state", "name"), [("running", "learning"), ("done", "unfinished")])
def test_far_from_the_data_without_an_alarm(state, name):
    config = ring()
    far = looks(EVEN, EVEN, EVEN, em=0.5)
    (only,) = findings(config, curves(config), far, {"state": state})
    assert (only.name, only.tone) == (name, "good") and only.number == pytest.approx(10)


@pytest.mark.parametrize("rows", [0, 1, 19])
def test_few_rows_say_nothing(rows):
    config = ring()
    table = curves(config, rows=max(rows, 1))[:rows]
    assert names(config, table, []) == ["early"]


@pytest.mark.parametrize("objective", ["gan", "ns-gan", "lsgan", "hinge", "r3gan"])
def test_d_has_won_below_its_border_and_not_above(objective):
    config = ring(objective)
    far = looks(EVEN, EVEN, EVEN, em=1.0)
    border = WON * BALANCE[objective]
    (first, *_) = findings(config, curves(config, d_loss=0.9 * border, g_grad=1e-7), far)
    assert (first.name, first.tone) == ("d-won", "bad") and first.number < border
    (first, *_) = findings(config, curves(config, d_loss=0.9 * border, g_grad=1.0), far)
    assert (first.name, first.tone) == ("d-won", "warn")
    assert "d-won" not in names(config, curves(config, d_loss=1.1 * border, g_grad=1.0), far)


def test_without_a_gradient_g_stands_still():
    config = ring("hinge")
    far = looks(EVEN, EVEN, EVEN, em=1.0)
    assert names(config, curves(config, g_grad=1e-8), far)[0] == "no-gradient"
    near = looks(EVEN, EVEN, EVEN)
    assert "no-gradient" not in names(config, curves(config, g_grad=1e-8), near)


def test_collapse_names_the_lost_modes():
    config = ring("ns-gan")
    share = [0.5, 0.5, 0, 0, 0, 0, 0, 0]
    scene = {"modes": [[float(i), 0.0] for i in range(8)]}
    (first, *_) = findings(config, curves(config), looks(share, share), scene=scene)
    assert (first.name, first.tone, first.number) == ("collapse", "bad", 6)
    assert "(2.0, 0.0), (3.0, 0.0), (4.0, 0.0) and 3 more" in first.sentence


def test_one_lost_mode_is_a_warning_and_one_look_is_chance():
    config = ring("ns-gan")
    share = [1 / 7] * 7 + [0.0]
    (first, *_) = findings(config, curves(config), looks(share, share))
    assert (first.name, first.tone) == ("collapse", "warn")
    running = {"state": "running"}
    assert "collapse" not in names(config, curves(config), looks(*[EVEN] * 5, share), running)
    assert "collapse" in names(config, curves(config), looks(*[EVEN] * 4, share, share), running)
    assert "collapse" in names(config, curves(config), looks(EVEN, share), {"state": "done"})


def test_modes_that_no_sample_lies_on_are_missed_and_named():
    """Samples near every mode, but on half of them only: no collapse, and no success either."""
    config = ring("ns-gan")
    scene = {"modes": [[float(i), 0.0] for i in range(8)]}
    blurred = looks(*[EVEN] * 4, missed=[0, 2, 4, 6], modes=4, hq=0.2, hq_real=0.989)
    (first, *_) = findings(config, curves(config), blurred, {"state": "done"}, scene)
    assert (first.name, first.tone, first.number) == ("missed", "bad", 4)
    assert first.title == "4 of 8 modes missed" and first.remedy
    assert "(0.0, 0.0), (2.0, 0.0), (4.0, 0.0) and 1 more" in first.sentence
    one = looks(*[EVEN] * 4, missed=[3], modes=7, hq=0.2, hq_real=0.989)
    assert findings(config, curves(config), one, {"state": "done"}, scene)[0].tone == "warn"


def test_modes_too_rare_for_real_samples_are_not_missed():
    config = ring("ns-gan")
    rare = looks(*[EVEN] * 4, missed=[7], modes=7, modes_real=7.2)
    assert "missed" not in names(config, curves(config), rare)


@pytest.mark.parametrize("modes", range(8))
def test_a_run_that_ends_without_all_its_modes_is_never_called_well(modes):
    """Whatever else is measured: the diagnosis agrees with the number of modes on the page."""
    config = ring()
    gone = list(range(modes, 8))
    share = [(0.0 if i in gone[::2] else 1 / 8) for i in range(8)]
    for em in (0.05, 0.5):
        lost = [i for i in gone if share[i] == 0]
        ended = looks(*[share] * 5, em=em, missed=gone, modes=modes, hq=0.97, hq_real=0.989)
        found = findings(config, curves(config), ended, {"state": "done"})
        assert found[0].tone in ("bad", "warn"), found
        said = {one.name: one.number for one in found}
        assert said.get("collapse", 0) + said.get("missed", 0) == len(gone)
        assert said.get("collapse", 0) == len(lost)


def test_what_was_held_before_has_drifted():
    config = ring("ns-gan")
    share = [0.5, 0.5, 0, 0, 0, 0, 0, 0]
    (first, *_) = findings(config, curves(config), looks(EVEN, share, share))
    assert "Earlier G served 8" in first.sentence


def test_lost_classes_of_pictures_are_named():
    config = preset("dcgan", "faces", steps=2000)
    part = {"present": 1, "total": 2, "missing": ["blond"], "counts": [10, 0]}
    entry = {"step": 1, "frechet": 9.0, "frechet_real": 1.0, "classes_total": 2,
             "classes": {"hair": part}}  # fmt: skip
    (first, *_) = findings(config, curves(config), [entry, entry])
    assert first.name == "collapse" and "to blond." in first.sentence


@pytest.mark.parametrize(("moves", "told"), [(1.3 * HOPS, True), (0.7 * HOPS, False)])
def test_samples_that_change_their_mode_hop(moves, told):
    config = ring("ns-gan")
    there = [0.125 + moves, 0.125 - moves, *EVEN[2:]]
    hopping = looks(EVEN, there, EVEN, there, EVEN, there)
    assert ("oscillation" in names(config, curves(config), hopping)) == told


def test_who_still_learns_may_move():
    config = ring("ns-gan")
    there = [0.25, 0, *EVEN[2:]]
    hopping = looks(EVEN, there, EVEN, there, EVEN, there)
    for i, entry in enumerate(hopping):
        entry["em"] = 1 / (1 + i)
    running = {"state": "running"}
    assert names(config, curves(config), hopping, running) == ["learning"]
    for entry in hopping:
        entry["em"] = 0.5
    assert "oscillation" in names(config, curves(config), hopping, running)


def test_curves_that_repeat_themselves_go_round_and_noise_does_not():
    config = ring("ns-gan")
    still = looks(*[EVEN] * 6)
    turns = 1.3 + 0.2 * np.sin(np.arange(ROWS) * 2 * np.pi / 10)
    (only,) = findings(config, curves(config, d_loss=turns), still)
    assert only.name == "oscillation" and only.number > 0.9
    assert f"every {10 * config.steps / ROWS:,.0f} rounds" in only.sentence
    for seed in range(20):
        rng = np.random.default_rng(seed)
        noise = 1.3 + 0.2 * rng.standard_normal(ROWS)
        drift = 1.3 + 0.02 * rng.standard_normal(ROWS).cumsum()
        for values in (noise, drift):
            assert "oscillation" not in names(config, curves(config, d_loss=values), still), seed


@pytest.mark.parametrize(("share", "told"), [(PILED + 0.05, True), (PILED - 0.05, False)])
def test_weights_at_the_limit(share, told):
    config = ring("wgan")
    piled = looks(EVEN, EVEN, EVEN, vitals={"at_limit": share})
    found = {one.name: one for one in findings(config, curves(config), piled)}
    assert ("piled" in found) == told
    if told:
        assert found["piled"].remedy["objective"] == "wgan-gp"


@pytest.mark.parametrize(("end", "word"), [(0.0, "above"), (1.0, "below")])
def test_k_at_an_end(end, word):
    config = ring("began")
    (first, *_) = findings(config, curves(config, k=end), looks(EVEN, EVEN))
    assert first.name == "pinned" and word in first.sentence
    assert "pinned" not in names(config, curves(config, k=0.5), looks(EVEN, EVEN))


def test_k_of_others_is_no_sign():
    config = ring("ns-gan")
    assert "pinned" not in names(config, curves(config, k=0.0), looks(EVEN, EVEN, EVEN))


def test_steep_gradients_and_huge_losses_explode():
    config = ring("wgan-gp")
    fine = looks(EVEN, EVEN, EVEN)
    assert names(config, curves(config, d_grad=1.1 * STEEP["2d"]), fine) == ["exploding"]
    assert names(config, curves(config, d_loss=-1e4), fine) == ["exploding"]
    assert "exploding" not in names(config, curves(config, d_grad=0.9 * STEEP["2d"]), fine)


def test_a_gradient_that_grows_is_told_unless_the_samples_get_better():
    config = ring("hinge")
    still = looks(*[EVEN] * 6, em=0.3)
    for factor, told in ((2 * STEEPER, True), (0.5 * STEEPER, False)):
        grown = np.geomspace(0.1, 0.1 * factor, ROWS)
        assert ("exploding" in names(config, curves(config, g_grad=grown), still)) == told
    for i, entry in enumerate(still):
        entry["em"] = 1 / (1 + i)
    grown = np.geomspace(0.1, 100, ROWS)
    assert "exploding" not in names(config, curves(config, g_grad=grown), still)


def test_a_loss_that_is_no_number_comes_before_all_else():
    config = ring("ns-gan", lr_g=1.0, lr_d=1.0)
    broken = np.full(ROWS, 1.0)
    broken[150:] = np.nan
    (only,) = findings(config, curves(config, d_loss=broken), looks(EVEN))
    assert only.name == "exploded" and only.remedy["lr_g"] < 1
    said = {"state": "failed", "step": 7, "error": "The loss became infinite or undefined (NaN)"}
    (only,) = findings(config, curves(config)[:3], [], said)
    assert only.name == "exploded" and only.number == 7


def every_finding():
    share = [1.0, 0, 0, 0, 0, 0, 0, 0]
    for objective in BALANCE:
        config = preset(objective, "ring", "published", lr_d=0.5)
        for table in (curves(config, d_loss=1e-4, g_grad=1e-8), curves(config, d_grad=1e6)):
            yield from ((config, one) for one in findings(config, table, looks(share, share)))
    for objective in ("wgan", "wgan-gp", "began"):
        config = ring(objective)
        vitals = {"at_limit": 0.9} if objective == "wgan" else {}
        measured = looks(share, share, vitals=vitals)
        yield from ((config, one) for one in findings(config, curves(config, k=1.0), measured))


def test_against_a_d_too_strong_g_is_made_as_fast_and_gets_as_many_steps():
    config = ring("gan", n_critic=10, lr_g=1e-4, lr_d=2e-3, r1=0.0, r2=0.0)
    (first, *_) = findings(config, curves(config, d_loss=1e-5, g_grad=1e-8), looks(EVEN, EVEN))
    cured = config.replace(**first.remedy)
    assert cured.lr_g == cured.lr_d == config.lr_d and cured.n_critic == 1
    assert cured.objective == "ns-gan" and cured.r1 > 0


def test_every_remedy_is_a_valid_config_that_differs_and_has_words():
    told = list(every_finding())
    assert {one.name for _, one in told} >= {"d-won", "collapse", "exploding", "piled", "pinned"}
    for config, one in told:
        assert one.tone in TONES and one.sentence.endswith(".")
        assert one.remedy and one.label, one
        assert validate(config.replace(**one.remedy)) != config


def test_the_most_urgent_comes_first():
    for config in (ring("wgan"), ring("ns-gan")):
        share = [1.0, 0, 0, 0, 0, 0, 0, 0]
        measured = looks(share, share, vitals={"at_limit": 0.9})
        ranks = [TONES.index(one.tone) for one in findings(config, curves(config), measured)]
        assert ranks == sorted(ranks)


def test_runs_measured_before_modes_were_counted_are_read_too():
    config = ring()
    old = [{"step": i, "modes": 8, "modes_total": 8, "em": 0.06, "em_real": 0.05} for i in range(3)]
    assert findings(config, curves(config), old)[0].tone == "good"


@pytest.mark.parametrize(("rates", "who"), [
    ({"lr_g": 0.0}, "G does"), ({"lr_d": 0.0}, "D does"), ({"lr_g": 0.0, "lr_d": 0.0}, "G and D do")
])  # fmt: skip
def test_a_learning_rate_of_0_is_named_at_once(rates, who):
    config = ring(**rates)
    for rows in (1, ROWS):
        (only,) = findings(config, curves(config, rows=rows), looks(EVEN, EVEN))
        assert only.name == "unmoved" and only.title.startswith(who)
        assert set(only.remedy) == set(rates) and min(only.remedy.values()) > 0


def test_a_run_that_ended_after_a_few_rounds_is_told_what_kept_it():
    config = ring(n_critic=50, steps=2000, seconds=3.0)
    (only,) = findings(config, curves(config, rows=16), looks(EVEN), {"state": "done"})
    assert only.tone == "warn" and "50 D steps" in only.sentence
    assert only.remedy == {"n_critic": 1}
    (only,) = findings(config, curves(config, rows=16), looks(EVEN), {"state": "running"})
    assert only.tone == "wait"


def test_cures_leave_a_run_that_does_not_know_its_steps_to_its_time():
    config = preset("dcgan", "digits")
    assert remedies.longer(config) == {"seconds": 2 * config.seconds}
    new = config.replace(**remedies.switched(config))
    assert new == preset(remedies.STABLE, "digits")
    assert remedies.switched(new) == {}
    assert "120 s instead of 60" in remedies.label(config, remedies.longer(config))
    told = config.replace(steps=700)  # by its worker
    assert told.replace(**remedies.switched(told)) == new.replace(steps=700)
