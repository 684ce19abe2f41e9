"""`/healthz`, `/readyz` and `/v1/policy`: is it alive, can it judge, and by which rules."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends

from service.api.house import House, caller_of, house_of
from service.api.responses import described
from service.problems import ProblemDetails

router = APIRouter()


@router.get("/healthz", summary="Is the process alive?")
async def healthz() -> dict[str, str]:
    """Always 200 while the process answers."""
    return {"status": "ok"}


@router.get("/readyz", summary="Has the text model answered?", responses=described("not-ready"))
async def readyz(house: Annotated[House, Depends(house_of)]) -> dict[str, Any]:
    """200 once the text judge has answered a probe; until then a problem with the reason.

    A service that is not ready still verifies: it answers `review`, with the reason in `degraded`.
    """
    readiness = house.readiness
    if not readiness.ready:
        raise ProblemDetails("not-ready", readiness.reason)
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
