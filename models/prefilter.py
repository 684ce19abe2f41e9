"""A cheap linear screen over hashed token pieces: which turns are worth the network's time. Never a verdict."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

BUCKETS = 1 << 17
"""Rows of the weight table; pieces and piece pairs are hashed into it."""
MOST = 192
"""Pieces of a text that count."""


def features(pieces: Sequence[Sequence[int]]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Hashed pieces and neighbouring pairs of many texts.

    Returns:
        Buckets, flat, and for each text where its own begin (every text has at least one).
    """
    short = [text[:MOST] if len(text) else (0,) for text in pieces]
    lengths = np.fromiter(map(len, short), np.int64, len(short))
    flat = np.fromiter((piece for text in short for piece in text), np.uint64, int(lengths.sum()))
    ends = np.cumsum(lengths)
    before = np.empty_like(flat)
    before[1:] = flat[:-1]
    before[ends - lengths] = np.uint64(1 << 20)
    single = _mix(flat)
    pair = _mix(flat * np.uint64(0x9E3779B1) + before + np.uint64(1 << 40))
    both = np.empty(2 * len(flat), np.int64)
    both[0::2], both[1::2] = single, pair
    return both, 2 * (ends - lengths)


def _mix(values: npt.NDArray[np.uint64]) -> npt.NDArray[np.int64]:
    values = (values ^ (values >> np.uint64(31))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(29))) * np.uint64(0x94D049BB133111EB)
    return ((values ^ (values >> np.uint64(32))) & np.uint64(BUCKETS - 1)).astype(np.int64)


class Prefilter:
    """``score = sum of bucket weights / sqrt(features) + bias``, per category."""

    def __init__(self, weights: npt.NDArray[np.float32], bias: npt.NDArray[np.float32]) -> None:
        """``weights`` [BUCKETS, C], ``bias`` [C]."""
        self.weights, self.bias = weights, bias

    @classmethod
    def load(cls, path: Path) -> Prefilter:
        """Read ``prefilter.npz`` (int8 weights with one scale per category)."""
        with np.load(path, allow_pickle=False) as file:
            return cls(file["weights"].astype(np.float32) * file["scale"], file["bias"].astype(np.float32))

    def save(self, path: Path) -> None:
        """Write as int8 with one scale per category."""
        scale = np.maximum(np.abs(self.weights).max(0) / 127, 1e-8).astype(np.float32)
        np.savez_compressed(path, weights=np.round(self.weights / scale).astype(np.int8), scale=scale, bias=self.bias)

    def score(self, pieces: Sequence[Sequence[int]]) -> npt.NDArray[np.float32]:
        """[n, C] float32 for texts given as piece ids; higher is more worth judging, below 0 everywhere not at all."""
        if not pieces:
            return np.zeros((0, len(self.bias)), np.float32)
        buckets, begins = features(pieces)
        sums = np.add.reduceat(self.weights[buckets], begins, axis=0)
        counts = np.diff(np.append(begins, len(buckets)))
        out: npt.NDArray[np.float32] = (sums / np.sqrt(counts, dtype=np.float32)[:, None] + self.bias).astype(
            np.float32
        )
        return out
