"""Config fields as widgets whose values stand in the address, and back again to a Config.

Every key begins with its page's prefix, so `?p_objective=wgan&p_lr_g=0.0001` is one view of one
page. A widget's default is the preset's value; choosing another objective or preset sets all of
them anew, because settings that suit one objective seldom suit the next.
"""

import os
import re
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import Field, fields
from pathlib import Path
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
from gan_core.config import NETWORKS_OF_IMAGES, WHY, Config, data_names, validate
from gan_core.presets import preset
from ui import data_panel, explain, gallery, own_data, reading
from ui import own_images as album
from ui.clicks import once

PRESETS = ("recommended", "published")  # as addresses and the command line have them
OWN_FOLDER = "folder"
BY_DATA = ("steps", "batch", "noise_steps")  # settings in which presets follow the data
GROUPS = {
    "Length": ("steps", "seconds", "batch", "seed"),
    "Optimiser": (
        "optimizer", "lr_g", "lr_d", "beta1", "beta2", "lr_end", "n_critic", "n_gen", "ema",
    ),
    "Cures": ("r1", "r2", "noise", "noise_steps", "pack"),
    "Networks": (
        "network", "size", "latent", "width", "depth", "norm_g", "norm_d", "fourier", "scaling",
    ),
    "Machine": ("device", "precision", "graphs", "fakes", "forms", "layout"),
}  # fmt: skip
ONLY = {
    "network": "image",
    "size": "image",
    "depth": "2d",
    "fourier": "2d",
    "scaling": "2d",
    "fakes": "image",
    "forms": "image",
    "layout": "image",
}  # fields that one kind of data has
LABELS = {
    "steps": "Steps", "seconds": "Time limit, s", "batch": "Batch size", "seed": "Seed",
    "optimizer": "Optimiser", "lr_g": "Learning rate, G", "lr_d": "Learning rate, D",
    "beta1": "β₁", "beta2": "β₂", "lr_end": "Final rate, share", "n_critic": "D steps a round",
    "n_gen": "G steps a round", "ema": "Average of G", "r1": "R1", "r2": "R2",
    "noise": "Instance noise σ", "noise_steps": "Gone after, rounds", "pack": "Packed together",
    "network": "Architecture", "size": "Picture size", "latent": "Latent size",
    "width": "Width", "depth": "Depth", "norm_g": "Norm in G", "norm_d": "Norm in D",
    "fourier": "Fourier features", "scaling": "Scale", "device": "Device", "precision": "Precision",
    "fakes": "Samples for G", "forms": "Layer forms", "layout": "Memory layout",
    "graphs": "CUDA graphs",
    "carry": "Price of transport", "sigma": "σ of the fixed G",
    "lam": "λ", "clip": "Clip c", "gamma": "γ", "lambda_k": "λₖ", "a": "a", "b": "b", "c": "c",
}  # fmt: skip
_FIELDS: dict[str, Field] = {f.name: f for f in fields(Config)}


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
    config, problem = None, ""
    row = st.container(horizontal=True, vertical_alignment="bottom", gap="small")
    with row:
        objective, data, chosen = _choices(prefix, kind, defaults)
    words, spec, carried, read = st.container(), None, "", reading.PLAIN
    own = album.panel(prefix, data) if kind == "image" else None
    if kind == "2d":
        again = {"on_change": _to_preset, "args": (prefix, kind)}
        read, source = reading.bar(prefix, **again)
        spec = data_panel.panel(prefix, data, on_change=_to_data, args=(prefix, kind))
        if read == reading.CARRIED:
            carried = data_panel.panel(reading.of_source(prefix), source, "Source")
    with row:
        with st.popover("Advanced", icon=":material/tune:", key=f"{prefix}_advanced"):
            try:
                specs = (spec, carried) if kind == "2d" else (_image_data(prefix, data, own), "")
                config = _settings(prefix, kind, objective, chosen, read, specs, own)
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
        st.caption(f"**{info.title}** · {info.summary} *{info.source}*")
        explain.download_note(data)
    if problem:
        st.warning(
            gallery.plain(_labelled(problem)),
            title="These settings cannot be used",
            icon=":material/tune:",
        )
    elif pressed and config is not None:
        train(config)
    return config


def _labelled(problem: str) -> str:
    """A refusal in the names that the form has: `Learning rate, G = 10 is outside …`."""
    return re.sub(r"\b(\w+)=", lambda found: f"{LABELS.get(found[1], found[1])} = ", problem)


def _choices(prefix: str, kind: str, defaults: tuple[str, str]) -> tuple[str, str, str]:
    """The three choices that matter most: objective, data set and preset.

    Options are shown by their names, because an address holds an option as it is shown.
    """
    names, sets = objectives(kind), data_names(kind)
    if kind == "image":
        sets += [*album.choices(prefix), OWN_FOLDER]
    else:
        sets += own_data.choices(prefix)
    again: dict[str, Any] = {"on_change": _to_preset, "args": (prefix, kind)}
    objective = st.selectbox(
        "Objective", names, names.index(defaults[0]),
        key=f"{prefix}_objective", bind="query-params", width=185, **again,
    )  # fmt: skip
    data = st.selectbox(
        "Data", sets, sets.index(defaults[1]),
        key=f"{prefix}_data", bind="query-params", width=185,
        on_change=_to_data, args=(prefix, kind),
    )  # fmt: skip
    chosen = st.selectbox(
        "Preset", PRESETS,
        key=f"{prefix}_preset", bind="query-params", width=175, **again,
        help="*recommended*: what this project measured to work soonest."
        " *published*: the paper's own numbers, slow on small machines.",
    )  # fmt: skip
    return objective, data, chosen


