"""Measurements of a run side by side, each with what real samples score in the place of G's."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

LONG = 16  # letters of a label that has no room in the usual width
Meter = tuple[str, str, str, str]  # label, value, what a perfect sampler scores, help


def show(entries: Sequence[Meter], planned: Sequence[Meter] = ()) -> None:
    """Measurements side by side, each with what other real samples score, or, `planned`, with what
    the best plan of transport costs; nothing for none."""
    if not entries:
        return
    twins = [("real data", one) for one in entries] + [("best plan", one) for one in planned]
    with st.container(horizontal=True, gap="small"):
        for twin, (label, value, perfect, help) in twins:
            st.metric(
                label, value, perfect and f"{twin} {perfect}", delta_color="off",
                delta_arrow="off", help=help, width=118 if len(label) < LONG else 158,
            )  # fmt: skip


def plane_meters(m: dict[str, Any]) -> list[Meter]:
    """Mode coverage, distances and likeness of points in the plane, in this order."""
    found: list[Meter] = []
    if "modes" in m:
        found += [
            ("Modes", f"{m['modes']} of {m['modes_total']}", f"{m['modes_real']:.0f}",
             "A mode counts when at least one good sample is nearest to it."),
            ("High quality", f"{100 * m['hq']:.1f} %", f"{100 * m['hq_real']:.1f} %",
             "Samples within 3σ of the nearest mode. Above perfect: the modes are too narrow."),
            ("Reverse KL", f"{m['reverse_kl']:.4f}", f"{m['reverse_kl_real']:.4f}",
             "How unevenly samples are spread over the modes, in nats: 0 is even."),
        ]  # fmt: skip
    for key, label, digits, help in (
        ("em", "EM", 3, "Exact: the mean distance that samples must be carried to become data."),
        ("sliced", "Sliced W₁", 3, "The same for the shadows on random lines, on average."),
        ("js", "JS", 3, "Jensen–Shannon divergence by a kernel density of the samples, in nats:"
         " at most log 2 = 0.693. Kernels blur, so that real data does not read 0 either."),
        ("precision", "Precision", 2, "Share of samples among the data: no farther than some data"
         " point's third neighbour."),
        ("recall", "Recall", 2, "Share of the data among the samples, by the same rule."),
    ):  # fmt: skip
        if key in m:
            found.append((label, f"{m[key]:.{digits}f}", f"{m[f'{key}_real']:.{digits}f}", help))
    return found


def image_meters(m: dict[str, Any]) -> list[Meter]:
    """Distances between sets of pictures."""
    space = m.get("feature_space", "the features named in the run")
    found: list[Meter] = []
    for key, label, form, help in (
        ("frechet", "Fréchet", "{:.1f}", f"Distance of Gaussians fitted to features: {space}."),
        (
            "kernel",
            "Kernel distance",
            "{:.3f}",
            "Squared MMD of the same features, without a bias"
            " in the number of samples: of a perfect sampler it is 0 on average.",
        ),
        ("precision", "Precision", "{:.2f}", "Share of generated pictures that look real."),
        ("recall", "Recall", "{:.2f}", "Share of the real variety that is generated."),
        (
            "diversity",
            "Variety",
            "{:.1f}",
            "Mean distance between two generated pictures in the same features: 0 where all are"
            " alike, which is mode collapse.",
        ),
    ):
        if m.get(key) is not None:
            real = m.get(f"{key}_real")
            found.append((label, form.format(m[key]), form.format(real) if real else "", help))
    if m.get("classes_total"):
        present, total = m["classes_present"], str(m["classes_total"])
        help = "Classes that a small classifier recognises among the samples."
        found.append(("Classes", f"{present} of {total}", total, help))
    return found + _fill_meters(m) + _inception_meter(m) + _critic_meter(m)


def _fill_meters(m: dict[str, Any]) -> list[Meter]:
    """What z changes where G fills a hidden part in."""
    if m.get("fill_spread") is None:
        return []
    real = m.get("fill_spread_real")
    found: list[Meter] = [
        ("Completions differ", f"{100 * m['fill_spread']:.1f} %", real and f"{100 * real:.1f} %",
         "Mean difference of two completions of one picture over its hidden pixels, black to white"
         " being 100 %. Beside it: of real pictures that are nearest in the known part, which are"
         " not quite the same and so differ more than they should."),
    ]  # fmt: skip
    if "fill_distinct" in m:
        found.append(("Distinct", f"{100 * m['fill_distinct']:.0f} %", "",
                      "Of 8 completions of one picture, how many no earlier one equals in what a"
                      " small classifier recognises: 12.5 % if G ignores z."))  # fmt: skip
    return found


def _inception_meter(m: dict[str, Any]) -> list[Meter]:
    """The Fréchet distance that papers print, where it was measured; why not, where it should."""
    label = "Fréchet, Inception"
    if unread := m.get("inception_unread"):
        return [(label, "—", "", str(unread))]
    if m.get("inception_frechet") is None:
        return []
    help = (
        f"In 2,048 features of Inception, from {m['inception_samples']:,} samples. It falls with"
        " their number, and papers take 10,000 to 50,000: read it beside real data here."
    )
    value, real = (f"{m[name]:.1f}" for name in ("inception_frechet", "inception_frechet_real"))
    return [(label, value, real, help)]


def _critic_meter(m: dict[str, Any]) -> list[Meter]:
    """The estimate in a unit that clipping and penalty share: over the slope that D has."""
    if m.get("critic_w1") is None:
        return []
    help = (
        f"The estimate, {m['critic_estimate']:.3g}, over the critic's slope between real and"
        f" generated pictures, {m['critic_slope_99']:.3g} (99th percentile of ‖∇D‖; mean"
        f" {m['critic_slope']:.3g}). So WGAN and WGAN-GP compare, in the length of pixels in"
        " [−1, 1]. It is no bound: somewhere D may be steeper."
    )
    return [("EM over slope", f"{m['critic_w1']:.2f}", "", help)]
