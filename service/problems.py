"""Problem details (RFC 9457): one shape for everything that goes wrong, on the command line and over HTTP."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Any

from verifier.problems import InvalidCase, Problem

TYPE_PREFIX = "urn:takedown-verifier:problem:"
"""Problem types are names, not addresses; docs/api.md tells what each one means."""

MAX_ERRORS, LONGEST = 500, 500
"""Errors that are listed, and characters of each part of one: an answer must not be larger than what was sent."""

TITLES: Mapping[str, tuple[int, str]] = {
    "not-json": (400, "The body is not JSON"),
    "no-valid-key": (401, "No valid key"),
    "bad-signature": (401, "The signature is not valid"),
    "not-allowed": (403, "The key does not allow this"),
    "local-only": (403, "Only local callers are served without keys"),
    "not-found": (404, "There is nothing here"),
    "method-not-allowed": (405, "This method is not allowed here"),
    "request-conflict": (409, "This id names another request"),
    "key-refused": (409, "This can't be done with this key"),
    "record-conflict": (409, "An id in this batch names another record"),
    "too-large": (413, "The body is too large"),
    "not-json-type": (415, "The body must be application/json"),
    "invalid-case": (422, "The case is not valid"),
    "invalid-body": (422, "The body is not valid"),
    "too-many-calls": (429, "Too many calls with this key"),
    "invalid-policy": (422, "The policy is not valid"),
    "not-independent": (403, "You are tied to this case"),
    "not-for-you": (403, "This case is for others to decide"),
    "needs-person": (403, "This takes a person"),
    "held-by-other": (409, "Somebody else holds this case"),
    "not-held": (409, "You don't hold this case"),
    "hands-full": (409, "One case at a time"),
    "review-closed": (409, "There is nothing to decide here now"),
    "pause-due": (409, "A pause is due"),
    "invalid-decision": (422, "The decision is not complete"),
    "permit-not-valid": (403, "This is no valid permit"),
    "permit-expired": (403, "The permit has expired"),
    "permit-mismatch": (403, "The permit is for something else"),
    "permit-revoked": (403, "The permit was revoked"),
    "permit-redeemed": (409, "The permit was used already"),
    "glass-closed": (409, "The glass can't be broken now"),
    "unreadable-input": (400, "The input can't be read"),
    "failed": (500, "The verification failed; nothing was cleared"),
    "overloaded": (503, "Too many verifications at once"),
    "not-recorded": (503, "The record can't be reached; nothing was decided"),
    "not-ready": (503, "Not ready"),
}
"""Type -> HTTP status and title. One line per problem that any door can answer."""


class ProblemDetails(Exception):  # noqa: N818 - named as the RFC names it
    """One problem, ready to be raised, sent or printed."""

    def __init__(
        self, kind: str, detail: str, errors: Iterable[Problem] = (), headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(detail)
        self.kind = kind
        self.detail = detail
        self.errors = tuple(islice(errors, MAX_ERRORS))
        self.headers = dict(headers or {})
        self.status, self.title = TITLES[kind]

    def document(self, *, instance: str, request_id: str | None = None) -> dict[str, Any]:
        """The problem as a JSON object; `instance` is the path or file that it is about."""
        body: dict[str, Any] = {
            "type": TYPE_PREFIX + self.kind,
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "instance": instance,
        }
        if request_id is not None:
            body["request_id"] = request_id
        if self.errors:
            body["errors"] = [
                {"pointer": e.pointer[:LONGEST], "message": e.message[:LONGEST], "hint": e.hint[:LONGEST]}
                for e in self.errors
            ]
        return body


def of_invalid_case(error: InvalidCase, raw: bytes) -> ProblemDetails:
    """Tell a body that is no JSON from JSON that is no case."""
    return of_problems(error.problems, "invalid-case" if _is_json(raw) else "not-json")


def of_problems(problems: Sequence[Problem], kind: str = "invalid-body") -> ProblemDetails:
    """Everything wrong with an input, at once."""
    return ProblemDetails(kind, counted(problems), problems)


def _is_json(raw: bytes) -> bool:
    try:
        json.loads(raw)
    except (ValueError, RecursionError):
        return False
    return True


def counted(problems: Sequence[Problem]) -> str:
    """How many problems, in words."""
    n = len(problems)
    listed = f", the first {MAX_ERRORS} are listed" if n > MAX_ERRORS else ""
    return "1 problem was found" if n == 1 else f"{n} problems were found{listed}"
