"""What the Dirac-GAN's equilibrium says of a game: eigenvalues, and what a walk really did.

Of the flow (θ', ψ') = v an eigenvalue λ means: Re λ < 0 goes in, Re λ > 0 out, Im λ turns. Of one
round of updates |λ| < 1 goes in and |λ| > 1 out. Mescheder et al. 2018 has the closed forms that
the tests compare with.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from gan_core.catalog import choose
from gan_core.dirac import BOUND, SCHEMES, Array, Game, updated, v_psi, v_theta
from gan_core.objectives import BEGAN, WGANGP

Complex = NDArray[np.complex128]
_EVEN = 1e-10  # eigenvalues this close to the border between in and out are on it
_LEVEL = 0.01  # distances that differ by less than this part are level
_NEAR = 0.1  # and by less than this, about where the walk began: it may swing as it turns


def corner(play: Game) -> str | None:
    """Why the game has no Jacobian at (0, 0); None if it has one."""
    if isinstance(play.objective, WGANGP) and play.objective.lam:
        return "the penalty (|ψ| − 1)² has a corner at ψ = 0, so v jumps there"
    if isinstance(play.objective, BEGAN):
        return "the error |θ − ψ| has a corner at θ = ψ, so v jumps there"
    return None


def jacobian(play: Game) -> Array | None:
    """∂(v_θ, v_ψ)/∂(θ, ψ) at (0, 0), [2, 2]; None where there is a `corner`."""
    return _derivative(play, lambda *at: (v_theta(play, *at), v_psi(play, *at)))


def eigenvalues(play: Game) -> Complex | None:
    """Of the flow's Jacobian, in 1/time."""
    found = jacobian(play)
    return None if found is None else np.linalg.eigvals(found).astype(complex)


def update_eigenvalues(play: Game, step: float, scheme: str) -> Complex | None:
    """Of one round of updates as `walk` does them, linearised at (0, 0).

    Simultaneous: those of 1 + step·J; alternating: of D's step and then G's.
    """
    choose(scheme, SCHEMES, "scheme")
    found = _derivative(play, lambda theta, psi: updated(play, theta, psi, step, scheme)[1:])
    return None if found is None else np.linalg.eigvals(found).astype(complex)


def _derivative(play: Game, of: Callable[[Tensor, Tensor], tuple[Tensor, Tensor]]) -> Array | None:
    if corner(play):
        return None
    at = [torch.zeros(1, dtype=torch.float64, requires_grad=True) for _ in range(2)]
    rows = [
        torch.autograd.grad(out, at, retain_graph=True, materialize_grads=True)
        for out in of(at[0], at[1])
    ]
    return torch.stack([torch.cat(row) for row in rows]).numpy()


def flow_word(found: Complex) -> str:
    """What the flow's eigenvalues say of every path that starts near enough."""
    growth = found.real
    turns = _turns(found)
    if (growth < -_EVEN).all():
        return "spirals in" if turns else "goes straight in"
    if (growth > _EVEN).any():
        return "spirals out" if turns else "goes straight out"
    return "circles" if turns else "undecided"


def update_word(found: Complex) -> str:
    """What the eigenvalues of one round say."""
    size, turns = np.abs(found), _turns(found - 1)
    flips = not turns and bool((found.real < 0).any())
    if (size < 1 - _EVEN).all():
        return (
            "spirals in" if turns else "jumps to and fro inwards" if flips else "goes straight in"
        )
    if (size > 1 + _EVEN).any():
        if turns:
            return "spirals out"
        return "jumps to and fro outwards" if flips else "goes straight out"
    return "circles" if turns else "undecided"


def _turns(found: Complex) -> bool:
    return bool(np.abs(found.imag).max() > 1e-3 * np.abs(found).max())


@dataclass(frozen=True)
class Measured:
    """What a walk did, in distances to the equilibrium: where it started, and the largest of its
    third and of its last quarter."""

    word: str  # arrives | shrinks | nearer | stays | farther | grows | leaves | rests
    start: float
    third: float
    last: float
    turns: float  # how often it went round (0, 0)


