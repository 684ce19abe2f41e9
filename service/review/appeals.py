"""Appeals in: the host's, by the code from the letter, and the requester's; each heard once, by others than before."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service.audit.log import record
from service.problems import ProblemDetails
from service.requests.book import case_of
from service.requests.tables import RequestRecord
from service.review.office import Office
from service.review.opening import open_review
from service.review.rules import Rules
from service.review.tables import Appeal, Review
from service.review.words import kept
from verifier.assessment import Assessment
from verifier.problems import Problem

MAX_TEXT = 5_000
MIN_WHY = 20
"""Characters that a requester has to say: whoever was refused by people says what they overlooked."""


def appeal(office: Office, code: str, text: str) -> Review:
    """Open another round for the host. Raises the same problem for a wrong code and for one that is used or too late.

    An approval fell on a hold or a review: as many people hear the appeal as had to decide it.
    """
    now = office.clock()
    sha256 = hashlib.sha256(code.strip().encode("utf-8", "replace")).hexdigest()
    with office.store.transaction() as session:
        found = session.get(Appeal, sha256, with_for_update=True)
        if found is None or found.by != "host" or found.appealed_at is not None or found.until < now:
            raise ProblemDetails("not-found", "No decision can be appealed with this code (any more).")
        request = session.get(RequestRecord, found.request_id)
        if request is None:
            raise LookupError(f"the right to appeal names request {found.request_id!r}, which is not there")
        return _hear(office, session, request, found, text, now)


def appeal_refusal(office: Office, request_id: str, caller: str, text: str) -> Review:
    """Open another round for whoever asked and was refused by people; once a request. Raises a problem.

    `caller`: the name behind the key. Only the one that sent the request may; every other attempt is logged.
    """
    now = office.clock()
    with office.store.transaction() as session:
        request = session.get(RequestRecord, request_id, with_for_update=True)
        mine = request is not None and request.caller == caller
        if request is not None and mine:
            _require_appealable(session, request, office.rules, now)
            if not MIN_WHY <= len(text.strip()) <= MAX_TEXT:
                wrong = Problem("/text", "too short, or too long", f"{MIN_WHY} to {MAX_TEXT:,} characters")
                raise ProblemDetails("invalid-body", "Say what the first decision overlooked.", [wrong])
            nobodys = hashlib.sha256(secrets.token_bytes(32)).hexdigest()
            right = Appeal(
                code_sha256=nobodys, request_id=request_id, by="requester", until=_until(request, office.rules)
            )
            session.add(right)
            return _hear(office, session, request, right, text, now)
        if request is not None:
            detail = {"by": "requester", "why": "another caller's request"}
            record(session, at=now, kind="appeal.refused", actor=caller, subject=request_id, detail=detail)
    raise ProblemDetails("not-found", "There is no such request, or it is not yours.")


def may_appeal_until(session: Session, request: RequestRecord, rules: Rules, now: datetime) -> datetime | None:
    """Until when whoever was refused may ask for another look; None where they may not (any more)."""
    try:
        _require_appealable(session, request, rules, now)
    except ProblemDetails:
        return None
    return _until(request, rules)


def _require_appealable(session: Session, request: RequestRecord, rules: Rules, now: datetime) -> None:
    before = select(Appeal.code_sha256).where(Appeal.request_id == request.request_id, Appeal.by == "requester")
    if session.scalars(before).first() is not None:
        raise ProblemDetails("review-closed", "This refusal was appealed already; a request is heard twice, not more.")
    if request.state != "denied":
        raise ProblemDetails("review-closed", "Only what people refused can be heard again.")
    if _until(request, rules) < now:
        raise ProblemDetails("review-closed", "The time to appeal is over.")


def _until(request: RequestRecord, rules: Rules) -> datetime:
    if request.decided_at is None:
        raise LookupError(f"request {request.request_id!r} is {request.state} and was never decided")
    return request.decided_at + timedelta(days=rules.appeal_days)


def _hear(
    office: Office, session: Session, request: RequestRecord, right: Appeal, text: str, now: datetime
) -> Review:  # fmt: skip
    case = case_of(session, request.request_id)
    if case is None or request.assessment is None:
        raise ProblemDetails("not-found", "The case was erased; please write to the platform.")
    last = session.scalar(select(func.max(Review.round)).where(Review.request_id == request.request_id)) or 0
    assessment = Assessment.model_validate(request.assessment)
    review = open_review(session, case, assessment, office.rules, now, round_=max(last, 1) + 1)
    right.appealed_at, right.text, right.review_id = now, kept(text.strip()[:MAX_TEXT]), review.review_id
    detail = {"review_id": review.review_id, "round": review.round, "by": right.by}
    record(session, at=now, kind="appeal.received", actor=right.by, subject=request.request_id, detail=detail)
    return review
