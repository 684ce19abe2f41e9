"""Reads a meeting's telemetry back, as a case needs it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service.telemetry.tables import CoverageRecord, ItemKind, ItemRecord, MeetingRecord
from verifier.case import MAX_REPORTS, MAX_SIGNALS, Account, Coverage, Meeting, Report, Signal

UNKNOWN_HOST = Account(account_id="unknown")
"""Stands for the host of a meeting that the platform never described."""
MAX_SPANS = 10_000
"""As many as a case may hold."""


@dataclass(frozen=True, slots=True)
class Telemetry:
    """What is stored about one meeting, and what is lacking, in plain words."""

    meeting: Meeting
    signals: tuple[Signal, ...]
    reports: tuple[Report, ...]
    notes: tuple[str, ...]


def telemetry_of(session: Session, meeting_id: str) -> Telemetry:
    """Everything stored about a meeting, oldest first. What a case can't hold is left out, and the notes say so."""
    notes: list[str] = []
    found = session.get(MeetingRecord, meeting_id)
    if found is None:
        notes.append("the platform never described this meeting: its host and participants are unknown")
    elif found.document["host_account"]["account_id"] == UNKNOWN_HOST.account_id:
        notes.append("the platform never said who hosts this meeting")
    document = {"meeting_id": meeting_id, "host_account": UNKNOWN_HOST.model_dump(mode="json")}
    meeting = Meeting.model_validate(found.document if found else document, strict=False)
    meeting = meeting.model_copy(update={"coverage": _coverage(session, meeting_id, notes)})
    signals = _items(session, meeting_id, "signal", MAX_SIGNALS, notes)
    reports = _items(session, meeting_id, "report", MAX_REPORTS, notes)
    context = {"categories": sorted({d["category"] for d in (*signals, *reports) if d["category"]})}
    return Telemetry(
        meeting,
        tuple(Signal.model_validate(document, strict=False, context=context) for document in signals),
        tuple(Report.model_validate(document, strict=False, context=context) for document in reports),
        tuple(notes),
    )


def _items(session: Session, meeting_id: str, kind: ItemKind, limit: int, notes: list[str]) -> list[dict[str, Any]]:
    mine = (ItemRecord.meeting_id == meeting_id, ItemRecord.kind == kind)
    latest = (
        select(ItemRecord.document, ItemRecord.erased_at)
        .where(*mine)
        .order_by(ItemRecord.at.desc().nulls_last(), ItemRecord.item_id.desc())
        .limit(limit)
    )
    rows = session.execute(latest).all()
    if len(rows) == limit:
        total = session.scalar(select(func.count()).select_from(ItemRecord).where(*mine)) or 0
        if total > limit:
            notes.append(f"{total:,} {kind}s are stored; only the latest {limit:,} were looked at")
    erased = sum(erased_at is not None for _, erased_at in rows)
    if erased:
        notes.append(f"the text of {erased:,} {kind}s was erased")
    return [document for document, _ in reversed(rows)]


def _coverage(session: Session, meeting_id: str, notes: list[str]) -> tuple[Coverage, ...]:
    rows = session.scalars(
        select(CoverageRecord)
        .where(CoverageRecord.meeting_id == meeting_id)
        .order_by(CoverageRecord.start, CoverageRecord.end, CoverageRecord.kind)
        .limit(MAX_SPANS + 1)
    ).all()
    if len(rows) > MAX_SPANS:
        notes.append(f"more than {MAX_SPANS:,} coverage spans are stored; only the earliest were looked at")
    return tuple(Coverage.model_validate({"kind": r.kind, "start": r.start, "end": r.end}) for r in rows[:MAX_SPANS])
