"""Settings: checks that say what to change, and presets that are all valid."""

import json
import shlex
from dataclasses import fields

import pytest

from gan_core import catalog
from gan_core.__main__ import main
from gan_core.catalog import BadInput, choose, data_info, parse_spec
from gan_core.commands import training
from gan_core.config import Config, validate
from gan_core.presets import command, preset

PICTURES = {"data": "faces", "network": "resnet"}


def test_a_config_survives_json():
    config = preset("wgan-gp", "ring(modes=12,std=0.02)", seed=7, lr_g=1e-5)
    assert Config.from_dict(json.loads(config.to_json())) == config


@pytest.mark.parametrize("kind", ["recommended", "published"])
@pytest.mark.parametrize("objective", [*catalog.OBJECTIVES, "dcgan"])
@pytest.mark.parametrize("data", catalog.DATA)
def test_every_preset_is_valid(objective, data, kind):
    if objective == "dcgan" and data_info(data).kind == "2d":
        with pytest.raises(BadInput, match="image preset"):
            preset(objective, data, kind)
        return
    config = preset(objective, data, kind)
    assert config.data == data and config.preset == kind


def test_every_setting_says_what_it_is():
    for f in fields(Config):
        assert f.metadata["help"] and f.metadata["group"], f.name


def test_published_settings_are_the_papers():
    wgan = preset("wgan", "mnist", "published")
    assert (wgan.optimizer, wgan.lr_d, wgan.n_critic, wgan.clip) == ("rmsprop", 5e-5, 5, 0.01)
    gp = preset("wgan-gp", "mnist", "published")
    assert (gp.lr_d, gp.beta1, gp.beta2, gp.n_critic, gp.lam) == (1e-4, 0.0, 0.9, 5, 10.0)
    assert gp.norm_d == "layer" and preset("wgan-gp", "ring", "published").lam == 0.1
    dc = preset("dcgan", "mnist", "published")
    assert (dc.objective, dc.lr_g, dc.beta1, dc.beta2) == ("ns-gan", 2e-4, 0.5, 0.999)
    assert dc.width == 64 and dc.latent == 100 and dc.norm_d == dc.norm_g == "batch"


def test_grey_pictures_are_drawn_by_narrower_networks():
    grey, colour = preset("dcgan", "mnist"), preset("dcgan", "faces")
    assert grey.replace(data="faces", width=colour.width) == colour and grey.width < colour.width
    assert preset("dcgan", "mnist", width=48).width == 48
    both = (preset("dcgan", data, "published").width for data in ("mnist", "faces"))
    assert set(both) == {64}


def test_r3gan_is_published_on_residual_networks_without_normalisation():
    config = preset("r3gan", "mnist", "published")
    assert (config.network, config.norm_g, config.norm_d) == ("resnet", "none", "none")
    assert config.r1 > 0 and config.r2 > 0 and config.beta1 == 0
    assert preset("r3gan", "ring", "published").network == "mlp"
    assert preset("r3gan", "mnist").network == "dcgan"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"objective": "wgangp"}, "Did you mean “wgan-gp”"),
        ({"data": "rings"}, "Did you mean “ring”"),
        ({"data": "ring(mods=3)"}, "Did you mean “modes”"),
        ({"data": "ring(modes=three)"}, "parameter=number"),
        ({"data": "faces(size=3)"}, "takes no parameters"),
        ({"data": "folder:"}, "needs a path"),
        ({"steps": -1}, "outside 0 to"),
        ({"steps": 0}, "set steps to 1 or more, or seconds"),
        ({"steps": 2.5}, "whole number"),
        ({"lr_g": float("nan")}, "finite"),
        ({"lr_g": "fast"}, "must be a number"),
        ({"batch": True}, "must be a number"),
        ({"norm_d": "batch", "objective": "wgan-gp"}, "Set norm_d to layer"),
        ({"network": "dcgan"}, "use network=mlp"),
        ({"data": "faces"}, "need network=dcgan or resnet"),
        ({"network": "resnet"}, "is 2-D: use network=mlp"),
        (PICTURES | {"norm_d": "spectral"}, "no normalisation.*set norm_d to none"),
        (PICTURES | {"norm_g": "batch"}, "no normalisation.*set norm_g to none"),
        (PICTURES | {"objective": "began"}, "auto-encoder.*use network=dcgan"),
        (PICTURES | {"size": 48}, "16, 32, 64 or 128"),
        (PICTURES | {"size": 128, "width": 512}, "67 million weights"),
        ({"data": "faces", "network": "dcgan", "size": 48}, "16, 32, 64 or 128"),
        ({"data": "faces", "network": "dcgan", "size": 128, "width": 1024}, "million weights"),
    ],
)
def test_a_bad_setting_is_named_with_what_to_do(change, words):
    with pytest.raises(BadInput, match=words) as error:
        validate(Config(**change))
    assert "\n" not in str(error.value)


