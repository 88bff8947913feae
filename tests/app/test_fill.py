"""The section Fill of the samples page, and the reading of pictures on the training page."""

import json
import shutil

import pytest

from gan_core import build, checkpoint, holes, runs
from gan_core.presets import preset
from ui import controls, gallery
from ui.samples import fill

SMALL = {"size": 16, "width": 4, "latent": 8}
SECTIONS = ["Look", "Move", "Fill", "Judge", "Compare", "Zoo"]


@pytest.fixture(autouse=True)
def no_shipped(tmp_path, monkeypatch):
    monkeypatch.setattr(gallery, "SHIPPED", tmp_path / "shipped")


@pytest.fixture(scope="module", autouse=True)
def end_workers():
    yield
    from ui.server import executor

    executor().close()


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """Untrained networks on digits: one that fills in, one of noise alone."""
    folder = tmp_path_factory.mktemp("trained")
    for reads in ("x+z", "z"):
        config = preset("r3gan", "digits", reads=reads, **SMALL)
        players = build.players(config, (1, 16, 16), build.pick_device("cpu"))
        checkpoint.save(folder / f"{reads}.safetensors", players, config, resumable=False)
    return folder


@pytest.fixture
def with_checkpoint(trained):
    def make(reads="x+z"):
        config, _ = checkpoint.load(trained / f"{reads}.safetensors")
        run = runs.create(config)
        run.write_status(state="done", step=5, seconds=1.0)
        shutil.copy(trained / f"{reads}.safetensors", run.checkpoint)
        return run

    return make


def captions(at):
    return "\n".join(str(part.value) for part in [*at.caption, *at.markdown])


def test_completions_are_drawn_without_a_click(framed, with_checkpoint):
    with_checkpoint()
    at = framed("samples", s_section="Fill")
    assert not at.exception and not at.error
    assert at.segmented_control(key="s_section").options == SECTIONS
    assert "50 % of the picture is hidden" in captions(at)
    assert "two completions differ by" in captions(at)
    assert at.number_input(key="s_face").max == 178


def test_the_address_says_picture_and_hole(framed, with_checkpoint):
    with_checkpoint()
    view = {"s_section": "Fill", "s_face": "7", "s_hide": "Box", "s_fills": "9"}
    at = framed("samples", **view, s_columns="9", s_rows="0")
    assert not at.exception and at.number_input(key="s_face").value == 7
    at = framed("samples", **view | {"s_hide": "Paint"}, s_cells="8" + 63 * "0")
    assert not at.exception and "0 % of the picture is hidden" in captions(at)  # one cell of 256
    for cells in ("", "zz", 64 * "0", 10_000 * "f"):
        at = framed("samples", **view | {"s_hide": "Paint"}, s_cells=cells)
        assert not at.exception and not at.error
        assert "12 % of the picture is hidden" in captions(at)  # what is painted at first


def test_another_hole_or_seed_draws_anew_and_dice_choose_a_picture(framed, with_checkpoint):
    with_checkpoint()
    at = framed("samples", s_section="Fill")
    for hide in ("Left", "Top", "Bottom", "Box", "Paint"):
        at.segmented_control(key="s_hide").set_value(hide).run()
        assert not at.exception and not at.error
    at.button(key="s_face_roll").click().run()
    assert 0 <= at.number_input(key="s_face").value <= 178
    at.number_input(key="s_fill_seed").set_value(5).run()
    assert not at.exception and not at.error


@pytest.mark.parametrize("nonsense", [
    {"s_face": "9999"}, {"s_face": "-1"}, {"s_hide": "Middle"}, {"s_fills": "1e9"},
    {"s_hide": "Box", "s_columns": "99", "s_rows": "x"},
])  # fmt: skip
def test_nonsense_in_the_address_is_survived(framed, with_checkpoint, nonsense):
    with_checkpoint()
    at = framed("samples", s_section="Fill", **nonsense)
    assert not at.exception and not at.error


def test_a_generator_of_noise_has_no_such_section(framed, with_checkpoint):
    with_checkpoint("z")
    at = framed("samples", s_section="Fill")
    assert not at.exception and not at.error
    assert at.segmented_control(key="s_section").options == [s for s in SECTIONS if s != "Fill"]


def test_completions_are_taken_home(framed, with_checkpoint):
    with_checkpoint()
    at = framed("samples", s_section="Fill", s_fills="9", s_scale="2")
    assert "sample --recipe samples.json --out samples.png" in at.code[0].value
    for form, file in (("png", "samples.png"), ("zip", "samples.zip"), ("recipe", "samples.json")):
        at.download_button(key=f"s_{form}").click().run()
        assert not at.exception and not at.error
        assert file in at.success[0].value


def test_the_section_gives_way_where_another_checkpoint_has_none(framed, with_checkpoint):
    fills, plain = with_checkpoint(), with_checkpoint("z")
    at = framed("samples", run=fills.id, s_section="Fill")
    assert "two completions differ by" in captions(at)
    at.selectbox(key="s_checkpoint").set_value(plain.id).run()
    assert not at.exception and not at.error
    assert at.segmented_control(key="s_section").value == "Look"


@pytest.mark.parametrize("section", ["Look", "Move", "Judge", "Compare"])
def test_every_other_section_takes_it_too(framed, with_checkpoint, section):
    with_checkpoint(), with_checkpoint()
    at = framed("samples", s_section=section)
    assert not at.exception and not at.error
    assert at.segmented_control(key="s_section").value == section


def test_rectangles_of_the_sliders_always_hide_something(monkeypatch):
    values = {}
    monkeypatch.setattr(fill.st, "segmented_control", lambda *_, **__: fill.RECTANGLE)
    monkeypatch.setattr(fill.st, "slider", lambda label, *_, **__: values[label])
    for ends in [(0, 16), (16, 16), (0, 0), (9, 3), (5, 5)]:
        values.update(Columns=ends, Rows=ends)
        hidden = holes.parse(fill.part())
        assert hidden.any()


def test_a_training_page_s_form_takes_a_filling_run_over(framed):
    config = preset("r3gan", "faces", reads="x+z", spread=0.5, steps=50)
    run = runs.create(config)
    run.write_status(state="done", step=50, seconds=1.0)
    scene = {"kind": "image", "columns": 8, "rows": 8, "size": 32, "channels": 3, "fills": True}
    runs.write_whole(run.path / "scene.json", json.dumps(scene).encode())
    at = framed("train_images", run=run.id)
    assert not at.exception, at.exception
    assert at.selectbox(key="i_reading").value == "G(x,z)"
    assert at.number_input(key="i_spread").value == config.spread
    assert gallery.title(run) == "R3GAN fills in faces"
    assert controls.reading.of(config) == controls.reading.CARRIED
