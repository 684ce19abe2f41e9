"""Puts a case before people."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from service.audit.entry import JSON
from service.audit.log import record
from service.requests.book import Hook, case_of
from service.requests.tables import RequestRecord
from service.review.parties import parties_of
from service.review.priority import place, weigh
from service.review.routing import language_of, region_of, route
from service.review.rules import Kind, Rules
from service.review.tables import Review
from service.terminal import safe
from verifier.assessment import Assessment
from verifier.case import Case


def opener(rules: Rules) -> Hook:
    """The hook by which the book of requests puts before people what isn't cleared."""

    def open_for(session: Session, request: RequestRecord, at: datetime) -> None:
        case = case_of(session, request.request_id)
        if case is None or request.assessment is None:
            raise LookupError(f"request {request.request_id!r} has no case to review")
        open_review(session, case, Assessment.model_validate(request.assessment), rules, at)

    return open_for


def open_review(
    session: Session, case: Case, assessment: Assessment, rules: Rules, at: datetime, *, round_: int = 1
) -> Review:
    """Queue one round of one request, with its audit entry, in the caller's transaction.

    A hold needs two people who answer the same, however low a policy sets `approvals`; appeals need as many as
    the first round.
    """
    hold = assessment.disposition == "hold" or assessment.pretext.flagged
    kind: Kind = "appeal" if round_ > 1 else "hold" if hold else "review"
    weight, where = weigh(case, rules), route(case, kind, rules)
    harm = rules.priority.harm
    categories = sorted({claim.category for claim in case.request.claims})
    due = at + timedelta(hours=rules.deadlines_hours[kind])
    review = Review(
        review_id=uuid.uuid4().hex,
        request_id=case.request.request_id,
        round=round_,
        kind=kind,
        state="open",
        hold=int(hold),
        needed=max(assessment.approvals.required, 2 if hold else 1),
        level=0,
        place=place(weight.value, at, rules),
        weight_why=list(weight.why),
        queue=where.queue,
        rank=where.rank,
        read_language=safe(where.language)[:16],
        regions=list(where.regions),
        action=case.request.action,
        category=max(categories, key=lambda c: (harm.get(c, rules.priority.otherwise), c)),
        language=safe(language_of(case))[:16],
        region=region_of(case),
        title=safe(case.meeting.title),
        graphic=int(any(c in rules.graphic for c in categories)),
        parties=parties_of(case, assessment).document(),
        opened_at=at,
        due_at=due,
        raise_at=due,
    )
    session.add(review)
    session.flush()
    detail: dict[str, JSON] = {
        "review_id": review.review_id, "round": round_, "kind": kind, "needed": review.needed, "queue": where.queue,
    }  # fmt: skip
    record(session, at=at, kind="review.opened", actor="queue", subject=review.request_id, detail=detail)
    return review
