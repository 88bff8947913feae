"""The command line: its answers, exit codes and one-line errors."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from gan_core import commands, runs
from gan_core.__main__ import main
from gan_core.divergences import NAMES
from gan_core.presets import preset

TINY = ["--steps", "6", "--batch", "16", "--width", "8", "--depth", "2", "--device", "cpu"]


@pytest.fixture(autouse=True)
def own_root(tmp_path, monkeypatch):
    monkeypatch.setenv("GAN_RUNS", str(tmp_path / "runs"))
    monkeypatch.chdir(tmp_path)


def call(capsys, *argv):
    code = main(list(argv))
    return code, capsys.readouterr()


def last_json(out):
    return json.loads(out.strip().splitlines()[-1])


def trained(capsys, *more):
    code, out = call(capsys, "train", "--data", "ring", *TINY, "--json", *more)
    assert code == 0, out.err
    return last_json(out.out)


def test_train_prints_its_result_as_json(capsys, tmp_path):
    result = trained(capsys, "--objective", "r3gan", "--out", str(tmp_path / "mine"))
    assert result["run"] == str(tmp_path / "mine") and result["state"] == "done"
    assert result["steps"] == 6 and result["seconds"] > 0 and result["steps_per_second"] > 0
    assert {"modes", "modes_total", "hq", "reverse_kl", "em"} <= set(result["metrics"])
    assert "images_per_second" not in result


def test_train_on_images_says_the_feature_space(capsys):
    argv = ["train", "--objective", "dcgan", "--data", "digits", "--steps", "2", "--batch", "8"]
    code, out = call(capsys, *argv, "--width", "4", "--size", "16", "--json")
    assert code == 0, out.err
    result = last_json(out.out)
    assert {"frechet", "feature_space"} <= set(result["metrics"])
    assert result["images_per_second"] > 0


def test_every_setting_is_a_flag(capsys, tmp_path):
    result = trained(capsys, "--lr-g", "0.001", "--n-critic", "2", "--norm-d", "layer")
    config = runs.Run(tmp_path / result["run"]).config
    assert (config.lr_g, config.n_critic, config.norm_d) == (0.001, 2, "layer")


def test_the_published_preset_is_a_flag(capsys, tmp_path):
    result = trained(capsys, "--objective", "wgan", "--preset", "published")
    assert runs.Run(tmp_path / result["run"]).config.lr_d == 5e-5


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (["train", "--objective", "wgangp"], "Did you mean “wgan-gp”"),
        (["train", "--data", "rng"], "Did you mean “ring”"),
        (["train", "--data", "folder:nowhere"], "nowhere"),
        (["train", "--lr-g", "fast"], "invalid float"),
        (["train", "--lrg", "1"], "unrecognized"),
        (["train", "--steps", "0"], "steps=0 stands for as many rounds as fit"),
        (["train", "--objective", "dcgan", "--data", "ring"], "use ns-gan"),
        (["train", "--device", "tpu"], "device=tpu"),
        (["train", "--lr-g", "10"], "lr_g=10 is outside 0 to 1: choose a value between. A step of"),
        (["train", "--batch", "1"], "batch=1 is outside 2 to 4096"),
        (["train", "--n-critic", "1000"], "n_critic=1000 is outside 1 to 50"),
        (["train", "--batch", "10", "--pack", "4"], "multiple of pack"),
        (["train", "--data", "ring(std=0)"], "std must be above 0"),
        (["train", "--data", "points:0123456789ab"], "no point set 0123456789ab"),
        (["train", "--data", "images:0123456789ab"], "no images 0123456789ab"),
        (["train", "--data", "images:0123456789ab", "--size", "128"], "Choose 16, 32 or 64"),
        (["train", "--data", "faces", "--objective", "dcgan", "--size", "48"], "need 16, 32, 64"),
        (["images", "nowhere.zip"], "no file or folder nowhere.zip"),
        (["sample", "nowhere.safetensors"], "nowhere.safetensors"),
        (["sample", "no-such-run"], "no run"),
        (["evaluate", "nowhere.safetensors"], "nowhere.safetensors"),
        (["stop", "no-such-run"], "no run"),
        (["resume", "no-such-run"], "no run"),
        (["divergence", "normal(0,-1)", "normal(0,1)"], "std"),
        (["divergence", "normale(0,1)", "normal(0,1)"], "normal"),
        (["fly"], "invalid choice"),
        ([], "required"),
    ],
)
def test_a_bad_argument_is_one_line_and_exit_code_2(capsys, argv, words):
    code, out = call(capsys, *argv)
    assert code == 2
    assert words in out.err
    assert len(out.err.strip().splitlines()) == 1 and "Traceback" not in out.err


def test_a_folder_of_images_is_kept_and_trained_on(capsys, tmp_path):
    for i in range(4):
        (tmp_path / "pets" / "ab"[i % 2]).mkdir(parents=True, exist_ok=True)
        Image.new("L", (30, 20), 60 * i).save(tmp_path / "pets" / "ab"[i % 2] / f"{i}.png")
    (tmp_path / "pets" / "bad.png").write_bytes(b"x")
    (tmp_path / "pets" / "notes.txt").write_bytes(b"x")
    code, out = call(capsys, "images", str(tmp_path / "pets"), "--json")
    assert code == 0 and "1 damaged" in out.out and "classes: a, b" in out.out
    kept = last_json(out.out)
    assert kept["count"] == 4 and kept["grey"]
    argv = ["train", "--objective", "dcgan", "--data", kept["data"], "--steps", "2", "--size", "16"]
    code, out = call(capsys, *argv, "--batch", "8", "--width", "4", "--json")
    assert code == 0, out.err
    assert "Left out of the images: 1 damaged" in out.err
    code, out = call(capsys, *argv[:4], f"folder:{tmp_path / 'pets'}", *argv[5:], "--batch", "8")
    assert code == 2 and "none of its 1" in out.err  # what lies in the folder itself comes first


@pytest.mark.parametrize("count", [3, 4])
@pytest.mark.parametrize("kept", [True, False], ids=["images:ID", "folder:PATH"])
def test_four_images_train_and_three_are_refused_before_training(capsys, tmp_path, count, kept):
    """A batch of 64 from four images, which are drawn again and again; judged against two."""
    place = tmp_path / "few"
    place.mkdir()
    for i in range(count):
        Image.new("RGB", (20, 20), (60 * i, 0, 255 - 60 * i)).save(place / f"{i}.png")
    data = f"folder:{place}"
    if kept:
        code, out = call(capsys, "images", str(place), "--json")
        if count < 4:
            assert code == 2 and "are 3 images only" in out.err and "at least 4" in out.err
            return
        data = last_json(out.out)["data"]
    argv = ["train", "--objective", "ns-gan", "--data", data, "--steps", "2", "--size", "16"]
    code, out = call(capsys, *argv, "--batch", "64", "--width", "4", "--json")
    if count < 4:
        assert code == 2 and "holds 3 images: at least 4" in out.err and runs.all_runs() == []
        return
    assert code == 0, out.err
    found = last_json(out.out)["metrics"]
    assert found["samples"] == 2 and found["frechet"] > 0
    run = last_json(out.out)["run"]
    assert call(capsys, "evaluate", run)[0] == 0 and call(capsys, "sample", run)[0] == 0


def test_bad_arguments_leave_no_run_behind(capsys):
    call(capsys, "train", "--data", "folder:nowhere")
    call(capsys, "train", "--device", "tpu")
    assert runs.all_runs() == []


@pytest.mark.parametrize(
    ("argv", "names"),
    [
        (["--lr-g", "0"], {"unmoved"}),
        (["--lr-d", "0"], {"unmoved"}),
        (["--lr-g", "1", "--lr-d", "1"], {"exploded", "exploding", "d-won", "no-gradient",
                                          "collapse", "missed"}),
        (["--data", "ring(std=0.000001)"], {"missed", "collapse"}),
        (["--n-critic", "50", "--steps", "5"], {"early"}),
    ],
)  # fmt: skip
def test_settings_that_cannot_work_are_run_and_diagnosed(capsys, argv, names):
    base = ["train", "--objective", "ns-gan", "--data", "ring", *TINY, "--steps", "100"]
    code, out = call(capsys, *base, *argv, "--json")
    told = last_json(out.out)["diagnosis"]
    assert code in (0, 1) and names & {one["name"] for one in told}, told
    assert told[0]["tone"] in ("bad", "warn") and told[0]["label"]
    assert told[0]["title"] in out.err + out.out


def test_a_failed_run_is_exit_code_1(capsys, monkeypatch):
    from gan_core import failures, worker

    def fails(*_):
        raise failures.Diverged(3)

    monkeypatch.setattr(worker._Recorder, "go", fails)
    code, out = call(capsys, "train", *TINY, "--json")
    assert code == 1 and "step 3" in out.err
    assert last_json(out.out)["state"] == "failed"


def test_sample_draws_a_picture_or_points(capsys, tmp_path):
    run = trained(capsys)["run"]
    code, out = call(capsys, "sample", run, "--n", "5", "--out", "points.csv", "--json")
    assert code == 0 and last_json(out.out)["points"] == 5
    assert len((tmp_path / "points.csv").read_text().splitlines()) == 5
    argv = ["train", "--data", "digits", "--steps", "1", "--batch", "8", "--width", "4"]
    call(capsys, *argv, "--size", "16", "--out", "images")
    code, out = call(capsys, "sample", "images", "--n", "9", "--scale", "2", "--json")
    assert code == 0 and (tmp_path / "samples.png").read_bytes()[:4] == b"\x89PNG"
    assert (last_json(out.out)["width"], last_json(out.out)["rows"]) == (96, 3)
    code, _ = call(capsys, "sample", "images", "--n", "5", "--to-seed", "3", "--out", "walk.png")
    assert code == 0 and (tmp_path / "walk.png").exists()
    code, out = call(capsys, "sample", "images", "--n", "0")
    assert code == 2 and "from 1 to" in out.err
    code, out = call(capsys, "sample", "images", "--out", "no/such/folder.png")
    assert code == 2 and "folder.png" in out.err


def test_a_2d_checkpoint_is_drawn_as_a_picture(capsys, tmp_path):
    run = trained(capsys)["run"]
    assert call(capsys, "sample", run, "--out", "grid.png")[0] == 0
    assert (tmp_path / "grid.png").read_bytes()[:4] == b"\x89PNG"


def test_a_picture_too_large_is_refused(capsys):
    argv = ["train", "--data", "digits", "--steps", "1", "--batch", "8", "--width", "4"]
    call(capsys, *argv, "--size", "16", "--out", "images")
    code, out = call(capsys, "sample", "images", "--n", "1024", "--scale", "16")
    assert code == 0
    code, out = call(capsys, "sample", "images", "--n", "1000", "--to-seed", "1", "--scale", "16")
    assert code == 2 and "too large" in out.err


def test_seconds_alone_set_the_steps_that_fit(capsys):
    argv = ["train", "--seconds", "1.5", "--width", "8", "--batch", "16", "--device", "cpu"]
    code, out = call(capsys, *argv, "--json")
    result = last_json(out.out)
    assert code == 0 and result["state"] == "done" and result["seconds"] > 0.5
    assert result["steps"] > 10
    config = runs.Run(Path(result["run"])).config
    assert config.seconds == 1.5 and config.steps >= result["steps"]
    code, out = call(capsys, "resume", result["run"], "--steps", "0")
    assert code == 2 and "goes on to a step that is named" in out.err
    more = config.steps + 3
    code, out = call(capsys, "resume", result["run"], "--steps", str(more), "--json")
    assert code == 0 and last_json(out.out)["steps"] == more, "the old time is no limit to it"


def test_an_unwritable_place_is_one_line(capsys, tmp_path):
    (tmp_path / "file").write_text("")
    for out in ("file", "file/below"):
        code, printed = call(capsys, "train", *TINY, "--out", out)
        assert code == 2 and len(printed.err.strip().splitlines()) == 1
    assert (tmp_path / "file").exists()


def test_a_folder_of_the_user_survives_a_run_that_cannot_begin(capsys, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("dear")
    argv = ["train", "--objective", "dcgan", "--data", "folder:nowhere", "--out"]
    for out in ("mine", "."):
        assert call(capsys, *argv, out)[0] == 2
    assert (tmp_path / "mine" / "thesis.txt").read_text() == "dear"


def test_one_damaged_run_does_not_hide_the_others(capsys, tmp_path):
    run = trained(capsys)["run"]
    bad = runs.create(preset("gan", "ring"))
    (bad.path / "config.json").write_text("{")
    code, out = call(capsys, "list", "--json")
    assert code == 0 and [r["run"] for r in last_json(out.out)["runs"]] == [run]
    assert bad.id in out.out


def test_the_same_seed_samples_the_same(capsys, tmp_path):
    run = trained(capsys)["run"]
    for name, seed in (("a", "1"), ("b", "1"), ("c", "2")):
        call(capsys, "sample", run, "--seed", seed, "--out", f"{name}.csv")
    a, b, c = ((tmp_path / f"{n}.csv").read_bytes() for n in "abc")
    assert a == b != c


def test_evaluate_repeats_the_figures_of_the_run(capsys):
    result = trained(capsys)
    code, out = call(capsys, "evaluate", result["run"], "--json")
    assert code == 0
    assert last_json(out.out)["metrics"]["em"] == pytest.approx(result["metrics"]["em"])


def test_divergence_prints_the_closed_forms(capsys):
    code, out = call(capsys, "divergence", "normal(0,1)", "normal(2,1)", "--json")
    assert code == 0
    result = last_json(out.out)
    assert list(result) == [*NAMES, "sqrt_js", "unit"]
    assert (result["kl"], result["w1"], result["unit"]) == (2.0, 2.0, "nats")
    _, out = call(capsys, "divergence", "point(0)", "point(3)", "--json")
    assert last_json(out.out)["kl"] == "inf" and last_json(out.out)["w1"] == 3.0


def test_list_stop_resume_and_delete(capsys, tmp_path):
    run = trained(capsys)["run"]
    name = run.rsplit("/", 1)[-1]
    code, out = call(capsys, "list", "--json")
    assert code == 0 and [r["run"] for r in last_json(out.out)["runs"]] == [run]
    code, out = call(capsys, "stop", name)
    assert code == 2 and "done" in out.err
    code, out = call(capsys, "resume", name)
    assert code == 2 and "--steps" in out.err
    code, out = call(capsys, "resume", name, "--steps", "9", "--json")
    assert code == 0 and last_json(out.out)["steps"] == 9
    code, _ = call(capsys, "delete", name)
    assert code == 0 and runs.all_runs() == []


def test_features_trains_a_feature_space(capsys, tmp_path):
    out = tmp_path / "assets"
    code, printed = call(capsys, "features", "digits", "--epochs", "1", "--out", str(out), "--json")
    assert code == 0 and (out / "features-digits.safetensors").exists()
    assert last_json(printed.out)["space"] == "digits-cnn"
    code, printed = call(capsys, "features", "ring")
    assert code == 2 and "digits" in printed.err


def test_every_command_has_help(capsys):
    for command in commands.COMMANDS:
        with pytest.raises(SystemExit) as ended:
            main([command.name, "--help"])
        assert ended.value.code == 0
        assert command.summary in capsys.readouterr().out


def test_ctrl_c_saves_and_says_how_to_go_on(tmp_path):
    argv = ["train", "--data", "ring", "--steps", "1000000", "--out", "long"]
    child = subprocess.Popen(
        [sys.executable, "-c", "import sys; from gan_core.__main__ import main; sys.exit(main())",
         *argv], stderr=subprocess.PIPE, cwd=tmp_path, text=True,
        env={**__import__("os").environ, "PYTHONPATH": _project()},
    )  # fmt: skip
    run = runs.Run(tmp_path / "long")
    _wait(lambda: run.frame_count() > 2)
    child.send_signal(2)
    _, err = child.communicate(timeout=60)
    assert child.returncode == 130 and "resume" in err and "Traceback" not in err
    assert run.status()["state"] == "stopped" and run.checkpoint.exists()


def _project():
    from pathlib import Path

    return str(Path(runs.__file__).parents[2])


def _wait(condition, seconds=60):
    import time

    limit = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < limit, "waited too long"
        time.sleep(0.05)


def test_plain_makes_strict_json():
    value = {"a": float("inf"), "b": [float("nan"), -float("inf")], "c": 1}
    assert commands.plain(value) == {"a": "inf", "b": [None, "-inf"], "c": 1}


def test_branch_goes_on_from_a_step_as_a_run_of_its_own(capsys, tmp_path):
    parent = trained(capsys, "--out", str(tmp_path / "parent"))
    argv = ["branch", str(tmp_path / "parent"), "--out", str(tmp_path / "child"), "--json"]
    code, out = call(capsys, *argv, "--objective", "began", "--lr-g", "0.001", "--steps", "9")
    assert code == 0, out.err
    child = last_json(out.out)
    assert (child["parent"], child["parent_step"]) == ("parent", parent["steps"])
    assert child["steps"] == 9 and "D is fresh" in out.err
    config = runs.Run(tmp_path / "child").config
    assert (config.objective, config.lr_g, config.width) == ("began", 0.001, 8)
    early = ["branch", str(tmp_path / "parent"), "--step", "0", "--out", str(tmp_path / "early")]
    code, out = call(capsys, *early, "--json")
    assert code == 0 and last_json(out.out)["parent_step"] == 0


def test_branch_refuses_in_one_line(capsys, tmp_path):
    trained(capsys, "--out", str(tmp_path / "parent"))
    for flags, word in ((["--data", "faces"], "2d"), (["--steps", "3"], "begins at step 6")):
        code, out = call(capsys, "branch", str(tmp_path / "parent"), *flags)
        assert code == 2 and word in out.err and out.err.count("\n") == 1
    code, out = call(capsys, "branch", "nowhere")
    assert code == 2 and "no run" in out.err


def test_step_is_asked_of_a_paused_run_alone(capsys, tmp_path):
    trained(capsys, "--out", str(tmp_path / "mine"))
    code, out = call(capsys, "step", str(tmp_path / "mine"), "d")
    assert code == 2 and "is done" in out.err
    run = runs.Run(tmp_path / "mine")
    run.write_status(state="paused", pid=None)
    code, _ = call(capsys, "step", str(tmp_path / "mine"), "d")
    assert code == 0 and run.requested("step-d")
