"""Own images on the image page: uploaded, shown as they are trained on, refused in words."""

import io
import shutil
import sys
import zipfile

import numpy as np
import pytest
from PIL import Image

from gan_core import runs, worker
from gan_core.album import apart, bring, store
from gan_core.executors import Local
from gan_core.presets import preset
from ui import look, own_images

SMALL = {"i_length": "by steps", "i_steps": "2", "i_batch": "8", "i_width": "4", "i_size": "16",
         "i_device": "cpu"}  # fmt: skip


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    """A folder of its own for what is decoded."""
    monkeypatch.setenv("GAN_DATA", str(tmp_path / "root"))


@pytest.fixture
def started(monkeypatch) -> list[runs.Run]:
    """The runs that a page handed to a worker; none is carried out."""
    found: list[runs.Run] = []
    monkeypatch.setattr(Local, "start", lambda self, run, resume=False: found.append(run))
    return found


@pytest.fixture
def here(monkeypatch):
    """Runs are carried out at once, where a worker would."""

    def start(self, run, resume=False):
        list(worker.record(run, resume))

    monkeypatch.setattr(Local, "start", start)


def saved(image, kind="PNG", **more) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **more)
    return out.getvalue()


def noise(seed, mode="RGB", size=(40, 30)) -> Image.Image:
    values = np.random.default_rng(seed).integers(0, 256, (size[1], size[0], 3), np.uint8)
    return Image.fromarray(values).convert(mode)


def zipped(files) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in files.items():
            made.writestr(name, content)
    return out.getvalue()


def pets(n=12) -> bytes:
    return zipped({f"{'cat' if i % 2 else 'dog'}/{i}.png": saved(noise(i)) for i in range(n)})


def uploaded(at, *files):
    """The page after files (name, content) were uploaded."""
    at.get("file_uploader")[0].set_value([(name, raw, "") for name, raw in files])
    return at.run()


def stored(n=12, mode="RGB") -> str:
    return store.put(bring.bring([(f"{i:02}.png", saved(noise(i, mode))) for i in range(n)]))


def shown(at) -> str:
    assert not at.exception
    kinds = (at.markdown, at.warning, at.error, at.caption, at.info)
    text = " ".join(element.value for kind in kinds for element in kind)
    return text.replace("\\", "")


def test_a_zip_is_uploaded_shown_and_trained_on(framed, started):
    at = framed("train_images", i_data=own_images.OWN)
    assert at.button(key="i_train").disabled and not at.warning
    at = uploaded(at, ("pets.zip", pets()))
    name = store.name_of(bring.bring([("pets.zip", pets())]))
    assert "**12 images**, colour, 40×30 pixels. Classes: cat, dog." in shown(at)
    assert at.selectbox(key="i_data").value == f"images:{name}"
    assert "32×32 pixels" in shown(at) and "batch of 64 is larger than the 12 images" in shown(at)
    at.selectbox(key="i_size").set_value(16).run()
    assert "16×16 pixels" in shown(at)
    at.number_input(key="i_batch").set_value(8).run()
    assert "is larger" not in shown(at)
    at.selectbox(key="i_images_colour").set_value("grey").run()
    at.button(key="i_train").click().run()
    spec = f"images:{name}(grey=1)"
    assert started[0].config == preset("dcgan", spec, size=16, batch=8)
    assert (started[0].path / f"{name}{store.SUFFIX}").is_file()
    at = framed("train_images", i_data=f"images:{name}")  # somebody else opens the link
    assert "**12 images**" in shown(at) and not at.button(key="i_train").disabled


