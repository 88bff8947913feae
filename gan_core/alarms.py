"""What can be wrong with a run: one function a failure, each reading one sign of it.

The thresholds were set between short real runs that fail on purpose and the same runs cured
(`tests/slow/test_health.py` repeats both), with room on either side.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np

from gan_core import signs
from gan_core.catalog import OBJECTIVES
from gan_core.presets import preset
from gan_core.remedies import (
    Changes,
    calmed,
    imbalance,
    label,
    longer,
    slowed,
    switched,
    usable,
    weakened,
)
from gan_core.signs import LOOKS_BACK, Signs

TONES = ("bad", "warn", "good", "wait")  # most urgent first

WON = 0.1  # of an undecided D's loss; healthy pairs stay above 0.9, a sharp D without a cure at 0.2
NO_GRADIENT = 1e-3  # norm over all weights of G; healthy pairs 0.05 to 1, behind a D that has won 0
LOST = 0.5  # of all modes: from half of them on a collapse is bad, below it a warning
UNNOTICED = {"2d": 0.0, "image": 0.1}  # classes are told by a classifier, and some are rare
LITTLE = 0.5  # of real pictures' variety: 0.66 after 300 good rounds, later 0.95; collapsed 0.38
GROWS = 1.2  # times the largest variety before; undertrained runs gain more from look to look
HOPS = 0.08  # of all samples change their mode between two looks; settled pairs 0.02, hopping 0.15
PERIOD = 0.6  # autocorrelation after one turn; chance reaches 0.3, a pair that circles 0.7 to 1
PILED = 0.5  # of the weights at ±c
GROWN = 100.0  # times the loss of an undecided D
STEEP = {"2d": 1e3, "image": 5e3}  # gradient norm
TAME = {"2d": 100, "image": 500}  # no run that learnt came near: the steepest had 50, and 150
STEEPER = 20.0  # times G's first gradient; under a penalty it falls, without one it grew 30 to 250
PINNED = 0.9  # of the newest rows with k at the same end
FLOOR = 2.0  # times the score of real samples
CALM = 0.03  # of all samples change their mode between two looks, at most
FEW_ROWS, FEW_LOOKS = 20, 2  # below them no alarm is given


@dataclass(frozen=True)
class Finding:
    """One thing that the numbers say.

    `tone` is one of TONES; `sentence` says what was measured and what it means, `number` is the
    figure behind it; `remedy` holds Config changes (none: {}), and `label` says them in few words.
    """

    name: str
    tone: str
    title: str
    sentence: str
    number: float
    remedy: Changes = field(default_factory=dict)
    label: str = ""


def finding(
    seen: Signs, name: str, tone: str, title: str, sentence: str, number: float, *cures: Changes
) -> Finding:
    remedy = usable(seen.config, *cures)
    words = label(seen.config, remedy) if remedy else ""
    return Finding(name, tone, title, sentence, float(number), remedy, words)


def blown_up(seen: Signs) -> Iterator[Finding]:
    """Losses that are no numbers any more, or that grew out of all proportion."""
    config, at = seen.config, seen.undefined
    cures = slowed(config), switched(config)
    if at is not None:
        text = f"A loss became infinite or undefined at step {at:,.0f}: the steps were too large."
        yield finding(seen, "exploded", "bad", "The gradients exploded", text, at, *cures)
        return
    if len(seen.curves) < FEW_ROWS:
        return
    player, slope = max(
        (("D", seen.tail("d_grad")), ("G", seen.tail("g_grad"))), key=lambda p: p[1]
    )
    loss = abs(seen.tail("d_loss"))
    if seen.balance:  # G's loss is a critic's level, which is free to drift
        loss = max(loss, abs(seen.tail("g_loss")))
    if slope > STEEP[config.kind]:
        text = f"{player}'s gradient has norm {signs.short(slope)}, where runs that learn stay"
        text += f" below {TAME[config.kind]}. Each step now throws the players about."
        yield finding(seen, "exploding", "bad", "The gradients explode", text, slope, *cures)
    elif loss > GROWN * (seen.balance or 1.0):
        text = f"The losses have grown to {signs.short(loss)}: D's scores run away."
        yield finding(seen, "exploding", "bad", "The scores explode", text, loss, *cures)


def unmoved(seen: Signs) -> Iterator[Finding]:
    """A player that cannot learn, because its learning rate is 0."""
    config = seen.config
    still = [name for name, rate in (("G", config.lr_g), ("D", config.lr_d)) if rate == 0]
    if not still:
        return
    usual = preset(config.objective, config.data)
    cure = {f"lr_{name.lower()}": getattr(usual, f"lr_{name.lower()}") for name in still}
    who = " and ".join(still)
    text = f"The learning rate of {who} is 0: the weights stay as they were drawn"
    text += ", and so do the samples." if "G" in still else ", so D tells G nothing."
    title = f"{who} {'do' if len(still) > 1 else 'does'} not learn"
    yield finding(seen, "unmoved", "bad", title, text, 0.0, cure)


def _steepening(seen: Signs) -> Iterator[Finding]:
    """A gradient that keeps growing though nothing gets better: D grows ever steeper."""
    first, now = seen.head("g_grad"), seen.tail("g_grad")
    if now <= STEEPER * max(first, NO_GRADIENT) or seen.improving(LOOKS_BACK):
        return
    text = f"G's gradient grew from {signs.short(first)} to {signs.short(now)} and the samples get"
    text += " no better: D becomes ever steeper around them."
    cures = calmed(seen.config), slowed(seen.config)
    title, times = "The gradients keep growing", now / max(first, 1e-12)
    yield finding(seen, "exploding", "warn", title, text, times, *cures)


def _d_has_won(seen: Signs) -> Iterator[Finding]:
    """D tells the two apart without error, so its slope at the samples says little or nothing."""
    balance, loss, slope = seen.balance, seen.tail("d_loss"), seen.tail("g_grad")
    if not balance or loss > WON * balance:
        return
    gone = slope < NO_GRADIENT
    if not gone and seen.config.kind == "image" and seen.improving(LOOKS_BACK):
        return  # pictures are told apart easily, and G may learn all the same
    text = f"D's loss is {signs.short(loss)}, where an undecided D has {balance:.2f}"
    if OBJECTIVES[seen.config.objective].head == "logit":
        text += f"; D(x) = {seen.tail('d_real'):.2f}, D(G(z)) = {seen.tail('d_fake'):.2f}"
    text += f". G's gradient has norm {signs.short(slope)}"
    blind = ": it is still pushed, but blindly."
    text += ": nothing is left for G to learn from." if gone else blind
    cures = weakened(seen.config), switched(seen.config)
    yield finding(seen, "d-won", "bad" if gone else "warn", "D has won", text, loss, *cures)


def _no_gradient(seen: Signs) -> Iterator[Finding]:
    """G stands still far from the data, though D has not won: dead units, or a flat D."""
    slope, distance = seen.tail("g_grad"), seen.distance
    if slope > NO_GRADIENT or seen.config.objective == "wgan" or not distance:
        return  # clipping makes every gradient small, which RMSProp makes up for
    times = distance[1] / max(distance[2], 1e-9)
    if times < FLOOR or seen.tail("d_loss") <= WON * seen.balance:
        return
    text = (
        f"G's gradient has norm {signs.short(slope)}, and {distance[0]} is {times:.0f} times what"
    )
    text += " real samples score: its units are dead, or D is flat where its samples are."
    cures = slowed(seen.config), switched(seen.config)
    yield finding(seen, "no-gradient", "bad", "G gets no gradient", text, slope, *cures)


def _collapse(seen: Signs) -> Iterator[Finding]:
    """Modes, or classes, that are hardly generated any more."""
    if not seen.total:
        yield from _alike(seen)
        return
    lost = seen.lost
    if len(lost) < max(1, UNNOTICED[seen.config.kind] * seen.total):
        return
    if not seen.over and (not seen.lost_before or seen.improving(FEW_LOOKS)):
        return
    total, best = seen.total, seen.most_found
    found = total - len(lost)
    bad = len(lost) >= LOST * total
    title = "Mode collapse" if bad else f"{len(lost)} of {total} {seen.kind_of_mode} lost"
    text = f"Nearly all samples belong to {found} of {total} {seen.kind_of_mode}; hardly any to"
    text += f" {seen.named(lost)}."
    if best > found:
        text += f" Earlier G served {best}: it has drifted off them."
    elif not seen.over:
        text += " They may still come, but seldom do once the others are sharp."
    tone = "bad" if bad else "warn"
    cures = imbalance(seen.config), switched(seen.config), longer(seen.config)
    yield finding(seen, "collapse", tone, title, text, len(lost), *cures)


def _alike(seen: Signs) -> Iterator[Finding]:
    """Pictures without classes to count, that hardly differ from one another."""
    variety = seen.variety
    if not variety or variety[-1] > LITTLE:
        return
    if len(variety) > 1 and variety[-1] > GROWS * max(variety[:-1]):
        return  # G begins with pictures all alike, and is on its way from there
    before = len(variety) > 1 and variety[-2] <= LITTLE
    if not seen.over and (not before or seen.improving(FEW_LOOKS)):
        return
    now = variety[-1]
    text = f"Two generated pictures differ by {100 * now:.0f} % of what two real ones do, on"
    text += " average: G makes few kinds of them."
    if max(variety) > LITTLE:
        text += f" Earlier it was {100 * max(variety):.0f} %: G has lost its variety."
    cures = imbalance(seen.config), switched(seen.config), longer(seen.config)
    yield finding(seen, "collapse", "bad", "Mode collapse", text, now, *cures)


def _missed(seen: Signs) -> Iterator[Finding]:
    """Modes that samples come near without being on them: blurred, or bridges between modes."""
    missed, total = seen.missed, seen.total
    if not missed or (not seen.over and seen.improving(LOOKS_BACK)):
        return
    last = seen.metrics[-1]
    if total - len(missed) > last.get("modes_real", total) - 0.5:
        return  # of so rare modes real samples miss as many
    bad = len(missed) >= LOST * total
    text = f"Not one sample lies on {seen.named(missed)}, though some come near: a mode counts as"
    text += " found from one sample within three standard deviations of it."
    if "hq" in last:
        text += f" Of all samples {100 * last['hq']:.0f} % are that close to a mode, of real ones"
        text += f" {100 * last.get('hq_real', 0.989):.0f} %."
    own = switched(seen.config, seen.config.objective)
    cures = (longer(seen.config),) if seen.improving(FEW_LOOKS) else ()
    title = f"{len(missed)} of {total} modes missed"
    yield finding(
        seen, "missed", "bad" if bad else "warn", title, text, len(missed),
        *cures, imbalance(seen.config), own, switched(seen.config), longer(seen.config),
    )  # fmt: skip


def _oscillation(seen: Signs) -> Iterator[Finding]:
    """Samples that keep leaving one mode for another, or curves that repeat themselves."""
    cures = calmed(seen.config), switched(seen.config)
    moved = seen.moved()
    mean = float(np.mean(moved)) if moved else 0.0
    if mean > HOPS and min(moved) > CALM and not seen.improving(LOOKS_BACK):
        text = f"Between two looks {100 * mean:.0f} % of the samples change their mode;"
        text += f" settled runs stay below {100 * CALM:.0f} %."
        if back := seen.come_and_go:
            text += f" {signs.counted(back, seen.kind_of_mode)} came and went."
        text += " G runs from D round the data instead of covering it."
        yield finding(seen, "oscillation", "bad", "G hops from mode to mode", text, mean, *cures)
        return
    column, rounds, strength = seen.period()
    if strength > PERIOD and not seen.improving(LOOKS_BACK):
        text = f"{column} repeats itself every {rounds:,.0f} rounds (autocorrelation"
        text += f" {strength:.2f}; chance stays below 0.3): the players circle each other."
        yield finding(seen, "oscillation", "warn", "The players go round", text, strength, *cures)


def _piled(seen: Signs) -> Iterator[Finding]:
    share = seen.vital("at_limit")
    if share is None or share < PILED:
        return
    text = f"{100 * share:.0f} % of the critic's weights stand at ±{seen.config.clip:g}, the limit"
    text += " that clipping sets: it can draw little but straight slopes, and its gradient reaches"
    text += f" G with norm {signs.short(seen.tail('g_grad'))}."
    gp = switched(seen.config, "wgan-gp")
    yield finding(seen, "piled", "warn", "Weights pile up at ±c", text, share, gp)


def _pinned(seen: Signs) -> Iterator[Finding]:
    if seen.config.objective != "began":
        return
    if seen.config.kind == "image" and seen.improving(LOOKS_BACK):
        return  # k begins at 0, and pictures get better long before it rises
    for end, share in ((0, seen.share_of_k(0.0)), (1, seen.share_of_k(1.0))):
        if share < PINNED:
            continue
        text = f"k stood at {end} in {100 * share:.0f} % of the newest rounds: "
        if end == 0:
            text += "L(G(z)) stays above γ L(x), so D only learns to copy the data."
            gamma = {"gamma": min(1.0, 2 * seen.config.gamma)}
        else:
            text += "L(G(z)) stays below γ L(x): G found samples that are too easy to copy."
            gamma = {"gamma": seen.config.gamma / 2}
        plane = switched(seen.config) if seen.config.kind == "2d" else {}
        yield finding(seen, "pinned", "warn", f"k is pinned at {end}", text, share, plane, gamma)


ALARMS: tuple[Callable[[Signs], Iterator[Finding]], ...] = (
    _d_has_won, _no_gradient, _collapse, _missed, _oscillation, _steepening, _pinned, _piled,
)  # fmt: skip
