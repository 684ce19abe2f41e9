"""`GET /v1/requests/{request_id}`: where a request stands, what came before it, and its permit."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from service.api.house import House, house_of, needs
from service.api.responses import described
from service.keys.callers import Caller
from service.permits.issue import token_of
from service.problems import ProblemDetails
from service.requests.states import State
from service.requests.tables import RequestRecord
from service.review.appeals import may_appeal_until

router = APIRouter(prefix="/v1/requests", tags=["requests"])


class Related(BaseModel):
    """Another request for the same action on the same target."""

    request_id: str
    state: State
    grounds: list[str] = Field(description="the categories that it claims")
    received_at: datetime
    decided_at: datetime | None


class RequestView(BaseModel):
    """One request as it stands."""

    request_id: str
    state: State
    action: str
    target: dict[str, Any]
    grounds: list[str] = Field(description="the categories that it claims")
    disposition: str | None = Field(description="what the verifier answered")
    assessment: dict[str, Any] | None = Field(description="the verifier's answer; null until there is one")
    notes: list[str] = Field(description="why the case was less than it could be")
    case_digest: str
    versions: dict[str, str | None]
    received_at: datetime
    decided_at: datetime | None = Field(description="when it was cleared, approved, denied or expired")
    expires_at: datetime | None = Field(description="when an unfinished review ends, with nothing released")
    previous: Related | None = Field(description="the latest earlier request for the same that was refused")
    later: list[Related] = Field(description="requests for the same that came after this one was refused")
    appeal_before: datetime | None = Field(description="until when a refusal can be appealed; null: it can't be")
    permit: str | None = Field(description="to be redeemed before the action; only for the caller who asked")


@router.get(
    "/{request_id:path}",
    summary="Where a request stands",
    responses=described("no-valid-key", "not-allowed", "local-only", "not-found", "too-many-calls"),
)
def show(
    request_id: str,
    response: Response,
    house: Annotated[House, Depends(house_of)],
    caller: Annotated[Caller, Depends(needs("requests:submit", "audit:read", "admin"))],
) -> RequestView:
    """The state, the answer and the permit. A caller who only submits sees its own requests and no others.

    Reviewers read cases at `/v1/reviews`, where it is checked that they are not tied to them.
    """
    response.headers["Cache-Control"] = "no-store"
    with house.store.reading() as session:
        found = session.get(RequestRecord, request_id)
        if found is None or not _may_see(caller, found):
            raise ProblemDetails("not-found", "There is no such request, or it is not yours.")
        permit = token_of(session, request_id, house.permits) if _asked(caller, found) else None
        appeal_before = may_appeal_until(session, found, house.office.rules, house.clock())
        return _view(session, found, permit, appeal_before)


def _asked(caller: Caller, found: RequestRecord) -> bool:
    return "requests:submit" in caller.scopes and caller.name == found.caller


def _may_see(caller: Caller, found: RequestRecord) -> bool:
    return _asked(caller, found) or bool(caller.scopes & {"audit:read", "admin"})


def _view(
    session: Session, found: RequestRecord, permit: str | None, appeal_before: datetime | None
) -> RequestView:  # fmt: skip
    before = session.get(RequestRecord, found.previous_request_id) if found.previous_request_id else None
    after = session.scalars(
        select(RequestRecord)
        .where(RequestRecord.previous_request_id == found.request_id)
        .order_by(RequestRecord.received_at, RequestRecord.request_id)
        .limit(100)
    )
    return RequestView(
        request_id=found.request_id,
        state=found.state,
        action=found.action,
        target=found.target,
        grounds=found.grounds,
        disposition=found.disposition,
        assessment=found.assessment,
        notes=found.notes,
        case_digest=found.case_digest,
        versions={
            "verifier": found.verifier_version, "policy": found.policy_version, "model": found.model_version,
        },
        received_at=found.received_at,
        decided_at=found.decided_at,
        expires_at=found.expires_at,
        previous=_related(before) if before else None,
        later=[_related(one) for one in after],
        appeal_before=appeal_before,
        permit=permit,
    )  # fmt: skip


def _related(found: RequestRecord) -> Related:
    return Related(
        request_id=found.request_id, state=found.state, grounds=found.grounds,
        received_at=found.received_at, decided_at=found.decided_at,
    )  # fmt: skip
