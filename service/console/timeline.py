"""The meeting as a drawing: who was there when, who spoke, what was seen, when it was reported, what was claimed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from service.console.persons import clock
from verifier.assessment import Assessment
from verifier.case import Case, Participant

WIDTH, LEFT, RIGHT = 960, 160, 14
ROW, HEAD = 22, 30
MOST_LANES = 16
"""Participants drawn each on a line of their own; the others share one, so that the drawing fits a screen."""
_KINDS = ("transcript", "chat", "screen", "media")
_MARKS = {
    "transcript": "speech", "chat": "chat", "screen_text": "screen", "shared_file": "file",
    "hash_match": "match", "classifier": "match", "security_event": "event", "host_action": "event",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Bar:
    """A span on a lane, in drawing units."""

    x: float
    width: float
    kind: str
    title: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A moment on a lane. `edge`: it lies outside of what is drawn, to this side."""

    x: float
    kind: str
    title: str
    edge: str


@dataclass(frozen=True, slots=True)
class Lane:
    """One line of the drawing."""

    y: int
    label: str
    kind: str
    bars: tuple[Bar, ...]
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Tick:
    """A time on the axis."""

    x: float
    label: str


@dataclass(frozen=True, slots=True)
class Timeline:
    """Everything that the drawing needs, and its content in words."""

    width: int
    height: int
    left: int
    lanes: tuple[Lane, ...]
    ticks: tuple[Tick, ...]
    claims: tuple[Bar, ...]
    request: Mark
    day: str
    summary: str


class _Scale:
    def __init__(self, start: datetime, end: datetime) -> None:
        self.start, self.end = start, end

    def x(self, moment: datetime) -> float:
        share = (moment - self.start) / (self.end - self.start)
        return round(LEFT + min(1.0, max(0.0, share)) * (WIDTH - LEFT - RIGHT), 1)

    def edge(self, moment: datetime) -> str:
        return "before" if moment < self.start else "after" if moment > self.end else ""

    def bar(self, start: datetime, end: datetime, kind: str, title: str) -> Bar:
        x = self.x(start)
        return Bar(x, max(1.5, round(self.x(end) - x, 1)), kind, title)

    def mark(self, moment: datetime, kind: str, title: str) -> Mark:
        return Mark(self.x(moment), kind, f"{clock(moment)} {title}", self.edge(moment))


def timeline(case: Case, assessment: Assessment) -> Timeline:
    """Draw one case."""
    start, end = _span(case)
    scale = _Scale(start, end)
    rows: list[tuple[str, str, list[Bar], list[Mark]]] = []
    meeting = case.meeting
    for kind in _KINDS:
        spans = [c for c in meeting.coverage if c.kind == kind]
        bars = [scale.bar(c.start, c.end, "covered", f"{kind} recorded {clock(c.start)}–{clock(c.end)}") for c in spans]
        rows.append((f"record: {kind}", "coverage", bars, []))
    named = _named(case, assessment)
    rows += [_person(case, p, scale, end, p.participant_id in named) for p in _drawn(case, named)]
    if rest := _rest(case, named):
        marks = [m for p in rest for m in _moments(case, p, scale)]
        rows.append((f"{len(rest)} others", "others", [], marks))
    platform = _signals(case, None, scale)
    if platform:
        rows.append(("the platform", "platform", [], platform))
    reports = [scale.mark(r.submitted_at, "report", f"report {r.report_id}") for r in case.reports]
    taken = [
        scale.mark(e.captured_at, "exhibit", f"exhibit {e.evidence_id} captured")
        for e in case.request.evidence
        if e.captured_at
    ]
    if reports or taken:
        rows.append(("reports, exhibits", "reports", [], [*reports, *taken]))
    lanes = tuple(Lane(HEAD + n * ROW, row[0], row[1], tuple(row[2]), tuple(row[3])) for n, row in enumerate(rows))
    claims = tuple(
        scale.bar(
            c.occurred_at - timedelta(seconds=60), c.occurred_at + timedelta(seconds=60), "claimed",
            f"claim {c.claim_id} speaks of {clock(c.occurred_at)}",
        )
        for c in case.request.claims
        if c.occurred_at
    )  # fmt: skip
    asked = case.request.submitted_at
    return Timeline(
        width=WIDTH,
        height=HEAD + len(lanes) * ROW + 26,
        left=LEFT,
        lanes=lanes,
        ticks=_ticks(scale),
        claims=claims,
        request=scale.mark(asked, "request", "the request"),
        day=f"{start:%Y-%m-%d}",
        summary=_summary(case),
    )


