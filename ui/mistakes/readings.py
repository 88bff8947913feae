"""What the trainings of the lab show: panels, and sentences made of their numbers."""

import numpy as np

from gan_core.catalog import BadInput
from gan_core.presets import preset
from ui.mistakes.twin import Panel, Reading, Side, line, panels, short, span, times

NOTHING = -10  # where a logarithm is drawn that is less, or of 0
EXTENT = 1.9  # of the ring's window


def critic_sign(wrong: Side, right: Side) -> Reading:
    rounds = np.arange(len(wrong.arrays["shift"]))
    drawn = panels(
        wrong, right, lambda side: [line(rounds, side.arrays["shift"], "q", "shift of G")],
        (0, len(rounds) - 1), span(wrong.arrays["shift"], right.arrays["shift"], [0.0]),
        [f"ends at {short(side['end'])}" for side in (wrong, right)],
        title="shift of the generator", guides=[{"y": 0, "label": "data"}], name="round",
    )  # fmt: skip
    said = (
        f"Both begin at {short(wrong['start'], 1)}; the data lie at 0. With the wrong sign the"
        f" generator is at {short(wrong['end'])} after {len(rounds) - 1} rounds; corrected, it ends"
        f" at {short(right['end'], 3)}."
    )
    return drawn, said


def ring(wrong: Side, right: Side) -> list[Panel]:
    """Where the generated points ended up."""
    points = panels(
        wrong, right,
        lambda s: [{"kind": "points", "color": "q", "x": s.arrays["x"], "y": s.arrays["y"],
                    "width": 1.6}],
        (-EXTENT, EXTENT), (-EXTENT, EXTENT),
        [f"{side['modes']:.0f} of {side['modes_total']:.0f} modes" for side in (wrong, right)],
        name="", square=True,
    )  # fmt: skip
    angle = np.arange(8) * np.pi / 4
    centres = {
        "kind": "points", "color": "p", "width": 3.5, "says": False,
        "x": 2 / 1.414 * np.cos(angle), "y": 2 / 1.414 * np.sin(angle),
    }  # fmt: skip
    for panel, side in zip(points, (wrong, right), strict=True):
        panel["rows"][0]["series"].append(centres)
        panel["rows"][0]["title"] = outside(side.arrays["x"], side.arrays["y"])
    return points


def outside(x: np.ndarray, y: np.ndarray) -> str:
    """How many points the window does not show; empty for none."""
    lost = int((np.maximum(np.abs(x), np.abs(y)) > EXTENT).sum())
    return f"{lost:,} of {len(x):,} points lie outside" if lost else ""


def way(wrong: Side, right: Side) -> list[Panel]:
    """How far they were from the data while they were trained."""
    rounds = wrong.arrays["round"]
    top = span(wrong.arrays["em"], right.arrays["em"])[1]
    return panels(
        wrong, right, lambda s: [line(rounds, s.arrays["em"], "em", "EM")],
        (0, rounds[-1]), (0, top), title="EM to the data", name="round",
    )  # fmt: skip


def gradients(wrong: Side, right: Side) -> list[Panel]:
    """What reached the generator, as powers of ten."""
    rounds = wrong.arrays["round"]

    def draw(side: Side) -> list:
        powers = np.log10(np.clip(side.arrays["gradient"], 10.0**NOTHING, None))
        return [
            line(rounds, powers, "q", "log₁₀"),
            {"kind": "points", "color": "q", "x": rounds, "y": powers, "says": False},
        ]

    return panels(
        wrong, right, draw, (0, rounds[-1]), (NOTHING - 0.7, 2),
        title="log₁₀ of G's gradient", name="round", guides=[{"y": NOTHING, "label": "0"}],
    )  # fmt: skip


