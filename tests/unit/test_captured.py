"""Rounds as a graph: the same numbers as without, on a tape that stands in for a GPU's graph."""

import logging
import sys
from dataclasses import replace

import pytest
import torch
from every_round import EVERY, PLANE
from tape import Again, Broken, Silent, Tape

from gan_core import checkpoint
from gan_core.build import build
from gan_core.captured import WARM_UP, Captured
from gan_core.dense_rounds import rounds_of
from gan_core.presets import preset
from gan_core.training import half_round, train
from gan_core.tuning import tuned

ADAM = {name: config for name, config in EVERY.items() if config.optimizer == "adam"}


def run(config, graph=None):
    """What training told of every round, and all that it changed."""
    made, data, plan = build(config)
    plan = replace(plan, graphs=graph is not None)
    rows = [step.row(False) for step in train(made, data.sample, plan, graph or Tape)]
    state = [net.state_dict() for net in (made.G, made.D, made.ema) if net is not None]
    state += [optimizer.state_dict()["state"] for optimizer in (made.opt_g, made.opt_d)]
    return rows, [*state, made.objective.state(), made.rng.get_state()]


def same(ours, theirs):
    (rows, state), (other_rows, other_state) = ours, theirs
    assert rows == other_rows
    torch.testing.assert_close(state, other_state, rtol=0, atol=0)


@pytest.mark.parametrize("name", ADAM)
def test_a_round_repeated_operation_by_operation_is_the_round(name):
    Tape.captures = 0
    same(run(ADAM[name], Tape), run(ADAM[name]))
    assert Tape.captures == 1 + ("noise that ends" in name or name == "noise, images")


@pytest.mark.parametrize("name", EVERY)
def test_rates_and_schedule_as_tensors_are_the_same_numbers(name):
    """RMSProp too, whose rate is a tensor on a GPU alone."""
    same(run(EVERY[name], Again), run(EVERY[name]))


def test_rmsprop_is_repeated_where_its_counts_lie_on_the_device(monkeypatch):
    module = sys.modules["torch.optim.rmsprop"]
    monkeypatch.setattr(module, "_get_capturable_supported_devices", lambda *_, **__: ["cpu"])
    config = preset("wgan", "ring", **PLANE)
    rows, _ = run(config)
    made, data, plan = build(config)
    captured = Captured(rounds_of(made, data.sample, plan), Tape)
    for optimizer in (made.opt_g, made.opt_d):
        optimizer.param_groups[0]["capturable"] = True
    for row in rows:
        real, fake, d_loss, _, g_loss = captured.whole()
        made.step += 1
        found = [real.mean(), fake.mean(), d_loss(), g_loss()]
        wanted = [row[name] for name in ("d_real", "d_fake", "d_loss", "g_loss")]
        torch.testing.assert_close(torch.stack(found), torch.tensor(wanted))


@pytest.mark.parametrize("name", ["noise that ends on points", "began, images", "dcgan, images"])
def test_a_capture_that_fails_is_told_once_and_changes_nothing(name, caplog):
    with caplog.at_level(logging.INFO, "gan_core"):
        same(run(EVERY[name], Broken), run(EVERY[name]))
    assert len(caplog.records) == 1
    said = caplog.records[0].getMessage()
    assert said.endswith("operation not permitted when stream is capturing")


@pytest.mark.parametrize("name", ["ns-gan on points", "wgan on points", "began, images"])
def test_a_run_that_was_captured_is_resumed_without(name, tmp_path):
    config, file = EVERY[name], tmp_path / "c.safetensors"
    graph = Again if config.optimizer == "rmsprop" else Tape
    made, data, plan = build(config)
    for step in train(made, data.sample, replace(plan, graphs=True), graph):
        if step.number == 6:
            break
    checkpoint.save(file, made, config)
    _, taken_up = checkpoint.load(file, resume=True)
    later = [step.row(False) for step in train(taken_up, data.sample, plan)]
    assert later == run(config)[0][6:]


@pytest.mark.parametrize("player", "DG")
def test_half_a_round_by_hand_comes_between_captured_ones(player):
    config, found = EVERY["ns-gan on points"], []
    for graphs in (True, False):
        made, data, plan = build(config)
        plan = replace(plan, graphs=graphs)
        for step in train(made, data.sample, plan, Tape):
            if step.number == 5:
                break
        loss = half_round(made, data.sample, plan, player)
        rest = [s.row(False) for s in train(made, data.sample, plan, Tape)]
        found.append((loss.item(), rest))
    assert found[0] == found[1]


