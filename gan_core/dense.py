"""MLPs of ReLU layers as plain matrix products, with their way back written out.

Such a D is D(x) = w·m₃W₃·m₂W₂·m₁W₁·f(x) (biases apart), with masks m of zeros and ones that say
which units are on, and f the Fourier features or x itself. So ∇D is that product read from the
left, δ₁W₁ times the derivative of f, and every δ is also what a weight's own gradient needs. Masks
do not change under a small step, so a penalty on ∇D has the gradient δₗᵀtₗ₋₁ in Wₗ, where t is the
change of the layers when x moves along u = ∂penalty/∂(∇D): no second derivative, no graph of a
graph. Exact wherever no unit is right at its kink.

`pull` takes a loss's gradient in what a network gave, and writes those in its weights to their
`.grad`.
"""

import math
from collections.abc import Sequence
from functools import cached_property

import torch
from torch import Tensor, nn

from gan_core.models import Carrier, Fourier, Packed, Scores


class Chain:
    """Linear layers with ReLUs between, [n, inputs] -> [n, outputs].

    It holds the weights' own memory and that of their `.grad`: both may be written to, not
    exchanged, while a chain is in use.
    """

    def __init__(self, layers: Sequence[nn.Linear]):
        parameters = [p for layer in layers for p in (layer.weight, layer.bias)]
        for p in parameters:
            p.grad = torch.zeros_like(p) if p.grad is None else p.grad
        self.weights, self.biases = ([p.detach() for p in parameters[i::2]] for i in (0, 1))
        self.turned = [W.t() for W in self.weights]
        grads = [p.grad for p in parameters if p.grad is not None]
        self.weight_grads, self.bias_grads = grads[::2], grads[1::2]

    def forward(self, a: Tensor) -> tuple[list[Tensor], Tensor]:
        """What each layer is handed, the input first, and what the last one gives."""
        layers = [a]
        for W, b in zip(self.turned[:-1], self.biases, strict=False):
            layers.append(torch.addmm(b, layers[-1], W).clamp_min_(0))
        return layers, torch.addmm(self.biases[-1], layers[-1], self.turned[-1])

    def back(self, masks: Sequence[Tensor], lead: Tensor | None) -> list[Tensor]:
        """The gradient of Σ lead·output in every layer's sums, the last's being `lead` [n, outputs]
        itself. None means 1, for one output, and leaves the last out."""
        delta = self.weights[-1] if lead is None else lead @ self.weights[-1]
        deltas = [] if lead is None else [lead]
        for i in reversed(range(len(masks))):
            deltas.insert(0, masks[i] * delta)
            if i:
                delta = deltas[0] @ self.weights[i]
        return deltas

    def into(self, deltas: Sequence[Tensor]) -> Tensor:
        """The same gradient in the input."""
        return deltas[0] @ self.weights[0]

    def pull(self, i: int, delta: Tensor, handed: Tensor, each: Tensor, beta: int) -> None:
        """Layer i's gradients: deltaᵀ `handed` and deltaᵀ `each` [n], on top of `beta` times what
        stands there."""
        turned = delta.t()
        self.weight_grads[i].addmm_(turned, handed, beta=beta)
        self.bias_grads[i].addmv_(turned, each, beta=beta)


class Map:
    """A generator of this kind, [n, latent] -> [n, d]. To autograd what it makes, `out`, is
    a leaf."""

    def __init__(self, layers: Sequence[nn.Linear]):
        self.chain = Chain(layers)

    def __call__(self, z: Tensor) -> Tensor:
        self._layers, out = self.chain.forward(z.detach())
        self.out = out.requires_grad_(torch.is_grad_enabled())
        return self.out

    def pull(self, delta: Tensor) -> None:
        """From the gradient in what was made last, [n, d]; written anew."""
        masks, ones = [a.sign() for a in self._layers[1:]], delta.new_ones(len(delta))
        deltas = self.chain.back(masks, delta)
        for i, (found, a) in enumerate(zip(deltas, self._layers, strict=True)):
            self.chain.pull(i, found, a, ones, beta=0)


