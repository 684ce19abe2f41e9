"""Transcripts in WebVTT (https://www.w3.org/TR/webvtt1/), as Zoom's recordings and others have them.

Speakers are `Name: words` (Zoom) or `<v Name>words` (the standard). A name belongs to a participant
only when exactly one in the meeting shows it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from service.connectors.observed import NotUnderstood
from verifier.case import MAX_SHORT_TEXT, MAX_SIGNAL_TEXT, Participant, Signal

_TIME = r"(?:(\d{2,}):)?([0-5]\d):([0-5]\d)\.(\d{3})"
_TIMING = re.compile(rf"{_TIME}[ \t]+-->[ \t]+{_TIME}(?:[ \t].*)?")
_VOICE = re.compile(r"<v(?:\.[^ \t>]*)?[ \t]+([^>]+)>(.*?)(?:</v>|\Z)", re.DOTALL)
_NAMED = re.compile(r"([^:\n]{1,100}):[ \t]+(.*)", re.DOTALL)
_TAG = re.compile(r"<[^>]*>")


def signals(document: str, start: datetime, people: Iterable[Participant], *, source: str) -> tuple[Signal, ...]:
    """One signal per cue; `start` is the moment of 00:00. Raises `NotUnderstood` when it is no WebVTT."""
    names = _unique_names(people)
    found = []
    for number, (offset, speaker, words) in enumerate(_cues(document)):
        details = {"speaker": speaker[:MAX_SHORT_TEXT]} if speaker else {}
        found.append(
            Signal(
                signal_id=f"{source}-vtt-{int(start.timestamp())}-{number}",
                kind="transcript",
                observed_at=start + offset,
                participant_id=names.get(speaker or ""),
                text=words[:MAX_SIGNAL_TEXT],
                source=source,
                details=details,
            )
        )
    return tuple(found)


def _cues(document: str) -> Iterator[tuple[timedelta, str | None, str]]:
    blocks = re.split(r"\n{2,}", document.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").strip("\n"))
    if not re.match(r"WEBVTT(?:[ \t\n]|\Z)", blocks[0]):
        raise NotUnderstood("no WEBVTT in the first line")
    for block in blocks[1:]:
        lines = block.split("\n")
        if lines[0].startswith(("NOTE", "STYLE", "REGION")):
            continue
        at = 0 if "-->" in lines[0] else 1  # a cue may have a name of its own first
        timing = _TIMING.fullmatch(lines[at].strip()) if at < len(lines) else None
        if timing is None:
            raise NotUnderstood(f"no timing in a cue: {lines[0][:40]!r}")
        hours, minutes, seconds, thousandths = (int(part or 0) for part in timing.groups()[:4])
        offset = timedelta(hours=hours, minutes=minutes, seconds=seconds, milliseconds=thousandths)
        speaker, words = _spoken("\n".join(lines[at + 1 :]))
        if words:
            yield offset, speaker, words


def _spoken(payload: str) -> tuple[str | None, str]:
    voice = _VOICE.match(payload)
    if voice:
        return voice[1].strip(), _plain(voice[2])
    named = _NAMED.fullmatch(payload)
    return (named[1].strip(), _plain(named[2])) if named else (None, _plain(payload))


def _plain(payload: str) -> str:
    bare = _TAG.sub("", payload)
    for escaped, meant in (("&lt;", "<"), ("&gt;", ">"), ("&nbsp;", " "), ("&lrm;", ""), ("&rlm;", ""), ("&amp;", "&")):
        bare = bare.replace(escaped, meant)
    return bare.strip()


def _unique_names(people: Iterable[Participant]) -> dict[str, str]:
    shown = [(one.display_name, one.participant_id) for one in people if one.display_name]
    times = Counter(name for name, _ in shown)
    return {name: participant for name, participant in shown if times[name] == 1}
