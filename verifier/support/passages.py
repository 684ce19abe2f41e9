"""What people said, wrote and showed: turns in order, cut into passages, and which are worth judging."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
import numpy.typing as npt

from verifier.case import Case, Claim, Signal
from verifier.normalise import fold
from verifier.policy import Policy
from verifier.support.coverage import observed

WORD_KINDS = ("transcript", "chat", "screen_text", "shared_file", "display_name", "profile_text")
"""Signals whose text is a participant's own."""

CONTEXT_TURNS = 3
LEAST = 8
"""So many passages are read even where the screen finds none worth it, for a reader to see what was said."""
_FOREVER = datetime.max.replace(tzinfo=UTC)
_SENTENCE_END = re.compile(r"(?<=[.!?。！？؟।…\n])\s*")


@dataclass(frozen=True, slots=True)
class Passage:
    """A part of one signal's text, short enough to judge.

    `quote` is verbatim; `text` is folded. `turn` counts signals in the order of time.
    """

    signal: Signal
    turn: int
    quote: str
    text: str

    @property
    def participant_id(self) -> str | None:
        """Whose words these are, as the platform observed."""
        return self.signal.participant_id


def collect(case: Case, policy: Policy) -> list[Passage]:
    """All passages of the case, in an order that neither ids nor list order can change."""
    turns = sorted(
        (s for s in observed(case, policy) if s.kind in WORD_KINDS and s.text and s.text.strip()),
        key=lambda s: (s.observed_at or _FOREVER, s.kind, s.text or ""),
    )
    found: list[Passage] = []
    for n, signal in enumerate(turns):
        for quote in _cut(signal.text or "", policy.limits.passage_chars):
            text = fold(quote)
            if text:
                found.append(Passage(signal, n, quote, text))
    return found


def context_of(passages: Sequence[Passage], index: int, silent: frozenset[int] = frozenset()) -> tuple[str, ...]:
    """The folded turns before a passage, oldest first; passages in `silent` are left out.

    Leaving out what is itself a violation keeps one violating turn from excusing the next.
    """
    found: list[str] = []
    i = index - 1
    while i >= 0 and len(found) < CONTEXT_TURNS and index - i <= 4 * CONTEXT_TURNS:
        if i not in silent and passages[i].signal.kind in ("transcript", "chat", "screen_text"):
            found.append(passages[i].text)
        i -= 1
    return tuple(reversed(found))


def select(
    passages: Sequence[Passage],
    screen: npt.NDArray[np.float32],
    columns: Iterable[int],
    claim: Claim,
    near: Iterable[datetime],
    budget: int,
    policy: Policy,
) -> list[int]:
    """Indices of the passages worth judging for a claim, at most `budget`, in their order.

    `screen` [n, categories] is the judge's cheap score, `columns` those that stand for the claim,
    `near` the times of platform findings whose surroundings must be read. A third of the budget goes
    to the claimed time and those findings, the rest to what screens highest. What screens below 0 for
    every category is left out.
    """
    wanted = list(columns)
    own = screen[:, wanted].max(axis=1) if wanted else screen.max(axis=1)
    score = own + 0.25 * screen.max(axis=1)
    rank = sorted(range(len(passages)), key=lambda i: (-float(score[i]), i))
    worth = screen.max(axis=1) >= 0.0
    rank = [i for n, i in enumerate(rank) if worth[i] or n < LEAST]
    times = [t for t in (claim.occurred_at, *near) if t is not None]
    reach = timedelta(seconds=policy.times.claim_window)
    close = [
        i
        for i in rank
        if (at := passages[i].signal.observed_at) is not None and any(abs(at - t) <= reach for t in times)
    ]
    chosen = dict.fromkeys(close[: budget // 3])
    for i in rank:
        if len(chosen) >= budget:
            break
        chosen.setdefault(i)
    return sorted(chosen)


def _cut(text: str, limit: int) -> list[str]:
    """Cut a long turn at sentence ends into verbatim parts of at most `limit` characters."""
    if len(text) <= limit:
        return [text]
    parts: list[str] = []
    start = 0
    ends = [m.end() for m in _SENTENCE_END.finditer(text) if m.end() > 0] + [len(text)]
    last = 0
    for end in ends:
        if end - start > limit and last > start:
            parts.append(text[start:last])
            start = last
        while end - start > limit:  # one sentence longer than the limit: cut at a space if there is one
            cut = text.rfind(" ", start + limit // 2, start + limit)
            cut = cut + 1 if cut > 0 else start + limit
            parts.append(text[start:cut])
            start = cut
        last = end
    if start < len(text):
        parts.append(text[start:])
    return [part for part in parts if part.strip()]
