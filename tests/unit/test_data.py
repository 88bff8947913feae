"""Laws of the data: what is drawn depends on the seed alone, densities integrate to one, and every
way a data set can be missing is told in one line."""

import math
import struct
from urllib.error import URLError

import numpy as np
import pytest
import torch
from PIL import Image

from gan_core.catalog import DATA, BadInput, data_info
from gan_core.data import load, memory
from gan_core.data.images import ASSETS, faces

TOYS = [name for name, info in DATA.items() if info.kind == "2d"]
SHIPPED = [name for name, info in DATA.items() if info.kind == "image" and info.shipped]


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize("name", TOYS + SHIPPED)
def test_samples_depend_on_the_generator_alone(name):
    torch.manual_seed(1)
    first = load(name).sample(50, seeded())
    torch.manual_seed(2)
    assert torch.equal(first, load(name).sample(50, seeded()))
    assert not torch.equal(first, load(name).sample(50, seeded(1)))
    assert first.dtype == torch.float32


@pytest.mark.parametrize("name", TOYS)
def test_the_extent_is_a_square_around_all_points(name):
    data = load(name)
    x0, x1, y0, y1 = data.extent
    assert x1 - x0 == y1 - y0
    points = data.sample(20000, seeded())
    assert points.shape == (20000, 2)
    inner = 0.9 * torch.tensor([x0, y0]), 0.9 * torch.tensor([x1, y1])
    assert ((points > inner[0]) & (points < inner[1])).all()


@pytest.mark.parametrize("name", [*TOYS, "ring(std=0.1,imbalance=3)", "checkerboard(cells=3)"])
def test_a_density_integrates_to_one_and_agrees_with_the_samples(name):
    data = load(name)
    nodes = 501 if data.modes is not None or "board" in name else 201  # curves are slow and smooth
    side = torch.linspace(*data.extent[:2], nodes)
    step = (side[1] - side[0]).item()
    points = torch.cartesian_prod(side[1:] - step / 2, side[1:] - step / 2)
    density = data.log_density(points).exp() * step**2
    assert density.sum().item() == pytest.approx(1, abs=2e-3)
    drawn = data.sample(20000, seeded())
    for axis in range(2):  # E[x] and E[x²] by integration and by sampling
        for power in (1, 2):
            by_sum = (density * points[:, axis] ** power).sum().item()
            values = drawn[:, axis] ** power
            error = values.std().item() / math.sqrt(len(drawn))
            assert values.mean().item() == pytest.approx(by_sum, abs=5 * error + 2e-3)


def test_the_protocol_ring_has_eight_distinct_modes_on_the_unit_circle():
    modes = load("ring").modes
    assert len(modes) == 8 and torch.cdist(modes, modes).add(9 * torch.eye(8)).min() > 0.7
    torch.testing.assert_close(modes.norm(dim=1), torch.ones(8))


def test_the_lesson_variants_are_the_published_ones_divided():
    grid = load("grid-lesson")
    torch.testing.assert_close(grid.modes * 2.828, load("grid").modes)
    assert {tuple(m) for m in load("grid").modes.tolist()} == {
        (x, y) for x in (-4, -2, 0, 2, 4) for y in (-4, -2, 0, 2, 4)
    }
    assert grid.std * 2.828 == pytest.approx(0.05)
    ring = load("ring-lesson")
    torch.testing.assert_close(ring.modes.norm(dim=1) * 1.414, torch.full((8,), 2.0))
    assert ring.std * 1.414 == pytest.approx(0.02)


def test_imbalance_is_the_ratio_of_the_most_to_the_least_frequent_mode():
    data = load("ring(imbalance=4)")
    assert (data.weights[0] / data.weights[-1]).item() == pytest.approx(5)
    nearest = torch.cdist(data.sample(20000, seeded()), data.modes).argmin(1)
    share = torch.bincount(nearest, minlength=8) / 20000
    torch.testing.assert_close(share, data.weights, atol=0.015, rtol=0)


def test_a_curve_without_noise_has_no_density():
    assert load("moons(noise=0)").log_density(torch.zeros(1, 2)) is None


@pytest.mark.parametrize(
    ("spec", "says"),
    [
        ("rings", "Did you mean “ring”"),
        ("ring(mode=3)", "Did you mean “modes”"),
        ("ring(modes=2.5)", "whole number"),
        ("ring(modes=0)", "1 to 256"),
        ("ring(std=0)", "above 0"),
        ("ring(std=nan)", "above 0"),
        ("grid(spacing=-1)", "above 0"),
        ("moons(noise=-0.1)", "above 0"),
        ("checkerboard(cells=1)", "2 to 64"),
        ("faces(size=3)", "takes no parameters"),
    ],
)
def test_a_wrong_spec_is_told(spec, says):
    with pytest.raises(BadInput, match=says.replace("(", r"\(")):
        load(spec)


