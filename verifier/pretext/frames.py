"""Two cues close together in one sentence, in one language: what is asked, in whatever words it is asked."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from functools import cache

from verifier.lexicon import lexicon, phrases
from verifier.normalise import fold

_SENTENCE = re.compile(r"[.!?;。！？；।\n]+(?=\s|$|[^\x00-\x7f])")
_APOSTROPHES = str.maketrans({"’": "'", "ʼ": "'", "‘": "'", "`": "'"})


def plain(text: str) -> str:
    """The folded text with one kind of apostrophe, for cues."""
    return fold(text).translate(_APOSTROPHES)


def sentences(text: str) -> list[str]:
    """The sentences of a text, each made plain."""
    return [s for part in _SENTENCE.split(text) if (s := plain(part))]


@cache
def in_tongue(file: str, name: str, language: str) -> re.Pattern[str]:
    """One pattern for the phrases of a list in one language; it matches nothing where the list has none."""
    entries = lexicon(file)[name].get(language, ())
    return phrases(tuple(str(e).translate(_APOSTROPHES) for e in entries))


@cache
def tongues_of(file: str, name: str) -> tuple[str, ...]:
    """The languages that a list has."""
    return tuple(lexicon(file)[name])


def close(file: str, one: str, other: str, sentence: str, reach: int, *, ordered: bool = False) -> str:
    """The language in which a cue of each list stands within `reach` characters of the other, or ''.

    `ordered`: the first must stand before the second. Overlapping cues are one cue.
    """
    for language in tongues_of(file, one):
        found = _spans(file, one, language, sentence)
        others = _spans(file, other, language, sentence) if found else []
        if others and _near(found, others, reach, ordered=ordered):
            return language
    return ""


def _spans(file: str, name: str, language: str, sentence: str) -> list[tuple[int, int]]:
    return [m.span() for m in in_tongue(file, name, language).finditer(sentence)]


def _near(ones: list[tuple[int, int]], others: list[tuple[int, int]], reach: int, *, ordered: bool) -> bool:
    """Whether a span of the one kind has its nearest neighbour of the other kind within reach."""
    begins, stops = [b for b, _ in others], [s for _, s in others]
    for start, end in ones:
        n = bisect_left(begins, end)
        if n < len(begins) and begins[n] - end <= reach:
            return True
        n = bisect_right(stops, start) - 1
        if not ordered and n >= 0 and start - stops[n] <= reach:
            return True
    return False
