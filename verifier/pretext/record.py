"""The words that the platform holds, searchable: is a quotation in the record, and as it was said?"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import Literal

from rapidfuzz import fuzz

from verifier.case import Case, Evidence
from verifier.normalise import fold, skeleton, words_of_folded
from verifier.policy import Policy
from verifier.pretext.changes import changes, telling, told
from verifier.pretext.clock import moments, stamps
from verifier.pretext.exhibits import Quotation
from verifier.pretext.likeness import likeness, lost_negation, retold, strange, stretch
from verifier.support.coverage import Span, covers, meeting_span
from verifier.support.passages import Passage

Match = Literal["verbatim", "altered", "absent", "reversed", "spliced", "unclear"]

_SAME = 86.0
"""Partial ratio from which on two wordings are one, but for recognition slips (rapidfuzz, 0-100)."""
_DIFFERENT = 66.0
"""Below, no part of the record resembles the quotation; unrelated sentences reach about 60."""
_RETOLD = 50.0
"""From here on, a quotation that shares half of its words with a turn may be told from memory."""
_PART = 93.0
_SHARED_VOCABULARY = 0.25
"""Share of a quotation's words that a record in the same language has somewhere, at the least."""
_CANDIDATES = 24
"""Stretches of the record that are compared letter by letter with a quotation."""
_NAMED = 85.0
"""Partial ratio from which on the name beside a quotation is that of a participant."""
_SCRIPT_SHOWS = 80
"""Letters after which the script of a text is plain."""
_MINUTES_APART = timedelta(minutes=3)
_THAT_SECOND = timedelta(seconds=15)
_SHARED_SCRIPTS = ("LATIN", "CYRILLIC", "ARABIC")
"""Scripts that several of our languages share, so that the script alone doesn't tell the language."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn of the record, folded."""

    signal_id: str
    kind: str
    text: str
    participant_id: str | None


