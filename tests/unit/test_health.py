"""What a diagnosis says of curves and measurements made up to show one thing each."""

from pathlib import Path

import numpy as np
import pytest
import torch

from gan_core import features, metrics, remedies
from gan_core.alarms import HOPS, LITTLE, PILED, STEEP, STEEPER, TONES, WON
from gan_core.config import validate
from gan_core.data import Images, load
from gan_core.health import findings, soonest
from gan_core.presets import preset
from gan_core.runs import CURVES, Run
from gan_core.signs import BALANCE

ROOT = Path(__file__).parents[2]
ROWS = 200
EVEN = [0.125] * 8


def curves(config, rows=ROWS, **columns):
    """Rows of a pair in balance, with small noise; columns replaced by numbers or arrays."""
    rng = np.random.default_rng(0)
    balance = BALANCE.get(config.objective, 0.0)
    values = {"step": np.linspace(config.steps / rows, config.steps, rows), "d_loss": balance,
              "g_loss": 0.7, "d_real": 0.5, "d_fake": 0.5, "d_grad": 0.1,
              "g_grad": np.linspace(0.4, 0.05, rows), "seconds": 1.0}  # fmt: skip
    table = np.zeros((rows, len(CURVES)))
    for name, value in (values | columns).items():
        noise = 0 if name in columns or name == "step" else 1e-3
        table[:, CURVES.index(name)] = value + noise * rng.standard_normal(rows)
    return table


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


def names(*given, **more):
    return [one.name for one in findings(*given, **more)]


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


def pictures(distances, missing=(), total=10):
    """Measurements of pictures, one for each Fréchet distance."""
    part = {"present": total - len(missing), "total": total, "missing": list(missing),
            "counts": [10.0] * total}  # fmt: skip
    return [
        {"step": i, "frechet": d, "frechet_real": 0.3, "classes_total": total,
         "classes_present": total - len(missing), "classes": {"digit": part}}
        for i, d in enumerate(distances)
    ]  # fmt: skip


FALLING, FLAT = [20.0 * 0.8**i for i in range(10)], [20.0] * 10


@pytest.mark.parametrize("steps", [40, 120, 199])
@pytest.mark.parametrize("state", ["running", "done"])
def test_pictures_are_not_judged_before_there_can_be_any(steps, state):
    mush = pictures([80.0] * 3, missing=list("abcdefghi"))
    for seconds in (0.0, 60.0):
        config = preset("dcgan", "digits", steps=steps, seconds=seconds)
        (only,) = findings(config, curves(config), mush, {"state": state})
        assert only.name == "early"
    if state == "done":  # and the run that is offered can be
        cured = config.replace(**only.remedy)
        assert cured.steps > soonest(cured) and not cured.seconds
    config = preset("dcgan", "digits", steps=2000)
    assert "collapse" in names(config, curves(config), mush, {"state": "done"})


@pytest.mark.parametrize(("measured", "told"), [(FALLING, False), (FLAT, True)])
def test_a_sharp_d_is_no_alarm_while_pictures_get_better(measured, told):
    config = preset("dcgan", "digits", steps=2000)
    sure = curves(config, d_loss=0.01, g_grad=5.0)
    for state in ("running", "done"):
        found = names(config, sure, pictures(measured), {"state": state})
        assert ("d-won" in found) == told
    dead = curves(config, d_loss=0.01, g_grad=1e-8)  # nothing comes of that, whatever came before
    assert names(config, dead, pictures(measured))[0] == "d-won"


def test_few_of_many_classes_are_left_to_the_classifiers_own_errors():
    config = preset("dcgan", "faces", steps=2000)
    few = pictures(FLAT, missing=["a", "b", "c"], total=164)
    assert "collapse" not in names(config, curves(config), few)
    assert "collapse" in names(config, curves(config), pictures(FLAT, missing=["7"]))


def judged(judge, fake, looks=5):
    """Measurements of pictures that no longer change, as a run would write them."""
    return [{"step": 100 * i, **judge(fake)} for i in range(1, looks + 1)]


@pytest.fixture(scope="module")
def unnamed():
    """Pictures that no classifier knows, and their judge."""
    pixels = load("digits", 16).pixels[:400]
    images = Images("folder:mine", pixels)
    return images, metrics.ImageJudge(images, features.space_for(images))


def test_one_picture_over_and_over_is_a_collapse_and_real_ones_are_not(unnamed):
    images, judge = unnamed
    config = preset("dcgan", "folder:mine")
    stuck = judged(judge, images.take(torch.zeros(100, dtype=torch.long)))
    assert stuck[-1]["diversity"] == 0 < stuck[-1]["diversity_real"]
    for state in ("running", "done"):
        found = {f.name: f for f in findings(config, curves(config), stuck, {"state": state})}
        assert found["collapse"].number == 0 and found["collapse"].tone == "bad"
        assert found["collapse"].remedy and "0 % of what two real" in found["collapse"].sentence
    few = images.take(torch.arange(100) % 3)  # three pictures, a third of all pairs equal
    assert 0.5 < judge(few)["diversity"] / judge(few)["diversity_real"] < 1
    real = judged(judge, images.take(torch.arange(100)))
    for state in ("running", "done"):
        assert "collapse" not in names(config, curves(config), real, {"state": state})


