"""Look: pages, ψ, order by D, and rejection against a density ratio that is known."""

import math
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from gan_core import sampling
from gan_core.catalog import BadInput
from gan_core.presets import preset
from gan_core.readings import Inputs
from gan_core.sampling import drawing, look, opinion
from gan_core.sampling.opened import Opened

CONFIG = preset("ns-gan", "ring")


def plain(score=None, config=None, latent=2, make=lambda rows: rows) -> Opened:
    """An open generator of points that shows its z."""
    return Opened(Path("g"), (2,), latent, make, score, config)


class OneShelf:
    def __init__(self, opened):
        self.opened = opened

    def get(self, _):
        return self.opened


@pytest.mark.parametrize("latent", [1, 2, 8, 64, 100])
def test_a_tile_is_the_same_row_however_many_are_drawn(latent):
    reads = Inputs(latent)
    whole = drawing.latents(reads, 3, 64)
    for n in (1, 2, 3, 7, 17, 63):
        assert torch.equal(drawing.latents(reads, 3, n), whole[:n])
    for index in (0, 5, 41):
        assert torch.equal(drawing.tile(reads, f"3:{index}"), whole[index])


def test_rows_of_blocks_have_a_standard_normals_moments():
    z = drawing.latents(Inputs(100), 5, 1000)
    assert z.mean().abs() < 0.02 and abs(float(z.var()) - 1) < 0.02


@pytest.mark.parametrize("psi", [0, 0.5, 1, 1.5])
def test_psi_scales_z(psi):
    rows = look.of_seed(plain(), {"seed": 2, "n": 10, "psi": psi})
    assert torch.equal(rows, psi * drawing.latents(Inputs(2), 2, 10))


def test_psi_leaves_a_sources_samples():
    from gan_core.data import load

    reads = Inputs(2, load("ring"))
    rows = drawing.latents(reads, 0, 6)
    small = drawing.truncated(reads, rows, {"psi": 0.25})
    assert torch.equal(small[:, :2], rows[:, :2])
    assert torch.equal(small[:, 2:], 0.25 * rows[:, 2:])


def test_pages_one_after_the_other_are_all_rows():
    opened = plain()
    pages = [look.of_seed(opened, {"first": first, "n": 64, "of": 150}) for first in (0, 64, 128)]
    assert torch.equal(torch.cat(pages), drawing.latents(Inputs(2), 0, 150))


def test_sorting_shows_the_best_first_over_all_pages():
    opened = plain(score=lambda x: x[:, 0], config=CONFIG)
    ask = {"seed": 1, "of": 100, "n": 40, "order": "best"}
    pages = [look.picked(opened, ask | {"first": first}) for first in (0, 40, 80)]
    indices = [i for page in pages for i in page.indices]
    first = drawing.latents(Inputs(2), 1, 100)[:, 0]
    assert sorted(indices) == list(range(100))
    assert indices == first.argsort(descending=True).tolist()
    assert look.picked(opened, ask | {"order": "worst"}).indices == first.argsort()[:40].tolist()
    assert torch.equal(pages[1].scores, first[indices[40:80]])


def test_an_energy_is_best_where_it_is_small():
    opened = plain(score=lambda x: x[:, 0], config=preset("began", "ring"))
    best = look.picked(opened, {"of": 50, "n": 5, "order": "best"}).indices
    assert best == drawing.latents(Inputs(2), 0, 50)[:, 0].argsort()[:5].tolist()


def test_scores_of_logits_come_as_probabilities_in_the_order_shown():
    shelf = OneShelf(plain(score=lambda x: x[:, 0], config=CONFIG))
    ask = {"checkpoint": "g", "n": 9, "of": 30, "order": "best", "scores": True}
    about, _ = look.sample(shelf, ask)
    rows = look.of_seed(shelf.opened, ask)
    assert about["scores"] == pytest.approx(rows[:, 0].sigmoid().tolist())
    assert about["scores"] == sorted(about["scores"], reverse=True)
    tiles, _ = look.tiles(shelf, {"checkpoint": "g", "names": about["names"], "scores": True})
    assert tiles["scores"] == pytest.approx(about["scores"])


def test_rejection_by_a_perfect_d_gives_the_datas_law():
    """q uniform on four places, p known: kept ones follow p, with a rate of 1 / max p/q."""
    p, q = torch.tensor([0.1, 0.2, 0.3, 0.4]), 0.25
    places = torch.arange(40_000) % 4
    ratio = (p / q).log()[places] + 1.7  # a constant that D may have
    chance, gamma = opinion.acceptance(ratio, 0.0, 80)
    assert gamma == 0
    assert chance[:4] == pytest.approx((p / p.max()).tolist(), abs=2e-6)
    stay = places[opinion.kept(chance, 7)]
    share = torch.bincount(stay, minlength=4) / len(stay)
    assert share.tolist() == pytest.approx(p.tolist(), abs=0.01)
    assert len(stay) / len(places) == pytest.approx(q / 0.4, abs=0.01)


