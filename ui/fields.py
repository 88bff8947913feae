"""The fields of a Config as widgets: their names, the groups that they stand in, their bounds."""

import re
from dataclasses import Field, fields
from typing import Any

import streamlit as st

from gan_core.agreement import NETWORKS_OF_IMAGES, SIZES
from gan_core.catalog import OBJECTIVES
from gan_core.config import WHY, Config
from ui import data_panel, length, reading

GROUPS = {
    "Length": (*length.FIELDS, "batch", "seed"),
    "Optimiser": (
        "optimizer", "lr_g", "lr_d", "beta1", "beta2", "lr_end", "n_critic", "n_gen", "ema",
    ),
    "Cures": ("r1", "r2", "noise", "noise_steps", "pack"),
    "Networks": (
        "network", "size", "latent", "width", "depth", "norm_g", "norm_d", "fourier", "scaling",
    ),
    "Machine": ("device", "threads", "precision", "graphs", "fakes", "forms", "layout"),
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
    "graphs": "CUDA graphs", "threads": "Threads",
    "carry": "Price of transport", "spread": "Mode seeking", "sigma": "σ of the fixed G",
    "lam": "λ", "clip": "Clip c", "gamma": "γ", "lambda_k": "λₖ", "a": "a", "b": "b", "c": "c",
}  # fmt: skip
FIELDS: dict[str, Field] = {f.name: f for f in fields(Config)}


def groups(kind: str, objective: str, read: str, long: str = "") -> dict[str, tuple[str, ...]]:
    """The groups of fields that mean something for this kind of data, objective and reading; under
    a length that is a time, the fields that it decides are left out."""
    info = OBJECTIVES[objective]
    of_read = reading.OWN[kind].get(read)
    own = {"What G reads": of_read} if of_read else {}
    if info.settings:
        own[f"{info.title}'s own"] = info.settings
    timed = long in length.TIMES
    return {
        "Batch and seed" if timed and title == "Length" else title: tuple(
            name for name in names
            if ONLY.get(name, kind) == kind and not (timed and name in length.FIELDS)
        )
        for title, names in {**own, **GROUPS}.items()
    }  # fmt: skip


def labelled(problem: str) -> str:
    """A refusal in the names that the form has: `Learning rate, G = 10 is outside …`."""
    return re.sub(r"\b(\w+)=", lambda found: f"{LABELS.get(found[1], found[1])} = ", problem)


def _help(field: Field, value: Any) -> str:
    """What a field is, and what the preset has."""
    text = field.metadata["help"][0].upper() + field.metadata["help"][1:]
    shown = f"{value:g}" if isinstance(value, float) else value
    return f"{text}. Preset: {shown}."


def widget(prefix: str, name: str, value: Any) -> Any:
    """The widget of one field, its default being `value`."""
    field = FIELDS[name]
    meta = field.metadata
    common: dict[str, Any] = {
        "label": LABELS[field.name], "key": f"{prefix}_{field.name}", "bind": "query-params",
        "help": _help(field, value), "width": data_panel.SMALL,
    }  # fmt: skip
    choices = list(meta["choices"] or ())
    if field.name == "network":
        choices = [*NETWORKS_OF_IMAGES]
    if field.name == "size":
        choices = [*SIZES]
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
