"""Move, continued: sums of tiles, and steps along the directions of the first layer."""

import math
from typing import Any

import streamlit as st

from gan_core.catalog import BadInput
from ui import checkpoints, drawing
from ui.components import latent
from ui.samples import look, pins
from ui.samples.ways import Shown, tile

GROUPS = (("plus", "A", "s_plus"), ("minus", "B", "s_minus"), ("to", "C", "s_more"))
OFFERED, REACH = 8, 6.0  # directions, and steps along one, in σ of z
BY, KEY = "s_by", "s_knobs"  # of the address; of the component


def arithmetic(shown: Shown) -> dict[str, Any] | None:
    """mean A - mean B + mean C, as in the DCGAN paper, each mean shown."""
    choice, about, stage, side = shown
    pinned = pins.read()
    others = [f"0:{i}" for i in range(12) if f"0:{i}" not in pinned]
    options = [*map(pins.label, pinned), *others]
    chosen: dict[str, list[str]] = {}
    with side:
        for i, (name, title, key) in enumerate(GROUPS):
            start = options[i : i + 1] if i < len(pinned) else others[i : i + 1]
            chosen[name] = st.multiselect(
                f"Group {title}", options, start, key=key, bind="query-params",
                accept_new_options=True, max_selections=16,
                help="Pins, or any SEED:INDEX. The mean of several carries less of what they do"
                " not share: the paper takes three.",
            )  # fmt: skip
        psi = look.truncation()
    groups = {name: [pins.chosen(t) for t in tiles] for name, tiles in chosen.items()}
    empty = [title for name, title, _ in GROUPS if not groups[name]]
    with stage:
        if empty:
            st.info(f"Group {' and '.join(empty)} is empty: choose at least one tile for each.")
            return None
        request = {"do": "arithmetic", **groups, **psi}
        scale = checkpoints.scale_for(4, about["size"])
        asked = request | {"scale": scale, "format": "webp", "columns": 4}
        found, raw = checkpoints.ask(choice, **asked)
        st.caption("In the first row: **mean A − mean B + mean C =** the sum.")
        st.image(drawing.data_url(raw, "webp"), width="stretch",
                 alt="The means of A, B and C, their sum, and eight pictures near it")  # fmt: skip
        length = found["norms"][3] / math.sqrt(about["latent"]) if about["latent"] else 1
        st.caption("Below it: eight latents near the sum, uniform noise of ± 0.25 added to each"
                   f" number of z, as in the paper. The sum is {length:.2f} times as long as most"
                   " z: far from 1, the generator is asked for what it never learned.")  # fmt: skip
    return request


# Directions


def directions(shown: Shown) -> dict[str, Any]:
    """Sliders along the strongest directions of the first layer, and all of them in a table."""
    choice, about, stage, side = shown
    said, _ = checkpoints.ask(choice, do="directions")
    with side:
        base = tile("Tile", "s_base", 0)
        count = min(said["count"], st.slider("Directions", 5, 10, OFFERED, key="s_dirs",
                                             bind="query-params"))  # fmt: skip
        psi = look.truncation()
        shares = ", ".join(f"{100 * share:.0f}" for share in said["shares"][:count])
        st.caption("Closed-form factorisation (SeFa, Shen & Zhou 2021): the first layer is Az, and"
                   " the unit steps that change it most are the eigenvectors of AᵀA. Nothing was"
                   f" trained for them. Their shares of ‖A‖² are {shares} %. A step of 1 is one"
                   " standard deviation of z.")  # fmt: skip
    with stage:
        live(choice, about, {"do": "direction", "tile": base, **psi}, count)
        st.caption("Each direction by itself, −3 to 3 steps from the tile")
        overview = {"do": "direction", "tile": base, "along": "all", "k": count, "n": 9, "reach": 3}
        scale = checkpoints.scale_for(9, about["size"])
        _, raw = checkpoints.ask(choice, **overview, **psi, scale=scale, format="webp")
        st.image(drawing.data_url(raw, "webp"), width="stretch",
                 alt=f"{count} rows: tile {base} moved along each direction")  # fmt: skip
    by = steps(st.query_params.get(BY, ""), count)
    return {"do": "direction", "tile": base, **psi, "by": by}


@st.fragment(key="s_live")
def live(choice: Any, about: dict[str, Any], request: dict[str, Any], count: int) -> None:
    """The tile under the sliders: while one moves, this part alone runs."""
    known = st.session_state.get("_s_by")
    values = steps(st.query_params.get(BY, ""), count)
    seq = 0
    if known:
        seq = known["seq"]
        values = known["values"] if not known["done"] else values
    values = (values + [0.0] * count)[:count]
    try:
        found, raw = checkpoints.ask(choice, **request, by=values, format="exact")
        _, before, scene = checkpoints.sheet(
            choice, about, 1, do="tiles", names=[request["tile"]],
            **{k: v for k, v in request.items() if k == "psi"},
        )  # fmt: skip
    except (BadInput, RuntimeError) as error:
        st.error(str(error), icon=":material/broken_image:")
        return
    latent.knobs(
        raw, before, found, [f"Direction {i + 1}" for i in range(count)], values, reach=REACH,
        seq=seq, scene=scene, key=KEY, on_steps=_moved,
        label=f"Tile {request['tile']}, moved along {count} directions",
    )  # fmt: skip


def steps(text: str, count: int) -> list[float]:
    """The steps in the address, `1.5,0,-2`; what cannot be read is 0."""
    found = []
    for word in text.split(",")[:count] if text else []:
        try:
            value = float(word)
        except ValueError:
            value = 0.0
        found.append(max(-REACH, min(REACH, value)) if math.isfinite(value) else 0.0)
    return found


def _moved() -> None:
    """Take the sliders (a callback); the address and the rest of the page follow a release."""
    sent = st.session_state[KEY].get("steps")
    if not isinstance(sent, dict) or not isinstance(sent.get("values"), list):
        return
    text = ",".join(f"{x:g}" for x in sent["values"] if isinstance(x, int | float))
    values, seq = steps(text, 10), sent.get("seq")
    done = bool(sent.get("done"))
    st.session_state["_s_by"] = {
        "values": values, "seq": seq if isinstance(seq, int) else 0, "done": done,
    }  # fmt: skip
    if not done:
        return
    if any(values):
        st.query_params[BY] = ",".join(f"{x:g}" for x in values)
    elif BY in st.query_params:
        del st.query_params[BY]
    st.rerun()
