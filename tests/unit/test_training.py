"""The loop: deterministic, resumable, and right where the answer is known."""

import math

import pytest
import torch
from torch import nn

from gan_core import checkpoint
from gan_core.build import build, plan, players
from gan_core.catalog import OBJECTIVES
from gan_core.config import Config
from gan_core.models import MLP, Scores, init
from gan_core.objectives import GAN
from gan_core.objectives import OBJECTIVES as CLASSES
from gan_core.players import Players
from gan_core.presets import preset
from gan_core.rounds import Rounds
from gan_core.training import generate, train

SMALL = {"steps": 6, "batch": 16, "width": 8, "depth": 2, "precision": "float32", "device": "cpu"}
CPU = torch.device("cpu")


def weights(net):
    return torch.cat([p.detach().flatten() for p in net.parameters()])


def run(config):
    made, data, how = build(config)
    rows = [step.row(probabilities=False) for step in train(made, data.sample, how)]
    return made, rows


@pytest.mark.parametrize("objective", OBJECTIVES)
@pytest.mark.parametrize("kind", ["recommended", "published"])
def test_every_objective_trains_both_players(objective, kind):
    config = preset(objective, "ring", kind, **SMALL)
    start = players(config, (2,), CPU)
    made, rows = run(config)
    assert len(rows) == 6 and made.step == 6
    assert all(math.isfinite(v) for row in rows for v in row.values())
    assert not torch.equal(weights(start.G), weights(made.G))
    assert not torch.equal(weights(start.D), weights(made.D))


@pytest.mark.parametrize("objective", [*OBJECTIVES, "dcgan"])
def test_every_objective_trains_on_images(objective):
    config = preset(objective, "digits", **{**SMALL, "steps": 2, "size": 16, "batch": 4})
    made, rows = run(config)
    assert generate(made, torch.randn(3, config.latent)).shape == (3, 1, 16, 16)
    assert all(math.isfinite(v) for row in rows for v in row.values())


def test_the_same_seed_gives_the_same_numbers_and_another_seed_does_not():
    config = preset("wgan-gp", "ring", **SMALL)
    first, again, other = run(config), run(config), run(config.replace(seed=1))
    assert first[1] == again[1]
    assert torch.equal(weights(first[0].G), weights(again[0].G))
    assert first[1] != other[1]


def test_training_draws_from_its_own_generator_alone():
    """What else the process draws must not change a run."""
    config = preset("wgan-gp", "ring", **SMALL)
    made, data, how = build(config)
    rows = []
    for step in train(made, data.sample, how):
        rows.append(step.row(probabilities=False))
        torch.randn(7)
    assert rows == run(config)[1]


@pytest.mark.parametrize("objective", OBJECTIVES)
@pytest.mark.parametrize("data", ["ring", "digits"])
def test_resumed_equals_never_stopped_bit_for_bit(objective, data, tmp_path):
    small = SMALL if data == "ring" else {**SMALL, "size": 16, "batch": 8}
    config = preset(objective, data, **small)
    whole, rows = run(config)
    made, data, how = build(config)
    for step in train(made, data.sample, how):
        if step.number == 3:
            break
    checkpoint.save(tmp_path / "c.safetensors", made, config)
    _, taken_up = checkpoint.load(tmp_path / "c.safetensors", resume=True)
    later = [step.row(probabilities=False) for step in train(taken_up, data.sample, how)]
    assert later == rows[3:]
    for name in ("G", "D", "ema"):
        assert torch.equal(weights(getattr(whole, name)), weights(getattr(taken_up, name)))


def test_n_critic_and_n_gen_count_the_steps_of_each_player():
    config = preset("ns-gan", "ring", **{**SMALL, "steps": 3}, n_critic=4, n_gen=2)
    made, _ = run(config)
    steps = [next(iter(o.state.values()))["step"].item() for o in (made.opt_d, made.opt_g)]
    assert steps == [12, 6]


def test_rates_follow_a_cosine_to_their_last_share():
    config = preset("ns-gan", "ring", **{**SMALL, "steps": 100}, lr_end=0.1, lr_g=1.0, lr_d=1e-4)
    made, data, how = build(config)
    rates = [made.opt_g.param_groups[0]["lr"] for _ in train(made, data.sample, how)]
    assert rates[0] == pytest.approx(1.0)
    assert rates[50] == pytest.approx(0.55)
    assert rates[-1] == pytest.approx(0.1, abs=1e-3)


