"""Erases what was said, on demand or because its time is over. Digests stay, and the audit log says what went."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.orm import Session

from service.audit.log import record
from service.requests.states import FINAL
from service.requests.tables import CaseRecord, RequestRecord
from service.retention.redaction import item_without_words, meeting_without_words, request_without_words, without_words
from service.review.erasing import erase_words
from service.store.base import Store
from service.telemetry.tables import CoverageRecord, ItemKind, ItemRecord, MeetingRecord


@dataclass(frozen=True, slots=True)
class Erased:
    """What was erased, and what has to stay for now."""

    items: int = 0
    """Signals and reports that lost their text."""
    cases: int = 0
    """Recorded cases of closed requests."""
    open_requests: int = 0
    """Requests about the same that people are still deciding: their cases stay until they have."""


def erase_meeting(session: Session, meeting_id: str, *, by: str, at: datetime, why: str) -> Erased:
    """Erase everything that was said and shown in a meeting, and the cases of closed requests about it.

    Its coverage goes too: a record with holes must never speak for silence.
    """
    described = session.get(MeetingRecord, meeting_id, with_for_update=True)
    if described is not None:
        described.document = meeting_without_words(described.document)
    items = _erase_items(session, meeting_id, ItemRecord.erased_at.is_(None), at)
    return _finish(session, meeting_id, items, by, at, why)


def erase_items(
    session: Session, meeting_id: str, kind: ItemKind, ids: Iterable[str], *, by: str, at: datetime, why: str
) -> Erased:
    """Erase some signals or reports. Cases hold their text too, so those of closed requests go with it."""
    wanted = (ItemRecord.kind == kind) & ItemRecord.item_id.in_(sorted(set(ids))) & ItemRecord.erased_at.is_(None)
    return _finish(session, meeting_id, _erase_items(session, meeting_id, wanted, at), by, at, why)


def erase_older(store: Store, keep: timedelta, *, by: str, at: datetime) -> Erased:
    """Erase what has been kept for longer than `keep`; a meeting about which people still decide stays whole.

    One transaction a meeting, so that a long run is never lost and never in the way.
    """
    before = at - keep
    with store.reading() as session:
        old_items = select(ItemRecord.meeting_id).where(ItemRecord.erased_at.is_(None), ItemRecord.stored_at < before)
        old_cases = (
            select(RequestRecord.meeting_id)
            .join(CaseRecord, CaseRecord.request_id == RequestRecord.request_id)
            .where(CaseRecord.document.is_not(None), RequestRecord.decided_at < before)
        )
        undecided = select(RequestRecord.meeting_id).where(RequestRecord.state.not_in(sorted(FINAL)))
        meetings = {*session.scalars(old_items.distinct()), *session.scalars(old_cases.distinct())}
        meetings -= set(session.scalars(undecided))
    total = Erased()
    for meeting_id in sorted(meetings):
        with store.transaction() as session:
            done = _erase_old(session, meeting_id, before, by, at)
        total = Erased(total.items + done.items, total.cases + done.cases, total.open_requests + done.open_requests)
    return total


def _erase_old(session: Session, meeting_id: str, before: datetime, by: str, at: datetime) -> Erased:
    old = ItemRecord.erased_at.is_(None) & (ItemRecord.stored_at < before)
    items = _erase_items(session, meeting_id, old, at)
    described = session.get(MeetingRecord, meeting_id, with_for_update=True)
    if described is not None and described.stored_at < before:
        described.document = meeting_without_words(described.document)
    return _finish(session, meeting_id, items, by, at, "its time is over", decided_before=before)


def _erase_items(session: Session, meeting_id: str, wanted: ColumnElement[bool], at: datetime) -> int:
    rows = session.scalars(
        select(ItemRecord).where(ItemRecord.meeting_id == meeting_id, wanted).with_for_update()
    ).all()
    for row in rows:
        row.document = item_without_words(row.kind, row.document)
        row.erased_at = at
    if rows:
        session.execute(delete(CoverageRecord).where(CoverageRecord.meeting_id == meeting_id))
    return len(rows)


def _finish(
    session: Session,
    meeting_id: str,
    items: int,
    by: str,
    at: datetime,
    why: str,
    decided_before: datetime | None = None,
) -> Erased:
    about = session.scalars(
        select(RequestRecord)
        .where(RequestRecord.meeting_id == meeting_id)
        .order_by(RequestRecord.request_id)
        .with_for_update()
    ).all()
    cases = 0
    for request in about:
        over = request.state in FINAL and (decided_before is None or (request.decided_at or at) < decided_before)
        cases += _erase_case(session, request, at) if over else 0
    done = Erased(items, cases, sum(request.state not in FINAL for request in about))
    session.flush()
    detail = {"items": done.items, "cases": done.cases, "open_requests": done.open_requests, "why": why}
    record(session, at=at, kind="content.erased", actor=by, subject=meeting_id, detail=detail)
    return done


def _erase_case(session: Session, request: RequestRecord, at: datetime) -> bool:
    case = session.get(CaseRecord, request.request_id, with_for_update=True)
    if case is None or case.document is None:
        return False
    case.document, case.erased_at = None, at
    request.request = request_without_words(request.request)
    if request.assessment is not None:
        request.assessment = without_words(request.assessment)
    erase_words(session, request.request_id)
    return True
