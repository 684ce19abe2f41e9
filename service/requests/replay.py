"""Computes a past decision again from its record, and says what differs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from service.audit.log import entries
from service.engine import CaseVerifier
from service.requests.assess import assess
from service.requests.book import case_of
from service.requests.submission import Stated
from service.requests.tables import RequestRecord
from service.store.base import Store
from service.store.documents import digest
from verifier.verify import case_digest


class NotReplayable(LookupError):  # noqa: N818 - reads as what it is
    """There is nothing to compute again, or nothing to compute it from; the message says why."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """What came of computing a decision again."""

    request_id: str
    same: bool
    """Whether record, log and computation agree in everything."""
    differences: tuple[str, ...]
    """What disagrees: a place, what was recorded, what comes out now."""
    recorded: dict[str, str]
    """Versions that answered then."""
    now: dict[str, str]
    """Versions that answered now; where they differ, another answer is no sign of tampering."""


def replay(store: Store, request_id: str, verifier: CaseVerifier) -> Replayed:
    """Verify the recorded case again. Raises `NotReplayable`.

    Compares the case with the digest that was logged when it came in, the recorded answer with the
    digest that was logged when it was given, and the recorded answer with the one that comes out now.
    """
    with store.reading() as session:
        found = session.get(RequestRecord, request_id)
        if found is None or found.assessment is None:
            raise NotReplayable(f"there is no assessed request {request_id!r}")
        case = case_of(session, request_id)
        if case is None:
            raise NotReplayable(f"the case of request {request_id!r} was erased; its digest is {found.case_digest}")
        logged = _logged(session, request_id)
    answer = assess(Stated(case, tuple(found.notes)), verifier).model_dump(mode="json")
    differences = [
        *_differ("case", logged.get("request.received", {}).get("case_digest"), case_digest(case)),
        *_differ(
            "recorded answer", logged.get("request.assessed", {}).get("assessment_digest"), digest(found.assessment)
        ),
        *_compared("", found.assessment, json.loads(json.dumps(answer))),
    ]
    recorded: dict[str, str] = found.assessment["versions"]
    return Replayed(request_id, not differences, tuple(differences), recorded, answer["versions"])


def _logged(session: Session, request_id: str) -> dict[str, dict[str, Any]]:
    """Details of the audit entries about this request, by kind; the first of each kind."""
    found: dict[str, dict[str, Any]] = {}
    for entry in entries(session, subject=request_id):
        found.setdefault(entry.kind, json.loads(entry.detail))
    return found


def _differ(what: str, logged: object, computed: object) -> Iterator[str]:
    if logged != computed:
        yield f"{what}: the audit log names {logged}, the record gives {computed}"


def _compared(where: str, recorded: Any, now: Any) -> Iterator[str]:
    """Every leaf that differs, as an RFC 6901 pointer with both values."""
    if isinstance(recorded, dict) and isinstance(now, dict):
        for name in sorted(recorded.keys() | now.keys()):
            yield from _compared(f"{where}/{name}", recorded.get(name), now.get(name))
    elif isinstance(recorded, list) and isinstance(now, list) and len(recorded) == len(now):
        for n, (one, other) in enumerate(zip(recorded, now, strict=True)):
            yield from _compared(f"{where}/{n}", one, other)
    elif recorded != now:
        yield f"{where}: recorded {_short(recorded)}, now {_short(now)}"


def _short(value: Any) -> str:
    told = json.dumps(value, ensure_ascii=True)
    return told if len(told) <= 80 else f"{told[:79]}…"
