"""What a network is made of, and whether the statistics of its BatchNorm can be used."""

from typing import Any

from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm

FAR = 10.0  # standard deviations that a mean may lie from 0 before it is worth a word


def of(net: nn.Module, **more: Any) -> dict[str, Any]:
    """Layers with their kind, shape and numbers, the sum of these, and BatchNorm: plain JSON."""
    layers = [_layer(name, part) for name, part in net.named_modules() if _own(part)]
    return {
        "layers": layers,
        "parameters": sum(layer["parameters"] for layer in layers),
        "batchnorm": _statistics(net),
        **more,
    }


def _own(part: nn.Module) -> list[Tensor]:
    return [*part.parameters(recurse=False)]


def _layer(name: str, part: nn.Module) -> dict[str, Any]:
    weight = getattr(part, "weight", None)
    largest = weight if isinstance(weight, Tensor) else max(_own(part), key=Tensor.numel)
    return {
        "name": name, "kind": type(part).__name__, "shape": list(largest.shape),
        "parameters": sum(value.numel() for value in _own(part)),
    }  # fmt: skip


def _statistics(net: nn.Module) -> dict[str, Any]:
    """How many layers keep statistics, and what is odd about them."""
    kept = [
        (name, part)
        for name, part in net.named_modules()
        if isinstance(part, _BatchNorm) and part.running_var is not None
    ]
    odd: dict[str, list[str]] = {}
    for name, part in kept:
        for why in _odd(part):
            odd.setdefault(why, []).append(name)
    notes = [f"{_named(names)}: {why}" for why, names in odd.items()]
    return {"layers": len(kept), "sane": not odd, "notes": notes}


def _named(names: list[str]) -> str:
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return f"{', '.join(names[:3])}{more}"


def _odd(part: _BatchNorm) -> list[str]:
    mean, var = part.running_mean, part.running_var
    assert mean is not None and var is not None
    if not (mean.isfinite().all() and var.isfinite().all()):
        return ["statistics that are NaN or infinite"]
    if bool((var < 0).any()):
        return [f"{int((var < 0).sum())} variances below 0: pictures may be NaN"]
    if bool((mean == 0).all() and (var == 1).all()):
        return ["never updated (means 0, variances 1): pictures differ from those of training"]
    found = []
    if bool((var == 0).any()):
        found.append(f"{int((var == 0).sum())} variances are 0: channels that never changed")
    far = int((mean.abs() > FAR * (var + part.eps).sqrt()).sum())
    if far:
        found.append(f"{far} means more than {FAR:g} standard deviations from 0")
    return found