def measure(path: Array) -> Measured:
    """What became of a walk's distance to (0, 0), from its start and its last two quarters.

    A walk that has reached a thousandth of its start “arrives”. One that “shrinks” is nearer than
    it began and was farther a quarter ago; one that “grows” the reverse of both. One that is level
    within 1 % “stays” if that is within 10 % of where it began, which a slow one does too: `turns`
    and the distances tell. Any other is “nearer” or “farther” than it began, whatever it is doing
    now. One that never left (0, 0) “rests”.
    """
    distance = np.hypot(*path.T)
    quarter = max(1, len(path) // 4)
    third, last = distance[-2 * quarter : -quarter].max(), distance[-quarter:].max()
    start = distance[0]
    angle = np.unwrap(np.arctan2(path[:, 1], path[:, 0]))
    level = abs(last - third) <= _LEVEL * third
    if not distance.any():
        word = "rests"
    elif np.abs(path).max() >= BOUND:
        word = "leaves"
    elif last <= 1e-3 * start:
        word = "arrives"
    elif level and abs(last - start) <= _NEAR * start:
        word = "stays"
    elif last < start:
        word = "shrinks" if last < third and not level else "nearer"
    else:
        word = "grows" if last > third and not level else "farther"
    turns = abs(angle[-1] - angle[0]) / (2 * np.pi)
    return Measured(word, float(start), float(third), float(last), float(turns))


@dataclass(frozen=True)
class Verdict:
    """All that can be said of a game, a step size and a scheme; `why` there are no eigenvalues."""

    flow: str
    flow_eigenvalues: Complex | None
    update: str
    update_eigenvalues: Complex | None
    measured: Measured
    why: str | None

    @property
    def sentence(self) -> str:
        """In words, with the numbers they rest on."""
        return " ".join(filter(None, (self._linear, _said(self.measured), self._both)))

    @property
    def _linear(self) -> str:
        if self.flow_eigenvalues is None or self.update_eigenvalues is None:
            return f"There are no eigenvalues: {self.why}."
        size = float(np.abs(self.update_eigenvalues).max())
        pace = f"|λ| = {size:.6g} a step"
        if self.update == "circles":
            pace += ", neither in nor out"
        elif self.update != "undecided":
            pace += f", {abs(size - 1):.2g} of the distance {'gained' if size > 1 else 'lost'} each"
        growth = float(self.flow_eigenvalues.real.max()) + 0.0
        return (
            f"Near the equilibrium, to first order: with endlessly small steps it"
            f" {_verb(self.flow)} (Re λ = {growth:.4g});"
            f" with these it {_verb(self.update)} ({pace})."
        )

    @property
    def _both(self) -> str:
        """How the eigenvalues and the walk can both be right where they seem to disagree."""
        inwards = self.update in ("spirals in", "goes straight in", "jumps to and fro inwards")
        outwards = self.update in ("spirals out", "goes straight out", "jumps to and fro outwards")
        word, even = self.measured.word, self.update == "circles"
        came_in, went_out = word in ("shrinks", "nearer"), word in ("grows", "farther", "leaves")
        if not (came_in and (outwards or even)) and not (went_out and (inwards or even)):
            return ""
        return (
            "Both are true: the eigenvalues speak of walks close to (0, 0), and at this one's"
            " distances the terms of higher order outweigh them."
        )


def _verb(word: str) -> str:
    return "is undecided: an eigenvalue is on the border" if word == "undecided" else word


def _said(m: Measured) -> str:
    if m.word == "rests":
        return "The walk starts at the equilibrium and stays there."
    ends = (
        f"it began at {m.start:.3g} and was at most {m.third:.3g} away in its third quarter,"
        f" {m.last:.3g} in its last"
    )
    words = {
        "arrives": f"The walk arrives: from {m.start:.3g} to within {m.last:.2g}",
        "shrinks": f"The walk's distance shrinks: {ends}",
        "nearer": f"The walk is nearer than it began: {ends}",
        "stays": f"The walk stays about as far as it began, {m.start:.3g}: {m.last:.3g} at most",
        "farther": f"The walk is farther out than it began: {ends}",
        "grows": f"The walk's distance grows: {ends}",
        "leaves": f"The walk leaves: it passed {BOUND:g}",
    }
    return f"{words[m.word]}, after {m.turns:.1f} turns."


def verdict(play: Game, step: float, scheme: str, path: Array) -> Verdict:
    """The verdict on a game, and on the `path` that it walked with this step and scheme."""
    flow, update = eigenvalues(play), update_eigenvalues(play, step, scheme)
    measured = measure(path)
    return Verdict(
        "undecided" if flow is None else flow_word(flow),
        flow,
        "undecided" if update is None else update_word(update),
        update,
        measured,
        corner(play),
    )
