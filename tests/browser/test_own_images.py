"""A ZIP of pictures brought in Chromium: shown as it is trained on, in the address, and learnt."""

import io
import re
import zipfile

import numpy as np
from PIL import Image
from playwright.sync_api import expect

from gan_core import runs
from gan_core.album import store

LONG = 120_000  # ms for what a worker does


def png(seed: int) -> bytes:
    out = io.BytesIO()
    values = np.random.default_rng(seed).integers(0, 256, (24, 36, 3), np.uint8)
    Image.fromarray(values).save(out, "PNG")
    return out.getvalue()


def zipped(n: int) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for i in range(n):
            made.writestr(f"pets/{'cat' if i % 2 else 'dog'}/{i}.png", png(i))
        made.writestr("pets/cat/broken.png", b"no picture")
    return out.getvalue()


def test_a_zip_is_uploaded_and_trained_on(page, app_url, idle, runs_folder):
    page.goto(
        f"{app_url}/train_images?i_data=own-images&i_length=by+steps"
        "&i_steps=6&i_batch=8&i_width=4&i_size=16"
    )
    idle(page)
    train = page.get_by_role("button", name="Train", exact=True)
    expect(train).to_be_disabled()
    file = {"name": "../../evil.zip", "mimeType": "application/zip", "buffer": b"no archive"}
    page.locator("input[type=file]").set_input_files([file])
    expect(page.get_by_text("is no ZIP file")).to_be_visible()
    idle(page)

    file = {"name": "pets.zip", "mimeType": "application/zip", "buffer": zipped(20)}
    page.locator("input[type=file]").set_input_files([file])
    expect(page).to_have_url(re.compile("i_data=images%3A[0-9a-f]{12}"))
    shown = page.locator("canvas[aria-label='20 of your images at 16 by 16 pixels']")
    expect(shown).to_be_visible()
    expect(page.get_by_text("Classes: cat, dog")).to_be_visible()
    expect(page.get_by_text("1 damaged, or no image")).to_be_visible()
    expect(page.get_by_text("is no ZIP file")).to_have_count(0)
    idle(page)

    train.click()
    expect(page).to_have_url(re.compile("run="))
    run = runs.open_run(re.search(r"run=([\w-]+)", page.url)[1], runs_folder)
    expect(page.get_by_text(re.compile("Finished$")).first).to_be_visible(timeout=LONG)
    expect(page.locator("canvas[aria-label='64 real pictures']")).to_be_visible()
    name = run.config.data.removeprefix("images:")
    assert (run.path / f"{name}{store.SUFFIX}").is_file() and run.config.size == 16
    assert not list(runs_folder.parent.rglob("*evil*")) and not list(runs_folder.rglob("*.zip"))
    expect(page.get_by_test_id("stException")).to_have_count(0)


def test_a_folder_is_uploaded_with_its_classes(page, app_url, idle, tmp_path):
    for i in range(6):
        place = tmp_path / "pets" / ("cat" if i % 2 else "dog")
        place.mkdir(parents=True, exist_ok=True)
        (place / f"{i}.png").write_bytes(png(i))
    page.goto(f"{app_url}/train_images?i_data=own-images")
    idle(page)
    page.get_by_text("Folder", exact=True).click()
    idle(page)
    page.locator("input[type=file][webkitdirectory]").set_input_files(tmp_path / "pets")
    expect(page.get_by_text("Classes: cat, dog")).to_be_visible()
    expect(page.get_by_role("button", name="Train", exact=True)).to_be_enabled()