def test_gamma_is_the_percentile_of_f_where_none_is_given():
    ratio = torch.randn(501, generator=torch.Generator().manual_seed(0))
    chance, gamma = opinion.acceptance(ratio, None, 80)
    assert (chance >= 0.5 - 1e-9).sum() == 101  # F is γ, and σ(F - γ) a half, at the percentile
    again, _ = opinion.acceptance(ratio, gamma, 10)
    assert torch.equal(again, chance)


@pytest.mark.parametrize("objective", ["gan", "ns-gan", "lsgan", "r3gan"])
def test_ds_optimum_tells_the_ratio(objective):
    """D at its optimum for p and q of three points, as scores, gives log p/q up to a constant."""
    p, q = torch.tensor([0.6, 0.3, 0.1]), torch.tensor([0.2, 0.3, 0.5])
    config = replace(preset(objective, "ring"))
    log = (p / q).log()
    scores = (config.b * p + config.a * q) / (p + q) if objective == "lsgan" else log
    if objective == "r3gan":
        scores = log + 3
    found = opinion.log_ratio(plain(score=lambda x: x[:, 0], config=config))(scores)
    assert (found - found[0]).tolist() == pytest.approx((log - log[0]).tolist(), abs=1e-4)


@pytest.mark.parametrize("objective", ["wgan", "wgan-gp", "hinge", "began"])
def test_a_critic_or_an_energy_rejects_by_a_threshold(objective):
    opened = plain(score=lambda x: x[:, 0], config=preset(objective, "ring"))
    found = look.picked(opened, {"of": 200, "n": 200, "reject": True, "percentile": 75})
    first = drawing.latents(Inputs(2), 0, 200)[:, 0]
    best = first.argsort(descending=objective != "began")[:50]
    assert found.indices == sorted(best.tolist())
    assert found.about["law"] == "threshold" and found.about["count"] == 50


def test_rejected_rows_are_the_same_for_every_page_and_prefix():
    opened = plain(score=lambda x: 2 * x[:, 0], config=CONFIG)
    ask = {"of": 300, "n": 300, "reject": True, "percentile": 50}
    whole = look.picked(opened, ask)
    assert 0 < whole.about["count"] < 300 and whole.about["law"] == "ratio"
    second = look.picked(opened, ask | {"n": 20, "first": 20})
    assert second.indices == whole.indices[20:40]
    assert math.isfinite(whole.about["gamma"])


@pytest.mark.parametrize(
    ("ask", "says"),
    [
        ({"order": "best"}, "no discriminator"),
        ({"reject": True}, "no discriminator"),
        ({"order": "nicest"}, "Known: drawn, best, worst"),
        ({"psi": 9}, "from 0 to 2"),
        ({"psi": float("nan")}, "from 0 to 2"),
        ({"n": 2000}, "from 1 to 1024"),
        ({"first": 70, "of": 64}, "a page back"),
        ({"of": 5000}, "from 1 to 1024"),
    ],
)
def test_a_bad_request_says_what_to_change(ask, says):
    with pytest.raises(BadInput, match=says):
        look.of_seed(plain(), ask)


def test_nothing_kept_is_said():
    opened = plain(score=lambda x: x[:, 0], config=CONFIG)
    with pytest.raises(BadInput, match="D keeps none"):
        look.picked(opened, {"of": 3, "reject": True, "gamma": 90.0})


@pytest.mark.parametrize("names", [[], "0:1", ["x"], ["0:-1"], ["0:1024"], ["-1:0"], None])
def test_bad_names_of_tiles_are_refused(names):
    with pytest.raises(BadInput):
        look.named(plain(), {"names": names})


def test_an_exact_picture_is_what_was_made(tmp_path):
    import io

    import numpy as np
    from PIL import Image

    from gan_core import pictures

    pixels = np.random.default_rng(0).integers(0, 256, (16, 24, 3), np.uint8)
    with Image.open(io.BytesIO(pictures.encode(pixels, "exact"))) as image:
        assert image.format == "WEBP"
        assert np.array_equal(np.array(image.convert("RGB")), pixels)


def test_every_request_that_draws_rows_is_answered():
    assert set(sampling.ROWS) <= set(sampling.ANSWERS)
