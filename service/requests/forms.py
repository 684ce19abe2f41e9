"""The two forms in which a request can be sent: alone, or inside a whole case."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Literal

from pydantic import ValidationError
from sqlalchemy.orm import Session

from service.authority import demote
from service.keys.callers import Caller
from service.requests.assembly import assemble
from service.requests.submission import Stated, Submission
from service.store.documents import digest
from verifier.case import Case, Record, TakedownRequest
from verifier.problems import InvalidCase, parse_case, problems_of


class BareRequest(Record):
    """Only the request: the service adds what the platform observed and its own history."""

    schema_version: Literal["1"] = "1"
    request: TakedownRequest


def read_submission(raw: bytes, caller: Caller, categories: Iterable[str]) -> Submission:
    """What this caller asks. Raises `InvalidCase` with everything that is wrong with it."""
    categories = tuple(categories)
    if _is_bare(raw):
        return _of_bare(_bare(raw, categories), caller)
    return _of_case(parse_case(raw, categories=categories), caller)


def _of_bare(bare: BareRequest, caller: Caller) -> Submission:
    def state(session: Session, at: datetime) -> Stated:
        return assemble(session, bare.request, caller.name, at)

    return Submission(caller.name, bare.request, digest(bare.model_dump(mode="json")), state)


def _of_case(case: Case, caller: Caller) -> Submission:
    def state(session: Session, at: datetime) -> Stated:
        if caller.observes:
            return Stated(case)
        demoted = demote(case)
        return Stated(demoted.case, demoted.notes)

    return Submission(caller.name, case.request, digest(case.model_dump(mode="json")), state)


def _is_bare(raw: bytes) -> bool:
    try:
        document = json.loads(raw)
    except (ValueError, RecursionError):
        return False  # reading it as a case tells what is wrong
    return isinstance(document, dict) and "request" in document and not document.keys() - {"schema_version", "request"}


def _bare(raw: bytes, categories: tuple[str, ...]) -> BareRequest:
    try:
        return BareRequest.model_validate_json(raw, context={"categories": categories})
    except ValidationError as error:
        raise InvalidCase(problems_of(error)) from None
