"""Everything about one case that a person may read, and the log entry that is written before they do."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.people import Person
from service.problems import ProblemDetails
from service.requests.book import case_of
from service.requests.tables import RequestRecord
from service.review.office import Deed, Office, had_part, live_lease
from service.review.tables import Appeal, Appellant, Decision, Golden, Lease, Note, Question, Review, View
from verifier.assessment import Assessment
from verifier.case import Case

PAST_SHOWN = 8
"""Earlier requests of a kind that a page lists; more would not be read."""


@dataclass(frozen=True, slots=True)
class Past:
    """An earlier request, in one line."""

    request_id: str
    at: datetime
    action: str
    grounds: tuple[str, ...]
    state: str
    disposition: str


@dataclass(frozen=True, slots=True)
class Dossier:
    """One case for one reader. `decisions` and `notes` hold what this reader may know by now."""

    review: Review
    case: Case
    assessment: Assessment
    lease: Lease | None
    decisions: tuple[Decision, ...]
    notes: tuple[Note, ...]
    questions: tuple[Question, ...]
    appeal: str | None
    """What was said when this round was asked for; '' where nothing was."""
    appealed_by: Appellant | None
    by_requester: tuple[Past, ...]
    on_target: tuple[Past, ...]
    similar: tuple[Past, ...]
    held: bool
    """Whether the reader holds it now."""
    decided: bool
    """Whether the reader decided it."""


def read(office: Office, review_id: str, person_id: str | None) -> Dossier:
    """The case as one person may see it: who holds it, decided it, leads or audits, and is independent of it.

    The view is recorded in the same transaction, before anything leaves. Raises a problem.
    """
    with office.deed("view", review_id, person_id) as deed:
        session, review, person = deed.session, deed.review, deed.person
        lease = live_lease(session, review_id)
        held = lease is not None and lease.person == person.id and lease.expires_at > deed.at
        decided = had_part(session, review, person.id, recused=False)
        if not _entitled(session, review_id, person, held=held):
            raise ProblemDetails("not-held", "Take the case first: content is shown to whoever holds it.")
        _log_view(deed)
        case, assessment = papers(session, review)
        told = review.state == "closed"
        decisions = session.scalars(
            select(Decision).where(Decision.review_id == review_id).order_by(Decision.number)
        ).all()
        notes = session.scalars(select(Note).where(Note.review_id == review_id).order_by(Note.at)).all()
        questions = session.scalars(
            select(Question).where(Question.review_id == review_id).order_by(Question.asked_at)
        ).all()
        appeal = session.scalars(select(Appeal).where(Appeal.review_id == review_id)).first()
        return Dossier(
            review=review,
            case=case,
            assessment=assessment,
            lease=lease,
            decisions=tuple(d for d in decisions if told or d.person == person.id),
            notes=tuple(n for n in notes if told or review.needed == 1 or n.person == person.id),
            questions=tuple(questions),
            appeal=(appeal.text or "") if appeal else None,
            appealed_by=appeal.by if appeal else None,
            by_requester=_past(session, review, RequestRecord.actor_id == case.request.requester.actor_id),
            on_target=_past(session, review, RequestRecord.meeting_id == case.meeting.meeting_id),
            similar=_similar(session, review),
            held=held,
            decided=decided,
        )


def may_read(office: Office, review_id: str, person: Person) -> bool:
    """Whether `read` would show the content, as far as holding goes: who is tied is found out there, and logged."""
    with office.store.reading() as session:
        lease = live_lease(session, review_id)
        held = lease is not None and lease.person == person.id and lease.expires_at > office.clock()
        return _entitled(session, review_id, person, held=held)


def _entitled(session: Session, review_id: str, person: Person, *, held: bool) -> bool:
    decided = session.get(Decision, (review_id, person.id)) is not None
    return held or decided or bool({"lead", "auditor"} & set(person.roles))


def papers(session: Session, review: Review) -> tuple[Case, Assessment]:
    """The case and the answer that a review is about. Raises a problem when the case was erased."""
    golden = session.get(Golden, review.review_id)
    if golden is not None:
        return Case.model_validate(golden.case, strict=False), Assessment.model_validate(golden.assessment)
    case = case_of(session, review.request_id)
    request = session.get(RequestRecord, review.request_id)
    if case is None or request is None or request.assessment is None:
        raise ProblemDetails("review-closed", "The case was erased; nothing can be decided on it any more.")
    return case, Assessment.model_validate(request.assessment)


def _log_view(deed: Deed) -> None:
    deed.session.add(
        View(
            view_id=uuid.uuid4().hex, review_id=deed.review.review_id, person=deed.person.id,
            graphic=deed.review.graphic, at=deed.at,
        )
    )  # fmt: skip
    deed.session.flush()
    deed.log("content.viewed")


def _past(session: Session, review: Review, same: object) -> tuple[Past, ...]:
    rows = session.scalars(
        select(RequestRecord)
        .where(same, RequestRecord.request_id != review.request_id)  # type: ignore[arg-type]
        .order_by(RequestRecord.received_at.desc())
        .limit(PAST_SHOWN)
    )
    return tuple(_line(row) for row in rows)


def _similar(session: Session, review: Review) -> tuple[Past, ...]:
    """Decided requests for the same action on the same gravest ground in the same language, latest first."""
    alike = (
        select(Review.request_id)
        .where(
            Review.state == "closed", Review.category == review.category, Review.action == review.action,
            Review.language == review.language, Review.request_id != review.request_id,
        )
        .order_by(Review.closed_at.desc())
        .limit(PAST_SHOWN)
    )  # fmt: skip
    rows = session.scalars(select(RequestRecord).where(RequestRecord.request_id.in_(list(session.scalars(alike)))))
    return tuple(sorted((_line(row) for row in rows), key=lambda past: past.at, reverse=True))


def _line(row: RequestRecord) -> Past:
    return Past(row.request_id, row.received_at, row.action, tuple(row.grounds), row.state, row.disposition or "")
