"""Exhibits taken apart: the words they quote, who is said to have said them, and when."""

from __future__ import annotations

import re
from dataclasses import dataclass

from verifier.case import Case, Evidence
from verifier.lexicon import cue
from verifier.normalise import fold, words
from verifier.pretext.dialogue import turns_in

SHOWS_MEETING = frozenset({"screenshot", "transcript_excerpt", "chat_excerpt", "recording"})
"""Kinds of exhibit that are presented as a picture of the meeting itself."""

_DATE = r"(?:\d{4}[-./]\d{1,2}[-./]\d{1,2}|\d{1,2}[-./]\d{1,2}[-./]\d{4})"
_CLOCK = (
    rf"(?:{_DATE}[ T,]+)?\d{{1,2}}:\d{{2}}(?::\d{{2}})?(?:\s?[aApP]\.?[mM]\.?)?(?:\s?(?:UTC|GMT)(?:[+-]\d{{1,2}})?|Z)?"
)
_TIMED = re.compile(rf"^\s*(?:[\[(]\s*({_CLOCK}[^\])\n:]{{0,12}})[\])]|({_CLOCK})(?!\w))\s*[-–—|]?\s*(.{{2,}})$")
"""A line that begins with the time at which its words are said to have fallen."""
_NAMED_THEN = re.compile(
    rf"^\s*([^:：\n\[(]{{1,48}}?)\s*[\[(,]\s*({_CLOCK}[^\])\n:]{{0,12}})[\])]?\s*[:：-]\s*(.{{2,}})$"
)
_LINE = re.compile(r"^\s*([^:：\n]{1,48})[:：]\s+(.{2,})$")
_CJK_LINE = re.compile(r"^\s*([^\d:：\n][^:：\n]{0,23})[：:]\s*(.{2,})$")
_QUOTED = re.compile(r"[\"“„«「『‹]\s*([^\"“”„«»「」『』‹›]{6,600}?)\s*[\"”“»」』›]")
_STAMPED = re.compile(r"^\s*[\[(]\d{1,2}:\d{2}(?::\d{2})?[\])]\s*[^:：\n]{1,48}[:：]\s*\S")
"""A line of a log: a bracketed clock time, a name, words."""
_ELLIPSIS = re.compile(r"\.\.\.|…|\[\s*\.\.\.\s*\]|\(\s*…\s*\)")
_LEAST_WORDS = 4
_EXCERPTS = frozenset({"transcript_excerpt", "chat_excerpt"})
_TALK = SHOWS_MEETING | {"document", "other"}
"""Kinds of exhibit in which turns of talk may stand in running text."""
_MOST = 40
"""Quotations of one exhibit that are compared with the record."""


@dataclass(frozen=True, slots=True)
class Quotation:
    """Words that an exhibit presents as said, written or shown in the meeting.

    `time` is the time written beside it, as it is written ('18:41:10', '6:41 PM UTC'), or ''. `elided`
    marks an open omission.
    """

    words: str
    speaker: str
    time: str
    elided: bool


@dataclass(frozen=True, slots=True)
class Exhibit:
    """One exhibit.

    `elsewhere`: it says openly that it is of another meeting. `listed`: whom it lists as present.
    `talking`: who speaks in the talk that its running text gives. `lines`: the words of each line of an excerpt.
    """

    evidence: Evidence
    quotations: tuple[Quotation, ...]
    elsewhere: bool
    nicknames: tuple[str, ...]
    listed: tuple[str, ...] = ()
    talking: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()

    @property
    def ref(self) -> str:
        """Its reference in an assessment."""
        return f"evidence:{self.evidence.evidence_id}"


def read_exhibits(case: Case) -> tuple[Exhibit, ...]:
    """All exhibits of a case, taken apart."""
    known = frozenset(p.display_name for p in case.meeting.participants if p.display_name)
    return tuple(_read(e, known) for e in case.request.evidence)