def test_where_there_is_no_gpu_training_goes_on_without_and_says_so(caplog):
    config = preset("ns-gan", "ring", **PLANE)
    made, data, plan = build(config)
    rows = [s.row(False) for s in train(made, data.sample, replace(plan, graphs=True))]
    assert rows == run(config)[0]
    assert ["without a CUDA graph" in r.getMessage() for r in caplog.records] == [True]


def test_an_error_of_training_itself_is_not_taken_for_one_of_a_capture():
    config = preset("ns-gan", "ring", **PLANE)
    made, _, plan = build(config)

    def broken(n, rng):
        raise RuntimeError("no data")

    with pytest.raises(RuntimeError, match="no data"):
        list(train(made, broken, replace(plan, graphs=True), Tape))


def test_rates_move_in_their_tensor():
    config = preset("ns-gan", "ring", **PLANE, lr_end=0.1)
    made, data, plan = build(config)
    found = train(made, data.sample, replace(plan, graphs=True), Tape)
    next(found)
    (group,) = made.opt_g.param_groups
    rate, seen = group["lr"], []
    for _ in found:
        assert group["lr"] is rate
        seen.append(rate.item())
    made, data, plan = build(config)
    eager = [made.opt_g.param_groups[0]["lr"] for _ in train(made, data.sample, plan)]
    assert seen == pytest.approx(eager[1:])
    assert seen[0] > seen[-1]


def test_what_a_round_told_outlasts_the_next_one():
    """The watch for NaN collects scores of many rounds before it looks."""
    config = preset("ns-gan", "ring", **PLANE)
    made, data, plan = build(config)
    steps = list(train(made, data.sample, replace(plan, graphs=True), Tape))
    made, data, plan = build(config)
    for ours, theirs in zip(steps, train(made, data.sample, plan), strict=True):
        assert torch.equal(ours.real, theirs.real) and torch.equal(ours.fake, theirs.fake)
        assert torch.equal(ours.g_loss(), theirs.g_loss())


def test_a_round_asks_nothing_of_the_host():
    for config in ADAM.values():
        made, data, plan = build(config)
        rounds = rounds_of(made, data.sample, plan)
        rounds.whole()  # the first makes what stays
        with Silent():
            rounds.whole()


def test_the_audit_hears_what_it_should():
    x = torch.arange(3.0)
    for asks in (x.sum().item, lambda: x[x > 1], lambda: bool(x.any()), lambda: x.nonzero()):
        with pytest.raises(RuntimeError, match="waits for the GPU"), Silent():
            asks()


needs_gpu = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")


@needs_gpu
@pytest.mark.parametrize("name", EVERY)
def test_on_a_gpu_a_graph_gives_the_rounds_of_single_operations(name, caplog):
    found = []
    for graphs in ("auto", "off"):
        config = EVERY[name].replace(device="cuda", graphs=graphs)
        made, data, plan = build(config)
        sampler = lambda n, rng: data.sample(n, rng, "cuda")  # noqa: B023, E731
        with tuned(config):
            found.append([step.row(False) for step in train(made, sampler, plan)])
    assert not caplog.records  # which would say that there was no graph
    coarse = EVERY[name].precision == "bfloat16"
    for ours, theirs in zip(*found, strict=True):
        assert ours == pytest.approx(theirs, rel=0.1 if coarse else 1e-2, abs=1e-2 * coarse + 1e-4)


@needs_gpu
def test_on_a_gpu_a_capture_that_fails_leaves_training_as_it_was(caplog):
    config = preset("ns-gan", "ring", **{**PLANE, "device": "cuda"})
    rows = []
    for asks in (True, False):
        made, data, plan = build(config.replace(graphs="auto" if asks else "off"))

        def sampler(n, rng, asks=asks, data=data):
            x = data.sample(n, rng, "cuda")
            if asks and torch.cuda.is_current_stream_capturing():
                x.sum().item()
            return x

        rows.append([step.row(False) for step in train(made, sampler, plan)])
    assert len(caplog.records) == 1
    for ours, theirs in zip(*rows, strict=True):
        assert ours == pytest.approx(theirs, rel=1e-3, abs=1e-4)


def test_every_case_is_longer_than_its_warm_up():
    assert all(config.steps > WARM_UP + 3 for config in EVERY.values())
