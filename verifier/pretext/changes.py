"""What a quotation changed in the words that the record has: the difference, word by word."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

from rapidfuzz import fuzz

from verifier.normalise import words_of_folded

_SLIP = 55.0
"""Ratio (rapidfuzz, 0-100) from which on two words are one, but for hearing or spelling."""
_SHORT = 16
_TOLD = 3


def changes(quote: str, record: str) -> list[tuple[str, str]]:
    """(what the record has, what the quotation has) wherever content words differ beyond hearing and spelling.

    Both are folded; `record` is the stretch that the quotation is most like. What a quotation leaves
    out at its ends is no change, and neither are words that the record has somewhere near.
    """
    mine, theirs = words_of_folded(quote), words_of_folded(record)
    found = []
    for tag, a, b, c, d in SequenceMatcher(None, theirs, mine, autojunk=False).get_opcodes():
        if tag in ("equal", "delete"):
            continue
        near = theirs[max(0, a - 2) : b + 2]
        put = [w for w in mine[c:d] if _content(w) and not any(fuzz.ratio(w, n) >= _SLIP for n in near)]
        if put and not _joined(mine[c:d], theirs[a:b]):
            found.append((" ".join(theirs[a:b]), " ".join(mine[c:d])))
    return found


def telling(found: list[tuple[str, str]], quote: str) -> bool:
    """Whether changes are too many or too weighty for a slip: two of them, or one in a short sentence."""
    replaced = [one for one in found if one[0]]
    return len(found) >= 2 or (len(replaced) == 1 and len(words_of_folded(quote)) <= _SHORT)


def told(found: list[tuple[str, str]]) -> str:
    """The changes in a few words for people."""
    parts = [f"{put!r} for {had!r}" if had else f"{put!r} added" for had, put in found[:_TOLD]]
    return ", ".join(parts)


def _content(word: str) -> bool:
    return len(word) >= 4 or (not word.isascii() and len(word) >= 2)


def _joined(mine: list[str], theirs: list[str]) -> bool:
    """Whether the same letters are only spaced otherwise ('no body' for 'nobody')."""
    return fuzz.ratio("".join(mine), re.sub(r"\W", "", "".join(theirs))) >= 80
