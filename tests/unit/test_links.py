"""Checkpoints at web addresses: fetched once, within bounds, and refused in words."""

import io
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import torch
from some_foreign import tutorial_g

from gan_core.__main__ import main
from gan_core.catalog import BadInput
from gan_core.commands import links


def body() -> bytes:
    out = io.BytesIO()
    torch.save(tutorial_g()[0], out)
    return out.getvalue()


class Site(BaseHTTPRequestHandler):
    """A site with a checkpoint, a page, and addresses that go wrong."""

    asked: list[str] = []  # noqa: RUF012
    netG = body()

    def do_GET(self):
        self.asked.append(self.path)
        name = self.path.split("?")[0]
        if name == "/moved":
            return self.head(302, Location="/a/netG%20best.pth")
        if name == "/local":
            return self.head(302, Location="file:///etc/passwd")
        if name == "/ftp":
            return self.head(302, Location="ftp://a.example/netG.pth")
        if name == "/huge":
            return self.head(200, **{"Content-Length": str(10 * 2**30)})
        if name == "/cut":
            self.head(200, **{"Content-Length": str(2 * len(self.netG))})
            self.wfile.write(self.netG)
        elif name == "/endless":
            self.head(200)
            self.wfile.write(bytes(3 * 2**20))
        elif name.endswith(".html"):
            self.head(200)
            self.wfile.write(b"<!doctype html><p>netG")
        elif name.endswith(".pth"):
            self.head(200, **{"Content-Length": str(len(self.netG))})
            self.wfile.write(self.netG)
        else:
            self.head(404)
        return None

    def head(self, code, **fields):
        self.send_response(code)
        for name, value in fields.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, *_args):
        pass


@pytest.fixture(scope="module")
def site():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("GAN_DATA", str(tmp_path / "data"))
    Site.asked.clear()
    return tmp_path / "data" / "checkpoints"


def test_an_address_is_fetched_once(site, cache):
    first, again = (links.fetch(f"{site}/a/netG%20best.pth") for _ in range(2))
    assert first == again and first.read_bytes() == Site.netG and len(Site.asked) == 1
    assert first.parent == cache and first.name.endswith("-netG_best.pth")
    other = links.fetch(f"{site}/a/netG%20best.pth?v=2")
    assert other != first and len(list(cache.iterdir())) == 2


def test_a_redirect_within_the_web_is_followed(site):
    assert links.fetch(f"{site}/moved").read_bytes() == Site.netG


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("/none", "answers 404"),
        ("/local", "is not allowed"),
        ("/ftp", "no http or https address"),
        ("/huge", "larger than"),
        ("/endless", "larger than"),
        ("/cut", "ended after"),
        ("/view.html", "is a web page"),
    ],
)
def test_what_cannot_be_fetched_is_said_and_not_kept(path, says, site, cache, monkeypatch):
    monkeypatch.setattr(links, "LARGEST", 2 * 2**20)
    with pytest.raises(BadInput, match=says):
        links.fetch(site + path)
    assert not list(cache.iterdir())


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("ftp://a.example/netG.pth", "only http and https"),
        ("file:///etc/passwd", "only http and https"),
        ("http://127.0.0.1:1/netG.pth", "cannot be fetched"),
        ("http://[::1/netG.pth", "no web address"),
    ],
)
def test_an_address_that_is_none_is_one_line(name, says, capsys):
    assert main(["open", name]) == 2
    said = capsys.readouterr().err
    assert said.startswith("error: ") and said.count("\n") == 1
    assert says in said


def test_the_command_line_samples_an_address(site, tmp_path, capsys):
    out = tmp_path / "grid.png"
    assert main(["sample", f"{site}/a/netG%20best.pth", "--n", "4", "--out", str(out)]) == 0
    assert out.read_bytes().startswith(b"\x89PNG")
