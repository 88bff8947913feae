"""Whether the settings of a config go together: each function raises BadInput, which says what to
mend, where some do not. A config is one of `gan_core.config`, which calls this room."""

from typing import Any

from gan_core.catalog import BadInput, data_info, own_images

NETWORKS_OF_IMAGES = ("dcgan", "resnet")
SIZES = (16, 32, 64, 128)  # of images
LARGEST = 2e7  # weights of a layer
USUAL_SOURCE = "moons"  # of points


def require_agreement(config: Any) -> None:
    """All of it, of a config whose values are within their bounds."""
    if not config.steps and not config.seconds:
        raise BadInput(
            "steps=0 stands for as many rounds as fit into seconds, and seconds=0 sets no limit:"
            " set steps to 1 or more, or seconds to 60, say."
        )
    if config.batch % config.pack:
        raise BadInput(
            f"A batch of {config.batch} cannot be split into packs of {config.pack}: choose a batch"
            " that is a multiple of pack, or pack=1."
        )
    (_require_images if config.kind == "image" else _require_plane)(config)
    if config.network == "resnet":
        _require_residual(config)
    penalised = config.objective == "wgan-gp" or config.r1 > 0 or config.r2 > 0
    if penalised and config.norm_d == "batch":
        raise BadInput(
            "A gradient penalty acts at each sample, but BatchNorm in D makes D(x) depend on the"
            " whole batch. Set norm_d to layer or none, or set r1 and r2 to 0 (not for wgan-gp)."
        )
    if (weights := _largest_layer(config)) > LARGEST:
        raise BadInput(
            f"One layer would have {weights / 1e6:.0f} million weights, more than the 20 million"
            " allowed: choose a smaller width, latent or size."
        )
    _require_readable(config)


def _require_images(config: Any) -> None:
    """What holds for images alone."""
    if config.network == "mlp":
        raise BadInput("network=mlp draws 2-D points; images need network=dcgan or resnet.")
    if config.size not in SIZES:
        raise BadInput(f"size={config.size}: networks for images need 16, 32, 64 or 128.")
    if own_images(config.data) and config.size > 64:
        raise BadInput(
            f"size={config.size}: your own images are kept at 64x64 pixels. Choose 16, 32 or 64, or"
            " train on their folder, as folder:PATH."
        )
    if config.scaling != "none":
        raise BadInput("Images are in [-1, 1] already: scaling=unit is for 2-D data.")
    if config.fourier:
        raise BadInput("Fourier features are for 2-D data: set fourier to 0.")


def _require_plane(config: Any) -> None:
    """What holds for points alone."""
    if config.network in NETWORKS_OF_IMAGES:
        raise BadInput(
            f"network={config.network} draws images, but “{config.data}” is 2-D: use network=mlp."
        )
    if config.fakes == "shared":
        raise BadInput("Points are drawn faster than they are kept: fakes=shared is for images.")


def _require_residual(config: Any) -> None:
    """What residual networks are made for."""
    if config.objective == "began":
        raise BadInput(
            "BEGAN's D is an auto-encoder, made of DCGAN networks alone: use network=dcgan."
        )
    for name in ("norm_g", "norm_d"):
        if (norm := getattr(config, name)) != "none":
            raise BadInput(
                f"{name}={norm}, but residual networks have no normalisation, and their blocks"
                f" begin at 0, which leaves nothing to divide by: set {name} to none, or use"
                " network=dcgan."
            )


def _require_readable(config: Any) -> None:
    """What G can read."""
    if config.kind == "image":
        return _require_fillable(config)
    if config.spread:
        raise BadInput(
            f"spread={config.spread:g} is for pictures that are filled in, but “{config.data}” is"
            " 2-D: set spread to 0."
        )
    if config.reads == "x+z" and data_info(config.source).kind != "2d":  # raises if there is none
        raise BadInput(
            f"source={config.source} holds pictures, and G carries points: name 2-D data, ring say."
        )
    if config.latent == 0 and config.reads == "z":
        raise BadInput(
            "latent=0 leaves G nothing to read: set latent to 1 or more, or let it read a source"
            " sample with reads=x+z."
        )


def _require_fillable(config: Any) -> None:
    """What G can read of pictures: z, or a picture with a part hidden and z."""
    if config.reads == "x+noise":
        raise BadInput(
            f"reads=x+noise is for points in the plane, but “{config.data}” holds pictures: set"
            " reads to z, or to x+z, which fills in what is hidden of a picture."
        )
    if config.reads == "x+z" and config.network != "dcgan":
        raise BadInput(
            f"network={config.network} cannot read a picture: to fill one in (reads=x+z) set"
            " network to dcgan."
        )
    if config.reads == "x+z" and config.source != USUAL_SOURCE:
        raise BadInput(
            f"source={config.source} is for points: on “{config.data}” x is a picture of the data"
            " itself with a part hidden. Leave source out."
        )
    if config.spread and config.reads != "x+z":
        raise BadInput(
            f"spread={config.spread:g} makes z count beside x, and reads={config.reads} has no x:"
            " set spread to 0, or reads to x+z."
        )
    if config.latent == 0 and config.spread:
        raise BadInput(
            f"spread={config.spread:g} makes z count, and latent=0 leaves none: set latent to 1 or"
            " more, or spread to 0."
        )
    if config.latent == 0 and config.reads == "z":
        raise BadInput(
            "latent=0 leaves G nothing to read: set latent to 1 or more, or let it read a picture"
            " with a part hidden with reads=x+z."
        )


def _largest_layer(config: Any) -> float:
    """Weights of the widest layer of the config's networks."""
    if config.network == "mlp":
        return config.width * max(config.width, config.latent)
    wide = config.width * config.size / 8  # channels at 4x4
    if config.network == "resnet":
        return wide * max(config.latent, wide)
    return 16 * wide * max(config.latent, wide / 2)
