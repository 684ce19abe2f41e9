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
_HEAD_ONLY = frozenset({"public_services", "trade"})
"""Subjects whose words fall in any talk, so that only a title or description tells them."""
_SAMPLE = 400
_UNSPACED = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]+")
_NOTE = re.compile(r"[(（\[].*?[)）\]]")
_LATIN = re.compile(r"[a-z\u00c0-\u024f\u1e00-\u1eff0-9]")


def tongues(case: Case) -> frozenset[str]:
    """The languages of a meeting, as the platform's record declares them, and English; empty when none is declared.

    Short words mean different things in different languages; a cue counts in its own.
    """
    declared = {case.meeting.language, *(s.language for s in case.signals)}
    known = {language.lower().replace("_", "-").partition("-")[0] for language in declared if language}
    return frozenset(known | {"en"}) if known else frozenset()


@lru_cache(maxsize=512)
def pattern(name: str, spoken: frozenset[str], file: str = "topics") -> re.Pattern[str]:
    """One pattern for a list of cues, in the languages spoken; those in other scripts can't be confused."""
    chosen = [
        str(entry)
        for language, entries in lexicon(file)[name]
        for entry in entries
        if not spoken or language[:2] in spoken or not _LATIN.match(fold(str(entry)))
    ]
    return phrases(tuple(chosen))


def mentions(name: str, text: str, spoken: frozenset[str]) -> bool:
    """Whether a folded text has a cue of this list of the topics lexicon."""
    return bool(pattern(name, spoken).search(text))


def head_of(case: Case) -> str:
    """The meeting's title and description, folded."""
    return fold(f"{case.meeting.title} \n {case.meeting.description}")


def sample(passages: tuple[Passage, ...]) -> tuple[Passage, ...]:
    """At most four hundred passages, evenly spaced: enough to tell what a meeting is about."""
    step = -(-len(passages) // _SAMPLE) or 1
    return passages[::step]


def subjects(case: Case, passages: tuple[Passage, ...], among: tuple[str, ...]) -> tuple[str, ...]:
    """Which of these subjects the meeting is about: named in its title or description, or often in its talk."""
    head, spoken = head_of(case), tongues(case)
    talk = sample(passages)
    found = []
    for name in among:
        cues = pattern(name, spoken)
        if cues.search(head):
            found.append(name)
            continue
        said = 0 if name in _HEAD_ONLY else sum(1 for p in talk if cues.search(p.text))
        if said >= max(_SPOKEN_OFTEN, len(talk) // 6):
            found.append(name)
    return tuple(found)


def sensitivities(kind: str, name: str) -> tuple[str, ...]:
    """The subjects on which a party is known to be sensitive. A faith shows itself by its name, whatever its kind."""
    lists = lexicon("topics")
    own = tuple(lists[kind]) if kind in ("government", "company") else ()
    faith = tuple(lists["faith"]) if phrases(tuple(lists["faith_names"])).search(fold(name)) else ()
    return tuple(dict.fromkeys((*own, *faith)))


def speaks_of_party(case: Case, passages: tuple[Passage, ...], name: str) -> bool:
    """Whether the meeting's title, description or talk names the party (by a word that is its own)."""
    whole = _unspaced_name(name)
    if whole and (whole in head_of(case) or sum(1 for p in sample(passages) if whole in p.text) >= 2):
        return True
    own = {w for w in words(name) if len(w) >= 4} - set(lexicon("topics")["generic_names"])
    if not own:
        return False
    head = set(words(f"{case.meeting.title} {case.meeting.description}"))
    if own & head:
        return True
    return sum(1 for p in sample(passages) if own & set(words_of_folded(p.text))) >= 2


def _unspaced_name(name: str) -> str:
    """What is a party's own in a name of a script without spaces, without 'limited company' and its like; or ''."""
    bare = _NOTE.sub("", fold(name))
    for word in lexicon("topics")["generic_parts"]:
        bare = bare.replace(fold(str(word)), " ")
    runs = [run for run in _UNSPACED.findall(bare) if len(run) >= 2]
    return max(runs, key=len, default="")
