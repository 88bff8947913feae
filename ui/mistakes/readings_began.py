"""What BEGAN's balance shows: panels, and sentences made of their numbers."""

import numpy as np

from ui.mistakes.twin import Reading, Side, line, panels, percent, short, span, times


def began_k(wrong: Side, right: Side) -> Reading:
    rounds = np.arange(1, len(wrong.arrays["k"]) + 1)
    drawn = panels(
        wrong, right, lambda s: [line(rounds, s.arrays["k"], "d", "k")], (1, rounds[-1]),
        span(wrong.arrays["k"], right.arrays["k"]),
        [f"k from {short(side['low'], 1)} to {short(side['high'], 1)}" for side in (wrong, right)],
        title="k", guides=[{"y": 0}, {"y": 1}], name="round",
    )  # fmt: skip
    said = (
        f"Unclamped, k runs from {short(wrong['low'], 1)} to {short(wrong['high'], 1)} and is"
        f" outside [0, 1] in {percent(wrong['outside'])} of the rounds. Below 0"
        f" ({percent(wrong['negative'])}) D is paid for rebuilding generated points; above 1 it"
        " cares more for spoiling them than for the data. Its error on real points averages"
        f" {short(wrong['real'])}, clamped {short(right['real'])}."
    )
    return drawn, said


def began_m(wrong: Side, right: Side) -> Reading:
    rounds = np.arange(1, len(wrong.arrays["m"]) + 1)
    drawn = panels(
        wrong, right,
        lambda s: [line(rounds, s.arrays["real"], "p", "L(x)"),
                   line(rounds, s.arrays["m"], "d", "M")],
        (1, rounds[-1]), (0, 1.5 * max(1.0, wrong["m"])),
        [f"M = {times(side['m'], side['real'])} L(x)" for side in (wrong, right)],
        title="violet: M, blue: L(x)", name="round",
    )  # fmt: skip
    said = (
        "One run, two readings of it. Over its last quarter, where the game is in balance, M"
        f" without γ stands at {short(wrong['m'])}, {times(wrong['m'], wrong['real'])} L(x): it"
        f" reports an imbalance that is none. M with γ reads {short(right['m'])}, close to L(x) ="
        f" {short(right['real'])}."
    )  # fmt: skip
    return drawn, said


def began_equal(wrong: Side, right: Side) -> Reading:
    rounds = np.arange(1, len(wrong.arrays["ratio"]) + 1)
    guides = [{"y": 1, "label": "equal losses"}, {"y": wrong["gamma"], "label": "γ"}]
    drawn = panels(
        wrong, right,
        lambda s: [line(rounds, s.arrays["ratio"], "q", "L(G(z)) / L(x)"),
                   line(rounds, np.where(s.arrays["says"] > 0, 0.03, np.nan), "em", width=6,
                        says=False)],
        (1, rounds[-1]), (0, 2),
        [f"“balanced” in {percent(side['late'])} of the last quarter" for side in (wrong, right)],
        title="L(G(z)) / L(x); below, where the test says “balanced”", guides=guides, name="round",
    )  # fmt: skip
    said = (
        f"In the last quarter L(G(z))/L(x) averages {short(right['ratio'])}, γ is"
        f" {short(right['gamma'], 1)}: the test for equal losses says “balanced” in"
        f" {percent(wrong['late'])} of those rounds, the test with γ in {percent(right['late'])}."
        f" And balance is not p_g = p_r: EM to the data is {short(right['em'])} all the same."
    )
    return drawn, said
