"""Judge, Compare and Zoo of the samples page in Streamlit's test harness."""

import json
import shutil

import numpy as np
import pytest
import torch

from gan_core import build, checkpoint, expected, runs, sampling
from gan_core.executors import Local
from gan_core.pictures import encode
from gan_core.presets import preset
from gan_core.runs import Run
from gan_core.sampling import Shelf
from ui import gallery
from ui.samples import beside, judged, sheets, steps, zoo


@pytest.fixture(autouse=True)
def shipped(tmp_path, monkeypatch):
    """An empty folder of shipped checkpoints."""
    monkeypatch.setattr(gallery, "SHIPPED", tmp_path / "shipped")
    return tmp_path / "shipped"


@pytest.fixture(autouse=True)
def answered_here(runs_folder, monkeypatch):
    """What a worker would be asked about a checkpoint is answered in this process; the requests."""
    shelf, asked = Shelf(), []

    def ask(self, request, *more):
        asked.append(request)
        about, raw = sampling.ANSWERS[request["do"]](shelf, request)
        return json.loads(json.dumps(about)), raw  # as it comes through a pipe

    monkeypatch.setattr(Local, "ask", ask)
    return asked


def trained(objective="ns-gan", data="digits", shape=(1, 16, 16), **more) -> Run:
    """A finished run of networks that never learnt; their BatchNorm has seen one batch."""
    small = {"size": 16, "width": 4, "latent": 8} if len(shape) == 3 else {}
    config = preset(objective, data, **small | more)
    run = runs.create(config)
    players = build.players(config, shape, build.pick_device("cpu"))
    players.step = 100
    for net in filter(None, (players.G, players.ema)):
        net.train()(torch.randn(64, config.latent))
    checkpoint.save(run.checkpoint, players, config, resumable=False)
    run.write_status(state="done", step=100, seconds=4.0)
    return run


def words(at) -> str:
    parts = [*at.markdown, *at.caption, *at.warning, *at.info, *at.error, *at.subheader]
    return "\n".join(str(part.value) for part in parts).replace("\\", "")


# Judge


def test_a_judgement_waits_for_a_click_and_has_floors(framed, answered_here):
    run = trained()
    run.write_status(metrics={"frechet": 12.3, "frechet_real": 1.0, "feature_space": "digits-cnn"})
    at = framed("samples", run=run.id, s_section="Judge", s_j_n="500", s_pins="7:3,nonsense,0:1")
    assert not at.exception and not at.error
    assert "12.3" in [metric.value for metric in at.metric]
    assert all(not request["do"].startswith("judge") for request in answered_here)
    at.button(key="s_j_go").click().run(timeout=60)
    assert not at.exception and not at.error and not at.warning
    said = words(at)
    for title in ("How far from the data", "Classes", "Nearest training images", "Copied?"):
        assert title in said
    assert "digits-cnn" in said and "**7:3**" in said and "nonsense" not in said
    found = {metric.label: metric for metric in at.metric}
    for label in ("Fréchet", "Density", "Coverage", "Close", "C_T", "Z_U"):
        assert "real data" in found[label].delta, label
    near = next(r for r in answered_here if r["do"] == "judge_near")
    assert near["tiles"][:3] == ["7:3", "0:1", "0:0"]
    assert {r["n"] for r in answered_here if r["do"] == "judge_twins"} == {500}


def test_another_number_of_samples_asks_for_another_click(framed, answered_here):
    run = trained()
    at = framed("samples", run=run.id, s_section="Judge", s_j_n="500")
    at.button(key="s_j_go").click().run(timeout=60)
    assert any("How far" in part.value for part in at.subheader)
    at.selectbox(key="s_j_n").set_value(1000).run()
    assert not at.exception
    assert not any("How far" in part.value for part in at.subheader)


