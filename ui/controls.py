"""Config fields as widgets whose values stand in the address, and back again to a Config.

Every key begins with its page's prefix, so `?p_objective=wgan&p_lr_g=0.0001` is one view of one
page. A widget's default is the preset's value; choosing another objective or preset sets all of
them anew, because settings that suit one objective seldom suit the next.
"""

from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import streamlit as st

from gan_core.catalog import (
    FOLDER,
    OBJECTIVES,
    BadInput,
    data_info,
    own_images,
    own_points,
    parse_spec,
)
from gan_core.config import Config, data_names, validate
from gan_core.presets import name_of, preset
from ui import data_panel, explain, fields, folders, gallery, length, own_data, reading
from ui import own_images as album
from ui.clicks import once

PRESETS = ("recommended", "published")  # as addresses and the command line have them
OWN_FOLDER = "folder"
BY_DATA = ("steps", "batch", "noise_steps", "width")  # settings in which presets follow the data


def objectives(kind: str) -> list[str]:
    """What can be chosen to train with; on images the non-saturating pair is DCGAN's."""
    if kind == "2d":
        return list(OBJECTIVES)
    return ["dcgan", *(name for name in OBJECTIVES if name != "ns-gan")]


def bar(
    prefix: str, kind: str, defaults: tuple[str, str], train: Callable[[Config], None]
) -> Config | None:
    """All choices of a training page and its button, which calls `train` with their Config.

    Returns that Config, or None where the choices cannot be used, which is then explained.
    """
    config, problem, read = None, "", reading.PLAIN
    row = st.container(horizontal=True, vertical_alignment="bottom", gap="small")
    with row:
        objective, data, chosen = _choices(prefix, kind, defaults)
        if kind == "image":
            read = reading.of_pictures(prefix, **_again(prefix, kind))
        long = length.choice(prefix, chosen) if kind == "image" else ""
    words, spec, carried = st.container(), None, ""
    own = album.panel(prefix, data) if kind == "image" else None
    if kind == "2d":
        read, source = reading.bar(prefix, **_again(prefix, kind))
        spec = data_panel.panel(prefix, data, on_change=_to_data, args=(prefix, kind))
        if read == reading.CARRIED:
            carried = data_panel.panel(reading.of_source(prefix), source, "Source")
    with row:
        with st.popover("Advanced", icon=":material/tune:", key=f"{prefix}_advanced"):
            try:
                specs = (spec, carried) if kind == "2d" else (_image_data(prefix, data, own), "")
                config = _settings(prefix, kind, (objective, chosen, long, read), specs, own)
            except BadInput as error:
                problem = str(error)
        explain.formulas(objective)
        pressed = st.button(
            "Train", icon=":material/play_arrow:", type="primary", key=f"{prefix}_train",
            disabled=config is None,
        )  # fmt: skip
        if kind == "2d":
            reading.examples(prefix, on_click=_example, args=(prefix, train))
    album.look(prefix, own)
    info = explain.info(objective)
    with words:
        expect = length.note(config) if config else ""
        st.caption(f"**{info.title}** · {info.summary} *{info.source}*  \n{expect}")
        explain.download_note(data)
    if problem:
        st.warning(
            gallery.plain(fields.labelled(problem)),
            title="These settings cannot be used",
            icon=":material/tune:",
        )
    elif pressed and config is not None:
        train(config)
    return config


def _choices(prefix: str, kind: str, defaults: tuple[str, str]) -> tuple[str, str, str]:
    """The three choices that matter most: objective, data set and preset.

    Options are shown by their names, because an address holds an option as it is shown.
    """
    names, sets = objectives(kind), data_names(kind)
    if kind == "image":
        sets += [*album.choices(prefix), OWN_FOLDER]
    else:
        sets += own_data.choices(prefix)
    objective = st.selectbox(
        "Objective", names, names.index(defaults[0]),
        key=f"{prefix}_objective", bind="query-params", width=185, **_again(prefix, kind),
    )  # fmt: skip
    data = st.selectbox(
        "Data", sets, sets.index(defaults[1]),
        key=f"{prefix}_data", bind="query-params", width=185,
        on_change=_to_data, args=(prefix, kind),
    )  # fmt: skip
    chosen = st.selectbox(
        "Preset", PRESETS,
        key=f"{prefix}_preset", bind="query-params", width=175,
        on_change=_to_other_preset, args=(prefix, kind),
        help="*recommended*: what this project measured to work soonest."
        " *published*: the paper's own numbers, slow on small machines.",
    )  # fmt: skip
    return objective, data, chosen


def _again(prefix: str, kind: str) -> dict[str, Any]:
    """What a choice does on which all settings hang."""
    return {"on_change": _to_preset, "args": (prefix, kind)}


