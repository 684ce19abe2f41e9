"""The element ledger: every element of the claimed violation, and what the platform's record says of it."""

from __future__ import annotations

from verifier.assessment import ElementState, LedgerEntry
from verifier.case import Case
from verifier.policy import Element, Policy
from verifier.support.coverage import meeting_span
from verifier.support.verdict import Finding, Why
from verifier.support.weigh import Weighed

_REFS = 6


def fill_ledger(case: Case, finding: Finding, policy: Policy) -> tuple[LedgerEntry, ...]:
    """One entry per element of the claim's category."""
    return tuple(_entry(case, finding, element) for element in policy.categories[finding.claim.category].elements)


def _entry(case: Case, finding: Finding, element: Element) -> LedgerEntry:
    if "meeting_time" in element.settled_by:
        state, note, refs = _time(case, finding)
    elif "authorship" in element.settled_by:
        state, note, refs = _author(finding)
        here = {f"participant:{p.participant_id}" for p in case.meeting.participants}
        refs = tuple(r for r in refs if r in here)
    else:
        state, note, refs = _conduct(finding)
    return LedgerEntry(
        claim_id=finding.claim.claim_id,
        element=element.id,
        question=element.question,
        state=state,
        refs=refs[:_REFS],
        note=note,
    )


def _conduct(finding: Finding) -> tuple[ElementState, str, tuple[str, ...]]:
    if finding.verdict == "supported":
        return "supported", "The platform observed it.", _refs(finding.target)
    if finding.why is Why.OTHERS_DID_IT:
        return (
            "supported",
            "The platform observed it, by somebody else.",
            tuple(r for _, w in finding.others for r in _refs(w)),
        )
    if finding.why in (Why.NOT_IN_RECORD, Why.OTHER_KIND):
        note = "The record covers what is claimed and has nothing of the kind."
        return "contradicted", note, tuple(f"signal:{d.signal.signal_id}" for d in finding.clean)
    if finding.why is Why.UNCERTAIN:
        return "no_record", "What was observed is ambiguous: a person must read it.", _refs(finding.target)
    if finding.why is Why.UNREADABLE:
        return "no_record", "The text could not be judged.", ()
    if finding.uncovered:
        return "no_record", f"Not recorded: {_kinds(finding)}.", ()
    return "no_record", "Nothing that the platform observed settles it.", ()


def _time(case: Case, finding: Finding) -> tuple[ElementState, str, tuple[str, ...]]:
    if finding.why is Why.TIME:
        return "contradicted", finding.note, ()
    if meeting_span(case) is None:
        return "contradicted", "The meeting had not begun.", ()
    if finding.claim.occurred_at is None:
        return "supported", "The claim names no time: the whole meeting up to the request was looked at.", ()
    return "supported", "The claimed time lies in the meeting.", ()


def _author(finding: Finding) -> tuple[ElementState, str, tuple[str, ...]]:
    if finding.verdict == "supported":
        who = finding.attendees or tuple(
            sorted({j.passage.participant_id for j in finding.target.passages if j.passage.participant_id})
        )
        people = tuple(f"participant:{p}" for p in who)
        note = "By three or more independent attendees." if finding.attendees else "By the target's own people."
        return "supported", note, people
    if finding.why is Why.ABSENT:
        return "contradicted", finding.note, tuple(f"participant:{p}" for p in finding.speaks.named)
    if finding.why is Why.NO_TARGET:
        return "no_record", finding.note, ()
    if finding.why is Why.OTHERS_DID_IT:
        people = tuple(f"participant:{p}" for p, _ in finding.others)
        return "contradicted", "It was somebody else's doing.", people
    return "no_record", "No violation was found whose author could be named.", ()


def _refs(weighed: Weighed) -> tuple[str, ...]:
    found = [f"signal:{j.passage.signal.signal_id}" for j in weighed.passages] + [
        f"signal:{d.signal.signal_id}" for d in weighed.detections
    ]
    return tuple(dict.fromkeys(found))


def _kinds(finding: Finding) -> str:
    return ", ".join(dict.fromkeys(kind for kind, _ in finding.uncovered))
