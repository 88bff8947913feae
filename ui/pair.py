"""The two densities that the theory pages share: their specs in the session and in the address.

`?p=normal(0,1)&q=normal(2,1)` is the same view on both pages. What is dragged lives in the
session and reaches the address when it is released; a spec that cannot be read changes nothing,
and is shown with the reason. A sample too long for an address stays in the session; the address
says how many numbers it has, so that whoever opens the link is told.
"""

import re
from collections.abc import Sequence
from typing import Any

import streamlit as st

from gan_core.catalog import BadInput
from gan_core.divergences import (
    NAMES,
    Distances,
    Distribution,
    distances,
    parse,
    window,
)
from gan_core.divergences.estimators import estimated
from gan_core.divergences.pasted import read_sample
from gan_core.divergences.samples import Sample
from ui import gallery, words
from ui.examples import PRESETS

SIDES = ("p", "q")
START = {"p": "normal(0,1)", "q": "normal(2,1)"}
SIGNS = {"p": "p_r", "q": "p_g"}
LONGEST = 2000  # characters in an address: only samples are longer
LEFT_OUT = "sample-of-"  # and the count of a sample: what stands there for a longer one
FARTHEST = 1e13  # of a place that can be looked at
_STATE = "pair"
# In the session: `specs` of both sides and what they were `read` as; `bad` texts and why; `linked`,
# the sides last set by the address, and that `address`; the `window` of a zoom or a drag; `seq`,
# the last message taken; `dragged`, whether something is held; `pills`, which
# widget shows the examples.


def state() -> dict[str, Any]:
    """The session's pair, brought in line with the address; the first call of a page."""
    found = st.session_state.setdefault(
        _STATE,
        {
            "specs": dict(START), "read": {side: parse(spec) for side, spec in START.items()},
            "address": {}, "bad": {}, "linked": set(), "window": None, "seq": 0, "dragged": False,
            "pills": 0,
        },
    )  # fmt: skip
    for side in SIDES:
        text = st.query_params.get(side)
        if text is not None and text != found["address"].get(side):
            _take(found, side, text)
            found["linked"].add(side)
            found["window"] = None
            found["address"][side] = text
    if any(st.query_params.get(side) != found["address"].get(side, "") for side in SIDES):
        _write(found)  # the page was reached from the menu: give it the shared pair
    return found


def _take(found: dict[str, Any], side: str, text: str, numbers: bool = False) -> None:
    """Accept a spec, or the numbers of a sample; or keep what was and remember what is wrong."""
    found["bad"].pop(side, None)
    try:
        if re.fullmatch(rf"{LEFT_OUT}\d+", text):
            raise BadInput(
                f"The link was made from a sample of {int(text.removeprefix(LEFT_OUT)):,} numbers,"
                " too many for an address: paste or upload them here."
            )
        read = read_sample(text) if numbers else parse(text)
    except BadInput as error:
        found["bad"][side] = (found["specs"][side] if numbers else text, str(error))
    else:
        found["specs"][side] = str(read) if numbers else text
        found["read"][side] = read


def _write(found: dict[str, Any]) -> None:
    for side in SIDES:
        text, _ = found["bad"].get(side, (found["specs"][side], ""))
        if len(text) > LONGEST:
            text = found["specs"][side]
        if len(text) > LONGEST:
            text = f"{LEFT_OUT}{len(found['read'][side].values)}"
        found["address"][side] = text
    st.query_params.update(found["address"])  # both at once, to be one step back for the browser


def receive(key: str, fragments: Sequence[str]) -> None:
    """Take what the component sent (its callback); on release, write the address and run these
    fragments of the page, the one with the component first."""
    sent, found = st.session_state[key].get("pair"), st.session_state[_STATE]
    if not isinstance(sent, dict):
        return
    side = sent.get("side") if sent.get("side") in list(SIDES) else None
    before = _notices(found)
    if side in SIDES:
        numbers = "sample" in sent
        _take(found, side, str(sent.get("sample" if numbers else "spec")), numbers)
        found["linked"].discard(side)
    seq = sent.get("seq")
    found["seq"] = seq if isinstance(seq, int) else 0
    found["window"] = _window(sent.get("window"))
    found["dragged"] = not sent.get("done")
    if found["dragged"]:
        return
    _write(found)
    if side not in SIDES:  # only the zoom
        st.rerun(fragments[0])
    if _notices(found) != before:
        st.rerun()  # the whole page, which shows them
    st.rerun([*fragments, "pair_presets"])


def _notices(found: dict[str, Any]) -> list[str]:
    """What `warnings` has to tell, one text for each."""
    linked = [
        found["bad"][side][0] for side in SIDES if side in found["bad"] and side in found["linked"]
    ]
    return linked + [text for text in found["address"].values() if text.startswith(LEFT_OUT)]