class Dense:
    """A D of this kind."""

    def __init__(self, frequencies: Tensor | None, layers: Sequence[nn.Linear]):
        self.phase = None if frequencies is None else 2 * math.pi * frequencies
        self.chain = Chain(layers)

    def features(self, x: Tensor) -> tuple[Tensor, tuple[Tensor, Tensor] | None]:
        """What the first layer sees of x [n, d], and the sines and cosines in it."""
        if self.phase is None:
            return x, None
        angle = x @ self.phase
        turn = angle.sin(), angle.cos()
        return torch.cat([x, *turn], 1), turn

    def slopes(self, delta: Tensor, turn: tuple[Tensor, Tensor] | None) -> Tensor:
        """The gradient in x [n, d], of one in the features."""
        if self.phase is None or turn is None:
            return delta
        d, k = self.phase.shape
        swing = torch.addcmul(delta[:, d : d + k] * turn[1], delta[:, d + k :], turn[0], value=-1)
        return torch.addmm(delta[:, :d], swing, self.phase.t())

    def moved(self, u: Tensor, turn: tuple[Tensor, Tensor] | None) -> Tensor:
        """How the features change when x moves along u [n, d]."""
        if self.phase is None or turn is None:
            return u
        angle = u @ self.phase
        return torch.cat([u, angle * turn[1], -angle * turn[0]], 1)


class Look:
    """One pass of D over some batches [n, d], joined; `scores` are one [n] for each."""

    def __init__(self, D: Dense, *batches: Tensor):
        self._D, self._sizes = D, [len(x) for x in batches]
        joined = torch.cat(batches) if len(batches) > 1 else batches[0]
        features, self._turn = D.features(joined.detach())
        self._layers, out = D.chain.forward(features)
        self.scores = out.flatten().split(self._sizes)
        self._deltas: list[Tensor] = []

    @cached_property
    def slopes(self) -> Sequence[Tensor]:
        """∇D, one [n, d] for each batch; costs a way back when it is first asked for."""
        deltas = self._D.chain.back(self._masks, None)
        into = self._D.chain.into(deltas)
        self._deltas = [*deltas, into.new_ones(len(into), 1)]
        return self._D.slopes(into, self._turn).split(self._sizes)

    @cached_property
    def _masks(self) -> list[Tensor]:
        """1 where a unit is on, 0 where it is off, for every hidden layer."""
        return [a.sign() for a in self._layers[1:]]

    def towards(self, c: Tensor) -> Tensor:
        """Σ c·score's gradient [n, d] in the last batch, with c [n] for its scores."""
        rows = slice(-len(c), None)
        deltas = self._D.chain.back([a[rows].sign() for a in self._layers[1:]], c[:, None])
        return self._D.slopes(
            self._D.chain.into(deltas), self._turn and (self._turn[0][rows], self._turn[1][rows])
        )

    def pull(self, c: Tensor | None, u: Tensor | None, beta: int = 0) -> None:
        """From a loss's gradients in all scores, c [n], and in all slopes, u [n, d]; on top of
        `beta` times what stands there."""
        if u is not None:
            self._pull_slopes(c, u, beta)
        elif c is not None:
            ones = torch.ones_like(c)
            deltas = self._D.chain.back(self._masks, c[:, None])
            for i, (delta, a) in enumerate(zip(deltas, self._layers, strict=True)):
                self._D.chain.pull(i, delta, a, ones, beta)

    def _pull_slopes(self, c: Tensor | None, u: Tensor, beta: int) -> None:
        chain, move = self._D.chain, self._D.moved(u, self._turn)
        each = u.new_zeros(len(u)) if c is None else c
        for i, (delta, a) in enumerate(zip(self._deltas, self._layers, strict=True)):
            by = move if c is None else torch.addcmul(move, a, c[:, None])
            chain.pull(i, delta, by, each, beta)
            if i < len(self._masks):
                move = (move @ chain.turned[i]).mul_(self._masks[i])


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


def dense_map(G: nn.Module) -> Map | None:
    """The MLP of a generator, or the one in a `Carrier`, as matrix products; None for others."""
    layers = _layers(G.body if isinstance(G, Carrier) else G)
    return Map(layers) if layers else None


def _layers(body: nn.Module) -> list[nn.Linear]:
    """The linear layers of a network that has nothing else but ReLUs between them."""
    if not isinstance(body, nn.Sequential) or len(body) < 3:
        return []
    linear, between = list(body)[::2], list(body)[1::2]
    plain = all(type(m) is nn.Linear for m in linear) and all(type(m) is nn.ReLU for m in between)
    return [m for m in linear if isinstance(m, nn.Linear)] if plain and len(body) % 2 else []