def test_every_kind_of_image_is_trained_on_together(framed, here):
    palette = Image.new("P", (20, 20), 1)
    palette.putpalette([255, 0, 0, 0, 0, 255])
    frames = [Image.new("RGB", (30, 20), colour) for colour in ("red", "lime")]
    deep = np.linspace(0, 65535, 900).reshape(30, 30).astype(np.uint16)
    files = [
        ("cmyk.jpg", saved(noise(0, "CMYK"), "JPEG")),
        ("clear.png", saved(palette, transparency=1)),
        ("alpha.webp", saved(noise(1, "RGBA"), "WEBP")), ("deep.png", saved(Image.fromarray(deep))),
        ("film.gif", saved(frames[0], "GIF", save_all=True, append_images=frames[1:])),
        ("grey.bmp", saved(noise(2, "L", (90, 11)), "BMP")), ("cut.png", saved(noise(3))[:999]),
        ("line.tif", saved(noise(4, "1"), "TIFF")),
    ]  # fmt: skip
    at = uploaded(framed("train_images", i_data=own_images.OWN, **SMALL), *files)
    assert "**7 images**, colour, 20×20 to 40×30" in shown(at)
    assert "Left out: 1 damaged, or no image." in shown(at)
    at.button(key="i_train").click().run()
    (run,) = runs.all_runs()
    assert run.status()["state"] == "done" and run.metrics()
    assert "Left out of the images: 1 damaged" in shown(at)


@pytest.mark.parametrize("objective", ["dcgan", "wgan-gp", "began"])
def test_four_grey_images_are_trained_on_in_batches_of_64(objective, framed, here):
    spec = f"images:{stored(4, 'L')}"
    at = framed("train_images", i_data=spec, **SMALL)
    at.selectbox(key="i_objective").set_value(objective).run()
    for key, value in (("i_steps", 2), ("i_batch", 64), ("i_width", 4)):
        at.number_input(key=key).set_value(value)
    at.run().button(key="i_train").click().run()
    (run,) = runs.all_runs()
    assert run.status()["state"] == "done", run.status()
    assert run.scene()["channels"] == 1 and "all grey" in shown(at)


def lying_bomb() -> bytes:
    return zipped({f"{i}.png": bytes(60 * 10**6) for i in range(18)})


@pytest.mark.parametrize(
    ("files", "says"),
    [
        ([("a.zip", b"not a zip")], "no ZIP file"),
        ([("a.zip", pets()[:300])], "damaged ZIP file"),
        ([("a.zip", zipped({"notes.txt": b"x"}))], "There are no images in it"),
        ([("a.png", b"")], "No image could be read"),
        ([("[a](http://b.example).zip", b"x")], "no ZIP file"),
        ([("a.png", saved(noise(0)))], "one image only"),
        ([("a.png", saved(noise(0))), ("b.png", saved(noise(1)))], "2 images only"),
        ([("a.png", saved(Image.new("1", (9000, 9000)))), ("b.png", b"x")], "50 million pixels"),
        ([("a.zip", zipped({"b.zip": pets()}))], "1 archive within the archive"),
        ([("bomb.zip", lying_bomb())], "would unpack to 1.0 GiB"),
    ],
)
def test_a_bad_upload_is_told_and_changes_nothing(files, says, framed):
    name = stored()
    for query in (own_images.OWN, f"images:{name}"):
        at = uploaded(framed("train_images", i_data=query), *files)
        assert says in shown(at) and "[a]" not in at.warning[0].value
        assert at.selectbox(key="i_data").value == query
        assert at.button(key="i_train").disabled == (query == own_images.OWN)
    at = uploaded(at, ("pets.zip", pets()))
    assert not at.warning and at.selectbox(key="i_data").value not in (f"images:{name}", "")


def test_a_huge_upload_is_refused_unread(framed, monkeypatch):
    monkeypatch.setattr(apart, "LARGEST", 2**20)
    at = uploaded(framed("train_images", i_data=own_images.OWN), ("a.zip", bytes(2**20 + 1)))
    assert "at most 1 MiB" in shown(at)


