"""The diagnosis on the training pages: what it says, and that its remedy starts the cured run."""

import io

import numpy as np
import pytest
from PIL import Image

from gan_core import runs
from gan_core.executors import Local
from gan_core.presets import preset
from gan_core.runs import CURVES


@pytest.fixture
def started(monkeypatch) -> list[runs.Run]:
    """The runs that the page handed to a worker; none is carried out."""
    found: list[runs.Run] = []
    monkeypatch.setattr(Local, "start", lambda self, run, resume=False: found.append(run))
    return found


def ended(config, shares, vitals=None, **columns) -> runs.Run:
    """A finished run with 50 equal rows of curves and four equal measurements."""
    run = runs.create(config)
    scene = {
        "kind": "2d", "points": 1000, "field": 48, "extent": [-1.5, 1.5, -1.5, 1.5],
        "head": "probability", "modes": [[float(i), 0.0] for i in range(8)],
    }  # fmt: skip
    runs.write_json(run.path / "scene.json", scene)
    runs.write_whole(run.path / "real.bin", bytes(4000))
    values = dict.fromkeys(CURVES, 0.5) | columns
    for step in np.linspace(config.steps / 50, config.steps, 50):
        run.append_curves(values | {"step": step})
    run.append_frame(config.steps, 4.0, bytes(4000 + 48 * 48 + 8))
    entry = {
        "modes": 8, "modes_total": 8, "hq": 0.9, "reverse_kl": 0.0, "em": 0.06, "em_real": 0.05,
        "modes_real": 8, "hq_real": 0.989, "reverse_kl_real": 0.0014, "mode_share": shares,
        "lost": [i for i, share in enumerate(shares) if share < 0.0125], "vitals": vitals,
    }  # fmt: skip
    for step in range(1, 5):
        run.append_metrics({"step": step, "seconds": 1.0, **entry})
    run.write_status(state="done", step=config.steps, seconds=4.0, metrics=entry)
    return run


def test_the_remedy_starts_a_run_with_its_changes(framed, runs_folder, started):
    config = preset("ns-gan", "ring", r1=0.0, r2=0.0, seed=7)
    run = ended(config, [1.0] + [0.0] * 7, d_loss=1.3)
    at = framed("train_2d", run=run.id)
    assert not at.exception
    assert any("Problem: Mode collapse" in text.value for text in at.markdown)
    at.button(key="p_cure_collapse").click().run()
    assert not at.exception
    (new,) = started
    assert new.config == config.replace(r1=0.1, r2=0.1)
    assert at.query_params["run"] in (new.id, [new.id])


def test_a_run_that_is_well_offers_no_cure(framed, runs_folder):
    run = ended(preset("r3gan", "ring"), [0.125] * 8, d_loss=0.69)
    at = framed("train_2d", run=run.id)
    assert not at.exception
    assert any(":green[" in text.value and "Good:" in text.value for text in at.markdown)
    assert not [b for b in at.button if (b.key or "").startswith("p_cure")]


def test_clipping_shows_the_weights(framed, runs_folder):
    vitals = {"span": 0.1, "bins": [0.5, *[0.0] * 22, 0.5], "largest": 0.1, "at_limit": 0.9}
    run = ended(preset("wgan", "ring"), [0.125] * 8, vitals)
    at = framed("train_2d", run=run.id)
    assert not at.exception
    assert any("90 % of the critic's weights" in text.value for text in at.markdown)


def test_a_run_from_before_the_diagnosis_opens(framed, runs_folder):
    run = runs.create(preset("r3gan", "ring", steps=40))
    runs.write_json(run.path / "scene.json", {"kind": "2d", "points": 1000, "field": 48,
                    "extent": [-1, 1, -1, 1], "head": "critic", "modes": None})  # fmt: skip
    run.append_metrics({"step": 40, "seconds": 1.0, "modes": 3, "modes_total": 8})
    run.write_status(state="done", step=40, seconds=1.0, metrics={})
    assert not framed("train_2d", run=run.id).exception


def of_pictures(config, frechet, vitals=None, **columns) -> runs.Run:
    """A finished image run with equal rows of curves, and a distance at each measurement."""
    run = runs.create(config)
    scene = {"kind": "image", "columns": 8, "rows": 8, "size": 32, "channels": 3}
    picture = io.BytesIO()
    Image.fromarray(np.zeros((256, 256, 3), "u1")).save(picture, "WEBP")
    runs.write_json(run.path / "scene.json", scene)
    runs.write_whole(run.path / "real.bin", picture.getvalue())
    values = dict.fromkeys(CURVES, 0.5) | columns
    for step in np.linspace(config.steps / 50, config.steps, 50):
        run.append_curves(values | {"step": step})
    run.append_frame(config.steps, 4.0, picture.getvalue())
    entry = {"frechet_real": 0.3, "feature_space": "faces-cnn", "vitals": vitals}
    for step, distance in enumerate(frechet, 1):
        run.append_metrics({"step": step, "seconds": 1.0, "frechet": distance, **entry})
    run.write_status(state="done", step=config.steps, seconds=4.0, metrics=entry)
    return run


@pytest.mark.parametrize(
    ("objective", "columns", "vitals", "says", "cure"),
    [
        ("dcgan", {"d_loss": 0.001}, None, "Warning: D has won", "d-won"),
        ("dcgan", {"d_loss": 0.001, "g_grad": 1e-9}, None, "Problem: D has won", "d-won"),
        ("dcgan", {"d_loss": 1.3, "d_grad": 1e5}, None, "The gradients explode", "exploding"),
        ("began", {"k": 0.0}, None, "k is pinned at 0", "pinned"),
        ("wgan", {}, {"span": 0.02, "bins": [0.5, *[0.0] * 22, 0.5], "largest": 0.02,
                      "at_limit": 0.9}, "Weights pile up at ±c", "piled"),
        ("dcgan", {"d_loss": 1.3}, None, "Good: ", None),
    ],
)  # fmt: skip
def test_pictures_are_diagnosed_where_the_signs_mean_something(
    objective, columns, vitals, says, cure, framed, runs_folder, started
):
    run = of_pictures(preset(objective, "faces", steps=2000), [20.0] * 8, vitals, **columns)
    at = framed("train_images", run=run.id)
    assert not at.exception
    assert any(says in text.value for text in at.markdown), [text.value for text in at.markdown]
    offered = [button.key for button in at.button if (button.key or "").startswith("i_cure")]
    if cure is None:
        assert offered in ([], ["i_cure_unfinished"])
        return
    at.button(key=f"i_cure_{cure}").click().run()
    assert not at.exception
    (new,) = started
    assert new.config != run.config and new.config.kind == "image"
