"""`/v1/meetings`: what the platform observed, in batches that may be sent again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, TypeVar

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field
from sqlalchemy.orm import Session

from service.api.bodies import body_of, json_body, parsed
from service.api.house import House, house_of, needs
from service.api.responses import described
from service.keys.callers import Caller
from service.problems import of_problems
from service.telemetry.intake import Taken, add_coverage, add_reports, add_signals, put_meeting
from verifier.case import Coverage, Meeting, Record, Report, Signal
from verifier.problems import InvalidCase, Problem

MAX_BATCH = 10_000
"""A batch is one transaction, and nobody else writes meanwhile."""

router = APIRouter(prefix="/v1/meetings", tags=["telemetry"])

_M = TypeVar("_M", bound=BaseModel)
_T = TypeVar("_T")

Writer = Annotated[Caller, Depends(needs("telemetry:write"))]
TheHouse = Annotated[House, Depends(house_of)]
_REFUSALS = described(
    "not-json", "no-valid-key", "not-allowed", "local-only", "record-conflict", "too-large", "not-json-type",
    "invalid-body", "too-many-calls", "overloaded",
)  # fmt: skip


class SignalBatch(Record):
    """Signals of one meeting."""

    signals: tuple[Signal, ...] = Field(min_length=1, max_length=MAX_BATCH)


class ReportBatch(Record):
    """User reports about one meeting."""

    reports: tuple[Report, ...] = Field(min_length=1, max_length=MAX_BATCH)


class CoverageBatch(Record):
    """Spans for which the platform holds every record of a kind."""

    coverage: tuple[Coverage, ...] = Field(min_length=1, max_length=MAX_BATCH)


class MeetingReceipt(BaseModel):
    """What came of a description."""

    changed: bool


@router.put(
    "/{meeting_id:path}",
    summary="Describe a meeting",
    responses=_REFUSALS,
    openapi_extra=body_of(Meeting, {"meeting_id": "m-1", "host_account": {"account_id": "a-1"}, "title": "Weekly"}),
)
async def describe_meeting(meeting_id: str, request: Request, house: TheHouse, caller: Writer) -> MeetingReceipt:
    """Stores the meeting with its participants, in place of what was said before; `coverage` is added to what is known.

    It may come before or after its signals.
    """

    def act(session: Session, meeting: Meeting, at: datetime) -> bool:
        if meeting.meeting_id != meeting_id:
            raise InvalidCase([Problem("/meeting_id", "not the meeting of the address", "send the id of the address")])
        return put_meeting(session, meeting, by=caller.name, at=at)

    return MeetingReceipt(changed=await _take(Meeting, act, request, house, caller))


@router.post(
    "/{meeting_id:path}/signals",
    summary="Store signals",
    responses=_REFUSALS,
    openapi_extra=body_of(
        SignalBatch,
        {"signals": [{"signal_id": "s-1", "kind": "chat", "observed_at": "2025-06-04T02:40:55Z", "text": "Hello"}]},
    ),
)
async def store_signals(meeting_id: str, request: Request, house: TheHouse, caller: Writer) -> Taken:
    """Stores a batch whole or not at all, in any order, early or late. The same records again change nothing."""

    def act(session: Session, batch: SignalBatch, at: datetime) -> Taken:
        return add_signals(session, meeting_id, batch.signals, by=caller.name, at=at)

    return await _take(SignalBatch, act, request, house, caller)


@router.post(
    "/{meeting_id:path}/reports",
    summary="Store user reports",
    responses=_REFUSALS,
    openapi_extra=body_of(
        ReportBatch, {"reports": [{"report_id": "r-1", "submitted_at": "2025-06-04T02:45:00Z", "text": "Spam"}]}
    ),
)
async def store_reports(meeting_id: str, request: Request, house: TheHouse, caller: Writer) -> Taken:
    """Stores a batch whole or not at all, in any order, early or late. The same records again change nothing."""

    def act(session: Session, batch: ReportBatch, at: datetime) -> Taken:
        return add_reports(session, meeting_id, batch.reports, by=caller.name, at=at)

    return await _take(ReportBatch, act, request, house, caller)


@router.post(
    "/{meeting_id:path}/coverage",
    summary="Store coverage",
    responses=_REFUSALS,
    openapi_extra=body_of(
        CoverageBatch,
        {"coverage": [{"kind": "chat", "start": "2025-06-04T02:00:00Z", "end": "2025-06-04T03:00:00Z"}]},
    ),
)
async def store_coverage(meeting_id: str, request: Request, house: TheHouse, caller: Writer) -> Taken:
    """Says for which spans the platform holds every record. Silence counts inside such spans: send them last."""

    def act(session: Session, batch: CoverageBatch, at: datetime) -> Taken:
        return add_coverage(session, meeting_id, batch.coverage, by=caller.name, at=at)

    return await _take(CoverageBatch, act, request, house, caller)


async def _take(
    model: type[_M], act: Callable[[Session, _M, datetime], _T], request: Request, house: House, caller: Caller
) -> _T:
    """Read a body and act on it in one transaction, off the event loop."""
    raw = await json_body(request, caller)

    def work() -> _T:
        body = parsed(model, raw, house.verifier.policy.categories)
        try:
            with house.store.transaction() as session:
                return act(session, body, house.clock())
        except InvalidCase as invalid:
            raise of_problems(invalid.problems) from None

    return await house.writers.run(work)
