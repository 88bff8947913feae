"""Settings and data that cannot work, on the pages: refused with the reason, or run and told."""

import io

import numpy as np
import pytest

from gan_core import runs, worker
from gan_core.executors import Local
from gan_core.plane import points
from gan_core.presets import preset


@pytest.fixture
def here(monkeypatch):
    """Runs are carried out at once, where a worker would."""

    def start(self, run, resume=False):
        list(worker.record(run, resume))

    monkeypatch.setattr(Local, "start", start)


def shown(at) -> str:
    assert not at.exception
    kinds = (at.markdown, at.warning, at.error, at.caption, at.info)
    text = " ".join(element.value for kind in kinds for element in kind)
    return text.replace("\\", "")  # a page escapes what Markdown would read as a mark


@pytest.mark.parametrize(("prefix", "page"), [("p", "train_2d"), ("i", "train_images")])
@pytest.mark.parametrize(
    ("query", "says"),
    [
        (
            {"lr_g": "10"},
            "Learning rate, G = 10 is outside 0 to 1: choose a value between. A step of more",
        ),
        ({"lr_d": "-1"}, "Learning rate, D = -1 is outside 0 to 1"),
        ({"batch": "1"}, "Batch size = 1 is outside 2 to 4096: choose a value between. D compares"),
        ({"n_critic": "1000"}, "D steps a round = 1000 is outside 1 to 50"),
        ({"n_gen": "0"}, "G steps a round = 0 is outside 1 to 50"),
        ({"pack": "7"}, "multiple of pack"),
    ],
)
def test_a_setting_out_of_bounds_is_refused_with_the_reason(prefix, page, query, says, framed):
    at = framed(page, **{f"{prefix}_{name}": value for name, value in query.items()})
    assert says in shown(at)
    assert at.button(key=f"{prefix}_train").disabled
    (name,) = query
    usual = getattr(preset("r3gan", "ring"), name)
    at.number_input(key=f"{prefix}_{name}").set_value(usual).run()
    assert not at.warning and not at.button(key=f"{prefix}_train").disabled


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ({"p_lr_g": "0"}, "G does not learn"),
        ({"p_lr_g": "0", "p_lr_d": "0"}, "G and D do not learn"),
        ({"p_n_critic": "50", "p_steps": "10"}, "Each round has 50 D steps"),
        ({"p_batch": "2", "p_steps": "30"}, "Warning: "),
        ({"p_lr_g": "1", "p_lr_d": "1", "p_steps": "60"}, "Problem: "),
        ({"p_ring_std": "1e-06"}, "modes missed"),
        ({"p_ring_modes": "1", "p_steps": "30"}, ""),
    ],
)
def test_what_cannot_work_runs_and_is_told(query, says, framed, here):
    at = framed("train_2d", **{"p_steps": "60", "p_width": "8", "p_device": "cpu", **query})
    at.button(key="p_train").click().run()
    assert says in shown(at)
    (run,) = runs.all_runs()
    assert run.status()["state"] in ("done", "failed")


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ([(1, 2)], "one point only"),
        ([(1, 2)] * 9, "are equal"),
        ([("nan", "nan")] * 9 + [(1, 2), (3, 4)], "9 of 11 rows"),
    ],
)
def test_points_that_are_no_distribution_are_refused(rows, says, framed):
    at = framed("train_2d", p_data="own-points")
    at.text_area(key="p_pasted").set_value("\n".join(f"{x},{y}" for x, y in rows))
    at.button(key="p_paste").click().run()
    assert says in shown(at) and at.button(key="p_train").disabled


def test_rows_of_nan_are_skipped_and_the_rest_is_trained_on(framed, here):
    rows = np.random.default_rng(0).normal(size=(50, 2))
    rows[::5, 1] = np.nan
    text = io.StringIO()
    np.savetxt(text, rows, delimiter=",")
    at = framed("train_2d", p_data="own-points", p_steps="20", p_width="8", p_device="cpu")
    at.text_area(key="p_pasted").set_value(text.getvalue())
    at.button(key="p_paste").click().run()
    assert "10 of 50 rows without two usable numbers skipped" in shown(at)
    at.button(key="p_train").click().run()
    shown(at)
    (run,) = runs.all_runs()
    assert run.status()["state"] == "done"


@pytest.mark.parametrize("noise", ["0", None])
def test_two_points_are_trained_on_with_noise_and_without(noise, framed, here):
    name = points.put(points.clean([(0, 0), (1, 1)]).points)
    more = {} if noise is None else {"p_points_noise": noise}
    at = framed("train_2d", p_data=f"points:{name}", p_steps="20", p_width="8", **more)
    at.button(key="p_train").click().run()
    shown(at)
    (run,) = runs.all_runs()
    assert run.status()["state"] == "done" and run.metrics()


def test_a_million_points_are_thinned_and_trained_on(framed, here):
    rows = np.random.default_rng(0).random((10**6, 2)).round(1)  # short, or the file is refused
    raw = "\n".join(f"{x},{y}" for x, y in rows.tolist()).encode()
    at = framed("train_2d", p_data="own-points", p_steps="20", p_width="8", p_device="cpu")
    at.get("file_uploader")[0].set_value(("many.csv", raw, "text/csv"))
    at.run()
    assert "Of 1,000,000 points these were picked at random" in shown(at)
    at.button(key="p_train").click().run()
    shown(at)
    (run,) = runs.all_runs()
    assert run.status()["state"] == "done"
