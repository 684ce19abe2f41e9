"""Strong: an exhibit is presented as showing this meeting, and the platform's covered facts contradict it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from verifier.case import Case, Evidence
from verifier.lexicon import cue
from verifier.normalise import fold
from verifier.pretext.clock import outside, stamps
from verifier.pretext.exhibits import SHOWS_MEETING, Exhibit, Quotation
from verifier.pretext.images import in_meeting, same
from verifier.pretext.record import Located, Match
from verifier.pretext.sketch import START, account, exhibit, sketch
from verifier.pretext.view import Example, IndicatorSpec, Sign, View
from verifier.support.coverage import meeting_span

_MATCH = {
    "absent": "quotes words that the complete record does not have",
    "altered": "changes what the record has",
    "reversed": "leaves out the refusal that the record has in the same sentence",
    "spliced": "joins words that were said apart into one sentence",
}
_AGAINST_THE_RECORD = frozenset(_MATCH)
_CLOCK = re.compile(r"(?<!\d)\d{1,2}[:.]\d{2}(?!\d)")
_LISTED = 2
"""Names on a list that nobody bore; a single one may be a nickname."""
_TALKING = 2
_LATER = timedelta(hours=1)
_CLOCKS_DIFFER = timedelta(minutes=10)


def look(view: View) -> Sign | None:
    """Compare every exhibit with the record, the participant log, the clock and earlier requests."""
    found = list(_contradictions(view))
    if not found:
        return None
    strength = min(0.99, 0.85 + 0.05 * (len(found) - 1))
    return Sign(
        strength,
        "; ".join(dict.fromkeys(why for _, why in found)) + ".",
        tuple(dict.fromkeys(r for r, _ in found)),
    )


def _contradictions(view: View) -> Iterator[tuple[str, str]]:
    shown = in_meeting(view.case)
    for item in view.exhibits:
        if item.elsewhere:
            continue  # openly of another meeting: not presented as showing this one
        own = view.sources.picture(item.ref)
        if any(same(own, seen) for seen in shown):
            continue  # the platform saw this very picture in the meeting
        if why := _used_before(view, item):
            yield item.ref, why
            continue
        found = [(q, view.record.locate(q, item.evidence)) for q in item.quotations]
        matches = {where.match for _, where in found}
        if why := _montage(view, item, found):
            yield item.ref, why
        if "verbatim" in matches and not _AGAINST_THE_RECORD & matches:
            continue  # it follows the record: what else is wrong with it is a slip
        yield from _words(view, item, found)
        for why in (
            _impossible_time(view, item),
            _lines_outside(view, item),
            _never_there(view, item),
            _not_then(view, item),
            _speakers_never_there(view, item, matches),
            _after_the_end(view, item),
        ):
            if why:
                yield item.ref, why


def _words(view: View, item: Exhibit, found: list[tuple[Quotation, Located]]) -> Iterator[tuple[str, str]]:
    """Quotations that the record contradicts: each kind once, with the turn it rests on."""
    complete = view.record.covered(item.evidence.kind) or view.record.covered_around(item.evidence)
    told: set[str] = set()
    for quotation, where in found:
        match = where.match
        if match not in _MATCH or match in told:
            continue
        if match == "absent" and not (complete or view.record.covered_when_said(quotation)):
            continue
        if match in ("absent", "altered") and not _presented(view, item.evidence):
            continue
        told.add(match)
        yield item.ref, f"An exhibit {_MATCH[match]}" + (f" ({where.difference})" if where.difference else "")
        if where.signal_id:
            yield (
                f"signal:{where.signal_id}",
                f"An exhibit {_MATCH[match]}" + (f" ({where.difference})" if where.difference else ""),
            )


def _presented(view: View, evidence: Evidence) -> bool:
    """Whether the exhibit is shown as the meeting's own words; people who were there may tell from memory."""
    if evidence.kind in SHOWS_MEETING:
        return True
    if evidence.kind in ("document", "other"):  # minutes: words with their times, or turn by turn
        talk = next((e.talking for e in view.exhibits if e.evidence is evidence), ())
        return bool(_CLOCK.search(evidence.text)) or len(talk) >= _TALKING
    there = view.sources.was_there(evidence.author) and not view.sources.is_fresh(evidence.author, evidence.captured_at)
    return evidence.kind in ("user_report", "complaint_email") and evidence.author is not None and not there


def _used_before(view: View, item: Exhibit) -> str:
    for reuse in view.case.history.evidence_reuse:
        if reuse.evidence_id == item.evidence.evidence_id and reuse.prior_meeting_id != view.case.meeting.meeting_id:
            return f"An exhibit was already used against another meeting ({reuse.prior_request_id})"
    return ""


