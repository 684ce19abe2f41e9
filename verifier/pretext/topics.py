"""What a meeting is about, told from its title, description and record, never from the request."""

from __future__ import annotations

import re
from functools import lru_cache

from verifier.case import Case
from verifier.lexicon import lexicon, phrases
from verifier.normalise import fold, words, words_of_folded
from verifier.support.passages import Passage

_SPOKEN_OFTEN = 4
"""Passages that must mention a subject before talk alone makes it the meeting's subject."""
_SAMPLE = 400
_GENERIC = frozenset(
    [
        "the",
        "and",
        "for",
        "of",
        "der",
        "die",
        "das",
        "les",
        "des",
        "del",
        "los",
        "las",
        "company",
        "corp",
        "inc",
        "ltd",
        "llc",
        "gmbh",
        "group",
        "holding",
        "holdings",
        "services",
        "service",
        "office",
        "national",
        "municipal",
        "regional",
        "department",
        "ministry",
        "police",
        "unit",
        "agency",
        "association",
        "foundation",
        "international",
        "public",
        "fictitious",
        "fictive",
        "ficticia",
        "ficticio",
        "city",
        "state",
        "logistics",
        "security",
    ]
)


@lru_cache(maxsize=64)
def _topic(name: str) -> re.Pattern[str]:
    return phrases(tuple(str(entry) for _, entries in lexicon("topics")[name] for entry in entries))


def mentions(name: str, text: str) -> bool:
    """Whether a folded text has a cue of this list of the topics lexicon."""
    return bool(_topic(name).search(text))


def sample(passages: tuple[Passage, ...]) -> tuple[Passage, ...]:
    """At most four hundred passages, evenly spaced: enough to tell what a meeting is about."""
    step = -(-len(passages) // _SAMPLE) or 1
    return passages[::step]


def subjects(case: Case, passages: tuple[Passage, ...], among: tuple[str, ...]) -> tuple[str, ...]:
    """Which of these subjects the meeting is about: named in its title or description, or often in its talk."""
    head = fold(f"{case.meeting.title} \n {case.meeting.description}")
    talk = sample(passages)
    found = []
    for name in among:
        pattern = _topic(name)
        said = 0 if pattern.search(head) else sum(1 for p in talk if pattern.search(p.text))
        if pattern.search(head) or said >= max(_SPOKEN_OFTEN, len(talk) // 8):
            found.append(name)
    return tuple(found)


def sensitivities(kind: str) -> tuple[str, ...]:
    """The subjects on which a kind of party is known to be sensitive."""
    return tuple(lexicon("topics").get(kind, ()))


def speaks_of_party(case: Case, passages: tuple[Passage, ...], name: str) -> bool:
    """Whether the meeting's title, description or talk names the party (by a word that is its own)."""
    own = {w for w in words(name) if len(w) >= 4 and w not in _GENERIC}
    if not own:
        return False
    head = set(words(f"{case.meeting.title} {case.meeting.description}"))
    if own & head:
        return True
    return sum(1 for p in sample(passages) if own & set(words_of_folded(p.text))) >= 2