def test_data_that_is_not_here_is_said_with_the_cards_figures(framed, monkeypatch, tmp_path):
    monkeypatch.setenv("GAN_DATA", str(tmp_path / "nothing"))
    run = trained(data="mnist", shape=(1, 32, 32), size=32)
    (run.path / "card.json").write_text(json.dumps({"frechet": 4.5, "frechet_real": 0.1}))
    at = framed("samples", run=run.id, s_section="Judge")
    at.button(key="s_j_go").click().run(timeout=60)
    assert not at.exception
    assert "MNIST/raw" in at.warning[0].value and "GAN" in at.warning[0].value
    assert "4.5" in [metric.value for metric in at.metric]


def test_points_are_judged_elsewhere(framed):
    run = trained(data="ring", shape=(2,))
    at = framed("samples", run=run.id, s_section="Judge")
    assert not at.exception and not at.error
    assert "training page" in at.info[0].value


@pytest.mark.parametrize(
    ("found", "says"),
    [
        ({"close": 0.9, "c_t": -9.0}, "are copies"),
        ({"close": 0.05, "c_t": -4.0}, "closer to training images"),
        ({"close": 0.0, "c_t": 5.0}, "farther"),
        ({"close": 0.05, "c_t": None}, "no sign"),
        ({"close": 0.05}, "no sign"),
    ],
)
def test_a_verdict_follows_from_the_figures(found, says):
    assert says in judged.verdict_of_copies({"usual": 0.05, "z_u": 0.5, **found})[0]


def test_counts_have_two_digits_that_mean_something():
    assert [judged.count(n) for n in (0.4, 3, 47, 1114.9, 249_750)] == [
        "0", "3", "47", "1,100", "250,000",
    ]  # fmt: skip


def test_a_sheet_is_cut_into_its_tiles():
    tiles = np.random.default_rng(0).integers(0, 256, (6, 5, 5, 3), np.uint8)
    whole = tiles.reshape(3, 2, 5, 5, 3).swapaxes(1, 2).reshape(15, 10, 3)
    cut = sheets.cut(encode(np.ascontiguousarray(whole), "png"), 2)
    assert (cut.reshape(6, 5, 5, 3) == tiles).all()
    assert sheets.beside(cut[0]).startswith("data:image/webp;base64,")
    assert sheets.among(tiles[:5], 2).startswith("data:image/webp;base64,")


# Compare


def test_two_checkpoints_stand_under_one_seed(framed, answered_here):
    one, two, other = trained(), trained("wgan-gp"), trained(data="ring", shape=(2,))
    for run, value in ((one, 3.0), (two, 2.0)):
        run.write_status(metrics={"frechet": value, "frechet_real": 0.5, "feature_space": "x"})
    at = framed("samples", run=one.id, s_section="Compare", s_c_seed="4")
    assert not at.exception and not at.error and not at.warning
    drawn = [r for r in answered_here if r["do"] == "sample"]
    assert {r["seed"] for r in drawn} == {4} and len(drawn) == 2
    options = at.multiselect(key="s_c_with").options
    assert gallery.title(two) in options and gallery.title(other) not in options
    assert "**2.00**" in words(at) and "**3.00**" not in words(at)


def test_compare_opens_what_the_address_names_and_survives_nonsense(framed):
    one, two = trained(), trained("wgan")
    at = framed("samples", run=one.id, s_section="Compare", s_c_with=two.id)
    assert at.multiselect(key="s_c_with").value == [two.id]
    at = framed("samples", run=one.id, s_section="Compare", s_c_with="../etc", s_c_seed="x")
    assert not at.exception


def test_one_checkpoint_alone_has_nothing_beside_it(framed):
    at = framed("samples", run=trained().id, s_section="Compare")
    assert not at.exception and "no other checkpoint" in at.info[0].value


def test_figures_of_two_spaces_are_not_compared(framed):
    one, two = trained(), trained("wgan-gp")
    one.write_status(metrics={"frechet": 3.0, "feature_space": "x"})
    two.write_status(metrics={"frechet": 2.0, "feature_space": "y"})
    said = words(framed("samples", run=one.id, s_section="Compare"))
    assert "cannot be compared" in said and "**2.00**" not in said


