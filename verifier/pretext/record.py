"""The words that the platform holds, searchable: is a quotation in the record, and as it was said?"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Literal

from rapidfuzz import fuzz

from verifier.case import Case, Evidence
from verifier.lexicon import cue
from verifier.normalise import fold, words_of_folded
from verifier.policy import Policy
from verifier.pretext.exhibits import Quotation
from verifier.support.coverage import Span, covers, meeting_span
from verifier.support.passages import Passage

Match = Literal["verbatim", "absent", "reversed", "spliced", "unclear"]

_SAME = 86.0
"""Partial ratio from which on two wordings are one, but for recognition slips (rapidfuzz, 0-100)."""
_DIFFERENT = 66.0
"""Below, no part of the record resembles the quotation; unrelated sentences reach about 60."""
_RETOLD = 50.0
"""From here on, a quotation that shares half of its words with a turn may be told from memory."""
_PART = 93.0
_SHARED_VOCABULARY = 0.25
"""Share of a quotation's words that a record in the same language has somewhere, at the least."""
_CANDIDATES = 40
"""Stretches of the record that are compared letter by letter with a quotation."""
_NEGATION_REACH = 3
"""Words (characters, where words are not spaced) before a quotation in which a cut-off negation counts."""
_SHARED_SCRIPTS = ("LATIN", "CYRILLIC", "ARABIC")
"""Scripts that several of our languages share, so that the script alone doesn't tell the language."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn of the record, folded."""

    signal_id: str
    kind: str
    text: str
    participant_id: str | None


class Record:
    """Search over the platform's transcript, chat and screen text."""

    def __init__(self, case: Case, passages: tuple[Passage, ...], policy: Policy) -> None:
        self._case, self._policy = case, policy
        turns: dict[str, Turn] = {}
        for p in passages:
            if p.signal.kind in ("transcript", "chat", "screen_text"):
                earlier = turns.get(p.signal.signal_id)
                text = f"{earlier.text} {p.text}" if earlier else p.text
                turns[p.signal.signal_id] = Turn(p.signal.signal_id, p.signal.kind, text, p.participant_id)
        self.turns = tuple(turns.values())

    def covered(self, kind: str) -> bool:
        """Whether the record for an exhibit of this kind is complete over the whole meeting."""
        span = meeting_span(self._case)
        if span is None:
            return False
        needed = {"transcript_excerpt": ("transcript",), "chat_excerpt": ("chat",)}.get(kind, ("transcript", "chat"))
        return all(covers(self._case, k, span, self._policy) for k in needed)

    def covered_around(self, evidence: Evidence) -> bool:
        """Whether the record is complete around the time at which an exhibit was captured."""
        span, at = meeting_span(self._case), evidence.captured_at
        if span is None or at is None or not span.start <= at <= span.end:
            return False
        reach = timedelta(seconds=2 * self._policy.times.claim_window)
        near = Span(max(span.start, at - reach), min(span.end, at + reach))
        return all(covers(self._case, k, near, self._policy) for k in ("transcript", "chat"))

    def compare(self, quotation: Quotation, evidence: Evidence) -> Match:
        """How a quotation relates to the record. 'unclear' whenever an honest slip could explain it."""
        quote = fold(quotation.words)
        if not self.turns or len(quote) < 10 or self._other_language(quote, evidence):
            return "unclear"
        best = self._most_alike(quote)
        score = fuzz.partial_ratio(quote, best) if len(best) * 1.5 >= len(quote) else fuzz.ratio(quote, best)
        if score >= _SAME:
            return "reversed" if _lost_negation(quote, best) else "verbatim"
        if not quotation.elided and self._spliced(quote):
            return "spliced"
        retold = score >= _RETOLD and _retold(quote, best)
        return "absent" if score < _DIFFERENT and not retold else "unclear"

    def _most_alike(self, quote: str) -> str:
        """The stretch of the record that is most like a quotation, among those that share most of its words."""
        shared: Counter[int] = Counter()
        for word in set(words_of_folded(quote)):
            shared.update(self._index.get(word, ()))
        near = [n for n, _ in sorted(shared.items(), key=lambda item: (-item[1], item[0]))[:_CANDIDATES]]
        candidates = [self._sequences[n] for n in near] or self._sequences[:_CANDIDATES]
        return max(candidates, key=lambda text: fuzz.partial_ratio(quote, text))

    @cached_property
    def _index(self) -> dict[str, list[int]]:
        """Word -> the sequences that have it, without words that most of them have."""
        return _inverted(self._sequences)

    @cached_property
    def _turn_index(self) -> dict[str, list[int]]:
        return _inverted([t.text for t in self.turns])

    @cached_property
    def _sequences(self) -> list[str]:
        """Each turn, and each run of three turns by one speaker."""
        texts = [t.text for t in self.turns]
        own: dict[str | None, list[str]] = {}
        for t in self.turns:
            own.setdefault(t.participant_id, []).append(t.text)
        for said in own.values():
            texts += [" ".join(said[i : i + 3]) for i in range(len(said) - 1)]
        return texts or [""]

    @cached_property
    def _vocabulary(self) -> frozenset[str]:
        return frozenset(w for t in self.turns for w in words_of_folded(t.text))

    @cached_property
    def _scripts(self) -> frozenset[str]:
        return frozenset(_script(t.text) for t in self.turns)

    @cached_property
    def _languages(self) -> frozenset[str]:
        spoken = {s.language for s in self._case.signals if s.language and s.kind in ("transcript", "chat")}
        return frozenset(_base(x) for x in (spoken or {self._case.meeting.language or ""}) if x)

    def _other_language(self, quote: str, evidence: Evidence) -> bool:
        """Whether the exhibit may be a translation, so that other words prove nothing."""
        script = _script(quote)
        if script not in self._scripts:
            return True
        if len(self._languages) > 1 and self._foreign_speech(evidence):
            return True
        if script not in _SHARED_SCRIPTS:
            return False
        tokens = words_of_folded(quote)
        shared = sum(1 for w in tokens if w in self._vocabulary) / max(len(tokens), 1)
        return shared < _SHARED_VOCABULARY and not self._same_declared(evidence)

    def _same_declared(self, evidence: Evidence) -> bool:
        return bool(evidence.language) and _base(evidence.language or "") in self._languages

    def _foreign_speech(self, evidence: Evidence) -> bool:
        """Whether, beside the exhibit's language, much of the meeting was held in another one."""
        if not evidence.language:
            return False
        spoken = [s for s in self._case.signals if s.kind == "transcript" and s.language]
        foreign = [s for s in spoken if _base(s.language or "") != _base(evidence.language)]
        return len(foreign) >= 3 and len(foreign) * 5 >= len(spoken)

    def _spliced(self, quote: str) -> bool:
        """Whether the quotation is two pieces of turns that do not belong together."""
        parts = quote.split(" ")
        if not 8 <= len(parts) <= 120:
            return False
        shared: Counter[int] = Counter()
        for word in set(words_of_folded(quote)):
            shared.update(self._turn_index.get(word, ()))
        near = sorted(n for n, _ in sorted(shared.items(), key=lambda item: (-item[1], item[0]))[:_CANDIDATES])
        for cut in range(4, len(parts) - 3):
            head, tail = " ".join(parts[:cut]), " ".join(parts[cut:])
            in_head = [n for n in near if self._has(n, head)]
            in_tail = [n for n in near if self._has(n, tail)] if in_head else []
            if in_tail and not set(in_head) & set(in_tail):
                return not any(
                    self.turns[h].participant_id == self.turns[t].participant_id and abs(h - t) <= 3
                    for h in in_head
                    for t in in_tail
                )
        return False

    def _has(self, n: int, part: str) -> bool:
        text = self.turns[n].text
        return len(text) >= len(part) and fuzz.partial_ratio(part, text, score_cutoff=_PART) >= _PART


