"""From a checkpoint to what ships: ``python -m models.export --run DIR --to DIR [--name NAME]``.

Word embeddings stay the 4-bit blocks they started as (they were frozen, so nothing is lost); every other matrix
becomes 8-bit. The runtime judges passages one by one, so no passage can change another's numbers. The written model is
compared with the torch network on sample passages; a difference above ``TOLERANCE`` is an error.
"""

# mypy: disable-error-code="import-not-found", allow-subclassing-any, no-warn-return-any, no-warn-unused-ignores

from __future__ import annotations

import argparse
import logging
import shutil
import tempfile
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from . import e5, manifest
from .judge import CATEGORIES, Passage
from .network import StanceNetwork
from .tokenise import CONTEXT_TOKENS, TEXT_TOKENS, PassageTokenizer

NAME = "e5-stance-2"
TOLERANCE = (0.01, 0.2)
"""Largest accepted mean and single difference of uncalibrated probabilities, torch (fp32) to 8-bit."""
FLOAT = ("/down/", "/qkv/")
"""Matrices whose inputs have a few huge values: quantising these inputs makes most of the error, so they stay float."""

SAMPLES = (
    Passage("Good morning everyone, shall we start with the budget?"),
    Passage("I am going to kill you tonight, I know where you live.", ("Please mute your microphone.",)),
    Passage("The court sentenced the man who had threatened to kill her.", ("What happened then?", "Read it to us.")),
    Passage("每周保证百分之四十收益，零风险，今天转两千块。"),
    Passage("Да здравствует наш отряд, переводите деньги бойцам!", ("Меня слышно?",)),
    Passage("يا جماعة، الميزانية في الشريحة الرابعة"),
    Passage("We must never forget the victims of the genocide. " * 9, ("Thank you, Madam President.",)),
)


class PackedWords(nn.Module):
    """The embedding table as 4-bit codes and one scale per 32 values: [B, T] ids -> [B, T, H]."""

    def __init__(self, packed: npt.NDArray[np.uint8], scales: npt.NDArray[np.float16]) -> None:
        """``packed`` [V, H / 32, 16] (low nibbles first), ``scales`` [V, H / 32]."""
        super().__init__()
        self.packed = nn.Buffer(torch.from_numpy(packed))
        self.scales = nn.Buffer(torch.from_numpy(scales))

    def forward(self, ids: Tensor) -> Tensor:
        """Unpack with plain float arithmetic (exact: all values are small integers)."""
        both = self.packed[ids].float()
        high = torch.floor(both / 16)
        codes = torch.cat([both - 16 * high, high], -1) - 8
        out = codes * self.scales[ids].float().unsqueeze(-1)
        return out.reshape(*ids.shape, -1)


class Exported(nn.Module):
    """The network as served: logits of ``violating`` and ``about``, [B, 2, C]."""

    def __init__(self, network: StanceNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(self, ids: Tensor, tokens: Tensor, text: Tensor) -> Tensor:
        """See :class:`StanceNetwork`."""
        violating, about, _ = self.network(ids, tokens, text)
        return torch.stack([violating, about], 1)


def packed_words(keep: npt.NDArray[np.int64]) -> PackedWords:
    """The start file's own blocks for the kept pieces."""
    start = e5.read(e5.find())
    codes, scales = start.blocks("emb.word", start.sizes["VOC"], start.sizes["H"])
    blocks = codes[keep].reshape(len(keep), -1, e5.BLOCK)
    packed = (blocks[..., :16] | (blocks[..., 16:] << 4)).astype(np.uint8)
    return PackedWords(packed, scales[keep])


def load_network(run: Path, averaged: bool = True) -> StanceNetwork:
    """The network of a run's last checkpoint, ready to evaluate."""
    from .train import CHECKPOINT, new_network

    network = new_network(run)
    state = torch.load(run / CHECKPOINT, map_location="cpu", weights_only=True)
    network.load_state_dict(state["average" if averaged else "network"], strict=False)
    return network.eval()


def to_onnx(network: StanceNetwork, keep: npt.NDArray[np.int64], path: Path) -> None:
    """Write the float model with packed embeddings."""
    words = network.words
    network.words = packed_words(keep)
    example = torch.tensor([[0, 5, 9, 2, 2, 77, 8, 2]])
    ones = torch.ones(1, 8)
    axes = {name: {0: "batch", 1: "length"} for name in ("ids", "tokens", "text")}
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            Exported(network).eval(),
            (example, ones, ones),
            str(path),
            input_names=["ids", "tokens", "text"],
            output_names=["logits"],
            dynamic_axes={**axes, "logits": {0: "batch"}},
            opset_version=17,
            dynamo=False,
        )
    network.words = words


