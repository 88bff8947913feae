"""Compare: several objectives from the same start, side by side under one scrubber."""

import streamlit as st

from gan_core.catalog import DATA, BadInput
from gan_core.config import Config, data_names
from gan_core.lessons import LESSONS, Lesson
from ui import controls, gallery, nav, wall

nav.guard()
STYLE = """<style>
[data-testid=stMarkdownContainer] td:first-child { min-width: 8rem }
[data-testid=stMarkdownContainer] td:last-child { min-width: 15rem }
</style>"""
BY_TITLE = {lesson.title: lesson for lesson in LESSONS.values()}
START = ["gan", "ns-gan", "wgan-gp", "r3gan"]


def form(lesson: Lesson | None) -> tuple[list[Config] | None, str]:
    """The configs that the form describes, or None and why there are none."""
    if lesson:
        names = [side.label for side in lesson.sides]
        st.pills("Runs", names, selection_mode="multi", default=names, disabled=True,
                 key=f"c_{lesson.name}_runs")  # fmt: skip
    else:
        names = st.pills("Objectives", controls.objectives("2d"), selection_mode="multi",
                         default=START, key="c_objectives", bind="query-params")  # fmt: skip
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        if lesson:
            steps = lesson.configs()[0].steps
            st.selectbox("Data", [lesson.data], disabled=True, key=f"c_{lesson.name}_data",
                         width=190)  # fmt: skip
            st.number_input("Steps", value=steps, disabled=True, key=f"c_{lesson.name}_steps",
                            width=130)  # fmt: skip
        else:
            data = st.selectbox("Data", data_names("2d"), key="c_data", bind="query-params",
                                width=190)  # fmt: skip
            known = ", ".join(DATA[data].params)
            params = st.text_input(
                "Its parameters", key="c_params", bind="query-params", width=170,
                placeholder="as they are",
                help=f"Of {data}: {known}. Written as in modes=12,std=0.02.",
            )  # fmt: skip
            data += f"({params})" if params.strip() else ""
            chosen = st.selectbox("Preset", controls.PRESETS, key="c_preset", width=170,
                                  bind="query-params")  # fmt: skip
            steps = st.number_input("Steps", 10, 10**6, 1500, 100, key="c_steps", width=130,
                                    bind="query-params")  # fmt: skip
            seconds = st.number_input(
                "Time limit, s", 0.0, 1e4, 0.0, 5.0, key="c_seconds", width=130,
                bind="query-params", help="Of each run; 0 is no limit.", format="%.6g",
            )  # fmt: skip
        seed = st.number_input("Seed", 0, 2**31 - 1, 0, key="c_seed", width=130,
                               bind="query-params")  # fmt: skip
    try:
        if lesson:
            return lesson.configs(seed), ""
        if not wall.FEWEST <= len(names) <= wall.MOST:
            return None, f"Choose {wall.FEWEST} to {wall.MOST} objectives: {len(names)} are chosen."
        return wall.configs(names, data, chosen, steps=steps, seconds=seconds, seed=seed), ""
    except BadInput as error:
        return None, str(error)


st.html(STYLE)
st.title("Compare")
st.markdown(
    "The same data, the same seed, the same first weights of G: what differs between these panels"
    " is the objective alone, or what a lesson changes."
)
title = st.pills("Lessons", list(BY_TITLE), key="c_lesson", bind="query-params")
lesson = BY_TITLE.get(title)
if lesson:
    st.info(f"**What to see.** {lesson.see}", icon=":material/school:")
wanted, problem = form(lesson)
with st.container(horizontal=True, vertical_alignment="center"):
    label = "Run the lesson" if lesson else "Train all"
    st.button(
        label, icon=":material/play_arrow:", type="primary", key="c_train", on_click=wall.begin,
        args=(wanted or [],), disabled=wanted is None,
    )  # fmt: skip
    if wanted is None:
        st.markdown(gallery.plain(problem), width="content")
if lesson and lesson.refused:
    st.warning(
        gallery.plain(lesson.refusal()), title=f"{lesson.refused.label}: refused, not run",
        icon=":material/block:",
    )  # fmt: skip
    gallery.lead("mistakes", "See such a critic trained all the same, on the Mistakes page",
                 "bug_report")  # fmt: skip
found = wall.chosen()
if not found:
    with st.container(border=True):
        st.markdown(
            "Choose objectives or a lesson, then press the button. Each run is an ordinary one: it"
            " stands on the Runs page too, and the address of this page holds the comparison."
        )
    st.stop()
wall.show(found)