@once
def _example(prefix: str, train: Callable[[Config], None]) -> None:
    """Set the form to an example and start it (a callback)."""
    if title := st.session_state.get(f"{prefix}_example"):
        config = reading.example(title)
        take_over(prefix, config)
        train(config)


def _settings(
    prefix: str, kind: str, objective: str, chosen: str, read: str,
    specs: tuple[str | None, str | None], own: album.Panel | None,
) -> Config | None:  # fmt: skip
    """Every other field, in groups; the checked Config of all choices, or BadInput. `specs` are the
    data's and the source's ("" for none): None where either is not fit to be trained on yet. The
    size of `own` images is chosen beside them."""
    data = specs[0] or data_names(kind)[0]
    base = preset(objective, data, chosen, **reading.SETTINGS[read])
    values: dict[str, Any] = {"data": specs[0]}
    if specs[1] != "":
        values["source"] = specs[1]
    for title, names in _groups(kind, base.objective, read).items():
        st.markdown(f"**{title}**")
        with st.container(horizontal=True):
            for name in names:
                with (own and name == "size" and own.size) or nullcontext():
                    values[name] = _widget(prefix, _FIELDS[name], getattr(base, name))
    return None if None in specs else validate(base.replace(**values))


def take_over(prefix: str, config: Config) -> None:
    """Set every widget to a run's settings (a callback)."""
    state = st.session_state
    objective, kind = config.objective, config.kind
    state[f"{prefix}_objective"] = (
        "dcgan" if kind == "image" and objective == "ns-gan" else objective
    )
    state[f"{prefix}_preset"] = config.preset
    _take_data(prefix, config.data)
    if kind == "2d":
        state[f"{prefix}_reading"] = reading.of(config)
    if config.reads == "x+z":
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


def _groups(kind: str, objective: str, read: str) -> dict[str, tuple[str, ...]]:
    """The groups of fields that mean something for this kind of data, objective and reading."""
    info = OBJECTIVES[objective]
    own = {"What G reads": reading.OWN[read]} if read in reading.OWN else {}
    if info.settings:
        own[f"{info.title}'s own"] = info.settings
    groups = {**own, **GROUPS}
    return {
        title: tuple(n for n in names if ONLY.get(n, kind) == kind)
        for title, names in groups.items()
    }


def _to_preset(prefix: str, kind: str) -> None:
    """Give every setting the chosen preset's value (a callback)."""
    _set(prefix, _chosen(prefix, kind, st.session_state[f"{prefix}_data"]))


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
    return preset(state[f"{prefix}_objective"], data, state[f"{prefix}_preset"], **read)


def _set(prefix: str, config: Config) -> None:
    for names in _groups(config.kind, config.objective, reading.of(config)).values():
        for name in names:
            st.session_state[f"{prefix}_{name}"] = getattr(config, name)


def _image_data(prefix: str, data: str, own: album.Panel | None) -> str | None:
    """The data spec of a choice of images: its name, what is brought, or the folder named here."""
    if own:
        return own.spec
    if data == OWN_FOLDER:
        path = st.text_input(
            "Folder on this machine", key=f"{prefix}_folder", bind="query-params",
            placeholder="photos/cats", help="PNG, JPEG or WebP; subfolders count as classes.",
        )  # fmt: skip
        if not path:
            raise BadInput("Name the folder that holds your pictures, under Advanced settings.")
        _check_folder(path)
        return FOLDER + path
    return data


def _check_folder(path: str) -> None:
    """Refuse a folder outside GAN_FOLDERS, which a host sets to keep visitors from the others."""
    allowed = os.environ.get("GAN_FOLDERS")
    if not allowed:
        if not Path(path).is_dir():
            raise BadInput(f"There is no folder {path} on this machine: correct the path.")
        return
    try:
        inside = Path(path).resolve().is_relative_to(Path(allowed).resolve())
    except (OSError, RuntimeError, ValueError):  # a loop of links, or no path at all
        inside = False
    if not inside:
        raise BadInput(f"On this server image folders lie below {allowed}: name one of those.")


def _widget(prefix: str, field: Field, value: Any) -> Any:
    """The widget of one field, its default being `value`."""
    meta = field.metadata
    common: dict[str, Any] = {
        "label": LABELS[field.name], "key": f"{prefix}_{field.name}", "bind": "query-params",
        "help": meta["help"][0].upper() + meta["help"][1:] + ".", "width": data_panel.SMALL,
    }  # fmt: skip
    choices = list(meta["choices"] or ())
    if field.name == "network":
        choices = [*NETWORKS_OF_IMAGES]
    if field.name == "size":
        choices = [16, 32, 64, 128]
    if choices:
        return st.selectbox(options=choices, index=choices.index(value), **common)
    if field.type is str:
        return st.text_input(value=value, **common)
    kind = field.type
    told = field.name in WHY  # out of bounds it is refused in words, not cut off in silence
    return st.number_input(
        value=kind(value), min_value=None if told else kind(meta["min"]),
        max_value=None if told else kind(meta["max"]),
        step=data_panel.step(value) if kind is float else 1,
        format="%.6g" if kind is float else "%d", **common,
    )  # fmt: skip
