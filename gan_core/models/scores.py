"""What makes a network a D: one number for each sample, for packs of them, or an error."""

import torch
from torch import Tensor, nn


class Scores(nn.Module):
    """A network with one output as a D: [n, …] -> [n]."""

    def __init__(self, body: nn.Module):
        super().__init__()
        self.body = body

    def forward(self, x: Tensor) -> Tensor:
        return self.body(x).flatten()


class Packed(nn.Module):
    """A D that judges `pack` samples at once (PacGAN, Lin et al. 2018), [n, pack c, …] -> [n].

    `body` is any D of pack times c channels (or coordinates), `channels` the c of one sample. A
    lack of variety shows within a pack, where a D of single samples cannot see it. Given single
    samples [n, c, …] it scores packs of `pack` equal ones: the diagonal D(x, …, x).
    """

    def __init__(self, body: nn.Module, pack: int, channels: int):
        super().__init__()
        self.body, self.pack, self.channels = body, pack, channels

    def forward(self, x: Tensor) -> Tensor:
        scores: Tensor = self.body(self.diagonal(x) if x.shape[1] == self.channels else x)
        return scores

    def diagonal(self, x: Tensor) -> Tensor:
        return x.repeat(1, self.pack, *[1] * (x.dim() - 2))

    def packs(self, x: Tensor) -> Tensor:
        """Samples [n pack, c, …] in packs of consecutive ones, [n, pack c, …]."""
        return x.reshape(len(x) // self.pack, -1, *x.shape[2:])

    def beside(self, x: Tensor) -> Tensor:
        """Each sample of [n, c, …] in a pack with the ones after it, [n, pack c, …]. Only the
        sample itself leads back to `x`: what D says of it, its neighbours held."""
        held = x.detach()
        return torch.cat([x, *(held.roll(-i, 0) for i in range(1, self.pack))], 1)


class Errors(nn.Module):
    """An auto-encoder as BEGAN's D: its mean absolute reconstruction error L(x), [n, …] -> [n]."""

    def __init__(self, encoder: nn.Module, decoder: nn.Module):
        super().__init__()
        self.encoder = encoder
        self.decoder = decoder

    def forward(self, x: Tensor) -> Tensor:
        return (x - self.reconstruct(x)).abs().flatten(1).mean(1)

    def reconstruct(self, x: Tensor) -> Tensor:
        return self.decoder(self.encoder(x))