def sigmoid_linear(wrong: Side, right: Side) -> Reading:
    late = len(wrong.arrays["gradient"]) // 2
    bad, good = (side.arrays["gradient"][late:] for side in (wrong, right))
    zero = int((bad == 0).sum())
    usual, left = float(np.median(good)), float(np.median(bad))
    size = (
        f"is exactly 0 at {'all' if zero == len(bad) else f'{zero} of'} {len(bad)} looks"
        if zero
        else f"has a median norm of {short(left)}, {times(usual, left)} smaller"
    )
    said = (
        "In the second half of training the gradient that reaches the generator under the sigmoid's"
        f" loss {size}; under the non-saturating loss its median norm is {short(usual)}. D is sure"
        " of every sample, and there its sigmoid is flat. That generator holds"
        f" {wrong['modes']:.0f} of {wrong['modes_total']:.0f} modes at the end, the non-saturating"
        f" loss on the same nets {right['modes']:.0f}."
    )
    return ring(wrong, right) + gradients(wrong, right), said


def sigmoid_critic(wrong: Side, right: Side) -> Reading:
    bad, good = (float(side.arrays["em"].mean()) for side in (wrong, right))
    said = (
        f"EM to the data averages {short(bad)} over the run with the sigmoid and {short(good)}"
        f" without. EM 0.5 is reached {when_below(wrong, 0.5)} with the sigmoid,"
        f" {when_below(right, 0.5)} with the linear head; at the end they stand at"
        f" {short(wrong['em'])} and {short(right['em'])}."
    )
    return ring(wrong, right) + way(wrong, right), said


def when_below(side: Side, level: float) -> str:
    """The first look at which EM was that small."""
    for at, em in zip(side.arrays["round"], side.arrays["em"], strict=True):
        if em <= level:
            return f"after {at:.0f} rounds"
    return f"not within {side['rounds']:.0f} rounds"


def batchnorm(wrong: Side, right: Side) -> Reading:
    said = (
        f"With BatchNorm {wrong['modes']:.0f} of {wrong['modes_total']:.0f} modes are found and EM"
        f" to the data is {short(wrong['em'])}; with LayerNorm {right['modes']:.0f} and"
        f" {short(right['em'])}."
    )
    try:
        preset("wgan-gp", "ring-lesson", norm_d="batch")
    except BadInput as refusal:
        said += f" This project refuses the pair: “{refusal}”"
    return ring(wrong, right) + way(wrong, right), said


def one_norm(wrong: Side, right: Side) -> Reading:
    at = np.log2(wrong.arrays["batch"])
    across = [[float(x), f"{n:.0f}"] for x, n in zip(at, wrong.arrays["batch"], strict=True)]
    top = span(wrong.arrays["slope"], right.arrays["slope"], low=0.0)[1]
    drawn = panels(
        wrong, right,
        lambda s: [line(at, s.arrays["slope"], "d", "slope"),
                   {"kind": "points", "color": "d", "x": at, "y": s.arrays["slope"],
                    "says": False}],
        (at[0] - 0.3, at[-1] + 0.3), (0, max(1.2, top)),
        [f"slope {short(side['slope'])} at {side['most']:.0f}" for side in (wrong, right)],
        title="slope of the trained critic", guides=[{"y": 1, "label": "what λ asks for"}],
        across=across, name="batch",
    )  # fmt: skip
    said = (
        f"With one norm the critic's slope is {short(wrong['slope_least'])} when trained on batches"
        f" of {wrong['least']:.0f}, and {short(wrong['slope'])} on batches of {wrong['most']:.0f},"
        f" close to 1/√n; with a norm per sample it is {short(right['slope_least'])} and"
        f" {short(right['slope'])}. The distance between these blobs is 1: on the largest batch the"
        f" critics report {short(wrong['reported'])} and {short(right['reported'])}."
    )
    return drawn, said


