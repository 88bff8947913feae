"""One's own points on the 2-D page: drawn on a sheet, uploaded or pasted, named in the address.

What is drawn or read is stored at once under the name of its content (`gan_core.plane.points`),
and the choice of data becomes `points:<id>`, so that a copied link shows and trains the same.
"""

from typing import Any

import numpy as np
import streamlit as st

from gan_core.catalog import POINTS, BadInput, own_points
from gan_core.plane import points as sets
from gan_core.plane import table
from ui import gallery
from ui.components import draw

OWN = "own-points"  # the choice of data before there are points
SHEET = (-1.5, 1.5, -1.5, 1.5)  # an empty sheet: about the size of the ring
PASTED = 200_000  # characters
_COLUMNS = "Two columns of numbers; a header is optional, further columns are left out."


def is_own(data: str) -> bool:
    """Whether a choice of data is somebody's own points, or the wish for them."""
    return data == OWN or data.startswith(POINTS)


def usable(data: str) -> bool:
    """Whether a choice of own points can be trained on."""
    return _stored(data)[1] is not None


def choices(prefix: str) -> list[str]:
    """What the list of data offers beside the toys: a new sheet, and the sets in use here."""
    last = _own(prefix)["id"]
    known = (
        st.session_state.get(f"{prefix}_data"),
        st.query_params.get(f"{prefix}_data"),
        POINTS + last if last else None,
    )
    found = [OWN]
    for data in known:
        if isinstance(data, str) and data.startswith(POINTS) and data[:80] not in found:
            found.append(data[:80])
    return found


def panel(prefix: str, data: str) -> str | None:
    """The sheet, the other ways to bring points, and their noise; the spec, or None if there is
    nothing yet that can be trained on."""
    own = _own(prefix)
    name, points, problem = _stored(data)
    refused = "" if problem else own.get("refused", {}).get(data, "")
    left, right = st.columns([4, 5], gap="medium")
    with left:
        _sheet(prefix, name, points)
    with right:
        if problem or refused:
            kept = (
                "What was brought is not used; the points below stay"
                if points is not None
                else None
            )
            st.warning(gallery.plain(problem or refused), title=kept, icon=":material/edit:")
        if points is None:
            st.markdown("Draw on the sheet, or bring a table.")
        else:
            st.markdown(_facts(points, own.get("said", "") if own["id"] == name else ""))
        spec = None if points is None else _noise(prefix, data, points)
        _bring(prefix)
    return spec


def take_over(prefix: str, name: str, noise: float | None) -> None:
    """Show the set that a run was trained on (within a callback)."""
    _choose(prefix, name, "", "")
    st.session_state[f"{prefix}_points_noise"] = noise


def _own(prefix: str) -> dict[str, Any]:
    """What this session remembers: the `id` that was last brought, the `token` of the hand that
    drew it, what was `said` of it; `turn` counts the uploads; why the last was `refused`, by the
    choice of data that stayed."""
    return st.session_state.setdefault(f"{prefix}_own", {"id": "", "token": "", "turn": 0})


def _stored(data: str) -> tuple[str, np.ndarray | None, str]:
    """(id, points, problem) of a choice of data."""
    if data == OWN:
        return "", None, ""
    try:
        found = own_points(data)
        assert found is not None
        return found[0], sets.find(found[0]), ""
    except BadInput as error:
        return "", None, str(error)


def _sheet(prefix: str, name: str, points: np.ndarray | None) -> None:
    own = _own(prefix)
    shown = np.zeros((0, 2), np.float32) if points is None else points
    few = len(shown) <= draw.MOST
    draw.show(
        shown, _extent(shown), "Your points", f"{prefix}_draw", id=name,
        token=own["token"] if own["id"] == name else "",
        on_drawn=(lambda: _drawn(prefix)) if few else None,
    )  # fmt: skip
    if not few:
        st.caption(f"{draw.MOST:,} points can be changed by hand; this set has more.")
        st.button(
            "Start a drawing", icon=":material/draw:", key=f"{prefix}_sheet",
            on_click=_choose, args=(prefix, "", "", ""),
        )  # fmt: skip


def _extent(points: np.ndarray) -> tuple[float, float, float, float]:
    """The empty sheet if the points suit it, otherwise a square around them."""
    if not len(points):
        return SHEET
    low, high = points.min(0).astype(float), points.max(0).astype(float)
    span = float((high - low).max())
    if np.abs([low, high]).max() <= SHEET[1] and span > 0.3:
        return SHEET
    (x, y), half = (low + high) / 2, 0.6 * span
    return x - half, x + half, y - half, y + half


def _facts(points: np.ndarray, said: str) -> str:
    (x0, y0), (x1, y1) = points.min(0), points.max(0)
    about = f"**{len(points):,} points**, x {x0:.4g} to {x1:.4g}, y {y0:.4g} to {y1:.4g}."
    return f"{about.replace('-', '−')} {gallery.plain(said)}"