@dataclass(frozen=True, slots=True)
class Located:
    """How a quotation relates to the record: the match, the turn it is most like, and what it changed in it."""

    match: Match
    signal_id: str = ""
    difference: str = ""


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

    def covered_when_said(self, quotation: Quotation) -> bool:
        """Whether the record is complete around every moment of the meeting that the quotation's own time may mean."""
        span = meeting_span(self._case)
        if span is None:
            return False
        reach = timedelta(seconds=self._policy.times.claim_window)
        times = [at for stamp in stamps(quotation.time) for at in moments(stamp, span.start, span.end)]
        near = [Span(max(span.start, at - reach), min(span.end, at + reach)) for at in times]
        return bool(near) and all(covers(self._case, k, n, self._policy) for k in ("transcript", "chat") for n in near)

    def compare(self, quotation: Quotation, evidence: Evidence) -> Match:
        """How a quotation relates to the record."""
        return self.locate(quotation, evidence).match

    def locate(self, quotation: Quotation, evidence: Evidence) -> Located:
        """Find a quotation in the record. 'unclear' whenever an honest slip could explain the difference."""
        quote = fold(quotation.words)
        if not self.turns or len(quote) < 10 or self._other_language(quote, quotation, evidence):
            return Located("unclear")
        best, signal_id = self._most_alike(quote)
        score = likeness(quote, best)
        if score >= _SAME:
            if lost_negation(quote, best):
                return Located("reversed", signal_id)
            changed = changes(quote, stretch(quote, best))
            if not quotation.elided and telling(changed, quote):
                return Located("altered", signal_id, told(changed))
            return Located("verbatim", signal_id)
        if not quotation.elided and self._spliced(quote):
            return Located("spliced", signal_id)
        memory = score >= _RETOLD and retold(quote, best)
        foreign = score < _DIFFERENT or strange(quote, best)
        return Located("absent" if foreign and not memory else "unclear")

    def far_apart(self, signal_ids: list[str]) -> bool:
        """Whether two of these turns, next to each other in an exhibit, fell minutes apart in the record."""
        at = {s.signal_id: s.observed_at for s in self._case.signals}
        times = [when for s in signal_ids if (when := at.get(s)) is not None]
        return any(abs(b - a) >= _MINUTES_APART for a, b in pairwise(times))

    def cut_short(self, quotation: Quotation, signal_id: str) -> bool:
        """Whether a quotation ends its sentence where the record's goes on."""
        turn = next((t for t in self.turns if t.signal_id == signal_id), None)
        if turn is None or quotation.words.rstrip()[-1:] not in ".!?。！？":
            return False
        where = fuzz.partial_ratio_alignment(fold(quotation.words).rstrip(".!?。！？ "), turn.text)
        rest = turn.text[where.dest_end :].strip() if where is not None else ""
        return bool(re.match(r"[,;，；]\s*\w|\s*\w", rest)) and not re.match(r"[.!?。！？]", rest)

    def has_words(self, words: str) -> bool:
        """Whether some turn has these few words, in their order."""
        bare = skeleton(words)
        return not bare or any(bare in skeleton(t.text) for t in self.turns)

    def _most_alike(self, quote: str) -> tuple[str, str]:
        """The stretch of the record that is most like a quotation, and the turn in which it begins.

        A stretch is a turn or a run of three by one speaker; those that share most words are compared.
        """
        stretches: dict[tuple[str, str], None] = {}
        for n in self._nearest(quote) or range(min(len(self.turns), _CANDIDATES)):
            own, k = self._own[n]
            stretches[(self.turns[n].text, self.turns[n].signal_id)] = None
            for i in range(max(0, k - 2), min(k, len(own) - 2) + 1):
                stretches[(" ".join(t.text for t in own[i : i + 3]), own[i].signal_id)] = None
        return max(stretches, key=lambda run: likeness(quote, run[0]))

    def _nearest(self, quote: str) -> list[int]:
        """The turns that share most of a quotation's words, best first."""
        shared: Counter[int] = Counter()
        for word in set(words_of_folded(quote)):
            shared.update(self._index.get(word, ()))
        return [n for n, _ in sorted(shared.items(), key=lambda item: (-item[1], item[0]))[:_CANDIDATES]]

    @cached_property
    def _own(self) -> list[tuple[list[Turn], int]]:
        """For each turn: all turns of its speaker, and its place among them."""
        by_speaker: dict[str | None, list[Turn]] = {}
        found = []
        for t in self.turns:
            said = by_speaker.setdefault(t.participant_id, [])
            found.append((said, len(said)))
            said.append(t)
        return found

    @cached_property
    def _index(self) -> dict[str, list[int]]:
        """Word -> the turns that have it, without words that a quarter of them have: those tell nothing."""
        index: dict[str, list[int]] = {}
        for n, words in enumerate(self._turn_words):
            for word in words:
                index.setdefault(word, []).append(n)
        common = max(50, len(self.turns) // 4)
        return {word: where for word, where in index.items() if len(where) <= common}

    @cached_property
    def _turn_words(self) -> list[frozenset[str]]:
        return [frozenset(words_of_folded(t.text)) for t in self.turns]

    @cached_property
    def _vocabulary(self) -> frozenset[str]:
        return frozenset().union(*self._turn_words)

    @cached_property
    def _scripts(self) -> frozenset[str]:
        return frozenset(_script(t.text) for t in self.turns)

    @cached_property
    def _languages(self) -> frozenset[str]:
        spoken = {s.language for s in self._case.signals if s.language and s.kind in ("transcript", "chat")}
        return frozenset(_base(x) for x in (spoken or {self._case.meeting.language or ""}) if x)

    def _other_language(self, quote: str, quotation: Quotation, evidence: Evidence) -> bool:
        """Whether the exhibit may be a translation, so that other words prove nothing."""
        script = _script(quote)
        if script not in self._scripts:
            return True
        if len(self._languages) > 1 and self._foreign_speech(evidence):
            return not self._spoke_it_then(quotation, evidence)
        if script not in _SHARED_SCRIPTS:
            return False
        tokens = words_of_folded(quote)
        shared = sum(1 for w in tokens if w in self._vocabulary) / max(len(tokens), 1)
        return shared < _SHARED_VOCABULARY and not self._same_declared(evidence)

    def _spoke_it_then(self, quotation: Quotation, evidence: Evidence) -> bool:
        """Whether, at the very second that is given, the speaker who is named spoke the exhibit's language.

        A time without a zone may mean several moments: in none of them may they have spoken another one.
        """
        span, name = meeting_span(self._case), skeleton(quotation.speaker)
        if span is None or len(name) < 3 or not evidence.language:
            return False
        people = self._case.meeting.participants
        speakers = {p.participant_id for p in people if fuzz.partial_ratio(name, skeleton(p.display_name)) >= _NAMED}
        times = [at for stamp in stamps(quotation.time) for at in moments(stamp, span.start, span.end)]
        then = [
            s.language
            for s in self._case.signals
            if s.kind == "transcript" and s.language and s.participant_id in speakers and s.observed_at is not None
            if any(abs(s.observed_at - at) <= _THAT_SECOND for at in times)
        ]
        return bool(then) and all(_base(language) == _base(evidence.language) for language in then)

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
        near = sorted(self._nearest(quote))
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
        own = words_of_folded(part)
        if sum(w in self._turn_words[n] for w in own) * 2 < len(own):
            return False  # far cheaper than comparing letters, and true of nearly all
        return len(text) >= len(part) and fuzz.partial_ratio(part, text, score_cutoff=_PART) >= _PART


def _script(text: str) -> str:
    """The writing system that most letters of a text's beginning belong to."""
    names = Counter(_script_of(c) for c in text[:_SCRIPT_SHOWS] if c.isalpha())
    return names.most_common(1)[0][0] if names else ""


@lru_cache(maxsize=8192)
def _script_of(letter: str) -> str:
    return unicodedata.name(letter, "").partition(" ")[0]


def _base(language: str) -> str:
    return language.lower().replace("_", "-").partition("-")[0]
