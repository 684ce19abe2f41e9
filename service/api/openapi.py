"""The parts of the OpenAPI document that the framework can't derive, with worked examples."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel

from service.api.bodies import BODIES
from service.api.responses import described
from service.requests.forms import BareRequest
from verifier.assessment import Assessment
from verifier.case import Case

_REF = "#/components/schemas/{model}"

SHOWN = {
    "planted_intruders": ("02-planted-intruders-memory-meeting", "Strangers planted the content: hold"),
    "remove_intruder": ("03-remove-planted-intruder", "The narrow request about the same meeting: cleared"),
    "gap_in_record": ("20-transcript-gap-at-claimed-time", "Nobody recorded the claimed time: review"),
}
"""Bundled cases that the documentation shows."""

CASE_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "A bare request, or a case; docs/api.md and `takedown-verifier schema case` tell each field.",
        "content": {
            "application/json": {
                "schema": {"anyOf": [{"$ref": _REF.format(model=name)} for name in ("BareRequest", "Case")]},
                "examples": {},
            }
        },
    }
}

PROBLEM_SCHEMA: dict[str, Any] = {
    "title": "ProblemDetails",
    "description": "RFC 9457 problem details.",
    "type": "object",
    "required": ["type", "title", "status", "detail", "instance", "request_id"],
    "properties": {
        "type": {"type": "string", "description": "names the kind of problem"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string", "description": "the path that was asked"},
        "request_id": {"type": "string", "description": "also in X-Request-Id and in the service's log"},
        "errors": {
            "type": "array",
            "description": "every problem with the body at once",
            "items": {
                "type": "object",
                "required": ["pointer", "message", "hint"],
                "properties": {
                    "pointer": {"type": "string", "description": "RFC 6901 pointer into the body"},
                    "message": {"type": "string"},
                    "hint": {"type": "string", "description": "what would be right"},
                },
            },
        },
    },
}


def bundled_answer(name: str) -> dict[str, Any]:
    """A real answer to a bundled case, made by `verify --json`; its versions are those of that day."""
    text = files("service").joinpath("examples", f"answer-{name}.json").read_text("utf-8")
    answer: dict[str, Any] = json.loads(text)
    return answer


def bundled_case(name: str) -> dict[str, Any]:
    """A bundled case, without its label."""
    labelled = json.loads(files("service").joinpath("examples", f"{name}.json").read_text("utf-8"))
    case: dict[str, Any] = labelled["case"]
    return case


def assessment_response() -> dict[str, Any]:
    """OpenAPI's description of the answer."""
    return {
        "description": "The assessment. Act only on `cleared`.",
        "content": {"application/json": {"schema": {"$ref": _REF.format(model="Assessment")}}},
    }


def describe(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document, built once, when somebody first asks for it."""
    if app.openapi_schema:
        return app.openapi_schema
    document: dict[str, Any] = get_openapi(
        title=app.title, version=app.version, description=app.description, routes=app.routes
    )
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    models: tuple[type[BaseModel], ...] = (Case, Assessment, BareRequest, *BODIES.values())
    for model in models:
        schema = model.model_json_schema(ref_template=_REF)
        schemas.update(schema.pop("$defs", {}))
        schemas[model.__name__] = schema
    schemas["ProblemDetails"] = PROBLEM_SCHEMA
    body = document["paths"]["/v1/verifications"]["post"]["requestBody"]["content"]["application/json"]
    body["examples"] = {
        key: {"summary": summary, "value": bundled_case(name)} for key, (name, summary) in SHOWN.items()
    }
    bare = {**bundled_case(SHOWN["remove_intruder"][0])["request"], "request_id": "REQ-bare"}
    body["examples"]["bare_request"] = {"summary": "Only the request", "value": {"request": bare}}
    answer = document["paths"]["/v1/verifications"]["post"]["responses"]["200"]["content"]["application/json"]
    name, summary = SHOWN["planted_intruders"]
    answer["examples"] = {"planted_intruders": {"summary": summary, "value": bundled_answer(name)}}
    document["components"]["securitySchemes"] = {
        "key": {"type": "http", "scheme": "bearer", "description": "Needed as soon as there is one."}
    }
    for path, methods in document["paths"].items():
        if path.startswith("/v1/"):
            for operation in methods.values():
                operation["security"] = [{"key": []}, {}]
                _add_what_any_call_may_meet(operation, path)
    app.openapi_schema = document
    return document


def _add_what_any_call_may_meet(operation: dict[str, Any], path: str) -> None:
    """Answers that come before or beneath a route's own work, where the route doesn't tell of them itself."""
    kinds = ["failed", "not-recorded"]
    if "{" in path:  # characters that no path can hold, line breaks among them, lead to no route
        kinds.append("not-found")
    if "requestBody" in operation:
        kinds += ["not-json", "too-large"]
    for status, response in described(*kinds).items():
        operation["responses"].setdefault(str(status), response)
