"""The zoo: every checkpoint that comes with the project, with its figures, sorted as one likes."""

from typing import Any

import streamlit as st

from gan_core.catalog import OBJECTIVES, data_info
from gan_core.config import Config
from gan_core.expected import QUALITY
from gan_core.runs import Run
from ui import gallery
from ui.checkpoints import Choice
from ui.components import zoo

KEY = "s_zoo"
ORDER = ("good", "recognisable", "poor")
COLUMNS = [
    {"key": "title", "label": "Checkpoint", "kind": "text"},
    {"key": "looks", "label": "Looks", "kind": "text",
     "help": "By rule from the Fréchet distance; see below the table"},
    {"key": "frechet", "label": "Fréchet", "help": "Distance to the data: smaller is better"},
    {"key": "kernel", "label": "Kernel", "help": "Kernel distance: 0 for a perfect generator"},
    {"key": "precision", "label": "Precision", "falls": True,
     "help": "Share of samples that lie among the data"},
    {"key": "recall", "label": "Recall", "falls": True,
     "help": "Share of the data that lies among the samples: low where G leaves much out"},
    {"key": "classes", "label": "Classes", "falls": True,
     "help": "Classes that are generated, of all that the data has"},
    {"key": "steps", "label": "Steps"},
    {"key": "seconds", "label": "Trained"},
    {"key": "size", "label": "MB", "help": "Of the checkpoint file"},
    {"key": "machine", "label": "Machine", "kind": "text machine"},
]  # fmt: skip
FORMS = {"frechet": "{:.2f}", "kernel": "{:.4f}", "precision": "{:.2f}", "recall": "{:.2f}"}


def looks(space: str, frechet: float | None) -> str | None:
    """A word for pictures at this distance, by the thresholds of `gan_core.expected`; None in a
    space where nobody set any."""
    if frechet is None or space not in QUALITY:
        return None
    recognisable, good = QUALITY[space]
    return ORDER[0] if frechet <= good else ORDER[1] if frechet <= recognisable else ORDER[2]


def figures(run: Run) -> dict[str, Any]:
    """What was measured of a run: its card's figures, and those its last judgement has besides."""
    return (run.status().get("metrics") or {}) | gallery.card(run)


def row(run: Run, config: Config, known: dict[str, Any]) -> dict[str, Any]:
    """One checkpoint as the table has it."""
    status = run.status()
    word = looks(known.get("feature_space", ""), known.get("frechet"))
    total = known.get("classes_total")
    values: dict[str, Any] = {
        "title": gallery.title(run, config), "looks": ORDER.index(word) if word else None,
        "classes": known["classes_present"] / total if total else None,
        "steps": known.get("steps", status.get("step")),
        "seconds": known.get("seconds", status.get("seconds")),
        "size": run.checkpoint.stat().st_size / 1e6, "machine": known.get("machine") or None,
    } | {key: known.get(key) for key in FORMS}  # fmt: skip
    text = {key: _number(known.get(key), form) for key, form in FORMS.items()} | {
        "looks": word or "not rated", "machine": (values["machine"] or "–").partition(",")[0],
        "classes": f"{known['classes_present']} of {total}" if total else "–",
        "steps": "–" if values["steps"] is None else f"{values['steps']:,}",
        "seconds": gallery.duration(values["seconds"]) if values["seconds"] else "–",
        "size": f"{values['size']:.1f}",
    }  # fmt: skip
    missing = known.get("missing") or []
    return {
        "id": run.id, "title": values["title"], "note": OBJECTIVES[config.objective].title,
        "picture": gallery.picture(run), "values": values, "text": text,
        "help": {"classes": f"Missing: {', '.join(missing)}" if missing else "",
                 "machine": values["machine"] or ""},
    }  # fmt: skip


def _number(value: float | None, form: str) -> str:
    return "–" if value is None else form.format(value)


def groups() -> list[dict[str, Any]]:
    """All shipped checkpoints, those of one data set and one feature space together."""
    found: dict[tuple[str, str, str], dict[str, Any]] = {}
    for run in gallery.shipped():
        config = gallery.config_of(run)
        if config is None or not run.checkpoint.is_file():
            continue
        known = figures(run)
        space = known.get("feature_space", "")
        # a G that is given half of a real picture has an easier task
        group = found.setdefault((config.data, config.reads, space), _group(config, space))
        group["rows"].append(row(run, config, known))
        if "frechet_real" in known:
            real = {key: _number(known.get(f"{key}_real"), form) for key, form in FORMS.items()}
            group["floor"] = {key: value for key, value in real.items() if value != "–"}
    return [found[key] for key in sorted(found)]


def _group(config: Config, space: str) -> dict[str, Any]:
    info = data_info(config.data)
    where = f"measured in {space}" if space else "not measured in a feature space"
    filled = config.reads == "x+z"
    title = f"{info.title}, filled in from a part" if filled else info.title
    return {"title": title, "note": where, "floor": None, "rows": []}


def open_one() -> None:
    """Open the checkpoint whose row was clicked (a callback)."""
    name = st.session_state[KEY].open
    if name:
        st.query_params["run"] = name
        st.session_state["s_section"] = "Look"


def show(choice: Choice, about: dict[str, Any]) -> None:
    """The table, and how its words came about."""
    found = groups()
    if not found:
        st.info("No checkpoint comes with this copy of the project.", icon=":material/inventory_2:")
        return
    count = sum(len(group["rows"]) for group in found)
    zoo.table(COLUMNS, found, choice.path.name, f"{count} shipped checkpoints", KEY, open_one)
    rules = "; ".join(
        f"{space}: good up to {good:g}, recognisable up to {recognisable:g}"
        for space, (recognisable, good) in QUALITY.items()
    )
    st.caption(
        "Distances in two feature spaces cannot be compared, so each data set has its own ranking"
        " and a column's name sorts within it. **Looks** is computed from the Fréchet distance, by"
        f" limits set once by looking at pictures ({gallery.plain(rules)}); beyond them a"
        " checkpoint looks poor, and in other spaces it is not rated. A good distance hides what is"
        " left out: read recall and the classes beside it."
    )