@pytest.mark.parametrize("data", ["digits", "ring"])
def test_a_run_is_shown_at_each_state(framed, answered_here, data):
    run = trained(data=data, shape=(1, 16, 16) if data == "digits" else (2,))
    config, players = checkpoint.load(run.checkpoint)
    for step in (0, 40):
        players.step = step
        checkpoint.save(run.snapshots.path(step), players, config, resumable=False)
    at = framed("samples", run=run.id, s_section="Compare", s_c_part="One run over its steps")
    assert not at.exception and not at.error
    for step in (0, 40, 100):
        assert f"step {step}" in words(at)
    assert len([r for r in answered_here if r["do"] == "sample"]) == 3


def test_a_run_of_one_state_says_so(framed):
    run = trained()
    at = framed("samples", run=run.id, s_section="Compare", s_c_part="One run over its steps")
    assert not at.exception and "single state" in at.info[0].value


def test_states_are_spread_from_the_first_to_the_last():
    found = dict.fromkeys(range(0, 400, 10))
    picked = list(steps.spread(found, 10))
    assert len(picked) == 10 and picked[0] == 0 and picked[-1] == 390
    assert list(steps.spread({5: None, 1: None})) == [1, 5]


# Zoo


def ship(shipped, name, data="digits", space="digits-cnn", **figures) -> Run:
    run = trained(data=data, shape=(1, 16, 16))
    shipped.mkdir(exist_ok=True)
    shutil.move(run.path, shipped / name)
    card = {"title": name, "data": data, "feature_space": space} | figures
    (shipped / name / "card.json").write_text(json.dumps(card))
    return Run(shipped / name)


def test_the_zoo_groups_by_data_and_space(shipped, framed):
    ship(shipped, "a", frechet=9.0, frechet_real=0.5, classes_present=9, classes_total=10)
    ship(shipped, "b", space="mnist-cnn", frechet=2.0)
    ship(shipped, "c", frechet=4.0, machine="A machine", seconds=75.0, steps=1234)
    found = zoo.groups()
    assert [[row["id"] for row in group["rows"]] for group in found] == [["a", "c"], ["b"]]
    assert found[0]["floor"] == {"frechet": "0.50"} and found[1]["floor"] is None
    a, c = found[0]["rows"]
    assert a["text"]["classes"] == "9 of 10" and a["values"]["kernel"] is None
    assert (c["text"]["steps"], c["text"]["seconds"]) == ("1,234", "1 min 15 s")
    at = framed("samples", s_section="Zoo")
    assert not at.exception and not at.error


def test_looks_follow_the_limits_of_each_space():
    for space, (recognisable, good) in expected.QUALITY.items():
        assert zoo.looks(space, good) == "good"
        assert zoo.looks(space, good + 0.01) == zoo.looks(space, recognisable) == "recognisable"
        assert zoo.looks(space, recognisable + 0.01) == "poor"
    assert zoo.looks("nobody-looked", 1.0) is None and zoo.looks("mnist-cnn", None) is None


def test_every_shipped_checkpoint_is_in_the_zoo(monkeypatch):
    monkeypatch.setattr(gallery, "SHIPPED", runs.SHIPPED)
    rows = [row for group in zoo.groups() for row in group["rows"]]
    assert {row["id"] for row in rows} == {run.id for run in gallery.shipped()}
    assert all(row["values"]["frechet"] and row["values"]["size"] for row in rows)


def test_figures_of_a_choice_are_its_cards_before_its_runs(shipped):
    from ui.checkpoints import Choice

    run = ship(shipped, "a", frechet=1.5)
    run.write_status(metrics={"frechet": 9.0, "kernel": 0.1})
    known = beside.figures(Choice("a", run.path, "a"))
    assert (known["frechet"], known["kernel"], known["steps"]) == (1.5, 0.1, 100)
    assert beside.figures(Choice("file", run.checkpoint, "file")) == {}
