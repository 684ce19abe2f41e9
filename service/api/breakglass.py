"""`/v1/break-glass`: two people who answer for an action, and a third one who looks at it afterwards."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path
from pydantic import BaseModel, ConfigDict, Field

from service.api.house import House, house_of, needs
from service.api.responses import described
from service.breakglass import glass
from service.breakglass.tables import BreakGlass, Finding
from service.keys.callers import Caller
from service.permits.target import target_name
from service.problems import ProblemDetails
from service.review import glasses
from verifier.case import Target

router = APIRouter(prefix="/v1/break-glass", tags=["break-glass"])

Here = Annotated[House, Depends(house_of)]
Breaker = Annotated[Caller, Depends(needs("admin"))]
GlassId = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{16,64}$")]
_COMMON = ("no-valid-key", "not-allowed", "local-only", "needs-person", "invalid-case", "too-many-calls", "failed")


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Ask(_Body):
    """What must happen at once."""

    action: Annotated[str, Field(pattern=r"^[a-z_]{1,64}$")]
    target: Target
    reason: Annotated[str, Field(min_length=20, max_length=5_000, description="what happens if one waits")]
    request_id: Annotated[str, Field(min_length=1, max_length=255)] | None = None


class Agree(_Body):
    """The second person's own reason."""

    why: Annotated[str, Field(min_length=20, max_length=5_000)]


class Find(_Body):
    """What a third person found."""

    finding: Finding
    note: Annotated[str, Field(min_length=20, max_length=5_000)]


class Asked(BaseModel):
    """Waiting for the second person."""

    id: str
    agree_before: datetime


class Permitted(BaseModel):
    """The permit, and until when a third person must have looked at it."""

    permit: str
    review_before: datetime


class Owed(BaseModel):
    """A use that nobody has reviewed."""

    id: str
    action: str
    target: dict[str, Any]
    request_id: str | None
    reason: str
    asked_by: str
    confirmed_by: str | None
    confirmed_why: str | None
    confirmed_at: datetime | None
    jti: str | None
    review_before: datetime


@router.post("", status_code=201, summary="Ask", responses=described(*_COMMON, "not-found", "glass-closed"))
def ask(body: Ask, house: Here, caller: Breaker) -> Asked:
    """Nothing happens yet: another person must agree within 15 minutes, or it is void."""
    target = body.target.model_dump(mode="json")
    try:
        target_name(target)
    except ValueError as error:
        raise ProblemDetails("invalid-case", f"{error}.") from None
    emergency = glass.Emergency(body.action, target, body.reason, body.request_id)
    with house.store.transaction() as session:
        asked = glass.ask(session, emergency, by=caller.person, at=house.clock(), alerts=house.settings.webhooks)
    return Asked(id=asked.id, agree_before=asked.asked_at + glass.WINDOW)


@router.get("/open", summary="Reviews that are owed", responses=described(*_COMMON))
def open_reviews(
    house: Here, caller: Annotated[Caller, Depends(needs("reviews:decide", "audit:read", "admin"))]
) -> list[Owed]:
    """Uses that nobody has reviewed, oldest first. None goes away by itself.

    Whoever only decides sees those that they may review, and no others.
    """
    if not caller.scopes & {"audit:read", "admin"}:
        return [_owed(one.glass) for one in glasses.owed_to(house.office, caller.person)]
    with house.store.reading() as session:
        return [_owed(one) for one in glass.owed(session)]


@router.post(
    "/{glass_id}/confirm",
    summary="Agree, as the second person",
    responses=described(*_COMMON, "not-independent", "not-found", "glass-closed"),
)
def confirm(glass_id: GlassId, body: Agree, house: Here, caller: Breaker) -> Permitted:
    """The permit. It is marked as broken glass, short-lived, and used up like any other."""
    at = house.clock()
    with house.store.transaction() as session:
        permit = glass.confirm(
            session, glass_id, by=caller.person, why=body.why, at=at, keys=house.permits, alerts=house.settings.webhooks
        )
    return Permitted(permit=permit, review_before=at + glass.REVIEW_WITHIN)


@router.post(
    "/{glass_id}/review",
    status_code=204,
    summary="Say what you found, as the third person",
    responses=described(*_COMMON, "not-independent", "not-for-you", "not-found", "glass-closed", "invalid-decision"),
)
def review(
    glass_id: GlassId, body: Find, house: Here, caller: Annotated[Caller, Depends(needs("reviews:decide", "admin"))]
) -> None:
    """Meets the obligation. Neither of the two who broke the glass can, nor anybody tied to them or to the request."""
    glasses.find(house.office, glass_id, caller.person, body.finding, body.note)


def _owed(one: BreakGlass) -> Owed:
    assert one.confirmed_at is not None
    fields = {name: getattr(one, name) for name in Owed.model_fields if name != "review_before"}
    return Owed(review_before=one.confirmed_at + glass.REVIEW_WITHIN, **fields)
