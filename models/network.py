"""The network: a 12-layer encoder, and heads that say who does what and what a text is about."""

# mypy: disable-error-code="import-not-found", allow-subclassing-any, no-warn-return-any, no-warn-unused-ignores

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

from .e5 import Start
from .judge import CATEGORIES


class Layer(nn.Module):
    """A post-norm transformer layer, [B, T, H] -> [B, T, H]."""

    def __init__(self, hidden: int, heads: int, inner: int, eps: float) -> None:
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(hidden, 3 * hidden)
        self.out = nn.Linear(hidden, hidden)
        self.attention_norm = nn.LayerNorm(hidden, eps)
        self.up = nn.Linear(hidden, inner)
        self.down = nn.Linear(inner, hidden)
        self.norm = nn.LayerNorm(hidden, eps)

    def forward(self, x: Tensor, bias: Tensor) -> Tensor:
        """``bias`` [B, 1, 1, T] is added to attention scores: 0 for tokens, very negative for padding."""
        batch, length, hidden = x.shape
        q, k, v = self.qkv(x).view(batch, length, 3, self.heads, hidden // self.heads).permute(2, 0, 3, 1, 4)
        mixed = F.scaled_dot_product_attention(q, k, v, bias)
        mixed = self.out(mixed.transpose(1, 2).reshape(batch, length, hidden))
        x = self.attention_norm(x + mixed)
        wide = F.gelu(self.up(x))
        return self.norm(x + self.down(wide))


class StanceNetwork(nn.Module):
    """Encoder and heads. One pass gives all categories.

    Heads stand on the mean over text tokens beside the mean over all tokens: [B, 2H].
    """

    def __init__(
        self,
        vocabulary: int,
        hidden: int = 384,
        layers: int = 12,
        heads: int = 12,
        inner: int = 1536,
        positions: int = 512,
        eps: float = 1e-12,
        dropout: float = 0.1,
    ) -> None:
        super().__init__()
        self.words = nn.Embedding(vocabulary, hidden)
        self.positions = nn.Embedding(positions, hidden)
        self.norm = nn.LayerNorm(hidden, eps)
        self.layers = nn.ModuleList(Layer(hidden, heads, inner, eps) for _ in range(layers))
        self.dense = nn.Linear(2 * hidden, hidden)
        self.dropout = nn.Dropout(dropout)
        self.violating = nn.Linear(hidden, len(CATEGORIES))
        self.about = nn.Linear(hidden, len(CATEGORIES))
        self.stance = nn.Linear(hidden, 4)

    def embed(self, ids: Tensor) -> Tensor:
        """[B, T] ids -> [B, T, H] normalised embeddings."""
        where = torch.arange(ids.shape[1], device=ids.device)
        return self.norm(self.words(ids) + self.positions(where))

    def forward(self, ids: Tensor, tokens: Tensor, text: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Logits of ``violating`` [B, C], ``about`` [B, C] and the training aid ``stance`` [B, 4].

        Args:
            ids: [B, T] int64.
            tokens: [B, T] float, 1 for tokens, 0 for padding.
            text: [B, T] float, 1 for tokens of the text itself, 0 for context and padding.
        """
        return self.read(self.embed(ids), tokens, text)

    def read(self, x: Tensor, tokens: Tensor, text: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """The same from embeddings [B, T, H]."""
        bias = ((1.0 - tokens) * -1e4)[:, None, None, :].to(x.dtype)
        for layer in self.layers:
            x = layer(x, bias)
        return self.heads(x, tokens, text)

    def heads(self, x: Tensor, tokens: Tensor, text: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """The same from the last layer's output [B, T, H]."""
        pooled = torch.cat([_mean(x, text), _mean(x, tokens)], -1)
        h = self.dropout(F.gelu(self.dense(self.dropout(pooled))))
        return self.violating(h), self.about(h), self.stance(h)

    def load_start(self, start: Start, keep: np.ndarray) -> None:
        """Copy the start weights, word embeddings of kept pieces only."""
        hidden, inner = start.sizes["H"], start.sizes["FF"]
        state: dict[str, np.ndarray] = {
            "words.weight": start.matrix("emb.word", start.sizes["VOC"], hidden)[keep],
            "positions.weight": start.floats("emb.pos").reshape(-1, hidden) + start.floats("emb.type")[:hidden],
            "norm.weight": start.floats("emb.ln.w"),
            "norm.bias": start.floats("emb.ln.b"),
        }
        for i in range(start.sizes["NL"]):
            old, new = f"l{i}.", f"layers.{i}."
            for part in ("weight", "bias"):
                qkv = [
                    start.matrix(f"{old}{p}.w", hidden, hidden) if part == "weight" else start.floats(f"{old}{p}.b")
                    for p in "qkv"
                ]
                state[f"{new}qkv.{part}"] = np.concatenate(qkv)
                state[f"{new}attention_norm.{part}"] = start.floats(f"{old}aln.{part[0]}")
                state[f"{new}norm.{part}"] = start.floats(f"{old}oln.{part[0]}")
            for a, b, rows, columns in (
                ("ao", "out", hidden, hidden),
                ("fi", "up", inner, hidden),
                ("fo", "down", hidden, inner),
            ):
                state[f"{new}{b}.weight"] = start.matrix(f"{old}{a}.w", rows, columns)
                state[f"{new}{b}.bias"] = start.floats(f"{old}{a}.b")
        found = self.load_state_dict(
            {k: torch.from_numpy(np.ascontiguousarray(v)) for k, v in state.items()}, strict=False
        )
        if found.unexpected_keys or any(
            not k.startswith(("dense", "violating", "about", "stance")) for k in found.missing_keys
        ):
            raise ValueError(f"start weights don't fit: {found}")


def _mean(x: Tensor, mask: Tensor) -> Tensor:
    weights = mask[..., None].to(x.dtype)
    return (x * weights).sum(1) / weights.sum(1).clamp(min=1.0)
