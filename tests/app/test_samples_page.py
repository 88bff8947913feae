"""Look and Move of the samples page: widgets, addresses, pins. A small worker answers at once."""

import shutil

import pytest

from gan_core import build, checkpoint, runs, sampling
from gan_core.catalog import BadInput
from gan_core.executors import Local
from gan_core.failures import explain
from gan_core.presets import preset
from ui import gallery
from ui.samples import look, pins, sums, ways

KINDS = {
    "dcgan": ("ns-gan", "digits", (1, 16, 16)),
    "critic": ("wgan-gp", "digits", (1, 16, 16)),
    "began": ("began", "digits", (1, 16, 16)),
    "ring": ("ns-gan", "ring", (2,)),
}
MOVES = ["Interpolate", "Map", "Walk", "Arithmetic", "Directions"]


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """Checkpoints of untrained networks."""
    folder = tmp_path_factory.mktemp("trained")
    for name, (objective, data, shape) in KINDS.items():
        more = {"size": 16, "width": 4, "latent": 8} if data == "digits" else {}
        config = preset(objective, data, **more)
        players = build.players(config, shape, build.pick_device("cpu"))
        checkpoint.save(folder / f"{name}.safetensors", players, config, resumable=False)
    return folder


@pytest.fixture(autouse=True)
def answered_here(tmp_path, monkeypatch):
    """No shipped checkpoints; every request is answered in this process, and kept in `asked`."""
    monkeypatch.setattr(gallery, "SHIPPED", tmp_path / "shipped")
    shelf, asked = sampling.Shelf(), []

    def ask(self, request, *_):
        asked.append(request)
        try:
            return sampling.ANSWERS[request["do"]](shelf, request)
        except BadInput as error:
            raise BadInput(explain(error)) from None

    monkeypatch.setattr(Local, "ask", ask)
    return asked


@pytest.fixture
def opened(framed, trained):
    """`opened("dcgan", s_n="9")`: the samples page with that checkpoint."""

    def page(kind: str, **query: str):
        config, _ = checkpoint.load(trained / f"{kind}.safetensors")
        run = runs.create(config)
        run.write_status(state="done", step=5, seconds=1.0)
        shutil.copy(trained / f"{kind}.safetensors", run.checkpoint)
        return framed("samples", run=run.id, **query)

    return page


def words(at) -> str:
    parts = [*at.markdown, *at.caption, *at.error, *at.warning, *at.info]
    return "\n".join(str(part.value) for part in parts)


def clean(at) -> None:
    assert not at.exception and not at.error, words(at)


def last(asked, do: str) -> dict:
    return [request for request in asked if request["do"] == do][-1]


# Look


def test_a_grid_is_one_request_of_exact_pixels(opened, answered_here):
    clean(opened("dcgan", s_seed="7", s_n="9"))
    samples = [r for r in answered_here if r["do"] == "sample"]
    assert len(samples) == 1
    assert samples[0] | {"checkpoint": ""} == {
        "do": "sample", "seed": 7, "n": 9, "format": "exact", "scale": 1, "checkpoint": "",
    }  # fmt: skip


def test_pages_hold_what_is_left(opened, answered_here):
    at = opened("dcgan", s_n="1024", s_per="100")
    clean(at)
    assert last(answered_here, "sample")["n"] == 100
    at.get("pagination")  # eleven pages
    at = opened("dcgan", s_n="1024", s_per="100", s_page="11")
    clean(at)
    asked = last(answered_here, "sample")
    assert (asked["first"], asked["n"]) == (1000, 24)


def test_psi_and_order_are_asked_for(opened, answered_here):
    at = opened("dcgan", s_psi="0.5", s_order="Best first", s_n="100", s_scores="true")
    clean(at)
    asked = last(answered_here, "sample")
    assert (asked["psi"], asked["order"], asked["of"], asked["n"]) == (0.5, "best", 100, 64)
    assert asked["scores"] is True
    at.slider(key="s_psi").set_value(1.0).run()
    assert "psi" not in last(answered_here, "sample")