def quantise(source: Path, target: Path) -> None:
    """8-bit matrices: integer arithmetic where activations allow it, 8-bit storage only in the ``FLOAT`` places.

    Integer matrices get 7 bits (``reduce_range``), so that processors without VNNI can't saturate.
    """
    import onnx
    from onnx import helper, numpy_helper
    from onnxruntime.quantization import QuantType, quantize_dynamic

    model = onnx.load(str(source))
    weights = {item.name: item for item in model.graph.initializer}
    stored: list[Any] = []
    for node in list(model.graph.node):
        if node.op_type != "MatMul" or not any(part in node.name for part in FLOAT) or node.input[1] not in weights:
            continue
        name = node.input[1]
        values = numpy_helper.to_array(weights[name])
        scale = np.maximum(np.abs(values).max(0, keepdims=True) / 127, 1e-12).astype(np.float32)
        small = np.round(values / scale).astype(np.int8)
        model.graph.initializer.remove(weights[name])
        model.graph.initializer.extend(
            [numpy_helper.from_array(small, f"{name}_int8"), numpy_helper.from_array(scale, f"{name}_scale")]
        )
        stored += [
            helper.make_node("Cast", [f"{name}_int8"], [f"{name}_cast"], to=onnx.TensorProto.FLOAT),
            helper.make_node("Mul", [f"{name}_cast", f"{name}_scale"], [f"{name}_float"]),
        ]
        node.input[1] = f"{name}_float"
    for node in reversed(stored):
        model.graph.node.insert(0, node)
    logging.getLogger().setLevel(logging.ERROR)
    quantize_dynamic(
        model,
        str(target),
        op_types_to_quantize=["MatMul"],
        per_channel=True,
        reduce_range=True,
        weight_type=QuantType.QInt8,
    )


def compare(network: StanceNetwork, model: Path, tokenizer: PassageTokenizer) -> tuple[float, float]:
    """Mean and largest difference of uncalibrated probabilities between torch and the written model on ``SAMPLES``."""
    import onnxruntime

    session = onnxruntime.InferenceSession(str(model), providers=["CPUExecutionProvider"])
    differences = []
    for item in tokenizer.encode(SAMPLES):
        ids = np.array([item.ids], np.int64)
        tokens = np.ones(ids.shape, np.float32)
        text = tokens.copy()
        text[0, : item.text_start] = 0
        (found,) = session.run(None, {"ids": ids, "tokens": tokens, "text": text})
        with torch.no_grad():
            wanted = Exported(network)(*map(torch.from_numpy, (ids, tokens, text)))
        differences.append((torch.from_numpy(found).sigmoid() - wanted.sigmoid()).abs())
    every = torch.cat(differences)
    return float(every.mean()), float(every.max())


def export(run: Path, to: Path, name: str = NAME, averaged: bool = True) -> tuple[float, float]:
    """Write a weights folder (calibration still neutral) and return the measured differences.

    Raises:
        ValueError: the written model differs from the network by more than ``TOLERANCE``.
    """
    network = load_network(run, averaged)
    to.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        to_onnx(network, np.load(run / "keep.npy"), Path(folder) / "float.onnx")
        quantise(Path(folder) / "float.onnx", to / "model.onnx")
    for file in ("tokenizer.json", "prefilter.npz"):
        shutil.copyfile(run / file, to / file)
    difference = compare(network, to / "model.onnx", PassageTokenizer.load(to / "tokenizer.json"))
    if difference[0] > TOLERANCE[0] or difference[1] > TOLERANCE[1]:
        raise ValueError(
            f"the exported model differs from the network by {difference[0]:.3f} (mean), {difference[1]:.3f} (largest)"
        )
    neutral = {category: [1.0, 0.0] for category in CATEGORIES}
    settings = {
        "categories": list(CATEGORIES),
        "context_tokens": CONTEXT_TOKENS,
        "text_tokens": TEXT_TOKENS,
        "violating": neutral,
        "about": neutral,
    }
    manifest.write(to, name, ["model.onnx", "tokenizer.json", "prefilter.npz"], settings)
    return difference


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(prog="models.export")
    parser.add_argument("--run", type=Path, required=True, help="folder of a training run")
    parser.add_argument("--to", type=Path, required=True, help="weights folder to write")
    parser.add_argument("--name", default=NAME)
    parser.add_argument("--last", action="store_true", help="the last weights instead of their running average")
    arguments = parser.parse_args()
    mean, largest = export(arguments.run, arguments.to, arguments.name, not arguments.last)
    print(f"difference to torch: {mean:.4f} (mean), {largest:.4f} (largest)")


if __name__ == "__main__":
    main()
