"""What the theory pages show, without Streamlit: presets, lower figures, sources, films."""

import numpy as np
import pytest

from gan_core.divergences import curves, distances, parse, window
from gan_core.divergences.parameters import find, moved
from gan_core.divergences.sweep import sweep as sweep_of
from ui import examples, lower, words
from ui.components.film import _packed
from ui.theory import learned, proofs, samples, source, sweep
from ui.theory.palette import COLOURS

PAIRS = [(p, q) for p, q, _ in examples.PRESETS.values()]


@pytest.mark.parametrize(
    ("title", "name"), [("Mode-covering fit", "kl"), ("Mode-seeking fit", "kl_reverse")]
)
def test_the_fits_are_fits(title, name):
    p, q = (parse(spec) for spec in examples.PRESETS[title][:2])
    least = getattr(distances(p, q), name)
    for key in ("mean", "std"):
        for step in (-0.02, 0.02):
            there = moved(q, key, getattr(q, key) + step)
            assert getattr(distances(p, there), name) > least


@pytest.mark.parametrize("view", lower.VIEWS)
@pytest.mark.parametrize(("p", "q"), PAIRS)
def test_every_lower_figure_of_every_preset(view, p, q, monkeypatch):
    p, q = parse(p), parse(q)
    monkeypatch.setattr(lower.pair_view.pair, "distributions", lambda: (p, q))
    drawn, d = curves(p, q, window(p, q)), distances(p, q)
    figure, series = lower.lower(view, p, q, d, drawn)
    assert figure["title"] and all(len(y) == len(drawn.x) for y in series)
    if view == "Transport" and "student_t" not in str(p):  # whose mean is in its tails
        start, end = (y[: figure["arrows"]] for y in series)
        assert np.abs(start - end).mean() == pytest.approx(d.w1, rel=0.05, abs=0.02)
    if view == "Plan":
        assert 0.95 < np.concatenate(series).sum() <= 1 + 1e-9
    assert "nan" not in lower.remark(view, p, q, d)


@pytest.mark.parametrize("proof", [*proofs.GAMES, *proofs.DISTANCES], ids=lambda p: p.title)
def test_every_formula_stands_beside_source_that_exists(proof):
    assert proof.formula and proof.steps and proof.paper and proof.code
    for file, name in proof.code:
        text, line = source.source(file, name)
        assert text.startswith(("def ", "class ", "@")) and line > 1
        shown = (source.ROOT / file).read_text().split("\n")[line - 1]
        assert name.split(".")[-1] in shown


def test_integrands_have_the_area_of_their_distance(monkeypatch):
    p, q = parse("normal(0,1)"), parse("laplace(0.5,1)")
    monkeypatch.setattr(lower.pair_view.pair, "distributions", lambda: (p, q))
    drawn, d = curves(p, q, (-30.0, 30.0)), distances(p, q)
    for view, (name, _) in lower.INTEGRANDS.items():
        _, (y,) = lower.integrand(view, drawn, "nats")
        value = d.hellinger**2 if name == "hellinger" else getattr(d, name)
        assert np.trapezoid(y, drawn.x) == pytest.approx(value, rel=0.02), view


@pytest.mark.parametrize(
    ("p", "q"), [("normal(0,1)", "normal(2,1)"), ("normal(0,0.6)", "uniform(0,3)")]
)
def test_densities_behind_d_keep_their_peaks(p, q):
    p, q = parse(p), parse(q)
    drawn = curves(p, q, window(p, q))
    behind = learned.behind_d(drawn, -2.0, 5.0)
    assert max(b.max() for b in behind) == pytest.approx(5)
    for b, density in zip(behind, (drawn.p, drawn.q), strict=True):
        assert np.corrcoef(b, density)[0, 1] == pytest.approx(1)


def test_a_film_sends_each_array_once():
    x = np.arange(4.0)
    y = np.arange(8.0).reshape(2, 4)
    row = {"y": (0, 1), "series": [{"kind": "line", "color": "p", "x": x, "y": y}] * 2}
    panels, values = _packed([{"title": "a", "x": (0, 1), "rows": [row]}] * 3)
    assert [len(v) for v in values] == [4, 8]
    line = panels[2]["rows"][0]["series"][1]
    assert line["x"] == {"at": 0, "n": 4, "frames": 1}
    assert line["y"] == {"at": 4, "n": 4, "frames": 2}


def test_no_bias_is_neither_high_nor_low():
    def row(name, exact, bias, infinite=0.0):
        return {"name": name, "exact": exact, "bias": bias, "infinite": infinite, "floor": 0.0}

    exact = [row("js", 0.69, 0.0), row("kl", None, None, 1.0), row("w1", 1.0, 0.0)]
    said = samples.sentence({"rows": exact, "n": 100})
    assert "without any bias" in said and "too" not in said and "others" not in said
    off = [row("js", 0.69, 0.069), *exact[1:]]
    assert "the finite ones is Jensen–Shannon: 10 % too high" in samples.sentence(
        {"rows": off, "n": 9}
    )
    lost = [*off, row("chi2", 3.0, None, 0.9)]
    assert "the most biased of the others" in samples.sentence({"rows": lost, "n": 9})


def test_a_value_of_one_place_alone_is_a_dot_beside_an_unbroken_level():
    p, q = parse("point(0)"), parse("point(1)")
    theta = find(q, "x", p)
    found = sweep_of(p, q, "x", theta.grid(41))
    line, dot, _ = sweep.broken("js", found, theta)
    assert dot["x"].tolist() == [0] == dot["y"].tolist()
    assert np.isnan(line["y"][line["x"] == 0]).sum() == 1
    there = line["y"][np.isfinite(line["y"])]
    assert there == pytest.approx(np.log(2)) and (np.diff(line["x"]) >= 0).all()
    assert [s["kind"] for s in sweep.broken("w1", found, theta)] == ["line"]


def test_every_distance_has_a_name_and_a_colour():
    assert set(words.ORDER) == set(words.LABELS) == set(words.TITLES) == set(COLOURS)
    assert "<" not in "".join(words.TITLES.values())
