"""What a case is worth when its caller may only submit: observations become allegations.

Who is believed is decided by the caller's key, never by the caller's JSON. What such a caller sends
as platform-observed is kept, because a person may want to read it, but only as requester evidence,
which can never support a claim.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from verifier.case import Case, Evidence, History, Report, Signal

MAX_EVIDENCE = 200
"""As many exhibits as a case may hold."""


@dataclass(frozen=True, slots=True)
class Demoted:
    """A case without anything that must be believed, and what was taken from it, in plain words."""

    case: Case
    notes: tuple[str, ...]


def demote(case: Case) -> Demoted:
    """Turn everything that only the platform could know into requester evidence, or drop it."""
    taken = {evidence.evidence_id for evidence in case.request.evidence}
    room = MAX_EVIDENCE - len(taken)
    moved = tuple(evidence for evidence, _ in zip(_as_evidence(case, taken), range(room), strict=False))
    request = case.request.model_copy(update={"evidence": (*case.request.evidence, *moved)})
    meeting = case.meeting.model_copy(update={"coverage": ()})
    demoted = case.model_copy(
        update={"request": request, "meeting": meeting, "signals": (), "reports": (), "history": History()}
    )
    return Demoted(demoted, _notes(case, len(moved)))


def _as_evidence(case: Case, taken: set[str]) -> Iterator[Evidence]:
    for signal in case.signals:
        if signal.text:
            yield _exhibit_of_signal(signal, _free_id(f"submitted-signal:{signal.signal_id}", taken))
    for report in case.reports:
        if report.text:
            yield _exhibit_of_report(report, _free_id(f"submitted-report:{report.report_id}", taken))


def _exhibit_of_signal(signal: Signal, evidence_id: str) -> Evidence:
    return Evidence(
        evidence_id=evidence_id,
        kind="other",
        text=signal.text or "",
        language=signal.language,
        captured_at=signal.observed_at,
    )


def _exhibit_of_report(report: Report, evidence_id: str) -> Evidence:
    return Evidence(
        evidence_id=evidence_id,
        kind="user_report",
        text=report.text,
        language=report.language,
        captured_at=report.submitted_at,
        author=report.reporter,
        sha256=report.attachment_sha256,
        pdq=report.attachment_pdq,
    )


def _free_id(wanted: str, taken: set[str]) -> str:
    """An id of its own, within the length that ids may have."""
    free, n = wanted[:1900], 2
    while free in taken:
        free, n = f"{wanted[:1900]}#{n}", n + 1
    taken.add(free)
    return free


def _notes(case: Case, moved: int) -> tuple[str, ...]:
    counts = {
        "signals": len(case.signals),
        "reports": len(case.reports),
        "coverage spans": len(case.meeting.coverage),
        "past requests and reused exhibits": (case.history.requester is not None) + len(case.history.evidence_reuse),
    }
    given = ", ".join(f"{n} {what}" for what, n in counts.items() if n)
    if not given:
        return ("the caller's key may only submit: the case has no platform record, so nothing can be cleared",)
    return (
        f"the caller's key may only submit: {given} are not believed; "
        f"{moved} of them with text are kept as requester evidence",
        "the meeting and its accounts are as the caller stated them",
    )
