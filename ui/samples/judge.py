"""Judge: how far samples are from the data, whether they are copies, and whether they repeat."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from gan_core.catalog import DATA, BadInput
from ui import checkpoints, gallery, meters
from ui.checkpoints import Choice
from ui.samples import judged, pins
from ui.server import executor

NUMBERS = (500, 1000, 2000, 5000)
STEPS = 200  # of getting ready, at most; what is left then is done by the first answer
TILES = 8  # of the seed whose neighbours are shown, after the pins
SETS = ("faces", "digits", "mnist", "fashion-mnist", "cifar10")
SEEDS = 2**31 - 6  # five seeds are drawn from at most
DONE, NOW = "_s_judged", "_s_judge_now"  # what this visitor asked to be judged, and a click
READY = "_s_judge_ready"  # the judgement whose parts have all been shown, and what it is of
TIME = (
    "The first judgement takes about 15 seconds on two cores (30 for MNIST), later ones 5 to 10;"
    " 5,000 samples a few seconds more."
)
COPIED = (
    "Each sample's distance to its nearest training image, against the same distance of real images"
    " that were held out (Meehan, Chaudhuri & Dasgupta 2020). Beneath each figure: one half of the"
    " held-out images in the samples' place."
)
AGAIN = (
    "The birthday paradox: of N pictures, about √N draws hold two alike, so pairs among s samples"
    " speak of s² pictures (Arora & Zhang 2017). Alike is what lies closer than all but one in"
    " 100,000 pairs of training images; look at the pairs to see whether they are duplicates."
)
WHAT = (
    "Draws samples and holds them against the data G was trained on: Fréchet and kernel distance,"
    " precision, recall, density and coverage; which classes are missing; whether samples are"
    " copies of training images; and whether G makes the same few pictures again."
)


def show(choice: Choice, about: dict[str, Any]) -> dict[str, Any] | None:
    """Settings above, then the parts of a judgement as they come; the request of the tiles."""
    if about["kind"] == "2d":
        st.info("Points in the plane are judged on their training page, beside D and its optimum.",
                icon=":material/scatter_plot:")  # fmt: skip
        run = gallery.run_at(choice.path)
        if run and run.frame_count():
            gallery.link(run, gallery.config_of(run))
        return None
    request = controls(about)
    key = (str(choice.file), request["n"], request["seed"], request.get("data"))
    if st.session_state.pop(NOW, False):
        st.session_state[DONE] = key
    if st.session_state.get(DONE) != key:
        of_card(choice)
        return None
    try:
        state = (key, choice.file.stat().st_mtime_ns)
        known = st.session_state.get(READY)
        ready = known[1] if known and known[0] == state else get_ready(choice, request)
        parts(choice, request, ready)
        st.session_state[READY] = state, ready  # all answers are kept now: nothing to get ready for
    except BadInput as error:  # its data is not here, say
        st.warning(gallery.plain(str(error)), title="These samples cannot be judged here",
                   icon=":material/folder_off:")  # fmt: skip
        of_card(choice)
        return None
    return {"do": "sample", "seed": request["seed"], "n": TILES}


def controls(about: dict[str, Any]) -> dict[str, Any]:
    """The widgets; returns what each part of the judgement is asked with."""
    request: dict[str, Any] = {}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if not about.get("config"):
            request["data"] = st.selectbox(
                "Judge against", SETS, key="s_j_data", bind="query-params", width=210,
                format_func=lambda name: DATA[name].title,
                help="This file does not say what it was trained on. The data is brought to the"
                " samples' size, and the samples to the data's channels.",
            )  # fmt: skip
        n = st.selectbox("Samples", NUMBERS, NUMBERS.index(1000), key="s_j_n", width=130,
                         bind="query-params", format_func="{:,}".format)  # fmt: skip
        first = st.number_input("From seed", 0, SEEDS, 0, key="s_j_seed", bind="query-params",
                                width=130)  # fmt: skip
        request["seed"], request["n"] = int(first), int(n)
        st.button("Judge", key="s_j_go", type="primary", icon=":material/balance:",
                  on_click=wanted)  # fmt: skip
    return request


def wanted() -> None:
    """The button was clicked (a callback)."""
    st.session_state[NOW] = True


def of_card(choice: Choice) -> None:
    """What is known without judging: the card's own figures, and what a judgement would add."""
    run = gallery.run_at(choice.path)
    known = (run.status().get("metrics") or {}) | gallery.card(run) if run else {}
    if entries := [m for m in meters.image_meters(known) if m[1]] if "frechet" in known else []:
        st.markdown("**Measured when it was trained**")
        meters.show(entries)
        st.caption(
            f"Of {known.get('samples', 0):,} samples, in the feature space"
            f" {gallery.plain(known.get('feature_space', 'that the card does not name'))}."
        )
    st.caption(f"{WHAT} {TIME}")


