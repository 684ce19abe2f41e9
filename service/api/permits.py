"""`/v1/permits` and `/.well-known/jwks.json`: permits used up, taken back, and checked by anybody."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Response
from pydantic import BaseModel, ConfigDict, Field

from service.api.house import House, house_of, needs
from service.api.responses import described
from service.keys.callers import Caller
from service.permits.redeem import redeem
from service.permits.revoke import revoke
from service.permits.tables import PermitRecord
from service.permits.token import PermitRefused
from service.problems import ProblemDetails

router = APIRouter(tags=["permits"])

Here = Annotated[House, Depends(house_of)]
Jti = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{16,64}$")]


class Use(BaseModel):
    """What is about to be done, and the permit that must be for exactly this."""

    model_config = ConfigDict(extra="forbid")

    permit: Annotated[str, Field(min_length=1, max_length=16_384)]
    action: Annotated[str, Field(min_length=1, max_length=200)]
    target: Annotated[str, Field(min_length=1, max_length=8_192, description="for example meeting:ID")]


class Used(BaseModel):
    """The permit was used just now; the action may run, once."""

    jti: str
    request_id: str
    action: str
    target: str
    approvers: list[str]
    break_glass: bool
    redeemed_at: datetime


class Why(BaseModel):
    """A reason that has to be given."""

    model_config = ConfigDict(extra="forbid")

    why: Annotated[str, Field(min_length=5, max_length=2_000)]


class PermitView(BaseModel):
    """What is on record of a permit. The token is not."""

    claims: dict[str, Any]
    issued_at: datetime
    expires_at: datetime
    redeemed_at: datetime | None
    redeemed_by: str | None
    revoked_at: datetime | None
    revoked_by: str | None


_COMMON = ("no-valid-key", "not-allowed", "local-only", "invalid-case", "too-many-calls", "failed")


@router.get("/.well-known/jwks.json", summary="The keys that sign permits and checkpoints")
def jwks(house: Here, response: Response) -> dict[str, Any]:
    """The public keys (RFC 7517): all that is needed to check a permit or an export of the audit log."""
    response.headers["Cache-Control"] = "max-age=60"
    return house.permits.jwks()


@router.post(
    "/v1/permits/redeem",
    summary="Use a permit, just before the action",
    responses=described(
        *_COMMON, "permit-not-valid", "permit-expired", "permit-mismatch", "permit-revoked", "permit-redeemed"
    ),
)
def redeem_permit(body: Use, house: Here, caller: Annotated[Caller, Depends(needs("permits:redeem"))]) -> Used:
    """Succeeds once, however many ask at once. Only then may the action run.

    An answer that doesn't arrive is no answer: the permit may be used up, and the action must not run.
    """
    at = house.clock()
    try:
        permit = redeem(house.store, house.permits, body.permit, body.action, body.target, by=caller.name, at=at)
    except PermitRefused as refused:
        raise of_refusal(refused) from None
    return Used(redeemed_at=at, **permit.model_dump(include=set(Used.model_fields) - {"redeemed_at"}))


@router.get("/v1/permits/{jti}", summary="What is on record of a permit", responses=described(*_COMMON, "not-found"))
def show(
    jti: Jti, house: Here, caller: Annotated[Caller, Depends(needs("permits:redeem", "audit:read", "admin"))]
) -> PermitView:
    """Its claims, and whether it was used or taken back."""
    with house.store.reading() as session:
        found = session.get(PermitRecord, jti)
    if found is None:
        raise ProblemDetails("not-found", "There is no such permit.")
    return PermitView.model_validate(found, from_attributes=True)


@router.post(
    "/v1/permits/{jti}/revoke",
    status_code=204,
    summary="Take a permit back",
    responses=described(*_COMMON, "not-found", "permit-redeemed"),
)
def revoke_permit(jti: Jti, body: Why, house: Here, caller: Annotated[Caller, Depends(needs("admin"))]) -> None:
    """Works until the permit is used. Again is the same as once."""
    try:
        with house.store.transaction() as session:
            revoke(session, jti, by=caller.name, why=body.why, at=house.clock())
    except LookupError:
        raise ProblemDetails("not-found", "There is no such permit.") from None
    except PermitRefused as refused:
        raise of_refusal(refused) from None


def of_refusal(refused: PermitRefused) -> ProblemDetails:
    """A refusal as a problem."""
    return ProblemDetails(f"permit-{refused.reason}", str(refused))
