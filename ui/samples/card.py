"""What is known of a checkpoint."""

from typing import Any

import streamlit as st

from gan_core.catalog import OBJECTIVES
from ui import gallery
from ui.checkpoints import Choice


def show(choice: Choice, about: dict[str, Any]) -> None:
    """What is known of the checkpoint: its own card where it has one, its config otherwise."""
    config, parameters = about["config"], about["parameters"]
    run = gallery.run_at(choice.path)
    known = gallery.card(run) if run else {}
    measured = gallery.measure(run.status().get("metrics") or {}) if run else ""
    facts = {
        "Objective": OBJECTIVES[config["objective"]].title,
        "Data": config["data"],
        "Steps": f"{about['step']:,}",
        "Parameters": ", ".join(f"{player} {n:,}" for player, n in parameters.items() if n),
        "Latent": f"{about['latent']} numbers",
        "Seed of the training": str(config["seed"]),
        "Measured": measured if "frechet" not in known else f"Fréchet {known['frechet']:.1f}",
        "Trained for": gallery.duration(known["seconds"]) if "seconds" in known else "",
        "Machine": str(known.get("machine", "")),
    }
    st.subheader(gallery.plain(choice.label), anchor=False)
    with st.grid(6, min_column_width=150, gap="small"):
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
        st.caption("Trained by")
        st.code(known["command"], language=None, wrap_lines=True)
