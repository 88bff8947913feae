"""The report of a checkpoint: its layers, its BatchNorm, what was guessed and converted."""

from typing import Any

import streamlit as st

from ui.gallery import plain

HEAD = ("| Layer | Kind | Shape | Parameters |", "| --- | --- | --- | --: |")


def table(layers: list[dict[str, Any]]) -> str:
    """The layers as a Markdown table."""
    rows = [
        f"| {plain(one['name'])} | {one['kind']} | {' × '.join(map(str, one['shape']))} |"
        f" {one['parameters']:,} |"
        for one in layers
    ]
    return "\n".join([*HEAD, *rows])


def show(about: dict[str, Any]) -> None:
    """What a network is made of, and what to know before trusting its pictures."""
    report, norm = about["report"], about["report"]["batchnorm"]
    if norm["layers"] and norm["sane"]:
        st.caption(f"BatchNorm: the statistics of all {norm['layers']} layers can be used.")
    for note in norm["notes"]:
        st.warning(f"BatchNorm {plain(note)}", icon=":material/warning:")
    told = [f"Guessed: {guess}." for guess in report["guessed"]] + report["notes"]
    if told:
        st.markdown("\n".join(f"- {plain(line)}" for line in told))
    st.markdown(table(report["layers"]))
    st.caption(f"{report['parameters']:,} trained numbers in the network that draws")
