"""Who holds which case: at most one person, for a while, renewable; and every way to let go of it."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import Select, exists, func, select, tuple_
from sqlalchemy.orm import Session

from service.people import Person
from service.problems import ProblemDetails
from service.review.independence import ties
from service.review.office import Deed, Office, earlier_hands, had_part, live_lease, require_held, require_open
from service.review.parties import Parties
from service.review.routing import fits
from service.review.tables import Decision, Lease, PutAside, Review
from service.review.wellness import graphic_left, require_rested
from service.review.words import kept
from service.terminal import safe

ORDER = (Review.hold, Review.level, Review.place, Review.review_id)
"""Descending: the order of the queue."""
_BATCH = 50
_HANDS = 0x68616E64
"""Names one person's hands among PostgreSQL's advisory locks."""


def take_next(office: Office, person_id: str | None, *, queue: str | None = None) -> Review | None:
    """Lease the first case that is for this person, or give back the one that they hold already; None: all done.

    Raises a problem where the person may hold nothing, or a pause is due.
    """
    person = office.people.get(person_id)
    if person is None:
        raise ProblemDetails("needs-person", "Reviews are for people whom the directory knows.")
    held = held_by(office, person.id)
    if held is not None:
        return renew(office, held, person.id)
    with office.store.reading() as session:
        require_rested(session, person.id, office.rules.wellness, office.clock())
    for review_id in _candidates(office, person, queue):
        try:
            return take(office, review_id, person.id)
        except ProblemDetails as refused:
            if refused.kind == "hands-full" and (held := held_by(office, person.id)) is not None:
                return renew(office, held, person.id)  # this person asked twice at once
            if refused.kind not in ("held-by-other", "review-closed", "not-found"):
                raise  # somebody else was quicker: the next one, then
    return None


def held_by(office: Office, person_id: str) -> str | None:
    """The id of the review that somebody holds."""
    live = (Lease.person == person_id, Lease.ended_at.is_(None), Lease.expires_at > office.clock())
    with office.store.reading() as session:
        return session.scalars(select(Lease.review_id).where(*live)).first()


def take(office: Office, review_id: str, person_id: str | None) -> Review:
    """Lease one case. Raises a problem where it is not free, or not for this person."""
    with office.deed("lease", review_id, person_id) as deed:
        session, review, person = deed.session, deed.review, deed.person
        require_open(review)
        if review.state == "waiting":
            raise ProblemDetails("review-closed", "This case waits for an answer to a question.")
        if had_part(session, review, person.id, recused=False):
            raise ProblemDetails("not-for-you", "You decided this case already; somebody else must.")
        if not fits(person, rank=review.rank, language=review.read_language, regions=tuple(review.regions)):
            raise ProblemDetails("not-for-you", "This case is routed to others, by seniority, language or region.")
        lease = live_lease(session, review_id)
        if lease is not None and lease.expires_at > deed.at:
            if lease.person != person.id:
                raise ProblemDetails("held-by-other", "Somebody else holds this case.")
            return review
        require_rested(session, person.id, office.rules.wellness, deed.at)
        if review.graphic and not graphic_left(session, person.id, office.rules.wellness, deed.at):
            raise ProblemDetails("pause-due", "You opened as many graphic cases today as is good for anybody.")
        _require_free_hands(session, deed)
        if lease is not None:
            _end(lease, "expired", deed, at_expiry=True)
            session.flush()
        span = timedelta(minutes=office.rules.lease_minutes)
        new = Lease(
            lease_id=uuid.uuid4().hex,
            review_id=review_id,
            person=person.id,
            taken_at=deed.at,
            expires_at=deed.at + span,
        )
        session.add(new)
        session.flush()
        deed.log("review.leased", until=new.expires_at.isoformat())
        return review


def renew(office: Office, review_id: str, person_id: str | None) -> Review:
    """Keep a case for another span."""
    with office.deed("renew", review_id, person_id) as deed:
        lease = require_held(deed)
        lease.expires_at = deed.at + timedelta(minutes=office.rules.lease_minutes)
        return deed.review


def release(office: Office, review_id: str, person_id: str | None) -> None:
    """Give a case back."""
    with office.deed("release", review_id, person_id) as deed:
        _end(require_held(deed), "released", deed)
        deed.log("review.released")


def skip(office: Office, review_id: str, person_id: str | None, why: str = "") -> None:
    """Not offered to this person again; they may still take it by name."""
    _put_aside(office, review_id, person_id, "skip", why)


def recuse(office: Office, review_id: str, person_id: str | None, why: str) -> None:
    """Never to be this person's again. Takes a reason, and no lease: one may know beforehand."""
    _put_aside(office, review_id, person_id, "recuse", why)


