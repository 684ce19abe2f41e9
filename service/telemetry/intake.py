"""Takes in what the platform observed. The same batch again changes nothing; a batch is stored whole or not at all."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from service.audit.log import record
from service.problems import ProblemDetails
from service.store.documents import digest
from service.store.ids import require_storable
from service.telemetry.tables import CoverageRecord, ItemKind, ItemRecord, MeetingRecord
from verifier.case import Coverage, Meeting, Report, Signal
from verifier.problems import Problem

CHUNK = 500
"""Ids asked for at once; databases limit the parameters of a statement."""

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of a batch: records that are new, and records that were there already."""

    stored: int
    known: int


def put_meeting(session: Session, meeting: Meeting, *, by: str, at: datetime) -> bool:
    """Describe a meeting anew; its coverage is added to what is known. Whether it changed anything."""
    require_storable([("/meeting_id", meeting.meeting_id)])
    document = meeting.model_dump(mode="json", exclude={"coverage"})
    found = session.get(MeetingRecord, meeting.meeting_id, with_for_update=True)
    changed = found is None or found.document != document
    if found is None:
        session.add(MeetingRecord(meeting_id=meeting.meeting_id, document=document, source=by, stored_at=at))
    elif changed:
        found.document, found.source, found.stored_at = document, by, at
    session.flush()
    covered = _add_coverage(session, meeting.meeting_id, meeting.coverage, by, at)
    if changed or covered:
        detail = {"digest": digest(document), "spans": covered}
        record(session, at=at, kind="telemetry.meeting", actor=by, subject=meeting.meeting_id, detail=detail)
    return changed or covered > 0


def add_signals(session: Session, meeting_id: str, signals: Sequence[Signal], *, by: str, at: datetime) -> Taken:
    """Store signals of a meeting. Raises a problem (`record-conflict`) when an id names another signal."""
    rows = [_row(meeting_id, "signal", s.signal_id, s.model_dump(mode="json"), s.observed_at, by, at) for s in signals]
    return _add_items(session, meeting_id, "signal", rows, by, at)


def add_reports(session: Session, meeting_id: str, reports: Sequence[Report], *, by: str, at: datetime) -> Taken:
    """Store reports about a meeting. Raises a problem (`record-conflict`) when an id names another report."""
    rows = [_row(meeting_id, "report", r.report_id, r.model_dump(mode="json"), r.submitted_at, by, at) for r in reports]
    return _add_items(session, meeting_id, "report", rows, by, at)


def add_coverage(session: Session, meeting_id: str, spans: Sequence[Coverage], *, by: str, at: datetime) -> Taken:
    """Store spans for which the record is complete."""
    require_storable([("/meeting_id", meeting_id)])
    new = _add_coverage(session, meeting_id, spans, by, at)
    if new:
        detail = {"stored": new, "digest": digest([span.model_dump(mode="json") for span in spans])}
        record(session, at=at, kind="telemetry.coverage", actor=by, subject=meeting_id, detail=detail)
    return Taken(new, len(spans) - new)


def _row(
    meeting_id: str,
    kind: ItemKind,
    item_id: str,
    document: dict[str, Any],
    moment: datetime | None,
    by: str,
    at: datetime,
) -> dict[str, Any]:
    text = document.get("text")
    return {
        "meeting_id": meeting_id, "kind": kind, "item_id": item_id, "document": document,
        "document_sha256": digest(document), "text_sha256": text_digest(text) if text else None,
        "at": moment, "source": by, "stored_at": at, "erased_at": None,
    }  # fmt: skip


def text_digest(text: str) -> str:
    """What stays of a text that is erased."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _add_items(
    session: Session, meeting_id: str, kind: ItemKind, rows: list[dict[str, Any]], by: str, at: datetime
) -> Taken:
    name = f"{kind}s"
    require_storable(
        [("/meeting_id", meeting_id), *((f"/{name}/{n}/{kind}_id", row["item_id"]) for n, row in enumerate(rows))]
    )
    known = _known(session, meeting_id, kind, [row["item_id"] for row in rows])
    new: dict[str, dict[str, Any]] = {}
    conflicts = []
    for n, row in enumerate(rows):
        before = known.get(row["item_id"]) or (new.get(row["item_id"]) or {}).get("document_sha256")
        if before is None:
            new[row["item_id"]] = row
        elif before != row["document_sha256"]:
            conflicts.append(
                Problem(f"/{name}/{n}/{kind}_id", f"this id names another {kind}", "give every record an id of its own")
            )
    if conflicts:
        raise ProblemDetails(
            "record-conflict", f"Nothing was stored: {len(conflicts)} ids name other records.", conflicts
        )
    if new:
        session.execute(insert(ItemRecord), list(new.values()))
        detail = {"stored": len(new), "digest": digest(sorted(row["document_sha256"] for row in new.values()))}
        record(session, at=at, kind=f"telemetry.{name}", actor=by, subject=meeting_id, detail=detail)
    return Taken(len(new), len(rows) - len(new))


def _known(session: Session, meeting_id: str, kind: ItemKind, ids: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for some in _chunks(ids):
        rows = session.execute(
            select(ItemRecord.item_id, ItemRecord.document_sha256).where(
                ItemRecord.meeting_id == meeting_id, ItemRecord.kind == kind, ItemRecord.item_id.in_(some)
            )
        )
        found.update(rows.all())
    return found


def _add_coverage(session: Session, meeting_id: str, spans: Sequence[Coverage], by: str, at: datetime) -> int:
    known = {
        tuple(row)
        for row in session.execute(
            select(CoverageRecord.kind, CoverageRecord.start, CoverageRecord.end).where(
                CoverageRecord.meeting_id == meeting_id
            )
        )
    }
    new = {(span.kind, span.start, span.end) for span in spans} - known
    session.add_all(
        CoverageRecord(meeting_id=meeting_id, kind=kind, start=start, end=end, source=by, stored_at=at)
        for kind, start, end in sorted(new)
    )
    session.flush()
    return len(new)


def _chunks(items: list[_T]) -> Iterator[list[_T]]:
    for start in range(0, len(items), CHUNK):
        yield items[start : start + CHUNK]