def _noise(prefix: str, data: str, points: np.ndarray) -> str:
    """The width of the kernel around each point; the whole spec."""
    found = own_points(data)
    assert found is not None
    name, given = found
    usual = sets.default_noise(points)
    noise = st.number_input(
        "Noise σ", value=given, min_value=0.0, max_value=1e12, step=usual / 2, format="%.6g",
        placeholder=f"{usual:g} (automatic)", key=f"{prefix}_points_noise", bind="query-params",
        help="Every real sample is one of the points plus Gaussian noise of this standard"
        " deviation. Empty: a fiftieth of the spread of the points. 0: the points themselves.",
    )  # fmt: skip
    return f"{POINTS}{name}" + ("" if noise is None else f"(noise={noise!r})")


def _bring(prefix: str) -> None:
    """Upload and paste."""
    key = f"{prefix}_csv_{_own(prefix)['turn']}"  # a new key lets go of the file that was read
    st.file_uploader(
        "Upload a CSV file", ["csv", "tsv", "txt"], key=key, on_change=_uploaded,
        args=(prefix, key), max_upload_size=table.LARGEST >> 20, help=_COLUMNS,
    )  # fmt: skip
    with st.popover("Paste a table", icon=":material/content_paste:"):
        st.text_area(
            "Points, one a line", key=f"{prefix}_pasted", max_chars=PASTED, height=180,
            placeholder="x,y\n0.1,0.7\n0.3,-0.2", help=_COLUMNS,
        )  # fmt: skip
        st.button("Use these points", key=f"{prefix}_paste", on_click=_pasted, args=(prefix,))


def _drawn(prefix: str) -> None:
    """Take what was drawn on the sheet (a callback)."""
    sent = st.session_state[f"{prefix}_draw"].get("drawn")
    if not isinstance(sent, dict) or not isinstance(sent.get("points"), list):
        return
    flat, token = sent["points"][: 2 * draw.MOST], str(sent.get("token"))[:40]
    if not flat:
        return _choose(prefix, "", token, "")
    try:
        values = np.array(flat, np.float64)
        pairs = values[: len(values) // 2 * 2].reshape(-1, 2)
    except (ValueError, TypeError):
        return
    _take(prefix, lambda: (sets.clean(pairs), ""), token)


def _uploaded(prefix: str, key: str) -> None:
    """Read the file that was brought (a callback)."""
    file = st.session_state.get(key)
    if file is None:
        return
    _own(prefix)["turn"] += 1

    def read() -> tuple[sets.Cleaned, str]:
        table.refuse_size(file.size)
        return _with_words(table.read_bytes(file.getvalue()))

    _take(prefix, read, "")


def _pasted(prefix: str) -> None:
    """Read the text that was pasted (a callback)."""
    text = st.session_state.get(f"{prefix}_pasted") or ""
    _take(prefix, lambda: _with_words(table.read(text)), "")


def _with_words(found: table.Table) -> tuple[sets.Cleaned, str]:
    """The points of a table, and what should be known of how they were read."""
    cleaned, (x, y) = found.cleaned, found.columns
    said = f"Read from {x} and {y}"
    if found.others:
        said += f"; {found.others} more column{'s' * (found.others > 1)} left out"
    said += "."
    if cleaned.skipped:
        said += f" {cleaned.skipped:,} of {cleaned.rows:,} rows without two usable numbers skipped."
    if cleaned.thinned:
        said += f" Of {cleaned.rows - cleaned.skipped:,} points these were picked at random."
    return cleaned, said


def _take(prefix: str, read: Any, token: str) -> None:
    """Store what `read()` returns as (Cleaned, words) and choose it, or remember why not."""
    try:
        cleaned, said = read()
        name = sets.put(cleaned.points)
    except BadInput as error:
        if token:  # what is on the sheet is not what was chosen before
            _choose(prefix, "", token, "")
        _refuse(prefix, str(error))
    except OSError as error:
        _refuse(prefix, f"The points could not be stored: {error.strerror}. Free some space.")
    else:
        _choose(prefix, name, token, said)


def _refuse(prefix: str, why: str) -> None:
    _own(prefix)["refused"] = {st.session_state.get(f"{prefix}_data"): why}


def _choose(prefix: str, name: str, token: str, said: str) -> None:
    """Make a set the page's data; without a name, an empty sheet."""
    _own(prefix).update(id=name, token=token, said=said, refused={})
    if st.session_state.get(f"{prefix}_data") != (POINTS + name if name else OWN):
        st.session_state[f"{prefix}_data"] = POINTS + name if name else OWN
    if not token:
        st.session_state[f"{prefix}_points_noise"] = None
