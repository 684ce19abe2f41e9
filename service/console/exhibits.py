"""Exhibits beside the record: what they quote, what the platform heard instead, and what is odd about them."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from typing import Literal

from rapidfuzz import fuzz, process

from service.console.persons import Persons, Shown, clock
from verifier.case import Case, Evidence
from verifier.normalise import fold
from verifier.pretext.exhibits import Exhibit, read_exhibits

ALIKE = 60.0
"""Ratio (rapidfuzz, 0-100) below which a line of the record is not what an exhibit could have quoted."""
_SPOKEN = frozenset({"transcript", "chat", "screen_text", "display_name"})
_TOKEN = re.compile(r"\s+|[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|[^\s\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+")


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a comparison: in both, only in the record, or only in the exhibit."""

    kind: Literal["same", "record", "exhibit"]
    text: str


@dataclass(frozen=True, slots=True)
class Compared:
    """One quotation of an exhibit. `pieces` is empty where the record has nothing like it."""

    words: str
    speaker: str
    time: str
    pieces: tuple[Piece, ...]
    exact: bool
    record_ref: str
    record_time: str
    record_who: Shown | None


@dataclass(frozen=True, slots=True)
class ShownExhibit:
    """An exhibit for a page."""

    ref: str
    kind: str
    text: str
    language: str
    author: Shown | None
    captured: str
    oddities: tuple[str, ...]
    quotations: tuple[Compared, ...]


def shown_exhibits(case: Case, persons: Persons) -> tuple[ShownExhibit, ...]:
    """Every exhibit, taken apart."""
    record = {s.signal_id: (fold(s.text), s) for s in case.signals if s.kind in _SPOKEN and s.text}
    folded = {name: words for name, (words, _) in record.items()}

    def compare(words: str) -> tuple[tuple[Piece, ...], bool, str]:
        best = process.extractOne(fold(words), folded, scorer=fuzz.partial_ratio, score_cutoff=ALIKE)
        if best is None:
            return (), False, ""
        heard = record[best[2]][1].text or ""
        return _diff(_window(heard, words), words), fold(words) in folded[best[2]], best[2]

    def quotations(exhibit: Exhibit) -> tuple[Compared, ...]:
        found = []
        for q in exhibit.quotations:
            pieces, exact, name = compare(q.words)
            signal = record[name][1] if name else None
            found.append(
                Compared(
                    words=q.words, speaker=q.speaker, time=q.time, pieces=pieces, exact=exact,
                    record_ref=f"signal:{name}" if name else "",
                    record_time=clock(signal.observed_at) if signal else "",
                    record_who=persons.participant(signal.participant_id) if signal else None,
                )
            )  # fmt: skip
        return tuple(found)

    return tuple(
        ShownExhibit(
            ref=exhibit.ref,
            kind=exhibit.evidence.kind.replace("_", " "),
            text=exhibit.evidence.text,
            language=exhibit.evidence.language or "",
            author=persons.account(exhibit.evidence.author, exhibit.evidence.captured_at or case.request.submitted_at)
            if exhibit.evidence.author
            else None,
            captured=f"{exhibit.evidence.captured_at:%Y-%m-%d %H:%M:%S}" if exhibit.evidence.captured_at else "",
            oddities=_oddities(case, exhibit.evidence),
            quotations=quotations(exhibit),
        )
        for exhibit in read_exhibits(case)
    )


def _oddities(case: Case, evidence: Evidence) -> tuple[str, ...]:
    meeting, found = case.meeting, []
    taken = evidence.captured_at
    if taken is not None and meeting.started_at is None:
        found.append("captured although the meeting had not begun")
    elif taken is not None and meeting.started_at is not None and taken < meeting.started_at:
        found.append("captured before the meeting began")
    elif taken is not None and meeting.ended_at is not None and taken > meeting.ended_at:
        found.append("captured after the meeting had ended")
    if taken is not None and taken > case.request.submitted_at:
        found.append("captured after it was submitted")
    own = case.request.requester.account
    author = evidence.author
    if own is not None and author is not None and author.account_id != own.account_id:
        if author.device_id and author.device_id == own.device_id:
            found.append("its author uses the requester's device")
        elif author.network_id and author.network_id == own.network_id:
            found.append("its author is on the requester's network")
    found += [
        f"already used in request {reuse.prior_request_id}, against meeting {reuse.prior_meeting_id}"
        for reuse in case.history.evidence_reuse
        if reuse.evidence_id == evidence.evidence_id
    ]
    return tuple(found)


def _window(heard: str, quoted: str) -> str:
    """The part of a long utterance that a quotation could be of."""
    if len(heard) <= 2 * len(quoted) + 40:
        return heard
    alignment = fuzz.partial_ratio_alignment(quoted.lower(), heard.lower())
    if alignment is None:
        return heard[: 2 * len(quoted)]
    start, end = max(0, alignment.dest_start - 20), min(len(heard), alignment.dest_end + 20)
    return ("…" if start else "") + heard[start:end] + ("…" if end < len(heard) else "")


def _diff(heard: str, quoted: str) -> tuple[Piece, ...]:
    a, b = _TOKEN.findall(heard), _TOKEN.findall(quoted)
    pieces: list[Piece] = []
    for op, a1, a2, b1, b2 in difflib.SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if op == "equal":
            pieces.append(Piece("same", "".join(a[a1:a2])))
            continue
        if a2 > a1:
            pieces.append(Piece("record", "".join(a[a1:a2])))
        if b2 > b1:
            pieces.append(Piece("exhibit", "".join(b[b1:b2])))
    return tuple(pieces)
