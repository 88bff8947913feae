"""A comparison of runs on a page: started together, shown in step, judged in one table.

A comparison is nothing but a list of run ids in the address; all that is shown is read from those
runs' folders.
"""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from gan_core import lessons, runs
from gan_core.catalog import OBJECTIVES, BadInput
from gan_core.config import Config
from gan_core.lessons import Lesson
from gan_core.presets import preset
from gan_core.runs import LIVE, Run
from ui import fields, gallery, live, server, verdict, waiting, weights
from ui.clicks import once
from ui.components import arena_wall

EVERY = 0.25  # seconds between looks at runs in progress
FEWEST, MOST = 2, arena_wall.MOST
NETWORKS = {  # of every G in a comparison
    "latent": 2, "width": 64, "depth": 3, "norm_g": "none", "scaling": "unit",
}  # fmt: skip
_REFUSED = "_wall_refused"  # why the last click came to nothing


def configs(names: Sequence[str], data: str, chosen: str, **changes: Any) -> list[Config]:
    """One config per objective: its own preset, but one data set, one seed, and networks for G
    that are alike, so that all start from the same weights."""
    return [preset(name, data, chosen, **NETWORKS, **changes) for name in names]


@once
def begin(wanted: Sequence[Config]) -> None:
    """Start a comparison and put it into the address (a callback)."""
    made: list[Run] = []
    try:
        made += [runs.create(config) for config in wanted]
        waiting.line().add(made)
    except (BadInput, OSError) as error:
        for run in made:
            run.delete()
        why = str(error) if isinstance(error, BadInput) else f"The disk says: {error.strerror}."
        st.session_state[_REFUSED] = why
        return
    st.query_params["runs"] = ",".join(run.id for run in made)


def stop(found: Sequence[Run]) -> None:
    """Ask every run in progress to end (a callback)."""
    for run in found:
        if run.status()["state"] in LIVE:
            live.ask(run, "stop")


def chosen() -> list[Run]:
    """The 2-D runs that the address names, at most MOST; says what of it cannot be shown."""
    if reason := st.session_state.pop(_REFUSED, None):
        st.error(gallery.plain(reason), title="The comparison did not start")
    names = [name for name in st.query_params.get("runs", "")[:2000].split(",") if name]
    found: list[Run] = []
    gone: list[str] = []
    for name in dict.fromkeys(names):
        try:
            run = runs.open_run(name[:200])
            if run.config.kind != "2d":
                raise BadInput(f"{run.id} draws pictures: this page compares points in the plane.")
            found.append(run)
        except (BadInput, OSError) as error:
            gone.append(str(error) if isinstance(error, BadInput) else f"{name} cannot be read.")
    if len(found) > MOST:
        gone.append(f"Only the first {MOST} runs are shown.")
    if gone:
        said = "  \n".join(gallery.plain(reason[:300]) for reason in gone[:3])
        more = f"  \nand {len(gone) - 3} more" if len(gone) > 3 else ""
        st.warning(said + more, title="Not all of it can be shown", icon=":material/link_off:")
    return found[:MOST]


def show(found: Sequence[Run]) -> None:
    """The panels and the table, followed while a run is in progress."""
    states = [run.status()["state"] for run in found]
    moving = any(state in LIVE for state in states)
    known = [run.config for run in found]
    lesson = lessons.of(known)
    labels = names_of(known, lesson)
    first = True

    def panel() -> None:
        nonlocal first
        whole, first = first, False
        now = [run.status() for run in found]
        try:
            _draw(found, labels, now, lesson, whole)
        except (BadInput, OSError):  # deleted while it was read
            st.rerun()
        if [(s["state"] in LIVE) for s in now] != [(state in LIVE) for state in states]:
            st.rerun()  # a run ended: its whole film is sent

    st.fragment(panel, run_every=EVERY if moving else None)()


def names_of(known: Sequence[Config], lesson: Lesson | None) -> list[str]:
    """What each panel is called: the lesson's words, or objectives told apart by what differs."""
    if lesson:
        return [side.label for side in lesson.sides]
    plain = [OBJECTIVES[config.objective].title for config in known]
    return [
        ", ".join([title, *_differs(config, [c for c in known if c.objective == config.objective])])
        for title, config in zip(plain, known, strict=True)
    ]


