"""The training pages, alone and in the frame: what they offer, start, show and say."""

import errno
import io
import subprocess
import sys
import threading
import time
from dataclasses import fields

import numpy as np
import pytest
from PIL import Image

from gan_core import runs
from gan_core.catalog import BadInput
from gan_core.config import Config
from gan_core.executors import Local
from gan_core.presets import preset
from tests.app.conftest import PAGES, ROOT
from ui import live

KINDS = [("p", "train_2d", "ring"), ("i", "train_images", "faces")]


def ended(kind: str, state: str = "done", **changes) -> runs.Run:
    """A run with two frames, curves and one measurement, as a worker would have left it."""
    objective, data = ("ns-gan", "ring") if kind == "2d" else ("dcgan", "faces")
    run = runs.create(preset(objective, data, **{"steps": 40, **changes}))
    if kind == "2d":
        scene = {
            "kind": "2d", "points": 1000, "field": 48, "extent": [-1.5, 1.5, -1.5, 1.5],
            "head": "probability", "modes": [[1, 0], [0, 1]],
        }  # fmt: skip
        real, payload = bytes(4000), bytes(4000 + 48 * 48 + 8)
        metrics = {
            "modes": 1, "modes_total": 8, "hq": 0.5, "reverse_kl": 0.7, "em": 0.9,
            "modes_real": 8, "hq_real": 0.989, "reverse_kl_real": 0.0014, "em_real": 0.05,
        }  # fmt: skip
    else:
        scene = {"kind": "image", "columns": 8, "rows": 8, "size": 32, "channels": 3}
        picture = io.BytesIO()
        Image.fromarray(np.zeros((256, 256, 3), "u1")).save(picture, "WEBP")
        real = payload = picture.getvalue()
        metrics = {"frechet": 44.1, "frechet_real": 0.3, "feature_space": "faces-cnn"}
    runs.write_json(run.path / "scene.json", scene)
    runs.write_whole(run.path / "real.bin", real)
    for step in (20, 40):
        run.append_curves({"step": step, "seconds": step / 10, "d_loss": 1.3, "g_loss": 0.7})
        run.append_frame(step, step / 10, payload)
    run.append_metrics({"step": 40, "seconds": 4.0, **metrics})
    run.write_status(state=state, step=40, seconds=4.0, metrics=metrics)
    return run


@pytest.fixture
def started(monkeypatch) -> list[runs.Run]:
    """The runs that a page handed to a worker; none is carried out."""
    found: list[runs.Run] = []
    monkeypatch.setattr(Local, "start", lambda self, run, resume=False: found.append(run))
    return found


@pytest.mark.parametrize("page", PAGES)
def test_a_page_opens_alone_and_in_the_frame(page, framed, alone):
    assert not framed(page).exception
    assert not alone(page).exception


