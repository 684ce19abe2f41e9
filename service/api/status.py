"""`/healthz`, `/readyz` and `/v1/policy`: is it alive, can it judge, and by which rules."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from sqlalchemy.exc import SQLAlchemyError

from service.api.house import House, caller_of, house_of
from service.api.responses import described
from service.audit.log import head
from service.problems import ProblemDetails

router = APIRouter()


@router.get("/healthz", summary="Is the process alive?")
async def healthz() -> dict[str, str]:
    """Always 200 while the process answers."""
    return {"status": "ok"}


@router.get("/readyz", summary="Can it judge and record?", responses=described("not-ready"))
def readyz(house: Annotated[House, Depends(house_of)]) -> dict[str, Any]:
    """200 while the database answers, once the text judge has answered a probe; else a problem with the reason.

    Without its text judge the service still verifies: it answers `review`, with the reason in `degraded`.
    """
    readiness = house.readiness
    if not readiness.ready:
        raise ProblemDetails("not-ready", readiness.reason)
    if house.keeper.broken is not None:
        raise ProblemDetails("not-ready", house.keeper.broken)
    try:
        with house.store.reading() as session:
            head(session)
    except SQLAlchemyError:
        raise ProblemDetails("not-ready", "the database does not answer") from None
    return {"status": "ready", "model": readiness.model_version, "policy": house.verifier.policy.version}


@router.get(
    "/v1/policy",
    summary="The policy in force",
    dependencies=[Depends(caller_of)],
    responses=described("no-valid-key", "local-only"),
)
async def policy(house: Annotated[House, Depends(house_of)]) -> dict[str, Any]:
    """Categories with their elements, proportionate actions, approvals and thresholds, with the version."""
    return house.verifier.policy.model_dump(mode="json", by_alias=True)
