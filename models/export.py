"""From a checkpoint to what ships: ``python -m models.export --run DIR --to DIR [--name NAME]``.

Word embeddings stay the 4-bit blocks they started as (they were frozen, so nothing is lost); every other matrix
becomes 8-bit and is multiplied as integers (``served.py`` says how little that loses). The runtime judges passages one
by one, so no passage can change another's numbers. The written model is compared with the torch network on sample
passages; a difference above ``TOLERANCE`` is an error.
"""

# mypy: disable-error-code="import-not-found", allow-subclassing-any, no-warn-return-any, no-warn-unused-ignores

from __future__ import annotations

import argparse
import hashlib
import heapq
import logging
import shutil
import tempfile
import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from . import e5, manifest
from .data import OWN_DATA, WRITTEN, read_contrasts
from .judge import CATEGORIES, Passage
from .network import StanceNetwork
from .served import APART, Served, largest_inputs, tensors
from .tokenise import CONTEXT_TOKENS, TEXT_TOKENS, Ids, PassageTokenizer

NAME = "e5-stance-3"
TOLERANCE = (0.004, 0.2)
"""Largest accepted mean and single difference of uncalibrated probabilities, torch (fp32) to 8-bit."""
WATCHED = 40
"""Rows of each file of the project's own text on which inner channels are watched before the model is written."""

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


def watched(tokenizer: PassageTokenizer) -> list[Ids]:
    """Passages from every file of the project's own text: each file's first rows by the hash of their text."""
    chosen = [
        Passage(row.text, row.context)
        for path in sorted((*OWN_DATA.glob("*.jsonl"), *WRITTEN.glob("*.jsonl")))
        for row in heapq.nsmallest(
            WATCHED, read_contrasts(path), key=lambda row: hashlib.sha256(row.text.encode()).digest()
        )
    ]
    return tokenizer.encode(chosen)


def to_onnx(network: StanceNetwork, keep: npt.NDArray[np.int64], passages: Sequence[Ids], path: Path) -> None:
    """Write the float model with packed embeddings; ``passages`` show which inner channels are large."""
    largest = largest_inputs(network, passages)
    words = network.words
    network.words = packed_words(keep)
    example = torch.tensor([[0, 5, 9, 2, 2, 77, 8, 2]])
    ones = torch.ones(1, 8)
    axes = {name: {0: "batch", 1: "length"} for name in ("ids", "tokens", "text")}
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            Served(network, largest).eval(),
            (example, ones, ones),
            str(path),
            input_names=["ids", "tokens", "text"],
            output_names=["logits"],
            dynamic_axes={**axes, "logits": {0: "batch"}},
            opset_version=17,
            custom_opsets={"com.microsoft": 1},
            dynamo=False,
        )
    network.words = words


def quantise(source: Path, target: Path) -> None:
    """8-bit matrices and integer arithmetic, but for the heads and what :class:`models.served.Apart` keeps apart.

    Integer matrices get 7 bits (``reduce_range``), so that processors without VNNI can't saturate.
    """
    import onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic

    model = onnx.load(str(source))
    rows = {item.name: item.dims[0] for item in model.graph.initializer}
    floats = [
        node.name
        for node in model.graph.node
        if node.op_type == "Gemm" or (node.op_type == "MatMul" and rows.get(node.input[1]) == APART)
    ]
    logging.getLogger().setLevel(logging.ERROR)
    quantize_dynamic(
        model,
        str(target),
        op_types_to_quantize=["MatMul"],
        per_channel=True,
        reduce_range=True,
        weight_type=QuantType.QInt8,
        nodes_to_exclude=floats,
    )


def compare(network: StanceNetwork, model: Path, tokenizer: PassageTokenizer) -> tuple[float, float]:
    """Mean and largest difference of uncalibrated probabilities between torch and the written model on ``SAMPLES``."""
    import onnxruntime

    session = onnxruntime.InferenceSession(str(model), providers=["CPUExecutionProvider"])
    differences = []
    for item in tokenizer.encode(SAMPLES):
        inputs = tensors(item)
        (found,) = session.run(None, dict(zip(("ids", "tokens", "text"), (x.numpy() for x in inputs), strict=True)))
        with torch.no_grad():
            wanted = torch.stack(network(*inputs)[:2], 1)
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
        float_model, tokenizer = Path(folder) / "float.onnx", PassageTokenizer.load(run / "tokenizer.json")
        to_onnx(network, np.load(run / "keep.npy"), watched(tokenizer), float_model)
        quantise(float_model, to / "model.onnx")
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
