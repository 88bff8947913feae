"""The histogram of D's weights, against numpy's, and what stands at the limit."""

import numpy as np
import pytest
import torch

from gan_core.build import build
from gan_core.presets import preset
from gan_core.vitals import BINS, vitals

SMALL = {"steps": 2, "batch": 8, "width": 8, "depth": 2, "device": "cpu", "precision": "float32"}


def players(objective, **changes):
    return build(preset(objective, "ring", **{**SMALL, **changes}))[0]


def weights(made):
    return np.concatenate([w.detach().numpy().ravel() for w in made.D.parameters()])


@pytest.mark.parametrize("objective", ["r3gan", "wgan", "began"])
def test_the_histogram_is_that_of_the_weights(objective):
    made = players(objective)
    found = vitals(made)
    held = weights(made)
    span = 0.1 if objective == "wgan" else np.abs(held).max()
    assert found["span"] == pytest.approx(span) and found["largest"] == np.abs(held).max()
    shares = np.histogram(held.clip(-span, span), BINS, (-span, span))[0] / len(held)
    np.testing.assert_allclose(found["bins"], shares, atol=1.5 / len(held))
    assert sum(found["bins"]) == pytest.approx(1, abs=1e-3)


def test_clipped_weights_are_counted_at_the_limit():
    made = players("wgan", clip=0.01)
    before = float((np.abs(weights(made)) >= 0.01).mean())
    made.objective.after(made.D, torch.zeros(1), torch.zeros(1))
    assert vitals(made)["at_limit"] == pytest.approx(before) and before > 0.5
    with torch.no_grad():
        for weight in made.D.parameters():
            weight.mul_(0.5)
    assert vitals(made)["at_limit"] == 0


def test_only_clipping_has_a_limit():
    assert "at_limit" not in vitals(players("wgan-gp"))


def test_weights_of_zero_have_a_histogram_too():
    made = players("hinge")
    with torch.no_grad():
        for weight in made.D.parameters():
            weight.zero_()
    found = vitals(made)
    assert found["largest"] == 0 and sum(found["bins"]) == pytest.approx(1)