def test_no_page_brings_torch_into_the_server():
    code = (
        "import sys; from streamlit.testing.v1 import AppTest\n"
        "from gan_core.executors import Local; Local.warm = lambda self: None\n"
        "at = AppTest.from_file('app.py', default_timeout=30).run()\n"
        f"for page in {PAGES}:\n"
        "    at.switch_page(f'pages/{page}.py').run(); assert not at.exception, page\n"
        "print('torch' in sys.modules, 'plotly.graph_objects' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout.split()[:1] == ["False"], done.stdout + done.stderr


@pytest.mark.parametrize(("prefix", "page", "data"), KINDS)
def test_train_starts_the_preset_that_is_shown(prefix, page, data, framed, started):
    at = framed(page)
    objective = at.selectbox(key=f"{prefix}_objective").value
    at.button(key=f"{prefix}_train").click().run()
    assert not at.exception
    assert [run.config for run in started] == [preset(objective, data)]
    assert at.query_params["run"] == started[0].id


def test_every_setting_reaches_the_run(framed, started):
    at = framed("train_2d")
    at.number_input(key="p_lr_g").set_value(0.0123)
    at.number_input(key="p_seed").set_value(7)
    at.number_input(key="p_ring_modes").set_value(12.0)
    at.run()
    at.button(key="p_train").click().run()
    expected = preset("r3gan", "ring(modes=12)", lr_g=0.0123, seed=7)
    assert started[0].config == expected


def test_the_address_sets_the_widgets(framed):
    at = framed("train_2d", p_objective="wgan", p_data="grid", p_lr_g="0.5", p_steps="77")
    assert at.selectbox(key="p_objective").value == "wgan"
    assert at.selectbox(key="p_data").value == "grid"
    assert at.number_input(key="p_lr_g").value == 0.5
    assert at.number_input(key="p_steps").value == 77
    assert at.number_input(key="p_clip").value == preset("wgan", "grid").clip


def test_settings_follow_the_data_but_for_those_set_by_hand(framed, started):
    at = framed("train_2d")
    at.number_input(key="p_batch").set_value(77).run()
    at.selectbox(key="p_data").set_value("grid").run()
    at.button(key="p_train").click().run()
    assert started[0].config == preset("r3gan", "grid", batch=77)
    at = framed("train_2d")
    at.number_input(key="p_ring_modes").set_value(16.0).run()
    at.number_input(key="p_ring_modes").set_value(4.0).run()
    at.button(key="p_train").click().run()
    assert started[1].config == preset("r3gan", "ring(modes=4)")


@pytest.mark.parametrize("bad", ["nan", "1e99", "abc", "-1"])
def test_nonsense_in_the_address_is_ignored(bad, framed):
    at = framed("train_2d", p_objective=bad, p_beta1=bad, p_steps=bad, p_ring_modes=bad)
    assert not at.exception
    assert at.number_input(key="p_beta1").value == preset("r3gan", "ring").beta1


@pytest.mark.parametrize("chosen", ["recommended", "published"])
def test_another_objective_brings_its_own_settings(chosen, framed):
    at = framed("train_2d")
    at.number_input(key="p_lr_g").set_value(0.9).run()
    at.selectbox(key="p_preset").set_value(chosen).run()
    at.selectbox(key="p_objective").set_value("wgan-gp").run()
    wanted = preset("wgan-gp", "ring", chosen)
    for field in fields(Config):
        for widget in [*at.number_input, *at.selectbox]:
            if widget.key == f"p_{field.name}" and field.name != "data":
                assert widget.value == getattr(wanted, field.name), field.name


def test_other_data_brings_its_own_length_unless_one_was_chosen(framed, started):
    ring, grid = (preset("r3gan", data).steps for data in ("ring", "grid"))
    at = framed("train_2d")
    assert ring < grid and at.number_input(key="p_steps").value == ring
    at.selectbox(key="p_data").set_value("grid").run()
    assert at.number_input(key="p_steps").value == grid
    at.number_input(key="p_steps").set_value(123).run()
    at.selectbox(key="p_data").set_value("ring").run()
    at.button(key="p_train").click().run()
    assert started[0].config == preset("r3gan", "ring", steps=123)


def test_settings_that_do_not_fit_are_explained_and_not_started(framed):
    at = framed("train_2d", p_norm_d="batch")
    assert "BatchNorm" in at.warning[0].value
    assert at.button(key="p_train").disabled


def test_too_many_runs_are_refused_in_words_and_leave_nothing(framed, monkeypatch, runs_folder):
    def refuse(self, run, resume=False):
        raise BadInput("2 runs are in progress")

    monkeypatch.setattr(Local, "start", refuse)
    at = framed("train_2d")
    at.button(key="p_train").click().run()
    assert "2 runs are in progress" in at.error[0].value
    assert "run" not in at.query_params
    assert runs.all_runs() == []


@pytest.mark.parametrize(("kind", "page"), [("2d", "train_2d"), ("image", "train_images")])
def test_a_link_opens_a_finished_run_with_its_measurements(kind, page, framed):
    at = framed(page, run=ended(kind).id)
    assert not at.exception
    assert any("step 40 " in caption.value for caption in at.caption)
    shown = {metric.label: metric.value for metric in at.metric}
    wanted = {"Modes": "1 of 8", "High quality": "50.0 %"} if kind == "2d" else {"Fréchet": "44.1"}
    assert wanted.items() <= shown.items()


def test_a_run_opened_on_the_wrong_page_is_shown_on_its_own(framed):
    at = framed("train_2d", run=ended("image").id)
    assert not at.exception
    assert at.title[0].value == "Train on images"


def test_a_failed_run_says_why_and_offers_its_settings(framed):
    run = ended("2d", "failed", lr_g=0.5)
    run.write_status(error="The loss became infinite at step 40. Lower the learning rates.")
    at = framed("train_2d", run=run.id)
    assert "infinite at step 40" in at.error[0].value
    at.button(key="live_again").click().run()
    assert at.number_input(key="p_lr_g").value == 0.5
    assert at.selectbox(key="p_objective").value == "ns-gan"


def test_a_run_whose_process_is_gone_reads_interrupted(framed):
    run = ended("2d", "running")
    run.write_status(pid=2**22 + 1, born="0")
    at = framed("train_2d", run=run.id)
    assert "process is gone" in at.warning[0].value


def test_a_link_to_a_deleted_run_says_so(framed):
    run = ended("2d")
    run.delete()
    at = framed("train_2d", run=run.id)
    assert "There is no run" in at.warning[0].value
    assert at.button(key="p_train")


def test_stop_asks_the_worker(framed):
    run = ended("2d", "running")
    run.write_status(pid=None, updated=time.time())
    at = framed("train_2d", run=run.id)
    at.button(key="live_stop").click().run()
    assert run.requested("stop")
    assert at.button(key="live_stop").disabled


def test_pause_and_continue_ask_the_worker(framed):
    run = ended("2d", "running")
    run.write_status(pid=None, updated=time.time())
    at = framed("train_2d", run=run.id)
    at.button(key="live_pause").click().run()
    assert run.requested("pause")
    assert at.button(key="live_continue").label == "Continue"
    at.button(key="live_continue").click().run()
    assert not run.requested("pause")


@pytest.mark.parametrize("key", ["live_stop", "live_pause"])
def test_a_full_disk_is_reported_in_words(key, framed, monkeypatch):
    def full(self, name):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(runs.Run, "request", full)
    run = ended("2d", "running")
    run.write_status(pid=None, updated=time.time())
    at = framed("train_2d", run=run.id)
    at.button(key=key).click().run()
    assert not at.exception
    assert "No space left" in at.toast[0].value


def test_a_run_deleted_while_it_is_drawn_is_explained(framed, monkeypatch):
    run = ended("2d", "running")
    run.write_status(pid=None, updated=time.time())

    def vanish(*_):
        run.delete()
        return run.config

    monkeypatch.setattr(live, "film", vanish)
    at = framed("train_2d", run=run.id)
    assert not at.exception
    assert "There is no run" in at.warning[0].value


def test_text_of_the_address_is_no_markdown(framed):
    at = framed("train_2d", run="[x](http://evil.example)" + "y" * 5000)
    assert "[x]" not in at.warning[0].value and len(at.warning[0].value) < 400


def test_image_folders_lie_where_the_host_allows(framed, monkeypatch, tmp_path):
    (tmp_path / "open" / "cats").mkdir(parents=True)
    (tmp_path / "open" / "out").symlink_to("/etc")
    monkeypatch.setenv("GAN_FOLDERS", str(tmp_path / "open"))
    for bad in ("/etc", str(tmp_path / "open/../secret"), str(tmp_path / "open/out"), "a\0b"):
        at = framed("train_images", i_data="folder", i_folder=bad)
        assert not at.exception
        assert "image folders lie below" in at.warning[0].value
        assert at.button(key="i_train").disabled
    good = {"i_data": "folder", "i_folder": str(tmp_path / "open" / "cats")}
    assert not framed("train_images", **good).button(key="i_train").disabled
    monkeypatch.delenv("GAN_FOLDERS")
    assert not framed("train_images", i_data="folder", i_folder="/etc").warning


def test_the_settings_of_a_run_are_taken_over_to_the_last_digit(framed, started):
    run = ended("2d")
    spec = "ring(radius=1.2345678901,std=1e-06)"
    runs.write_whole(run.path / "config.json", run.config.replace(data=spec).to_json().encode())
    at = framed("train_2d", run=run.id)
    at.button(key="live_again").click().run()
    at.button(key="p_train").click().run()
    assert started[0].config.data == spec


def test_sets_that_need_a_download_say_so_and_others_do_not(framed, tmp_path, monkeypatch):
    monkeypatch.setenv("GAN_DATA", str(tmp_path))
    at = framed("train_images", i_data="cifar10")
    assert "does not come with this project" in at.info[0].value
    (tmp_path / "cifar-10-batches-py").mkdir()
    assert not framed("train_images", i_data="cifar10").info
    assert not framed("train_images", i_data="digits").info


def test_a_link_to_a_run_sets_the_form_to_it_unless_the_link_sets_the_form(framed):
    run = ended("2d", lr_g=0.003, n_gen=2)
    at = framed("train_2d", run=run.id)
    assert at.selectbox(key="p_objective").value == "ns-gan"
    assert at.number_input(key="p_lr_g").value == 0.003
    assert at.number_input(key="p_n_gen").value == 2
    at = framed("train_2d", run=run.id, p_objective="lsgan")
    assert at.selectbox(key="p_objective").value == "lsgan"


def test_a_start_waits_for_the_first_frame_but_not_for_long(monkeypatch, runs_folder):
    run = runs.create(preset("r3gan", "ring"))
    begin = time.monotonic()
    live._await_frame(run)
    assert live.FIRST <= time.monotonic() - begin < live.FIRST + 2 and run.latest() is None
    monkeypatch.setattr(live, "FIRST", 30.0)
    threading.Timer(0.05, run.show, (0, 0.0, b"frame")).start()
    live._await_frame(run)
    assert run.latest() is not None