def _span(case: Case) -> tuple[datetime, datetime]:
    """From a little before the meeting to a little after what matters; a late report does not squeeze it."""
    meeting = case.meeting
    starts = [t for t in (meeting.started_at, meeting.scheduled_start) if t]
    begin = min(starts, default=case.request.submitted_at)
    seen = [s.observed_at for s in case.signals if s.observed_at]
    there = [t for p in meeting.participants for t in (p.joined_at, p.left_at) if t]
    ends = [t for t in (meeting.ended_at, *seen, *there) if t]
    finish = max(ends, default=meeting.scheduled_end or begin)
    near = timedelta(hours=1)
    told = [c.occurred_at for c in case.request.claims if c.occurred_at]
    others = [case.request.submitted_at, *(r.submitted_at for r in case.reports), *told]
    begin = min([begin, *(t for t in others if begin - near <= t)])
    finish = max([finish, *(t for t in others if t <= finish + near), begin + timedelta(minutes=5)])
    margin = (finish - begin) / 40
    return begin - margin, finish + margin


def _named(case: Case, assessment: Assessment) -> set[str]:
    """Participants whom the answer names: in the ledger, or in a sign of pretext."""
    refs = [
        *(ref for e in assessment.ledger for ref in e.refs),
        *(r for i in assessment.pretext.indicators for r in i.refs),
    ]
    claimed = {one for c in case.request.claims for one in c.participant_ids}
    return {ref.removeprefix("participant:") for ref in refs if ref.startswith("participant:")} | claimed


def _order(case: Case, named: set[str]) -> list[Participant]:
    first = {"host": 0, "cohost": 1, "panelist": 2}
    far = datetime.max.replace(tzinfo=case.request.submitted_at.tzinfo)
    spoke = {s.participant_id for s in case.signals}
    return sorted(
        case.meeting.participants,
        key=lambda p: (
            p.role != "host", p.participant_id not in named, first.get(p.role, 3), p.participant_id not in spoke,
            p.joined_at or far, p.participant_id,
        ),
    )  # fmt: skip


def _drawn(case: Case, named: set[str]) -> list[Participant]:
    return _order(case, named)[:MOST_LANES]


def _rest(case: Case, named: set[str]) -> list[Participant]:
    return _order(case, named)[MOST_LANES:]


def _person(
    case: Case, p: Participant, scale: _Scale, end: datetime, named: bool
) -> tuple[str, str, list[Bar], list[Mark]]:
    kind = "host" if p.role in ("host", "cohost", "panelist") else "named" if named else "attendee"
    bars = []
    if p.joined_at is not None:
        left = p.left_at or case.meeting.ended_at or min(end, case.request.submitted_at)
        title = f"there {clock(p.joined_at)}–{clock(p.left_at) if p.left_at else 'the end'}"
        bars.append(scale.bar(p.joined_at, max(left, p.joined_at), "presence", title))
    return (p.display_name or p.participant_id, kind, bars, _moments(case, p, scale))


def _moments(case: Case, p: Participant, scale: _Scale) -> list[Mark]:
    return _signals(case, p.participant_id, scale)


def _signals(case: Case, participant_id: str | None, scale: _Scale) -> list[Mark]:
    return [
        scale.mark(s.observed_at, _MARKS[s.kind], s.kind.replace("_", " "))
        for s in case.signals
        if s.participant_id == participant_id and s.observed_at is not None and s.kind in _MARKS
    ]


def _ticks(scale: _Scale) -> tuple[Tick, ...]:
    """Between five and ten round times."""
    length = (scale.end - scale.start) / timedelta(minutes=1)
    step = next((m for m in (1, 2, 5, 10, 15, 30, 60, 120, 240, 480, 1440) if length / m <= 10), 2880)
    first = scale.start.replace(second=0, microsecond=0)
    at = first + timedelta(minutes=(-(first.hour * 60 + first.minute)) % step)
    found = []
    while at < scale.end:
        if at > scale.start:
            found.append(Tick(scale.x(at), f"{at:%H:%M}"))
        at += timedelta(minutes=step)
    return tuple(found)


def _summary(case: Case) -> str:
    """The drawing in words, for whoever does not see it."""
    meeting, asked = case.meeting, case.request.submitted_at
    began = f"began {meeting.started_at:%H:%M} UTC" if meeting.started_at else "had not begun"
    ended = f"ended {meeting.ended_at:%H:%M}" if meeting.ended_at else "had not ended when it was asked"
    kinds = sorted({c.kind for c in meeting.coverage})
    return (
        f"The meeting {began}, {ended}. {len(meeting.participants)} participants. The request came at {asked:%H:%M}; "
        f"{len(case.reports)} report{'s' if len(case.reports) != 1 else ''}. Recorded: {_listed(kinds) or 'nothing'}."
    )


def _listed(words: Iterable[str]) -> str:
    return ", ".join(words)
