"""Rounds as a graph: the same numbers as without, on a tape that stands in for a GPU's graph."""

import logging
import sys
from dataclasses import replace

import pytest
import torch
from tape import Silent, Tape

from gan_core.build import build
from gan_core.captured import WARM_UP, Captured
from gan_core.catalog import OBJECTIVES
from gan_core.dense_rounds import rounds_of
from gan_core.presets import preset
from gan_core.training import train

BASE = {"device": "cpu", "precision": "float32", "steps": 9}
PLANE = {**BASE, "batch": 12, "width": 8, "depth": 2}
PICTURES = {**BASE, "batch": 6, "width": 4, "size": 16}
POINTS = {
    "noise that ends": preset("r3gan", "ring", **PLANE, noise=1.0, noise_steps=6),
    "noise to the end": preset("ns-gan", "ring", **PLANE, noise=1.0, noise_steps=0),
    "by autograd": preset("r3gan", "ring", **PLANE, norm_d="layer", norm_g="layer"),
    "n_critic and n_gen": preset("wgan-gp", "grid", **PLANE, n_critic=3, n_gen=2),
    "packs": preset("ns-gan", "ring", **PLANE, pack=2),
    "Fourier features": preset("hinge", "ring", **PLANE, fourier=4),
    "unequal modes": preset("ns-gan", "ring(imbalance=1)", **PLANE),
    "a board": preset("ns-gan", "checkerboard", **PLANE),
    "a curve": preset("lsgan", "swiss-roll", **PLANE),
    "a source carried": preset("r3gan", "grid", **PLANE, reads="x+z", source="moons"),
    "a fixed G": preset("wgan-gp", "ring", **PLANE, reads="x+noise"),
    "no average": preset("ns-gan", "ring", **PLANE, ema=0.0),
}
IMAGES = {
    "spectral norm": preset("hinge", "digits", **PICTURES, norm_d="spectral"),
    "noise": preset("r3gan", "digits", **PICTURES, noise=0.5, noise_steps=6),
    "fast forms": preset("dcgan", "digits", **PICTURES, forms="fast"),
    "fresh samples for G": preset("dcgan", "digits", **PICTURES, fakes="fresh"),
    "enlarged faces": preset("dcgan", "faces", **{**PICTURES, "size": 32}),
    "bfloat16": preset("dcgan", "digits", **{**PICTURES, "precision": "bfloat16"}),
    "bfloat16 and slopes": preset("r3gan", "digits", **{**PICTURES, "precision": "bfloat16"}),
}
EVERY = (
    {f"{name} on points": preset(name, "ring", **PLANE) for name in OBJECTIVES}
    | {f"{name}, images": preset(name, "digits", **PICTURES) for name in [*OBJECTIVES, "dcgan"]}
    | {f"{name} on points": config for name, config in POINTS.items()}
    | {f"{name}, images": config for name, config in IMAGES.items()}
)
ADAM = {name: config for name, config in EVERY.items() if config.optimizer == "adam"}


class Again:
    """A graph that repeats the whole work, Python and all."""

    def __init__(self, players):
        pass

    def warm(self, work):
        self._size = len(found := work())
        return found

    def capture(self, work):
        self._work, self._found = work, torch.zeros(self._size)
        return self._found

    def replay(self):
        self._found.copy_(self._work())


class Broken(Tape):
    """A graph whose capture fails at its end, with all that Python did meanwhile left as it is."""

    def capture(self, work):
        super().capture(work)
        torch.rand(7, generator=self._players.rng)
        raise RuntimeError("operation not permitted when stream is capturing\nmore")


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
        made, data, plan = build(EVERY[name].replace(device="cuda", graphs=graphs))
        sampler = lambda n, rng: data.sample(n, rng, "cuda")  # noqa: B023, E731
        found.append([step.row(False) for step in train(made, sampler, plan)])
    assert not caplog.records  # which would say that there was no graph
    coarse = EVERY[name].precision == "bfloat16"
    for ours, theirs in zip(*found, strict=True):
        assert ours == pytest.approx(theirs, rel=0.1 if coarse else 1e-3, abs=1e-2 * coarse + 1e-4)


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
