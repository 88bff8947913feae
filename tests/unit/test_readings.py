"""What G reads: a source is carried and costs no less than the best plan, a fixed G stays fixed."""

import shlex

import numpy as np
import pytest
import torch
from scipy.optimize import linear_sum_assignment

from gan_core import checkpoint, health, metrics, runs, sampling, worker
from gan_core.__main__ import main
from gan_core.build import build, inputs
from gan_core.catalog import BadInput
from gan_core.commands import training
from gan_core.dense import dense_map
from gan_core.plane import points
from gan_core.presets import command, preset
from gan_core.runs import CURVES
from gan_core.training import generate, train

SMALL = {"steps": 30, "batch": 16, "width": 8, "depth": 2, "precision": "float32", "device": "cpu"}
CARRIED = {"reads": "x+z", "source": "ring-lesson"}
FIXED = {"reads": "x+noise"}


def made(data="grid-lesson", rounds=0, objective="r3gan", **changes):
    """Players after a few rounds, their data, and what their G reads."""
    config = preset(objective, data, **{**SMALL, **CARRIED, **changes})
    players, toy, plan = build(config)
    steps = train(players, toy.sample, plan)
    for _ in range(rounds):
        next(steps)
    return players, toy, inputs(config, toy)


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def recorded(folder, **changes):
    """A finished run."""
    run = runs.create(preset("r3gan", "grid-lesson", **{**SMALL, **changes}), folder)
    assert list(worker.record(run))[-1]["state"] == "done", run.status()
    return run


@pytest.mark.parametrize("seed", range(5))
def test_no_map_costs_less_than_the_best_plan(seed):
    """The optimal plan is a lower bound, is that of an assignment solver, and forgets the order."""
    rng = seeded(seed)
    x, y = torch.randn(80, 2, generator=rng), 3 * torch.rand(80, 2, generator=rng) ** 2
    found = metrics.carried(x, y)
    for name, power in (("carry", 1), ("carry_squared", 2)):
        cost = torch.cdist(x.double(), y.double()).numpy() ** power
        rows, columns = linear_sum_assignment(cost)
        assert found[f"{name}_plan"] == pytest.approx(cost[rows, columns].mean(), rel=1e-9)
        assert found[name] == pytest.approx(np.diag(cost).mean(), rel=1e-9)
        assert found[f"{name}_plan"] <= found[name] * (1 + 1e-12)
    shuffled = metrics.carried(x, y[torch.randperm(80, generator=rng)])
    assert shuffled["carry_plan"] == pytest.approx(found["carry_plan"], rel=1e-9)
    assert metrics.carried(x, x + 5)["carry"] == pytest.approx(50**0.5, rel=1e-6)  # a shift is best
    assert metrics.carried(x, x + 5)["carry_plan"] == pytest.approx(50**0.5, rel=1e-6)


def test_before_training_a_source_stays_where_it_is_but_for_the_mean():
    players, toy, reads = made()
    rows = reads(50, seeded())
    assert torch.allclose(generate(players, rows), rows[:, :2], atol=1e-6)
    away = points.put(points.clean(np.random.default_rng(0).normal(7, 0.1, (50, 2))).points)
    players, toy, reads = made(source=f"points:{away}")
    start = generate(players, reads(4000, seeded()))
    assert torch.allclose(start.mean(0), torch.tensor(toy.centre), atol=0.02)


def test_a_source_that_is_the_data_stays_put():
    """Nothing needs to move, and what is trained moves it hardly."""
    players, toy, reads = made("ring", 150, steps=150, source="ring", batch=128, width=32)
    rows = reads(500, seeded())
    moved = (generate(players, rows) - rows[:, :2]).norm(dim=1).mean()
    assert moved < 0.05 * toy.scale


def test_a_price_on_transport_shortens_it():
    costs = []
    for carry in (0.0, 1.0):
        players, _, reads = made(rounds=100, steps=100, carry=carry)
        rows = reads(500, seeded())
        costs.append(float((generate(players, rows) - rows[:, :2]).square().sum(1).mean()))
    assert costs[1] < 0.8 * costs[0]


def test_a_carrier_s_fast_form_is_the_same_map_with_the_same_gradient():
    players, _, reads = made(rounds=5)
    rows = reads(40, seeded())
    (expected, *_) = torch.autograd.grad(
        players.G(rows).square().sum(), list(players.G.body.parameters())
    )
    fast = dense_map(players.G)
    out = players.G.carried(rows, fast)
    assert torch.allclose(out, players.G(rows), atol=1e-6)
    out.square().sum().backward()
    fast.pull(fast.out.grad)
    first = next(players.G.body.parameters()).grad
    assert torch.allclose(first, expected, rtol=1e-4, atol=1e-5)


