"""D's scores and slopes as plain matrix products, for MLPs of ReLU layers.

Such a D is D(x) = w·m₃W₃·m₂W₂·m₁W₁·f(x) (biases apart), with masks m of zeros and ones that say
which units are on, and f the Fourier features or x itself. So ∇D is that product read from the
left, δ₁W₁ times the derivative of f, and every δ is also what a weight's own gradient needs. Masks
do not change under a small step, so a penalty on ∇D has the gradient δₗᵀtₗ₋₁ in Wₗ, where t is the
change of the layers when x moves along u = ∂penalty/∂(∇D): no second derivative, no graph of a
graph. Exact wherever no unit is right at its kink.
"""

import math
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from gan_core.models import Carrier, Fourier, Packed, Scores

_off_where = torch.ops.aten.threshold_backward  # (g, a, 0): g where a > 0, else 0


class Dense:
    """A D of this kind, with the scorer's contract: `D(x)` is [n], `D.slopes(…)` are ∇D [n, d]."""

    def __init__(self, frequencies: Tensor | None, layers: Sequence[nn.Linear]):
        self._phase = None if frequencies is None else 2 * math.pi * frequencies
        self._weights = [w for layer in layers for w in (layer.weight, layer.bias)]

    def both(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Scores [n] and slopes ∇D [n, d] at x [n, d], both differentiable in D's weights. The
        scores are also in x; the slopes are not."""
        found: tuple[Tensor, Tensor] = _Both.apply(x, self._phase, *self._weights)
        return found

    def __call__(self, x: Tensor) -> Tensor:
        return self.both(x)[0]

    def scores(self, x: Tensor) -> Tensor:
        """Scores [n] alone, differentiable in D's weights and not in x: the cheapest."""
        found: Tensor = _Map.apply(_features(x, self._phase)[0], *self._weights)
        return found.flatten()

    def slopes(self, *at: Tensor) -> Sequence[Tensor]:
        """∇D at every sample of each of `at`, all in one pass."""
        return self.both(torch.cat(at))[1].split([len(x) for x in at])


class Seen:
    """A Dense that has just scored the batches `at`, joined: it knows their slopes already."""

    def __init__(self, D: Dense, at: Sequence[Tensor], slopes: Sequence[Tensor]):
        self._D, self._known = D, list(zip(at, slopes, strict=True))

    def __call__(self, x: Tensor) -> Tensor:
        return self._D(x)

    def slopes(self, *at: Tensor) -> Sequence[Tensor]:
        known = [next((s for seen, s in self._known if seen is x), None) for x in at]
        return [self._D.slopes(x)[0] if s is None else s for x, s in zip(at, known, strict=True)]


def dense(D: nn.Module) -> Dense | None:
    """The same D as matrix products; None if it is built in any other way."""
    if isinstance(D, Packed):
        D = D.body  # of whole packs
    if type(D) is not Scores:  # whatever is made of it may do more than Scores does
        return None
    body, frequencies = D.body, None
    if isinstance(body, nn.Sequential) and len(body) == 2 and isinstance(body[0], Fourier):
        frequencies, body = body[0].frequencies, body[1]
    layers = _layers(body)
    return Dense(frequencies, layers) if layers else None


def dense_map(G: nn.Module) -> Callable[[Tensor], Tensor] | None:
    """The same generator, [n, latent] -> [n, d], as matrix products; None for any other kind."""
    if isinstance(G, Carrier):
        body = dense_map(G.body)
        return None if body is None else lambda inputs: G.carried(inputs, body)
    weights = [w for layer in _layers(G) for w in (layer.weight, layer.bias)]
    return (lambda z: _Map.apply(z, *weights)) if weights else None


def _layers(body: nn.Module) -> list[nn.Linear]:
    """The linear layers of a network that has nothing else but ReLUs between them."""
    if not isinstance(body, nn.Sequential) or len(body) < 3:
        return []
    linear, between = list(body)[::2], list(body)[1::2]
    plain = all(type(m) is nn.Linear for m in linear) and all(type(m) is nn.ReLU for m in between)
    return [m for m in linear if isinstance(m, nn.Linear)] if plain and len(body) % 2 else []


def _features(x: Tensor, phase: Tensor | None) -> tuple[Tensor, tuple[Tensor, Tensor] | None]:
    """What the first layer sees of x, and the sines and cosines in it."""
    if phase is None:
        return x, None
    angle = x @ phase
    turn = angle.sin(), angle.cos()
    return torch.cat([x, *turn], 1), turn


def _passed(a: Tensor, weights: Sequence[Tensor]) -> list[Tensor]:
    """What every layer hands to the next, the input first, the last layer's output left out."""
    layers = [a]
    for W, b in zip(weights[:-2:2], weights[1:-2:2], strict=True):
        layers.append(torch.addmm(b, layers[-1], W.t()).clamp_min_(0))
    return layers


class _Map(torch.autograd.Function):
    """(z [n, latent], W₁, b₁, …) -> [n, d]: one node where autograd would have eight."""

    @staticmethod
    def forward(ctx: Any, z: Tensor, *weights: Tensor) -> Tensor:
        layers = _passed(z, weights)
        ctx.kept = layers, weights
        return torch.addmm(weights[-1], layers[-1], weights[-2].t())

    @staticmethod
    def backward(ctx: Any, delta: Tensor) -> Any:
        layers, weights = ctx.kept
        found: list[Tensor] = []
        for i in reversed(range(len(layers))):
            found = [delta.t() @ layers[i], delta.sum(0), *found]
            if i:
                delta = _off_where(delta @ weights[2 * i], layers[i], 0)
        return None, *found


class _Both(torch.autograd.Function):
    """(x [n, d], 2π·frequencies or None, W₁, b₁, …, w, b) -> scores [n], slopes [n, d]."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, phase: Tensor | None, *weights: Tensor) -> Any:
        a, turn = _features(x, phase)
        layers = _passed(a, weights)
        scores = torch.addmm(weights[-1], layers[-1], weights[-2].t()).flatten()
        delta = weights[-2].expand(len(x), -1)
        deltas: list[Tensor] = []
        for a, W in zip(layers[:0:-1], weights[-4::-2], strict=True):
            deltas.insert(0, _off_where(delta, a, 0))
            delta = deltas[0] @ W
        slopes = delta
        if phase is not None and turn is not None:
            d, k = x.shape[1], phase.shape[1]
            swing = torch.addcmul(
                delta[:, d : d + k] * turn[1], delta[:, d + k :], turn[0], value=-1
            )
            slopes = torch.addmm(delta[:, :d], swing, phase.t())
        ctx.kept = layers, deltas, weights, phase, turn, slopes
        ctx.set_materialize_grads(False)
        return scores, slopes

    @staticmethod
    def backward(ctx: Any, c: Tensor | None, u: Tensor | None) -> Any:
        """From c = ∂loss/∂scores [n] and u = ∂loss/∂slopes [n, d]."""
        layers, deltas, weights, phase, turn, slopes = ctx.kept
        if not ctx.needs_input_grad[2]:
            return None if c is None else c[:, None] * slopes, None, *[None] * len(weights)
        move = u
        if u is not None and phase is not None:
            angle = u @ phase
            move = torch.cat([u, angle * turn[1], -angle * turn[0]], 1)
        found: list[Tensor | None] = []
        for i, a in enumerate(layers):
            by = a * c[:, None] if c is not None else None
            if move is not None:
                by = move if by is None else by.add_(move)
            if by is None:
                break  # neither is asked for
            if i == len(deltas):
                found += [by.sum(0, keepdim=True), c if c is None else c.sum()[None]]
                break
            found += [deltas[i].t() @ by, c if c is None else c @ deltas[i]]
            if move is not None:
                move = _off_where(move @ weights[2 * i].t(), layers[i + 1], 0)
        dx = c[:, None] * slopes if ctx.needs_input_grad[0] and c is not None else None
        return dx, None, *found
