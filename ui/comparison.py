"""Several runs in one figure that can be zoomed and read off: the Compare view of the Runs page."""

import streamlit as st

from gan_core.runs import Run
from ui import gallery

MOST = 9  # lines that can be told apart
FIRST = 4  # runs that are compared before the reader chooses


def show(found: list[Run]) -> None:
    """Choose runs and a measure, and draw them over steps or seconds."""
    from ui import figures  # Plotly, only where it is shown

    by_id = {run.id: run for run in found if run.logged}
    if not by_id:
        st.info("None of these runs has curves yet: train one, and compare it here.")
        return
    picked = st.multiselect(
        "Runs", list(by_id), default=list(by_id)[:FIRST], max_selections=MOST,
        key="r_compare", bind="query-params",
    )  # fmt: skip
    runs = [by_id[name] for name in picked]
    if not runs:
        st.info("Choose at least one run.")
        return
    measures = {label: name for name, label in figures.available(runs).items()}
    axes = {label: name for name, label in figures.AXES.items()}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        label = st.selectbox(
            "Measure", list(measures), key="r_measure", bind="query-params", width=300
        )
        over = st.segmented_control(
            "Over", list(axes), default=next(iter(axes)), required=True,
            key="r_over", bind="query-params",
        )  # fmt: skip
    names = [_label(run) for run in runs]
    st.plotly_chart(
        figures.compare(runs, names, measures[label], axes[over]), width="stretch", height=440,
        key="r_figure", config={"displaylogo": False},
        alt=f"{label} of {len(runs)} runs over {over.lower()}",
    )  # fmt: skip
    st.caption("Drag to zoom, double-click to return; a click on a name hides its line.")


def _label(run: Run) -> str:
    return f"{gallery.plain(gallery.title(run))}, {run.id.rsplit('-', 1)[-1]}"