def one_mix(wrong: Side, right: Side) -> Reading:
    draws = np.arange(len(wrong.arrays["penalty"]))
    y = span(wrong.arrays["penalty"], right.arrays["penalty"])
    drawn = panels(
        wrong, right, lambda s: [line(draws, s.arrays["penalty"], "d", "penalty", width=1.5)],
        (0, draws[-1]), y, [f"σ = {short(side['std'], 3)}" for side in (wrong, right)],
        title="penalty of one critic on one batch", name="draw",
    )  # fmt: skip
    said = (
        f"Both average {short(wrong['mean'])} and {short(right['mean'])}: one ε is no bias, but its"
        f" penalty scatters {times(wrong['std'], right['std'])} as much from step to step (σ ="
        f" {short(wrong['std'], 3)} against {short(right['std'], 3)})."
    )
    return drawn, said


def attached(wrong: Side, right: Side) -> Reading:
    rounds = np.arange(len(wrong.arrays["shift"]))
    drawn = panels(
        wrong, right, lambda s: [line(rounds, s.arrays["shift"], "q", "shift of G")],
        (0, len(rounds) - 1), span(wrong.arrays["shift"], right.arrays["shift"], [0.0]),
        [f"ends at {short(side['end'])}" for side in (wrong, right)],
        title="shift of the generator", guides=[{"y": 0, "label": "data"}], name="round",
    )  # fmt: skip
    said = (
        "The critic's loss sends G the opposite of what G's own loss sends, and both are added up:"
        f" over the first 50 rounds {short(wrong['gradient'])} of a gradient is left where"
        f" {short(right['gradient'])} should arrive. So the generator goes from"
        f" {short(wrong['start'], 1)} to {short(wrong['end'])} instead of {short(right['end'])}."
    )
    return drawn, said


def reused(wrong: Side, right: Side) -> Reading:
    steps = np.arange(1, len(wrong.arrays["on_batch"]) + 1)

    def draw(side: Side) -> list:
        return [
            line(steps, side.arrays["on_batch"], "d", "on its batch"),
            line(steps, side.arrays["on_fresh"], "p", "on fresh samples"),
        ]

    every = [side.arrays[name] for side in (wrong, right) for name in ("on_batch", "on_fresh")]
    drawn = panels(
        wrong, right, draw, (1, steps[-1]), span(*every, [0.0]),
        [f"reports {short(side['reported'])}" for side in (wrong, right)],
        title="violet: on its batch, blue: on fresh samples", guides=[{"y": 0, "label": "true"}],
        name="critic step",
    )  # fmt: skip
    said = (
        f"Both sides of this game are the same ring, so the distance is 0. On its one batch of"
        f" {wrong['batch']:.0f} the critic claims {short(wrong['reported'])} (mean of the second"
        f" half) and on samples it has not seen {short(wrong['fresh'])}: it has learnt the batch by"
        f" heart. With a fresh batch at every step it reports {short(right['reported'])}."
    )
    return drawn, said


def seeds(wrong: Side, right: Side) -> Reading:
    steps = np.arange(1, len(wrong.arrays["first"]) + 1)

    def draw(side: Side) -> list:
        return [
            line(steps, side.arrays["first"], "d", "first run", width=3),
            line(steps, side.arrays["second"], "q", "second run", width=1.5, dash=[5, 4]),
        ]

    every = [side.arrays[name] for side in (wrong, right) for name in ("first", "second")]
    drawn = panels(
        wrong, right, draw, (1, steps[-1]), span(*every),
        [f"{side['same']:.0f} of {side['steps']:.0f} steps equal" for side in (wrong, right)],
        title="D's loss: first run solid, second dashed", name="step",
    )  # fmt: skip
    end = (
        "bit for bit the same"
        if right["same"] == right["steps"]
        else f"at most {short(right['apart'], 3)} apart"
    )
    said = (
        "Twice the same seed: D's losses of the two runs are up to"
        f" {short(wrong['apart'], 3)} apart, and equal at {wrong['same']:.0f} of"
        f" {wrong['steps']:.0f} steps. With all three generators seeded they are {end}."
    )
    return drawn, said