def escalate(office: Office, review_id: str, person_id: str | None, why: str) -> None:
    """Hand a case one rank up, as far as somebody independent is there to take it."""
    with office.deed("escalate", review_id, person_id) as deed:
        _end(require_held(deed), "escalated", deed)
        review = deed.review
        review.level += 1
        ranks = {p.rank for p in eligible(office, deed.session, review) if p.id != deed.person.id}
        review.rank = min((rank for rank in ranks if rank > review.rank), default=review.rank)
        _aside(deed, "skip", why)
        deed.log("review.escalated", why=why, level=review.level, rank=review.rank)
        office.alert(deed.session, review, deed.at, f"escalated: {why}")


def eligible(office: Office, session: Session, review: Review) -> list[Person]:
    """Everybody who could still take a case, at any time."""
    parties, earlier = Parties.of_document(review.parties), earlier_hands(session, review)
    return [
        person
        for person in office.people
        if fits(person, rank=review.rank, language=review.read_language, regions=tuple(review.regions))
        and not ties(person.id, parties, office.people, earlier)
        and not had_part(session, review, person.id, recused=True)
        and not had_part(session, review, person.id, recused=False)
    ]


def _candidates(office: Office, person: Person, queue: str | None) -> Iterator[str]:
    """Ids of free cases for this person, first things first."""
    now, after = office.clock(), None
    languages = sorted({"", *(one.partition("-")[0].lower() for one in person.languages)})
    wanted = [
        Review.state == "open",
        Review.rank <= person.rank,
        Review.read_language.in_(languages),
        ~exists().where(Decision.review_id == Review.review_id, Decision.person == person.id),
        ~exists().where(PutAside.review_id == Review.review_id, PutAside.person == person.id),
        ~exists().where(
            Lease.review_id == Review.review_id, Lease.ended_at.is_(None), Lease.expires_at > now
        ),
    ]  # fmt: skip
    if queue is not None:
        wanted.append(Review.queue == safe(queue))
    with office.store.reading() as session:
        if not graphic_left(session, person.id, office.rules.wellness, now):
            wanted.append(Review.graphic == 0)
    while True:
        with office.store.reading() as session:
            found = list(session.scalars(in_order(select(Review).where(*wanted), after).limit(_BATCH)))
            free = [review.review_id for review in found if _for(office, session, person, review)]
        yield from free
        if len(found) < _BATCH:
            return
        after = position(found[-1])


def in_order(query: Select[Review], after: tuple[int, int, float, str] | None) -> Select[Review]:
    """The queue's order, beginning after a position."""
    if after is not None:
        query = query.where(tuple_(*ORDER) < tuple_(*after))
    return query.order_by(*(column.desc() for column in ORDER))


def position(review: Review) -> tuple[int, int, float, str]:
    """Where a case stands in the queue's order."""
    return (review.hold, review.level, review.place, review.review_id)


def _for(office: Office, session: Session, person: Person, review: Review) -> bool:
    earlier = earlier_hands(session, review)
    return fits(person, rank=review.rank, language=review.read_language, regions=tuple(review.regions)) and not ties(
        person.id, Parties.of_document(review.parties), office.people, earlier
    )


def _require_free_hands(session: Session, deed: Deed) -> None:
    """One case at a time: nobody hoards the queue, not even by asking many times at once."""
    if session.get_bind().dialect.name == "postgresql":  # SQLite's BEGIN IMMEDIATE lets one write at a time
        session.execute(select(func.pg_advisory_xact_lock(_HANDS, func.hashtext(deed.person.id))))
    other = session.scalars(
        select(Lease.review_id).where(
            Lease.person == deed.person.id, Lease.ended_at.is_(None), Lease.expires_at > deed.at,
            Lease.review_id != deed.review.review_id,
        )
    ).first()  # fmt: skip
    if other is not None:
        raise ProblemDetails("hands-full", f"You hold another case ({other}); decide it or give it back first.")


def _put_aside(office: Office, review_id: str, person_id: str | None, how: str, why: str) -> None:
    with office.deed(how, review_id, person_id) as deed:
        require_open(deed.review)
        lease = live_lease(deed.session, review_id)
        if lease is not None and lease.person == deed.person.id:
            _end(lease, how, deed)
        _aside(deed, how, why)
        deed.log("review.recused" if how == "recuse" else "review.skipped", why=why)


def _aside(deed: Deed, how: str, why: str) -> None:
    deed.session.merge(
        PutAside(review_id=deed.review.review_id, person=deed.person.id, how=how, why=kept(why), at=deed.at)
    )


def _end(lease: Lease, how: str, deed: Deed, *, at_expiry: bool = False) -> None:
    lease.ended_at = min(lease.expires_at, deed.at) if at_expiry else deed.at
    lease.ended_how = how