def _impossible_time(view: View, item: Exhibit) -> str:
    evidence = item.evidence
    if evidence.captured_at is None or evidence.kind not in SHOWS_MEETING:
        return ""
    slack = timedelta(seconds=view.policy.times.clock_tolerance)
    asked = view.case.request.submitted_at
    if evidence.captured_at > asked + slack:
        return "An exhibit was captured after the request that it came with"
    span = meeting_span(view.case)
    if span is None:
        return ""
    if item.listed and view.case.meeting.ended_at is not None and evidence.captured_at > span.end + _LATER:
        return "An exhibit shows who is in the meeting, and was captured after it had ended"
    if evidence.captured_at >= span.start - slack:
        return ""
    before = [s for s in view.case.signals if s.observed_at is not None and s.observed_at <= evidence.captured_at]
    if evidence.kind == "chat_excerpt" and any(s.kind == "chat" for s in before):
        return ""  # the chat was open before the meeting
    return "An exhibit that is said to show the meeting was captured before it began"


def _lines_outside(view: View, item: Exhibit) -> str:
    """Times written beside the lines of an excerpt, in the zone that they name, against those of the meeting."""
    span = meeting_span(view.case)
    found = [stamp for q in item.quotations for stamp in stamps(q.time)]
    if span is None or item.evidence.kind not in SHOWS_MEETING or not found:
        return ""
    start = min([span.start, *(s.observed_at for s in view.case.signals if s.kind == "chat" and s.observed_at)])
    if not outside(found, start, span.end, _CLOCKS_DIFFER):
        return ""
    return "An exhibit gives times for its lines at which the meeting was not on"


def _never_there(view: View, item: Exhibit) -> str:
    for nickname in item.nicknames:
        if view.presence.never_came(nickname):
            return f"An exhibit shows somebody who was never in the meeting ({nickname!r})"
    absent = [name for name in item.listed if view.presence.never_came(name)]
    if len(absent) < _LISTED:
        return ""
    return f"An exhibit lists people who were never in the meeting ({', '.join(map(repr, absent[:3]))})"


def _not_then(view: View, item: Exhibit) -> str:
    at = item.evidence.captured_at
    gone = [name for name in item.listed if at is not None and view.presence.away(name, at)]
    if len(gone) < _LISTED:
        return ""
    return f"An exhibit lists people as present who were not there at its time ({', '.join(map(repr, gone[:3]))})"


def _speakers_never_there(view: View, item: Exhibit, matches: set[Match]) -> str:
    """Speakers of an excerpt whom the log does not have, all of them, where none of its words could be found either.

    A single one may be a nickname; somebody who was there may call people as they know them.
    """
    speakers = {q.speaker for q in item.quotations if q.speaker} | set(item.talking)
    kinds = SHOWS_MEETING if not item.talking else SHOWS_MEETING | {"document", "other"}
    if item.evidence.kind not in kinds or matches & {"verbatim", "altered"} or len(speakers) < _LISTED:
        return ""
    named = {s for s in speakers if not cue("pretext", "anybody").search(fold(s))}
    strangers = {s for s in named if view.presence.never_came(s)}
    most = len(strangers) >= _LISTED and (
        len(strangers) * 3 >= len(named) * 2 if item.talking else strangers == speakers
    )
    if view.sources.was_there(item.evidence.author) or not most:
        return ""
    speakers = strangers
    return f"An exhibit quotes people who were never in the meeting ({', '.join(map(repr, sorted(speakers)[:3]))})"


def _after_the_end(view: View, item: Exhibit) -> str:
    """A picture of the meeting taken after its end, where nothing was recorded, by somebody who was never in it."""
    evidence, meeting = item.evidence, view.case.meeting
    if evidence.kind not in ("screenshot", "recording") or evidence.captured_at is None or meeting.ended_at is None:
        return ""
    slack = timedelta(seconds=view.policy.times.clock_tolerance)
    recorded = meeting.recording or view.case.request.target.kind == "recording"
    guests = any(p.account is None for p in meeting.participants)
    absent = evidence.author is not None and not guests and not view.sources.was_there(evidence.author)
    if recorded or not absent or not meeting.participants or evidence.captured_at <= meeting.ended_at + slack:
        return ""
    return "An exhibit shows the meeting, was captured after it had ended, by somebody who was never in it"


