"""What only a GPU can show of a whole run: that it repeats itself, goes on as it would have gone,
and is judged meanwhile."""

import logging

import pytest
import torch

from gan_core import checkpoint, runs, worker
from gan_core.presets import preset

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
STEPS, HALF = 60, 30


def config(**changes):
    settings = {"device": "cuda", "precision": "float32", "lr_end": 1.0, "steps": STEPS}
    return preset("dcgan", "digits", size=16, **settings | changes)


def carried_out(path, resume=None, **changes):
    run = resume or runs.create(config(**changes), path)
    status = list(worker.record(run, resume=resume is not None))[-1]
    assert status["state"] == "done", status
    return run


def weights(run):
    _, players = checkpoint.load(run.checkpoint)
    return torch.cat([p.detach().flatten() for p in players.shown.parameters()])


@pytest.mark.parametrize("graphs", ["auto", "off"])
def test_a_run_in_float32_repeats_itself(tmp_path, graphs, caplog):
    caplog.set_level(logging.WARNING, "gan_core")
    a, b = (carried_out(tmp_path / name, graphs=graphs) for name in "ab")
    assert torch.equal(weights(a), weights(b))
    assert not caplog.records  # which would say that there was no graph


def test_a_run_that_is_resumed_goes_on_as_it_would_have(tmp_path):
    whole = carried_out(tmp_path / "whole", graphs="off")
    run = carried_out(tmp_path / "half", graphs="off", steps=HALF)
    runs.change(run, steps=STEPS)
    carried_out(None, resume=run)
    assert torch.equal(weights(run), weights(whole))


def test_a_run_in_bfloat16_learns_and_is_judged(tmp_path):
    run = carried_out(tmp_path / "run", precision="bfloat16", steps=400)
    found = run.status()
    assert found["device"].startswith("cuda")
    assert found["metrics"]["frechet"] < 60
