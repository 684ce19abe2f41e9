"""Builds a case for a bare request: the stored telemetry of its meeting, and the service's own history."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from service.requests.history import history_of
from service.requests.submission import Stated
from service.telemetry.reading import telemetry_of
from verifier.case import Case, TakedownRequest


def assemble(session: Session, request: TakedownRequest, caller: str, at: datetime) -> Stated:
    """The case as the platform knows it now. Nothing in it but `request` comes from the caller.

    A request that is dated later than now is dated now: when it came is a fact that the service knows.
    """
    known = telemetry_of(session, request.target.meeting_id)
    asked = request.model_copy(update={"submitted_at": min(request.submitted_at, at)})
    case = Case.model_construct(
        schema_version="1",
        request=asked,
        meeting=known.meeting,
        signals=known.signals,
        reports=known.reports,
        history=history_of(session, asked, caller, at),
    )  # every part was validated when it was read
    return Stated(case, known.notes)