def test_rejection_says_how_many_stay_and_by_which_law(opened, answered_here):
    at = opened("dcgan", s_reject="true", s_gamma="50th")
    clean(at)
    assert "σ(F)" in words(at) and "of 1,024" in words(at)
    assert last(answered_here, "sample")["percentile"] == 50


@pytest.mark.parametrize(
    ("kind", "says"), [("critic", "score at least"), ("began", "error at most")]
)
def test_a_critic_or_an_energy_says_that_it_is_a_threshold(opened, kind, says):
    at = opened(kind, s_reject="true", s_gamma="95th", s_order="Best first")
    clean(at)
    assert "not a law" in words(at) and says in words(at)
    assert "52 of 1,024" in words(at)


def test_without_a_discriminator_nothing_is_sorted(opened, monkeypatch):
    from dataclasses import replace

    whole = sampling.Shelf.get
    monkeypatch.setattr(sampling.Shelf, "get", lambda *a: replace(whole(*a), score=None))
    at = opened("dcgan", s_order="Best first", s_reject="true")
    clean(at)
    assert "no discriminator" in words(at)


@pytest.mark.parametrize("section", ["Look", "Move"])
def test_points_are_drawn_as_points(opened, section, answered_here):
    at = opened("ring", s_section=section, s_pins="0:3")
    clean(at)
    assert at.get("image")
    request = last(answered_here, "sample" if section == "Look" else "interpolate")
    assert "format" not in request


# Pins


def test_pins_of_an_address_stay_through_sections_and_checkpoints(opened, answered_here):
    opened("critic")
    at = opened("dcgan", s_pins="0:17,3:4", s_names="smile")
    clean(at)
    assert last(answered_here, "tiles")["names"] == ["0:17", "3:4"]
    at.button_group(key="s_section").set_value("Move").run()
    clean(at)
    assert at.query_params["s_pins"] == "0:17,3:4"
    assert at.selectbox(key="s_from").options[:3] == ["smile (0:17)", "3:4", "0:0"]
    shown = at.selectbox(key="s_checkpoint")
    other = next(run.id for run in runs.all_runs() if run.id != shown.value)
    shown.set_value(other).run()
    clean(at)
    assert at.query_params["s_pins"] == "0:17,3:4" and at.query_params["run"] == other
    asked = last(answered_here, "tiles")
    assert asked["names"] == ["0:17", "3:4"] and other in asked["checkpoint"]


def test_nonsense_among_pins_is_named_and_the_others_stay(opened, answered_here):
    at = opened("dcgan", s_pins="0:3,nonsense,9:5000,4:2,99999999999:0")
    clean(at)
    for text in ("nonsense", "9:5000", "99999999999:0"):
        assert text in at.warning[0].value.replace("\\", "")
    assert last(answered_here, "tiles")["names"] == ["0:3", "4:2"]
    assert at.query_params["s_pins"] == "0:3,nonsense,9:5000,4:2,99999999999:0"


@pytest.mark.parametrize(
    ("text", "names", "found"),
    [
        ("", "", {}),
        ("0:17,3:4", "", {"0:17": "", "3:4": ""}),
        ("0:17,3:4", ",hat", {"0:17": "", "3:4": "hat"}),
        ("7", "one", {"7:0": "one"}),
        ("0:1,0:1,00:01", "a,b", {"0:1": "a"}),
        ("x,0:1", "a,b", {"0:1": "b"}),
        (",".join(f"{i}:0" for i in range(99)), "", {f"{i}:0": "" for i in range(pins.MOST)}),
    ],
)
def test_pins_are_read_from_an_address(text, names, found):
    assert pins.parse(text, names)[0] == found


@pytest.mark.parametrize(
    "text", ["", "a", "1:", ":1", "-1:0", "0:-1", "0:1024", "1.5:0", "٣:٤", "0:1:2"]
)
def test_what_names_no_tile(text):
    assert pins.valid(text) is None


def test_a_name_cannot_break_the_address():
    assert pins.clean("  a,b\nc" + "x" * 50) == ("a b c" + "x" * 50)[:24]
    assert pins.chosen("my (odd) name (3:4)") == "3:4"
    assert pins.chosen("zoo") == "zoo"


# Move