def _retold(quote: str, record: str) -> bool:
    """Whether a quotation has half of its longer words from one stretch: told from memory, not invented."""
    own = [w for w in words_of_folded(quote) if len(w) >= 4 or not w.isascii()]
    theirs = set(words_of_folded(record))
    return len(own) >= 3 and sum(w in theirs for w in own) * 2 >= len(own)


def _inverted(texts: list[str]) -> dict[str, list[int]]:
    """Word -> places of the texts that have it; words that a quarter of them have tell nothing."""
    index: dict[str, list[int]] = {}
    for n, text in enumerate(texts):
        for word in set(words_of_folded(text)):
            index.setdefault(word, []).append(n)
    common = max(50, len(texts) // 4)
    return {word: where for word, where in index.items() if len(where) <= common}


def _lost_negation(quote: str, record: str) -> bool:
    """Whether the record negates, in or right before the matched stretch, what the quotation asserts."""
    negation = cue("pretext", "negation")
    where = fuzz.partial_ratio_alignment(quote, record)
    if where is None:
        return False
    lead = re.split(r"[.!?。！？;；,，:：]", record[: where.dest_start])[-1]
    lead = " ".join(lead.split(" ")[-_NEGATION_REACH:]) if " " in lead else lead[-_NEGATION_REACH:]
    kept = len(negation.findall(quote))
    return len(negation.findall(lead + record[where.dest_start : where.dest_end])) > kept


def _script(text: str) -> str:
    """The writing system that most letters of a text belong to."""
    names = Counter(unicodedata.name(c, "").partition(" ")[0] for c in text if c.isalpha())
    return names.most_common(1)[0][0] if names else ""


def _base(language: str) -> str:
    return language.lower().replace("_", "-").partition("-")[0]