def test_another_z_leaves_x_and_without_z_one_x_reaches_one_point():
    players, _, reads = made(rounds=20)
    rows = reads(40, seeded())
    other = reads.again(rows, seeded(1))
    assert torch.equal(rows[:, :2], other[:, :2]) and not torch.equal(rows[:, 2:], other[:, 2:])
    assert not torch.equal(generate(players, rows), generate(players, other))
    players, _, reads = made(rounds=20, latent=0)
    rows = reads(40, seeded())
    assert torch.equal(rows, reads.again(rows, seeded(1)))


@pytest.mark.parametrize("objective", ["gan", "wgan", "wgan-gp", "began", "r3gan"])
def test_a_fixed_g_adds_its_noise_and_only_d_learns(objective):
    players, toy, reads = made("ring", objective=objective, sigma=0.5, **FIXED)
    before = [w.clone() for w in players.D.parameters()]
    config = preset(objective, "ring", **SMALL, **FIXED)
    steps = list(train(players, toy.sample, build(config)[2]))
    assert any(not torch.equal(a, b) for a, b in zip(before, players.D.parameters(), strict=True))
    assert all(step.g_loss().isfinite() for step in steps) and not list(players.G.parameters())
    assert steps[-1].row(probabilities=False)["g_grad"] == 0
    rows = reads(20000, seeded())
    noise = generate(players, rows) - rows[:, :2]
    assert float(noise.std()) == pytest.approx(0.5 * toy.scale, rel=0.02)


@pytest.mark.parametrize("changes", [CARRIED, {**CARRIED, "latent": 0}, FIXED])
def test_stopped_and_resumed_equals_never_stopped(changes, tmp_path, monkeypatch):
    whole = recorded(tmp_path / "whole", **changes)
    run = runs.create(whole.config, tmp_path / "parts")
    monkeypatch.setattr(worker, "LOOK_EVERY", 0.0)
    for status in worker.record(run):
        if status["state"] == "running" and status["step"] >= 11:
            run.request("stop")
    assert 11 <= run.status()["step"] < 30
    assert list(worker.record(run, resume=True))[-1]["state"] == "done"
    columns = [c for c in range(len(CURVES)) if c != CURVES.index("seconds")]
    assert np.array_equal(run.curves()[:, columns], whole.curves()[:, columns])
    assert run.frame()[2] == whole.frame()[2] and run.source() == whole.source()


def test_a_run_shows_where_its_points_came_from(tmp_path):
    run = recorded(tmp_path / "run-a", **CARRIED)
    scene = run.scene()
    assert scene["source"] == scene["points"] == len(run.source()) // 4 and "mesh" not in scene
    started = np.frombuffer(run.frame(0)[2], "<u2", 2 * scene["points"]).astype(int)
    assert np.abs(started - np.frombuffer(run.source(), "<u2")).max() <= 1  # nothing is moved yet
    x0, x1, _, _ = scene["extent"]
    assert np.frombuffer(run.source(), "<u2").min() > 0  # and the view holds all of it
    found = run.status()["metrics"]
    assert 0 < found["carry_plan"] <= found["carry"] < x1 - x0
    assert 0 < found["carry_squared_plan"] <= found["carry_squared"]
    assert found["carry_spread"] > 0


def test_a_fixed_run_is_measured_and_diagnosed_for_what_it_is(tmp_path):
    run = recorded(tmp_path / "run-a", steps=250, **FIXED)
    assert run.scene()["fixed"] and not run.source()
    found = run.status()["metrics"]
    assert found["em"] > found["em_real"] and "modes" not in found and "carry" not in found
    status, told = run.status(), run.metrics()
    assert [f.name for f in health.findings(run.config, run.curves(), told, status)] == ["only-d"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"reads": "x"}, "Known: z, x\\+z"),
        ({"reads": "x+z", "source": "rings"}, "Did you mean “ring”"),
        ({"reads": "x+z", "source": "faces"}, "source=faces holds pictures"),
        ({"reads": "x+z", "source": "ring(std=0)"}, "std must be"),
        ({"reads": "x+z", "source": "points:zz"}, "names no points"),
        ({"latent": 0}, "leaves G nothing to read"),
        ({"reads": "x+noise", "sigma": 0}, "sigma=0 is outside"),
        ({"reads": "x+z", "carry": -1}, "carry=-1 is outside"),
        ({"reads": "x+noise", "data": "faces"}, "set reads to z"),
    ],
)
def test_what_g_cannot_read_is_refused_in_words(change, words):
    data = change.pop("data", "ring")
    with pytest.raises(BadInput, match=words):
        preset("ns-gan", data, **change)


