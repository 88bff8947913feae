"""Look: samples of a seed, page by page; any of them large, pinned, sorted by D or kept by it."""

import math
import random
from typing import Any

import numpy as np
import streamlit as st

from gan_core.catalog import BadInput
from ui import checkpoints, drawing, gallery
from ui.checkpoints import Choice
from ui.components import latent
from ui.samples import pins

SEEDS, MOST = 2**31 - 1, 1024
KEY, OPEN, WANTED = "s_tiles", "s_open", "_s_show"
PER_PAGE = [16, 36, 64, 100, 144, 256]
ORDERS = {"As drawn": "drawn", "Best first": "best", "Worst first": "worst"}
LAWS = {"γ = 0": {"gamma": 0.0}} | {f"{p}th": {"percentile": float(p)} for p in (50, 80, 95)}
SORTS = {
    "logit": "By D(G(z)), the probability that D gives to “real”.",
    "score": "By the critic's score: higher is nearer to the data.",
    "energy": "By D's reconstruction error: smaller is nearer to the data.",
}
PSI = ("Truncation: z is multiplied by ψ. Below 1, latents come from nearer the middle of the"
       " prior: cleaner samples, fewer kinds of them; 0 is a single picture.")  # fmt: skip


def roll(key: str) -> None:
    st.session_state[key] = random.randrange(10_000)


