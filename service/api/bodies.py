"""Reads what callers send: JSON, within the key's limit, as a model or as every problem with it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, TypeVar

from fastapi import Request
from pydantic import BaseModel, ValidationError
from starlette.requests import ClientDisconnect

from service.keys.callers import Caller
from service.problems import ProblemDetails, of_problems
from verifier.problems import problems_of

_M = TypeVar("_M", bound=BaseModel)

BODIES: dict[str, type[BaseModel]] = {}
"""Models of bodies, by name, for the OpenAPI document."""


def body_of(model: type[BaseModel], example: dict[str, Any]) -> dict[str, Any]:
    """OpenAPI's description of a body that is read by `json_body` and `parsed`."""
    BODIES[model.__name__] = model
    schema = {"$ref": f"#/components/schemas/{model.__name__}"}
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema, "example": example}}}}


async def json_body(request: Request, caller: Caller) -> bytes:
    """The body. Raises a problem for another media type, and for a body that is too large for this key."""
    media_type, _, parameters = request.headers.get("content-type", "").partition(";")
    charset = parameters.lower().replace(" ", "").replace('"', "")
    if media_type.strip().lower() != "application/json" or charset not in ("", "charset=utf-8"):
        raise ProblemDetails("not-json-type", "Send the body as application/json in UTF-8.")
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise ProblemDetails("not-json-type", "Send the body uncompressed.")
    return await raw_body(request, caller.max_body_bytes)


async def raw_body(request: Request, max_bytes: int | None) -> bytes:
    """The body, whatever it is. Raises a problem for one that is larger than `max_bytes`."""
    parts, size = [], 0
    try:
        async for part in request.stream():
            size += len(part)
            if max_bytes is not None and size > max_bytes:
                raise ProblemDetails(
                    "too-large",
                    f"A body sent with this key may have at most {max_bytes:,} bytes.",
                    headers={"Connection": "close"},
                )
            parts.append(part)
    except ClientDisconnect:
        raise ProblemDetails("not-json", "The body ended early.") from None  # nobody is there to read it
    return b"".join(parts)


def parsed(model: type[_M], raw: bytes, categories: Iterable[str]) -> _M:
    """The body as a model. Raises a problem that names everything wrong with it."""
    try:
        json.loads(raw)  # what this refuses is no JSON, whatever a more lenient parser makes of it
        return model.model_validate_json(raw, context={"categories": tuple(categories)})
    except ValidationError as error:
        raise of_problems(problems_of(error)) from None
    except (ValueError, RecursionError):
        raise ProblemDetails("not-json", "Send one JSON object in UTF-8.") from None
