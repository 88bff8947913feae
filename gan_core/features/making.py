"""How the classifiers behind the shipped feature spaces are made."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from torch.nn import functional as F

from gan_core.catalog import BadInput, choose
from gan_core.data import Images, load
from gan_core.features.classifier import ASSETS, NARROW, SIDE, ClassifierSpace, FeatureNet

EPOCHS = {"mnist": 4, "faces": 24, "digits": 40, "cifar10": 40}
FEATURES = {"mnist": 64, "faces": 128, "digits": 64, "cifar10": 128}
WIDTHS = {"cifar10": (32, 64, 128, 128)}  # of photographs, more is to be known
MIRRORED = {"cifar10"}  # whose mirror images are as likely
RELIABLE = 0.85  # an attribute is reported if its classes are recognised this often on average


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
    two minutes of one CPU core for `faces` and `mnist`; on a GPU where there is one.
    """
    choose(name, EPOCHS, "feature space to train")
    images, held = load(name, SIDE, root), load(name, SIDE, root, "test")
    if not isinstance(images, Images) or not isinstance(held, Images) or not images.classes:
        raise BadInput(f"{name} has no class labels to train a classifier on.")
    start = time.perf_counter()
    epochs = epochs or EPOCHS[name]
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        widths = WIDTHS.get(name, NARROW)
        net = FeatureNet(images.channels, FEATURES[name], images.classes, widths)
        _fit(net.to(device), images, epochs, report)
        net.cpu()
    accuracy, balanced = _judge(net, held)
    card = {
        "space": f"{name}-cnn",
        "channels": images.channels,
        "features": FEATURES[name],
        "widths": widths,
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
        "device": torch.cuda.get_device_name() if device.type == "cuda" else "CPU",
        "said": images.said,
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
    batch, device = min(256, len(images)), net.mean.device
    assert images.labels is not None
    labels = images.labels.long().to(device)
    net.to(memory_format=torch.channels_last)
    steps = epochs * (len(images) // batch)
    optimizer = torch.optim.AdamW(net.parameters(), 5e-3, weight_decay=1e-2)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 5e-3, steps)
    for epoch in range(epochs):
        net.train()
        for rows in torch.randperm(len(images))[: len(images) // batch * batch].split(batch):
            x = images.take(rows, device).contiguous(memory_format=torch.channels_last)
            if images.name in MIRRORED:
                x = torch.where(torch.rand(len(x), 1, 1, 1, device=device) < 0.5, x.flip(3), x)
            with torch.autocast(device.type, torch.bfloat16):
                features = net(x)
            pairs = zip(net.logits(features.float()), labels[rows].T, strict=True)
            loss = torch.stack([F.cross_entropy(logits, y) for logits, y in pairs]).sum()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
        report(f"epoch {epoch + 1}/{epochs}: loss {loss.item():.3f}")
    net.eval()
    some = images.take(torch.arange(0, len(images), max(1, len(images) // 10000)))
    features = ClassifierSpace("", net, {}).encode(some)
    net.mean.copy_(features.mean(0))
    net.std.copy_(features.std(0).clamp_min(1e-3))


def _judge(net: FeatureNet, held: Images) -> tuple[dict[str, float], dict[str, float]]:
    """Held-out accuracy of every attribute, plain and averaged over its classes."""
    space = ClassifierSpace("", net, net.classes)
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
  epochs, seed {card["seed"]}, {card["seconds"]:.0f} s, {card["device"]}, torch {card["torch"]}.
{f"- {card['said']}{chr(10)}" if card["said"] else ""}\
- Again: `python -m gan_core features {name}`

| attribute | classes | accuracy, held out | mean over classes | reported |
| --- | --- | --- | --- | --- |
{rows}

An attribute that something else can hide (a beard under a mouth, an earring under long hair) is
learnt as a feature, but not reported where its classes are recognised less than
{RELIABLE:.0%} of the time on average.
"""
