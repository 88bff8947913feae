"""What can be taken home from the samples page: each button's file, its words, and its refusals."""

import io
import shutil
import zipfile

import pytest
from PIL import Image

from gan_core import build, checkpoint, runs
from gan_core.__main__ import main
from gan_core.catalog import BadInput
from gan_core.executors import Local
from gan_core.failures import explain
from gan_core.presets import preset
from gan_core.sampling import ANSWERS, Shelf, recipes
from gan_core.sampling.exporting import FORMS
from gan_core.sampling.taken import ENDS, ORDERED
from ui import checkpoints, gallery
from ui.samples import export

PAGE = {"samples": ["png", "zip"], "walk": ["png", "zip", "gif", "mp4", "webm"]}
WALK = {"s_section": "Move"}  # whose first part is the way between two tiles
GENERATOR = ["onnx", "safetensors", "card", "recipe"]


@pytest.fixture(autouse=True)
def answered(tmp_path, monkeypatch):
    """The worker's answers, given in this process; what was asked, and what came of it."""
    monkeypatch.setattr(gallery, "SHIPPED", tmp_path / "shipped")
    for cache in (export._made, checkpoints._ask):
        cache.clear()
    shelf, seen = Shelf(), []

    def ask(_, asked, *more):
        try:
            found = ANSWERS[asked["do"]](shelf, asked)
        except Exception as error:
            seen.append((asked, None))
            raise BadInput(explain(error)) from None
        seen.append((asked, found))
        return found

    monkeypatch.setattr(Local, "ask", ask)
    return seen


@pytest.fixture
def digits(tmp_path):
    """A run of a shipped generator, which draws digits that differ."""
    config, _ = checkpoint.load(recipes.SHIPPED / "dcgan-mnist" / "checkpoint.safetensors")
    run = runs.create(config)
    run.write_status(state="done", step=5, seconds=1.0)
    shutil.copy(recipes.SHIPPED / "dcgan-mnist" / "checkpoint.safetensors", run.checkpoint)
    return run


@pytest.fixture
def ring():
    config = preset("ns-gan", "ring")
    run = runs.create(config)
    run.write_status(state="done", step=5, seconds=1.0)
    players = build.players(config, (2,), build.pick_device("cpu"))
    checkpoint.save(run.checkpoint, players, config, resumable=False)
    return run


def keys(at):
    return {button.key.removeprefix("s_") for button in at.download_button}


def taken(at, form, seen):
    """The bytes that a click on a button gives, after the page said so without an error."""
    at.download_button(key=f"s_{form}").click().run()
    assert not at.exception and not at.error, [e.value for e in at.error]
    asked, found = seen[-1]
    assert asked["do"] == "export" and asked["as"] == form
    assert export.FORMS[form].file in at.success[0].value
    return found[1]


def test_nothing_is_made_before_a_click(framed, digits, answered):
    at = framed("samples", **WALK)
    assert not at.exception and not at.error and not at.success
    assert keys(at) == {*PAGE["walk"], *GENERATOR}
    assert {asked["do"] for asked, _ in answered} == {"open", "interpolate"}


def test_films_are_offered_of_walks_alone(framed, digits):
    at = framed("samples")
    assert keys(at) == {*PAGE["samples"], *GENERATOR}
    assert "Under **Move**" in "".join(m.value for m in at.markdown)


@pytest.mark.parametrize("move", ["Map", "Walk", "Arithmetic", "Directions"])
def test_every_move_is_taken_home(framed, digits, answered, tmp_path, move):
    at = framed("samples", **WALK, s_move=move, s_way="0,0;1000,500", s_by="1,-2")
    ordered = move in ("Map", "Walk")
    assert keys(at) == {*PAGE["walk" if ordered else "samples"], *GENERATOR}
    png = taken(at, "png", answered)
    (tmp_path / "r.json").write_bytes(taken(at, "recipe", answered))
    out = tmp_path / "again.png"
    assert main(["sample", "--recipe", str(tmp_path / "r.json"), "--out", str(out)]) == 0
    assert out.read_bytes() == png
    if ordered:  # as many frames as the way has, with the settings that are chosen at first
        data = taken(at, "gif", answered)
        with Image.open(io.BytesIO(data)) as film:
            assert film.n_frames == {"Map": 72, "Walk": 144}[move]


def test_a_comparison_is_taken_home_and_a_table_is_not(framed, digits, ring, answered):
    at = framed("samples", run=digits.id, s_section="Compare", s_c_with="none", s_c_seed="3")
    assert not at.exception and not keys(at), "there is nothing beside it"
    other = runs.create(checkpoint.load(digits.checkpoint)[0])
    other.write_status(state="done", step=5, seconds=1.0)
    shutil.copy(digits.checkpoint, other.checkpoint)
    at = framed("samples", run=digits.id, s_section="Compare", s_c_seed="3")
    box = zipfile.ZipFile(io.BytesIO(taken(at, "zip", answered)))
    assert box.namelist() == [*(f"3-{i}.png" for i in range(24)), "recipe.json"]
    for section in ("Judge", "Zoo"):
        at = framed("samples", run=digits.id, s_section=section)
        assert not at.exception and not keys(at)


def test_compared_points_are_taken_home_as_they_are_shown(framed, ring, answered):
    other = runs.create(preset("wgan", "ring"))
    other.write_status(state="done", step=5, seconds=1.0)
    shutil.copy(ring.checkpoint, other.checkpoint)
    at = framed("samples", run=ring.id, s_section="Compare", s_c_with=other.id)
    shown = [asked for asked, _ in answered if asked["do"] == "sample"]
    assert len(taken(at, "csv", answered).splitlines()) == shown[0]["n"] == 500


