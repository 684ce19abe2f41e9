"""Deadlines: they alert and raise, again and again, and never release anything."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.audit.entry import JSON
from service.audit.log import record
from service.breakglass.glass import tell_overdue
from service.requests.tables import CaseRecord, RequestRecord
from service.review.leases import eligible
from service.review.office import Office
from service.review.tables import Golden, Question, Review

log = logging.getLogger("takedown.review")

EVERY_S = 60.0
"""Between sweeps: deadlines are in hours."""
AT_ONCE = 200
"""Reviews that one sweep moves; the next sweep goes on."""


async def watch(office: Office) -> None:
    """Sweep for ever; a sweep that fails is told in the service's log, and the next one tries again."""
    while True:
        try:
            await asyncio.to_thread(sweep, office)
        except Exception:
            log.exception("the sweep of deadlines failed")
        await asyncio.sleep(EVERY_S)


def sweep(office: Office) -> int:
    """Raise what is overdue, bring back what waited too long, close what ended elsewhere. Returns how many.

    `review.overdue` and `break-glass.overdue` are written once for each deadline, so that a webhook alerts once; what
    stays undone is raised again as `review.raised`.

    Safe to run on several machines at once: each row is somebody's.
    """
    return sum(1 for step in (_questions, _overdue, _glass) for _ in range(step(office)))


def _questions(office: Office) -> int:
    now = office.clock()
    with office.store.transaction() as session:
        late = session.scalars(
            select(Question)
            .where(Question.ended_at.is_(None), Question.due_at <= now)
            .limit(AT_ONCE)
            .with_for_update(skip_locked=True)
        ).all()
        for question in late:
            question.ended_at = now
            review = session.get(Review, question.review_id, with_for_update=True)
            if review is not None and review.state == "waiting":
                review.state = "open"
                detail: dict[str, JSON] = {"review_id": review.review_id, "question_id": question.question_id}
                record(
                    session, at=now, kind="review.unanswered", actor="queue", subject=review.request_id, detail=detail
                )
        return len(late)


def _overdue(office: Office) -> int:
    now = office.clock()
    with office.store.transaction() as session:
        late = session.scalars(
            select(Review)
            .where(Review.state.in_(("open", "waiting")), Review.raise_at <= now)
            .order_by(Review.raise_at)
            .limit(AT_ONCE)
            .with_for_update(skip_locked=True)
        ).all()
        for review in late:
            request = session.get(RequestRecord, review.request_id)
            golden = session.get(Golden, review.review_id) is not None
            if not golden and _ended_elsewhere(session, review, request):
                review.state, review.closed_at = "closed", now  # it ended elsewhere: nothing to decide, no outcome
                record(
                    session, at=now, kind="review.withdrawn", actor="queue", subject=review.request_id,
                    detail={"review_id": review.review_id, "state": request.state if request else None},
                )  # fmt: skip
                continue
            first = review.raise_at <= review.due_at
            review.level += 1
            review.raise_at = now + timedelta(hours=office.rules.escalate_every_hours)
            able = len(eligible(office, session, review))
            why = f"overdue since {review.due_at:%Y-%m-%d %H:%M} UTC; {able} independent reviewer(s) could take it"
            office.alert(session, review, now, why)
            detail: dict[str, JSON] = {
                "review_id": review.review_id, "kind": review.kind, "hold": bool(review.hold), "queue": review.queue,
                "due": review.due_at.isoformat(), "level": review.level, "eligible": able,
            }  # fmt: skip
            kind = "review.overdue" if first else "review.raised"
            record(session, at=now, kind=kind, actor="queue", subject=review.request_id, detail=detail)
        return len(late)


def _glass(office: Office) -> int:
    now = office.clock()
    with office.store.transaction() as session:
        late = tell_overdue(session, now)
    for one in late:
        log.warning("broken glass %s was never reviewed, and is overdue", one.id)
    return len(late)


def _ended_elsewhere(session: Session, review: Review, request: RequestRecord | None) -> bool:
    """Whether there is nothing to decide any more: the request ended, or its case was erased under an appeal."""
    if request is None or (review.round == 1 and request.state != "in_review"):
        return True
    case = session.get(CaseRecord, review.request_id)
    return case is None or case.document is None