def _window(sent: Any) -> tuple[float, float] | None:
    """The stretch of x that stays put while something is dragged or zoomed; None asks for a fresh
    one, as does a stretch too narrow or too far away for floats."""
    if not isinstance(sent, list) or len(sent) != 2:
        return None
    if not all(isinstance(x, int | float) and abs(x) <= FARTHEST for x in sent):
        return None
    low, high = map(float, sent)
    return (low, high) if high - low > 1e-9 * max(1.0, abs(low), abs(high)) else None


def preset(p: str, q: str) -> None:
    """Show this pair."""
    found = st.session_state[_STATE]
    found.update(specs={"p": p, "q": q}, bad={}, window=None)
    found["read"] = {"p": parse(p), "q": parse(q)}
    _write(found)


def set_side(side: str, d: Distribution) -> None:
    """Show this distribution on one side."""
    found = st.session_state[_STATE]
    found["bad"].pop(side, None)
    found["specs"][side], found["read"][side], found["window"] = str(d), d, None
    _write(found)


def distributions() -> tuple[Distribution, Distribution]:
    """The two, as they are now."""
    read = st.session_state[_STATE]["read"]
    return read["p"], read["q"]


def measured(unit: str = "nats", names: Sequence[str] = NAMES) -> Distances:
    """Their distances; while something is dragged, those of a sample come without intervals."""
    p, q = distributions()
    if st.session_state[_STATE]["dragged"] and sampled():
        return estimated(p, q, unit, interval=False, names=names)
    return distances(p, q, unit, names)


def sampled() -> bool:
    """Whether one of them is a sample."""
    return any(isinstance(d, Sample) for d in distributions())


def described() -> str:
    """The two in words, for those who do not see the figure."""
    found = st.session_state[_STATE]
    return f"Densities p_r = {short(found, 'p')} and p_g = {short(found, 'q')}"


def specs() -> tuple[str, str]:
    """The two as text."""
    found = st.session_state[_STATE]["specs"]
    return found["p"], found["q"]


@st.fragment(key="pair_presets")
def presets() -> None:
    """Pairs to choose from, and what there is to see in the one that is shown."""
    shown = next((t for t, (p, q, _) in PRESETS.items() if specs() == (p, q)), None)
    found = st.session_state[_STATE]
    key = f"pair_preset_{found['pills']}"
    if key in st.session_state and st.session_state[key] != shown:
        # A new widget, not another value in the old one: a message that is under way still has
        # the old value, and would be taken for a click on it.
        found["pills"] += 1
        key = f"pair_preset_{found['pills']}"
    st.pills(
        "Examples", list(PRESETS), default=shown, key=key, on_change=_chosen, args=(key, shown),
        label_visibility="collapsed",
    )  # fmt: skip
    st.markdown(words.tex(PRESETS[shown][2]) if shown else "&nbsp;")


def _chosen(key: str, shown: str | None) -> None:
    title = st.session_state[key]
    if title and title != shown:  # else it is the value an old widget always had
        preset(*PRESETS[title][:2])
        st.rerun()  # the whole page, not this part of it alone


def warnings() -> None:
    """Say what is wrong with a spec in the address, and what is shown instead."""
    found = st.session_state[_STATE]
    for side, (text, problem) in found["bad"].items():
        if side not in found["linked"]:
            continue  # it was typed here: the field itself says so
        st.warning(
            f"${SIGNS[side]}$ = “{gallery.plain(text[:200])}” cannot be read."
            f" {gallery.plain(problem)} Until then ${SIGNS[side]}$ stays `{short(found, side)}`.",
            icon=":material/edit:",
        )
    for side in SIDES:
        if side not in found["bad"] and found["address"].get(side, "").startswith(LEFT_OUT):
            st.info(
                f"${SIGNS[side]}$ is {short(found, side)}, too long for a link: it is lost when"
                " this page is reloaded, and whoever opens its address must give its numbers.",
                icon=":material/link_off:",
            )


def short(found: dict[str, Any], side: str) -> str:
    """A side's spec, or how many numbers its sample has."""
    read = found["read"][side]
    if isinstance(read, Sample) and len(found["specs"][side]) > 60:
        return f"a sample of {len(read.values):,} numbers"
    return found["specs"][side]


def shown_window(p: Distribution, q: Distribution) -> tuple[float, float]:
    """The stretch of x to draw: that of a drag under way, or one that fits."""
    return st.session_state[_STATE]["window"] or window(p, q)


def model() -> dict[str, Any]:
    """All that the session holds of the pair; see the names above."""
    return st.session_state[_STATE]