def test_an_unknown_stored_setting_is_named():
    with pytest.raises(BadInput, match="Did you mean “batch”"):
        Config.from_dict({"batchs": 3})


def test_specs_are_parsed():
    assert parse_spec(" Ring( modes=12 , std=2e-2 ) ") == ("ring", {"modes": 12.0, "std": 0.02})
    assert parse_spec("moons") == ("moons", {})
    params = data_info("ring(modes=12)").params
    assert (params["modes"], params["radius"], params["std"]) == (12.0, 1, 0.01)
    with pytest.raises(BadInput, match="not a data spec"):
        parse_spec("ring(")


def test_choose_finds_the_nearest_name_or_none():
    with pytest.raises(BadInput) as error:
        choose("zzz", ["ring", "grid"], "data set")
    assert "Did you mean" not in str(error.value) and "ring, grid" in str(error.value)


LENGTHS = [  # what is asked for, and the steps and seconds that it means on points and on images
    ({}, ("own", 0), (0, 60)),
    ({"steps": 7}, (7, 0), (7, 0)),
    ({"seconds": 20.0}, (0, 20), (0, 20)),
    ({"steps": 7, "seconds": 20.0}, (7, 20), (7, 20)),
]


@pytest.mark.parametrize(("asked", "points", "images"), LENGTHS)
@pytest.mark.parametrize("objective", catalog.OBJECTIVES)
def test_who_names_steps_gets_these_and_who_names_a_time_what_fits(
    objective, asked, points, images
):
    config = preset(objective, "digits", **asked)
    assert (config.steps, config.seconds) == images
    config = preset(objective, "ring", **asked)
    own = preset(objective, "ring").steps
    assert own > 0 and (config.steps, config.seconds) == (own if points[0] == "own" else points[0],
                                                          points[1])  # fmt: skip
    published = preset(objective, "digits", "published", **asked)
    assert (published.steps > 0) != ("seconds" in asked and "steps" not in asked)
    assert published.seconds == asked.get("seconds", 0)


def test_the_command_of_a_config_trains_that_config(monkeypatch, tmp_path):
    made = []
    monkeypatch.setattr(training.runs, "create", lambda config, out: made.append(config))
    monkeypatch.setattr(training, "_carry_out", lambda run, resume: ({}, 0))
    for config in [
        preset("wgan-gp", "ring(modes=12,std=0.02)", "published", seed=3, lr_g=1e-5),
        preset("dcgan", "faces", steps=7, norm_d="layer"),
        preset("r3gan", "faces", "published", network="dcgan"),
        preset("began", "grid"),
        preset("hinge", "digits"),
        preset("hinge", "digits", seconds=180.0),
        preset("hinge", "digits", steps=512, seconds=60.0),  # as a worker stored it
        preset("hinge", "digits", "published", seconds=60.0),
        preset("r3gan", "ring", seconds=5.0),
    ]:
        assert main(shlex.split(command(config))[3:]) == 0
        assert made.pop() == config
