"""The Inception space: its own architecture with random weights, written where the real ones would
lie; what is read, what is refused, and that a figure says how many samples it is of."""

import io
import json

import pytest
import torch
from torch import nn

from gan_core import checkpoint, features, metrics
from gan_core.__main__ import main
from gan_core.build import build
from gan_core.catalog import BadInput
from gan_core.data import Images
from gan_core.features import inception
from gan_core.judge import SAMPLES_INCEPTION, Judge
from gan_core.presets import preset
from ui.meters import image_meters


@pytest.fixture(scope="module")
def weights(tmp_path_factory):
    """A file of the right names and shapes, whose convolutions keep the size of what they read."""
    fidelity = pytest.importorskip("torch_fidelity.feature_extractor_inceptionv3")
    path = tmp_path_factory.mktemp("hub") / fidelity.URL_INCEPTION_V3.rpartition("/")[2]

    class Drawn(fidelity.FeatureExtractorInceptionV3):
        def load_state_dict(self, found):
            torch.manual_seed(0)
            for layer in self.modules():
                if isinstance(layer, nn.Conv2d):
                    nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")

    nothing = io.BytesIO()
    torch.save({}, nothing)
    nothing.seek(0)
    with torch.random.fork_rng():
        network = Drawn("drawn", ["2048"], feature_extractor_weights_path=nothing)
    torch.save(network.state_dict(), path)
    return path, network


def at(monkeypatch, path):
    monkeypatch.setenv(inception.VARIABLE, str(path))


def test_without_the_file_it_is_said_where_which_belongs(monkeypatch, tmp_path):
    monkeypatch.delenv(inception.VARIABLE, raising=False)
    monkeypatch.setattr(torch.hub, "get_dir", lambda: str(tmp_path))
    assert not features.has_inception()
    with pytest.raises(BadInput, match=r"6726825d.pth.*GAN_INCEPTION") as caught:
        features.inception_space()
    assert str(tmp_path / "checkpoints") in str(caught.value)
    assert list(tmp_path.iterdir()) == []  # nothing was fetched


def test_features_are_those_of_torch_fidelity_on_bytes_of_rgb(monkeypatch, weights):
    path, network = weights
    at(monkeypatch, path)
    space = features.inception_space()
    assert space.name == "inception-v3" and space.classes == {}
    grey = torch.linspace(-1, 1, 2 * 8 * 8).view(2, 1, 8, 8)
    pixels = (255 * (grey + 1) / 2).round().byte().repeat(1, 3, 1, 1)  # what a viewer would show
    found = space.encode(grey)
    assert found.shape == (2, 2048) and found.std() > 1e-4
    torch.testing.assert_close(found, network(pixels)[0])


def test_bytes_lose_nothing_of_images_that_were_bytes():
    every = torch.arange(256, dtype=torch.uint8).view(1, 1, 16, 16)
    served = Images("x", every).take(torch.zeros(1, dtype=torch.long))
    assert torch.equal(inception.as_bytes(served), every.expand(-1, 3, -1, -1))


def test_a_file_that_could_run_code_is_refused_and_does_not_run(monkeypatch, tmp_path):
    ran = tmp_path / "ran"

    class Evil:
        def __reduce__(self):
            return (open, (str(ran), "w"))

    torch.save({"fc.weight": Evil()}, tmp_path / "evil.pth")
    (tmp_path / "torn.pth").write_bytes(b"PK\x03\x04 half a file")
    (tmp_path / "empty.pth").write_bytes(b"")
    torch.save({"fc.weight": torch.zeros(3)}, tmp_path / "other.pth")
    torch.save([1, 2], tmp_path / "list.pth")
    for name in ("evil", "torn", "empty", "other", "list"):
        at(monkeypatch, tmp_path / f"{name}.pth")
        with pytest.raises(BadInput, match=f"{name}.pth"):
            features.inception_space()
    assert not ran.exists()


class Few:
    """A space of five numbers in the place of Inception's: counting needs no more."""

    name, classes = "inception-v3", {}

    def __init__(self):
        self.read = 0

    def to(self, device):
        return self

    def encode(self, images):
        self.read += len(images)
        return images.flatten(1)[:, 100:105].float()

    def classify(self, found):
        return {}


@pytest.fixture
def digits_run():
    """Players, data and config of digits that nobody trained."""
    config = preset("ns-gan", "digits", steps=4, size=16, width=4, batch=8, device="cpu")
    players, data, _ = build(config)
    return config, players, data


def test_a_run_ends_with_inception_where_it_is_here_and_no_look_does(monkeypatch, digits_run):
    config, players, data = digits_run
    judge, few = Judge(config, data), Few()
    assert not [key for key in judge(players, True) if "inception" in key]
    monkeypatch.setattr(features, "has_inception", lambda: True)
    monkeypatch.setattr(features, "inception_space", lambda: few)
    assert not [key for key in judge(players, False) if "inception" in key]
    assert few.read == 0
    found = judge(players, True)
    n = SAMPLES_INCEPTION["cpu"]
    assert found["inception_samples"] == n and few.read == 4 * n  # G's, as many real, twice as many
    assert found["inception_frechet"] > found["inception_frechet_real"] >= 0
    (meter,) = [one for one in image_meters(found) if one[0] == "Fréchet, Inception"]
    assert f"{n:,} samples" in meter[3] and meter[1:3] == (
        f"{found['inception_frechet']:.1f}", f"{found['inception_frechet_real']:.1f}",
    )  # fmt: skip


def test_weights_that_cannot_be_read_do_not_end_a_run(monkeypatch, tmp_path, digits_run):
    config, players, data = digits_run
    path = tmp_path / "weights.pth"
    path.write_bytes(b"no weights")
    at(monkeypatch, path)
    found = Judge(config, data)(players, True)
    assert str(path) in found["inception_unread"] and "frechet" in found
    assert [one for one in image_meters(found) if str(path) in one[3]]


def test_evaluate_in_inception_from_the_command_line(
    monkeypatch, tmp_path, weights, capsys, digits_run
):
    config, players, _ = digits_run
    checkpoint.save(tmp_path / "run.safetensors", players, config)
    at(monkeypatch, tmp_path / "not.pth")
    run = str(tmp_path / "run.safetensors")
    asked = ["evaluate", run, "--space", "inception-v3", "--samples", "2", "--device", "cpu"]
    assert main(asked) == 2 and "GAN_INCEPTION" in capsys.readouterr().err
    at(monkeypatch, weights[0])
    monkeypatch.setattr(metrics.images, "frechet", lambda a, b: float(len(a[0])))  # it takes 5 s
    assert main([*asked, "--json"]) == 0
    said = json.loads(capsys.readouterr().out.strip().splitlines()[-1])["metrics"]
    assert said["feature_space"] == "inception-v3" and said["samples"] == 2
    assert said["frechet"] == 2048
