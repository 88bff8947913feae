"""What G reads, as a choice: in the address, in a run and its command, and what is shown of it."""

import shlex

import numpy as np
import pytest

from gan_core import runs
from gan_core.__main__ import main
from gan_core.commands import training
from gan_core.config import Config
from gan_core.executors import Local
from gan_core.plane import points
from gan_core.presets import command, preset
from tests.app.test_train_pages import ended
from ui import reading


@pytest.fixture
def started(monkeypatch) -> list[runs.Run]:
    """The runs that the page handed to a worker; none is carried out."""
    found: list[runs.Run] = []
    monkeypatch.setattr(Local, "start", lambda self, run, resume=False: found.append(run))
    return found


def from_command(config: Config, monkeypatch) -> Config:
    """What the command line of a config would train."""
    wanted: list[Config] = []
    monkeypatch.setattr(training.runs, "create", lambda config, out: wanted.append(config))
    monkeypatch.setattr(training, "_carry_out", lambda run, resume: ({}, 0))
    assert main(shlex.split(command(config))[3:]) == 0
    return wanted[0]


WANTED = {
    reading.PLAIN: ({}, preset("r3gan", "grid")),
    reading.CARRIED: (
        {"p_source_data": "ring", "p_source_ring_modes": "5", "p_carry": "0.05"},
        preset("r3gan", "grid", reads="x+z", source="ring(modes=5)", carry=0.05),
    ),
    reading.INSTANCE: ({"p_noise": "0.4"}, preset("r3gan", "grid", noise=0.4, noise_steps=0)),
    reading.FIXED: ({"p_sigma": "0.7"}, preset("r3gan", "grid", reads="x+noise", sigma=0.7)),
}


@pytest.mark.parametrize("read", list(reading.SETTINGS))
def test_a_reading_goes_from_the_address_to_the_run_and_to_the_command(
    read, framed, started, monkeypatch
):
    """And the run's settings, copied back into the form, are the same choice again."""
    query, wanted = WANTED[read]
    at = framed("train_2d", p_data="grid", p_reading=read, **query)
    at.button(key="p_train").click().run()
    assert not at.exception and started[0].config == wanted
    assert from_command(wanted, monkeypatch) == wanted
    monkeypatch.undo()
    assert reading.of(wanted) == read


@pytest.mark.parametrize("read", list(reading.SETTINGS))
def test_the_settings_of_a_run_are_taken_over_with_their_reading(read, framed):
    run = ended("2d")
    config = WANTED[read][1]
    runs.write_whole(run.path / "config.json", config.to_json().encode())
    at = framed("train_2d", run=run.id)
    at.button(key="live_again").click().run()
    assert not at.exception
    assert at.selectbox(key="p_reading").value == read
    if read == reading.CARRIED:
        assert at.selectbox(key="p_source_data").value == "ring"
        assert at.number_input(key="p_source_ring_modes").value == 5
        assert at.number_input(key="p_carry").value == 0.05


@pytest.mark.parametrize("title", list(reading.EXAMPLES))
def test_an_example_sets_the_form_and_starts_what_the_form_would(title, framed, started):
    at = framed("train_2d")
    at.menu_button(key="p_example").set_value(title).run()
    assert not at.exception and started[0].config == reading.example(title)
    assert at.query_params["run"] == started[0].id
    at.button(key="p_train").click().run()
    assert started[1].config == started[0].config


def test_a_choice_of_reading_brings_its_own_settings_and_leaves_no_noise_behind(framed):
    at = framed("train_2d")
    for read in (reading.INSTANCE, reading.FIXED, reading.CARRIED, reading.PLAIN):
        at.selectbox(key="p_reading").set_value(read).run()
        wanted = preset("r3gan", "ring", **reading.SETTINGS[read])
        shown = {widget.key: widget.value for widget in at.number_input}
        assert shown["p_noise"] == wanted.noise and shown["p_steps"] == wanted.steps
        assert ("p_carry" in shown) == (read == reading.CARRIED)
        assert ("p_sigma" in shown) == (read == reading.FIXED)


def test_what_does_not_fit_together_is_explained(framed):
    at = framed("train_2d", p_latent="0")
    assert "nothing to read" in at.warning[0].value and at.button(key="p_train").disabled
    at.selectbox(key="p_reading").set_value(reading.CARRIED).run()
    at.number_input(key="p_latent").set_value(0).run()
    assert not at.warning and not at.button(key="p_train").disabled
    at = framed("train_2d", p_reading=reading.CARRIED, p_source_data="ring", p_source_ring_std="0")
    assert "Std σ must be" in at.warning[0].value and at.button(key="p_train").disabled


def test_points_of_one_s_own_can_be_a_source(framed, started):
    name = points.put(points.clean(np.random.default_rng(0).normal(0, 1, (30, 2))).points)
    at = framed("train_2d", p_reading=reading.CARRIED, p_source_data=f"points:{name}")
    at.button(key="p_train").click().run()
    assert not at.exception
    assert started[0].config.source == f"points:{name}"
    assert (started[0].path / f"{name}.npy").is_file()


def test_the_cost_of_carrying_stands_beside_the_best_plan_s(framed):
    run = ended("2d")
    config = WANTED[reading.CARRIED][1]
    runs.write_whole(run.path / "config.json", config.to_json().encode())
    found = {
        "carry": 0.6, "carry_plan": 0.5, "carry_squared": 0.4, "carry_squared_plan": 0.3,
        "carry_spread": 0.25,
    }  # fmt: skip
    run.write_status(metrics=run.status()["metrics"] | found)
    at = framed("train_2d", run=run.id)
    assert not at.exception
    shown = {metric.label: (metric.value, metric.delta) for metric in at.metric}
    assert shown["Mean |G − x|"] == ("0.600", "best plan 0.500")
    assert shown["Mean |G − x|²"] == ("0.400", "best plan 0.300")
    said = " ".join(caption.value for caption in at.caption)
    assert "1.20 times as far as the best plan" in said and "0.25 apart" in said
    assert "ring(modes=5) → grid" in " ".join(m.value for m in at.markdown).replace("\\", "")


def test_the_words_tell_a_good_map_from_one_that_wastes_its_way():
    figures = {"carry_plan": 1.0, "carry_spread": 0.0}
    good, bad = (reading.sentence(figures | {"carry": far}) for far in (1.05, 2.6))
    assert "hardly cross" in good and "2.60 times" in bad and "hardly" not in bad
    assert "Without z one x reaches one point" in good
    assert reading.sentence(figures | {"carry": 0.0, "carry_plan": 0.0}).startswith("Nothing needs")
