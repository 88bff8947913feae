"""What a judgement found, part by part: each figure beside what real images score in its place."""

import math
from typing import Any

import streamlit as st

from ui import gallery, meters
from ui.components.bars import bars
from ui.samples import sheets

SUSPECT = 3.0  # times as many close samples as among held-out images, or standard deviations
Found = dict[str, Any]


def count(value: float) -> str:
    """`1,100`, with two digits that mean something."""
    digits = max(0, math.floor(math.log10(value)) - 1) if value >= 1 else 0
    return f"{round(value, -digits):,.0f}"


def distances(found: Found) -> None:
    """Fréchet and kernel distance, precision, recall, density, coverage."""
    space = gallery.plain(found["feature_space"])
    st.subheader("How far from the data", anchor=False)
    meters.show([*meters.image_meters(found), *_balls(found)])
    st.caption(
        f"Of {found['samples']:,} samples, in the feature space {space}; beneath, what as many real"
        " images score that were set aside. Fréchet distances fall as samples become more: compare"
        " them at equal numbers alone."
    )


def _balls(found: Found) -> list[meters.Meter]:
    return [
        (label, f"{found[key]:.2f}", f"{found[f'{key}_real']:.2f}", help)
        for key, label, help in (
            ("density", "Density", "How many real images' balls (to their 5th neighbour) hold a"
             " sample, over 5. About 1 for real data; more where samples crowd among typical"
             " images."),
            ("coverage", "Coverage", "Share of real images with a sample nearer than their 5th"
             " real neighbour. About 0.97 at most: what is below was left out."),
        )
    ]  # fmt: skip


def classes(found: Found) -> None:
    """Which classes are generated, beside the data."""
    if not found.get("classes"):
        return
    st.subheader("Classes", anchor=False)
    every = found["classes"]
    names = sorted(every, key=lambda name: -len(every[name]["missing"]))
    chosen = names[0]
    if len(names) > 1:
        chosen = st.pills(
            "Attribute", names, default=names[0], required=True, key="s_j_attribute",
            format_func=lambda name: f"{name}, {len(every[name]['missing'])} missing"
            if every[name]["missing"] else name, label_visibility="collapsed",
        )  # fmt: skip
    of_space = gallery.plain(found["feature_space"])
    part, real = every[chosen or names[0]], found["shares"][chosen or names[0]]
    labels = found["names"][chosen or names[0]]
    total = max(1, sum(part["counts"]))
    bars(
        [
            {"name": name, "made": made / total, "real": share, "missing": name in part["missing"]}
            for name, made, share in zip(labels, part["counts"], real, strict=True)
        ],
        f"Classes of {chosen}", "s_j_bars",
    )  # fmt: skip
    st.caption(
        f"{found['classes_present']} of {found['classes_total']} classes are generated."
        " :orange[**Orange**] is the share of samples, :blue[**blue**] that of the data, both as"
        f" the classifier behind {of_space} reads them. Missing is what comes up less than a tenth"
        " as often as in the data."
    )


def verdict_of_copies(found: Found) -> tuple[str, str]:
    """What the figures say in words, by rule, and an icon."""
    score = found.get("c_t")
    score = found["z_u"] if score is None else score
    if found["close"] > SUSPECT * found["usual"]:
        return "Samples are copies: many lie closer to a training image than real ones do.", "error"
    if score < -SUSPECT:
        return (
            "Samples lie closer to training images than held-out ones do, by a little.",
            "warning",
        )
    if score > SUSPECT:
        return (
            "No copies: samples lie farther from the training images than held-out ones.",
            "check",
        )
    return "As close to the training images as held-out ones: no sign of copies.", "check"


