"""The home, samples and runs pages in Streamlit's test harness: alone and in the frame."""

import json
import os
import shutil

import numpy as np
import pytest

from gan_core import build, checkpoint, runs
from gan_core.catalog import BadInput
from gan_core.presets import preset
from gan_core.runs import Run
from ui import checkpoints, gallery


@pytest.fixture(autouse=True)
def no_shipped(tmp_path, monkeypatch):
    """No shipped checkpoints, unless a test puts some there."""
    monkeypatch.setattr(gallery, "SHIPPED", tmp_path / "shipped")
    return tmp_path / "shipped"


def finished(objective="ns-gan", data="ring", state="done", **status) -> Run:
    """A run folder as a worker leaves it, with one frame of 2-D points."""
    run = runs.create(preset(objective, data, steps=100))
    scene = {"kind": "2d", "points": 50, "field": 8, "extent": [-2, 2, -2, 2], "modes": None}
    runs.write_whole(run.path / "scene.json", json.dumps(scene).encode())
    points = np.random.default_rng(0).integers(0, 65536, (50, 2)).astype("<u2").tobytes()
    runs.write_whole(run.path / "real.bin", points)
    run.append_frame(100, 2.0, points + bytes(range(64)) + np.float32([0, 1]).tobytes())
    born = runs.born(os.getpid()) if hasattr(runs, "born") else None
    run.write_status(**{"state": state, "step": 100, "seconds": 2.0, "pid": os.getpid(),
                        "born": born, "metrics": {"modes": 7, "modes_total": 8, "hq": 0.91}}
                     | status)  # fmt: skip
    return run


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A small 2-D checkpoint and a small image checkpoint of untrained networks."""
    folder = tmp_path_factory.mktemp("trained")
    for data, shape, more in (
        ("ring", (2,), {}),
        ("digits", (1, 16, 16), {"size": 16, "width": 4, "latent": 8}),
    ):
        config = preset("ns-gan", data, **more)
        players = build.players(config, shape, build.pick_device("cpu"))
        checkpoint.save(folder / f"{data}.safetensors", players, config, resumable=False)
    return folder


@pytest.fixture
def with_checkpoint(trained):
    """`with_checkpoint("digits")`: a finished run that can be sampled."""

    def make(data: str) -> Run:
        config, _ = checkpoint.load(trained / f"{data}.safetensors")
        run = runs.create(config)
        run.write_status(state="done", step=5, seconds=1.0)
        shutil.copy(trained / f"{data}.safetensors", run.checkpoint)
        return run

    return make


@pytest.fixture(scope="module", autouse=True)
def end_workers():
    yield
    from ui.server import executor

    executor().close()


def words(at) -> str:
    """All text on the page."""
    parts = [*at.markdown, *at.caption, *at.error, *at.warning, *at.title]
    return "\n".join(str(part.value) for part in parts)


@pytest.mark.parametrize("page", ["home", "samples", "runs"])
@pytest.mark.parametrize("start", ["alone", "framed"])
def test_a_page_opens_with_nothing_there(page, start, request):
    at = request.getfixturevalue(start)(page)
    assert not at.exception
    assert len(at.title) == 1


@pytest.mark.parametrize("page", ["home", "runs"])
@pytest.mark.parametrize("start", ["alone", "framed"])
def test_a_page_shows_a_run(page, start, request):
    finished()
    at = request.getfixturevalue(start)(page)
    assert not at.exception
    assert "GAN, non-saturating on ring" in words(at)
    assert "7 of 8 modes · 91 % on a mode" in words(at)


def test_the_pages_load_nothing_heavy():
    """The server must stay small: nothing these pages import may bring in a large library."""
    import subprocess
    import sys

    code = (
        "import sys\nfrom ui import gallery, nav, run_table\nfrom ui.components import home\n"
        "import ui.checkpoints\n"
        "print([m for m in ('torch', 'scipy', 'pandas', 'pyarrow') if m in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert found.stdout.strip() == "[]", found.stdout + found.stderr


def test_the_recorded_pictures_show_what_gan_core_computes():
    from gan_core.divergences import Normal, distances
    from gan_core.equilibrium import optimal_discriminator, scores
    from ui.components import home

    def recorded(name: str) -> tuple[dict, dict[str, np.ndarray]]:
        header, raw = home._scene(name)
        read = {"f4": "<f4"}
        return header, {
            key: np.frombuffer(raw, read[a["kind"]], a["count"], a["offset"])
            for key, a in header["arrays"].items()
        }

    header, arrays = recorded("divergences")
    for gap, kl, js, em in arrays["table"].reshape(-1, 4)[::40]:
        found = distances(Normal(0, header["sigma"]), Normal(float(gap), header["sigma"]))
        assert (kl, js, em) == pytest.approx((found.kl, found.js, found.w1), rel=1e-5, abs=1e-6)

    header, arrays = recorded("equilibrium")
    gaps = np.linspace(0, header["reach"], len(arrays["value"]))
    best = arrays["best"].reshape(len(gaps), -1)
    x = np.linspace(header["low"], header["high"], best.shape[1])
    for i in (0, 30, len(gaps) - 1):
        p, q = Normal(0, header["sigma"]), Normal(gaps[i], header["sigma"])
        assert arrays["value"][i] == pytest.approx(scores(p, q).value, rel=1e-5)
        np.testing.assert_allclose(best[i], optimal_discriminator(p, q, x), atol=1e-6)

    from ui.mistakes.lab_critic import critic_sign

    _, arrays = recorded("mistakes")
    for name, wrong in (("wrong", True), ("right", False)):  # another processor rounds otherwise
        np.testing.assert_allclose(arrays[name], critic_sign(wrong, 0)[1]["shift"], atol=0.1)


def test_runs_without_runs_leads_to_training(framed):
    at = framed("runs")
    assert "not trained anything yet" in words(at)


def test_the_state_filter_keeps_what_it_names(framed):
    finished("ns-gan"), finished("hinge", state="failed", error="NaN at step 3")
    at = framed("runs", r_show="Failed")
    assert "Hinge on ring" in words(at) and "NaN at step 3" in words(at)
    assert "GAN, non-saturating on ring" not in words(at)
    at.segmented_control(key="r_show").set_value("Finished").run()
    assert "Hinge on ring" not in words(at)


def test_the_data_filter_keeps_what_it_names(framed):
    finished(data="ring(modes=5)"), finished(data="moons")
    at = framed("runs", r_data="moons")
    assert "on moons" in words(at) and "on ring" not in words(at)


def test_a_filter_without_a_match_offers_all_again(framed):
    finished()
    at = framed("runs", r_show="Running")
    assert "No run matches" in words(at)
    at.button(key="r_reset").click().run()
    assert "GAN, non-saturating on ring" in words(at)


def test_nonsense_in_the_address_falls_back_to_the_defaults(framed):
    finished()
    at = framed("runs", r_show="Bogus", r_data="nowhere", r_view="Pie", r_page="-4")
    assert not at.exception
    assert "GAN, non-saturating on ring" in words(at)


def test_stop_asks_the_run_to_stop(framed):
    run = finished(state="running", step=50, steps=100)
    at = framed("runs")
    at.button(key=f"r_stop_{run.id}").click().run()
    assert not at.exception
    assert run.requested("stop")


def test_delete_asks_first(framed):
    run, other = finished(), finished("hinge")
    at = framed("runs")
    at.button(key=f"r_delete_{run.id}").click().run()
    assert "removed for good" in words(at)
    assert run.exists()
    at.button(key="r_keep").click().run()
    assert run.exists()
    at.button(key=f"r_delete_{run.id}").click().run()
    at.button(key="r_confirm").click().run()
    assert not at.exception
    assert not run.exists() and other.exists()


def test_a_shipped_run_can_be_opened_but_not_deleted(framed, no_shipped, monkeypatch):
    run = finished()
    no_shipped.mkdir()
    shutil.move(run.path, no_shipped / "ring-demo")
    card = {"title": "Demo ring", "frechet": 12.5}
    runs.write_whole(no_shipped / "ring-demo" / "card.json", json.dumps(card).encode())
    at = framed("runs")
    assert "Demo ring" in words(at)
    assert not [b for b in at.button if b.key and "delete" in b.key]


def test_a_damaged_run_folder_does_not_break_the_list(framed):
    finished()
    broken = finished("hinge")
    (broken.path / "config.json").write_text("{not json")
    at = framed("runs")
    assert not at.exception
    assert broken.id in words(at) and "GAN, non-saturating on ring" in words(at)


def test_many_runs_come_in_pages(framed):
    for _ in range(13):
        finished()
    at = framed("runs")
    assert len([b for b in at.button if b.key and b.key.startswith("r_delete_")]) == 12


def test_the_table_shows_every_measured_number(framed):
    run = finished(metrics={"modes": 7, "modes_total": 8, "hq": 0.913, "em": 0.25})
    table = words(framed("runs", r_view="Table"))
    for shown in (f"[{run.id}](/train_2d?run={run.id})", "7/8", "91.3%", "0.250", "| – |"):
        assert shown in table


def test_runs_can_be_ordered_by_what_was_measured(framed):
    for data, em in (("ring", 0.5), ("moons", 0.1), ("grid", None)):
        finished(data=data, metrics={} if em is None else {"em": em})
    at = framed("runs", r_order="Smallest EM")
    names = [m.value for m in at.markdown if m.value.startswith("**GAN")]
    assert [n.split(" on ")[1] for n in names] == ["moons**", "ring**", "grid**"]


def test_signs_of_markdown_in_names_are_shown_as_they_are(framed):
    finished(state="failed", error="cost: $5 | *not* [a link](x)")
    at = framed("runs")
    assert r"\$5 \| \*not\* \[a link\]\(x\)" in words(at)


def test_a_damaged_picture_does_not_break_the_list(framed, no_shipped):
    run = finished()
    no_shipped.mkdir()
    shutil.move(run.path, no_shipped / "ring-demo")
    (no_shipped / "ring-demo" / "frames.idx").unlink()
    (no_shipped / "ring-demo" / "grid.png").write_bytes(b"no picture")
    at = framed("runs")
    assert not at.exception
    assert len(at.get("image")) == 1


# Samples


@pytest.mark.parametrize("data", ["digits", "ring"])
def test_samples_draws_without_a_click(framed, with_checkpoint, data):
    with_checkpoint(data)
    at = framed("samples")
    assert not at.exception and not at.error
    assert at.get("bidi_component") if data == "digits" else at.get("image")


def test_samples_opens_the_run_of_a_link(framed, with_checkpoint):
    first, second = with_checkpoint("digits"), with_checkpoint("ring")
    for run in (first, second):
        at = framed("samples", run=run.id)
        assert at.selectbox(key="s_checkpoint").value == run.id


def test_samples_prints_the_command_of_the_picture(framed, with_checkpoint):
    run = with_checkpoint("digits")
    at = framed("samples", s_seed="7", s_n="9", s_scale="2")
    assert at.code[0].value == (
        f"python -m gan_core sample {run.id} --n 9 --seed 7 --scale 2 --out samples.png"
    )
    at = framed("samples", s_section="Move", s_from="3", s_to="4", s_steps="5", s_path="lerp")
    assert "--n 5 --seed 3 --to-seed 4 --path lerp" in at.code[0].value


def test_samples_survives_nonsense_in_the_address(framed, with_checkpoint):
    with_checkpoint("digits")
    at = framed("samples", s_seed="-3", s_n="1e9", s_section="Dance", run="../etc", s_scale="3")
    assert not at.exception and not at.error


def test_samples_says_what_is_wrong_with_a_damaged_checkpoint(framed, with_checkpoint):
    run = with_checkpoint("digits")
    raw = run.checkpoint.read_bytes()
    run.checkpoint.write_bytes(raw[: len(raw) // 2])
    at = framed("samples")
    assert not at.exception
    assert "damaged" in at.error[0].value


def test_samples_warns_about_a_run_that_is_gone(framed, with_checkpoint):
    with_checkpoint("digits")
    at = framed("samples", run="deleted-run")
    assert "no checkpoint yet" in at.warning[0].value
    assert not at.error


def test_the_same_request_is_asked_once(with_checkpoint, monkeypatch):
    from ui.server import executor

    run = with_checkpoint("digits")
    choice = checkpoints.choices({})[run.id]
    first = checkpoints.ask(choice, do="sample", n=4, seed=123)
    monkeypatch.setattr(type(executor()), "ask", lambda *_: pytest.fail("asked again"))
    assert checkpoints.ask(choice, do="sample", n=4, seed=123) == first


@pytest.mark.parametrize(
    ("name", "raw", "why"),
    [
        ("model.pt", b"\x80\x04\x95\x00\x00\x00\x00\x00\x00\x00.", "damaged"),
        ("model.pth", b"PK\x03\x04" + bytes(60), "begins as a zip"),
        ("noise.safetensors", bytes(range(256)) * 4, "neither"),
        ("empty.safetensors", b"", "empty"),
    ],
)
def test_a_foreign_file_is_refused_and_not_kept(name, raw, why, tmp_path, monkeypatch):
    monkeypatch.setattr(checkpoints.tempfile, "gettempdir", lambda: str(tmp_path))
    with pytest.raises(BadInput, match=why):
        checkpoints.take_in(name, raw)
    assert not [p for p in tmp_path.rglob("*") if p.is_file()]


def test_a_handed_in_checkpoint_is_kept_and_the_oldest_make_room(trained, tmp_path, monkeypatch):
    monkeypatch.setattr(checkpoints.tempfile, "gettempdir", lambda: str(tmp_path))
    raw = (trained / "ring.safetensors").read_bytes()
    key, path = checkpoints.take_in("../../my ring.safetensors", raw)
    assert path.read_bytes() == raw and path.name == "my_ring.safetensors"
    assert path.parent.parent.parent == tmp_path
    assert checkpoints.choices({key: path})[key].label == "my_ring.safetensors, your file"
    for i in range(checkpoints.KEPT + 3):
        (path.parent.parent / f"old{i}").mkdir()
    checkpoints.take_in("ring.safetensors", raw)
    assert len(list(path.parent.parent.iterdir())) <= checkpoints.KEPT


def test_an_upload_is_chosen_and_drawn(framed, with_checkpoint, trained, tmp_path, monkeypatch):
    monkeypatch.setattr(checkpoints.tempfile, "gettempdir", lambda: str(tmp_path))
    with_checkpoint("digits")
    at = framed("samples")
    raw = (trained / "ring.safetensors").read_bytes()
    at.get("file_uploader")[0].set_value(("mine.safetensors", raw, "application/octet-stream"))
    at.run()
    assert not at.exception and not at.error
    assert at.selectbox(key="s_checkpoint").value.startswith("upload-")
