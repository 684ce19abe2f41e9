"""Problems as HTTP responses."""

from __future__ import annotations

import json
import logging
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DisconnectionError, InterfaceError, InternalError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection
from starlette.exceptions import HTTPException

from service.problems import ProblemDetails
from verifier.problems import Problem

log = logging.getLogger("takedown.api")

PROBLEM_JSON = "application/problem+json"
STORE_RETRY_S = 5
UNREACHABLE = (OperationalError, InterfaceError, InternalError, DisconnectionError, NoConnection)
"""What the database raises when it is down, locked, full, or out of connections; not what our own mistakes raise."""


def problem_response(problem: ProblemDetails, *, instance: str, request_id: str) -> Response:
    """One problem, as RFC 9457 has it."""
    document = problem.document(instance=instance, request_id=request_id)
    return Response(
        content=json.dumps(document, ensure_ascii=True),
        status_code=problem.status,
        media_type=PROBLEM_JSON,
        headers={"Cache-Control": "no-store", **problem.headers},
    )


def add_problem_handlers(app: FastAPI) -> None:
    """Answer every error of the framework and of ours as a problem."""
    app.add_exception_handler(ProblemDetails, _raised)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid_request)
    for unreachable in UNREACHABLE:
        app.add_exception_handler(unreachable, _unreachable)


async def _raised(request: Request, error: Exception) -> Response:
    assert isinstance(error, ProblemDetails)
    return _answer(request, error)


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == 405:
        detail = f"{request.method} is not allowed on {request.url.path}."
        return _answer(request, ProblemDetails("method-not-allowed", detail, headers=error.headers))
    if error.status_code == 404:
        return _answer(request, ProblemDetails("not-found", "No such path; /openapi.json lists what there is."))
    if error.status_code == 400:  # the framework's reader of bodies gave up: no JSON, too deep, a number without end
        return _answer(request, ProblemDetails("not-json", "Send one JSON object in UTF-8."))
    return _answer(request, ProblemDetails("failed", "The request could not be handled."))


async def _invalid_request(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    problems = (
        Problem("/" + "/".join(map(str, one["loc"])), str(one["msg"]), "see /openapi.json") for one in error.errors()
    )
    return _answer(request, ProblemDetails("invalid-case", "The request is not valid.", problems))


async def _unreachable(request: Request, error: Exception) -> Response:
    log.error("the database failed", exc_info=error)
    request.app.state.house.meters.store_failures.inc()
    detail = "The database can't be reached or written. Nothing was decided; send the same request again."
    return _answer(request, ProblemDetails("not-recorded", detail, headers={"Retry-After": str(STORE_RETRY_S)}))


def _answer(request: Request, problem: ProblemDetails) -> Response:
    return problem_response(problem, instance=request.url.path, request_id=request.state.request_id)


def described(*kinds: str) -> dict[int | str, dict[str, Any]]:
    """OpenAPI's `responses` for problems that a route may answer."""
    from service.problems import TITLES, TYPE_PREFIX

    by_status: dict[int | str, list[str]] = {}
    for kind in kinds:
        by_status.setdefault(TITLES[kind][0], []).append(kind)
    return {
        status: {
            "description": "; ".join(TITLES[kind][1] for kind in of_status),
            "content": {
                PROBLEM_JSON: {
                    "schema": {"$ref": "#/components/schemas/ProblemDetails"},
                    "examples": {
                        kind: {
                            "value": {
                                "type": TYPE_PREFIX + kind,
                                "title": TITLES[kind][1],
                                "status": status,
                                "detail": TITLES[kind][1],
                                "instance": "/v1/verifications",
                                "request_id": "9f0c2b7e4d1a4c6f8b3e5a7d9c1f0e2b",
                            }
                        }
                        for kind in of_status
                    },
                }
            },
        }
        for status, of_status in by_status.items()
    }
