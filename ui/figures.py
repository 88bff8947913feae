"""Numbers -> Plotly figures. No streamlit here, so a notebook can use them too."""

import numpy as np
import plotly.graph_objects as go

from gan_core.runs import CURVES, Run

# What runs can be compared by: label, and whether it is measured (or logged at every step).
MEASURED = {
    "hq": "High quality, share of samples",
    "modes": "Modes captured",
    "reverse_kl": "Reverse KL of the modes, nats",
    "em": "EM distance to the data",
    "frechet": "Fréchet distance",
    "precision": "Precision",
    "recall": "Recall",
}
LOGGED = {
    "d_loss": "Loss of D",
    "g_loss": "Loss of G",
    "d_real": "D at real samples",
    "d_fake": "D at generated samples",
    "d_grad": "Gradient norm of D",
    "g_grad": "Gradient norm of G",
}
AXES = {"step": "Step", "seconds": "Seconds of training"}
POINTS = 400  # of one line
COLOURS = (  # legible on light and on dark
    "#3b82f6", "#ea6a1f", "#8b5cf6", "#14a596", "#c98a10", "#d6569a", "#7a8699", "#d64545",
    "#5a9e2f",
)  # fmt: skip


def series(run: Run, what: str, against: str) -> tuple[list[float], list[float]]:
    """One run's values of `what` over `against`; empty where it has none."""
    if what in MEASURED:
        found = [(m[against], m[what]) for m in run.metrics() if m.get(what) is not None]
        return [x for x, _ in found], [y for _, y in found]
    rows = run.curves()
    if len(rows) > POINTS:
        rows = rows[np.unique(np.linspace(0, len(rows) - 1, POINTS).round().astype(int))]
    return rows[:, CURVES.index(against)].tolist(), rows[:, CURVES.index(what)].tolist()


def available(runs: list[Run]) -> dict[str, str]:
    """The labels of what at least one of the runs has, by name."""
    measured = {name for run in runs for m in run.metrics() for name in m}
    return {k: v for k, v in MEASURED.items() if k in measured} | LOGGED


def compare(runs: list[Run], labels: list[str], what: str, against: str = "step") -> go.Figure:
    """One line for each run that has values; a run keeps its colour whatever is drawn."""
    figure = go.Figure()
    for i, (run, label) in enumerate(zip(runs, labels, strict=True)):
        x, y = series(run, what, against)
        if x:
            figure.add_scatter(
                x=x, y=y, name=label, mode="lines+markers" if what in MEASURED else "lines",
                line={"width": 2, "color": COLOURS[i % len(COLOURS)]}, marker={"size": 5},
            )  # fmt: skip
    figure.update_layout(
        xaxis_title=AXES[against],
        yaxis_title=(MEASURED | LOGGED)[what],
        hovermode="x unified",
        showlegend=True,
        margin={"l": 10, "r": 10, "t": 10, "b": 10},
        legend={"orientation": "h", "yanchor": "bottom", "y": 1.02, "x": 0},
    )
    return figure