def test_lost_variety_is_told_from_two_looks_on_and_what_it_was_before(unnamed):
    images, judge = unnamed
    config, running = preset("dcgan", "folder:mine"), {"state": "running"}
    good = judged(judge, images.take(torch.arange(100)))
    faint = images.take(torch.arange(100)) * (LITTLE - 0.1)  # all nearer to grey, and each other
    lost = judged(judge, faint)
    assert "collapse" not in names(config, curves(config), [*good, lost[0]], running)
    (first, *_) = findings(config, curves(config), [*good, *lost[:2]], running)
    assert first.name == "collapse" and "lost its variety" in first.sentence
    assert first.number == pytest.approx(LITTLE - 0.1, abs=0.05)
    fuller = judged(judge, images.take(torch.arange(100)) * (LITTLE + 0.15))
    assert "collapse" not in names(config, curves(config), [*good, *fuller], {"state": "done"})


def test_variety_that_still_grows_is_no_collapse(unnamed):
    """A run that ended early: its pictures were all alike at first, as they always are."""
    images, judge = unnamed
    config, some = preset("dcgan", "folder:mine"), images.take(torch.arange(100))
    young = [judge(some * part) | {"step": 100 * part} for part in (0.05, 0.1, 0.2, 0.3)]
    assert young[-1]["diversity"] < LITTLE * young[-1]["diversity_real"]
    for state in ("running", "done"):
        assert "collapse" not in names(config, curves(config), young, {"state": state})
        assert "collapse" in names(config, curves(config), [*young, *young[-1:] * 3],
                                   {"state": state})  # fmt: skip


def test_where_classes_are_counted_they_tell_a_collapse():
    config = preset("dcgan", "digits")
    narrow = [entry | {"diversity": 1.0, "diversity_real": 9.0} for entry in pictures(FLAT)]
    assert "collapse" not in names(config, curves(config), narrow)


@pytest.mark.parametrize(("measured", "told"), [(FALLING, False), (FLAT, True)])
def test_k_at_0_is_no_alarm_while_pictures_get_better(measured, told):
    config = preset("began", "faces", steps=2000)
    found = names(config, curves(config, k=0.0), pictures(measured))
    assert ("pinned" in found) == told


def test_a_critic_of_pictures_may_have_any_level_and_gradients_of_hundreds():
    config = preset("wgan-gp", "faces", steps=2000)
    drifted = curves(config, d_loss=-8.0, g_loss=400.0, d_grad=900.0)
    (only,) = findings(config, drifted, pictures(FLAT), {"state": "done"})
    assert only.tone == "good"
    assert names(config, curves(config, d_grad=1.1 * STEEP["image"]), pictures(FLAT)) == [
        "exploding"
    ]


@pytest.mark.parametrize("name", ["wgan-faces", "wgan-gp-faces", "wgan-gp-mnist", "wgan-mnist"])
def test_the_shipped_generators_of_critics_were_trained_without_an_alarm(name):
    run = Run(ROOT / "checkpoints" / name)
    rows, measured = run.curves(), run.metrics()
    for looks_until in range(5, len(measured) + 1, 7):
        until = rows[rows[:, 0] <= measured[looks_until - 1]["step"]]
        found = findings(run.config, until, measured[:looks_until], {"state": "running"})
        assert {one.tone for one in found} <= {"good", "wait"}, (looks_until, found)


def test_the_shipped_dcgan_on_faces_ended_with_a_d_that_has_won():
    """Its D says 1.00 and 0.00, and its distance stays far above that of WGAN-GP."""
    run, critics = Run(ROOT / "checkpoints/dcgan-faces"), Run(ROOT / "checkpoints/wgan-gp-faces")
    (first, *_) = findings(run.config, run.curves(), run.metrics(), run.status())
    assert first.name == "d-won" and first.remedy
    assert run.metrics()[-1]["frechet"] > 1.5 * critics.metrics()[-1]["frechet"]


def test_cures_leave_a_run_that_does_not_know_its_steps_to_its_time():
    config = preset("dcgan", "digits")
    assert remedies.longer(config) == {"seconds": 2 * config.seconds}
    new = config.replace(**remedies.switched(config))
    assert new == preset(remedies.STABLE, "digits")
    assert remedies.switched(new) == {}
    assert "120 s instead of 60" in remedies.label(config, remedies.longer(config))
    told = config.replace(steps=700)  # by its worker
    assert told.replace(**remedies.switched(told)) == new.replace(steps=700)
