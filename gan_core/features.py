"""Feature spaces in which generated images are compared with real ones.

A Fréchet distance means something only together with the space it was measured in, so every space
has a name that is printed beside the number:

- `mnist-cnn`, `faces-cnn`, `digits-cnn`: the penultimate layer of a small classifier of that very
  data, shipped in `assets/`, which also tells the classes of what was generated;
- `pixels-pca64`, for every other set: the first 64 principal components of the real pixels,
  shrunk to 16x16. It knows no classes and is blind to sharpness, but collapse and wrong colours
  show.

Distances in two different spaces cannot be compared, nor with the Inception distances of papers.
"""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.nn import functional as F

from gan_core.catalog import BadInput, choose
from gan_core.data import Images, load

ASSETS = Path(__file__).parent / "assets"
SIDE = 32  # classifiers see 32x32 pixels
EPOCHS = {"mnist": 4, "faces": 24, "digits": 40}
FEATURES = {"mnist": 64, "faces": 128, "digits": 64}
RELIABLE = 0.85  # an attribute is reported if its classes are recognised this often on average


class FeatureNet(nn.Module):
    """float [n, C, H, W] in [-1, 1] -> features [n, d], each about mean 0 and variance 1 on the
    data it was trained on, so that d is the Fréchet distance of a generator stuck at the mean."""

    mean: Tensor
    std: Tensor

    def __init__(self, channels: int, features: int, classes: dict[str, list[str]]):
        super().__init__()
        self.classes = classes
        widths = [channels, 16, 32, 64, 64]
        blocks = [_block(i, o) for i, o in pairwise(widths)]
        self.trunk = nn.Sequential(*blocks, nn.Flatten(), nn.Linear(64 * 4, features))
        self.heads = nn.Linear(features, sum(map(len, classes.values())))
        self.register_buffer("mean", torch.zeros(features))
        self.register_buffer("std", torch.ones(features))

    def forward(self, x: Tensor) -> Tensor:
        return (self.trunk(resized(x, SIDE)) - self.mean) / self.std  # [n, d]

    def logits(self, features: Tensor) -> list[Tensor]:
        """One [n, classes] for each attribute."""
        every = self.heads(features * self.std + self.mean)
        return list(every.split([len(names) for names in self.classes.values()], 1))


def _block(n_in: int, n_out: int) -> nn.Sequential:
    """Convolution, normalisation, ReLU; half the side."""
    conv = nn.Conv2d(n_in, n_out, 3, padding=1, bias=False)
    return nn.Sequential(conv, nn.BatchNorm2d(n_out), nn.ReLU(), nn.MaxPool2d(2))


@dataclass(frozen=True, eq=False)
class FeatureSpace:
    """A named map from images to features. `classes` are the attributes it reads reliably, each
    with its class names; {} where it reads none."""

    name: str
    net: nn.Module
    classes: dict[str, list[str]]

    @torch.no_grad()
    def encode(self, images: Tensor, batch: int = 500) -> Tensor:
        """float32 [n, d] on the CPU, for images [n, C, H, W] in [-1, 1] of any size."""
        place = next(self.net.buffers()).device
        rows = [self.net(part.to(place).float()) for part in images.split(batch)]
        return torch.cat(rows).float().cpu()

    @torch.no_grad()
    def classify(self, features: Tensor) -> dict[str, Tensor]:
        """Attribute -> the likeliest class [n] of each row of `encode`'s features."""
        if not isinstance(self.net, FeatureNet):
            return {}
        logits = self.net.logits(features.to(self.net.mean.device))
        found = {a: x.argmax(1).cpu() for a, x in zip(self.net.classes, logits, strict=True)}
        return {attribute: found[attribute] for attribute in self.classes}

    def to(self, device: str | torch.device) -> "FeatureSpace":
        self.net.to(device)
        return self


class Components(nn.Module):
    """Principal components of pixels at 16x16, [n, C, H, W] -> [n, at most 64]."""

    mean: Tensor
    axes: Tensor

    def __init__(self, images: Tensor, most: int = 64):
        super().__init__()
        flat = resized(images, 16).flatten(1).double()
        self.register_buffer("mean", flat.mean(0).float())
        centred = flat - flat.mean(0)
        _, vectors = torch.linalg.eigh(centred.T @ centred)  # ascending
        self.register_buffer("axes", vectors.flip(1)[:, :most].float().contiguous())

    def forward(self, x: Tensor) -> Tensor:
        return (resized(x, 16).flatten(1) - self.mean) @ self.axes


