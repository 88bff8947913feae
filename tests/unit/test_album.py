"""People's own pictures: nothing bad gets in, and a name is content."""

import io
import zipfile
from collections import Counter

import numpy as np
import pytest
import torch
from PIL import Image
from some_images import picture, zipped

from gan_core import runs
from gan_core.album import apart, archive, bring, store
from gan_core.build import build
from gan_core.catalog import BadInput, data_info, own_images
from gan_core.config import validate
from gan_core.data import load
from gan_core.presets import preset


@pytest.fixture(autouse=True)
def own_root(tmp_path, monkeypatch):
    monkeypatch.setenv("GAN_RUNS", str(tmp_path / "runs"))


def stored(n=12, mode="RGB") -> str:
    return store.put(bring.bring([(f"{i:03}.png", picture(i, mode=mode)) for i in range(n)]))


# A set of many


def test_a_zip_is_read_in_the_order_of_its_paths_with_folders_as_classes():
    files = {f"pets/{kind}/{i}.png": picture(i + 9 * (kind == "dog")) for kind in ("dog", "cat")
             for i in range(3)}  # fmt: skip
    album = bring.bring([("pets.zip", zipped(files))])
    assert album.classes == ["cat", "dog"] and album.labels.tolist() == [0, 0, 0, 1, 1, 1]
    backwards = bring.bring([("other.zip", zipped(dict(reversed(files.items()))))])
    assert store.name_of(album) == store.name_of(backwards)
    loose = bring.bring([(name.replace("pets/", ""), raw) for name, raw in files.items()])
    assert store.name_of(loose) == store.name_of(album)
    no_classes = bring.bring([(name[-7:].replace("/", ""), raw) for name, raw in files.items()])
    assert no_classes.labels is None and store.name_of(no_classes) != store.name_of(album)


def test_a_set_is_grey_only_if_every_image_is():
    modes = ("L", "1", "LA", "L", "RGB")
    files = [(f"{i}.png", picture(i, mode=mode)) for i, mode in enumerate(modes)]
    grey, mixed = bring.bring(files[:4]), bring.bring(files)
    assert grey.pixels.shape == (4, 1, 64, 64) and grey.card["grey"]
    assert mixed.pixels.shape == (5, 3, 64, 64) and not mixed.card["grey"]
    assert (mixed.pixels[:4] == grey.pixels).all()


def test_what_cannot_be_read_is_counted_by_its_reason():
    whole = picture(0)
    files = {
        "a.png": whole, "b.jpg": picture(1, size=(64, 20), kind="JPEG"), "cut.png": whole[:90],
        "c.png": picture(2), "d.png": picture(3),
        "text.png": b"not", "notes.txt": b"x", ".DS_Store": b"x", "__MACOSX/._a.png": b"x",
        "more.zip": zipped({"c.png": whole}), "../up.png": whole, "/etc/root.png": whole,
        "C:\\d.png": whole,
    }  # fmt: skip
    out = io.BytesIO(zipped(files))
    with zipfile.ZipFile(out, "a") as made:
        link = zipfile.ZipInfo("link.png")
        link.external_attr = 0o120777 << 16
        made.writestr(link, "/etc/passwd")
    card = bring.bring([("mine.zip", out.getvalue())]).card
    assert card["count"] == 4 and card["smallest"] == (40, 30) and card["largest"] == (64, 20)
    assert card["skipped"] == {
        "damaged, or no image": 2, "archive within the archive": 1, "link": 1,
        "path that leads elsewhere": 3,
    }  # fmt: skip


def test_encrypted_members_are_told():
    raw = bytearray(zipped({"a.png": picture(), "b.png": picture(1)}))
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):  # the flags of each header
        at = -1
        while (at := raw.find(mark, at + 1)) >= 0:
            raw[at + place] |= 1
    with pytest.raises(BadInput, match="2 encrypted"):
        bring.bring([("secret.zip", bytes(raw))])


@pytest.mark.parametrize(
    ("files", "says"),
    [
        ([], "no images"),
        ([("a.zip", zipped({}))], "no images"),
        ([("a.zip", zipped({"a.txt": b"x"}))], "no images"),
        ([("a.zip", b"not a zip")], "no ZIP file"),
        ([("a.zip", b"")], "no ZIP file"),
        ([("a.zip", zipped({"a.png": picture()})[:200])], "damaged ZIP"),
        ([("a.png", b"")], "No image could be read: 1 damaged"),
        ([("a.png", picture())], "one image only"),
        ([("a.png", picture()), ("b.png", b"x")], r"one image only \(1 damaged"),
        ([(f"{i}.png", picture(i)) for i in range(3)], "3 images only. Bring at least 4"),
        ([(f"{i}.png", picture()) for i in range(4)], "All 4 images are equal"),
    ],
)
def test_what_is_no_set_is_refused(files, says):
    with pytest.raises(BadInput, match=says):
        bring.bring(files)


