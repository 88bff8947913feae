"""A folder of images on this machine, as data: named in a field, refused where it may not be."""

import os
from pathlib import Path

import streamlit as st

from gan_core.catalog import BadInput


def chosen(prefix: str) -> str:
    """The path that the field holds; BadInput where there is none, or none that may be read."""
    path = st.text_input(
        "Folder on this machine", key=f"{prefix}_folder", bind="query-params",
        placeholder="photos/cats", help="PNG, JPEG or WebP; subfolders count as classes.",
    )  # fmt: skip
    if not path:
        raise BadInput("Name the folder that holds your pictures, under Advanced settings.")
    _check(path)
    return path


def _check(path: str) -> None:
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
