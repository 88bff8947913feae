"""How long a run on images takes, as a choice: in the address, in the form, in the run's config."""

import pytest

from gan_core import expected, runs
from gan_core.executors import Local
from gan_core.presets import STEPS, preset
from tests.app.test_train_pages import ended
from ui import length


@pytest.fixture
def started(monkeypatch) -> list[runs.Run]:
    """The runs that a page handed to a worker; none is carried out."""
    found: list[runs.Run] = []
    monkeypatch.setattr(Local, "start", lambda self, run, resume=False: found.append(run))
    return found


def has(at, name) -> bool:
    return any(widget.key == f"i_{name}" for widget in at.number_input)


def captions(at) -> str:
    return " ".join(caption.value for caption in at.caption)


def test_a_minute_is_the_default_and_has_no_other_length_beside_it(framed, started):
    at = framed("train_images")
    assert at.selectbox(key="i_length").value == "60 s"
    assert not has(at, "steps") and not has(at, "seconds") and has(at, "batch")
    at.button(key="i_train").click().run()
    assert not at.exception
    config = started[0].config
    assert (config.steps, config.seconds) == (0, 60.0) and config == preset("dcgan", "faces")


def test_networks_follow_the_data_unless_their_width_was_chosen(framed, started):
    at = framed("train_images")
    at.selectbox(key="i_data").set_value("digits").run()
    assert f"Preset: {preset('dcgan', 'digits').width}." in at.number_input(key="i_width").help
    at.button(key="i_train").click().run()
    assert started.pop().config == preset("dcgan", "digits") != preset("dcgan", "faces")
    at.number_input(key="i_width").set_value(20).run()
    at.selectbox(key="i_data").set_value("faces").run()
    at.button(key="i_train").click().run()
    assert started.pop().config == preset("dcgan", "faces", width=20)


@pytest.mark.parametrize("objective", ["dcgan", "wgan-gp"])
def test_a_length_in_the_address_reaches_the_run(objective, framed, started):
    for chosen, wanted in (("180 s", {"seconds": 180.0}), ("by steps", {"steps": STEPS})):
        at = framed("train_images", i_length=chosen, i_objective=objective, i_data="digits")
        assert at.selectbox(key="i_length").value == chosen
        at.button(key="i_train").click().run()
        assert started.pop().config == preset(objective, "digits", **wanted)


def test_steps_and_time_limit_count_where_steps_are_chosen(framed, started):
    at = framed("train_images", i_steps="300", i_seconds="5")  # of a length that was not chosen
    at.button(key="i_train").click().run()
    assert started.pop().config == preset("dcgan", "faces")
    at = framed("train_images", i_length="by steps", i_steps="300", i_seconds="5")
    at.button(key="i_train").click().run()
    assert started.pop().config == preset("dcgan", "faces", steps=300, seconds=5.0)
    at.selectbox(key="i_length").set_value("180 s").run()
    assert not has(at, "steps") and not has(at, "seconds")
    at.button(key="i_train").click().run()
    assert started.pop().config == preset("dcgan", "faces", seconds=180.0)
    at.selectbox(key="i_length").set_value("by steps").run()
    assert at.number_input(key="i_steps").value == 300, "the address still has them"
    at = framed("train_images")
    at.selectbox(key="i_length").set_value("by steps").run()
    assert at.number_input(key="i_steps").value == STEPS, "nobody wanted 0 of them"
    assert at.number_input(key="i_seconds").value == 0


def test_a_preset_brings_its_length_and_an_objective_leaves_it(framed, started):
    at = framed("train_images")
    at.number_input(key="i_batch").set_value(32).run()
    at.selectbox(key="i_length").set_value("180 s").run()
    assert at.number_input(key="i_batch").value == 32, "a length changes no other setting"
    at.selectbox(key="i_objective").set_value("lsgan").run()
    at.selectbox(key="i_data").set_value("digits").run()
    assert at.selectbox(key="i_length").value == "180 s"
    at.selectbox(key="i_preset").set_value("published").run()
    assert at.selectbox(key="i_length").value == "by steps"
    at.button(key="i_train").click().run()
    assert started.pop().config == preset("lsgan", "digits", "published")
    at.selectbox(key="i_preset").set_value("recommended").run()
    assert at.selectbox(key="i_length").value == "60 s"
    at = framed("train_images", i_preset="published")
    assert at.selectbox(key="i_length").value == "by steps" and has(at, "steps")


@pytest.mark.parametrize(
    ("run", "chosen"),
    [
        ({"steps": 700, "seconds": 60.0}, "60 s"),
        ({"steps": 2100, "seconds": 180.0}, "180 s"),
        ({"steps": 700, "seconds": 61.0}, "by steps"),
        ({"steps": 700}, "by steps"),
    ],
)
def test_the_length_of_a_run_is_taken_over(run, chosen, framed, started):
    config = ended("image", **run).config
    at = framed("train_images", run=runs.all_runs()[0].id)
    at.selectbox(key="i_length").set_value("by steps").run()
    at.number_input(key="i_steps").set_value(5).run()
    at.button(key="live_again").click().run()
    assert not at.exception and at.selectbox(key="i_length").value == chosen
    at.button(key="i_train").click().run()
    timed = chosen in length.TIMES
    assert started[0].config == (config.replace(steps=0) if timed else config)


def test_a_cure_of_a_timed_run_is_timed_anew(framed, started):
    run = ended("image", steps=700, seconds=60.0, lr_g=0.0)
    at = framed("train_images", run=run.id)
    at.button(key="i_cure_unmoved").click().run()
    assert started[0].config == preset("dcgan", "faces")
    assert at.selectbox(key="i_length").value == "60 s"


def test_points_have_no_such_choice(framed):
    at = framed("train_2d")
    assert not any(widget.key == "p_length" for widget in at.selectbox)
    assert at.number_input(key="p_steps").value and at.number_input(key="p_seconds").value == 0


def test_the_page_says_what_was_measured_of_just_these_settings(framed, monkeypatch, tmp_path):
    path = tmp_path / "expected.json"
    entry = {"frechet": 33.2, "spread": 1.5, "frechet_real": 0.3, "space": "faces-cnn",
             "rounds": 700.0, "seeds": 3}  # fmt: skip
    expected.keep("dcgan", "faces", 60, runs.machine(), entry, path)
    monkeypatch.setattr(expected, "FILE", path)
    at = framed("train_images")
    assert "60 s gave a Fréchet distance of 33.2 ± 1.5" in captions(at)
    at.number_input(key="i_width").set_value(16).run()
    assert "33." not in captions(at) and "has not been measured" in captions(at)
    at.selectbox(key="i_length").set_value("by steps").run()
    assert "measured" not in captions(at).lower()


def test_a_run_that_times_itself_says_so(framed):
    run = runs.create(preset("dcgan", "faces"))
    run.write_status(state="running", doing="timing rounds")
    at = framed("train_images", run=run.id)
    assert not at.exception and "timing rounds…" in captions(at)
    assert any("are timed" in info.value for info in at.info)