def space_for(images: Images) -> FeatureSpace:
    """The feature space this data is judged in: its own classifier, or its principal pixels."""
    path = ASSETS / f"features-{images.name}.safetensors"
    if images.name in EPOCHS and path.exists():
        return _shipped(path)
    step = max(1, len(images) // 2000)
    some = images.take(torch.arange(0, len(images), step)[:2000])
    return FeatureSpace("pixels-pca64", Components(some), {})


def _shipped(path: Path) -> FeatureSpace:
    with safe_open(path, "pt") as file:
        card = json.loads(file.metadata()["card"])
        weights = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118
    net = FeatureNet(card["channels"], card["features"], card["classes"])
    net.load_state_dict(weights)
    reliable = {name: card["classes"][name] for name in card["reliable"]}
    return FeatureSpace(card["space"], net.eval(), reliable)


def train_features(
    name: str,
    root: Path | None = None,
    out: Path = ASSETS,
    epochs: int | None = None,
    seed: int = 0,
    report: Callable[[str], None] = print,
) -> dict[str, Any]:
    """Train the classifier behind `{name}-cnn` and write its weights and card into `out`.

    Returns the card: held-out accuracy of every attribute, seconds, and how it was made. One or
    two minutes of one CPU core for `faces` and `mnist`.
    """
    choose(name, EPOCHS, "feature space to train")
    images, held = load(name, SIDE, root), load(name, SIDE, root, "test")
    if not isinstance(images, Images) or not isinstance(held, Images) or not images.classes:
        raise BadInput(f"{name} has no class labels to train a classifier on.")
    start = time.perf_counter()
    epochs = epochs or EPOCHS[name]
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        net = FeatureNet(images.channels, FEATURES[name], images.classes)
        _fit(net, images, epochs, report)
    accuracy, balanced = _judge(net, held)
    card = {
        "space": f"{name}-cnn",
        "channels": images.channels,
        "features": FEATURES[name],
        "classes": images.classes,
        "reliable": [a for a in images.classes if balanced[a] >= RELIABLE],
        "accuracy": accuracy,
        "balanced_accuracy": balanced,
        "trained_on": len(images),
        "held_out": len(held),
        "epochs": epochs,
        "seed": seed,
        "seconds": round(time.perf_counter() - start, 1),
        "torch": torch.__version__,
    }
    out.mkdir(parents=True, exist_ok=True)
    weights = {key: value.contiguous() for key, value in net.state_dict().items()}
    path = out / f"features-{name}.safetensors"
    save_file(weights, path, {"card": json.dumps(card)})
    path.chmod(0o644)  # safetensors leaves it readable by its owner alone
    (out / f"features-{name}.md").write_text(_card_text(name, card), encoding="utf-8")
    return card


def _fit(net: FeatureNet, images: Images, epochs: int, report: Callable[[str], None]) -> None:
    """Cross-entropy summed over the attributes; then the features' mean and std are fixed."""
    batch = min(256, len(images))
    assert images.labels is not None
    net.to(memory_format=torch.channels_last)
    steps = epochs * (len(images) // batch)
    optimizer = torch.optim.AdamW(net.parameters(), 5e-3, weight_decay=1e-2)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 5e-3, steps)
    for epoch in range(epochs):
        net.train()
        for rows in torch.randperm(len(images))[: len(images) // batch * batch].split(batch):
            x = images.take(rows).contiguous(memory_format=torch.channels_last)
            with torch.autocast("cpu", torch.bfloat16):
                features = net(x)
            pairs = zip(net.logits(features.float()), images.labels[rows].long().T, strict=True)
            loss = torch.stack([F.cross_entropy(logits, y) for logits, y in pairs]).sum()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
        report(f"epoch {epoch + 1}/{epochs}: loss {loss.item():.3f}")
    net.eval()
    some = images.take(torch.arange(0, len(images), max(1, len(images) // 10000)))
    features = FeatureSpace("", net, {}).encode(some)
    net.mean.copy_(features.mean(0))
    net.std.copy_(features.std(0).clamp_min(1e-3))


def _judge(net: FeatureNet, held: Images) -> tuple[dict[str, float], dict[str, float]]:
    """Held-out accuracy of every attribute, plain and averaged over its classes."""
    space = FeatureSpace("", net, net.classes)
    found = space.classify(space.encode(held.take(torch.arange(len(held)))))
    plain, balanced = {}, {}
    assert held.labels is not None
    for column, (attribute, got) in enumerate(found.items()):
        truth = held.labels[:, column].long()
        right = (got == truth).double()
        plain[attribute] = round(right.mean().item(), 4)
        each = torch.stack([right[truth == c].mean() for c in truth.unique()])
        balanced[attribute] = round(each.mean().item(), 4)
    return plain, balanced


def _card_text(name: str, card: dict[str, Any]) -> str:
    rows = "\n".join(
        f"| {a} | {len(card['classes'][a])} | {card['accuracy'][a]:.1%} |"
        f" {card['balanced_accuracy'][a]:.1%} | {'yes' if a in card['reliable'] else 'no'} |"
        for a in card["classes"]
    )
    return f"""# Feature space `{card["space"]}`

A four-layer convolutional classifier of `{name}` at 32x32; its {card["features"]} penultimate
features, each at mean 0 and variance 1 on the training data, are what Fréchet distances are
measured in. A generator stuck at the mean image's features is at distance {card["features"]}.

- Trained on {card["trained_on"]:,} images, judged on {card["held_out"]:,} others; {card["epochs"]}
  epochs, seed {card["seed"]}, {card["seconds"]:.0f} s, torch {card["torch"]}.
- Again: `python -m gan_core features {name}`

| attribute | classes | accuracy, held out | mean over classes | reported |
| --- | --- | --- | --- | --- |
{rows}

An attribute that something else can hide (a beard under a mouth, an earring under long hair) is
learnt as a feature, but not reported where its classes are recognised less than
{RELIABLE:.0%} of the time on average.
"""


def resized(x: Tensor, side: int) -> Tensor:
    """[n, C, H, W] -> [n, C, side, side], antialiased."""
    return x if x.shape[-1] == side else F.interpolate(x, side, mode="bilinear", antialias=True)
