"""Divergences and Equilibrium in Streamlit's harness: alone, in the frame, links good and bad."""

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from gan_core.divergences import distances
from ui import lower, pair, pair_view, words

PAGES = ["divergences", "equilibrium"]


def address(at):
    """The pair in the page's address."""
    found = (at.query_params[side] for side in pair.SIDES)
    return tuple(v[0] if isinstance(v, list) else v for v in found)


def side_of(at, side):
    """What `pair_view._side` takes."""
    found = at.session_state["pair"]
    return found, side, found["read"][side]


def table(at):
    """The page's table as {first column: {column: cell}}."""
    (text,) = [m.value for m in at.markdown if m.value.startswith("| ")]
    head, _, *rows = [
        [c.strip() for c in line.strip("| ").split(" | ")] for line in text.split("\n")
    ]
    return {row[0]: dict(zip(head, row, strict=True)) for row in rows}


@pytest.mark.parametrize("page", PAGES)
def test_a_page_alone_and_in_the_frame(page, alone, framed):
    for at in (alone(page), framed(page)):
        assert not at.exception
        assert at.title[0].value.lower() == page
        assert address(at) == ("normal(0,1)", "normal(2,1)")


def test_the_numbers_of_a_link(alone):
    query = {"dv_unit": "bits", "dv_view": "JS", "dv_part": "All figures"}
    at = alone("divergences", p="normal(0,1)", q="normal(0,2)", **query)
    rows, d = table(at), distances("normal(0,1)", "normal(0,2)", "bits")
    assert float(rows["KL($p_r$‖$p_g$)"]["value"]) == pytest.approx(d.kl, rel=1e-9)
    assert float(rows["EM, W₁"]["value"]) == pytest.approx(math.sqrt(2 / math.pi), rel=1e-9)
    assert rows["Jensen–Shannon"]["unit"] == "bits"
    assert any("divergence" in code.value and '"normal(0,2)"' in code.value for code in at.code)


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("framing", ["alone", "framed"])
def test_a_bad_link_is_explained_and_loses_nothing(page, framing, request):
    at = request.getfixturevalue(framing)(page, p="nromal(0,1)", q="uniform(0,3)")
    assert not at.exception
    (warning,) = at.warning
    assert "nromal" in warning.value and "normal" in warning.value and "p_r" in warning.value
    assert pair.START["p"] in warning.value  # what stays
    assert pair_view._side(*side_of(at, "p"))["problem"] == ""  # said once, not under the field too
    assert address(at) == ("nromal(0,1)", "uniform(0,3)")  # to be mended, not thrown away


def test_a_bad_link_writes_no_markdown(framed):
    at = framed(PAGES[0], p="`[x](http://evil.example)")
    assert "[x]" not in at.warning[0].value


@pytest.mark.parametrize(
    "bad", ["normal(0,-1)", "normal(0,nan)", "<b>", "point(1e99)", "mixture(", "x" * 3000]
)
def test_every_kind_of_bad_link(bad, alone):
    at = alone("divergences", p=bad)
    assert not at.exception and len(at.warning) == 1


def test_infinity_and_its_reason(alone):
    at = alone("divergences", p="point(0)", q="point(1)", dv_part="All figures")
    rows = table(at)
    assert rows["KL($p_r$‖$p_g$)"]["value"] == "∞"
    assert float(rows["Jensen–Shannon"]["value"]) == pytest.approx(math.log(2), rel=1e-9)
    assert any("single point" in m.value for m in at.markdown)


def test_presets_set_both_densities(alone):
    at = alone("divergences", dv_part="All figures")
    for title, (p, q, line) in pair.PRESETS.items():
        pills = next(g for g in at.button_group if str(g.key).startswith("pair_preset"))
        pills.set_value(title).run()
        assert not at.exception
        assert address(at) == (p, q)
        assert any(f'"{p}" "{q}"' in code.value for code in at.code)
        assert any(m.value == words.tex(line) for m in at.markdown)


def test_both_pages_share_the_pair(framed):
    at = framed("divergences", p="laplace(0,1)", q="point(2)")
    assert not at.exception
    at.switch_page("pages/equilibrium.py").run()
    assert not at.exception
    assert at.session_state["pair"]["specs"] == {"p": "laplace(0,1)", "q": "point(2)"}