def test_a_full_disk_is_told(framed, runs_folder):
    runs_folder.mkdir()
    (runs_folder / "images").write_text("in the way")
    at = uploaded(framed("train_images", i_data=own_images.OWN), ("pets.zip", pets()))
    assert "could not be stored" in shown(at)


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ({"i_data": "images:xyz"}, "12 digits"),
        ({"i_data": "images:0123456789ab"}, "no images 0123456789ab here"),
        ({"i_data": "images:[a](http://b.example)"}, "12 digits"),
    ],
)
def test_a_link_to_nothing_is_told_and_can_be_mended(query, says, framed):
    at = framed("train_images", **query)
    assert says in shown(at) and "[a]" not in at.warning[0].value
    assert at.button(key="i_train").disabled
    at = uploaded(at, ("pets.zip", pets()))
    assert not at.warning and not at.button(key="i_train").disabled


def test_a_size_that_does_not_work_is_told_with_those_that_do(framed):
    at = framed("train_images", i_data=f"images:{stored()}", i_size="128")
    assert "Choose 16, 32 or 64" in shown(at) and at.button(key="i_train").disabled
    at.selectbox(key="i_size").set_value(64).run()
    assert not at.warning and not at.button(key="i_train").disabled


def test_memory_that_is_not_there_ends_a_run_in_words(framed, here, monkeypatch):
    monkeypatch.setattr("gan_core.data.memory.free", lambda: 1000)
    at = framed("train_images", i_data=f"images:{stored()}", **SMALL)
    at.button(key="i_train").click().run()
    assert "12 images of 16x16 would take 12 x 768 bytes" in shown(at)


def test_a_folder_with_a_damaged_file_is_trained_on_and_says_so(framed, here, tmp_path):
    (tmp_path / "photos").mkdir()
    for i in range(5):
        (tmp_path / "photos" / f"{i}.png").write_bytes(saved(noise(i)))
    (tmp_path / "photos" / "cut.png").write_bytes(saved(noise(9))[:500])
    query = {"i_data": "folder", "i_folder": str(tmp_path / "photos"), **SMALL}
    at = framed("train_images", **query)
    at.button(key="i_train").click().run()
    (run,) = runs.all_runs()
    assert run.status()["state"] == "done"
    assert "1 of 6 image files could not be read" in shown(at)


@pytest.mark.parametrize(
    ("files", "says"),
    [
        ({}, "holds no images"),
        ({"a.png": b"x"}, "none of its 1 image files can be read"),
        ({"a.png": saved(noise(0))}, "holds one image: at least 4 are needed"),
    ],
)
def test_a_folder_of_too_little_ends_a_run_in_words(files, says, framed, here, tmp_path):
    (tmp_path / "photos").mkdir()
    for name, raw in files.items():
        (tmp_path / "photos" / name).write_bytes(raw)
    query = {"i_data": "folder", "i_folder": str(tmp_path / "photos"), **SMALL}
    at = framed("train_images", **query)
    at.button(key="i_train").click().run()
    assert says in shown(at)


def test_the_settings_of_a_run_bring_its_images_back_when_the_store_is_empty(framed, started):
    spec = f"images:{stored()}(grey=1)"
    run = runs.create(preset("dcgan", spec, steps=40, size=16))
    run.write_status(state="done", step=40)
    shutil.rmtree(store.store())
    at = framed("train_images", run=run.id)
    assert not at.exception
    at.button(key="live_again").click().run()
    at.button(key="i_train").click().run()
    assert started[0].config.data == spec and started[0].config.size == 16


def test_the_page_decodes_nothing_of_an_upload_itself(framed, monkeypatch):
    def never(*_, **__):
        raise AssertionError("an image was opened in the server")

    monkeypatch.setattr(Image, "open", never)
    at = uploaded(framed("train_images", i_data=own_images.OWN), ("pets.zip", pets()))
    assert "**12 images**" in shown(at)
    assert "gan_core.album.bring" in sys.modules  # words of it are shown, and the above holds


def test_own_images_are_looked_at_once(framed, monkeypatch):
    asked = []
    monkeypatch.setattr(look, "show", asked.append)
    at = framed("train_images", i_data=f"images:{stored()}")
    assert shown(at) and not asked and not at.exception
    framed("train_images")
    assert [config.data for config in asked] == ["faces"]
