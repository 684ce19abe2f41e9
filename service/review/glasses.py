"""Broken glass before reviewers: who of them is independent of the two who broke it, and what they found."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.audit.log import record
from service.breakglass import glass
from service.breakglass.tables import BreakGlass, Finding
from service.people import Person
from service.permits.tables import PermitRecord
from service.permits.target import target_name
from service.problems import ProblemDetails
from service.requests.tables import RequestRecord
from service.review.independence import ties
from service.review.office import Office
from service.review.subjects import parties_of_use
from service.review.tables import Review
from verifier.problems import Problem

_ID = re.compile(r"[A-Za-z0-9_-]{16,64}")
MIN_NOTE, MAX_NOTE = 20, 5_000


@dataclass(frozen=True, slots=True)
class Owed:
    """One use that nobody has reviewed, as a line of the queue."""

    glass: BreakGlass
    target: str
    review_before: datetime
    overdue: bool


@dataclass(frozen=True, slots=True)
class Use(Owed):
    """One use in full: whether its permit was used, and the request that it was about."""

    used_at: datetime | None
    request: RequestRecord | None
    review_id: str | None
    """The last round in which people decide, or decided, that request."""


def owed_to(office: Office, person_id: str | None) -> tuple[Owed, ...]:
    """Uses that this person may review, oldest first; none for whoever may review nothing."""
    person, now = office.people.get(person_id), office.clock()
    if person is None or person.rank < 1:
        return ()
    with office.store.reading() as session:
        free = [one for one in glass.owed(session) if not ties(person.id, parties_of_use(session, one), office.people)]
    return tuple(Owed(one, target_name(one.target), _before(one), now > _before(one)) for one in free)


def look(office: Office, glass_id: str, person_id: str | None) -> Use:
    """One use, for somebody independent of it; that they look is in the log first. Raises a problem."""
    now = office.clock()
    with _deed(office, "view_glass", glass_id, person_id) as (session, found, person):
        detail = {"id": found.id}
        record(session, at=now, kind="content.viewed", actor=person.id, subject=_subject(found), detail=detail)
        permit = session.get(PermitRecord, found.jti) if found.jti else None
        request = session.get(RequestRecord, found.request_id) if found.request_id else None
        rounds = select(Review.review_id).where(Review.request_id == (found.request_id or ""))
        before = _before(found)
        return Use(
            glass=found,
            target=target_name(found.target),
            review_before=before,
            overdue=found.reviewed_at is None and now > before,
            used_at=permit.redeemed_at if permit else None,
            request=request,
            review_id=session.scalars(rounds.order_by(Review.round.desc())).first(),
        )


def find(office: Office, glass_id: str, person_id: str | None, finding: Finding, note: str) -> None:
    """A third person's finding. Raises a problem for whoever is tied to the two, or to the request; that is logged."""
    with _deed(office, "review_glass", glass_id, person_id) as (session, found, person):
        if not MIN_NOTE <= len(note.strip()) <= MAX_NOTE:
            wrong = Problem("/note", "too short, or too long", f"{MIN_NOTE} to {MAX_NOTE:,} characters")
            raise ProblemDetails("invalid-decision", "Say what you found, so that it can be checked.", [wrong])
        glass.review(session, found.id, by=person.id, finding=finding, note=note.strip(), at=office.clock())


@contextlib.contextmanager
def _deed(
    office: Office, deed: str, glass_id: str, person_id: str | None
) -> Iterator[tuple[Session, BreakGlass, Person]]:
    """Something done about one use, by somebody independent of it. Raises a problem; refusals are logged."""
    at, subject = office.clock(), "break-glass"
    try:
        with office.store.transaction() as session:
            found = session.get(BreakGlass, glass_id) if _ID.fullmatch(glass_id) else None
            if found is None or found.confirmed_at is None:
                raise ProblemDetails("not-found", "There is no such use, or nothing was permitted by it.")
            subject = _subject(found)
            person = office.independent(person_id, parties_of_use(session, found))
            if person.rank < 1:
                raise ProblemDetails("not-for-you", "Broken glass is reviewed by reviewers.")
            yield session, found, person
    except ProblemDetails as refused:
        office.log_refusal(deed, {"id": glass_id}, subject, person_id, refused, at)
        raise


def _before(found: BreakGlass) -> datetime:
    if found.confirmed_at is None:
        raise LookupError(f"nothing was permitted by {found.id}")
    return found.confirmed_at + glass.REVIEW_WITHIN


def _subject(found: BreakGlass) -> str:
    return found.request_id or f"break-glass:{found.id}"
