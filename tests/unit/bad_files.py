"""Files that no generator can be drawn from: for each a way to make it, and what its refusal says.

`CASES[name]` is (make, words): `make(path, own)` writes the file, `own` being a sound checkpoint of
this project; `words` is a pattern of the message.
"""

import argparse
import gzip
import io
import json
import os
import pickle
import struct
import tarfile
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from some_foreign import (
    Numbers,
    blocks_d,
    blocks_g,
    example_d,
    example_g,
    pyramid_d,
    pyramid_g,
    residual_d,
    residual_g,
    stack,
    tutorial_g,
)
from torch import nn

Make = Callable[[Path, Path], object]
HUGE = 10 * 2**30
ASIDE = Path("/tmp") / "gan-core-was-run"  # what a pickle with code would write


class Calls:
    """A pickle of this calls a function as it is opened."""

    def __init__(self, function, *arguments):
        self.what = function, arguments

    def __reduce__(self):
        return self.what


def saved(value, **more) -> Make:
    return lambda path, own: torch.save(value() if callable(value) else value, path, **more)


def raw(data: bytes) -> Make:
    return lambda path, own: path.write_bytes(data)


def pickled(value) -> Make:
    return lambda path, own: path.write_bytes(pickle.dumps(value, protocol=2))


def changed(make, **changes) -> Make:
    """A G of `make` with tensors replaced, or left out where the change is None; dots are `__`."""

    def write(path, own):
        state = dict(make()[0])
        for name, value in changes.items():
            state[name.replace("__", ".")] = value
        torch.save({k: v for k, v in state.items() if v is not None}, path)

    return write


def each(make, change) -> Make:
    return saved(lambda: {k: change(v) for k, v in make()[0].items()})


def zipped(path: Path, files: dict[str, bytes], how: int = zipfile.ZIP_STORED) -> None:
    with zipfile.ZipFile(path, "w", how) as file:
        for name, content in files.items():
            file.writestr(name, content)


def rezipped(change, how: int = zipfile.ZIP_STORED) -> Make:
    """A file of torch.save whose entries {name: bytes} were changed."""

    def write(path, own):
        whole = io.BytesIO()
        torch.save({"main.0.weight": torch.zeros(123_456)}, whole)
        with zipfile.ZipFile(whole) as file:
            zipped(path, change({n: file.read(n) for n in file.namelist()}), how)

    return write


def grown(data: bytes) -> bytes:
    """A pickle whose 123,456 numbers claim to be two thousand million."""
    small, large = (b"J" + struct.pack("<i", n) for n in (123_456, 2**31 - 1))
    assert small in data
    return data.replace(small, large)


def grown_legacy(path: Path, own: Path) -> None:
    whole = io.BytesIO()
    state = {"main.0.weight": torch.zeros(123_456)}
    torch.save(state, whole, _use_new_zipfile_serialization=False)
    path.write_bytes(grown(whole.getvalue()))


def claims_much(path: Path, own: Path) -> None:
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("archive/data.pkl", b"\x80\x02}.")
        file.filelist[0].file_size = HUGE


def half(make: Make, share: float = 0.5) -> Make:
    def write(path, own):
        make(path, own)
        whole = path.read_bytes()
        path.write_bytes(whole[: int(len(whole) * share)])

    return write


def a_copy(path: Path, own: Path) -> None:
    path.write_bytes(own.read_bytes())