def test_every_view_and_unit(alone):
    mixed = "mixture(0.5*point(0)+0.5*normal(0,1))"
    at = alone("divergences", p=mixed, q="uniform(-1,1)", dv_part="All figures")
    for view in lower.VIEWS:
        at.button_group(key="dv_view").set_value(view).run()
        assert not at.exception
    at.button_group(key="dv_unit").set_value("bits").run()
    assert table(at)["Jensen–Shannon"]["unit"] == "bits"
    at = alone("equilibrium", p="point(0)", q="normal(0,1)")
    for view in ("GAN", "LSGAN", "Hinge", "WGAN", "R3GAN"):
        at.button_group(key="eq_view").set_value(view).run()
        assert not at.exception


def test_equilibrium_beside_nash(alone):
    def shown(**query):
        return table(alone("equilibrium", eq_part="All objectives", **query))

    rows = shown(p="gamma(2,1)", q="gamma(2,1)")
    for row in rows.values():
        assert row["here"] == row["at Nash"]
    value = rows["GAN, minimax"]
    assert value["here"] == "−1.3863" and rows["GAN, non-saturating G"]["here"] == "0.6931"
    rows = shown(p="uniform(0,1)", q="uniform(2,3)")
    assert rows["GAN, minimax"]["here"] == "0.0000"
    assert rows["GAN, non-saturating G"]["here"] == "∞"


def said(p, q):
    left, right = pair.parse(p), pair.parse(q)
    return words.distances(left, right, distances(left, right))


def test_words_follow_the_figures():
    apart = said("uniform(0,1)", "uniform(2,3)")
    assert "Both KL are infinite" in apart and "no gradient" in apart
    assert "EM = 2.000 still gives a gradient" in apart and "to the left" in apart
    assert "to the right" in said("uniform(2,3)", "uniform(0,1)")
    near = said("normal(0,1)", "normal(0.5,1)")
    assert "infinite" not in near and "no gradient" not in near and "stands at" in near
    assert "every distance is 0" in said("beta(2,3)", "beta(2,3)")
    assert "EM is infinite" in said("student_t(1,0,1)", "normal(0,1)")
    collapsed = said("mixture(0.5*normal(-2,0.6)+0.5*normal(2,0.6))", "normal(2,0.6)")
    assert "misses places" in collapsed


def test_words_claim_nothing_that_is_false():
    two = "mixture(0.5*point(0)+0.5*point(1))"
    assert "exactly that step" not in said(two, "point(0)")
    halves = "mixture(0.5*uniform(0,1)+0.5*uniform({low},{high}))"
    one = halves.format(low=2, high=3)
    assert "exactly that step" not in said(one, halves.format(low=3, high=4))
    assert "exactly that step" in said("laplace(0,1)", "laplace(1,1)")
    far = said("normal(0,1)", "normal(40,1)")
    assert "χ²(p_r‖p_g) is too large for a number" in far and "infinite" not in far
    reason = "p²/q cannot be integrated, where q is too thin for p"
    assert words.named(reason) == "p²/q cannot be integrated, where p_g is too thin for p_r"


@given(low=st.floats(0, 1e7), width=st.floats(1e-7, 1e7))
def test_an_interval_holds_what_it_is_of(low, width):
    """Its digits lie outside of both ends, by no more than the ends are apart."""
    high = low + width
    assume(width > 1e-6 * high)
    first, last = (float(t.replace(",", "").replace("−", "-")) for t in
                   words.interval(low, high).split(" to "))  # fmt: skip
    hair = 1e-9 * high
    assert first <= low + hair and high <= last + hair and last - first <= 2 * width


def test_the_interval_of_the_root_is_the_root_of_the_interval():
    d = distances("sample(1,2,3,4,5,6,7)", "normal(9,2)")
    js, root = words.estimate("js", d), words.estimate("sqrt_js", d)
    assert root.value == d.sqrt_js and root.low <= d.sqrt_js
    assert (root.low**2, root.high**2) == pytest.approx((js.low, js.high))


def test_heavy_tails_are_named_on_the_sides_where_they_are():
    assert "both tails of p_r" in said("student_t(2,0,1)", "normal(0,1)")
    reason = distances("student_t(2,0,1)", "normal(0,1)").why["chi2"]
    assert "both tails" in reason


def test_figures_for_people():
    assert [words.figure(v) for v in (0, 2, 0.33683, 1e-7, 799.96, -0.7126, math.inf)] == [
        "0", "2.000", "0.3368", "1.00e−7", "800.0", "−0.7126", "∞",
    ]  # fmt: skip
