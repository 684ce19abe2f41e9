"""Strong: an exhibit is presented as showing this meeting, and the platform's covered facts contradict it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from rapidfuzz import fuzz

from verifier.case import Case, Evidence
from verifier.normalise import skeleton
from verifier.pretext.exhibits import SHOWS_MEETING, Exhibit
from verifier.pretext.sketch import START, exhibit, sketch
from verifier.pretext.view import Example, IndicatorSpec, Sign, View
from verifier.support.coverage import meeting_span

_MATCH = {
    "absent": "quotes words that the complete record does not have",
    "reversed": "leaves out the refusal that the record has in the same sentence",
    "spliced": "joins words that were said apart into one sentence",
}
_CLOCK = re.compile(r"(?<!\d)\d{1,2}[:.]\d{2}(?!\d)")
_NAME_ALIKE = 75.0


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
    for item in view.exhibits:
        if item.elsewhere:
            continue  # openly of another meeting: not presented as showing this one
        if why := _used_before(view, item):
            yield item.ref, why
            continue
        matches = [view.record.compare(q, item.evidence) for q in item.quotations]
        if "verbatim" in matches and not {"reversed", "spliced", "absent"} & set(matches):
            continue  # it follows the record: what else is wrong with it is a slip
        complete = view.record.covered(item.evidence.kind) or view.record.covered_around(item.evidence)
        for match in dict.fromkeys(matches):
            if match in ("reversed", "spliced") or (match == "absent" and complete and _presented(view, item.evidence)):
                yield item.ref, f"An exhibit {_MATCH[match]}"
        if why := _impossible_time(view, item.evidence):
            yield item.ref, why
        if why := _never_there(view, item):
            yield item.ref, why


def _presented(view: View, evidence: Evidence) -> bool:
    """Whether the exhibit is shown as the meeting's own words; people who were there may tell from memory."""
    if evidence.kind in SHOWS_MEETING:
        return True
    if evidence.kind in ("document", "other"):  # minutes: words with the time at which they are said to have fallen
        return bool(_CLOCK.search(evidence.text))
    there = view.sources.was_there(evidence.author) and not view.sources.is_fresh(evidence.author, evidence.captured_at)
    return evidence.kind in ("user_report", "complaint_email") and evidence.author is not None and not there


def _used_before(view: View, item: Exhibit) -> str:
    for reuse in view.case.history.evidence_reuse:
        if reuse.evidence_id == item.evidence.evidence_id and reuse.prior_meeting_id != view.case.meeting.meeting_id:
            return f"An exhibit was already used against another meeting ({reuse.prior_request_id})"
    return ""


def _impossible_time(view: View, evidence: Evidence) -> str:
    if evidence.captured_at is None or evidence.kind not in SHOWS_MEETING:
        return ""
    slack = timedelta(seconds=view.policy.times.clock_tolerance)
    asked = view.case.request.submitted_at
    if evidence.captured_at > asked + slack:
        return "An exhibit was captured after the request that it came with"
    span = meeting_span(view.case)
    if span is None or evidence.captured_at >= span.start - slack:
        return ""
    before = [s for s in view.case.signals if s.observed_at is not None and s.observed_at <= evidence.captured_at]
    if evidence.kind == "chat_excerpt" and any(s.kind == "chat" for s in before):
        return ""  # the chat was open before the meeting
    return "An exhibit that is said to show the meeting was captured before it began"


def _never_there(view: View, item: Exhibit) -> str:
    names = [skeleton(p.display_name) for p in view.case.meeting.participants if p.display_name]
    names += [skeleton(s.text) for s in view.case.signals if s.kind == "display_name" and s.text]
    for nickname in item.nicknames:
        wanted = skeleton(nickname)
        if (
            len(wanted) >= 3
            and names
            and all(fuzz.ratio(wanted, name) < _NAME_ALIKE and wanted not in name for name in names)
        ):
            return f"An exhibit shows somebody who was never in the meeting ({nickname!r})"
    return ""


def _examples() -> tuple[Example, ...]:
    def case(kind: str, text: str, minutes: int = 35, **more: Any) -> Case:
        return sketch(request={"evidence": (exhibit("1", kind, text, minutes=minutes),)}, **more)

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