def test_pictures_are_enlarged_as_the_slider_says(framed, digits, answered):
    at = framed("samples", s_n="9", s_scale="2", s_seed="4")
    with Image.open(io.BytesIO(taken(at, "png", answered))) as picture:
        assert picture.size == (3 * 32 * 2,) * 2
    box = zipfile.ZipFile(io.BytesIO(taken(at, "zip", answered)))
    assert box.namelist()[:2] == ["4-0.png", "4-1.png"]
    at.select_slider(key="s_scale").set_value(1).run()
    with Image.open(io.BytesIO(taken(at, "png", answered))) as picture:
        assert picture.size == (3 * 32,) * 2


@pytest.mark.parametrize("form", ["gif", "mp4", "webm"])
def test_a_walk_is_taken_home_as_a_film(framed, digits, answered, form):
    at = framed("samples", **WALK, s_steps="5", s_fps="10", s_between="1", s_scale="2",
                s_ends="There and back")  # fmt: skip
    data = taken(at, form, answered)
    assert "16 frames, 1.6 s" in at.success[0].value
    if form == "gif":
        with Image.open(io.BytesIO(data)) as film:
            assert film.n_frames == 16 and film.width == 64


@pytest.mark.parametrize("view", [{}, WALK], ids=["samples", "walk"])
def test_the_recipe_and_the_command_draw_the_pages_png(framed, digits, answered, tmp_path, view):
    at = framed("samples", **view, s_scale="2")
    png = taken(at, "png", answered)
    (tmp_path / "samples.json").write_bytes(taken(at, "recipe", answered))
    out = tmp_path / "again.png"
    assert main(["sample", "--recipe", str(tmp_path / "samples.json"), "--out", str(out)]) == 0
    assert out.read_bytes() == png
    words = at.code[0].value.split()
    assert words[:4] == ["python", "-m", "gan_core", "sample"] and words[4] == digits.id
    assert main([*words[3:-1], str(out)]) == 0
    assert out.read_bytes() == png


def test_a_request_of_more_than_a_command_says_is_drawn_by_its_recipe(digits):
    choice = checkpoints.choices({})[digits.id]
    plain = {"do": "sample", "n": 9, "seed": 1}
    assert "--n 9 --seed 1 --out" in export.command(choice, plain, 1, True)
    for request in (plain | {"truncation": 0.5}, {"do": "walk", "seed": 1}):
        assert "sample --recipe samples.json" in export.command(choice, request, 4, True)


def test_the_generator_is_taken_home_with_its_comparison(framed, digits, answered, tmp_path):
    at = framed("samples")
    assert taken(at, "onnx", answered)
    assert "64 latents drawn alike" in at.success[0].value and "1e-4" in at.success[0].value
    (tmp_path / "g.safetensors").write_bytes(taken(at, "safetensors", answered))
    assert Shelf().get(tmp_path / "g.safetensors").score is None
    assert b"LeCun" in taken(at, "card", answered)


def test_a_generator_alone_is_shown_and_its_card_tells_of_no_d(framed, digits, answered):
    at = framed("samples")
    data = taken(at, "safetensors", answered)
    digits.checkpoint.write_bytes(data)
    at = framed("samples")
    assert not at.exception and not at.error
    parameters = [m.value for m in at.markdown if m.value.startswith("G ")]
    assert len(parameters) == 1 and "D" not in parameters[0]


def test_points_are_taken_home_as_csv_and_png(framed, ring, answered, tmp_path):
    at = framed("samples", s_points="7")
    assert keys(at) == {"csv", "png", *GENERATOR}
    main(["sample", str(ring.path), "--n", "7", "--out", str(tmp_path / "p.csv")])
    assert taken(at, "csv", answered) == (tmp_path / "p.csv").read_bytes()
    main(["sample", str(ring.path), "--n", "7", "--out", str(tmp_path / "p.png")])
    assert taken(at, "png", answered) == (tmp_path / "p.png").read_bytes()


def test_what_cannot_be_written_is_said_and_nothing_is_lost(framed, digits, answered):
    at = framed("samples", **WALK, s_steps="16", s_between="60", s_from="5:0")
    at.download_button(key="s_gif").click().run()
    assert not at.exception and not at.success
    assert "is too long" in at.error[0].value
    assert at.selectbox(key="s_from").value == "5:0" and at.slider(key="s_steps").value == 16
    assert keys(at) == {*PAGE["walk"], *GENERATOR} and at.get("image")
    at.number_input(key="s_between").set_value(0).run()
    assert not at.error
    assert taken(at, "gif", answered)


def test_the_page_and_the_worker_know_the_same_files_and_walks():
    assert export.FORMS.keys() == FORMS.keys()
    assert export.ORDERED == ORDERED and tuple(export.ENDS) == ENDS


def test_a_checkpoint_that_is_gone_says_so(digits):
    choice = checkpoints.choices({})[digits.id]
    digits.checkpoint.unlink()
    with pytest.raises(BadInput, match="was deleted"):
        export.made(choice, {"do": "export", "as": "card"})


def test_nonsense_in_the_address_falls_back_to_the_defaults(framed, digits):
    at = framed("samples", **WALK, s_fps="-1", s_between="1e9", s_ends="never", s_scale="7")
    assert not at.exception and not at.error
    assert (at.number_input(key="s_fps").value, at.select_slider(key="s_scale").value) == (12, 4)


def test_a_file_is_made_once_for_the_download_and_its_words(digits, answered):
    choice = checkpoints.choices({})[digits.id]
    request = {"do": "export", "as": "card", "name": digits.id}
    assert export.made(choice, request) == export.made(choice, request)
    assert len(answered) == 1