def seed(label: str, key: str, default: int) -> int:
    """A seed with a button that draws a new one."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="xsmall"):
        value = st.number_input(label, 0, SEEDS, default, key=key, bind="query-params",
                                help="Equal seeds draw equal latents")  # fmt: skip
        st.button(":material/casino:", key=f"{key}_roll", help="A new seed", on_click=roll,
                  args=(key,))  # fmt: skip
    return int(value)


def truncation() -> dict[str, float]:
    """The slider of ψ, and what it adds to a request."""
    st.slider("Truncation ψ", 0.0, 1.5, 1.0, 0.05, key="s_psi", bind="query-params", help=PSI)
    return pins.psi()


# Pictures


def opinion(about: dict[str, Any]) -> dict[str, Any]:
    """Order and rejection by D: what they add to a request."""
    if not about["meaning"]:
        st.caption("This file has no discriminator: nothing can be sorted or rejected.")
        return {}
    asked: dict[str, Any] = {}
    order = st.segmented_control("Order", list(ORDERS), default="As drawn", required=True,
                                 key="s_order", bind="query-params",
                                 help=SORTS[about["meaning"]])  # fmt: skip
    if ORDERS[order] != "drawn":
        asked["order"] = ORDERS[order]
    with st.container(horizontal=True, gap="medium"):
        scores = st.toggle("Scores", key="s_scores", bind="query-params",
                           help="D's score on each tile. " + SORTS[about["meaning"]])  # fmt: skip
        rejects = st.toggle("Rejection by D", key="s_reject", bind="query-params",
                            help=_law(about))  # fmt: skip
    if scores:
        asked["scores"] = True
    if rejects:
        known = list(LAWS) if about["ratio"] else list(LAWS)[1:]
        law = st.segmented_control(
            "γ at this percentile of F" if about["ratio"] else "Leave out below this percentile",
            known, default="80th", required=True, key="s_gamma", bind="query-params",
        )  # fmt: skip
        asked |= {"reject": True, **LAWS[law]}
    return asked


def _law(about: dict[str, Any]) -> str:
    if about["ratio"]:
        return ("Discriminator rejection sampling (Azadi et al. 2019): of 1,024 samples each is"
                " kept with probability σ(F), F = D̃ − max D̃ − log(1 − exp(D̃ − max D̃ − ε)) − γ,"
                " where D̃ = σ⁻¹(D). With γ = 0 and a perfect D, those kept follow the data; a"
                " larger γ keeps fewer.")  # fmt: skip
    what = "an error" if about["meaning"] == "energy" else "a score"
    return (f"This D gives {what}, from which no density ratio can be read: no law is sampled. Of"
            " 1,024 samples the worst are left out, up to a percentile.")  # fmt: skip


def controls(about: dict[str, Any]) -> tuple[dict[str, Any], int, int]:
    """The widgets: what is asked but for the page, how many in all, and how many on a page."""
    wanted = st.session_state.pop(WANTED, None)
    if wanted:  # a pin was clicked: show it where it came from
        first, index = map(int, wanted.split(":"))
        st.session_state.update({"s_seed": first, "s_order": "As drawn", "s_reject": False})
        st.session_state["s_n"] = max(index + 1, st.session_state.get("s_n", 64))
        st.session_state["s_page"] = 1 + index // st.session_state.get("s_per", 64)
        st.query_params[OPEN] = wanted
    asked = {"do": "sample", "seed": seed("Seed", "s_seed", 0)}
    with st.container(horizontal=True, gap="small"):
        n = st.number_input("How many", 1, MOST, 64, key="s_n", bind="query-params",
                            help="Up to 1,024, shown page by page")  # fmt: skip
        per = st.selectbox("A page", PER_PAGE, PER_PAGE.index(64), key="s_per",
                           bind="query-params", help="Tiles on a page")  # fmt: skip
    return asked | truncation() | opinion(about), int(n), int(per)


def paged(choice: Choice, asked: dict[str, Any], n: int, per: int) -> tuple[dict[str, Any], int]:
    """The request for the page that is shown, and how many samples there are in all."""
    if asked.get("reject"):
        asked = asked | {"of": MOST}
        n = min(n, checkpoints.ask(choice, **asked, n=1)[0]["count"])
    elif "order" in asked:
        asked = asked | {"of": n}
    pages = math.ceil(n / per)
    page = 1
    if pages > 1:
        page = min(pages, st.pagination(pages, key="s_page", bind="query-params"))
    first = (page - 1) * per
    return asked | {"n": min(per, n - first)} | ({"first": first} if first else {}), n


@st.fragment(key="s_sheet")
def sheet(choice: Choice, about: dict[str, Any], request: dict[str, Any]) -> None:
    """The tiles; clicks on them run this part alone."""
    try:
        found, raw, scene = checkpoints.sheet(choice, about, request["n"], **request)
    except (BadInput, RuntimeError) as error:
        st.error(str(error), icon=":material/broken_image:")
        return
    wanted = st.query_params.get(OPEN, "")
    latent.tiles(
        raw, found, scene=scene, pins=pins.read(), open=wanted, key=KEY, on_told=told,
        label=f"{request['n']} generated pictures of {choice.label}: arrow keys move, Enter shows"
        " one large, P pins it",
    )  # fmt: skip
    st.caption(_said(about, found, request))


def _said(about: dict[str, Any], found: dict[str, Any], request: dict[str, Any]) -> str:
    """How the tiles were chosen."""
    if "law" not in found:
        sorted_ = "" if "order" not in request else SORTS[about["meaning"]] + " "
        return f"{sorted_}Click a tile to see it large; its name is SEED:INDEX."
    kept = f"D keeps {found['count']:,} of {found['of']:,}"
    if found["law"] == "ratio":
        return (f"{kept}: each with probability σ(F), γ = {found['gamma']:.2f}, on average"
                f" {100 * found['mean']:.1f} %.")  # fmt: skip
    what = {"energy": "error at most", "score": "score at least"}.get(about["meaning"], "score")
    bar = -found["bar"] if about["meaning"] == "energy" else found["bar"]
    return (f"{kept}: {what} {bar:.3g}. This D tells no density ratio, so this is a threshold and"
            " not a law.")  # fmt: skip


def told() -> None:
    """Take what the tiles said: which one is open, or pinned (a callback)."""
    sent = st.session_state[KEY].get("told")
    if not isinstance(sent, dict):
        return
    what, tile = sent.get("do"), pins.valid(str(sent.get("tile")))
    opened = pins.valid(str(sent.get("open") if what in ("pin", "unpin") else sent.get("tile")))
    if opened:
        st.query_params[OPEN] = opened
    elif OPEN in st.query_params:
        del st.query_params[OPEN]
    if tile and what == "pin":
        pins.add(tile)
    elif tile and what == "unpin":
        pins.remove(tile)
    else:
        return
    st.rerun(["s_sheet", pins.STRIP])


# Points


def real_points(choice: Choice) -> np.ndarray:
    """[n, 2] real points that lie beside a 2-D run's checkpoint, in shares of the frame's width."""
    run = gallery.run_at(choice.path)
    return np.frombuffer(run.real() if run else b"", "<u2").reshape(-1, 2) / 65535


def cloud(choice: Choice, request: dict[str, Any], walk: bool = False) -> None:
    """Points over faint real ones, joined in order where they are a `walk`."""
    found, raw = checkpoints.ask(choice, **request)
    drawn = drawing.draw_cloud(raw, found["extent"], real_points(choice), walk, gallery.dark())
    st.image(drawing.data_url(drawn, "webp"), width="stretch",
             alt=f"{request['n']} generated points of {choice.label}")  # fmt: skip


def show(choice: Choice, about: dict[str, Any]) -> dict[str, Any]:
    """Settings at the side, the samples beside them; the request that drew them."""
    image = about["kind"] == "image"
    pins.strip(choice, about, WANTED if image else "")
    stage, side = st.columns([5, 3], gap="medium")
    with side:
        if image:
            asked, n, per = controls(about)
        else:
            first = seed("Seed", "s_seed", 0)
            n = st.slider("How many", 1, 1000, 500, key="s_points", bind="query-params")
            request = {"do": "sample", "seed": first, "n": int(n), **truncation()}
    with stage:
        if image:
            above = st.container()
            request, n = paged(choice, asked, n, per)
            with above:
                sheet(choice, about, request)
            if (about["config"] or {}).get("reads") == "x+z":
                st.caption("This G reads a picture too: each of these is one that was held out of"
                           " training, a part of it hidden at random and filled in.")  # fmt: skip
        else:
            cloud(choice, request)
    return request
