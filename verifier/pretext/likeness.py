"""How a quotation lies on a stretch of the record: how alike they are, retold, strange, or with its refusal cut off."""

from __future__ import annotations

import re

from rapidfuzz import fuzz

from verifier.lexicon import cue
from verifier.normalise import words_of_folded

_MISSPELT = 75.0
_NEGATION_REACH = 3
"""Words (characters, where words are not spaced) before a quotation in which a cut-off negation counts."""


def likeness(quote: str, text: str) -> float:
    """How alike a quotation and a stretch are (0-100), wherever in the stretch the quotation lies."""
    return fuzz.partial_ratio(quote, text) if len(text) * 1.5 >= len(quote) else fuzz.ratio(quote, text)


def stretch(quote: str, record: str) -> str:
    """The words of the record on which a quotation lies, whole at both ends."""
    where = fuzz.partial_ratio_alignment(quote, record)
    if where is None or len(record) <= len(quote):
        return record
    start = record.rfind(" ", 0, where.dest_start) + 1
    end = record.find(" ", where.dest_end)
    return record[start : end if end >= 0 else len(record)]


def strange(quote: str, record: str) -> bool:
    """Whether few of a quotation's longer words are in a stretch, even misspelt: letters alone are often alike."""
    own = [w for w in words_of_folded(quote) if len(w) >= 4 or (not w.isascii() and len(w) >= 2)]
    theirs = words_of_folded(record)
    near = sum(any(fuzz.ratio(w, other) >= _MISSPELT for other in theirs) for w in own)
    return len(own) >= 4 and near * 3 <= len(own)


def retold(quote: str, record: str) -> bool:
    """Whether a quotation has half of its longer words from one stretch: told from memory, not invented."""
    own = [w for w in words_of_folded(quote) if len(w) >= 4 or not w.isascii()]
    theirs = set(words_of_folded(record))
    return len(own) >= 3 and sum(w in theirs for w in own) * 2 >= len(own)


def lost_negation(quote: str, record: str) -> bool:
    """Whether the record negates, in or right before the matched stretch, what the quotation asserts."""
    negation = cue("pretext", "negation")
    where = fuzz.partial_ratio_alignment(quote, record)
    if where is None:
        return False
    lead = re.split(r"[.!?。！？;；,，:：]", record[: where.dest_start])[-1]
    lead = " ".join(lead.split(" ")[-_NEGATION_REACH:]) if " " in lead else lead[-_NEGATION_REACH:]
    kept = len(negation.findall(quote))
    return len(negation.findall(lead + record[where.dest_start : where.dest_end])) > kept
