"""The network as it is exported: the numbers of :class:`StanceNetwork`, arranged so that 8-bit arithmetic loses little.

A handful of inner channels carry values ten times as large as the rest (always the same ones, at the marks ``<s>`` and
``</s>``). One scale for a whole 8-bit activation would drown everything else, so these channels are multiplied apart,
as floats, and the rest is evened out before it is rounded. After LLM.int8 (Dettmers et al., 2022) and SmoothQuant (Xiao
et al., 2023).
"""

# mypy: disable-error-code="import-not-found", allow-subclassing-any, no-warn-return-any, no-warn-unused-ignores

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

from .network import Layer, StanceNetwork
from .tokenise import Ids

APART = 4
"""Channels of a matrix's input that are multiplied as floats."""
EVEN = 0.5
"""Share of the range that moves from activations into weights; SmoothQuant's alpha."""
PARTS = ("qkv", "up", "down")
"""Matrices with such inputs; the fourth, ``out``, takes averages of values and has none."""


class Attention(torch.autograd.Function):
    """Attention as the runtime's one fused operation; [B, T, H] each."""

    @staticmethod
    def forward(ctx: Any, q: Tensor, k: Tensor, v: Tensor, heads: int) -> Tensor:
        """The same in torch."""
        batch, length, hidden = q.shape
        q, k, v = (x.view(batch, length, heads, hidden // heads).transpose(1, 2) for x in (q, k, v))
        return F.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(batch, length, hidden)

    @staticmethod
    def symbolic(g: Any, q: Any, k: Any, v: Any, heads: int) -> Any:
        """Its node in the exported graph."""
        out = g.op("com.microsoft::MultiHeadAttention", q, k, v, num_heads_i=heads)
        out.setType(q.type())
        return out


class Apart(nn.Module):
    """A linear layer in two parts: ``many`` channels, scaled by ``even``, 8-bit in the end, and the ``few`` large."""

    def __init__(self, linear: nn.Linear, largest: Tensor) -> None:
        """``largest`` [inputs]: the largest absolute value seen on each input channel."""
        super().__init__()
        weight, large = linear.weight.detach(), largest.clamp(min=1e-5)
        places = large.topk(APART).indices.sort().values
        scale = large**EVEN / weight.abs().amax(0).clamp(min=1e-5) ** (1 - EVEN)
        scale = scale / scale.median()
        even = 1 / scale
        even[places] = 0.0
        scale[places] = 0.0
        self.even, self.places = nn.Buffer(even), nn.Buffer(places)
        self.many, self.few = nn.Buffer((weight * scale).T.contiguous()), nn.Buffer(weight[:, places].T.contiguous())
        self.bias = nn.Buffer(linear.bias.detach().clone())

    def forward(self, x: Tensor) -> Tensor:
        """[.., inputs] -> [.., outputs]."""
        rest = torch.matmul(x * self.even, self.many) + self.bias
        return rest + torch.matmul(x.index_select(-1, self.places), self.few)


class ServedLayer(nn.Module):
    """One layer, every token attending to every token (nothing is padded when serving)."""

    def __init__(self, layer: Layer, largest: Mapping[str, Tensor]) -> None:
        super().__init__()
        self.heads, self.out = layer.heads, layer.out
        self.attention_norm, self.norm = layer.attention_norm, layer.norm
        self.qkv, self.up, self.down = (Apart(getattr(layer, part), largest[part]) for part in PARTS)

    def forward(self, x: Tensor) -> Tensor:
        """[B, T, H] -> [B, T, H]."""
        q, k, v = self.qkv(x).split(x.shape[-1], -1)
        x = self.attention_norm(x + self.out(Attention.apply(q, k, v, self.heads)))
        return self.norm(x + self.down(F.gelu(self.up(x))))


class Served(nn.Module):
    """The whole: ids, tokens, text as in :class:`StanceNetwork`, without padding -> logits [B, 2, C].

    The second axis is ``violating``, ``about``.
    """

    def __init__(self, network: StanceNetwork, largest: Mapping[str, Tensor]) -> None:
        """``largest``: see :func:`largest_inputs`."""
        super().__init__()
        self.network = network
        self.layers = nn.ModuleList(
            ServedLayer(layer, {part: largest[f"layers.{i}.{part}"] for part in PARTS})
            for i, layer in enumerate(network.layers)
        )

    def forward(self, ids: Tensor, tokens: Tensor, text: Tensor) -> Tensor:
        """See the class."""
        x = self.network.embed(ids)
        for layer in self.layers:
            x = layer(x)
        violating, about, _ = self.network.heads(x, tokens, text)
        return torch.stack([violating, about], 1)


def tensors(item: Ids) -> tuple[Tensor, Tensor, Tensor]:
    """Ids, tokens and text [1, T] of one passage."""
    ids = torch.tensor([item.ids])
    tokens = torch.ones(ids.shape)
    text = tokens.clone()
    text[0, : item.text_start] = 0
    return ids, tokens, text


def largest_inputs(network: StanceNetwork, passages: Iterable[Ids]) -> dict[str, Tensor]:
    """The largest absolute value on each input channel of each matrix, by the matrix's name, over all passages."""
    found: dict[str, Tensor] = {}

    def watch(name: str) -> Any:
        def hook(_module: nn.Module, inputs: tuple[Tensor]) -> None:
            now = inputs[0].abs().flatten(0, -2).amax(0)
            found[name] = torch.maximum(found[name], now) if name in found else now

        return hook

    hooks = [
        module.register_forward_pre_hook(watch(name))
        for name, module in network.named_modules()
        if name.startswith("layers.") and name.endswith(PARTS)
    ]
    with torch.no_grad():
        for item in passages:
            network(*tensors(item))
    for hook in hooks:
        hook.remove()
    return found
