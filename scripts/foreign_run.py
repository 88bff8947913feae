"""One script of another repository, run for a few steps, in a process and a folder of its own.

`python scripts/foreign_run.py SCRIPT NAME OUT DATA -- ARGUMENTS` runs SCRIPT on the first pictures
of MNIST, then writes OUT/file.pth, what it saved of its generator NAME (its state_dict() where it
saves nothing), and OUT/reference.pth: rows and what its own module, in eval mode, makes of them.
SCRIPT may also be `mimicry:DCGANGenerator32:PATH`: that class, under its own trainer.

What stands in for these repositories' own time: downloads (MNIST from DATA), packages that only
log or measure, and what torch 0.3 and torchvision 0.2 called otherwise.
"""

import os
import runpy
import shutil
import sys
from pathlib import Path
from unittest.mock import MagicMock

import torch
import torchvision
from torch.utils.data import DataLoader, dataloader

IMAGES = 200  # pictures of MNIST that there are
DRAWN = 16
BATCH, STEPS = 4, 2  # of mimicry's trainer
SAVED = ("netG_epoch_0.pth", "samples/netG_epoch_0.pth", "G.ckpt")
DIGITS = torchvision.datasets.MNIST


def few(root: str, colour: bool) -> type:
    """MNIST as a class that scripts make with arguments of their own: few pictures, no download."""

    class Few(DIGITS):
        def __init__(self, *_args, transform=None, **_more):
            super().__init__(root, transform=transform)

        @property
        def raw_folder(self):
            return str(Path(root, "MNIST", "raw"))

        def __len__(self):
            return IMAGES

    class Coloured(Few):
        def __getitem__(self, i):
            keep, self.transform = self.transform, None
            image, label = super().__getitem__(i)
            self.transform = keep
            return keep(image.convert("RGB")), label

    return Coloured if colour else Few


def stand_in(root: str) -> None:
    """Put in place what these scripts expect to find."""
    torchvision.datasets.MNIST = few(root, False)
    torchvision.datasets.CIFAR10 = few(root, True)
    torchvision.transforms.Scale = torchvision.transforms.Resize
    torch.autograd.Variable = lambda value, requires_grad=False, volatile=False: value
    dataloader._BaseDataLoaderIter.next = dataloader._BaseDataLoaderIter.__next__
    for name in ("tensorflow", "skimage", "sklearn", "sklearn.metrics", "sklearn.metrics.pairwise",
                 "torch.utils.tensorboard"):  # fmt: skip
        sys.modules[name] = MagicMock()


def scripted(script: str, name: str, argv: list[str]) -> torch.nn.Module:
    """Run a script whole; its generator. What it saved, or else its state_dict(), is file.pth."""
    sys.path.insert(0, str(Path(script).parent))
    sys.argv = [script, *argv]
    G = runpy.run_path(script, run_name="__main__")[name]
    saved = next((path for path in map(Path, SAVED) if path.is_file()), None)
    if saved:
        shutil.copy(saved, "file.pth")
    else:
        torch.save(G.state_dict(), "file.pth")
    return G


def mimicry(kind: str, checkout: str, root: str) -> torch.nn.Module:
    """A generator of mimicry under its own trainer, which saves it."""
    sys.path.insert(0, checkout)
    import torch_mimicry as mmc

    nets = mmc.nets.wgan_gp if kind.startswith("WGANGP") else mmc.nets.dcgan
    size = int(kind[-2:])
    G = getattr(nets, kind)()
    D = getattr(nets, kind.replace("Generator", "Discriminator"))()
    to = torchvision.transforms
    half = (0.5, 0.5, 0.5)
    digits = few(root, True)(
        transform=to.Compose([to.Resize(size), to.ToTensor(), to.Normalize(half, half)])
    )
    optimizers = {
        f"opt{name}": torch.optim.Adam(net.parameters(), 2e-4, betas=(0.0, 0.9))
        for name, net in (("D", D), ("G", G))
    }
    loader = DataLoader(digits, BATCH, shuffle=True)
    mmc.training.Trainer(
        netD=D, netG=G, **optimizers, dataloader=loader, num_steps=STEPS, log_dir="log",
        device=torch.device("cpu"),
    ).train()  # fmt: skip
    shutil.copy(next(Path("log/checkpoints/netG").glob("*.pth")), "file.pth")
    return G


def main() -> None:
    script, name, out, root, _, *argv = sys.argv[1:]
    torch.manual_seed(0)
    os.chdir(out)
    stand_in(root)
    if script.startswith("mimicry:"):
        _, kind, checkout = script.split(":", 2)
        G = mimicry(kind, checkout, root)
    else:
        G = scripted(script, name, argv)
    state = G.state_dict()
    first = next(iter(state.values()))
    latent = first.shape[0] if first.dim() == 4 else first.shape[1]
    rows = torch.randn(DRAWN, latent, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        pictures = G.eval()(rows[:, :, None, None] if first.dim() == 4 else rows)
    torch.save({"rows": rows, "pictures": pictures}, "reference.pth")


if __name__ == "__main__":
    main()
