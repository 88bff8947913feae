"""Checkpoints that other repositories' own scripts write, opened here: are the pictures the same?

    python scripts/foreign.py --data ROOT --examples PATH --pytorch-gan PATH --wassersteingan PATH \
        --mimicry PATH --tutorial PATH

Each PATH is a checkout; those not given are left out. ROOT has MNIST/raw. Prints docs/foreign.md's
table; exits with 1 where a file does not open or differs by more than 1e-5.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from gan_core.catalog import BadInput
from gan_core.sampling import Shelf

CLOSE = 1e-5
OLD = ["--dataset", "cifar10", "--dataroot", ".", "--niter", "1", "--batchSize", "16"]
EXAMPLE = ["--dataset", "mnist", "--dataroot", ".", "--niter", "1", "--batchSize", "50"]


@dataclass(frozen=True)
class Case:
    title: str
    flag: str  # which checkout
    script: str  # in it
    generator: str  # what the script calls it
    arguments: tuple[str, ...] = ()


def cases() -> list[Case]:
    gan = "tutorials/03-advanced/generative_adversarial_network/main.py"
    workers = ("--workers", "0")
    found = [
        Case("pytorch/examples, dcgan", "examples", "dcgan/main.py", "netG", (*EXAMPLE, *workers)),
        Case("PyTorch-GAN, dcgan", "pytorch_gan", "implementations/dcgan/dcgan.py", "generator",
             ("--n_epochs", "1")),
        Case("PyTorch-GAN, wgan_gp", "pytorch_gan", "implementations/wgan_gp/wgan_gp.py",
             "generator", ("--n_epochs", "1")),
        Case("pytorch-tutorial, GAN", "tutorial", gan, "G"),
        Case("WassersteinGAN", "wassersteingan", "main.py", "netG", (*OLD, *workers)),
        Case("WassersteinGAN, an extra layer", "wassersteingan", "main.py", "netG",
             (*OLD, *workers, "--n_extra_layers", "1")),
        Case("WassersteinGAN, --noBN", "wassersteingan", "main.py", "netG",
             (*OLD, *workers, "--noBN")),
        Case("WassersteinGAN, --mlp_G", "wassersteingan", "main.py", "netG",
             (*OLD, *workers, "--mlp_G")),
    ]  # fmt: skip
    for kind, name in (("DCGAN", "DCGAN"), ("WGANGP", "WGAN-GP")):
        for size in (32, 48, 64):
            script = f"mimicry:{kind}Generator{size}:"
            found.append(Case(f"mimicry, {name} {size}", "mimicry", script, "netG"))
    return found


def measured(case: Case, checkout: Path, data: Path, out: Path) -> str | None:
    """A row of the table for one script: run, opened, compared; None where it does not fit."""
    script = f"{case.script}{checkout}" if ":" in case.script else str(checkout / case.script)
    began = time.perf_counter()
    child = Path(__file__).with_name("foreign_run.py")
    subprocess.run(
        [sys.executable, child, script, case.generator, out, data, "--", *case.arguments],
        check=True, stdout=subprocess.DEVNULL, env={**os.environ, "PYTHONWARNINGS": "ignore"},
    )  # fmt: skip
    ran = time.perf_counter() - began
    reference = torch.load(out / "reference.pth", weights_only=True)
    began = time.perf_counter()
    try:
        opened = Shelf().get(out / "file.pth")
    except BadInput as error:
        print(f"{case.title}: {error}", file=sys.stderr)
        return None
    took = time.perf_counter() - began
    theirs = reference["pictures"].reshape(-1, *opened.shape)
    off = float((opened.make(reference["rows"]) - theirs).abs().max())
    spread = float(theirs.std())
    size = "×".join(map(str, opened.shape))
    many = opened.report["parameters"]
    row = (
        f"| {case.title} | {opened.origin} | {opened.latent} → {size} | {many:,} | {off:.1e} |"
        f" {spread:.1e} | {ran:.0f} s | {took:.1f} s |"
    )
    if off > CLOSE:
        print(f"{case.title} differs: {row}", file=sys.stderr)
        return None
    return row


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    flags = sorted({case.flag for case in cases()})
    for flag in flags:
        parser.add_argument(f"--{flag.replace('_', '-')}", type=Path)
    parser.add_argument("--data", type=Path, required=True, help="a folder with MNIST/raw")
    parser.add_argument("--only", default="", help="cases whose title has this")
    args = parser.parse_args()
    print("| Script | Recognised as | Latent → picture | Parameters | Largest difference |"
          " Spread of a pixel | Run | Opened in |")  # fmt: skip
    print("| --- " * 8 + "|")
    failed = 0
    for case in cases():
        checkout = getattr(args, case.flag)
        if checkout is None or args.only not in case.title:
            continue
        with tempfile.TemporaryDirectory() as folder:
            row = measured(case, checkout.resolve(), args.data.resolve(), Path(folder))
        failed += row is None
        if row:
            print(row, flush=True)
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