def test_a_zip_bomb_is_refused_before_it_is_unpacked(monkeypatch):
    monkeypatch.setattr(archive, "UNPACKED", 10**7)
    bomb = zipped({f"{i}.png": bytes(10**6) for i in range(11)})
    assert len(bomb) < 20_000

    def never(*_):
        raise AssertionError("it was unpacked")

    monkeypatch.setattr(zipfile.ZipFile, "open", never)
    with pytest.raises(BadInput, match="would unpack to"):
        bring.bring([("bomb.zip", bomb)])


def test_a_member_larger_than_it_says_does_no_harm():
    whole = {f"{i}.png": picture(i) for i in range(4)}
    raw = bytearray(zipped({"a.png": bytes(10**7), **whole}))
    for mark, place in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = raw.find(mark)
        raw[at + place : at + place + 4] = (100).to_bytes(4, "little")
    assert bring.bring([("liar.zip", bytes(raw))]).card["skipped"] == {"damaged, or no image": 1}


def test_a_set_that_cannot_fit_is_refused_with_the_sum(monkeypatch):
    monkeypatch.setattr(bring, "SET_BYTES", 5 * 64 * 64)
    grey = [(f"{i}.png", picture(i, mode="L")) for i in range(6)]
    with pytest.raises(BadInput, match=r"6 grey images of 64x64 would take 6 x 4,096 bytes"):
        bring.bring(grey)
    assert len(bring.bring(grey[:5]).pixels) == 5
    with pytest.raises(BadInput, match=r"5 colour images.* bring 1 at most"):
        bring.bring([*grey[:4], ("b.png", picture(1))])


@pytest.mark.parametrize("seed", range(60))
def test_damage_at_random_is_a_refusal_or_a_smaller_set(seed):
    rng = np.random.default_rng(seed)
    files = {f"{k}/{i}.{k}": picture(i, kind=k) for k in ("PNG", "GIF", "TIFF") for i in range(2)}
    damaged = bytearray(zipped(files))
    for _ in range(rng.integers(1, 100)):
        damaged[rng.integers(4, len(damaged))] = rng.integers(256)
    try:
        assert len(bring.bring([("a.zip", bytes(damaged))]).pixels) <= len(files)
    except BadInput as error:
        assert "\n" not in str(error)


def test_a_member_without_a_name_is_no_image():
    member = zipfile.ZipInfo("x")
    member.filename = ""  # as damage leaves it
    assert not archive._is_wanted(member, Counter())


# The store, and training