@pytest.mark.parametrize("move", MOVES)
@pytest.mark.parametrize("query", [{}, {"s_pins": "0:3,1:1,9:2,0:17", "s_psi": "0.7"}])
def test_every_way_is_drawn(opened, move, query):
    at = opened("dcgan", s_section="Move", s_move=move, **query)
    clean(at)


def test_interpolation_is_between_pins_or_seeds(opened, answered_here):
    clean(opened("dcgan", s_section="Move", s_pins="4:2,5:0"))
    asked = last(answered_here, "interpolate")
    assert (asked["a"], asked["b"]) == ("4:2", "5:0")
    clean(opened("dcgan", s_section="Move", s_from="3", s_to="4", s_path="lerp"))
    asked = last(answered_here, "interpolate")
    assert (asked["seed_a"], asked["seed_b"]) == (3, 4)
    modes = {r["mode"] for r in answered_here if r.get("seed_a") == 3}
    assert modes == {"slerp", "lerp"}


def test_a_way_in_the_address_is_played(opened, answered_here):
    clean(opened("dcgan", s_section="Move", s_move="Map", s_way="0,0;1000,500"))
    asked = last(answered_here, "path")
    assert asked["points"] == [[0, 0], [1, 0.5]] and asked["n"] == 72


@pytest.mark.parametrize("text", ["junk", "1,2;3", "0,0;2000,1", "1,2,3;4,5,6", ";", "-1,0;0,0"])
def test_a_way_that_cannot_be_read_is_said(opened, text):
    at = opened("dcgan", s_section="Move", s_move="Map", s_way=text)
    clean(at)
    assert "cannot be read" in at.warning[0].value


def test_steps_of_an_address_are_taken(opened, answered_here):
    clean(opened("dcgan", s_section="Move", s_move="Directions", s_by="1.5,x,-99,nan"))
    asked = [r for r in answered_here if r["do"] == "direction" and "by" in r][-1]
    assert asked["by"][:4] == [1.5, 0, -sums.REACH, 0]


@pytest.mark.parametrize(
    "query",
    [
        {"s_move": "Interpolate", "s_from": "zoo"},
        {"s_move": "Map", "s_c2": "0:9999"},
        {"s_move": "Directions", "s_base": "1:2:3"},
    ],
)
def test_a_tile_that_is_none_is_named(opened, query):
    at = opened("dcgan", s_section="Move", **query)
    assert not at.exception
    assert "SEED:INDEX" in at.error[0].value or "from 0 to 1023" in at.error[0].value


@pytest.mark.parametrize(
    "query",
    [
        {"s_n": "1e9", "s_page": "77", "s_per": "5", "s_order": "Nicest", "s_gamma": "x"},
        {"s_psi": "nan", "s_open": "<b>", "s_reject": "maybe", "s_seed": "-1"},
        {"s_section": "Move", "s_move": "Dance", "s_steps": "99", "s_path": "arc"},
        {"s_section": "Move", "s_move": "Walk", "s_stops": "0", "s_pace": "x", "s_walk": "-4"},
        {"s_section": "Move", "s_move": "Map", "s_side": "1", "s_frames": "0", "s_psi": "9"},
    ],
)
def test_nonsense_in_the_address_is_harmless(opened, query):
    clean(opened("dcgan", **query))


def test_what_a_section_returns_draws_rows(opened, answered_here, monkeypatch):
    """So that whatever is shown can be exported: a plain request whose rows are known."""
    import json

    from ui.samples import move

    found = []
    for section in (look, move):
        show = section.show
        monkeypatch.setattr(section, "show", lambda *a, show=show: found.append(show(*a)))
    opened("dcgan")
    for name in MOVES:
        opened("dcgan", s_section="Move", s_move=name)
    opened("dcgan", s_section="Move", s_move="Map", s_way="0,0;500,500")
    assert {r["do"] for r in found} == {
        "sample", "interpolate", "map", "walk", "arithmetic", "direction", "path",
    }  # fmt: skip
    for request in found:
        assert request["do"] in sampling.ROWS
        assert json.loads(json.dumps(request)) == request


def test_a_way_is_read():
    assert ways.way("0,0;1000,500") == ([[0, 0], [1, 0.5]], False)
    assert ways.way("") == ([], False)
