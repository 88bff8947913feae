"""Compare: the same seeds under several checkpoints, and under one run's states over its steps."""

from typing import Any

import streamlit as st

from gan_core.catalog import BadInput
from ui import checkpoints, drawing, gallery
from ui.checkpoints import Choice
from ui.samples import beside, steps
from ui.samples.look import real_points

SEEDS = 2**31 - 1
FEWEST, MOST = 2, 4  # checkpoints beside each other
COLUMNS, ROWS = 4, 6  # tiles of each
POINTS = 500
PARTS = ("Checkpoints", "One run over its steps")


def show(choice: Choice, about: dict[str, Any]) -> dict[str, Any] | None:
    """One of the two comparisons; the request that drew the tiles of the chosen checkpoint."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        which = st.segmented_control("Compare", PARTS, default=PARTS[0], required=True,
                                     key="s_c_part", bind="query-params")  # fmt: skip
        seed = st.number_input("Seed", 0, SEEDS, 0, key="s_c_seed", bind="query-params", width=130)
    if which == PARTS[0]:
        return side_by_side(choice, about, int(seed))
    return steps.show(choice, about, int(seed))


# Checkpoints beside each other


def side_by_side(choice: Choice, about: dict[str, Any], seed: int) -> dict[str, Any] | None:
    options = checkpoints.choices(st.session_state.get("_s_uploads", {}))
    mine = next((key for key, one in options.items() if one.path == choice.path), None)
    others = {
        key: one for key, one in options.items()
        if key != mine and kind_of(one) in (None, about["kind"])
    }  # fmt: skip
    if not others:
        st.info("There is no other checkpoint of this kind to compare with. Train one, or open a"
                " file.", icon=":material/compare:")  # fmt: skip
        return None
    picked = st.multiselect(
        f"Beside {gallery.plain(choice.label)}", list(others), likely(choice, others),
        key="s_c_with", bind="query-params", max_selections=MOST - 1,
        format_func=lambda key: others[key].label if key in others else key,
        placeholder="Choose one to three others",
    )  # fmt: skip
    chosen = [choice, *(others[key] for key in picked if key in others)]
    if len(chosen) < FEWEST:
        st.caption("Choose another checkpoint to see the same seed under both.")
        return None
    n = COLUMNS * ROWS if about["kind"] == "image" else POINTS
    request = {"do": "sample", "seed": seed, "n": n}
    latent = [column(*pair, request) for pair in zip(st.columns(len(chosen)), chosen, strict=True)]
    beside.table(chosen)
    sizes_of = [str(n) for n in latent if n]
    differ = len(set(sizes_of)) > 1
    sizes = (
        f" They read {', '.join(sizes_of)} numbers, so a tile's z is each"
        " one's own." if differ else ""
    )  # fmt: skip
    st.caption(
        f"Tile {seed}:0 is at the top left of each, then row by row: equal places have equal names."
        " One seed gives each generator its own z; two that were trained apart make different"
        f" things of one z, so compare what kinds of pictures there are, not tile with tile.{sizes}"
    )
    return request


def kind_of(choice: Choice) -> str | None:
    """`"image"` or `"2d"`; None for a lone file, whose header only a worker reads."""
    run = gallery.run_at(choice.path)
    config = gallery.config_of(run) if run else None
    return config.kind if config else None


def likely(choice: Choice, others: dict[str, Choice]) -> list[str]:
    """Which others stand beside a checkpoint at first: two of the same data, or any one."""
    data = data_of(choice)
    same = [key for key, one in others.items() if data and data_of(one) == data]
    return same[:2] or list(others)[:1]


def data_of(choice: Choice) -> str | None:
    """What a run was trained on; None for a lone file."""
    run = gallery.run_at(choice.path)
    config = gallery.config_of(run) if run else None
    return config.data if config else None


def column(place: Any, choice: Choice, request: dict[str, Any]) -> int | None:
    """One checkpoint's tiles of the seed; the size of its latent, None where it cannot be shown."""
    with place:
        st.markdown(f"**{gallery.plain(choice.label)}**")
        try:
            about, _ = checkpoints.ask(choice, do="open")
            draw(choice, about, request, COLUMNS)
        except (BadInput, RuntimeError) as error:
            st.warning(gallery.plain(str(error)), icon=":material/broken_image:")
            return None
        return about["latent"]


def draw(choice: Choice, about: dict[str, Any], request: dict[str, Any], columns: int) -> None:
    """Samples of one request, as their kind is drawn."""
    alt = f"{request['n']} samples of {choice.label}, seed {request['seed']}"
    if about["kind"] == "2d":
        found, raw = checkpoints.ask(choice, **request)
        real = real_points(choice)
        picture = drawing.draw_cloud(raw, found["extent"], real, False, gallery.dark())
    else:
        scale = checkpoints.scale_for(columns, about["size"])
        _, picture = checkpoints.ask(choice, **request, columns=columns, scale=scale, format="webp")
    st.image(drawing.data_url(picture, "webp"), width="stretch", alt=alt)