def _montage(view: View, item: Exhibit, found: list[tuple[Quotation, Located]]) -> str:
    """Lines set one under the other that fell minutes apart, with words between that nobody said, or cut short."""
    if not item.lines or any(q.time or q.elided for q, _ in found) or not view.record.covered(item.evidence.kind):
        return ""
    true = [where.signal_id for _, where in found if where.match == "verbatim"]
    if len(true) < 2 or not view.record.far_apart(true):
        return ""
    cut = any(where.match == "verbatim" and view.record.cut_short(q, where.signal_id) for q, where in found)
    short = [line for line in item.lines if line not in {q.words for q, _ in found}]
    if cut or any(not view.record.has_words(line) for line in short):
        return "An exhibit sets lines that fell minutes apart one under the other, and changes what they answer"
    return ""


def _examples() -> tuple[Example, ...]:
    def case(kind: str, text: str, minutes: int = 35, **more: Any) -> Case:
        request: dict[str, Any] = {
            "evidence": (exhibit("1", kind, text, minutes=minutes, author=more.pop("author", None)),)
        }
        if more.pop("request_later", False):
            request["submitted_at"] = START + timedelta(hours=9)
        return sketch(request=request, **more)

    invented = "Joke Visser: tonight we go over there and set the whole place on fire with everybody inside"
    true = "Bram: the hedge is too high again, we should ask the council to cut it before summer"
    reuse = {
        "evidence_reuse": (
            {
                "evidence_id": "e-1",
                "prior_request_id": "REQ-0",
                "prior_meeting_id": "m-0",
                "prior_submitted_at": START - timedelta(days=9),
            },
        )
    }
    partial = {"coverage": ({"kind": "transcript", "start": START, "end": START + timedelta(minutes=20)},)}
    return (
        Example("words that were never said", case("transcript_excerpt", invented), True),
        Example("words as they were said", case("transcript_excerpt", true), False),
        Example(
            "the refusal cut off",
            case("transcript_excerpt", "Sanne: burn the shed, that is how we do things"),
            True,
        ),
        Example("used before", case("screenshot", "A grey window.", history=reuse), True),
        Example(
            "used before, and openly of another meeting",
            case("screenshot", "From another meeting, as background.", history=reuse),
            False,
        ),
        Example("captured before the meeting", case("screenshot", "A flag on a screen.", minutes=-90), True),
        Example("words from a gap in the record", case("transcript_excerpt", invented, meeting=partial), False),
        Example(
            "one word put for another",
            case("transcript_excerpt", "Kees: i can bring the petrol on saturday if somebody else brings the shears"),
            True,
        ),
        Example(
            "a list of people who never came",
            case("screenshot", "Participants: Bram, Abu Hafs al-Wadi, Zoltan Grebenschikov"),
            True,
        ),
        Example(
            "a list of people who were there, long after the end",
            case("screenshot", "Participants: Bram, Kees", 300, request_later=True),
            True,
        ),
        Example("a list of people who were there", case("screenshot", "Participants: Bram (me), Kees"), False),
        Example(
            "times at which there was no meeting",
            case("chat_excerpt", "[20.05.2025 21:40 UTC] Bram: see you all there tonight", meeting={"coverage": ()}),
            True,
        ),
        Example(
            "lines that fell apart, under a question that nobody asked",
            case(
                "transcript_excerpt",
                "Bram: And the mayor?\nSanne: nobody should touch the old tree\nJoke: the minutes will be sent around",
            ),
            True,
        ),
        Example(
            "the same lines, with what was left out marked",
            case(
                "transcript_excerpt",
                "Sanne: nobody should touch the old tree ...\nJoke: the minutes will be sent around",
            ),
            False,
        ),
        Example(
            "minutes in running text, of people who never came",
            case("document", "Minutes: Gruber: we go in with iron bars. Haslinger: agreed, at nine. Joke: voted."),
            True,
        ),
        Example(
            "a picture taken after the end by somebody who never came",
            case("screenshot", "Chat window.", 75, author=account("z"), request_later=True),
            True,
        ),
        Example("somebody who was never there", case("screenshot", "Profile. Nickname: NightRider77"), True),
    )


SPEC = IndicatorSpec(
    code="fabricated_exhibit",
    strength="strong",
    why="In 2020 screenshots of planted profiles were the paper that executives believed.",
    needs="request.evidence, the covered transcript and chat, the participant log, history.evidence_reuse",
    source="U.S. v. Jin, EDNY 20-MJ-1103 (complaint, 2020); Lumen, back-dated and re-used notices (2017-2022)",
    look=look,
    examples=_examples,
)