def test_the_critic_step_leaves_the_generator_alone():
    config = preset("ns-gan", "ring", **{**SMALL, "steps": 1}, lr_g=0.0, ema=0.0)
    start = players(config, (2,), CPU)
    made, _ = run(config)
    assert torch.equal(weights(start.G), weights(made.G))
    assert not torch.equal(weights(start.D), weights(made.D))


def test_the_average_lies_between_where_g_was_and_where_it_is():
    config = preset("ns-gan", "ring", **{**SMALL, "steps": 1})
    start = weights(players(config, (2,), CPU).G)
    made, _ = run(config)
    now, kept = weights(made.G), weights(made.ema)
    share = 1 - 1 / 10  # the first step's decay
    torch.testing.assert_close(kept, start + share * (now - start), rtol=1e-4, atol=1e-6)


def test_instance_noise_fades_to_nothing():
    config = preset("ns-gan", "ring", **SMALL, noise=5.0)
    made, data, how = build(config.replace(steps=1000))
    loop, x = Rounds(made, data.sample, how), torch.zeros(4096, 2)
    seen = []
    for made.step in (0, 500, 1000):
        seen.append(loop.seen(x).std().item())
    assert seen == pytest.approx([5.0, 2.5, 0.0], rel=0.05)


def test_noise_that_is_to_end_early_does():
    config = preset("ns-gan", "ring", **SMALL, noise=5.0, noise_steps=200)
    made, data, how = build(config.replace(steps=1000))
    loop, x = Rounds(made, data.sample, how), torch.zeros(4096, 2)
    seen = []
    for made.step in (0, 100, 200, 900):
        seen.append(loop.seen(x).std().item())
    assert seen == pytest.approx([5.0, 2.5, 0.0, 0.0], rel=0.05)
    short = Rounds(made, data.sample, build(config.replace(steps=100))[2])
    made.step = 100  # of a run that is shorter than its noise
    assert short.seen(x).std() == 0


def test_a_small_d_learns_the_optimal_one():
    """D* = p_r/(p_r + p_g) for two normals whose densities are known (Goodfellow 2014)."""
    rng = torch.Generator().manual_seed(0)
    D = Scores(init(MLP(1, 1, 32, 2), rng))
    G = _Still()
    made = Players(
        G, D, None, torch.optim.SGD(G.parameters(), 0.0),
        torch.optim.Adam(D.parameters(), 5e-3), GAN(), rng, (1,),
    )  # fmt: skip
    config = Config(steps=600, batch=512, latent=1, lr_end=0.02, device="cpu", precision="float32")
    real = lambda n, rng: torch.randn(n, 1, generator=rng) - 1  # noqa: E731
    for _ in train(made, real, plan(config, CPU)):
        pass
    x = torch.linspace(-3, 3, 61)[:, None]
    p_r, p_g = (torch.distributions.Normal(m, 1.0).log_prob(x).exp() for m in (-1.0, 1.0))
    error = (D(x).sigmoid() - (p_r / (p_r + p_g)).flatten()).abs().max().item()
    assert error < 0.06


class _Still(nn.Module):
    """A generator that stays N(1, 1)."""

    def __init__(self):
        super().__init__()
        self.mean = nn.Parameter(torch.ones(1))

    def forward(self, z):
        return z + self.mean


def test_logits_are_shown_as_probabilities_where_they_are_logits():
    config = preset("ns-gan", "ring", **{**SMALL, "steps": 1})
    made, data, how = build(config)
    step = next(iter(train(made, data.sample, how)))
    assert step.row(True)["d_real"] == pytest.approx(step.real.sigmoid().mean().item())
    assert step.row(False)["d_real"] == pytest.approx(step.real.mean().item())


def test_objectives_take_their_settings_from_the_config():
    config = preset("lsgan", "ring", r1=0.1, r2=0.2, a=-1.0, b=1.0, c=0.0)
    made = players(config, (2,), CPU)
    assert made.objective == CLASSES["lsgan"](r1=0.1, r2=0.2, a=-1.0, b=1.0, c=0.0)
