"""How long a run on images takes: a choice of two times or of steps, and what to expect of it."""

from functools import cache
from typing import Any

import streamlit as st

from gan_core import expected, runs
from gan_core.config import Config, data_names
from gan_core.presets import STEPS, preset

TIMES = {"60 s": 60.0, "180 s": 180.0}
BY_STEPS = "by steps"
OPTIONS = [*TIMES, BY_STEPS]
FIELDS = ("steps", "seconds")  # of a Config: shown where steps are chosen

_machine = cache(runs.machine)


def choice(prefix: str, chosen: str) -> str:
    """The widget; its default is the preset's."""
    return st.selectbox(
        "Length", OPTIONS, OPTIONS.index(usual(chosen)),
        key=f"{prefix}_length", bind="query-params", width=125,
        help="A time is used up: a few rounds are timed, and as many as fit are trained, with"
        " learning rates that fall over just these. *by steps*: so many rounds, see Advanced.",
    )  # fmt: skip


def usual(chosen: str) -> str:
    """The length that a preset, recommended or published, has by itself."""
    return of(preset("gan", data_names("image")[0], chosen))


def of(config: Config) -> str:
    """The choice that a config on images comes from; of a run that was timed, its time."""
    times = [name for name, seconds in TIMES.items() if seconds == config.seconds]
    return times[0] if times else BY_STEPS


def settings(chosen: str) -> dict[str, Any]:
    """What a choice says of a Config; nothing for points, which have none."""
    if chosen in TIMES:
        return {"steps": 0, "seconds": TIMES[chosen]}
    return {"steps": STEPS} if chosen == BY_STEPS else {}


def anew(config: Config) -> Config:
    """A run's config for another run: where its time was chosen, as many rounds as fit then."""
    timed = config.kind == "image" and of(config) in TIMES
    return config.replace(steps=0) if timed else config


def note(config: Config) -> str:
    """What to expect of a run whose time was chosen; "" of others."""
    if config.kind != "image" or config.steps:
        return ""
    return expected.sentence(config, _machine()) or (
        f"As many rounds as fit into {config.seconds:g} s. What these settings reach in that time"
        " has not been measured."
    )
