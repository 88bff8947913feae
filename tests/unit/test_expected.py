"""What the page says of a run before it begins: only what was measured, of these very settings."""

import json
import re

import pytest

from benchmarks import pictures
from gan_core import expected
from gan_core.presets import preset

HERE = "Processor A, 2 cores"
ENTRY = {
    "frechet": 8.125, "spread": 0.42, "frechet_real": 1.2, "space": "mnist-cnn", "rounds": 700.0,
    "seeds": 3, "classes_present": 9.5, "classes_total": 10,
}  # fmt: skip


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "expected.json"
    expected.keep("dcgan", "mnist", 60.0, HERE, ENTRY, path)
    return path


def test_a_file_that_is_missing_says_nothing(tmp_path):
    config = preset("dcgan", "mnist")
    assert expected.sentence(config, HERE, tmp_path / "none.json") == ""


def test_what_was_measured_is_said_with_its_figures_and_its_machine(file):
    said = expected.sentence(preset("dcgan", "mnist", seed=5), HERE, file)
    for figure in ("60 s", "8.1 ± 0.42", "mnist-cnn", "1.2", "9.5 of 10 digits", "3 seeds", HERE):
        assert figure in said
    assert "faster or slower" not in said
    assert "faster or slower" in expected.sentence(preset("dcgan", "mnist"), "Other", file)


@pytest.mark.parametrize(
    "config",
    [
        preset("dcgan", "mnist", seconds=180.0),
        preset("dcgan", "mnist", steps=700),
        preset("dcgan", "mnist", steps=700, seconds=60.0),
        preset("dcgan", "mnist", "published", seconds=60.0),
        preset("dcgan", "mnist", width=64),
        preset("dcgan", "mnist", lr_g=2e-4),
        preset("dcgan", "digits"),
        preset("lsgan", "mnist"),
        preset("ns-gan", "ring", seconds=60.0),
    ],
    ids=lambda config: f"{config.objective}-{config.data}",
)
def test_of_other_settings_nothing_is_said(config, file):
    assert expected.found(config, HERE, file) is None and not expected.sentence(config, HERE, file)


def test_entries_are_added_and_replaced_and_the_nearest_machine_speaks(file):
    other = {**ENTRY, "frechet": 99.0}
    expected.keep("dcgan", "mnist", 60, "Processor B, 2 cores", other, file)
    expected.keep("wgan", "faces", 180, HERE, other, file)
    config = preset("dcgan", "mnist")
    assert expected.found(config, HERE, file) == (HERE, ENTRY)
    assert expected.found(config, "Processor B, 2 cores", file)[1] == other
    expected.keep("dcgan", "mnist", 60.0, HERE, other, file)
    assert expected.found(config, HERE, file) == (HERE, other)
    assert expected.found(preset("wgan", "faces", seconds=180.0), HERE, file) == (HERE, other)


def test_the_word_for_quality_never_gets_better_with_distance():
    for space in expected.QUALITY:
        words = [expected.quality(space, distance) for distance in range(100)]
        changes = [word for i, word in enumerate(words) if word not in words[:i]]
        assert len(changes) == 3 and words == sorted(words, key=changes.index)
        assert changes[0] == "good" and changes[2].startswith("not recognisable")
    assert expected.quality("a space nobody looked in", 1.0) == ""


def test_the_benchmark_keeps_the_means_of_its_runs(tmp_path):
    path = tmp_path / "expected.json"
    found = [
        {"steps": steps, "seconds": 59.0, "metrics": {
            "frechet": distance, "frechet_real": 1.0, "feature_space": "mnist-cnn",
            "classes_present": 10, "classes_total": 10}}
        for steps, distance in ((100, 4.0), (200, 6.0), (300, 8.0))
    ]  # fmt: skip
    expected.keep("dcgan", "mnist", 60, HERE, pictures.entry(found), path)
    (entry,) = json.loads(path.read_text())["dcgan"]["mnist"]["60"].values()
    assert (entry["frechet"], entry["spread"], entry["rounds"], entry["seeds"]) == (6, 2, 200, 3)
    said = expected.sentence(preset("dcgan", "mnist"), HERE, path)
    assert "10 of 10 digits" in said and said.endswith("recognisable, not yet clean.")
    (alone,) = [pictures.entry(found[:1])]
    expected.keep("dcgan", "mnist", 60, HERE, alone, path)
    said = expected.sentence(preset("dcgan", "mnist"), HERE, path)
    assert "in one run" in said and "±" not in said


def test_what_is_shipped_can_be_said():
    for objective, sets in expected.table().items():
        for data, times in sets.items():
            for seconds in times:
                config = preset(objective, data, seconds=float(seconds))
                assert re.search(r"Fréchet distance of \d", expected.sentence(config, ""))
