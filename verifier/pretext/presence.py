"""People in exhibits against the participant log: who was never there, who was not there at that time."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from functools import cached_property

from rapidfuzz import fuzz

from verifier.case import Case, Participant
from verifier.lexicon import cue
from verifier.normalise import fold, skeleton

_ALIKE = 75.0
"""Ratio (rapidfuzz, 0-100) from which on two names are one, but for spelling."""
_LEAST = 3
_CJK = re.compile("[\u3400-\u9fff\uac00-\ud7a3]")
"""Scripts in which a name of two letters is whole."""
_STEPPED_OUT = timedelta(minutes=5)
"""Somebody who joined later or left earlier than this was not there, whatever a clock may be off by."""


class Presence:
    """The participant log, searchable by name. Silent wherever the log is empty."""

    def __init__(self, case: Case) -> None:
        self._case = case

    def never_came(self, name: str) -> bool:
        """Whether nobody in the meeting had a name like this one, in any spelling, short form or part.

        Names in another script may be transliterated, so they tell nothing.
        """
        wanted = skeleton(name)
        least = _LEAST if wanted.isascii() or not _CJK.search(wanted) else 2
        if len(wanted) < least or not self._names or cue("pretext", "anybody").search(fold(name)):
            return False
        if not any(_same_script(wanted, known) for known in self._names):
            return False
        parts = [w for w in re.split(r"[\W_]+", fold(name)) if len(w) >= least]
        return not any(
            fuzz.ratio(wanted, known) >= _ALIKE
            or wanted in known
            or (len(known) >= least and known in wanted)
            or any(part in known for part in parts)
            for known in self._names
        )

    def away(self, name: str, at: datetime) -> bool:
        """Whether the one participant who bears this name was not in the meeting at that time."""
        wanted = skeleton(name)
        stays = [p for p in self._case.meeting.participants if p.display_name and skeleton(p.display_name) == wanted]
        return bool(stays) and all(_away(p, at) for p in stays)

    @cached_property
    def _names(self) -> frozenset[str]:
        names = {skeleton(p.display_name) for p in self._case.meeting.participants}
        names |= {skeleton(s.text) for s in self._case.signals if s.kind == "display_name" and s.text}
        return frozenset(n for n in names if n)


def _away(p: Participant, at: datetime) -> bool:
    early = p.joined_at is not None and at < p.joined_at - _STEPPED_OUT
    late = p.left_at is not None and at > p.left_at + _STEPPED_OUT
    return early or late


def _same_script(a: str, b: str) -> bool:
    return bool(_kinds(a) & _kinds(b))


def _kinds(text: str) -> set[str]:
    """Coarse kinds of letters: Latin, Greek and Cyrillic, and other blocks of 256 characters."""
    letters = re.findall(r"[^\W\d_]", text)
    return {"latin" if ord(c) < 0x250 else f"{ord(c) >> 8}" if ord(c) < 0x2E80 else "cjk" for c in letters}
