"""Quadrature: functions on a mesh of panels, which is made finer where an integrand asks for it.

On every panel an integrand is seen at 16 Gauss-Legendre nodes, which integrate degree 31 exactly.
How its Legendre coefficients fall from degree 6 to 14 says what they are at 32: panels where that
is too much are cut, all at once, until none is left.
"""

from collections.abc import Callable

import numpy as np

from gan_core.divergences.base import Array
from gan_core.divergences.mesh import LEGENDRE, NODES, SHARES, Mask, Panels, merged

_TOLERANCE = 1e-8  # of the integral, for one panel's error
_ROUNDS = 12
_MOST = 1500  # panels: more are never needed, unless densities are mostly rounding
_BOTTOM = 1e-100  # a pole's first panel ends here at the earliest, whatever is left below


class Grid:
    """Functions `of(x, 1 - x)` at the nodes of a mesh that can grow."""

    def __init__(
        self,
        mesh: Panels,
        of: Callable[[Array, Array], tuple[Array, ...]],
        nodes: tuple[Array, Array, Array] | None = None,
        values: tuple[Array, ...] | None = None,
    ) -> None:
        self.mesh, self._of = mesh, of
        self.x, self.rest, self.slope = nodes or mesh.nodes()
        self.values = values or of(self.x, self.rest)

    def integral(
        self, of: Callable[..., Array], tolerance: float = _TOLERANCE, floor: float = 1e-28
    ) -> Array:
        """∫ of(*values) dx, of [..., panels, nodes], after the mesh has been made as fine as that
        needs: to a part of the integral, or to a floor below which it is rounding."""
        for left in reversed(range(_ROUNDS)):
            values = of(*self.values)
            inner = self.slope[:, 1:-1] * values[..., 1:-1]
            parts = inner @ SHARES
            size = np.abs(parts).sum(-1, keepdims=True)
            rough = _error(inner) > np.maximum(tolerance * size, floor)
            rough = rough.reshape(-1, len(self.slope)).any(0)
            if not left or not rough.any() or len(self.slope) > _MOST:
                break
            self._refine(rough)
        more = [self._beyond(*each) for each in zip(_rows(values, 2), _rows(parts, 1), strict=True)]
        return parts.sum(-1) + np.reshape(more, parts.shape[:-1])

    def _refine(self, rough: Mask) -> None:
        self.mesh, pieces, new = self.mesh.split(rough)
        x, rest, slope = pieces.nodes()
        self.x, self.rest, self.slope, *values = (
            merged(old[~rough], fresh, new)
            for old, fresh in zip(
                (self.x, self.rest, self.slope, *self.values),
                (x, rest, slope, *self._of(x, rest)),
                strict=True,
            )
        )
        self.values = tuple(values)

    def _beyond(self, values: Array, parts: Array) -> float:
        """What is left past the last marks, where a heavy tail or a pole goes on as the power
        that the outermost nodes show: nothing that counts, unless it is hardly integrable."""
        mesh, more = self.mesh, 0.0
        for panel, first, second, outward in ((0, 1, 2, -1), (-1, -2, -3, 1)):
            if mesh.log[panel] and mesh.sign[panel] == outward:
                last, before = (values[panel, i] * self.slope[panel, i] for i in (first, second))
                if 0 < last < before:
                    falls = np.log(before / last) / abs(NODES[first] - NODES[second])
                    more += last * np.exp(-falls * (1 - abs(NODES[first]))) / falls
        for panel in np.flatnonzero((mesh.near == 0) & (mesh.far < _BOTTOM)).tolist():
            end, inner = (-1, -2) if mesh.sign[panel] > 0 else (0, 1)
            last, before = values[panel, end], values[panel, inner]
            if 0 < last < np.inf and 0 < before < np.inf:
                power = np.log(last / before) / np.log((1 + NODES[-1]) / (1 + NODES[-2]))
                more += last * mesh.far[panel] / (1 + power) - parts[panel]
        return float(more)


def _rows(values: Array, of: int) -> Array:
    """A list of arrays of so many axes, even if there is but one."""
    return values.reshape(-1, *values.shape[values.ndim - of :])


def _error(values: Array) -> Array:
    """About the error of every panel's sum."""
    size = np.abs(values @ LEGENDRE)
    middle, last = size[..., :3].max(-1), size[..., 3:].max(-1)
    return last * np.minimum(last / np.maximum(middle, 1e-300), 1) ** 2