def quotations_of(kind: str, text: str, known: frozenset[str] = frozenset()) -> tuple[Quotation, ...]:
    """The quotations in an exhibit's text: whole lines of an excerpt; marked quotes and turns of talk of anything else.

    `known`: the display names of the meeting.
    """
    if kind in ("transcript_excerpt", "chat_excerpt"):
        found = [_from_line(line) for line in text.splitlines() if line.strip()]
    else:
        found = [_from_line(line) for line in text.splitlines() if _STAMPED.match(line)]
        found += [
            _from_line(match) if _speaker_first(match) else Quotation(match, "", "", _has_gap(match))
            for match in _QUOTED.findall(text)
        ]
        if kind in _TALK and not found:
            found = [Quotation(said, who, when, _has_gap(said)) for who, when, said in turns_in(text, known)]
    return tuple(q for q in found if len(words(q.words)) >= _LEAST_WORDS)[:_MOST]


def _read(evidence: Evidence, known: frozenset[str]) -> Exhibit:
    elsewhere = bool(cue("pretext", "elsewhere").search(fold(_outside_quotes(evidence))))
    talk = turns_in(evidence.text, known) if evidence.kind in _TALK - _EXCERPTS else ()
    return Exhibit(
        evidence,
        quotations_of(evidence.kind, evidence.text, known),
        elsewhere,
        _nicknames(evidence),
        _listed(evidence),
        tuple(dict.fromkeys(who for who, _, _ in talk)),
        tuple(w for line in evidence.text.splitlines() if (w := _from_line(line).words))
        if evidence.kind in _EXCERPTS
        else (),
    )


def _outside_quotes(evidence: Evidence) -> str:
    """The exhibit's own words: what is quoted in it labels nothing."""
    if evidence.kind in ("transcript_excerpt", "chat_excerpt"):
        return "\n".join(line for line in evidence.text.splitlines() if not _from_line(line).speaker)
    return _QUOTED.sub(" ", evidence.text)


def _from_line(line: str) -> Quotation:
    when, rest = "", line
    if match := _TIMED.match(line):
        when, rest = (match[1] or match[2]).strip(), match[3]
    elif match := _NAMED_THEN.match(line):
        return Quotation(match[3].strip(), match[1].strip(), match[2].strip(), _has_gap(match[3]))
    for pattern in (_LINE, _CJK_LINE):
        if match := pattern.match(rest):
            return Quotation(match[2].strip(), match[1].strip(), when, _has_gap(match[2]))
    return Quotation(rest.strip(), "", when, _has_gap(rest))


def _speaker_first(text: str) -> bool:
    return bool(_LINE.match(text) or _CJK_LINE.match(text))


def _has_gap(text: str) -> bool:
    return bool(_ELLIPSIS.search(text))


def _nicknames(evidence: Evidence) -> tuple[str, ...]:
    """Names that a picture of the meeting gives after a word such as 'nickname'."""
    if evidence.kind != "screenshot":
        return ()
    found = []
    for part in re.split(r"[\n。;；]|(?<=[^\d])\.\s", evidence.text):
        before, _, after = part.partition(":") if ":" in part else part.partition("：")
        if after.strip() and cue("pretext", "nickname").search(fold(before)[-24:]):
            name = re.split(r"[,，、(（]", after.strip())[0].strip(" \"'“”«»")
            if name:
                found.append(name)
    return tuple(found)


def _listed(evidence: Evidence) -> tuple[str, ...]:
    """Names that a picture of the meeting lists after a word such as 'participants'."""
    if evidence.kind != "screenshot":
        return ()
    before, found, after = evidence.text.partition(":") if ":" in evidence.text else evidence.text.partition("：")
    if not found or not cue("pretext", "participants").search(fold(before)[-40:]):
        return ()
    names = re.split(r"[,，、;；\n]", re.split(r"[.。](?:\s|$)", after)[0])
    bare = (re.sub(r"[(（\[].*?[)）\]]", "", n).strip(" \"'“”«»-•*") for n in names)
    return tuple(n for n in bare if n)[:_MOST]
