"""The sentences of the inspector: they follow the numbers, and say what they leave out."""

import json

from gan_core import runs
from gan_core.presets import preset
from ui import inspector


def critic(**changes):
    known = {
        "critic_estimate": 0.8, "critic_slope": 2.0, "critic_w1": 0.4, "critic_em": 0.5,
        "critic_em_real": 0.05, "critic_pair_slope": 1.9, "critic_penalty": 0.1,
        "critic_loss": -0.7,
    }  # fmt: skip
    return known | changes


def seen(**changes):
    known = {
        "d_value": -0.9, "d_best": -0.5, "d_trivial": -1.3, "d_attainable": 0.8,
        "d_attainable_real": 0.03, "d_share": 0.5, "d_error": 0.2,
    }  # fmt: skip
    return known | changes


def test_a_critic_is_said_in_units_of_the_exact_distance():
    said = inspector.critic_words(critic())
    for part in ("0.8", "2", "0.4", "0.5", "80 %"):
        assert part in said
    assert "little is left" not in said


def test_a_critic_that_points_the_wrong_way_measures_no_distance():
    said = inspector.critic_words(critic(critic_estimate=-0.3, critic_w1=-0.15))
    assert "no distance" in said and "%" not in said


def test_near_the_floor_the_critic_is_told_that_little_is_left():
    assert "little is left" in inspector.critic_words(critic(critic_em=0.06))


def test_d_is_said_as_a_share_of_its_optimum():
    assert inspector.optimum_words(seen()) == "D is at 50 % of its optimum."
    assert "4.2 %" in inspector.optimum_words(seen(d_share=0.042))
    assert "worse" in inspector.optimum_words(seen(d_share=-0.5))


def test_a_d_under_penalties_is_not_said_to_be_weak():
    said = inspector.optimum_words(seen(d_share=0.006), held=True)
    assert "0.6 %" in said and "no fault: R1 and R2 hold it flatter" in said
    assert "purpose" not in inspector.optimum_words(seen(d_share=0.006))


def test_nothing_is_left_to_learn_where_fresh_data_would_give_as_much():
    assert "Nothing is left" in inspector.optimum_words(seen(d_attainable=0.04))
    without = seen()
    del without["d_share"]
    assert "Nothing is left" in inspector.optimum_words(without)


def test_a_damaged_or_missing_file_of_fields_is_not_shown(tmp_path, monkeypatch):
    monkeypatch.setenv("GAN_RUNS", str(tmp_path))
    run = runs.create(preset("ns-gan", "ring"))
    where = run.path / "optimum.bin"
    header = {"step": 3, "side": 1, "extent": [0, 1, 0, 1], "blobs": {"d": 1, "x": 2}}
    line = json.dumps(header).encode() + b"\n"
    assert inspector.load(run) is None
    for damaged in (b"", b"{", line, line + b"12345"):
        where.write_bytes(damaged)
        assert inspector.load(run) is None
    where.write_bytes(line + b"abcdef")
    found, blobs = inspector.load(run)
    assert found["step"] == 3 and blobs == {"d": b"ab", "x": b"cdef"}