def copies(found: Found, sheet: bytes) -> None:
    """One space's test for copies, and the samples nearest to a training image."""
    space = gallery.plain(found["space"])
    words, icon = verdict_of_copies(found)
    st.markdown(f"**In {space}** :material/{icon}: {words}")
    entries: list[meters.Meter] = [
        ("Close", f"{found['close']:.1%}", f"{found['close_real']:.1%}",
         f"Share of samples closer to their nearest training image than"
         f" {1 - found['usual']:.0%} of held-out images are."),
        ("Ratio", f"{found['ratio']:.2f}", f"{found['ratio_real']:.2f}",
         "Median distance to the nearest training image, of samples over held-out images."),
    ]  # fmt: skip
    for key, label, help in (
        ("c_t", "C_T", "Meehan et al. 2020: in each of up to 20 cells of the space, how samples'"
         " distances rank among held-out ones', in standard deviations; averaged. Below -3 copies,"
         " above 3 underfitted."),
        ("z_u", "Z_U", "As C_T, over the whole space at once."),
    ):  # fmt: skip
        if found.get(key) is not None and found.get(f"{key}_real") is not None:
            entries.append((label, f"{found[key]:.1f}", f"{found[f'{key}_real']:.1f}", help))
            break
    meters.show(entries)
    pairs(sheets.cut(sheet, found["columns"]), [f"{t:.2f}×" for t in found["times"]],
          "Sample and its nearest training image")  # fmt: skip
    st.caption(
        f"The samples nearest to a training image, each beside it; × the usual distance of"
        f" held-out images. Of {found['samples']:,} samples and {found['held']:,} held-out images."
    )


def pairs(tiles: sheets.Tiles, notes: list[str], alt: str) -> None:
    """Pairs of tiles [n, 2, …], each with a note beneath."""
    with st.grid(4, min_column_width=100, gap="small"):
        for pair, note in zip(tiles, notes, strict=True):
            with st.container(gap=None):
                st.image(sheets.beside(pair), width="stretch", alt=f"{alt}, {note}")
                st.caption(note)


def near(found: Found, sheet: bytes) -> None:
    """Every tile with its nearest training images."""
    tiles = sheets.cut(sheet, found["columns"])
    with st.grid(4, min_column_width=220, gap="medium"):
        for i, name in enumerate(found["tiles"]):
            one, two = (found["times"][space][i][0] for space in ("features", "pixels"))
            with st.container(gap="xxsmall"):
                st.image(
                    sheets.among(tiles[i], found["k"]), width="stretch",
                    alt=f"Tile {name} and the training images nearest to it",
                )  # fmt: skip
                far = f" · {one:.2f}× in features, {two:.2f}× in pixels"
                st.caption(f"**{gallery.plain(name)}**{far if found['relative'] else ''}")
    usual = "× the usual distance of a held-out image. " if found["relative"] else ""
    st.caption(
        f"Left the sample; above the {found['k']} nearest training images in"
        f" {gallery.plain(found['space'])}, below in pixels. {usual}"
        "Pinned tiles come first. A copy would be the same picture three times."
    )


def twins(found: Found, sheet: bytes) -> None:
    """One space's birthday test, with its closest pairs."""
    real, space = found["real"], gallery.plain(found["space"])
    st.markdown(f"**In {space}** {_support(found)}")
    st.caption(f"By the same rule {real['draws']:,} held-out images: {_support(real, True)}")
    tiles = sheets.cut(sheet, found["columns"])
    many = found["of_samples"]
    names = [" and ".join(pair) for pair in found["names"]]
    st.caption("The closest pairs of samples")
    pairs(tiles[:many], names, "Closest pair of samples")
    st.caption("The closest pairs of held-out images")
    notes = [f"{t:.2f}× the limit" for t in found["times_real"]]
    pairs(tiles[many : many + len(notes)], notes, "Closest pair of held-out images")


def _support(found: Found, short: bool = False) -> str:
    """What the number of pairs alike says of how many pictures there are."""
    alike = f"{found['alike']:,} pair{'s' * (found['alike'] != 1)} alike"
    if found["support"] is None:
        return f"{alike}: **at least {count(found['low'])}** different pictures."
    range_ = f"{count(found['low'])} to {count(found['high'])}"
    if short:
        return f"{alike}, as of {count(found['support'])} pictures ({range_})."
    draws = math.ceil(found["half"])
    return (
        f"{found['draws']:,} samples hold {alike}: as if G made **about"
        f" {count(found['support'])} different pictures** ({range_}). {draws:,} samples would do"
        " to meet two alike, as often as not."
    )