@once
def _example(prefix: str, train: Callable[[Config], None]) -> None:
    """Set the form to an example and start it (a callback)."""
    if title := st.session_state.get(f"{prefix}_example"):
        config = reading.example(title)
        take_over(prefix, config)
        train(config)


def _settings(
    prefix: str, kind: str, choices: tuple[str, str, str, str],
    specs: tuple[str | None, str | None], own: album.Panel | None,
) -> Config | None:  # fmt: skip
    """Every other field, in groups; the checked Config of all choices, or BadInput. `choices` are
    objective, preset, length and reading. `specs` are the data's and the source's ("" for none):
    None where either is not fit to be trained on yet. The size of `own` images is chosen beside
    them."""
    objective, chosen, long, read = choices
    data = specs[0] or data_names(kind)[0]
    base = preset(objective, data, chosen, **reading.SETTINGS[read], **length.settings(long))
    values: dict[str, Any] = {"data": specs[0]}
    if specs[1] != "":
        values["source"] = specs[1]
    for title, names in fields.groups(kind, base.objective, read, long).items():
        st.markdown(f"**{title}**")
        with st.container(horizontal=True):
            for name in names:
                with (own and name == "size" and own.size) or nullcontext():
                    values[name] = fields.widget(prefix, name, getattr(base, name))
    return None if None in specs else validate(base.replace(**values))


def take_over(prefix: str, config: Config) -> None:
    """Set every widget to a run's settings (a callback)."""
    state = st.session_state
    state[f"{prefix}_objective"] = name_of(config)
    state[f"{prefix}_preset"] = config.preset
    _take_data(prefix, config.data)
    state[f"{prefix}_reading"] = reading.of(config)
    if config.kind == "image":
        state[f"{prefix}_length"] = length.of(config)
    elif config.reads == "x+z":
        _take_data(reading.of_source(prefix), config.source)
    _set(prefix, config)


def _take_data(prefix: str, spec: str) -> None:
    """Set the choice of data, and its parameters, to a spec."""
    state = st.session_state
    if spec.startswith(FOLDER):
        state[f"{prefix}_data"] = OWN_FOLDER
        state[f"{prefix}_folder"] = spec[len(FOLDER) :]
    elif own := own_points(spec):
        own_data.take_over(prefix, *own)
    elif pictures := own_images(spec):
        album.take_over(prefix, *pictures)
    else:
        name, _ = parse_spec(spec)
        state[f"{prefix}_data"] = name
        for key, value in data_info(spec).params.items():
            state[f"{prefix}_{name}_{key}"] = float(value)


def _to_preset(prefix: str, kind: str) -> None:
    """Give every setting the chosen preset's value (a callback)."""
    _set(prefix, _chosen(prefix, kind, st.session_state[f"{prefix}_data"]))


def _to_other_preset(prefix: str, kind: str) -> None:
    """The same after another preset, which has a length of its own (a callback)."""
    if kind == "image":
        st.session_state[f"{prefix}_length"] = length.usual(st.session_state[f"{prefix}_preset"])
    _to_preset(prefix, kind)


def _to_data(prefix: str, kind: str) -> None:
    """Give the settings that hang on the data the preset's values for those that are now chosen,
    but for a setting that has a value of its own (a callback)."""
    state, names = st.session_state, data_names(kind)
    data = state[f"{prefix}_data"]
    try:
        spec = data_panel.spec(prefix, data) if kind == "2d" and data in names else data
        wanted = _chosen(prefix, kind, spec)
    except BadInput:  # the page says why
        return
    usual = [_chosen(prefix, kind, name) for name in names]
    for name in BY_DATA:
        key = f"{prefix}_{name}"
        if state.get(key) in {getattr(config, name) for config in usual}:
            state[key] = getattr(wanted, name)


def _chosen(prefix: str, kind: str, data: str) -> Config:
    """The preset of the form's choices, on these data or, if they are one's own, the first set."""
    state, names = st.session_state, data_names(kind)
    read = reading.SETTINGS[state.get(f"{prefix}_reading", reading.PLAIN)]
    data = data if data.partition("(")[0] in names else names[0]
    long = length.settings(state.get(f"{prefix}_length", ""))
    return preset(state[f"{prefix}_objective"], data, state[f"{prefix}_preset"], **read, **long)


def _set(prefix: str, config: Config) -> None:
    long = length.of(config) if config.kind == "image" else ""
    for names in fields.groups(config.kind, config.objective, reading.of(config), long).values():
        for name in names:
            st.session_state[f"{prefix}_{name}"] = getattr(config, name)


def _image_data(prefix: str, data: str, own: album.Panel | None) -> str | None:
    """The data spec of a choice of images: its name, what is brought, or the folder named here."""
    if own:
        return own.spec
    if data == OWN_FOLDER:
        return FOLDER + folders.chosen(prefix)
    return data
