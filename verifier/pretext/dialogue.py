"""Talk written into running text: 'Meeting chat. Precious 20:17: follow him home', '赵立军:同意。吴敏:同意。'"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rapidfuzz import fuzz

from verifier.lexicon import cue
from verifier.normalise import fold, skeleton, words

_CLOCK = r"\d{1,2}:\d{2}(?::\d{2})?(?:\s?[aApP]\.?[mM]\.?)?"
_OPENING = re.compile(
    rf"(?:^|(?<=[\n.。!?！？;；/|—–，,:：\])(\"“«「]))\s*(?:[\[(]?({_CLOCK})[\])]?\s*[-–]?\s*)?"
    rf"([^\W\d_][^\n.。!?！？;；/|:：，,\"“”«»「」\[\]()]{{0,31}}?)\s*(?:[\[(]?({_CLOCK})[\])]?)?\s*[:：](?!//)(?=\s*\S)"
)
_ALIKE = 85.0
_LEAST = 2
_DIALOGUE = 2
"""So many different speakers make a dialogue of text that none of the known names is in."""


def turns_in(text: str, known: frozenset[str]) -> tuple[tuple[str, str, str], ...]:
    """(speaker, time as written or '', words) of each turn that a text gives.

    `known` are the display names of a meeting. A colon alone makes no turn: there must be a known
    name before it, or two speakers or more who could be people.
    """
    if ":" not in text and "：" not in text:
        return ()
    openings = list(_OPENING.finditer(text))
    people = [m for m in openings if _person(m[2])]
    telling = [m for m in people if any(_same(m[2], name) for name in known)]
    if not telling and len({skeleton(m[2]) for m in people}) < _DIALOGUE:
        return ()
    return tuple(_turns(text, openings, people))


def _turns(text: str, openings: list[re.Match[str]], people: list[re.Match[str]]) -> Iterator[tuple[str, str, str]]:
    starts = [m.start() for m in openings]
    for m in people:
        end = next((s for s in starts if s >= m.end()), len(text))
        said = text[m.end() : end].strip(' \n\t"“”«»「」/|—–')
        if said:
            yield m[2].strip(), (m[1] or m[3] or "").strip(), said


def _person(name: str) -> bool:
    """Whether a few words before a colon could name a person: short, and no word for a part of a document."""
    parts = words(name)
    short = len(name) <= 8 if any(not p.isascii() and len(p) == 1 for p in parts) else len(parts) <= 3
    return short and not cue("pretext", "heading").search(fold(name))


def _same(name: str, known: str) -> bool:
    bare = skeleton(name)
    if len(bare) < _LEAST:
        return False
    parts = [skeleton(p) for p in re.split(r"[\W_]+", known)]
    own = (p for p in parts if len(p) >= (3 if p.isascii() else _LEAST))
    return any(p == bare or p in bare for p in own) or fuzz.ratio(bare, skeleton(known)) >= _ALIKE
