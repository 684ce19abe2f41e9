"""What the platform's record covers: spans, gaps, and whether a claim's time lies in the meeting."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from verifier.case import Case, Claim, Signal
from verifier.policy import Policy

_WAITING_ROOM = timedelta(minutes=30)
_SEAM = timedelta(seconds=2)
"""Consecutive records meet, give or take the second that stamps are cut to."""


@dataclass(frozen=True, slots=True)
class Span:
    """A span of time; `end` is never before `start`."""

    start: datetime
    end: datetime


def meeting_span(case: Case) -> Span | None:
    """The meeting up to the request, or None when it had not begun by then."""
    start, asked = case.meeting.started_at, case.request.submitted_at
    if start is None or start > asked:
        return None
    end = min(case.meeting.ended_at or asked, asked)
    return Span(start, max(start, end))


def observed(case: Case, policy: Policy) -> list[Signal]:
    """The signals that can tell of this meeting: none later than the request, none of another session.

    A case holds what the platform knew when it was asked. Up to half an hour before the start is the
    meeting's own waiting room; a signal without a time is taken as it is.
    """
    slack = timedelta(seconds=policy.times.clock_tolerance)
    last = case.request.submitted_at + slack
    span = meeting_span(case)
    if span is None:
        return [s for s in case.signals if s.observed_at is None or s.observed_at <= last]
    if case.meeting.ended_at is not None:
        last = min(last, case.meeting.ended_at + slack)
    first = span.start - _WAITING_ROOM
    return [s for s in case.signals if s.observed_at is None or first <= s.observed_at <= last]


def time_problem(case: Case, claim: Claim, policy: Policy) -> str:
    """Why what is claimed cannot have been seen in this meeting when it is said to, or ''."""
    span = meeting_span(case)
    if span is None:
        return "The meeting had not begun when the request was filed."
    if claim.occurred_at is None:
        return ""
    slack = timedelta(seconds=policy.times.clock_tolerance)
    if claim.occurred_at < span.start - slack:
        return "The claimed time lies before the meeting began."
    if claim.occurred_at > case.request.submitted_at + slack:
        return "The claimed time lies after the request itself."
    if claim.occurred_at > span.end + slack:
        return "The claimed time lies after the meeting ended."
    return ""


def claimed_span(case: Case, claim: Claim, policy: Policy) -> Span | None:
    """The span that a claim speaks of: around its time, or the whole meeting up to the request."""
    span = meeting_span(case)
    if span is None or claim.occurred_at is None:
        return span
    window = timedelta(seconds=policy.times.claim_window)
    start = min(max(claim.occurred_at - window, span.start), span.end)
    end = max(min(claim.occurred_at + window, span.end), span.start)
    return Span(start, max(start, end))


def covers(case: Case, kind: str, span: Span, policy: Policy) -> bool:
    """Whether records of this kind cover the span, but for the tolerated edges of the meeting."""
    return not gaps(case, kind, span, policy)


def gaps(case: Case, kind: str, span: Span, policy: Policy, moment: datetime | None = None) -> list[Span]:
    """The parts of the span that no coverage of this kind reaches.

    Up to `edge_tolerance` seconds missing at either end of the meeting do not matter, unless they hold
    the very `moment` that is spoken of.
    """
    whole = meeting_span(case)
    if whole is None:
        return [span]
    records = [(c.start, c.end) for c in case.meeting.coverage if c.kind == kind]
    if moment is not None and not any(a - _SEAM <= moment <= b + _SEAM for a, b in records):
        return _holes(records, span.start, span.end) or [span]
    slack = timedelta(seconds=policy.times.edge_tolerance)
    start = max(span.start, whole.start + slack) if span.start < whole.start + slack else span.start
    end = min(span.end, whole.end - slack) if span.end > whole.end - slack else span.end
    if end < start:  # the span lies within the tolerated edge: a record that touches it will do
        start = end = min(max(start, whole.start), whole.end)
        return [] if any(a - slack <= start <= b + slack for a, b in records) else [span]
    return _holes(records, start, end)


def _holes(spans: Iterable[tuple[datetime, datetime]], start: datetime, end: datetime) -> list[Span]:
    holes: list[Span] = []
    reached = start
    covered_any = False
    for a, b in sorted(spans):
        if b < start or a > end:
            continue
        covered_any = True
        if a > reached + _SEAM:
            holes.append(Span(reached, a))
        reached = max(reached, b)
    if not covered_any:
        return [Span(start, end)]
    if reached + _SEAM < end:
        holes.append(Span(reached, end))
    return holes
