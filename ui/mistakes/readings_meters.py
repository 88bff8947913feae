"""What the claims and the meters show: panels, and sentences made of their numbers."""

import math

import numpy as np

from ui.mistakes.twin import Reading, Side, line, panels, short, span

LOG2 = math.log(2)


def symmetry(wrong: Side, right: Side) -> Reading:
    def draw(side: Side) -> list:
        x = side.arrays["theta"]
        return [
            line(x, side.arrays["forward"], "p", "JS(p, q)", width=3),
            line(x, side.arrays["backward"], "q", "JS(q, p)", width=2, dash=[6, 5]),
        ]

    drawn = panels(
        wrong, right, draw, span(wrong.arrays["theta"], room=0), (0, 0.75),
        [f"orders differ by {short(side['apart'], 3)}" for side in (wrong, right)],
        title="JS(p, q) solid, JS(q, p) dashed", guides=[{"y": LOG2, "label": "log 2"}], name="θ",
    )  # fmt: skip
    said = (
        f"For N(0, 1) and N(θ, {short(wrong['width'])}), one half of the definition gives values up"
        f" to {short(wrong['apart'], 3)} apart when the two are swapped. JS itself differs by"
        f" {short(right['apart'], 3)}: it is symmetric, and it is KL that is not."
    )
    return drawn, said


def threshold(wrong: Side, right: Side) -> Reading:
    guides = [{"y": wrong["limit"], "label": "“apart” above this"}]
    drawn = panels(
        wrong, right, lambda s: [line(s.arrays["theta"], s.arrays["js"], "d", "JS")],
        span(wrong.arrays["theta"], room=0), (0, 1.1),
        [f"fires at {side['fires']:.0f} of {side['of']:.0f} places" for side in (wrong, right)],
        title="JS", guides=guides, name="θ",
    )  # fmt: skip
    first = f", from θ = {short(right['first'])} on" if right["fires"] else ""
    said = (
        f"In nats JS reaches {short(wrong['most'], 3)} here and can never pass log 2 ="
        f" {short(LOG2, 3)}: a limit of {short(wrong['limit'], 1)} fires at {wrong['fires']:.0f} of"
        f" {wrong['of']:.0f} places, however far apart the densities are. In bits it fires at"
        f" {right['fires']:.0f}{first}."
    )
    return drawn, said


def denominator(wrong: Side, right: Side) -> Reading:
    drawn = panels(
        wrong, right, lambda s: [line(s.arrays["theta"], s.arrays["kl"], "d", "“KL”")],
        span(wrong.arrays["theta"], room=0), span(wrong.arrays["kl"], right.arrays["kl"]),
        [f"{short(side['meeting'], 4)} at p = q" for side in (wrong, right)],
        title="what is called KL(p‖q)", guides=[{"y": 0}], name="θ",
    )  # fmt: skip
    said = (
        f"Where p and q are the same, it reads {short(wrong['meeting'], 4)} instead of"
        f" {short(right['meeting'])}, and nowhere on this sweep does it rise above"
        f" {short(wrong['most'])}: it is KL(p‖m) − log 2 with m = (p + q)/2, at most 0, while KL"
        f" itself reaches {short(right['most'])}."
    )
    return drawn, said


def overlap(wrong: Side, right: Side) -> Reading:
    drawn = panels(
        wrong, right, lambda s: [line(s.arrays["theta"], s.arrays["js"], "d", "JS", width=3)],
        (0, 3), (0, 0.8),
        [f"nan at {side['nan']:.0f} of {side['of']:.0f} places" for side in (wrong, right)],
        title="JS of two uniforms, θ apart", guides=[{"y": LOG2, "label": "log 2"}], name="θ",
    )  # fmt: skip
    said = (
        f"The sum over a grid is nan at {wrong['nan']:.0f} of {wrong['of']:.0f} places, also at"
        f" {wrong['nan_touching']:.0f} where the uniforms overlap: 0 · log 0 is nan in numpy and 0"
        f" in the formula. JS exists at every place; once the two are apart it is"
        f" {short(right['last'], 4)} = log 2 and changes by {short(right['bend'])}. It is not"
        " undefined there but flat, which is what starves a generator."
    )
    return drawn, said


def floor(wrong: Side, right: Side) -> Reading:
    at = np.log10(wrong.arrays["n"])
    across = [[float(x), f"{n:,.0f}"] for x, n in zip(at, wrong.arrays["n"], strict=True)]

    def draw(side: Side) -> list:
        return [
            line(at, side.arrays["readings"], "d", "reading"),
            {"kind": "points", "color": "d", "x": at, "y": side.arrays["readings"], "says": False},
            line(at, side.arrays["floors"], "em", "floor", dash=[5, 4]),
        ]

    drawn = panels(
        wrong, right, draw, (at[0] - 0.1, at[-1] + 0.1),
        span(wrong.arrays["readings"], right.arrays["readings"], low=-0.1),
        [f"{short(side['reading'], 4)} at n = {side['n']:,.0f}" for side in (wrong, right)],
        title="KL at p_g = p_r; dashed: what perfect should read", across=across[::2], name="",
    )  # fmt: skip
    said = (
        f"The generator is perfect: both samples come from the data. With n ="
        f" {wrong['n']:,.0f} the histogram reads {short(wrong['reading'], 3)} nats and"
        f" still {short(wrong['last'], 3)} with {wrong['most']:,.0f}, where 0 is awaited. The"
        f" histogram of modes reads {short(right['reading'], 4)} beside its floor of"
        f" {short(right['floor'], 4)}, (m − 1)/2n: what a perfect sampler scores stands next to it."
    )
    return drawn, said


def mass(wrong: Side, right: Side) -> Reading:
    drawn = panels(
        wrong, right, lambda s: [line(100 * s.arrays["lost"], s.arrays["readings"], "d", "KL")],
        (0, 100), span(wrong.arrays["readings"], np.clip(right.arrays["readings"], None, 2)),
        [f"at least {short(side['least'], 3)}" for side in (wrong, right)],
        title="KL in nats", guides=[{"y": 0, "label": "perfect"}], name="% lost",
    )  # fmt: skip
    said = (
        f"A perfect generator reads {short(wrong['perfect'], 3)}. One that throws"
        f" {100 * wrong['lost']:.0f} % of its points out of the window reads"
        f" {short(wrong['least'], 3)}: better than perfect, because their mass is in no cell. With"
        f" a cell for the rest the least is {short(right['least'], 3)}, at"
        f" {100 * right['lost']:.0f} % lost, and {100 * right['last_lost']:.0f} % lost reads"
        f" {short(right['last'], 2)}."
    )
    return drawn, said
