"""Runs: everything that was trained here and what came with the project."""

import streamlit as st

from gan_core import runs
from gan_core.catalog import BadInput
from gan_core.runs import LIVE, Run
from ui import comparison, gallery, lineage, live, nav, run_table

nav.guard()

STATES = {
    "All": None,
    "Running": LIVE,
    "Finished": ("done", "stopped"),
    "Failed": ("failed", "interrupted"),
    "Shipped": ("shipped",),
}
VIEWS = ["Cards", "Table", "Compare"]
EVERYTHING = "All data"
PAGE_SIZE = 12
DOOMED = "_r_doomed"  # the run whose deletion waits for a yes


def shown(state: str, data: str) -> list[Run]:
    """The runs that pass the filters, own ones first, newest first."""
    found = []
    for run in runs.all_runs() + gallery.shipped():
        config = gallery.config_of(run)
        right_data = data == EVERYTHING or (config and gallery.data_name(config) == data)
        wanted = STATES[state]
        if right_data and (wanted is None or gallery.state_of(run, run.status()) in wanted):
            found.append(run)
    return found


def forget_doomed() -> None:
    st.session_state.pop(DOOMED, None)


@st.dialog("Delete this run?", icon=":material/delete:", on_dismiss=forget_doomed)
def confirm(run: Run) -> None:
    """Ask before a folder is removed."""
    with st.container(horizontal=True, vertical_alignment="center", wrap=False):
        st.image(gallery.picture(run), width=96, alt="Its last samples")
        with st.container(gap="xxsmall"):
            st.markdown(f"**{gallery.plain(gallery.title(run))}**")
            st.caption(f"{gallery.facts(run, run.status())}  \n{run.id}")
    size = gallery.megabytes(run.size_on_disk())
    moving = " It is in progress and will be stopped." if run.status()["state"] in LIVE else ""
    st.markdown(f"Its checkpoint, curves and pictures ({size}) are removed for good.{moving}")
    with st.container(horizontal=True, horizontal_alignment="right"):
        if st.button("Keep it", key="r_keep"):
            forget_doomed()
            st.rerun()
        if st.button("Delete", key="r_confirm", type="primary", icon=":material/delete:"):
            run.delete()
            forget_doomed()
            st.toast("The run was deleted.", icon=":material/delete:")
            st.rerun()


def actions(run: Run, state: str) -> None:
    """What can be done with one run, as a row of links and buttons."""
    config = gallery.config_of(run)
    if config and (state != "shipped" or run.frame_count()):
        gallery.link(run, config)
    if run.checkpoint.is_file():
        gallery.lead("samples", "Sample", "auto_awesome", run=run.id)
    if state in LIVE:
        st.button("Stop", key=f"r_stop_{run.id}", icon=":material/stop:", on_click=live.ask,
                  args=(run, "stop"), disabled=run.requested("stop"))  # fmt: skip
    if state != "shipped" and st.button(
        "Delete", key=f"r_delete_{run.id}", icon=":material/delete:", type="tertiary"
    ):
        st.session_state[DOOMED] = run.id
        st.rerun()


def show(run: Run) -> None:
    """One run as a card."""
    status = run.status()
    state = gallery.state_of(run, status)
    with st.container(
        border=True, horizontal=True, vertical_alignment="center", wrap=False, height="stretch"
    ):
        name = gallery.plain(gallery.title(run))
        st.image(gallery.picture(run), width=124, alt=f"Last samples of {gallery.title(run)}")
        with st.container(gap="xxsmall"):
            with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
                st.markdown(f"**{name}**", width="content")
                gallery.badge(state)
            measured = gallery.measure(status.get("metrics") or {})
            came = gallery.plain(lineage.words_of(status))
            st.caption("  \n".join(filter(None, [measured, gallery.facts(run, status), came])))
            if state in LIVE and status.get("steps"):
                st.progress(min(1.0, status["step"] / status["steps"]))
            if status.get("error"):
                st.caption(f":red[{gallery.plain(status['error'])}]")
            with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
                actions(run, state)


def listing() -> None:
    """The filtered runs; a fragment, so that only this part follows runs in progress."""
    found = run_table.order(shown(state, data), order)
    own = [run for run in runs.all_runs() if run.exists()]
    moving = any(run.status()["state"] in LIVE for run in own)
    if st.session_state.get("_r_live") and not moving:  # the last one ended: stop following
        st.session_state["_r_live"] = False
        st.rerun()
    st.session_state["_r_live"] = moving
    size = gallery.megabytes(sum(run.size_on_disk() for run in own))
    where = gallery.plain(str(runs.root()))
    st.caption(f"{len(own)} of your own, {size} on disk in {where} · {len(found)} shown")
    if not found:
        with st.container(border=True, horizontal_alignment="center"):
            st.markdown("**No run matches these filters.**", width="content")
            if st.button("Show all", key="r_reset", icon=":material/filter_alt_off:",
                         on_click=show_all):  # fmt: skip
                st.rerun()  # the filters are outside this fragment
    elif view == "Table":
        st.markdown(run_table.table(found))
    elif view == "Compare":
        comparison.show(found)
    else:
        pages = -(-len(found) // PAGE_SIZE)
        page = st.session_state.get("r_page", 1) if pages > 1 else 1
        with st.grid(2, min_column_width=340, gap="small"):
            for run in found[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]:
                show(run)
        if pages > 1:
            st.pagination(pages, key="r_page", bind="query-params")


def show_all() -> None:
    st.session_state["r_show"], st.session_state["r_data"] = "All", EVERYTHING


st.title("Runs")
own = runs.all_runs()
everything = own + gallery.shipped()
if not own:
    with st.container(border=True):
        st.markdown(
            "**You have not trained anything yet.** A run appears here as soon as it starts, goes"
            " on when you leave its page, and stays until you delete it."
        )
        with st.container(horizontal=True):
            gallery.lead("train_2d", "Train in 2-D", "scatter_plot")
            gallery.lead("train_images", "Train on images", "grid_view")
if not everything:
    st.stop()

with st.container(horizontal=True, vertical_alignment="center"):
    state = st.segmented_control("State", list(STATES), default="All", required=True, wrap=True,
                                 key="r_show", bind="query-params",
                                 label_visibility="collapsed")  # fmt: skip
    names = {gallery.data_name(c) for c in map(gallery.config_of, everything) if c}
    data = st.selectbox("Data", [EVERYTHING, *sorted(names)], key="r_data", width=180,
                        bind="query-params", label_visibility="collapsed")  # fmt: skip
    order = st.selectbox("Order", list(run_table.ORDERS), key="r_order", width=220,
                         bind="query-params", label_visibility="collapsed")  # fmt: skip
    view = st.segmented_control("View", VIEWS, default="Cards", required=True, key="r_view",
                                bind="query-params", label_visibility="collapsed")  # fmt: skip

following = any(run.status()["state"] in LIVE for run in own)
st.fragment(listing, run_every=1.5 if following else None)()
if st.session_state.get(DOOMED):
    try:
        confirm(runs.open_run(st.session_state[DOOMED], runs.root()))
    except BadInput:  # somebody else deleted it
        forget_doomed()
