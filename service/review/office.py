"""What every deed of a reviewer passes through: one transaction, a locked review, independence, a log of refusals."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Set
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.audit.entry import JSON
from service.audit.log import record
from service.clock import Clock
from service.people import People, Person
from service.problems import ProblemDetails
from service.review.independence import ties
from service.review.parties import Parties
from service.review.rules import Rules
from service.review.tables import Decision, Lease, PutAside, Review
from service.review.words import is_id
from service.store.base import Store

LOGGED = frozenset({"not-independent", "not-for-you", "needs-person", "not-held"})
"""Refusals that an auditor will want to see; the rest is everyday."""

Closed = Callable[[Session, Review, datetime], None]
"""What follows from an outcome; runs in the transaction of the decision that closed the review."""
Alert = Callable[[Session, Review, datetime, str], None]
"""Tells somebody outside that a review needs attention."""


class NotIndependent(ProblemDetails):
    """Somebody tied to a case tried to have a hand in it."""

    def __init__(self, codes: tuple[str, ...], why: str) -> None:
        super().__init__("not-independent", why)
        self.codes = codes


@dataclass(frozen=True, slots=True)
class Deed:
    """Somebody's deed under way: the row is locked, the person is independent of the case."""

    session: Session
    review: Review
    person: Person
    at: datetime

    def log(self, kind: str, **detail: JSON) -> None:
        """Write the audit entry of this deed. Late: whoever writes holds the chain until the commit."""
        told = {"review_id": self.review.review_id, "round": self.review.round, **detail}
        record(self.session, at=self.at, kind=kind, actor=self.person.id, subject=self.review.request_id, detail=told)


@dataclass(frozen=True, slots=True)
class Office:
    """Everything that reviewing needs. `on_closed` acts on outcomes, `alert` calls for attention."""

    store: Store
    people: People
    rules: Rules
    clock: Clock
    on_closed: Closed = lambda session, review, at: None
    alert: Alert = lambda session, review, at, why: None

    @contextlib.contextmanager
    def deed(self, name: str, review_id: str, person_id: str | None) -> Iterator[Deed]:
        """Do something with one review. Raises a problem for whoever may not; such attempts are logged."""
        at = self.clock()
        request_id = review_id
        try:
            with self.store.transaction() as session:
                review = session.get(Review, review_id, with_for_update=True) if is_id(review_id) else None
                if review is None:
                    raise ProblemDetails("not-found", "There is no such review.")
                request_id = review.request_id
                yield Deed(session, review, self.admit(session, review, person_id), at)
        except ProblemDetails as refused:
            self.log_refusal(name, {"review_id": review_id}, request_id, person_id, refused, at)
            raise

    def admit(self, session: Session, review: Review, person_id: str | None) -> Person:
        """The person, where they are independent of the case. Raises a problem otherwise."""
        parties = Parties.of_document(review.parties)
        person = self.independent(person_id, parties, earlier_hands(session, review))
        if had_part(session, review, person.id, recused=True):
            raise NotIndependent(("recused",), "You recused yourself from this case.")
        return person

    def independent(self, person_id: str | None, parties: Parties, earlier: Set[str] = frozenset()) -> Person:
        """The person, where nothing ties them to these parties. Raises a problem otherwise."""
        if person_id is None:
            raise ProblemDetails("needs-person", "Reviews are for people: this key has no person behind it.")
        found = ties(person_id, parties, self.people, earlier)
        person = self.people.get(person_id)
        if found or person is None:
            raise NotIndependent(tuple(tie.code for tie in found), " ".join(tie.why for tie in found))
        return person

    def log_refusal(
        self, deed: str, what: Mapping[str, JSON], subject: str, person_id: str | None, refused: ProblemDetails,
        at: datetime,
    ) -> None:  # fmt: skip
        """Write down an attempt that an auditor will want to see, in a transaction of its own; others are let go."""
        if refused.kind not in LOGGED:
            return
        codes: list[JSON] = list(refused.codes) if isinstance(refused, NotIndependent) else []
        detail: dict[str, JSON] = {"deed": deed, **what, "refused": refused.kind, "ties": codes}
        with self.store.transaction() as session:
            actor = person_id or "nobody"
            record(session, at=at, kind="review.refused", actor=actor, subject=subject, detail=detail)


def earlier_hands(session: Session, review: Review) -> frozenset[str]:
    """Everybody who held or decided an earlier round of the same request, or recused themselves from it."""
    if review.round == 1:
        return frozenset()
    before = select(Review.review_id).where(Review.request_id == review.request_id, Review.round < review.round)
    held = select(Lease.person).where(Lease.review_id.in_(before))
    decided = select(Decision.person).where(Decision.review_id.in_(before))
    recused = select(PutAside.person).where(PutAside.review_id.in_(before), PutAside.how == "recuse")
    return frozenset(one for found in (held, decided, recused) for one in session.scalars(found))


def had_part(session: Session, review: Review, person_id: str, *, recused: bool) -> bool:
    """Whether somebody recused themselves from a review (or, without `recused`, decided it already)."""
    if not recused:
        return session.get(Decision, (review.review_id, person_id)) is not None
    aside = session.get(PutAside, (review.review_id, person_id))
    return aside is not None and aside.how == "recuse"


def live_lease(session: Session, review_id: str) -> Lease | None:
    """The lease of a review that has not ended, whether or not its time is up."""
    return session.scalars(select(Lease).where(Lease.review_id == review_id, Lease.ended_at.is_(None))).one_or_none()


def require_held(deed: Deed) -> Lease:
    """The person's own lease. Raises a problem where somebody else, or nobody, holds the review."""
    lease = live_lease(deed.session, deed.review.review_id)
    if lease is None or lease.person != deed.person.id or lease.expires_at <= deed.at:
        raise ProblemDetails("not-held", "You don't hold this case; take it first.")
    return lease


def require_open(review: Review) -> None:
    """Raises a problem where there is nothing to decide any more."""
    if review.state == "closed":
        raise ProblemDetails("review-closed", "This case is closed.")
