"""`POST /v1/verifications`: a request in, alone or inside a case; recorded, assessed, and only then answered."""

from __future__ import annotations

import hashlib
import logging
import time
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request, Response

from service.api.bodies import json_body
from service.api.house import House, house_of, needs
from service.api.openapi import CASE_BODY, assessment_response
from service.api.responses import described
from service.keys.callers import Caller
from service.observability.traces import span
from service.problems import of_invalid_case
from service.requests.assess import assess
from service.requests.forms import read_submission
from service.requests.submission import Stated
from service.requests.tables import RequestRecord
from verifier.assessment import Assessment
from verifier.problems import InvalidCase

log = logging.getLogger("takedown.verifications")
router = APIRouter()


@router.post(
    "/v1/verifications",
    summary="Verify one takedown request",
    openapi_extra=CASE_BODY,
    response_class=Response,
    responses={
        200: assessment_response(),
        **described(
            "not-json", "no-valid-key", "not-allowed", "local-only", "request-conflict", "too-large", "not-json-type",
            "invalid-case", "too-many-calls", "failed", "overloaded",
        ),
    },
)  # fmt: skip
async def verify(
    request: Request,
    house: Annotated[House, Depends(house_of)],
    caller: Annotated[Caller, Depends(needs("requests:submit"))],
) -> Response:
    """Answers `cleared`, `review` or `hold` with the reasons, claim by claim.

    The body is a bare request (`{"request": …}`), for which the service uses the telemetry that it has stored and
    its own history; or a whole case. The request and its answer are recorded before the answer is sent. The same
    body again has the same answer; another body under the same `request_id` is refused with 409.

    A broken or slow text model does not make this fail: the answer is then `review`, and `degraded` says why.
    In a whole case, a caller whose key lacks the scope `telemetry:write` is not believed in `signals`, `reports`,
    `meeting.coverage` and `history`; what it sends there is kept as requester evidence, and `degraded` says so.

    Where the request stands now, and its permit, is at the address in the header `Link` (`rel="status"`).
    """
    raw = await json_body(request, caller)
    started = time.perf_counter()
    same = (caller, hashlib.sha256(raw).digest())
    kept: RequestRecord = await house.flights.share(
        same, lambda: house.pool.run(lambda: record_and_assess(raw, caller, house))
    )
    assessment = Assessment.model_validate(kept.assessment)
    log.info(
        "verified",
        extra={
            "caller": caller.name,
            "disposition": assessment.disposition,
            "degraded": len(assessment.degraded),
            "ms": round((time.perf_counter() - started) * 1000, 1),
        },
    )
    return Response(
        content=assessment.model_dump_json(),
        media_type="application/json",
        headers={
            "Cache-Control": "no-store",
            "Link": f'</v1/requests/{quote(kept.request_id, safe="")}>; rel="status"',
            "Takedown-State": kept.state,
        },
    )


def record_and_assess(raw: bytes, caller: Caller, house: House) -> RequestRecord:
    """Record what this caller asks, and what is answered. Raises a problem when it is no request."""
    try:
        submission = read_submission(raw, caller, house.verifier.policy.categories)
        return house.requests.submit(submission, lambda stated: _assess(stated, house))
    except InvalidCase as invalid:
        raise of_invalid_case(invalid, raw) from None


def _assess(stated: Stated, house: House) -> Assessment:
    began = time.perf_counter()
    with span("verify") as traced:
        assessment = assess(stated, house.verifier)
        traced.set_attribute("takedown.disposition", assessment.disposition)
    house.meters.assessed(stated.case, assessment, time.perf_counter() - began)
    return assessment