def test_the_command_of_a_reading_trains_it(monkeypatch):
    wanted = []
    monkeypatch.setattr(training.runs, "create", lambda config, out: wanted.append(config))
    monkeypatch.setattr(training, "_carry_out", lambda run, resume: ({}, 0))
    for config in [
        preset("r3gan", "grid", reads="x+z", source="moons(noise=0.1)", carry=0.1, latent=0),
        preset("wgan-gp", "ring", reads="x+noise", sigma=0.7),
        preset("gan", "ring", "published", noise=0.3),
    ]:
        assert main(shlex.split(command(config))[3:]) == 0
        assert wanted.pop() == config


def test_points_of_one_s_own_as_a_source_travel_with_the_run(tmp_path, monkeypatch):
    monkeypatch.setenv("GAN_RUNS", str(tmp_path / "runs"))
    given = points.clean(np.random.default_rng(0).normal(2, 1, (40, 2))).points
    spec = f"points:{points.put(given)}"
    run = recorded(None, reads="x+z", source=spec)
    for file in points.store().glob("*.npy"):
        file.unlink()
    request = {"checkpoint": str(run.checkpoint), "n": 5}
    about, raw = sampling.sample(sampling.Shelf(), request)
    assert about["points"] == 5 and np.isfinite(np.frombuffer(raw, "<f4")).all()
    x0, x1, y0, y1 = about["extent"]
    assert (given > [x0, y0]).all() and (given < [x1, y1]).all()
    assert main(["evaluate", str(run.checkpoint)]) == 0
    child = runs.branch(run, 30, steps=40)
    assert list(worker.record(child))[-1]["state"] == "done"


def test_samples_of_a_seed_do_not_hang_on_their_number_and_a_walk_keeps_its_x(tmp_path):
    run = recorded(tmp_path / "run-a", **CARRIED)
    shelf, request = sampling.Shelf(), {"checkpoint": str(run.checkpoint)}
    few, many = (sampling.sample(shelf, request | {"n": n, "seed": 3})[1] for n in (16, 32))
    assert many.startswith(few)
    reads = shelf.get(run.checkpoint).reads
    rows = sampling.latents(reads, 3, 32)
    _, players = checkpoint.load(run.checkpoint)
    assert np.allclose(np.frombuffer(many, "<f4").reshape(-1, 2), generate(players, rows))
    ends = {"seed_a": 3, "seed_b": 4, "n": 3}
    walked = np.frombuffer(sampling.interpolate(shelf, request | ends)[1], "<f4").reshape(-1, 2)
    start, other = sampling.latents(reads, 3, 1), sampling.latents(reads, 4, 1)
    last = torch.cat([start[:, :2], other[:, 2:]], 1)
    assert np.allclose(walked[[0, 2]], generate(players, torch.cat([start, last])), atol=1e-5)


def test_a_branch_keeps_what_g_reads_and_may_change_its_source(tmp_path):
    run = recorded(tmp_path / "run-a", **CARRIED)
    with pytest.raises(BadInput, match="reads shapes G"):
        runs.branch(run, 30, tmp_path / "run-b", reads="z")
    child = runs.branch(run, 30, tmp_path / "run-b", steps=40, source="moons")
    assert list(worker.record(child))[-1]["state"] == "done"
    _, players = checkpoint.load(child.checkpoint)
    moons = inputs(child.config, build(child.config)[1]).source
    assert float(players.G.scale) == pytest.approx(moons.scale)


def test_step_by_hand_of_a_fixed_g_ends_the_round_and_changes_nothing(tmp_path):
    from gan_core.training import half_round

    config = preset("wgan-gp", "ring", **SMALL, **FIXED)
    players, toy, plan = build(config)
    half_round(players, toy.sample, plan, "D")
    before = [w.clone() for w in players.D.parameters()]
    assert half_round(players, toy.sample, plan, "G").isfinite() and players.step == 1
    assert all(torch.equal(a, b) for a, b in zip(before, players.D.parameters(), strict=True))


@pytest.mark.parametrize("size", [0.1, 30])
def test_a_run_does_not_hang_on_the_size_of_source_and_data(size):
    """Both so many times as large, and nothing else: the same moves, as many times as long."""
    moves = []
    for unit in (1, size):
        spec, source = (f"ring(modes={n},radius={unit},std={0.1 * unit})" for n in (8, 3))
        players, _, reads = made(spec, 10, source=source, carry=0.5)
        rows = reads(200, seeded())
        moves.append((generate(players, rows) - rows[:, :2]) / unit)
    assert moves[0].norm(dim=1).mean() > 0.01
    assert torch.allclose(*moves, rtol=1e-2, atol=1e-3)
