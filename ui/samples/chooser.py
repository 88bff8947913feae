"""The checkpoints as a visitor sees them: by data, the best of each first, by their titles."""

from ui import gallery
from ui.checkpoints import Choice

ORDER = ("faces", "mnist", "cifar10")  # of the data sets: what two cores learn well comes first


def ordered(options: dict[str, Choice]) -> dict[str, Choice]:
    """Shipped checkpoints by data and Fréchet distance, then the others as they were."""
    return dict(sorted(options.items(), key=lambda pair: _rank(pair[1])))


def _rank(choice: Choice) -> tuple[int, int, bool, float]:
    run = gallery.run_at(choice.path)
    config = gallery.config_of(run) if run else None
    if run is None or config is None or not gallery.is_shipped(run):
        return len(ORDER) + 1, 0, False, 0.0
    data = gallery.data_name(config)
    place = ORDER.index(data) if data in ORDER else len(ORDER)
    return 0, place, config.reads != "z", float(gallery.card(run).get("frechet", float("inf")))


def names(options: dict[str, Choice]) -> dict[str, str]:
    """What each is called: its title, with its id behind it where that is taken."""
    found: dict[str, str] = {}
    for key, one in options.items():
        found[key] = f"{one.label} · {key}" if one.label in found.values() else one.label
    return found
