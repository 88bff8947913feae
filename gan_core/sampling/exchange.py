"""The generator for other programs: as ONNX, opened again and compared, and as safetensors."""

import contextlib
import copy
import sys
import warnings
from typing import Any

import numpy as np
import torch
from torch import nn

from gan_core import checkpoint
from gan_core.answers import Answer
from gan_core.catalog import BadInput
from gan_core.sampling.drawing import latents
from gan_core.sampling.opened import Opened

OPSET = 18  # what torch's exporter writes without converting, and onnxruntime has read since 1.14
COMPARED = 64  # latents
TOLERANCE = 1e-4
LARGEST = 256 * 2**20  # bytes of a generator


def safetensors(opened: Opened) -> Answer:
    """The shown generator alone, a file that this project opens again; it has no D to score."""
    if opened.config is None or opened.players is None:
        raise BadInput(
            f"{opened.path.name} is no checkpoint of this project, whose header says how to build"
            " its generator: take the file itself, or ONNX."
        )
    data = checkpoint.generator_alone(opened.players, opened.config)
    return {"parameters": opened.header.parameters["G"]}, data


def onnx(opened: Opened) -> Answer:
    """The shown generator as ONNX: `samples` [batch, …] of `z` [batch, …], any batch.

    Before it is handed out onnxruntime draws COMPARED latents with it; BadInput where a sample is
    further than TOLERANCE from this project's own.
    """
    model = _model(opened)
    graph = _exported(opened, model)
    error = compare(opened, graph.SerializeToString())
    if not error <= TOLERANCE:
        raise BadInput(
            f"The ONNX file draws other samples than this generator: they differ by {error:.2g},"
            f" {TOLERANCE:g} is the most allowed. No file is written."
        )
    said = {
        "made_by": "gan_core", "checkpoint": opened.path.name, "compared_latents": str(COMPARED),
        "max_error": f"{error:.3g}",
    }  # fmt: skip
    if opened.config is not None:
        said |= {"data": opened.config.data, "credit": opened.config.info.credit}
    for key, value in said.items():
        graph.metadata_props.add(key=key, value=value)
    about = {"max_error": error, "compared": COMPARED, "opset": OPSET}
    return about, graph.SerializeToString()


def compare(opened: Opened, data: bytes) -> float:
    """The largest difference between what onnxruntime and this project draw from the same rows."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
    rows = latents(opened.reads, 0, COMPARED)
    (name,) = (i.name for i in session.get_inputs())
    (made,) = session.run(None, {name: rows.numpy()})
    wanted = opened.make(rows).numpy()
    return float(np.abs(made - wanted).max()) if made.shape == wanted.shape else float("inf")


def _model(opened: Opened) -> nn.Module:
    """A copy of the network, ready to be traced; BadInput where there is none, or what writes it
    is missing."""
    try:
        import onnx  # noqa: F401
        import onnxruntime  # noqa: F401
        import onnxscript  # noqa: F401
    except ImportError as error:
        raise BadInput(
            f"ONNX needs {error.name}, which is not installed here:"
            " pip install onnx onnxruntime onnxscript."
        ) from None
    if opened.net is None:
        raise BadInput(f"{opened.path.name} has no network that could be written as ONNX.")
    if opened.nbytes > LARGEST:
        raise BadInput(f"{opened.path.name} is too large to be written as ONNX here.")
    return copy.deepcopy(opened.net).eval().requires_grad_(False).float().cpu()


def _exported(opened: Opened, model: nn.Module) -> Any:
    """An ONNX ModelProto, without the notes on where its code lay on this machine."""
    rows = latents(opened.reads, 0, 2)
    with contextlib.redirect_stdout(sys.stderr), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        program = torch.onnx.export(
            model, (rows,), dynamo=True, opset_version=OPSET, verbose=False,
            input_names=["z"], output_names=["samples"], dynamic_shapes=({0: "batch"},),
        )  # fmt: skip
    assert program is not None
    proto = program.model_proto
    graph = proto.graph
    parts = (graph.node, graph.initializer, graph.value_info, graph.input, graph.output)
    for noted in [proto, graph, *(one for part in parts for one in part)]:
        del noted.metadata_props[:]
    return proto
