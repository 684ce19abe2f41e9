"""The case in a few figures, for the first ten seconds: what the record says, who complains, who asks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from service.console.exhibits import ShownExhibit
from service.console.persons import FRESH, Persons, span
from service.console.ties import Graph
from verifier.assessment import Assessment
from verifier.case import Case

Tone = Literal["against", "for", "open", "plain"]
"""What a figure speaks for: against the request, for it, that something is unknown, or nothing by itself."""
_KINDS = ("transcript", "chat", "screen", "media")


@dataclass(frozen=True, slots=True)
class Fact:
    """One figure. `href` leads to where the page shows what it is made of."""

    figure: str
    label: str
    detail: str
    tone: Tone
    href: str


def glance(case: Case, assessment: Assessment, graph: Graph, exhibits: Iterable[ShownExhibit]) -> tuple[Fact, ...]:
    """The figures that there are, most telling first."""
    found = (
        _claims(assessment), _record(case), _sources(case, graph), _exhibits(assessment, tuple(exhibits)),
        _requester(case),
    )  # fmt: skip
    return tuple(fact for fact in found if fact is not None)


def _claims(assessment: Assessment) -> Fact:
    claims = assessment.claims
    refuted = sum(c.verdict == "refuted" for c in claims)
    supported = sum(c.verdict == "supported" for c in claims)
    wrong = sum(c.wrong_subject for c in claims)
    of = f"of {len(claims)} claim{'s' if len(claims) > 1 else ''}"
    if supported:
        told = "somebody else's doing, not the target's" if wrong else "by the platform's own record"
        return Fact(f"{supported}", f"{of} supported", told, "open" if wrong else "for", "#claim-1")
    if wrong:
        return Fact(f"{wrong}", f"{of} real, but not the target's doing", "see who did it", "against", "#claim-1")
    if refuted:
        told = "the record covers what they speak of, and shows nothing of the kind"
        return Fact(f"{refuted}", f"{of} refuted", told, "against", "#claim-1")
    return Fact("0", f"{of} settled", "the record neither shows nor excludes it", "open", "#claim-1")


def _record(case: Case) -> Fact:
    """How much of what was said and written up to the request is on record: the worse of the two counts."""
    meeting, asked = case.meeting, case.request.submitted_at
    start = meeting.started_at
    if start is None or start >= asked:
        return Fact("–", "nothing to record yet", "the meeting had not begun when it was asked", "open", "#time-h")
    end = min(meeting.ended_at or asked, asked)
    spans = {kind: [(c.start, c.end) for c in meeting.coverage if c.kind == kind] for kind in _KINDS}
    shares = {kind: _share(found, start, end) for kind, found in spans.items()}
    missing = [kind for kind, share in shares.items() if share == 0]
    told = [f"{kind} {_percent(share)}" for kind, share in shares.items() if share > 0]
    told += [f"no {' or '.join(missing)}"] if missing else []
    said = [c.occurred_at for c in case.request.claims if c.occurred_at]
    unheard = any(not _within(moment, spans["transcript"]) for moment in said)
    told = ["nobody recorded what was said at the claimed time", *told] if unheard else told
    worst = min(shares["transcript"], shares["chat"])
    tone: Tone = "open" if unheard or worst < 0.9 else "plain"
    return Fact(_percent(worst), "of speech and chat recorded", "; ".join(told), tone, "#time-h")


def _within(moment: datetime, spans: list[tuple[datetime, datetime]]) -> bool:
    return any(start <= moment <= end for start, end in spans)


def _share(spans: list[tuple[datetime, datetime]], start: datetime, end: datetime) -> float:
    """The part of `start` to `end` that the spans cover, overlaps counted once."""
    covered, at = 0.0, start
    for begin, finish in sorted(spans):
        begin, finish = max(begin, at), min(finish, end)
        if finish > begin:
            covered += (finish - begin).total_seconds()
            at = finish
    length = (end - start).total_seconds()
    return covered / length if length > 0 else 0.0


def _percent(share: float) -> str:
    """Never rounded up to the whole: a gap of seconds is a gap."""
    return "100 %" if share >= 1 else f"{min(99, round(share * 100))} %"


def _sources(case: Case, graph: Graph) -> Fact | None:
    if not graph.complaints:
        return None
    persons = Persons(case)
    accounts = {r.reporter.account_id: (r.reporter, r.submitted_at) for r in case.reports if r.reporter}
    for e in case.request.evidence:
        if e.author is not None:
            accounts.setdefault(e.author.account_id, (e.author, e.captured_at or case.request.submitted_at))
    absent = sum("never joined" in persons.account(*one).marks for one in accounts.values())
    ages = [at - account.created_at for account, at in accounts.values() if account.created_at is not None]
    fresh = [age for age in ages if age < FRESH]
    told = [f"{absent} of {len(accounts)} complainants never joined"] if absent else []
    told += [f"{len(fresh)} account{'s' if len(fresh) > 1 else ''} at most {span(max(fresh))} old"] if fresh else []
    source = f"independent source{'s' if graph.independent != 1 else ''}"
    tone: Tone = "against" if graph.complaints > graph.independent else "plain"
    label = f"{source} behind {graph.complaints} complaint{'s' if graph.complaints != 1 else ''}"
    href = "#ties-h" if graph.shared else "#rep-h" if case.reports else "#ex-h"
    return Fact(f"{graph.independent}", label, "; ".join(told), tone, href)


def _exhibits(assessment: Assessment, exhibits: tuple[ShownExhibit, ...]) -> Fact | None:
    """How many exhibits something is odd about: where or when they were made, by whom, or a sign of pretext."""
    if not exhibits:
        return None
    signs = [(i.code.replace("_", " "), set(i.refs)) for i in assessment.pretext.indicators]
    doubts = {e.ref: [*e.oddities, *(code for code, refs in signs if e.ref in refs)] for e in exhibits}
    doubtful = sum(bool(found) for found in doubts.values())
    told = list(dict.fromkeys(one for found in doubts.values() for one in found))
    quoted = [q for e in exhibits for q in e.quotations]
    if quoted:
        there = sum(q.exact for q in quoted)
        told.insert(0, f"{there} of {len(quoted)} quoted line{'s' if len(quoted) > 1 else ''} in the record")
    of = f"of {len(exhibits)} exhibit{'s' if len(exhibits) > 1 else ''} in doubt"
    return Fact(f"{doubtful}", of, "; ".join(told[:3]), "against" if doubtful else "plain", "#ex-h")


def _requester(case: Case) -> Fact | None:
    past = case.history.requester
    if past is None or not past.requests_90d:
        return None
    tone: Tone = "against" if past.overturned_90d > past.upheld_90d else "plain"
    told = f"in the last 90 days; {past.upheld_90d} upheld"
    return Fact(f"{past.overturned_90d}", f"of {past.requests_90d} earlier requests refused", told, tone, "#hist-h")