def test_faces_are_exact_enlargements_of_what_is_stored():
    with np.load(ASSETS / "faces16.npz") as file:
        stored, attributes = file["images"], file["attributes"]
    assert stored.shape == (20000, 16, 16, 3) and stored.dtype == np.uint8
    assert len(np.unique(stored.reshape(20000, -1), axis=0)) == 20000
    served = faces(32).take(torch.tensor([0, 19999]))
    back = ((served + 1) * 127.5).round().byte().permute(0, 2, 3, 1).numpy()
    assert (back == stored[[0, 19999]].repeat(2, 1).repeat(2, 2)).all()
    colours = list(load("faces").classes["background"])  # what was drawn is what is seen
    seen = ["#" + bytes(pixel).hex() for pixel in stored[:, 0, 0]]
    assert seen == [colours[i] for i in attributes[:, 0]]


@pytest.mark.parametrize("name", SHIPPED)
@pytest.mark.parametrize("size", [16, 32, 48, 64, 20])
def test_images_are_bytes_at_rest_and_floats_when_drawn(name, size):
    data = load(name, size)
    assert data.pixels.dtype == torch.uint8
    batch = data.sample(8, seeded())
    assert batch.shape == (8, *data.shape) == (8, DATA[name].channels, size, size)
    assert batch.min() >= -1 and batch.max() <= 1 and batch.min() < -0.5 < batch.max()


@pytest.mark.parametrize("name", SHIPPED)
def test_no_held_out_image_is_trained_on(name):
    parts = [load(name, 16, part=part) for part in ("train", "test")]
    rows = [{bytes(image.numpy()) for image in part.pixels} for part in parts]
    assert not rows[0] & rows[1]
    assert len(parts[1]) == pytest.approx((len(parts[0]) + len(parts[1])) / 10, rel=0.01)
    assert all(len(part.labels) == len(part) for part in parts)


def draw(path, colour, size=(40, 30), mode="RGB"):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new(mode, size, colour).save(path)


def test_a_flat_folder_of_images(tmp_path, monkeypatch):
    monkeypatch.setenv("GAN_DATA", str(tmp_path / "root"))
    for i in range(10):
        draw(tmp_path / "photos" / f"{i}.png", (255, 0, 20 * i))
    data = load(f"folder:{tmp_path / 'photos'}", 16)
    assert data.shape == (3, 16, 16) and len(data) == 9 and data.labels is None
    assert data.pixels[:, :, 8, 8].tolist() == [[255, 0, 20 * i] for i in range(9)]
    assert len(load(f"folder:{tmp_path / 'photos'}", 16, part="test")) == 1


@pytest.mark.parametrize("count", [1, 2, 3, 4, 9])
def test_from_four_images_on_a_folder_trains_and_small_ones_train_on_all(
    tmp_path, monkeypatch, count
):
    monkeypatch.setenv("GAN_DATA", str(tmp_path / "root"))
    for i in range(count):
        draw(tmp_path / "photos" / f"{i}.png", (255, 0, 20 * i))
    (tmp_path / "photos" / "broken.png").write_bytes(b"no picture")
    spec = f"folder:{tmp_path / 'photos'}"
    if count < 4:
        with pytest.raises(BadInput, match=f"{'one' if count == 1 else count} image.*at least 4"):
            load(spec, 16)
    else:
        assert len(load(spec, 16)) == count


def test_subfolders_are_classes_and_transparent_means_white(tmp_path, monkeypatch):
    monkeypatch.setenv("GAN_DATA", str(tmp_path / "root"))
    draw(tmp_path / "pets" / "cat" / "a.png", (0, 0, 0, 0), mode="RGBA")
    draw(tmp_path / "pets" / "dog" / "b.jpg", 255, mode="L")
    draw(tmp_path / "pets" / "dog" / "c.jpg", 255, mode="L")
    draw(tmp_path / "pets" / "dog" / "d.jpg", 255, mode="L")
    data = load(f"folder:{tmp_path / 'pets'}", 16)
    assert data.classes == {"class": ["cat", "dog"]}
    assert data.labels.tolist() == [[0], [1], [1], [1]]
    assert (data.pixels == 255).all()


def test_a_decoded_folder_is_kept_until_a_file_changes(tmp_path, monkeypatch):
    monkeypatch.setenv("GAN_DATA", str(tmp_path / "root"))
    for i in range(4):
        draw(tmp_path / "photos" / f"{i}.png", (0, 0, 0))
    load(f"folder:{tmp_path / 'photos'}", 16)
    (kept,) = (tmp_path / "root" / "cache").iterdir()
    assert np.load(kept).shape == (4, 3, 16, 16)
    draw(tmp_path / "photos" / "0.png", (9, 9, 9), size=(64, 64))
    assert (load(f"folder:{tmp_path / 'photos'}", 16).pixels[0] == 9).all()


