"""Peers in the same run: what most would reach for instead. Speed only: their weights are random unless given.

Random weights of the same shape cost what trained ones cost, so no download is needed to compare time.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from eval.perf.figures import Figure, milliseconds, timed
from eval.perf.meetings import meeting
from models.judge import CATEGORIES

TOKENS = 40
"""Of a passage with its question; a short turn."""


def peers(turns: int, zero_shot: Path | None = None) -> Iterator[Figure]:
    """A zero-shot pipeline over all passages, and the judge's own network in plain torch."""
    missing = [name for name in ("torch", "transformers") if importlib.util.find_spec(name) is None]
    if missing:
        yield Figure("peers", 0, "none", 0, note=f"not measured: {', '.join(missing)} not installed (extra `train`)")
        return
    yield _plain_torch(turns)
    yield _zero_shot(turns, zero_shot)


def _plain_torch(turns: int) -> Figure:
    import torch
    from transformers import BertConfig, BertModel

    config = BertConfig(
        vocab_size=1_000, hidden_size=384, num_hidden_layers=12, num_attention_heads=12, intermediate_size=1_536
    )
    model = BertModel(config).eval()
    batch = torch.randint(0, 1_000, (32, TOKENS))

    def run() -> None:
        with torch.inference_mode():
            model(batch)

    run()
    each = [sample / 32 * turns for sample in timed(run, at_least=5, seconds=5)]
    return milliseconds(
        f"plain torch, every one of {turns} turns", each, "float32, batches of 32; scaled from one batch"
    )


def _zero_shot(turns: int, folder: Path | None) -> Figure:
    """One pair of text and category at a time through the network, as the pipeline does it, in batches of 8."""
    import torch
    from transformers import AutoModelForSequenceClassification, XLMRobertaConfig

    if folder is not None:
        model: Any = AutoModelForSequenceClassification.from_pretrained(folder)
    else:
        model = AutoModelForSequenceClassification.from_config(
            XLMRobertaConfig(vocab_size=1_000, num_labels=3, max_position_embeddings=514)
        )
    model.eval()
    batch = torch.randint(3, min(1_000, model.config.vocab_size), (8, TOKENS))

    def run() -> None:
        with torch.inference_mode():
            model(batch)

    run()
    pairs = len(meeting(turns).signals) * len(CATEGORIES)
    each = [sample / 8 * pairs for sample in timed(run, at_least=5, seconds=10)]
    what = folder.name if folder is not None else "random weights of XLM-RoBERTa base"
    return milliseconds(f"zero-shot pipeline, every one of {turns} turns", each, f"{what}; scaled from one batch")
