"""Samples of a seed, page by page: as they were drawn, by D's opinion, or those that D lets stay.

A request that draws says which rows G reads (`ROWS`); drawing them is the same for all.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

import torch
from torch import Tensor

from gan_core import pictures
from gan_core.answers import Answer
from gan_core.catalog import BadInput, choose
from gan_core.sampling import opinion
from gan_core.sampling.drawing import draw, latents, number, tile, truncated, whole
from gan_core.sampling.opened import MOST, SEEDS, Opened, Shelf

Request = dict[str, Any]
ORDERS = ("drawn", "best", "worst")
KEPT = 8  # lists of scores that are remembered for each checkpoint
SCORED = 256  # samples that are made at once to be scored
_scores: WeakKeyDictionary[Opened, OrderedDict[tuple[int, int, float], Tensor]] = (
    WeakKeyDictionary()
)


@dataclass(frozen=True)
class Picked:
    """Rows of a seed in the order in which they are shown, and how they were chosen."""

    indices: list[int]
    scores: Tensor | None  # of these rows, where D was asked
    about: dict[str, Any]


def open_checkpoint(shelf: Shelf, request: Request) -> Answer:
    """What a checkpoint is: origin, kind, image size, latent size, parameter counts, report; config
    and step where it is one of this project, else None; the `meaning` of D's output ("" without a
    D) and whether it tells a density `ratio`."""
    opened = shelf.get(request["checkpoint"])
    own = opened.config is not None and opened.players is not None
    if own:
        parameters = opened.header.parameters
    else:
        beside = opened.report["critic"]
        parameters = {"G": opened.report["parameters"]} | ({"D": beside} if beside else {})
    about = {
        "config": opened.config.to_dict() if opened.config else None,
        "step": opened.players.step if opened.players else None,
        "kind": opened.kind, "origin": opened.origin, "report": opened.report,
        "shape": list(opened.shape), "latent": opened.latent,
        "size": opened.shape[-1], "channels": opened.shape[0], "parameters": parameters,
        "meaning": opinion.meaning(opened), "ratio": opinion.log_ratio(opened) is not None,
    }  # fmt: skip
    return about, b""


def picked(opened: Opened, request: Request) -> Picked:
    """Rows `first` to `first + n` of a seed's first `of`.

    `order` sorts all `of` by D, "best" or "worst" first; `reject` leaves only those that D keeps,
    by `gamma` or the `percentile` that sets it (`gan_core.sampling.opinion`). `scores` asks for D's
    scores beside rows as they were drawn.
    """
    n, first = whole(request, "n", 64, 1, MOST), whole(request, "first", 0, 0, MOST - 1)
    of = whole(request, "of", min(MOST, first + n), 1, MOST)
    order = choose(request.get("order", "drawn"), ORDERS, "order")
    rejects = bool(request.get("reject"))
    if order == "drawn" and not rejects:
        indices = list(range(first, min(of, first + n)))
        _some(indices, first, of)
        return Picked(indices, None, {"of": of, "count": of})
    scores = scored(opened, request, of)
    stay, about = _staying(opened, scores, request) if rejects else (torch.arange(of), {})
    if order != "drawn":
        said = opinion.good(opened, scores[stay])
        stay = stay[said.argsort(descending=order == "best", stable=True)]
    page = stay[first : first + n]
    _some(page.tolist(), first, len(stay))
    about = {"of": of, "count": len(stay), **about}
    return Picked(page.tolist(), scores[page], about)


def _some(page: list[int], first: int, count: int) -> None:
    if page:
        return
    if not count:
        raise BadInput("D keeps none of these samples: draw more, or use a lower percentile or γ.")
    raise BadInput(f"There are {count} samples, so none from place {first + 1} on: a page back.")


def _staying(opened: Opened, scores: Tensor, request: Request) -> tuple[Tensor, dict[str, Any]]:
    """The indices that D keeps, and by which law."""
    percentile = number(request, "percentile", opinion.SHARE, 0, 100)
    ratio = opinion.log_ratio(opened)
    if ratio is None:
        stay, bar = opinion.above(opinion.good(opened, scores), percentile)
        return stay, {"law": "threshold", "bar": bar, "percentile": percentile}
    gamma = request.get("gamma")
    gamma = None if gamma is None else number(request, "gamma", 0, -100, 100)
    chance, used = opinion.acceptance(ratio(scores), gamma, percentile)
    about = {"law": "ratio", "gamma": used, "mean": float(chance.mean())}
    return opinion.kept(chance, whole(request, "seed", 0, 0, SEEDS)), about


def scored(opened: Opened, request: Request, of: int) -> Tensor:
    """D's scores [of] of a seed's first rows; BadInput where there is no D."""
    if opened.score is None:
        raise BadInput("This file has no discriminator: its samples can be drawn, not sorted.")
    seed = whole(request, "seed", 0, 0, SEEDS)
    key = (seed, of, number(request, "psi", 1.0, 0.0, 2.0))
    known = _scores.setdefault(opened, OrderedDict())
    if key not in known:
        rows = truncated(opened.reads, latents(opened.reads, seed, of), request)
        known[key] = torch.cat([opened.score(opened.make(part)) for part in rows.split(SCORED)])
        if len(known) > KEPT:
            known.popitem(last=False)
    known.move_to_end(key)
    return known[key]


def of_seed(opened: Opened, request: Request) -> Tensor:
    """The rows of a seed that `picked` chooses."""
    return _rows(opened, request, picked(opened, request).indices)


def _rows(opened: Opened, request: Request, indices: list[int]) -> Tensor:
    seed = whole(request, "seed", 0, 0, SEEDS)
    rows = latents(opened.reads, seed, max(indices) + 1)[indices]
    return truncated(opened.reads, rows, request)


def named(opened: Opened, request: Request) -> Tensor:
    """The rows of `names`, tiles of any seeds."""
    names = request.get("names")
    if not isinstance(names, list) or not 1 <= len(names) <= MOST:
        raise BadInput(f"names must be a list of 1 to {MOST:,} tiles, each SEED:INDEX.")
    rows = torch.stack([tile(opened.reads, str(name)) for name in names])
    return truncated(opened.reads, rows, request)


def sample(shelf: Shelf, request: Request) -> Answer:
    """Samples of a seed: a tiled picture, or raw points; about has `names`, and D's `scores` where
    they were asked for."""
    opened = shelf.get(request["checkpoint"])
    found = picked(opened, request)
    rows = _rows(opened, request, found.indices)
    made = opened.make(rows)
    about, data = draw(opened, made, request, pictures.columns_for(len(rows)))
    seed = request.get("seed", 0)
    names = [f"{seed}:{index}" for index in found.indices]
    more = {**found.about, "names": names, "meaning": opinion.meaning(opened)}
    return {**about, **more, **_opinions(opened, request, made, found.scores)}, data


def tiles(shelf: Shelf, request: Request) -> Answer:
    """The tiles of `names`, in their order."""
    opened = shelf.get(request["checkpoint"])
    made = opened.make(named(opened, request))
    about, data = draw(opened, made, request, pictures.columns_for(len(made)))
    more = {"names": request["names"], "meaning": opinion.meaning(opened)}
    return {**about, **more, **_opinions(opened, request, made, None)}, data


def _opinions(
    opened: Opened, request: Request, made: Tensor, known: Tensor | None
) -> dict[str, list[float]]:
    """D's score of each sample, a logit as its probability, where the request wants `scores`."""
    if not request.get("scores") or opened.score is None:
        return {}
    scores = opened.score(made) if known is None else known
    logit = opinion.meaning(opened) == "logit"
    return {"scores": (scores.sigmoid() if logit else scores).tolist()}


# What G reads for a request that draws, [n, ...]
ROWS: dict[str, Callable[[Opened, Request], Tensor]] = {"sample": of_seed, "tiles": named}
ANSWERS: dict[str, Callable[[Shelf, Request], Answer]] = {
    "open": open_checkpoint,
    "sample": sample,
    "tiles": tiles,
}