def test_folders_that_cannot_be_read_are_told(tmp_path, monkeypatch):
    monkeypatch.setenv("GAN_DATA", str(tmp_path / "root"))
    with pytest.raises(BadInput, match="does not exist"):
        load(f"folder:{tmp_path / 'nowhere'}")
    (tmp_path / "empty").mkdir()
    with pytest.raises(BadInput, match="holds no images"):
        load(f"folder:{tmp_path / 'empty'}")
    (tmp_path / "empty" / "sub").mkdir()
    with pytest.raises(BadInput, match="holds no images"):
        load(f"folder:{tmp_path / 'empty'}")
    (tmp_path / "empty" / "broken.png").write_bytes(b"no picture")
    with pytest.raises(BadInput, match=r"none of its 1 image files can be read \(broken\.png"):
        load(f"folder:{tmp_path / 'empty'}")
    with pytest.raises(BadInput, match="is a file"):
        load(f"folder:{tmp_path / 'empty' / 'broken.png'}")
    with pytest.raises(BadInput, match="needs a path"):
        load("folder:")


def test_a_damaged_file_of_a_folder_is_left_out_and_told(tmp_path, monkeypatch):
    monkeypatch.setenv("GAN_DATA", str(tmp_path / "root"))
    for i in range(3):
        draw(tmp_path / "pets" / "cat" / f"{i}.png", (60 * i, 0, 0))
        draw(tmp_path / "pets" / "dog" / f"{i}.png", (0, 60 * i, 0))
    whole = (tmp_path / "pets" / "cat" / "1.png").read_bytes()
    (tmp_path / "pets" / "cat" / "1.png").write_bytes(whole[: len(whole) // 2])
    for _ in range(2):  # decoded, then read back
        data = load(f"folder:{tmp_path / 'pets'}", 16)
        assert data.pixels[:, 0, 0, 0].tolist() == [0, 120, 0, 0, 0]
        assert data.labels.flatten().tolist() == [0, 0, 1, 1, 1]
        assert "1 of 6 image files could not be read" in data.said and "1.png" in data.said
    draw(tmp_path / "pets" / "cat" / "1.png", (60, 0, 0))
    assert load(f"folder:{tmp_path / 'pets'}", 16).said == ""


def test_a_set_that_does_not_fit_into_memory_is_refused_with_the_sum(tmp_path, monkeypatch):
    monkeypatch.setenv("GAN_DATA", str(tmp_path / "root"))
    for i in range(4):
        draw(tmp_path / "photos" / f"{i}.png", (i, 0, 0))
    monkeypatch.setattr(memory, "free", lambda: 5 * 2**10)
    with pytest.raises(BadInput, match=r"4 images of 32x32 would take 4 x 3,072 bytes") as caught:
        load(f"folder:{tmp_path / 'photos'}", 32)
    assert "smaller size" in str(caught.value)
    assert len(load(f"folder:{tmp_path / 'photos'}", 16)) == 4


def test_the_free_memory_is_that_of_the_group_where_it_is_less(tmp_path, monkeypatch):
    info, group = tmp_path / "meminfo", tmp_path / "group"
    info.write_text("MemTotal: 900 kB\nMemAvailable:     500 kB\n")
    monkeypatch.setattr(memory, "_MEMINFO", info)
    monkeypatch.setattr(memory, "_GROUP", group)
    assert memory.free() == 500 * 1024
    group.mkdir()
    (group / "memory.current").write_text("1000\n")
    (group / "memory.max").write_text("max\n")
    assert memory.free() == 500 * 1024
    (group / "memory.max").write_text("5000\n")
    assert memory.free() == 4000
    info.unlink()
    (group / "memory.max").unlink()
    assert memory.free() is None


def test_no_network_is_told_with_where_to_put_the_files(tmp_path, monkeypatch):
    from torchvision.datasets import MNIST

    def unplugged(self):
        raise URLError("Name or service not known")

    monkeypatch.setattr(MNIST, "download", unplugged)
    with pytest.raises(BadInput, match="no network") as caught:
        load("mnist", root=tmp_path)
    assert str(tmp_path / "MNIST" / "raw") in str(caught.value)
    assert "GAN_DATA" in str(caught.value) and "\n" not in str(caught.value)


def test_mnist_is_padded_not_stretched(tmp_path, monkeypatch):
    raw = tmp_path / "MNIST" / "raw"
    raw.mkdir(parents=True)
    for part in ("train", "t10k"):
        pixels = np.full((6, 28, 28), 255, np.uint8)
        head = struct.pack(">iiii", 2051, *pixels.shape)
        (raw / f"{part}-images-idx3-ubyte").write_bytes(head + pixels.tobytes())
        labels = struct.pack(">ii", 2049, 6) + bytes(range(6))
        (raw / f"{part}-labels-idx1-ubyte").write_bytes(labels)
    monkeypatch.setenv("GAN_DATA", str(tmp_path))
    data = load("mnist")
    assert data.shape == (1, 32, 32) and data.classes == {"digit": list("0123456789")}
    assert data.labels.flatten().tolist() == list(range(6))
    assert (data.pixels[:, :, 2:30, 2:30] == 255).all()
    assert data.pixels.sum() == 6 * 28 * 28 * 255  # the border is black
    assert load("mnist", 64).shape == (1, 64, 64)


def test_the_catalog_and_the_data_agree():
    for name in SHIPPED:
        assert load(name).channels == data_info(name).channels
