"""Roots inside brackets, many at once. (scipy.optimize would cost a server 20 MB.)"""

from collections.abc import Callable

import numpy as np

from gan_core.divergences.base import Array, Index

_STEPS = 8
_NEAR = np.arange(4)


def refine(
    of: Callable[[Array], Array],
    low: Array,
    high: Array,
    at_low: Array,
    at_high: Array,
    guess: Array | None = None,
    little: Array | float = 0.0,
) -> Array:
    """A root of `of` in each bracket, whose ends have values of opposite sign.

    From a guess, then by false position; an end that stays twice counts half, so that it cannot
    stall (the Illinois rule): about 1.4 times the digits with every step. Enough when every value
    is `little`, or 1e-4 of those at the ends, for all who ask use an integral that is flat at its
    crossings: the square counts.
    """
    last, found = np.zeros(low.shape), low
    enough = np.maximum(1e-4 * np.minimum(np.abs(at_low), np.abs(at_high)), little)
    for _ in range(_STEPS if low.size else 0):
        if guess is None:
            with np.errstate(all="ignore"):
                guess = (low * at_high - high * at_low) / (at_high - at_low)
        found = np.where((guess >= low) & (guess <= high), guess, (low + high) / 2)
        now, guess = of(found), None
        if np.all(np.abs(now) <= enough):
            break
        up = np.sign(now) == np.sign(at_low)
        at_high = np.where(up, np.where(last > 0, at_high / 2, at_high), now)
        at_low = np.where(up, now, np.where(last < 0, at_low / 2, at_low))
        low, high = np.where(up, found, low), np.where(up, high, found)
        last = np.where(up, 1.0, -1.0)
    return found


def cubic(s: Array, values: Array, column: Index) -> Array:
    """About where the values [rows, len(s)] at s are 0, between s[column] and the next: s as a
    cubic in the values at four nodes (Lagrange). Anything, if they do not rise or fall there."""
    near = np.clip(column - 1, 0, len(s) - 4)[:, None] + _NEAR
    y = np.take_along_axis(values, near, 1)
    with np.errstate(all="ignore"):
        shares = y[:, None, :] / (y[:, None, :] - y[:, :, None])
        shares[:, _NEAR, _NEAR] = 1.0
        return (shares.prod(-1) * s[near]).sum(-1)
