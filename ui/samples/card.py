"""What is known of a checkpoint."""

from typing import Any

import streamlit as st

from gan_core.catalog import OBJECTIVES
from gan_core.runs import Run
from ui import gallery, live, panels
from ui.checkpoints import Choice
from ui.components import canvas
from ui.samples import report


def show(choice: Choice, about: dict[str, Any]) -> None:
    """What is known of the checkpoint: its own card where it has one, its config otherwise, and
    the report of its network."""
    run = gallery.run_at(choice.path)
    known = gallery.card(run) if run and about["config"] else {}
    facts = _of_ours(about, run, known) if about["config"] else _of_others(about)
    st.subheader(gallery.plain(choice.label), anchor=False)
    with st.grid(4, min_column_width=150, gap="small"):
        for name, value in facts.items():
            if value:
                with st.container(gap=None):
                    st.caption(name)
                    st.markdown(gallery.plain(value))
    if "frechet" in known:
        space = gallery.plain(known.get("feature_space", "features that the card does not name"))
        floor = known.get("frechet_real")
        among = f" Between two halves of the real data it is {floor:.2f}." if floor else ""
        st.caption(f"Fréchet distance to the data in {space}: smaller is better.{among}")
    if known.get("command"):
        machine = known.get("machine")
        st.caption(f"Trained by this command{f', on {gallery.plain(machine)}' if machine else ''}")
        st.code(known["command"], language=None, wrap_lines=True)
    if run and about["kind"] == "image" and run.logged > 1:
        curves(run)
    odd = " (BatchNorm looks odd)" if about["report"]["batchnorm"]["notes"] else ""
    with st.expander(f"Layers and report{odd}", icon=":material/lan:"):
        report.show(about)


def curves(run: Run) -> None:
    """The losses and distances of its training; drawn when they are asked for."""
    with st.expander("Curves of its training", icon=":material/show_chart:", key="s_curves_open",
                     on_change="rerun") as part:  # fmt: skip
        if not part.open:
            return
        drawn = panels.image_panels(run, live.table(run, False))
        canvas.curves(run.id, drawn, run.status().get("steps") or 0, False, key="s_curves",
                      height=140 * len(drawn))  # fmt: skip


def _of_ours(about: dict[str, Any], run: Run | None, known: dict[str, Any]) -> dict[str, str]:
    config, parameters = about["config"], about["parameters"]
    measured = gallery.measure(run.status().get("metrics") or {}) if run else ""
    return {
        "Objective": OBJECTIVES[config["objective"]].title,
        "Data": config["data"],
        "Steps": f"{about['step']:,}",
        "Parameters": ", ".join(f"{player} {n:,}" for player, n in parameters.items() if n),
        "Latent": f"{about['latent']} numbers",
        "Seed of the training": str(config["seed"]),
        "Measured": measured if "frechet" not in known else f"Fréchet {known['frechet']:.1f}",
        "Trained for": gallery.duration(known["seconds"]) if "seconds" in known else "",
    }


def _of_others(about: dict[str, Any]) -> dict[str, str]:
    """What the tensors tell: the file says neither its data nor its training."""
    channels, high, wide = about["shape"]
    return {
        "Recognised as": about["origin"],
        "Pictures": f"{high} × {wide}, {'grey' if channels == 1 else 'colour'}",
        "Latent": f"{about['latent']} numbers",
        "Parameters": ", ".join(f"{name} {n:,}" for name, n in about["parameters"].items()),
        "Data, steps": "not in the file",
    }