def test_smaller_sizes_are_means_and_grey_is_the_usual_weighting():
    pixels = np.random.default_rng(0).integers(0, 256, (3, 3, 64, 64), np.uint8)
    for size in (16, 32, 64):
        exact = torch.nn.functional.avg_pool2d(torch.tensor(pixels).float(), 64 // size)
        assert abs(store.as_trained(pixels, size) - exact.numpy()).max() <= 0.5
    grey = store.as_trained(pixels, 64, grey=True)
    expected = np.asarray(Image.fromarray(pixels[0].transpose(1, 2, 0)).convert("L"))
    assert grey.shape == (3, 1, 64, 64) and (grey[0, 0] == expected).all()
    assert store.as_trained(grey, 16, grey=False).shape == (3, 3, 16, 16)
    with pytest.raises(BadInput, match="16, 32 or 64"):
        store.as_trained(pixels, 48)


def test_a_name_means_the_same_pictures_or_is_refused():
    name = stored()
    assert stored() == name != stored(13)
    album = store.find(name)
    assert store.name_of(album) == name and len(album.pixels) == 12
    card, some = store.look(name, 5)
    assert card["count"] == 12 and len(some) == 5
    assert (some[0] == album.pixels[0]).all() and (some[-1] == album.pixels[-1]).all()
    file = store.store() / f"{name}{store.SUFFIX}"
    raw = bytearray(file.read_bytes())
    raw[-1] ^= 1
    file.write_bytes(raw)
    with pytest.raises(BadInput, match="damaged"):
        store.find(name)
    file.write_bytes(raw[:50])
    for read in (store.find, lambda name: store.look(name, 3)):
        with pytest.raises(BadInput, match="damaged"):
            read(name)
        with pytest.raises(BadInput, match="no images 0123456789ab here"):
            read("0123456789ab")


def test_the_sets_used_longest_ago_leave_the_store(monkeypatch):
    monkeypatch.setattr(store, "KEPT", 2)
    names = [stored(n) for n in (4, 5, 6)]
    assert {p.stem for p in store.store().glob("*")} == set(names[1:])


@pytest.mark.parametrize(
    ("spec", "says"),
    [
        ("images:", "12 digits"),
        ("images:../../etc", "12 digits"),
        ("images:0123456789ab(grey=2)", "grey must be 1, or 0"),
        ("images:0123456789ab(noise=2)", "parameter of images"),
    ],
)
def test_a_wrong_spec_is_told(spec, says):
    with pytest.raises(BadInput, match=says):
        own_images(spec)


def test_own_images_are_trained_on_as_they_were_shown():
    name = stored()
    assert data_info(f"images:{name}").kind == "image"
    for size in (16, 32, 64):
        for spec, grey in ((f"images:{name}", None), (f"images:{name}(grey=1)", True)):
            data = load(spec, size)
            shown = store.as_trained(store.look(name, 12)[1], size, grey)
            assert (data.pixels.numpy() == shown[[i for i in range(12) if i != 9]]).all()
            assert data.shape == (1 if grey else 3, size, size)
    few = stored(5)
    assert len(load(f"images:{few}", 16)) == 5  # too few to hold any back


def test_sizes_that_do_not_work_are_told_with_those_that_do():
    spec = f"images:{stored(4)}"
    for size, says in ((48, "need 16, 32, 64"), (128, "Choose 16, 32 or 64"), (8, "16 to 128")):
        with pytest.raises(BadInput, match=says):
            validate(preset("dcgan", spec).replace(size=size))


def test_memory_that_is_not_there_is_told_before_training(monkeypatch):
    monkeypatch.setattr("gan_core.data.memory.free", lambda: 1000)
    with pytest.raises(BadInput, match="5 images of 16x16 would take 5 x 768 bytes"):
        load(f"images:{stored(5)}", 16)


def test_a_run_has_its_images_and_says_what_was_left_out():
    files = [("x.png", b"bad"), *((f"{i}.png", picture(i)) for i in range(4))]
    name = store.put(bring.bring(files))
    run = runs.create(preset("dcgan", f"images:{name}", steps=1, batch=8, width=4, size=16))
    (store.store() / f"{name}{store.SUFFIX}").unlink()
    _, data, _ = build(run.config, run.path)
    assert len(data) == 4 and data.said == "Left out of the images: 1 damaged, or no image."
    again = runs.create(run.config)  # found beside the first
    assert (again.path / f"{name}{store.SUFFIX}").is_file()
    with pytest.raises(BadInput, match="no images"):
        runs.create(run.config.replace(data="images:0123456789ab"))


# The process of its own


def test_an_upload_is_read_in_a_process_of_its_own():
    some = {f"{i}.png": picture(i) for i in range(3)}
    files = [("a.png", picture(9)), ("mine.zip", zipped({**some, "c.png": b"x"}))]
    name, card = apart.read([(n, memoryview(raw)) for n, raw in files])
    assert card["count"] == 4 and card["skipped"] == {"damaged, or no image": 1}
    assert store.name_of(bring.bring(files)) == name == store.name_of(store.find(name))
    with pytest.raises(BadInput, match="no ZIP file"):
        apart.read([("a.zip", b"x")])


def test_a_reading_that_ends_or_takes_too_long_is_told(monkeypatch):
    monkeypatch.setattr(apart, "PATIENCE", 0.01)
    with pytest.raises(BadInput, match="took too long"):
        apart.read([("a.png", picture())])
    monkeypatch.setattr(apart, "PATIENCE", 60)
    monkeypatch.setattr(apart, "MEMORY", 2**24)  # too little to start with
    with pytest.raises(BadInput, match="the reading ended"):
        apart.read([("a.png", picture())])


def test_too_large_an_upload_is_refused_unread(monkeypatch):
    def never(*_):
        raise AssertionError("it was read")

    monkeypatch.setattr(apart, "_answer", never)
    monkeypatch.setattr(apart, "LARGEST", 10)
    with pytest.raises(BadInput, match="can be uploaded at once"):
        apart.read([("a.png", bytes(6)), ("b.png", bytes(6))])
