"""One mistake on the page: its lines side by side, the run of both, and what came of it."""

from dataclasses import dataclass

import streamlit as st

from gan_core.answers.wire import Answer, unpack
from gan_core.catalog import BadInput
from ui import gallery, server, words
from ui.components.film import film
from ui.mistakes import claims
from ui.mistakes.catalog import Lines, Mistake, Pair
from ui.mistakes.experiment import both
from ui.mistakes.twin import Side
from ui.theory.source import source

MOST_SEED = 2**31 - 1
_KEPT = "ms_outcomes"  # in the session: the newest outcome of each pair, by its name
_FAILED = "ms_errors"  # and why the newest attempt at a pair came to nothing
FITS = 64  # characters of a line of code in half of a page of 1280 pixels; a longer one is wrapped
STYLE = """<style>
:is([class*=st-key-ms_wrong_], [class*=st-key-ms_right_]) code { font-size: 0.8rem !important }
[class*=st-key-ms_wrong_] { border-left: 3px solid light-dark(#b91c1c, #f87171) }
[class*=st-key-ms_right_] { border-left: 3px solid light-dark(#0f766e, #2dd4bf) }
[class*=st-key-ms_wrong_], [class*=st-key-ms_right_] { padding-left: 0.9rem }
</style>"""


@dataclass(frozen=True)
class Outcome:
    """Both sides of a pair, as run from one seed."""

    seed: int
    seconds: float
    wrong: Side
    right: Side


def run(pair: Pair, seed: int) -> None:
    """Run both sides; the outcome, or the reason why there is none, goes into the session."""
    failed = st.session_state.setdefault(_FAILED, {})
    failed.pop(pair.name, None)
    try:
        about, data = _ask(pair.name, seed)
    except (BadInput, RuntimeError) as error:
        failed[pair.name] = str(error)
        return
    arrays = unpack(about, data)
    sides = [
        Side(about[side], {n.split(".")[1]: a for n, a in arrays.items() if n.startswith(side)})
        for side in ("wrong", "right")
    ]
    kept = st.session_state.setdefault(_KEPT, {})
    kept[pair.name] = Outcome(about["seed"], about["seconds"], *sides)


def _ask(name: str, seed: int) -> Answer:
    """The worker's answer; where no torch is needed, one of the same form from here."""
    if name not in claims.EXPERIMENTS:
        return server.executor().ask({"do": "mistake", "name": name, "seed": seed})
    return both(claims.EXPERIMENTS[name], seed)


def seed_of(mistake: Mistake) -> int:
    """What stands in the seed field, also before it is drawn."""
    return int(st.session_state.get(f"ms_seed_{mistake.name}") or 0)


def show(number: int, mistake: Mistake) -> None:
    """The whole item, as a fragment: a run here redraws nothing else."""
    st.subheader(f"{number}. {mistake.title}", anchor=mistake.name)
    st.markdown(mistake.seen)
    pair = mistake.pairs[0]
    if len(mistake.pairs) > 1:
        labels = {p.label: p for p in mistake.pairs}
        chosen = st.segmented_control(
            f"Variants of mistake {number}", list(labels), default=pair.label, required=True,
            key=f"ms_pick_{mistake.name}", label_visibility="collapsed", bind="query-params",
        )  # fmt: skip
        pair = labels[chosen]
    st.markdown(words.tex(pair.about))
    _lines(pair)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        seed = st.number_input(
            "Seed", 0, MOST_SEED, 0, 1, key=f"ms_seed_{mistake.name}", width=140,
            bind="query-params",
        )  # fmt: skip
        clicked = st.button(
            "Run both", key=f"ms_run_{mistake.name}", icon=":material/play_arrow:",
            help=f"Both sides from one seed: about {pair.seconds:.2g} s on one core.",
        )  # fmt: skip
    if clicked:
        with st.spinner(f"Running both sides from seed {seed}…"):
            run(pair, int(seed))
    ran = _outcome(pair)
    st.caption(f"{ran}{mistake.paper}")


def _lines(pair: Pair) -> None:
    left, right = st.columns(2, gap="medium")
    _side(left, f"ms_wrong_{pair.name}", ":red[:material/close:] As it circulates", pair.wrong)
    _side(right, f"ms_right_{pair.name}", ":green[:material/check:] Corrected", pair.right)


def _side(column, key: str, head: str, lines: Lines) -> None:
    with column.container(key=key, gap="xsmall"):
        st.markdown(f"**{head}**")
        file = lines[0].split(":")[0]  # one for all of them
        found = [source(*line.split(":")) for line in lines]
        text = "\n\n".join(text for text, _ in found)
        long = max(map(len, text.split("\n"))) > FITS
        st.code(text, language="python", wrap_lines=long)
        numbers = " and ".join(str(number) for _, number in found)
        st.caption(f"{file}, line{'s' if len(found) > 1 else ''} {numbers}")


def _outcome(pair: Pair) -> str:
    """What came of the newest run, or why nothing did; returns its seed and time in words."""
    if reason := st.session_state.get(_FAILED, {}).get(pair.name):
        st.error(
            f"{gallery.plain(reason)} Press Run both to try again.",
            title="This pair was not run", icon=":material/error:",
        )  # fmt: skip
    found = st.session_state.get(_KEPT, {}).get(pair.name)
    if found is None:
        return ""
    panels, said = pair.read(found.wrong, found.right)
    plane = len(panels) == 4
    film(
        panels, key=f"ms_film_{pair.name}", aria=f"{pair.label}: {said}",
        height=270 if plane else 230, narrowest=230 if plane else 300, most=4 if plane else 2,
        scene=f"{pair.name} {found.seed}",
    )  # fmt: skip
    st.markdown(words.tex(said))
    return f"Seed {found.seed}, {found.seconds:.1f} s. "
