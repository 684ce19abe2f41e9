"""`GET /metrics`: what Prometheus reads."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from service.api.house import House, house_of, needs
from service.api.responses import described

router = APIRouter(tags=["operation"])


@router.get(
    "/metrics",
    summary="Metrics for Prometheus",
    dependencies=[Depends(needs("metrics:read", "admin"))],
    response_class=Response,
    responses=described("no-valid-key", "not-allowed", "local-only", "too-many-calls"),
)
def metrics(house: Annotated[House, Depends(house_of)]) -> Response:
    """Counts, latencies, the queue's age, permits, false clears. No text, no ids of cases or people."""
    house.meters.ready.set(house.readiness.ready)
    house.meters.audit_broken.set(house.keeper.broken is not None)
    return Response(generate_latest(house.meters.registry), media_type=CONTENT_TYPE_LATEST)
