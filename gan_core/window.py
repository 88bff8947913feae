"""What a run shows of itself: how its frames are read, and frames, always of the same latents."""

import torch
from torch import Tensor

from gan_core import pictures, runs
from gan_core.catalog import OBJECTIVES
from gan_core.config import Config
from gan_core.data import Images, Masked, Toy
from gan_core.players import Players
from gan_core.readings import Inputs
from gan_core.runs import Run, tiles
from gan_core.training import generate

COLUMNS = 8  # of a picture of tiles


class Window:
    """The view onto one run: `open` writes how it is read, `frame` is one moment as bytes."""

    def __init__(self, run: Run, config: Config, data: Toy | Images, reads: Inputs):
        self._run, self._config, self._data, self._reads = run, config, data, reads
        self._head = OBJECTIVES[config.objective].head
        self._latents = fixed_latents(config, reads)
        rng = torch.Generator().manual_seed(config.seed + 1)
        self._real = data.sample(pictures.POINTS if config.kind == "2d" else 64, rng)

    def open(self) -> None:
        """Write the scene and the real samples; of a carried source, where its points start."""
        scene = pictures.scene_of(
            self._data, self._head, latent=self._config.latent, reads=self._reads
        )
        if isinstance(self._data, Toy):
            extent = self._reads.view(self._data)
            real = pictures.to_u16(self._real, extent)
            if self._reads.carries:
                source = pictures.to_u16(self._latents[:, : self._data.dim], extent)
                runs.write_whole(self._run.path / "source.bin", source)
        else:
            real = pictures.encode(pictures.tile(self._real, COLUMNS))
        runs.write_json(self._run.path / "scene.json", scene)
        runs.write_whole(self._run.path / "real.bin", real)

    def frame(self, players: Players) -> bytes:
        """The players as they are now."""
        if not isinstance(self._data, Toy):
            return self._tiles(players)
        return pictures.plane_frame(
            players, self._reads.view(self._data), self._head, self._latents, self._real,
            grid=self._reads.source is None,
        )  # fmt: skip

    def _tiles(self, players: Players) -> bytes:
        """The generated pictures with D's opinions; an auto-encoder's reconstructions are written
        beside the frames, as only the newest are shown."""
        made = generate(players, self._latents)
        if self._reads.fills:
            made = beside_their_own(self._reads.fills, self._latents, made)
        if self._head == "energy":
            rows = pictures.rebuilt(players, self._real[:COLUMNS], made[:COLUMNS])
            shown = pictures.encode(pictures.tile(rows, COLUMNS))
            runs.write_whole(self._run.path / "rebuilt.bin", shown)
        picture = pictures.encode(pictures.tile(made, COLUMNS))
        return tiles.join(picture, pictures.opinions(players, made, self._head))


def beside_their_own(fills: Masked, inputs: Tensor, made: Tensor) -> Tensor:
    """Rows of COLUMNS completions each, the first of which gives way to what G read."""
    shown = made.clone()
    shown[::COLUMNS] = fills.split(inputs[::COLUMNS])[0]
    return shown


def fixed_latents(config: Config, reads: Inputs | None = None) -> Tensor:
    """What G reads behind every frame of a run, the same from first to last: z if not given."""
    rng = torch.Generator().manual_seed(config.seed + 2)
    reads = reads or Inputs(config.latent)
    if reads.fills:
        return reads.several(64, COLUMNS, rng)
    return reads(pictures.POINTS if config.kind == "2d" else 64, rng)