def scripted(path: Path, own: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.jit.save(torch.jit.trace(nn.Linear(2, 2), torch.zeros(1, 2)), path)


def headed(header: bytes, length: int | None = None, rest: bytes = b"") -> Make:
    claimed = len(header) if length is None else length
    return raw(struct.pack("<Q", claimed) + header + rest)


def tensors(**about) -> bytes:
    return json.dumps({"0.weight": about}).encode()


def relength(by: int) -> Make:
    """A sound safetensors file whose header length is off by a few."""

    def write(path, own):
        save_file(tutorial_g()[0], path)
        whole = path.read_bytes()
        path.write_bytes(struct.pack("<Q", int.from_bytes(whole[:8], "little") + by) + whole[8:])

    return write


def safely(change) -> Make:
    return lambda path, own: save_file(change(dict(tutorial_g()[0])), path)


def ours(change=lambda state: state, **meta) -> Make:
    """A checkpoint of this project with other tensors or another header."""

    def write(path, own):
        with safe_open(own, "pt") as file:
            said = file.metadata()
        save_file(change(load_file(own)), path, {**said, **meta})

    return write


def with_weight(change):
    """Replace G's first weight."""

    def replaced(state):
        name = next(n for n in sorted(state) if n.startswith("G.") and n.endswith("weight"))
        return {**state, name: change(state[name].clone())}

    return replaced


def spoiled(tensor: torch.Tensor, value: float) -> torch.Tensor:
    tensor.view(-1)[3] = value
    return tensor


def picture(path: Path, own: Path) -> None:
    from PIL import Image

    Image.new("L", (8, 8)).save(path, "PNG")


def tarred(path: Path, own: Path) -> None:
    with tarfile.open(path, "w") as file:
        file.add(own, "netG.pth")


def sparse_file(path: Path, own: Path) -> None:
    with open(path, "wb") as file:
        file.write(b"PK\x03\x04")
        file.truncate(600 * 2**20)


def arrays(path: Path, own: Path) -> None:
    with open(path, "wb") as file:
        np.savez(file, weight=np.zeros(3))


def module() -> nn.Module:
    return nn.Sequential(nn.Linear(4, 4), nn.ReLU())


def mlp(*widths: int):
    return stack("", torch.relu, torch.tanh, list(widths))


def conditional():
    made = Numbers()
    made.weight("block2.b1.embed", 10, 12)
    return {**residual_g([6, 6, 6, 6])[0], **made.state}, None


def wide_g() -> dict[str, torch.Tensor]:
    """mimicry's shapes, 512 pixels of 300 channels: a file of 40 MB whose layers take 300 each."""
    made, n = Numbers(), 300
    made.weight("l1", n * 64, 2)
    for i in range(2, 8):
        made.weight(f"block{i}.c1", n, n, 3, 3)
        made.weight(f"block{i}.c2", n, n, 3, 3)
        made.norm(f"block{i}.b1", n)
        made.norm(f"block{i}.b2", n)
        made.weight(f"block{i}.c_sc", n, n, 1, 1)
    made.norm("b8", n)
    made.weight("c8", 3, n, 3, 3)
    return made.state


def strangers() -> dict[str, torch.Tensor]:
    return {f"layer{i}.0.conv1.weight": torch.zeros(4, 4, 3, 3) for i in range(9)}


command = Calls(os.system, f"touch {ASIDE}")
CASES: dict[str, tuple[Make, str]] = {
    # no file with tensors
    "empty": (raw(b""), "is empty"),
    "a folder": (lambda path, own: (path.mkdir(), (path / "x").touch()), "no checkpoint at|folder"),
    "not there": (lambda path, own: None, "There is no"),
    "a pipe": (lambda path, own: os.mkfifo(path), "no plain file|no checkpoint"),
    "600 MB": (sparse_file, "has 600 MB; at most 512 MB"),
    "text": (raw(b"hello, this is netG\n" * 9), "neither a file of torch.save"),
    "one byte": (raw(b"\x80"), "neither"),
    "noise": (raw(bytes(range(1, 256)) * 9), "neither"),
    "a web page": (raw(b"\n<!DOCTYPE html><html></html>"), "web page.*raw"),
    "a pointer": (raw(b"version https://git-lfs.github.com/spec/v1\noid x"), "pointer of Git LFS"),
    "a picture": (picture, "is a picture, not a checkpoint"),
    "gzip": (raw(gzip.compress(b"weights")), "compressed by gzip.*Unpack"),
    "HDF5": (raw(b"\x89HDF\r\n\x1a\n" + bytes(99)), "HDF5.*Keras"),
    "tar": (tarred, "neither"),
    # zips
    "npz": (arrays, "zip that torch.save did not write: it holds weight.npy"),
    "zip of a checkpoint": (
        lambda path, own: zipped(path, {"netG.pth": own.read_bytes()}), "holds netG.pth.*Unpack"),
    "empty zip": (lambda path, own: zipped(path, {}), "it holds nothing"),
    "zip that is none": (raw(b"PK\x03\x04" + bytes(600)), "truncated or damaged"),
    "truncated": (half(changed(example_g)), "truncated or damaged"),
    "almost whole": (half(changed(example_g), 0.99), "truncated or damaged"),
    "numbers missing": (
        rezipped(lambda files: {n: v for n, v in files.items() if "/data/" not in n}), "damaged"),
    "numbers cut": (
        rezipped(lambda files: {n: v[:100] for n, v in files.items()}), "damaged|truncated"),
    "compressed": (
        rezipped(lambda files: {n: v + bytes(10**7) for n, v in files.items()},
                 zipfile.ZIP_DEFLATED), "compressed zip"),
    "zip of 10 GB": (claims_much, "claims more than 512 MB"),
    "storage of 8 GB": (
        rezipped(lambda files: {n: grown(v) if n.endswith("data.pkl") else v
                                for n, v in files.items()}), "damaged|more numbers"),
    "TorchScript": (scripted, "TorchScript archive, which holds code"),
    # pickles
    "code": (saved({"a": command}), r"run code when it is opened: (posix|os)\.system.*refused"),
    "code, legacy": (
        saved({"a": command}, _use_new_zipfile_serialization=False), r"run code.*\.system"),
    "code, plain pickle": (pickled({"a": command}), r"run code.*\.system|damaged"),
    "eval": (saved({"a": Calls(eval, "1+1")}), r"run code.*eval"),
    "a whole module": (saved(module), "whole module saved by torch.save.*state_dict"),
    "settings": (saved(lambda: {"G": tutorial_g()[0], "opt": argparse.Namespace(lr=1)}),
                 "argparse.Namespace"),
    "a path": (saved(lambda: {"G": tutorial_g()[0], "at": Path("x")}), "run code.*pathlib"),
    "storage of 8 GB, legacy": (grown_legacy, "more numbers than its size can hold|damaged"),
    "truncated, legacy": (
        half(saved(lambda: example_g()[0], _use_new_zipfile_serialization=False)), "damaged"),
    "a bytearray of 10 GB": (pickled(Calls(bytearray, HUGE)), "more numbers|run code|damaged"),
    "expanded to 40 GB": (
        saved(lambda: {"main.0.weight": torch.zeros(1).expand(10**5, 10**5)}),
        "claims 38,146 MB"),
    "10,001 tensors": (
        saved(lambda: dict.fromkeys(map(str, range(10_001)), torch.zeros(1))), "10,001 of its"),
    "a list": (saved([torch.zeros(2)]), "holds a list, no state dict"),
    "one tensor": (saved(torch.zeros(2)), "holds one tensor"),
    "numbers": (saved({"epoch": 3, "lr": 0.1}), "a dict of epoch, lr, no state dict"),
    "nothing": (saved({}), "a dict of nothing"),
    # weights
    "whole numbers": (each(tutorial_g, lambda v: v.int()), "0.weight holds int32"),
    "complex": (each(tutorial_g, lambda v: v.cfloat()), "complex64"),
    "bool": (each(tutorial_g, lambda v: v > 0), "holds bool"),
    "sparse": (each(tutorial_g, lambda v: v.to_sparse()), "sparse"),
    "NaN": (each(example_g, lambda v: spoiled(v.float(), float("nan")) if v.dim() > 1 else v),
            "1 of 5,120 numbers of main.0.weight are NaN"),
    "infinite variance": (
        changed(example_g, main__1__running_var=torch.full((32,), torch.inf)), "running_var"),
    # networks
    "D of pytorch/examples": (saved(lambda: example_d()[0]), "is a discriminator.*netG"),
    "D of PyTorch-GAN": (saved(blocks_d), "is a discriminator"),
    "D of WassersteinGAN": (saved(pyramid_d), "is a discriminator"),
    "D of mimicry": (saved(lambda: {"model_state_dict": residual_d()}),
                     "“model_state_dict” is a discriminator"),
    "D of the tutorial": (saved(lambda: mlp(49, 8, 1)[0]), "is a discriminator"),
    "strangers": (saved(strangers), "known here: layer0.0.conv1.weight.*4 more.*would fit: main.0"),
    "a wrong shape": (changed(example_g, main__3__weight=torch.zeros(32, 9, 4, 4)),
                      r"main.6.weight has shape|main.4.weight has shape|where \["),
    "a missing tensor": (changed(example_g, main__4__running_var=None),
                         "main.4.running_var is missing: save the whole"),
    "a missing layer": (changed(example_g, main__6__weight=None), "main.6.weight is missing"),
    "one too many": (changed(example_g, main__99__bias=torch.zeros(3)), "99.bias has no place"),
    "two channels": (saved(lambda: example_g(2)[0]), "pictures of 2 channels"),
    "huge pictures": (saved(lambda: blocks_g(1, 200)[0]), "800 pixels wide"),
    "huge layers": (saved(wide_g), "One picture would take 300 MB in one of its layers"),
    "a huge latent": (saved(lambda: example_g(1, 3, 9000)[0]), "reads 9,000 numbers"),
    "points": (saved(lambda: mlp(8, 8, 2)[0]), "2 numbers are no square picture"),
    "no square": (changed(blocks_g, l1__0__weight=torch.zeros(25, 10)), "no square of 6"),
    "a layer unknown": (saved(lambda: {f"{i}.weight": torch.zeros(9, 9) for i in (0, 5)}),
                        "a layer not known here"),
    "conditional": (saved(lambda: conditional()[0]), "needs a class beside its noise"),
    "no first layer": (
        saved(lambda: {k: v for k, v in pyramid_g()[0].items()
                       if ":convt" not in k or "initial" not in k}), "initial:…:convt.weight"),
    # safetensors
    "a header of 10 GB": (headed(b'{"a":1}', HUGE), "claims a header of 10,737,418,240 bytes"),
    "a header of 2^63": (headed(b'{"a":1}', 2**63), "claims a header of"),
    "a header longer by 5": (relength(5), "damaged"),
    "a header shorter by 5": (relength(-5), "damaged"),
    "a header that is none": (headed(b"{" + b"x" * 99, rest=bytes(50)), "damaged"),
    "a deep header": (headed(b'{"a":' + b"[" * 10**6 + b"]" * 10**6 + b"}"), "damaged"),
    "a tensor of 10 GB": (
        headed(tensors(dtype="F32", shape=[50_000, 50_000], data_offsets=[0, 4]), rest=bytes(4)),
        "damaged"),
    "numbers beyond the end": (
        headed(tensors(dtype="F32", shape=[9, 9], data_offsets=[0, 324]), rest=bytes(4)),
        "damaged"),
    "half of the numbers": (half(safely(dict)), "damaged"),
    "no tensors": (safely(lambda state: {}), "holds no tensors"),
    "whole safetensors numbers": (
        safely(lambda state: {k: v.long() for k, v in state.items()}), "holds int64"),
    "float8": (
        safely(lambda state: {k: v.to(torch.float8_e4m3fn) for k, v in state.items()}),
        "holds float8_e4m3fn"),
    "NaN in safetensors": (
        safely(lambda state: {k: spoiled(v, float("nan")) for k, v in state.items()}), "are NaN"),
    # of this project
    "ours, half": (half(a_copy), "damaged"),
    "ours, NaN": (ours(with_weight(lambda v: spoiled(v, float("nan")))), "holds NaN or infinite"),
    "ours, infinite": (
        ours(with_weight(lambda v: spoiled(v, float("-inf")))), "holds NaN or infinite"),
    "ours, whole numbers": (ours(with_weight(lambda v: v.int())), "holds I32 numbers"),
    "ours, float8": (ours(with_weight(lambda v: v.to(torch.float8_e5m2))), "holds F8_E5M2"),
    "ours, a wrong shape": (ours(with_weight(lambda v: v[..., :1].clone())), "has shape"),
    "ours, one too many": (ours(lambda s: {**s, "G.extra": torch.zeros(2)}), "no place"),
    "ours, no config": (ours(config="{}"), "damaged header|config"),
    "ours, another shape": (ours(shape="[7, 99999, 99999]"), "damaged header"),
    "ours, another format": (ours(format="gan_core 99"), "not a checkpoint of this project"),
}  # fmt: skip
