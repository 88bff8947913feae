"""Words about what can be chosen: an objective's losses, a data set that must be fetched first."""

import os
from dataclasses import replace
from pathlib import Path

import streamlit as st

from gan_core.catalog import DATA, OBJECTIVES, ObjectiveInfo

DOWNLOADED = {  # where torchvision keeps it, below the folder of data
    "mnist": "MNIST", "fashion-mnist": "FashionMNIST", "cifar10": "cifar-10-batches-py",
}  # fmt: skip


def info(objective: str) -> ObjectiveInfo:
    """What the catalog says of an objective; `dcgan` is a name for two things of it together."""
    if objective != "dcgan":
        return OBJECTIVES[objective]
    return replace(
        OBJECTIVES["ns-gan"],
        title="DCGAN",
        summary="The non-saturating pair on strided convolutions with BatchNorm.",
        source="Radford et al. 2016",
    )


def formulas(objective: str) -> None:
    """The losses of both players, a click away."""
    about = info(objective)
    with st.popover("Losses", icon=":material/function:"):
        st.markdown(f"**{about.title}**: each player makes its own loss small.")
        st.latex(rf"\mathcal{{L}}_D = {about.d_loss}")
        st.latex(rf"\mathcal{{L}}_G = {about.g_loss}")
        st.caption(about.source)


def here(data: str) -> bool:
    """Whether a data set is on this machine; folders and sets that come with the project are."""
    return data not in DOWNLOADED or (_downloads() / DOWNLOADED[data]).exists()


def _downloads() -> Path:
    """The folder that downloaded sets lie in."""
    return Path(os.environ.get("GAN_DATA") or "data")


def download_note(data: str) -> None:
    """Say plainly that a data set is not here yet, before somebody waits for it."""
    if not here(data):
        folder = _downloads()
        st.info(
            f"{DATA[data].title} does not come with this project. The first run downloads it into"
            f" `{folder}` and keeps it; without a network, put its files at"
            f" `{folder / DOWNLOADED[data]}`. Faces and digits need no download.",
            icon=":material/download:",
        )  # fmt: skip
