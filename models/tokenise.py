"""From passages to ids: ``<s> context </s></s> text </s>``, or ``<s> text </s>`` without context."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tokenizers import Tokenizer

from .judge import Passage

CONTEXT_TOKENS = 64
"""The last so many tokens of the context are kept."""
TEXT_TOKENS = 128
"""The first so many tokens of the text are kept."""


@dataclass(frozen=True, slots=True)
class Ids:
    """Token ids of one passage, and where its text begins (the tokens before are context)."""

    ids: tuple[int, ...]
    text_start: int


class PassageTokenizer:
    """Tokenises passages; the same for training and serving."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self.tokenizer = tokenizer
        tokenizer.no_padding()
        tokenizer.no_truncation()
        self.bos, self.eos, self.pad = (_id(tokenizer, piece) for piece in ("<s>", "</s>", "<pad>"))

    @classmethod
    def load(cls, path: Path) -> PassageTokenizer:
        """Read a ``tokenizer.json``."""
        return cls(Tokenizer.from_file(str(path)))

    def pieces(self, texts: Sequence[str]) -> list[list[int]]:
        """Piece ids of each text, lower-cased (so case can never matter), no special tokens, any length."""
        encodings = self.tokenizer.encode_batch_fast(list(map(lower, texts)), add_special_tokens=False)
        return [encoding.ids for encoding in encodings]

    def encode(
        self, passages: Sequence[Passage], context_tokens: int = CONTEXT_TOKENS, text_tokens: int = TEXT_TOKENS
    ) -> list[Ids]:
        """Ids of each passage, context turns joined by line breaks (which tokenise as spaces)."""
        texts = self.pieces([passage.text for passage in passages])
        contexts = self.pieces(["\n".join(passage.context) for passage in passages])
        return [
            self.join(context[-context_tokens:] if context_tokens else [], text[:text_tokens])
            for context, text in zip(contexts, texts, strict=True)
        ]

    def join(self, context: Sequence[int], text: Sequence[int]) -> Ids:
        """Assemble the pair format from piece ids."""
        head = [self.bos, *context, self.eos, self.eos] if context else [self.bos]
        return Ids((*head, *text, self.eos), len(head))


def lower(text: str) -> str:
    """Lower case, with the dotted capital I of Turkish as a plain i."""
    return text.lower().replace("i\u0307", "i")


def _id(tokenizer: Tokenizer, piece: str) -> int:
    found = tokenizer.token_to_id(piece)
    if found is None:
        raise ValueError(f"the tokeniser lacks {piece}")
    return int(found)
