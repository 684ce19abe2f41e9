"""`POST /v1/verifications`: a case in, an assessment out."""

from __future__ import annotations

import logging
import time
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from starlette.requests import ClientDisconnect

from service.api.house import House, caller_of, house_of
from service.api.openapi import CASE_BODY, assessment_response
from service.api.responses import described
from service.authority import demote
from service.callers import Caller
from service.engine import CaseVerifier, never_clear_degraded
from service.problems import ProblemDetails, of_invalid_case
from verifier.assessment import Assessment
from verifier.problems import InvalidCase, parse_case

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
            "not-json", "no-valid-key", "not-allowed", "local-only", "too-large", "not-json-type",
            "invalid-case", "failed", "overloaded",
        ),
    },
)  # fmt: skip
async def verify(
    request: Request,
    house: Annotated[House, Depends(house_of)],
    caller: Annotated[Caller, Depends(caller_of)],
) -> Response:
    """Answers `cleared`, `review` or `hold` with the reasons, claim by claim.

    A broken or slow text model does not make this fail: the answer is then `review`, and `degraded` says why.
    A caller whose key has no right to observe is not believed in `signals`, `reports`, `meeting.coverage` and
    `history`; what it sends there is kept as requester evidence, and `degraded` says so.
    """
    if "submit" not in caller.may:
        raise ProblemDetails("not-allowed", "This key may not submit requests.")
    _require_json(request)
    try:
        raw = await request.body()
    except ClientDisconnect:
        return Response(status_code=400)  # nobody is there to read it
    started = time.perf_counter()
    assessment = await house.pool.run(lambda: assess(raw, caller, house.verifier))
    log.info(
        "request_id=%s caller=%s disposition=%s degraded=%d ms=%d",
        request.state.request_id, caller.name, assessment.disposition, len(assessment.degraded),
        (time.perf_counter() - started) * 1000,
    )  # fmt: skip
    return Response(
        content=assessment.model_dump_json(),
        media_type="application/json",
        headers={"Cache-Control": "no-store"},
    )


def assess(raw: bytes, caller: Caller, verifier: CaseVerifier) -> Assessment:
    """Read a case as this caller may state it, and verify it. Raises a problem when it is no case."""
    try:
        case = parse_case(raw, categories=verifier.policy.categories)
    except InvalidCase as invalid:
        raise of_invalid_case(invalid, raw) from None
    if caller.observes:
        return verifier.verify(case)
    demoted = demote(case)
    answer = verifier.verify(demoted.case)
    answer = answer.model_copy(update={"degraded": (*demoted.notes, *answer.degraded)})
    return never_clear_degraded(answer, verifier.policy)


def _require_json(request: Request) -> None:
    media_type, _, parameters = request.headers.get("content-type", "").partition(";")
    charset = parameters.lower().replace(" ", "").replace('"', "")
    if media_type.strip().lower() != "application/json" or charset not in ("", "charset=utf-8"):
        raise ProblemDetails("not-json-type", "Send the case as application/json in UTF-8.")
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise ProblemDetails("not-json-type", "Send the body uncompressed.")