def _differs(config: Config, like: Sequence[Config]) -> list[str]:
    """At most three settings in which a run differs from the others of its objective."""
    own = config.to_dict()
    others = [other.to_dict() for other in like]
    varied = [name for name in own if len({other[name] for other in others}) > 1]
    return [f"{fields.LABELS.get(name, name)} {own[name]}" for name in varied[:3]]


def _draw(
    found: Sequence[Run], labels: Sequence[str], states: Sequence[dict[str, Any]],
    lesson: Lesson | None, whole: bool,
) -> None:  # fmt: skip
    """Everything that is shown of a comparison at one moment."""
    line = set(waiting.line().ids())
    _bar(found, states, line)
    panels = []
    for run, label, status in zip(found, labels, states, strict=True):
        newest = run.latest()
        frames = arena_wall.film_of(run) if whole else [newest] if newest else []
        note = verdict.state_words(status, run.id in line)
        panels.append(
            {"id": run.id, "label": label, "note": note, "scene": run.scene(), "real": run.real(),
             "frames": frames}
        )  # fmt: skip
    moving = any(status["state"] in LIVE for status in states)
    arena_wall.wall(panels, whole, moving, key="c_wall")
    st.subheader("Verdict")
    entries = [
        verdict.Entry(run, label, status, run.metrics(), run.id in line)
        for run, label, status in zip(found, labels, states, strict=True)
    ]
    st.markdown(verdict.table(entries))
    st.caption(verdict.READING)
    if lesson:
        _check(lesson, found, states)
    _weights(found, entries)


def _weights(found: Sequence[Run], entries: Sequence[verdict.Entry]) -> None:
    """The weights of all critics, where one of them is clipped."""
    if not any(run.config.objective == "wgan" for run in found):
        return
    newest = [(e.label, e.history[-1].get("vitals")) for e in entries if e.history]
    if known := [(label, vitals) for label, vitals in newest if vitals]:
        st.markdown("**Weights of each D**, in % of all")
        weights.show(known, "c_weights", ",".join(run.id for run in found))


def _bar(found: Sequence[Run], states: Sequence[dict[str, Any]], line: set[str]) -> None:
    """How many train and wait, and what can be done about it."""
    now = [s["state"] for s in states]
    queue = [run.id for run, state in zip(found, now, strict=True) if state == "queued"]
    waits = len(line.intersection(queue))
    counts = {
        "starting": len(queue) - waits,
        "training": now.count("running") + now.count("paused"),
        f"waiting for a place ({server.executor().at_once} train at once here)": waits,
        "ended": sum(state not in LIVE for state in now),
    }
    unbegun = [
        run for run, s in zip(found, states, strict=True)
        if s["state"] == "interrupted" and not run.frame_count()
    ]  # fmt: skip
    with st.container(horizontal=True, vertical_alignment="center"):
        if any(state in LIVE for state in now):
            said = ", ".join(f"**{n}** {name}" for name, n in counts.items() if n)
            st.markdown(said, width="content")
            st.button("Stop all", key="c_stop", icon=":material/stop:", on_click=stop,
                      args=(found,))  # fmt: skip
        if unbegun:
            st.markdown(f"**{len(unbegun)}** lost their place: the server was stopped.",
                        width="content")  # fmt: skip
            if st.button("Let them begin", key="c_again", on_click=again, args=(unbegun,)):
                st.rerun()


@once
def again(unbegun: Sequence[Run]) -> None:
    """Put runs that never began back into the line (a callback)."""
    for run in unbegun:
        waiting.tell(run, state="queued", pid=None, error=None)
    waiting.line().add(unbegun)


def _check(lesson: Lesson, found: Sequence[Run], states: Sequence[dict[str, Any]]) -> None:
    """Whether the lesson showed what it promises, once all its runs have ended."""
    if any(status["state"] in LIVE for status in states):
        return
    try:
        measured = [lessons.figures(run) for run in found]
        whole = all(status["state"] == "done" for status in states)
        good, words = lesson.claim(measured) if whole else (None, "")
    except KeyError:  # a file is gone that the claim is about
        good, words = None, ""
    if good is None:
        st.info("Not all runs of this lesson reached their end, so it cannot be judged.")
        return
    if good:
        st.success(words, title="As expected", icon=":material/check:")
    else:
        st.warning(
            f"{words} Chance plays a part in training: another seed may show it.",
            title="Not this time", icon=":material/casino:",
        )  # fmt: skip
