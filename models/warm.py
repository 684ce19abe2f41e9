"""Start weights from a weights folder that shipped, for ``train --start``: a lost checkpoint costs no training.

The folder's 8-bit matrices are read back as floats (7-bit ones differ from the lost originals by at most half a step,
under 1% of a column's largest weight). The head ``stance``, a training aid that never ships, starts anew.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from . import e5

Floats = npt.NDArray[np.float32]


def adopt(weights: Path, out: Path) -> None:
    """Put the tokeniser, the screen and the kept pieces of a weights folder into a new run's folder.

    Raises:
        ValueError: the tokeniser has pieces that the start weights lack.
    """
    out.mkdir(parents=True, exist_ok=True)
    start = e5.read(e5.find())
    places = {piece: i for i, piece in enumerate(start.pieces)}
    pieces = [piece for piece, _ in json.loads((weights / "tokenizer.json").read_bytes())["model"]["vocab"]]
    if any(piece not in places for piece in pieces):
        raise ValueError(f"{weights} was not made from these start weights")
    np.save(out / "keep.npy", np.array([places[piece] for piece in pieces], np.int64))
    for file in ("tokenizer.json", "prefilter.npz"):
        shutil.copyfile(weights / file, out / file)


def read(weights: Path) -> dict[str, Floats]:
    """The network's parameters by their torch names, as far as the exported model holds them."""
    import onnx
    from onnx import numpy_helper

    model: Any = onnx.load(str(weights / "model.onnx"))
    held = {item.name: numpy_helper.to_array(item) for item in model.graph.initializer}
    out = {name.removeprefix("network."): value for name, value in held.items() if name.startswith("network.")}
    out = {
        name: value
        for name, value in out.items()
        if name.endswith(
            (".bias", "norm.weight", "positions.weight", "dense.weight", "violating.weight", "about.weight")
        )
    }
    held |= {node.output[0]: held[node.input[0]] for node in model.graph.node if node.op_type == "Identity"}
    places = {node.name: held.get(node.input[1]) for node in model.graph.node if node.op_type == "Gather"}
    for node in model.graph.node:
        if node.op_type != "MatMulInteger":
            continue
        path = node.name.strip("/").split("/")[:-1]
        name, base = ".".join(path), node.input[1].removesuffix("_quantized")
        whole = held[f"{base}_quantized"].astype(np.float32) * held[f"{base}_scale"]
        if base.endswith(".many"):
            whole *= held[f"{name}.even"][:, None]
            whole[places["/".join(("", *path, "Gather"))]] = held[f"{name}.few"]
            out[f"{name}.bias"] = held[f"{name}.bias"]
        out[f"{name}.weight"] = whole.T.copy()
    return {name: value.astype(np.float32) for name, value in out.items()}