def get_ready(choice: Choice, request: dict[str, Any]) -> dict[str, Any]:
    """Have the data encoded and the samples drawn, a step at a time, so that others who ask are
    answered between two; the worker's last word on it."""
    asked = {**request, "do": "judge_ready", "checkpoint": str(choice.file.resolve())}
    place = st.empty()
    for _ in range(STEPS):
        found, _ = executor().ask(asked)
        done = found["done"]
        if done >= 1:
            break
        what = f"Reading {found['images']:,} training images, drawing {request['n']:,} samples"
        place.progress(min(1.0, done), text=f"{what} …")
    place.empty()
    return found


def parts(choice: Choice, request: dict[str, Any], ready: dict[str, Any]) -> None:
    """The parts of a judgement, each shown as soon as it is known."""
    held = f", {ready['held']:,} held out" if ready["held"] else ", none held out"
    said = f" {gallery.plain(ready['said'])}" if ready["said"] else ""
    st.caption(
        f"Judged against **{gallery.plain(ready['data'])}**: {ready['images']:,} training"
        f" images{held}; features are {gallery.plain(ready['space'])}.{said}"
    )
    found, _ = part(choice, "Distances", do="judge_figures", **request)
    judged.distances(found)
    if ready["inception"]:
        of_inception(choice, request)
    judged.classes(found)
    st.subheader("Nearest training images", anchor=False)
    tiles = shown_tiles(request["seed"])
    asked = {k: v for k, v in request.items() if k == "data"}
    judged.near(*part(choice, "Neighbours", do="judge_near", tiles=tiles, **asked))
    if not ready["held"]:
        st.info("No image was held out, so copies and repeats cannot be told from the data.",
                icon=":material/info:")  # fmt: skip
        return
    two_spaces("Copied?", COPIED, judged.copies, "judge_copies", choice, request)
    two_spaces("The same few again?", AGAIN, judged.twins, "judge_twins", choice, request)


def two_spaces(
    title: str, help: str, draw: Callable[..., None], do: str, choice: Choice,
    request: dict[str, Any],
) -> None:  # fmt: skip
    """One test in features and, beside it, in pixels."""
    st.subheader(title, anchor=False)
    st.caption(help)
    for column, space in zip(st.columns(2, gap="large"), ("features", "pixels"), strict=True):
        with column:
            draw(*part(choice, f"{title} In {space}", do=do, space=space, **request))


def part(choice: Choice, what: str, **asked: Any) -> tuple[dict[str, Any], bytes]:
    """One answer, with a word in its place until it is there."""
    with st.spinner(f"{what} …"):
        return checkpoints.ask(choice, **asked)


def of_inception(choice: Choice, request: dict[str, Any]) -> None:
    """Distances in Inception's space, where its weights are, if they are asked for."""
    if not st.toggle("Also in Inception's space, of 200 samples: a minute or two", key="s_j_fid"):
        return
    asked = {k: v for k, v in request.items() if k != "n"}
    found, _ = part(choice, "Inception reads", do="judge_inception", **asked)
    meters.show(meters.image_meters(found | {"feature_space": "inception-v3"}))
    st.caption(
        f"Of {found['samples']} samples: with so few, a published FID of tens of thousands is far"
        " smaller. Only the real images' figure beneath can be compared."
    )


def shown_tiles(first: int) -> list[str]:
    """The pinned tiles, then the first ones of the seed; 24 at most."""
    return list(dict.fromkeys([*pins.read()[:16], *(f"{first}:{i}" for i in range(TILES))]))
