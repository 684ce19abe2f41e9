"""Strong: filed before the meeting began, for things said to have been seen in it."""

from __future__ import annotations

from datetime import timedelta

from verifier.lexicon import cue
from verifier.normalise import fold
from verifier.pretext.exhibits import SHOWS_MEETING
from verifier.pretext.sketch import START, report, sketch
from verifier.pretext.view import Example, IndicatorSpec, Sign, View
from verifier.support.coverage import meeting_span


def look(view: View) -> Sign | None:
    """Look for things said to have been seen, at a time when there was nothing to see."""
    case = view.case
    started = case.meeting.started_at
    refs: list[str] = []
    if meeting_span(case) is None:
        asked = case.request.submitted_at
        dated = any(c.occurred_at is not None and c.occurred_at <= asked for c in case.request.claims)
        # Chat may be open before a meeting: an excerpt of it is possible then.
        open_chat = any(s.kind == "chat" for s in case.signals)
        kinds = SHOWS_MEETING - ({"chat_excerpt"} if open_chat else set())
        refs += [e.ref for e in view.exhibits if e.evidence.kind in kinds and not e.elsewhere]
        refs += [c.ref for c in view.sources.complaints if c.saw or _happened(c.text)]
        told = [c for c in case.request.claims if _happened(c.narrative)]
        dated = dated or bool(told) or bool(cue("pretext", "witnessed").search(fold(case.request.justification)))
        if not dated and not refs:
            return None
        return Sign(0.95, "The meeting had not begun when things were said to have been seen in it.", tuple(refs))
    if started is None:
        return None
    slack = timedelta(seconds=view.policy.times.clock_tolerance)
    opened = min((s.observed_at for s in case.signals if s.kind == "chat" and s.observed_at), default=started)
    first = min(started, opened)  # what stands in an open chat can be seen before the start
    refs = [c.ref for c in view.sources.complaints if c.saw and c.at is not None and c.at < first - slack]
    if not refs:
        return None
    return Sign(
        0.85,
        f"{len(refs)} complaint(s) tell what was seen in the meeting, but came before it began.",
        tuple(refs),
    )


def _happened(text: str) -> bool:
    """Whether something is told as seen or done, and not as feared, announced or of another meeting."""
    folded = fold(text)
    if cue("pretext", "to_come").search(folded) or cue("pretext", "elsewhere").search(folded):
        return bool(cue("pretext", "witnessed").search(folded))
    if any(cue("pretext", name).search(folded) for name in ("eyewitness", "witnessed")):
        return True
    return bool(cue("pretext", "done").search(folded) and cue("pretext", "in_meeting").search(folded))


def _examples() -> tuple[Example, ...]:
    later = {
        "started_at": None,
        "ended_at": None,
        "coverage": (),
        "scheduled_start": START + timedelta(days=2),
        "scheduled_end": None,
    }
    early = report("1", "I saw the host threaten people in this meeting", minutes=-180)
    return (
        Example("seen in a meeting that never took place", sketch(meeting=later, signals=()), True),
        Example(
            "a worry about a meeting to come",
            sketch(meeting=later, signals=(), claim={"occurred_at": None}),
            False,
        ),
        Example(
            "told as done, in a meeting that never took place",
            sketch(
                meeting=later,
                signals=(),
                claim={
                    "occurred_at": None,
                    "narrative": "In the meeting the host told everybody to burn the depot.",
                },
            ),
            True,
        ),
        Example(
            "announced on a flyer",
            sketch(
                meeting=later,
                signals=(),
                claim={"occurred_at": None, "narrative": "The flyer said that the host will call for violence."},
            ),
            False,
        ),
        Example("a witness before the start", sketch(reports=(early,)), True),
        Example("a witness during the meeting", sketch(reports=(report("1", "I saw it"),)), False),
    )


SPEC = IndicatorSpec(
    code="seen_before_it_happened",
    strength="strong",
    why="In 2020 the shutdown was asked for before the meetings took place.",
    needs="meeting.started_at, request.submitted_at, claimed times, exhibits and reports",
    source="Zoom, public statement of June 2020; Lumen on back-dated notices (2022)",
    look=look,
    examples=_examples,
)
