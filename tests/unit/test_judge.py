"""What a run measures of itself: the same for equal players, and never a change to them."""

import json
import math

import numpy as np
import pytest
import torch

from gan_core.build import build
from gan_core.judge import Judge
from gan_core.opponent import SIDE
from gan_core.presets import preset
from gan_core.training import half_round, train


def judged(name, data="ring", steps=3, **changes):
    """Players after some steps, their judge, and its last word."""
    players, dataset, plan = build(preset(name, data, steps=steps, **changes))
    for _ in train(players, lambda n, rng: dataset.sample(n, rng), plan):
        pass
    judge = Judge(preset(name, data, steps=steps, **changes), dataset)
    return players, judge, judge(players, True)


def weights(players):
    nets = (players.G, players.D, players.ema)
    return [v.clone() for net in nets if net is not None for v in net.state_dict().values()]


@pytest.mark.parametrize("name", ["gan", "ns-gan", "lsgan", "hinge", "r3gan"])
def test_d_is_measured_against_its_optimum(name):
    _, judge, found = judged(name)
    assert found["d_trivial"] <= found["d_best"] and found["d_share"] <= 1
    gain = (found["d_value"] - found["d_trivial"]) / (found["d_best"] - found["d_trivial"])
    assert found["d_share"] == pytest.approx(gain)
    assert 0 < found["d_attainable_real"] < found["d_attainable"]
    assert judge.field is not None


def test_the_heavier_r1_and_r2_the_further_d_stays_from_its_optimum():
    """What the page says of a low share: with G fixed, the penalties alone keep D from D*."""
    learnt, shares = judged("ns-gan", steps=60)[0], []
    for weight in (0.0, 0.1, 1.0):
        config = preset("ns-gan", "ring", steps=1000, lr_end=1.0, ema=0.0, r1=weight, r2=weight)
        players, dataset, plan = build(config)
        players.G.load_state_dict(learnt.G.state_dict())
        for _ in range(80):
            half_round(players, lambda n, rng, of=dataset: of.sample(n, rng), plan, "D")
        shares.append(Judge(config, dataset)(players, True)["d_share"])
    assert shares[0] > 0.8 and shares[0] > 1.15 * shares[1] and shares[1] > 1.15 * shares[2]


@pytest.mark.parametrize("name", ["wgan", "wgan-gp"])
def test_a_critic_is_measured_against_exact_transport(name):
    _, judge, found = judged(name)
    assert found["critic_loss"] == found["critic_penalty"] - found["critic_estimate"]
    assert (found["critic_penalty"] > 0) == (name == "wgan-gp")
    assert abs(found["critic_w1"]) <= found["critic_em"] * (1 + 1e-3)
    assert found["critic_em_real"] < found["critic_em"]
    assert judge.field is None


@pytest.mark.parametrize(("name", "data"), [("began", "ring"), ("gan", "moons(noise=0)")])
def test_without_an_optimum_none_is_claimed(name, data):
    _, judge, found = judged(name, data)
    assert not [key for key in found if key.startswith(("d_", "critic_"))]
    assert judge.field is None and "js" in found


@pytest.mark.parametrize(("name", "changes"), [
    ("r3gan", {}), ("wgan-gp", {}), ("hinge", {"norm_d": "spectral", "r1": 0, "r2": 0}),
    ("gan", {"norm_d": "batch", "norm_g": "batch", "r1": 0, "r2": 0}),
])  # fmt: skip
def test_judging_changes_nothing_and_repeats_itself(name, changes):
    players, judge, first = judged(name, **changes)
    before, state = weights(players), players.rng.get_state()
    assert judge(players, True) == first
    for was, now in zip(before, weights(players), strict=True):
        assert torch.equal(was, now)
    assert torch.equal(state, players.rng.get_state())
    assert players.D.training and players.G.training


def test_everything_measured_is_plain_numbers():
    for name in ("r3gan", "wgan-gp"):
        _, _, found = judged(name)
        for key, value in json.loads(json.dumps(found)).items():
            for number in value if isinstance(value, list) else [value]:
                assert isinstance(number, int | float) and math.isfinite(number), key


def test_d_is_judged_on_the_generator_that_it_plays_against():
    """The running average lags: where G has moved on alone, D's figures follow G."""
    players, judge, first = judged("ns-gan")
    with torch.no_grad():
        for weight in players.ema.parameters():
            weight.zero_()
    after = judge(players, True)
    assert after["em"] != first["em"]
    assert after["d_best"] == pytest.approx(first["d_best"], abs=0.05)


def test_the_first_judgement_of_a_run_is_a_quick_one():
    players, dataset, _ = build(preset("ns-gan", "ring"))
    judge = Judge(preset("ns-gan", "ring"), dataset)
    assert "js" not in judge(players, False)
    assert "js" in judge(players, False)


def test_the_file_of_fields_says_how_to_read_it():
    _, judge, found = judged("ns-gan")
    line, body = judge.field.split(b"\n", 1)
    header = json.loads(line)
    assert header["d_share"] == found["d_share"] and header["side"] == SIDE
    values = np.frombuffer(body, "<u2") / 65535
    parts = dict(zip(header["blobs"], np.split(values, np.cumsum(list(header["blobs"].values()))),
                     strict=False))  # fmt: skip
    assert [len(parts[name]) for name in ("d", "best", "mass")] == [SIDE**2] * 3
    error = np.abs(parts["d_at"] - parts["best_at"]).mean()
    assert error == pytest.approx(found["d_error"], abs=1e-3)
    assert len(parts["x"]) == len(parts["y"]) == len(parts["d_at"])


@pytest.mark.parametrize("name", ["wgan", "wgan-gp", "dcgan", "began"])
def test_critics_of_pictures_are_measured_and_no_other_d(name):
    _, _, found = judged(name, "digits", steps=2, size=16, batch=16, width=4, device="cpu")
    measured = {key for key in found if key.startswith("critic_")}
    if name not in ("wgan", "wgan-gp"):
        assert not measured
        return
    assert measured == {"critic_estimate", "critic_slope", "critic_slope_99", "critic_w1"}
    assert 0 < found["critic_slope"] <= found["critic_slope_99"]
    estimate = found["critic_w1"] * found["critic_slope_99"]
    assert estimate == pytest.approx(found["critic_estimate"])
