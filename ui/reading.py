"""What G reads, as a choice with words: the four things that "the generator takes x + noise" means.

A reading is more than the config field `reads`: instance noise is G(z) with noise on what D sees.
"""

from typing import Any

import streamlit as st

from gan_core.config import Config, data_names
from gan_core.presets import preset
from ui import own_data, words

PLAIN, CARRIED, INSTANCE, FIXED = "G(z)", "G(x,z)", "instance noise", "fixed x+noise"
SETTINGS: dict[str, dict[str, Any]] = {  # of a reading, beside its preset
    PLAIN: {"reads": "z"},
    CARRIED: {"reads": "x+z"},
    INSTANCE: {"reads": "z", "noise": 0.3, "noise_steps": 0},
    FIXED: {"reads": "x+noise"},
}
OWN = {  # fields that one reading alone has
    "2d": {CARRIED: ("carry",), FIXED: ("sigma",)},
    "image": {CARRIED: ("spread",)},
}
ABOUT = {
    PLAIN: "**G(z)** · G turns noise z into points. *Goodfellow et al. 2014*",
    CARRIED: "**G(x, z)** · G carries samples x of a source onto the data: x plus a move, learned"
    " from x and noise z. A price on |G − x|² keeps moves short. Latent size 0 is G without z."
    " *Mirza & Osindero 2014; Isola et al. 2017*",
    INSTANCE: "**Instance noise** · G reads z alone. Noise is added to all that D sees, real and"
    " generated, and fades to none. *Sønderby et al. 2017; Arjovsky & Bottou 2017*",
    FIXED: "**x + noise, fixed** · G is not trained: its points are real ones plus noise of σ"
    " (under Advanced). Only D learns; look at its field. *Gulrajani et al. 2017, figure 1*",
}
OF_PICTURES = {
    PLAIN: "G turns noise z into pictures.",
    CARRIED: "x is a picture with a part hidden; G fills it in, for every z in another way.",
}
_CLOUD = (
    "Press **Train**. Orange points, drawn by G, start as a cloud and move onto the blue ones, the"
    " data; with the recommended settings most are there within "
)
PROMISE = {  # what happens on Train
    PLAIN: f"{_CLOUD}a minute.",
    INSTANCE: f"{_CLOUD}a minute, once the noise has faded.",
    CARRIED: "Press **Train**. Orange points start where the source has them, and G learns to carry"
    " them onto the blue ones, the data; teal arrows show from where to where.",
    FIXED: "Press **Train**. Orange points, real ones plus noise, stay where they are; D learns to"
    " tell them from the blue ones, and its field shows what it has learnt.",
}
EXAMPLES: dict[str, tuple[str, str, dict[str, Any]]] = {  # title: objective, data, changes
    "Ring to grid": ("r3gan", "grid-lesson", {"reads": "x+z", "source": "ring-lesson"}),
    "Moons to Swiss roll": ("r3gan", "swiss-roll", {"reads": "x+z", "source": "moons"}),
    "Ring to grid without z": (
        "r3gan", "grid-lesson", {"reads": "x+z", "source": "ring-lesson", "latent": 0},
    ),
    "Critic of data + noise": ("wgan-gp", "ring-lesson", {"reads": "x+noise"}),
}  # fmt: skip


def bar(prefix: str, **again: Any) -> tuple[str, str]:
    """One row: the choices of a reading and of a source, and what the reading is; `again` says what
    to do when it changes. A source that nothing reads is out of sight."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        read = st.selectbox(
            "G reads", list(SETTINGS), key=f"{prefix}_reading", bind="query-params", width=160,
            help="“The generator takes x + noise” is said of four things: noise alone; a source"
            " sample and noise; noise on what D sees; a real sample plus noise, with nothing to"
            " train in G.", **again,
        )  # fmt: skip
        source = _source(prefix, read == CARRIED)
        with st.container(width=690):
            st.caption(ABOUT[read])
    return read, source


def of_pictures(prefix: str, **again: Any) -> str:
    """The choice of a reading on images; `again` says what to do when it changes."""
    return st.selectbox(
        "G reads", list(OF_PICTURES), key=f"{prefix}_reading", bind="query-params", width=120,
        help="  \n".join(f"**{name}** · {about}" for name, about in OF_PICTURES.items()), **again,
    )  # fmt: skip


def examples(prefix: str, **clicked: Any) -> None:
    """A menu of EXAMPLES; `clicked` says what one of them does."""
    st.menu_button(
        "Examples", list(EXAMPLES), icon=":material/school:", key=f"{prefix}_example",
        help="Of x + noise: what is chosen starts at once.", **clicked,
    )  # fmt: skip


def _source(prefix: str, shown: bool) -> str:
    """The choice of a source, always there: a widget that is made together with its value does not
    bring that value into the address."""
    key = f"{of_source(prefix)}_choice"
    if not shown:
        st.html(f"<style>div:has(> .st-key-{key}) {{ display: none }}</style>")
    sets = data_names("2d") + own_data.choices(of_source(prefix))
    with st.container(key=key, width=170):
        return st.selectbox(
            "Source", sets, sets.index(Config.source), key=f"{of_source(prefix)}_data",
            bind="query-params",
        )  # fmt: skip


def of_source(prefix: str) -> str:
    """The prefix of a source's widgets, which are those of data."""
    return f"{prefix}_source"


def of(config: Config) -> str:
    """The reading that a config has; noise that is soon gone is a start, not a reading."""
    if config.kind == "image":
        return CARRIED if config.reads == "x+z" else PLAIN
    if config.reads == "z":
        return INSTANCE if config.noise and not config.noise_steps else PLAIN
    return CARRIED if config.reads == "x+z" else FIXED


def example(title: str) -> Config:
    """The settings of one of EXAMPLES."""
    objective, data, changes = EXAMPLES[title]
    return preset(objective, data, **changes)


Meter = tuple[str, str, str, str]  # as `ui.meters` has them


def meters(m: dict[str, Any]) -> list[Meter]:
    """What the carrying costs beside the optimal plan's cost; nothing for any other run."""
    if "carry" not in m:
        return []
    return [
        ("Mean |G − x|", words.figure(m["carry"], 3), words.figure(m["carry_plan"], 3),
         "How far G carries a source sample on average. Beside it: the least that any pairing of"
         " the same source and generated points needs, by an exact plan."),
        ("Mean |G − x|²", words.figure(m["carry_squared"], 3),
         words.figure(m["carry_squared_plan"], 3),
         "The mean squared distance, which is what G pays for, beside the plan that is best for"
         " squares."),
    ]  # fmt: skip


def sentence(m: dict[str, Any]) -> str:
    """What the ratio of the costs means, and what z is for."""
    ratio = m["carry"] / max(m["carry_plan"], 1e-12)
    spread = m["carry_spread"]
    if m["carry_plan"] < 1e-9:
        told = "Nothing needs to be carried."
    elif ratio < 1.25:
        told = (
            f"G carries its source {ratio:.2f} times as far as the best plan between the same"
            " points: its arrows hardly cross."
        )
    else:
        told = (
            f"G carries its source {ratio:.2f} times as far as the best plan between the same"
            " points: its arrows cross, and x says less than it could of where it ends."
        )
    reached = (
        f" Two z carry the same x to places {words.figure(spread, 2)} apart on average."
        if spread > 0
        else " Without z one x reaches one point: a map without breaks cannot tear the source."
    )
    return told + reached
