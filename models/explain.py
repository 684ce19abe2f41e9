"""Which words carried a judgement: attribution by occlusion.

Each word is left out in turn; what its absence takes from the log-odds is its weight (Zeiler and Fergus, 2014; Li,
Monroe and Jurafsky, "Understanding Neural Networks through Representation Erasure", 2016). One judgement a word.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from .judge import Passage, TextJudge

WORD = re.compile("[\u3040-\u30ff\u3400-\u9fff]{1,2}|[^\\W\u3040-\u30ff\u3400-\u9fff]+(?:['\u2019][^\\W]+)*")
"""A word; in scripts without spaces two characters."""
MOST = 120
"""Words looked at; the judge itself reads little further."""


@dataclass(frozen=True, slots=True)
class Weight:
    """A word's place in the text, and the log-odds it adds (below zero: it speaks against)."""

    start: int
    end: int
    log_odds: float


def occlude(judge: TextJudge, passage: Passage, category: str) -> list[Weight]:
    """Weights of the words of ``passage.text`` for ``category``, in order of the text.

    Raises:
        JudgeUnavailable: the judge failed.
        KeyError: the judge can't judge ``category``.
    """
    words = list(WORD.finditer(passage.text))[:MOST]
    without = [Passage(passage.text[: w.start()] + passage.text[w.end() :], passage.context) for w in words]
    whole, *rest = (_logit(said.violating[category]) for said in judge.judge([passage, *without]))
    return [Weight(w.start(), w.end(), whole - left) for w, left in zip(words, rest, strict=True)]


def _logit(p: float) -> float:
    p = min(max(p, 1e-4), 1 - 1e-4)
    return math.log(p / (1 - p))
