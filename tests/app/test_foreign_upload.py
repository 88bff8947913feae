"""The samples page with generators of others: opened, reported and drawn, or refused in words."""

import io
import sys
from pathlib import Path

import pytest
import torch

sys.path.append(str(Path(__file__).parents[1] / "unit"))
from some_foreign import blocks_d, example_g

from ui import checkpoints


@pytest.fixture(autouse=True)
def own_uploads(tmp_path, monkeypatch):
    monkeypatch.setattr(checkpoints.tempfile, "gettempdir", lambda: str(tmp_path))


@pytest.fixture(scope="module", autouse=True)
def end_workers():
    yield
    from ui.server import executor

    executor().close()


def saved(value) -> bytes:
    out = io.BytesIO()
    torch.save(value, out)
    return out.getvalue()


def uploaded(at, name: str, raw: bytes):
    at.get("file_uploader")[0].set_value((name, raw, "application/octet-stream"))
    return at.run()


def words(at) -> str:
    assert not at.exception
    kinds = (at.markdown, at.caption, at.error, at.warning, at.subheader)
    text = " ".join(str(part.value) for kind in kinds for part in kind)
    return text.replace("\\", "")  # a page escapes what Markdown would read as a mark


def test_a_foreign_generator_is_drawn_and_reported(framed):
    state = dict(example_g(3, 4)[0])
    state["main.4.running_var"] = -state["main.4.running_var"]
    at = uploaded(framed("samples"), "netG_epoch_3.pth", saved({"netG": state}))
    said = words(at)
    assert not at.error and at.get("bidi_component")
    assert at.selectbox(key="s_checkpoint").value.startswith("upload-")
    assert "pytorch/examples dcgan" in said and "32 × 32, colour" in said
    assert "| main.0 | ConvTranspose2d | 10 × 16 × 4 × 4 | 2,560 |" in said
    assert "Read from “netG” of the file." in said and "Guessed: ReLU" in said
    assert "BatchNorm main.4: 8 variances below 0" in said


@pytest.mark.parametrize("section", ["Look", "Move", "Judge", "Compare", "Zoo"])
def test_a_foreign_generator_goes_through_every_section(framed, section):
    at = uploaded(framed("samples"), "netG.pth", saved(example_g(3, 4)[0]))
    at.segmented_control(key="s_section").set_value(section).run()
    assert at.segmented_control(key="s_section").value == section
    assert not at.exception and not at.error, [error.value for error in at.error]
    assert "Fill" not in at.segmented_control(key="s_section").options


def test_a_foreign_generator_is_taken_home_but_for_a_file_of_ours(framed):
    at = uploaded(framed("samples"), "netG.pth", saved(example_g(3, 4)[0]))
    forms = {button.key for button in at.download_button}
    assert forms == {f"s_{form}" for form in ("png", "zip", "recipe", "onnx", "card")}
    for form in sorted(forms):
        at.download_button(key=form).click().run()
        assert not at.exception and not at.error, [error.value for error in at.error]
        assert at.success


def test_a_checkpoint_of_ours_has_a_report_too(framed):
    at = framed("samples", run="dcgan-mnist")
    said = words(at)
    assert "| body.0 | ConvTranspose2d | 64 × 128 × 4 × 4 | 131,072 |" in said
    assert "BatchNorm: the statistics of all 3 layers can be used." in said


@pytest.mark.parametrize(
    ("name", "raw", "says"),
    [
        ("netD.pth", lambda: saved(blocks_d()), "is a discriminator (eriklindernoren/PyTorch-GAN"),
        ("model.pt", lambda: saved(torch.nn.Linear(2, 2)), "wants to run code when it is opened"),
        ("other.ckpt", lambda: saved({"enc.0.weight": torch.zeros(3, 3, 3, 3)}), "What would fit"),
        (
            "line.ckpt",
            lambda: saved({f"enc.{i}.weight": torch.zeros(3, 3) for i in (0, 2)}),
            "no square picture",
        ),
        ("page.bin", lambda: b"<html>" * 9, "is a web page"),
    ],
)
def test_a_refusal_is_shown_and_the_page_goes_on(name, raw, says, framed, tmp_path):
    at = uploaded(framed("samples", run="dcgan-mnist"), name, raw())
    assert says in words(at)
    (error,) = at.error
    assert name in error.value.replace("\\", "")
    assert at.selectbox(key="s_checkpoint").value == "dcgan-mnist" and at.get("bidi_component")
    assert not [path for path in tmp_path.rglob(name) if path.is_file()]
